"""What became of the papers that a print station has, as the centre tells it; and taking one back from there."""

from __future__ import annotations

from clerk_tui.services import print_places, print_queue
from clerk_tui.services.print_places import STATION
from clerk_tui.services.print_queue import Delivered
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import Job, PrintState
from clerk_tui.sync import prints
from clerk_tui.sync.asking import Refused, Unreachable
from hall.errors import BadInput
from hall.print_wire import MAX_LISTED
from hall.print_wire import Job as AtStation
from hall.roles import Permission


def follow(ws: Workspace) -> list[Delivered]:
    """Ask about what a station has, and write down what changed; without a network nothing does.

    Raises:
        StoreError: it cannot be read or written down.
    """
    with translated(ws.journal.path):
        open_ = queries.jobs_in(ws.journal.read(), "sent", "unknown")
    jobs = [job for job in open_ if job.target.startswith(STATION)][:MAX_LISTED]
    if not jobs:
        return []
    names = {print_queue.file_name(job.number, job.kind, job.nth): job for job in jobs}
    try:
        with print_places.centre_of(ws) as centre:
            told = prints.states(centre, list(names))
    except (Unreachable, Refused):
        return []
    found = (_moved(ws, job, *_meaning(told.get(name))) for name, job in names.items())
    return [each for each in found if each is not None]


@needs(Permission.PRINT)
def take_back(ws: Workspace, job: Job) -> None:
    """Have the station not print it: it did not come out there, and goes elsewhere.

    Raises:
        BadInput: the station has begun it, or the centre cannot be asked whether it has.
    """
    name = print_queue.file_name(job.number, job.kind, job.nth)
    try:
        with print_places.centre_of(ws) as centre:
            prints.withdraw(centre, name)
    except Refused as refused:
        if job.state != "failed":
            hint = "到打印台取，或者等它说打没打出"
            raise BadInput(refused.code, refused.message, field="paper", hint=hint) from None
    except Unreachable:
        if job.state != "failed":
            hint = "网络恢复后再试，或者到打印台看"
            raise BadInput("unreachable", "联系不上中心，不知道打印台拿走了没有", field="paper", hint=hint) from None
    _moved(ws, job, "failed", "已从打印台收回")


def _meaning(told: AtStation | None) -> tuple[PrintState, str]:
    """The station's word for it as the window's."""
    if told is None:
        return "failed", "打印台没有这份文书"
    match told.state:
        case "withdrawn":
            return "failed", "打印台没有这份文书"
        case "queued" | "taken" | "printing":
            return "sent", ""
        case "printed" | "failed" | "unknown":
            return told.state, told.error


def _moved(ws: Workspace, job: Job, state: PrintState, error: str) -> Delivered | None:
    if (state, error) == (job.state, job.error):
        return None
    with ws.journal.write() as connection:
        moved = queries.move_job(
            connection, job.paper_id, job.nth, ("sent", "unknown", "failed"), state,
            error=error, at_ms=ws.clock.now_ms(),
        )  # fmt: skip
    if not moved:
        return None
    path = f"{job.target}/{print_queue.file_name(job.number, job.kind, job.nth)}" if state == "printed" else ""
    return Delivered(
        paper_id=job.paper_id, kind=job.kind, number=job.number, path=path, pages=0, state=state, error=error,
        nth=job.nth, target=job.target,
    )  # fmt: skip
