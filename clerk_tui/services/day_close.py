"""The close of the day: what is left, the fact that closes it, the sheet that is made from that fact.

Nothing unsent or unprinted closes silently: everything that is left needs a reason, which stands on the sheet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from clerk_tui.services import editions, outbox, print_queue, queue_desk
from clerk_tui.services.kept_drafts import count_kept
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries, shifts, wordings
from clerk_tui.store.connection import translated
from hall.errors import BadInput
from hall.facts import DayClosed, Header
from hall.moments import local_time
from hall.names import clean_text, says_something
from hall.roles import Permission
from hall.shifts import DAY_SHEET, LEFT_NAMES, Figures, Left, LeftKind, Run, figures_of, runs
from hall.telling import OTHER_LETTERS

if TYPE_CHECKING:
    from receipts.edition import Wording

LONGEST: Final = 100
"""Characters of a reason why something is left."""


class Open(Struct, frozen=True):
    """What is left now: how much of what; ``names`` are numbers of papers or tickets, never of people."""

    kind: LeftKind
    count: int
    names: tuple[str, ...] = ()


class Closing(Struct, frozen=True, kw_only=True):
    """How the day stands before it is closed: runs that nobody has closed, the figures of the last, what is left."""

    today: dt.date
    runs: tuple[Run, ...]
    figures: Figures | None
    left: tuple[Open, ...]


class Closed(Struct, frozen=True, kw_only=True):
    """A sheet that was made; ``warning`` says why not with the centre's own words, where it has any."""

    day: dt.date
    paper_id: str
    number: str
    figures: Figures
    seq: int
    warning: str = ""


@needs(Permission.SHIFT)
def look(ws: Workspace, unfinished: int | None = None) -> Closing:
    """What a close would do now; nothing is written. ``unfinished`` walk-ins lie open at the screens (``None``: ask
    the file that keeps them)."""
    found = open_runs(ws)
    figures = _figures(ws, found[-1]) if found else None
    return Closing(today=ws.clock.today(), runs=tuple(found), figures=figures, left=_left(ws, unfinished))


def open_runs(ws: Workspace) -> list[Run]:
    """The runs of facts that no sheet tells of, the oldest first.

    Where no day was ever closed, all that a journal has since days are closed here (``shifts.CLOSED_ON_PAPER``).
    """
    with translated(ws.journal.path):
        connection = ws.journal.read()
        last = shifts.last_of(connection, "day.closed")
        closed = last.body.figures.last_seq if last is not None and isinstance(last.body, DayClosed) else 0
        headers = shifts.headers_after(connection, closed or shifts.on_paper_through(connection))
    found = runs((header.seq, header.day) for header in headers if not _is_about_a_sheet(header))
    worked = {header.seq for header in headers if not header.type.startswith(("shift.", "alarm.", "day."))}
    return [run for run in found if any(seq in worked for seq in range(run.first_seq, run.last_seq + 1))]


def forgotten(ws: Workspace) -> list[dt.date]:
    """Earlier business days of which no sheet was made."""
    today = ws.clock.today()
    return [run.day for run in open_runs(ws) if run.day < today]


@needs(Permission.SHIFT)
def close(ws: Workspace, reasons: Mapping[str, str], unfinished: int | None = None) -> tuple[Closed, ...]:
    """Close every day that is open, each for its own date, and queue its sheet for the printer.

    ``reasons`` say by kind why something is left; they stand on the last sheet.

    Raises:
        BadInput: ``nothing_to_close``; ``day_not_clear``: something is left without a reason, ``field`` is its kind.
            Nothing is written.
        StoreError: it could not be saved.
    """
    found = open_runs(ws)
    if not found:
        raise BadInput(
            "nothing_to_close", "没有要日结的记录：今天还没有办理，或者已经日结", field="day", hint="接着办理即可"
        )
    left = _explained(_left(ws, unfinished), reasons)
    made: list[Closed] = []
    with ws.journal.write() as connection:
        nths = [fact.body.day for fact in shifts.closes_of(connection) if isinstance(fact.body, DayClosed)]
        for run in found:
            body = _body(ws, run, 1 + nths.count(run.day), left if run is found[-1] else ())
            texts, warning = editions.texts_now(ws, DAY_SHEET, partial(_composed, body))
            body = structs.replace(body, texts=tuple(texts))
            nths.append(run.day)
            action = Action(ws, "", "")
            action.add(body)
            head = ws.journal.append(connection, action.entries).head
            wordings.keep(connection, texts)
            queries.queue_print(connection, body.paper_id, nth=0, at_ms=ws.clock.now_ms())
            made.append(
                Closed(
                    day=run.day,
                    paper_id=body.paper_id,
                    number=body.number,
                    figures=body.figures,
                    seq=head.seq,
                    warning=warning,
                )
            )
    return tuple(made)


