"""The print queue: queued → printing → printed, failed or unknown; no paper is lost, none printed twice by itself.

A paper for a print station is ``sent`` in between: the centre has it, and what became of it is asked (``follow``).

``printing`` is on the disk before the first byte leaves, what became of it afterwards. Whoever prints holds the
printer's lock, so that a print which is ``printing`` while the lock is free belongs to a process that died: it becomes
``unknown``, and a person is asked, because only a person can see whether the paper lies there.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from msgspec import Struct

from clerk_tui import faults
from clerk_tui.config import PRINT_TARGET
from clerk_tui.i18n import _
from clerk_tui.logs import placed
from clerk_tui.printing.locks import printer_lock
from clerk_tui.printing.targets import PrintError, Target, open_target
from clerk_tui.services import making
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import Job, PrintState
from hall.errors import BadInput, HallError
from hall.print_wire import Ended
from hall.roles import Permission

if TYPE_CHECKING:
    from clerk_tui.sync.asking import Centre
    from receipts.document import Rendered
    from receipts.forms import Form

log = logging.getLogger(__name__)
STATION: Final = "station:"
WAIT_S: Final = 5.0
"""How long to wait for a printer at which somebody else is printing; whoever that is works the queue afterwards."""

Make = Callable[[Job, "Form"], "Rendered"]


class Print(Protocol):
    """What names a print: a ``Job``, a ``Delivered``, a ``PaperRow``."""

    @property
    def paper_id(self) -> str: ...

    @property
    def nth(self) -> int: ...


class Delivered(Struct, frozen=True, kw_only=True):
    """What became of one print. ``nth`` is 0 for the first, n for 补打 n; ``error`` is Chinese, empty when printed.

    ``target`` is where it was sent, ``path`` where it went: the file, ``cups:QUEUE-JOB``, ``tcp://host:port``.
    """

    paper_id: str
    kind: str
    number: str
    path: str
    pages: int
    state: PrintState
    error: str = ""
    nth: int = 0
    target: str = ""


def work(ws: Workspace, make: Make, limit: int) -> list[Delivered]:
    """Print what is queued, the oldest first, until nothing is; what others queue meanwhile too."""
    forsake(ws)
    done: list[Delivered] = []
    seen: set[tuple[str, int]] = set()
    down: dict[str, PrintError] = {}
    while len(done) < limit and not ws.leaving.is_set():
        queued = (each for each in _jobs(ws, "queued") if (each.paper_id, each.nth) not in seen)
        if (job := next(queued, None)) is None:
            break
        seen.add((job.paper_id, job.nth))
        if (delivered := deliver(ws, job, make, down)) is not None:
            done.append(delivered)
    return done


def deliver(ws: Workspace, job: Job, make: Make, down: dict[str, PrintError] | None = None) -> Delivered | None:
    """Print one queued paper; ``None`` when another thread or process has it or holds its printer.

    ``down`` are the printers that are in trouble just now, with what they said: they are not tried again for every
    paper. What goes to one that took nothing has failed too; where nobody knows what the last paper became, the others
    stay queued, so that one printer that stands still leaves one question and not many.

    Raises:
        StoreError: it could not be written down. Before the bytes left nothing has happened; after that it will be
            asked about.
    """
    target = job.target or ws.config.print_target(job.kind)
    known = (down or {}).get(target)
    if known is not None and not known.certain:
        return _held(ws, job, target)
    with _lock(ws, target, WAIT_S) as mine:
        if not mine:
            return None
        rendered, trouble = _made(job, make, form_of(target))
        with ws.journal.write() as connection:
            if not queries.claim_job(connection, job, target=target, at_ms=ws.clock.now_ms()):
                return None
        path = ""
        trouble = trouble or known
        if trouble is None and rendered is not None:
            faults.point("print.before")
            path, trouble = _handed_over(ws, target, job, rendered.pdf)
            faults.point("print.after")
            if down is not None and trouble is not None and (trouble.code == "print_failed" or not trouble.certain):
                down[target] = trouble
        state: PrintState = outcome(trouble)
        if state == "printed" and target.startswith(STATION):
            state = "sent"
        words = "" if trouble is None else told(trouble)
        went = path if trouble is None else ""
        sent = hashlib.sha256(rendered.pdf).hexdigest() if rendered is not None and state != "failed" else ""
        pages = rendered.pages if rendered is not None and trouble is None else 0
        with ws.journal.write() as connection:
            queries.finish_job(
                connection, job, state, path=went, pages=pages, error=words, digest=sent, at_ms=ws.clock.now_ms()
            )
    return Delivered(
        paper_id=job.paper_id, kind=job.kind, number=job.number, path=went, pages=pages, state=state, error=words,
        nth=job.nth, target=target,
    )  # fmt: skip


def _held(ws: Workspace, job: Job, target: str) -> Delivered:
    """A paper stays in the queue, and it is written down why; nothing of it has been sent."""
    error = f"{place(ws, target)} 的上一份不知道打出没有，这份没有送去，还在排队；先看打印机，再打一次，或改送别处"
    with ws.journal.write() as connection:
        queries.move_job(connection, job.paper_id, job.nth, ("queued",), "queued", error=error, at_ms=ws.clock.now_ms())
    return Delivered(
        paper_id=job.paper_id, kind=job.kind, number=job.number, path="", pages=0, state="queued", error=error,
        nth=job.nth, target=target,
    )  # fmt: skip


def waiting(ws: Workspace) -> list[Job]:
    """What is queued, at a print station or did not come out, the oldest first."""
    return _jobs(ws, "queued", "sent", "failed")


def unknown_papers(ws: Workspace) -> list[Job]:
    """Prints of which nobody knows whether they came out, the oldest first; each wants ``settle``.

    Raises:
        StoreError: the database cannot be read, or what a dead process left cannot be written down.
    """
    forsake(ws)
    return _jobs(ws, "unknown")


@needs(Permission.PRINT)
def settle(ws: Workspace, job: Print, printed: bool) -> None:
    """A person has looked: the paper lies there, or it does not and goes back into the queue as it was.

    Raises:
        BadInput: it is known already; somebody else may have said so.
    """
    with ws.journal.write() as connection:
        moved = queries.move_job(
            connection, job.paper_id, job.nth, ("unknown",), "printed" if printed else "queued",
            error="", target=None if printed else "", at_ms=ws.clock.now_ms(),
        )  # fmt: skip
    if not moved:
        raise BadInput("not_unknown", "这份文书打印的结果已经清楚了", field="paper", hint="在办件详情里看现在的结果")


@needs(Permission.PRINT)
def queue_again(ws: Workspace, job: Print, target: str = "") -> Job:
    """Put a print that did not come out back into the queue; ``target`` sends it elsewhere, empty where its kind goes.

    Raises:
        BadInput: it came out, nobody knows whether it did, it is being printed, or this is no target.
    """
    if target:
        require_target(target)
    with ws.journal.write() as connection:
        moved = queries.move_job(
            connection, job.paper_id, job.nth, ("failed", "queued"), "queued",
            target=target, at_ms=ws.clock.now_ms(),
        )  # fmt: skip
        now = queries.job(connection, job.paper_id, job.nth)
    if now is None:
        raise no_such_paper()
    if not moved:
        what, hint = _NOT_NOW[now.state]
        raise BadInput("not_failed", what, field="paper", hint=hint)
    return now


def no_such_paper() -> BadInput:
    """This window has issued no such paper; another one may have."""
    hint = "在办件详情里选本窗口出具的文书；别的窗口出具的，到那个窗口补打"
    return BadInput("unknown_paper", "本窗口没有出具过这份文书", field="paper", hint=hint)


def require_target(target: str) -> None:
    """That a target is one by its form. Raises ``BadInput``."""
    if re.search(PRINT_TARGET, target) is None:
        raise BadInput(
            "bad_print_target", f"不认识打印去处“{target}”", field="target",
            hint="写成 dir:文件夹、cups:队列名、tcp://地址:端口 或 station:打印台名",
        )  # fmt: skip


_NOT_NOW: Final = {
    "sent": ("这份文书已经交给打印台", "在打印台取；没有打出的，打印台会说"),
    "printed": ("这份文书已经打出", "再要一份就补打"),
    "printing": ("这份文书正在打印", "等它打完"),
    "unknown": ("还不知道这份文书打出了没有", "先看纸出来了没有，再告诉系统"),
}


def queue_failed(ws: Workspace) -> None:
    """Everything that failed goes back into the queue, to where its kind goes."""
    for job in _jobs(ws, "failed"):
        with ws.journal.write() as connection:
            queries.move_job(
                connection, job.paper_id, job.nth, ("failed",), "queued", target="", at_ms=ws.clock.now_ms()
            )


def forsake(ws: Workspace) -> None:
    """What a process was printing when it died becomes ``unknown``."""
    for target in dict.fromkeys(job.target for job in _jobs(ws, "printing")):
        with _lock(ws, target, 0) as mine:
            left = [job for job in _jobs(ws, "printing") if job.target == target] if mine else []
            for job in left:
                error = f"程序中断时正在送往 {place(ws, target)}，不知道打出了没有"
                with ws.journal.write() as connection:
                    queries.move_job(
                        connection, job.paper_id, job.nth, ("printing",), "unknown",
                        error=error, at_ms=ws.clock.now_ms(),
                    )  # fmt: skip


class Outstanding(NamedTuple):
    """How many prints did not come out, and of how many nobody knows."""

    failed: int = 0
    unknown: int = 0


def outstanding(ws: Workspace) -> Outstanding:
    """What is to be done about prints; only reads."""
    with translated(ws.journal.path):
        states = [job.state for job in queries.jobs_in(ws.journal.read(), "failed", "unknown")]
    return Outstanding(states.count("failed"), states.count("unknown"))


def choices(ws: Workspace, kind: str) -> tuple[str, ...]:
    """Where a paper of this kind may be sent: its own place first, then the settings' other ones, then the folder."""
    settings = ws.config.print
    own = ws.config.print_target(kind)
    return tuple(dict.fromkeys((own, settings.target, *settings.by_kind.values(), *settings.others, "dir:")))


