"""Papers: made from the journal, handed to the print target, printed again as 补打.

A paper's PDF is never stored: it is made from the case as it stood at the paper's fact, so it can always be made again
with the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clerk_tui.logs import placed
from clerk_tui.printing.targets import PrintError
from clerk_tui.services import editions, following, hall_cases, making, print_places, print_queue
from clerk_tui.services.print_places import require_target
from clerk_tui.services.print_queue import Delivered, Print, file_name, settle, unknown_papers
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import old_papers, queries, shifts
from clerk_tui.store.connection import translated
from clerk_tui.store.journal import Transaction
from clerk_tui.store.projections import facts_of
from clerk_tui.store.queries import Job, PaperRow
from hall.case import Case
from hall.errors import BadInput, HallError
from hall.facts import DayClosed, PaperIssued, PaperReprinted
from hall.fold import fold
from hall.names import clean_text
from hall.roles import Permission

if TYPE_CHECKING:
    from receipts.document import Document, Rendered
    from receipts.edition import Wording
    from receipts.forms import Form

__all__ = [
    "Delivered", "deliver_pending", "file_name", "print_elsewhere", "printed_form", "rebuild", "reprint",
    "require_target", "retry", "settle", "unknown_papers", "unprinted",
]  # fmt: skip


log = logging.getLogger(__name__)
_OF_ITS_TEXT: Final = frozenset({"bad_paper_text", "paper_incomplete", "internal"})
"""Errors that another wording may not have; ``internal``: it could not be laid out."""
WATERMARK: Final = "培训样张 TRAINING"
"""What stands across every page of a sandbox's papers."""


def deliver_pending(ws: Workspace, limit: int = 50, *, failed: bool = False) -> list[Delivered]:
    """Print what is queued, the oldest first; ``failed``: also what did not come out before.

    A failure is kept with its reason and stops nobody. What nobody knows the fate of is left alone (``settle``).

    Raises:
        StoreError: what became of a print could not be written down; it will be asked about.
    """
    if failed:
        print_queue.queue_failed(ws)
    done = print_queue.work(ws, lambda job, form: _of_job(ws, job, form), limit)
    ws.journal.tidy()
    return done


def unprinted(ws: Workspace) -> list[Job]:
    """Prints that are queued or did not come out, the oldest first."""
    return print_queue.waiting(ws)


@needs(Permission.PRINT)
def retry(ws: Workspace, job: Print) -> Delivered:
    """Print what did not come out once more, to where its kind goes; it is no 补打, nobody has the first one.

    Raises:
        BadInput: it did come out, or nobody knows.
    """
    return _deliver(ws, print_queue.queue_again(ws, job))


@needs(Permission.PRINT)
def settled(ws: Workspace, job: Print, printed: bool, target: str = "") -> Delivered:
    """``settle``, and where the paper is not there, print it; returns how the print stands then.

    Raises:
        BadInput: it is known already, or this is no target.
    """
    settle(ws, job, printed, target)
    now = print_queue.job_of(ws, job)
    return _as_it_stands(ws, now) if printed else _deliver(ws, now)


@needs(Permission.PRINT)
def print_elsewhere(ws: Workspace, job: Print, target: str, down: dict[str, PrintError] | None = None) -> Delivered:
    """Print what did not come out, or waits at a print station, at another target (``print_places.choices`` lists the
    settings' ones). Who sends several gives all the same ``down`` (``print_queue.deliver``).

    Raises:
        BadInput: it did come out, nobody knows, or this is no target.
    """
    now = print_queue.job_of(ws, job)
    if now.target.startswith(print_places.STATION) and now.state in ("sent", "failed"):
        following.take_back(ws, now)
    return _deliver(ws, print_queue.queue_again(ws, job, target), down)


@needs(Permission.PRINT)
def reprint(ws: Workspace, paper_id: str, reason: str = "") -> Delivered:
    """Print a paper again, marked 补打 n (domain.md §9a.16); n is counted in the journal.

    Raises:
        BadInput: no such paper.
    """
    paper = _paper(ws, paper_id)
    why = clean_text(reason, field="reason", max_length=200)
    with ws.journal.write() as connection:
        now = queries.paper(connection, paper_id)
        assert now is not None, "papers stay"
        case = _case(ws, connection, paper.case_id)
        told = [each.reprints for each in case.papers if each.paper_id == paper_id] if case else []
        nth = 1 + max(now.reprints, *told, 0)
        action = Action(ws, paper.case_id, case.reference if case else "", case)
        action.add(PaperReprinted(paper_id=paper_id, nth=nth, reason=why))
        ws.journal.append(connection, action.entries)
        old_papers.reprinted(connection, paper_id, nth)
        queries.queue_print(connection, paper_id, nth=nth, at_ms=ws.clock.now_ms())
        job = queries.job(connection, paper_id, nth)
    assert job is not None, "it was queued in this transaction"
    return _deliver(ws, job)


@needs(Permission.PRINT)
def once_more(ws: Workspace, paper_id: str) -> Delivered:
    """Print a paper as whoever asks for it again means it: a print that is not out yet is tried as it was, one that
    came out is printed as 补打. Asked for twice in a row it comes out once.

    Raises:
        BadInput: no such paper; it is being printed, or nobody knows whether it came out.
    """
    with translated(ws.journal.path):
        last = queries.job(ws.journal.read(), paper_id, _paper(ws, paper_id).reprints)
    if last is None or last.state in ("printed", "sent"):
        return reprint(ws, paper_id)
    return _deliver(ws, print_queue.queue_again(ws, last))