def _composed(body: DayClosed, wording: Wording) -> None:
    from receipts.day_sheet import compose_day

    compose_day(body, wording=wording)


def _body(ws: Workspace, run: Run, nth: int, left: tuple[Left, ...]) -> DayClosed:
    figures = _figures(ws, run)
    last = ws.journal.sealed(run.last_seq)
    assert last is not None, "the run was read from the journal"
    office, device = ws.config.hall.office, ws.journal.incarnation
    return DayClosed(
        day=run.day,
        closed_on=ws.clock.today(),
        nth=nth,
        hall=ws.catalogue.hall.name,
        office=office,
        window=ws.config.hall.window,
        device=device,
        clerk=ws.clerk.name,
        figures=figures,
        began=_time(ws, figures.first_ms),
        ended=_time(ws, figures.last_ms),
        head=last.hash.hex(),
        paper_id=ws.new_id(),
        number=f"{office}-{device}-{run.day:%Y%m%d}/{OTHER_LETTERS[DAY_SHEET]}{nth}",
        left=left,
        maker=editions.maker_now(),
    )


def _figures(ws: Workspace, run: Run) -> Figures:
    with translated(ws.journal.path):
        connection = ws.journal.read()
        facts = shifts.facts_between(connection, run.first_seq, run.last_seq)
        told = [fact for fact in facts if not _is_about_a_sheet(fact.header)]
        return figures_of(told, lambda paper_id: shifts.kind_of_paper(connection, paper_id))


def _is_about_a_sheet(header: Header) -> bool:
    """Whether a fact closes a day or prints its sheet again: no work of the day, so it opens none."""
    return header.type == "day.closed" or (header.type == "paper.reprinted" and not header.subject)


def _left(ws: Workspace, unfinished: int | None) -> tuple[Open, ...]:
    waiting = print_queue.waiting(ws)
    prints: dict[LeftKind, list[str]] = {
        "queued": [job.number for job in waiting if job.state in ("queued", "sent")],
        "failed": [job.number for job in waiting if job.state == "failed"],
        "unknown": [job.number for job in print_queue.unknown_papers(ws)],
        "ticket": _tickets(ws),
    }
    sync = outbox.status(ws)
    parked = count_kept(ws) if unfinished is None else unfinished
    counts = [Open("unsent", sync.pending + sync.scans if sync.enabled else 0), Open("parked", parked)]
    counts += [Open(kind, len(names), tuple(names)) for kind, names in prints.items()]
    order = list(LEFT_NAMES)
    return tuple(sorted((one for one in counts if one.count), key=lambda one: order.index(one.kind)))


def _tickets(ws: Workspace) -> list[str]:
    """Numbers of tickets that are still at this window, called, served or set aside."""
    desk = queue_desk.load(ws)
    return [visit.number for visit in (*((desk.visit,) if desk.visit else ()), *desk.held)]


def _explained(left: tuple[Open, ...], reasons: Mapping[str, str]) -> tuple[Left, ...]:
    told = []
    for one in left:
        reason = clean_text(reasons.get(one.kind, ""), field=one.kind, max_length=LONGEST)
        if not says_something(reason):
            raise BadInput(
                "day_not_clear",
                f"还有{LEFT_NAMES[one.kind]}（{one.count}），不能不声不响地日结",
                field=one.kind,
                hint="先办完，或者写明原因；原因印在日结单上",
            )
        told.append(Left(kind=one.kind, count=one.count, reason=reason))
    return tuple(told)


def _time(ws: Workspace, at_ms: int) -> str:
    return local_time(at_ms, ws.config.timezone).strftime("%H:%M")
