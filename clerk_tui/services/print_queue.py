"""The print queue: queued → printing → printed, failed or unknown; no paper is lost, none printed twice by itself.

A paper for a print station is ``sent`` in between: the centre has it, and what became of it is asked (``follow``).

``printing`` is on the disk before the first byte leaves, what became of it afterwards. Whoever prints holds the
printer's lock, so that a print which is ``printing`` while the lock is free belongs to a process that died: it becomes
``unknown``, and a person is asked, because only a person can see whether the paper lies there.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from msgspec import Struct

from clerk_tui import faults
from clerk_tui.logs import placed
from clerk_tui.printing.locks import printer_lock
from clerk_tui.printing.targets import PrintError, Target
from clerk_tui.services.print_places import STATION, form_of, place, require_target, target_of
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import Job, PrintState
from hall.errors import BadInput, HallError
from hall.print_wire import Ended
from hall.roles import Permission

if TYPE_CHECKING:
    from receipts.document import Rendered
    from receipts.forms import Form

log = logging.getLogger(__name__)
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
    stay queued until a person has said so (``in_doubt``), so that one printer that stands still leaves one question
    and not many.

    Raises:
        StoreError: it could not be written down. Before the bytes left nothing has happened; after that it will be
            asked about.
    """
    target = job.target or ws.config.print_target(job.kind)
    known = (down or {}).get(target)
    with _lock(ws, target, WAIT_S) as mine:
        if not mine:
            return None
        before = in_doubt(ws, target)
        if before is not None or (known is not None and not known.certain):
            return _held(ws, job, target, before)
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


def in_doubt(ws: Workspace, target: str) -> Job | None:
    """The oldest print at a printer of which nobody knows whether it came out: it is given no other until a person has
    settled that one. A folder does not stand still, and a print station holds its own papers back.

    Raises:
        StoreError: the database cannot be read.
    """
    if target.startswith(("dir:", STATION)):
        return None
    return next((job for job in _jobs(ws, "unknown") if job.target == target), None)


def waits_behind(ws: Workspace, job: Print) -> Job | None:
    """The print that a queued one waits behind, because nobody knows whether it came out; ``None`` if it waits for
    nothing.

    Raises:
        BadInput: there is no such print.
    """
    now = job_of(ws, job)
    return in_doubt(ws, now.target or ws.config.print_target(now.kind)) if now.state == "queued" else None


def _held(ws: Workspace, job: Job, target: str, before: Job | None) -> Delivered:
    """A paper stays in the queue, and it is written down why; nothing of it has been sent. ``before`` is what it waits
    behind until a person has settled that."""
    where = place(ws, target)
    error = f"{where} 的上一份不知道打出没有，这份没有送去，还在排队；稍后再打，或改送别处"
    if before is not None:
        number = before.number
        error = (
            f"{where} 的上一份 {number} 不知道打出没有，这份没有送去，还在排队；"
            "看过打印机，说明那一份打出没有，这份就接着打；或改送别处"
        )
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
def settle(ws: Workspace, job: Print, printed: bool, target: str = "") -> None:
    """A person has looked: the paper lies there, or it does not and goes back into the queue, for ``target`` or, where
    that is empty, for where its kind goes. What waited behind it may be printed then.

    Raises:
        BadInput: it is known already, somebody else may have said so; or this is no target.
    """
    if target:
        require_target(target)
    with ws.journal.write() as connection:
        moved = queries.move_job(
            connection, job.paper_id, job.nth, ("unknown",), "printed" if printed else "queued",
            error="", target=None if printed else target, at_ms=ws.clock.now_ms(),
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