@needs(Permission.PRINT)
def rebuild(ws: Workspace, paper_id: str, reprint: int = 0, form: Form | None = None) -> Rendered:
    """The paper again from the journal: the same bytes as when it was issued (``reprint`` 0) or reprinted.

    ``form`` asks for one other than it was printed in; a paper that was never printed is A4.

    Raises:
        BadInput: no such paper; ``unknown_reprint``: it was not printed again so often.
        HallError: the fonts are not prepared; ``no_slip``; ``paper_changed``: it cannot be made as it was, with
            what is not as it was.
    """
    paper = _paper(ws, paper_id)
    if not 0 <= reprint <= paper.reprints:
        told = f"补打过 {paper.reprints} 次" if paper.reprints else "没有补打过"
        raise BadInput("unknown_reprint", f"没有补打 {reprint}：账本里这份文书{told}", field="reprint", hint="0 是原件")
    issued = _issued(ws, paper)[1] if paper.case_id else _closed(ws, paper)
    form = form or printed_form(ws, paper_id, reprint) or "a4"
    rendered, reworded = _render(ws, paper, reprint, form)
    editions.require_the_same(ws, issued, reprint, rendered, form, reworded=reworded)
    return rendered


@needs(Permission.PRINT)
def maker_of(ws: Workspace, paper_id: str) -> tuple[str, ...]:
    """The versions of what made a paper when it was issued, ``part:version`` each; empty where its fact has none."""
    paper = _paper(ws, paper_id)
    return (_issued(ws, paper)[1] if paper.case_id else _closed(ws, paper)).maker


@needs(Permission.PRINT)
def printed_form(ws: Workspace, paper_id: str, reprint: int = 0) -> Form | None:
    """In which form a print of a paper came out; ``None`` if it never went to a printer."""
    return editions.printed(ws, paper_id, reprint)[1]


def _deliver(ws: Workspace, job: Job, down: dict[str, PrintError] | None = None) -> Delivered:
    """One print now; one that somebody else works on is told as it stands."""
    done = print_queue.deliver(ws, job, lambda job, form: _of_job(ws, job, form), down)
    return done if done is not None else _as_it_stands(ws, job)


def _as_it_stands(ws: Workspace, job: Job) -> Delivered:
    now = print_queue.job_of(ws, job)
    return Delivered(
        paper_id=now.paper_id, kind=now.kind, number=now.number, path="", pages=0, state=now.state, error=now.error,
        nth=now.nth, target=now.target,
    )  # fmt: skip


def _of_job(ws: Workspace, job: Job, form: Form) -> Rendered:
    return _render(ws, job, job.nth, form)[0]


def _render(ws: Workspace, paper: PaperRow | Job, nth: int, form: Form) -> tuple[Rendered, bool]:
    """A paper, and whether it is in other words than it was issued with: no text that cannot be printed keeps a paper
    back for ever."""
    issued, compose = _composer(ws, paper, nth)
    trouble: Exception | None = None
    for wording in editions.to_try(ws, issued):
        try:
            document = compose(wording)
            drawn = replace(document, watermark=WATERMARK) if ws.config.training else document
            return making.render(drawn, form), trouble is not None
        except HallError as error:
            if error.code not in _OF_ITS_TEXT:
                raise
            trouble = trouble or error
        except Exception as error:
            trouble = trouble or error
        log.warning("a paper of kind %s cannot be made with its text: %s", issued.kind, placed(trouble))
    assert trouble is not None, "there are packaged words to try"
    raise trouble


def _composer(ws: Workspace, paper: PaperRow | Job, nth: int) -> tuple[editions.Issued, Callable[[Wording], Document]]:
    """The fact that a paper is made from, and how: from the case as it stood or from the fact that closed a day."""
    from receipts.compose import compose
    from receipts.day_sheet import compose_day

    if not paper.case_id:
        closed = _closed(ws, paper)
        return closed, lambda wording: compose_day(closed, reprint=nth, wording=wording)
    case, issued = _issued(ws, paper)
    return issued, lambda wording: compose(issued.kind, case, issued, reprint=nth, qr=issued.replica, wording=wording)


def _closed(ws: Workspace, paper: PaperRow | Job) -> DayClosed:
    """The fact that a day's sheet is made from."""
    with old_papers.journal_of(ws.journal.read(), ws.journal.path, paper.paper_id) as connection:
        fact = shifts.fact_at(connection, paper.seq)
    assert fact is not None and isinstance(fact.body, DayClosed), "the sheet was found through its fact"
    return fact.body


def _issued(ws: Workspace, paper: PaperRow | Job) -> tuple[Case, PaperIssued]:
    """The case as it stood when a paper was issued, and the fact that issued it."""
    with old_papers.journal_of(ws.journal.read(), ws.journal.path, paper.paper_id) as connection:
        facts = facts_of(connection, paper.case_id, paper.seq + 1)
    case = fold(facts)
    issued = facts[-1].body
    assert case is not None and isinstance(issued, PaperIssued), "the paper's fact was found through its projection"
    return case, issued


def _case(ws: Workspace, connection: Transaction, case_id: str) -> Case | None:
    """The case of a paper: this journal's own or, of a paper from before a restore, as the hall knows it."""
    if not case_id:
        return None
    if (own := ws.journal.case_in(connection, case_id)) is not None:
        return own
    found = hall_cases.look(ws, connection, case_id)
    return found.case if found is not None else None


def _paper(ws: Workspace, paper_id: str) -> PaperRow:
    with translated(ws.journal.path):
        paper = queries.paper(ws.journal.read(), paper_id)
    if paper is None:
        raise print_queue.no_such_paper()
    return paper
