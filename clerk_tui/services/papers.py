"""Papers: made from the journal, handed to the print target, printed again as 补打.

A paper's PDF is never stored: it is made from the case as it stood at the paper's fact, so it can always be made again
with the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from clerk_tui.printing.targets import FolderTarget, Target
from clerk_tui.services.recording import Action
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import Job, PaperRow
from hall.errors import BadInput, HallError
from hall.facts import PaperIssued, PaperReprinted
from hall.fold import fold
from hall.names import clean_text

if TYPE_CHECKING:
    from receipts.render import Rendered


class Delivered(Struct, frozen=True, kw_only=True):
    """What became of one print. ``nth`` is 0 for the first, n for 补打 n; ``error`` is Chinese, empty when done."""

    paper_id: str
    kind: str
    number: str
    path: str
    pages: int
    state: Literal["done", "failed"]
    error: str = ""
    nth: int = 0


def deliver_pending(ws: Workspace, limit: int = 50) -> list[Delivered]:
    """Work the print queue, the oldest first, failed ones again. A failure is kept with its reason and stops nobody.

    Raises:
        StoreError: what became of a print could not be written down; it will be printed again.
    """
    with translated(ws.journal.path):
        jobs = queries.open_jobs(ws.journal.read(), limit)
    done = [_deliver(ws, job) for job in jobs]
    ws.journal.tidy()
    return done


def reprint(ws: Workspace, paper_id: str, reason: str = "") -> Delivered:
    """Print a paper again, marked 补打 n (domain.md §9a.16); n is counted in the journal.

    Raises:
        BadInput: no such paper.
    """
    paper = _paper(ws, paper_id)
    why = clean_text(reason, field="reason", max_length=200)
    with ws.journal.write() as connection:
        case = ws.journal.case_in(connection, paper.case_id)
        assert case is not None, "a paper belongs to a case"
        nth = 1 + max(known.reprints for known in case.papers if known.paper_id == paper_id)
        action = Action(ws, case.case_id, case.reference, case)
        action.add(PaperReprinted(paper_id=paper_id, nth=nth, reason=why))
        action.write(connection)
        queries.queue_print(connection, paper_id, nth=nth, at_ms=ws.clock.now_ms())
        job = queries.job(connection, paper_id, nth)
    return _deliver(ws, job)


def rebuild(ws: Workspace, paper_id: str, reprint: int = 0) -> Rendered:
    """The paper again from the journal: the same bytes as when it was issued (``reprint`` 0) or reprinted.

    Raises:
        BadInput: no such paper.
        HallError: the fonts are not prepared.
    """
    paper = _paper(ws, paper_id)
    return _render(ws, paper.case_id, paper.seq, reprint)


def with_paths(result: Result, delivered: Iterable[Delivered]) -> Result:
    """The result with where its papers are now; ``delivered`` is what ``deliver_pending`` answered."""
    prints = {done.paper_id: done for done in delivered if done.nth == 0}
    papers = tuple(
        structs.replace(paper, path=prints[paper.paper_id].path, pages=prints[paper.paper_id].pages)
        if paper.paper_id in prints
        else paper
        for paper in result.papers
    )
    return structs.replace(result, papers=papers)


def file_name(number: str, kind: str, nth: int) -> str:
    """The name of a paper's file, nothing personal in it: ``REF-notice-1.pdf``, reprinted ``REF-notice-1-r2.pdf``."""
    reference, _, letter = number.partition("/")
    return f"{reference}-{kind}-{letter[1:]}{f'-r{nth}' if nth else ''}.pdf"


def target_for(ws: Workspace, kind: str) -> Target:
    """Where papers of a kind go."""
    return FolderTarget(ws.config.papers_dir(kind))


def _deliver(ws: Workspace, job: Job) -> Delivered:
    path, pages, trouble = Path(), 0, ""
    try:
        rendered = _render(ws, job.case_id, job.seq, job.nth)
        path = target_for(ws, job.kind).put(file_name(job.number, job.kind, job.nth), rendered.pdf)
        pages = rendered.pages
    except HallError as error:
        trouble = f"{error.message}；{error.hint}" if error.hint else error.message
    where = "" if trouble else str(path)
    with ws.journal.write() as connection:
        queries.finish_job(connection, job, path=where, pages=pages, error=trouble, at_ms=ws.clock.now_ms())
    return Delivered(
        paper_id=job.paper_id,
        kind=job.kind,
        number=job.number,
        path=where,
        pages=pages,
        state="failed" if trouble else "done",
        error=trouble,
        nth=job.nth,
    )


def _render(ws: Workspace, case_id: str, seq: int, nth: int) -> Rendered:
    from receipts.compose import compose
    from receipts.render import render

    facts = ws.journal.facts_of(case_id, through_seq=seq)
    case = fold(facts)
    issued = facts[-1].body
    assert case is not None and isinstance(issued, PaperIssued), "the paper's fact was found through its projection"
    return render(compose(issued.kind, case, issued, reprint=nth, qr=issued.replica))


def _paper(ws: Workspace, paper_id: str) -> PaperRow:
    with translated(ws.journal.path):
        paper = queries.paper(ws.journal.read(), paper_id)
    if paper is None:
        raise BadInput("unknown_paper", "本机没有这份文书", field="paper", hint="在办件详情里选文书")
    return paper