def place(ws: Workspace, target: str) -> str:
    """A target in the words of the counter."""
    if target.startswith("dir:"):
        return _("文件夹 {path}").format(path=ws.config.print_folder(target))
    if target.startswith("cups:"):
        return _("打印队列 {queue}").format(queue=target[5:])
    if target.startswith(STATION):
        name = target.removeprefix(STATION)
        return _("打印台 {name}").format(name=name) if name else _("打印台")
    return _("小票机 {address}").format(address=target[6:])


def target_of(ws: Workspace, target: str) -> Target:
    """A target, ready to take papers."""
    if target.startswith(STATION):
        from clerk_tui.services.station_target import StationTarget

        return StationTarget(centre_of(ws), target.removeprefix(STATION))
    return open_target(target, ws.config.print_folder, making.raster)


def centre_of(ws: Workspace) -> Centre:
    """The centre as this window asks it about its papers."""
    from clerk_tui.sync.asking import Centre
    from clerk_tui.sync.token import token_path

    return Centre(ws.seat.centre_url or ws.config.centre.url, token_path(ws.config.store_file, ws.config.token_file))


def job_of(ws: Workspace, job: Print) -> Job:
    """A print as it stands now.

    Raises:
        BadInput: there is none such.
    """
    with translated(ws.journal.path):
        found = queries.job(ws.journal.read(), job.paper_id, job.nth)
    if found is None:
        raise no_such_paper()
    return found


def leave(ws: Workspace) -> None:
    """The counter is being closed: printers are waited for no longer. What is open is asked about next time."""
    ws.leaving.set()


def _jobs(ws: Workspace, *states: PrintState) -> list[Job]:
    with translated(ws.journal.path):
        return queries.jobs_in(ws.journal.read(), *states)


def _lock(ws: Workspace, target: str, wait_s: float) -> AbstractContextManager[bool]:
    return printer_lock(ws.journal.path, target, wait_s=wait_s)


def form_of(target: str) -> Form:
    """On what papers come out at a target: a ticket printer has no A4."""
    return "slip" if target.startswith("tcp:") else "a4"


def _made(job: Job, make: Make, form: Form) -> tuple[Rendered | None, PrintError | None]:
    """The paper; what is wrong with one must not keep the others from being printed."""
    try:
        return make(job, form), None
    except HallError as error:
        return None, PrintError(error.message, error.hint, code=error.code)
    except Exception as error:
        log.error("a paper could not be made: %s", placed(error))
        return None, PrintError("这份文书做不出来", "请联系管理员查看日志；办件没有受影响", code="internal")


def _handed_over(ws: Workspace, target: str, job: Job, pdf: bytes) -> tuple[str, PrintError | None]:
    try:
        opened = target_of(ws, target)
    except PrintError as error:
        return "", error
    return hand_over(opened, file_name(job.number, job.kind, job.nth), pdf, ws.leaving)


def hand_over(target: Target, name: str, pdf: bytes, leave: Event) -> tuple[str, PrintError | None]:
    """Where a paper went, or what is wrong; at a window and at a print station alike."""
    try:
        return target.put(name, pdf, leave=leave), None
    except PrintError as error:
        return "", error
    except Exception as error:
        log.error("printing failed: %s", placed(error))
        return "", PrintError(
            "打印时程序出了意外的错误", "看纸出来了没有；请联系管理员查看日志", certain=False, code="internal"
        )


def outcome(trouble: PrintError | None) -> Ended:
    """What became of a print, from what its target said."""
    return "printed" if trouble is None else "failed" if trouble.certain else "unknown"


def told(trouble: PrintError) -> str:
    """What is wrong and what to do, in one line."""
    return "；".join(filter(None, (trouble.message, trouble.hint)))


def file_name(number: str, kind: str, nth: int) -> str:
    """The name of a paper's file, nothing personal in it: ``REF-notice-1.pdf``, reprinted ``REF-notice-1-r2.pdf``."""
    reference, _, letter = number.partition("/")
    return f"{reference}-{kind}-{letter[1:]}{f'-r{nth}' if nth else ''}.pdf"
