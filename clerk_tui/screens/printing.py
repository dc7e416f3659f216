"""What the clerk is told and asked about prints: what came out, whether it came out, where else it may go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from clerk_tui.i18n import N_, _
from clerk_tui.messages import PapersMade
from clerk_tui.screens.dialog import Answer, Dialog, Spec
from clerk_tui.screens.words import paper_name
from clerk_tui.widgets.cells import safe, width, wrap
from clerk_tui.widgets.painted import Line
from clerk_tui.widgets.phrases import said_of

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.workspace import Workspace

PRINTS: dict[str, tuple[str, str]] = {
    "queued": (N_("待打印"), "warn"),
    "printing": (N_("正在打印"), "faint"),
    "sent": (N_("已交打印台"), "warn"),
    "printed": (N_("已打印"), "good"),
    "failed": (N_("没有打出"), "bad"),
    "unknown": (N_("不知道打出没有"), "warn"),
}
"""The states of a print as words and inks."""
NAME, ROOMY = 26, 90
"""Cells for the name of a paper in a list, and the columns from which on a long number takes none of them."""


class PrintOf(Protocol):
    """A print as a case, a result or the queue shows it."""

    @property
    def paper_id(self) -> str: ...
    @property
    def nth(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def error(self) -> str: ...


def print_word(state: str) -> tuple[str, str]:
    """The word and the ink of a print's state; nothing for a paper that was never to be printed here."""
    word, ink = PRINTS.get(state, ("", "faint"))
    return (_(word) if word else ""), ink


def paper_cells(numbers: Iterable[str], columns: int, least: int) -> tuple[int, int]:
    """Cells for the names and for the numbers of papers in a list: a number stands whole, also one that another window
    marked with its code; where it is narrow the names give way."""
    number = max([least, *(width(each) + 2 for each in numbers)])
    return (NAME if columns >= ROOMY else NAME - (number - least)), number


def keys_for(paper: PrintOf | None) -> tuple[tuple[str, str], ...]:
    """What the keys do with the selected paper, where that is more than printing it again."""
    if paper is None or not (paper.state in ("failed", "unknown", "sent") or _held(paper)):
        return ()
    if paper.state == "sent":
        return (("o", _("改送别处")),)
    if paper.state == "unknown":
        return (("p", _("纸出来了没有")),)
    again = _("接着打") if paper.state == "queued" else _("再打一次")
    return (("p", again), ("o", _("改送别处")))


class Tries:
    """What a clerk had printed again on one screen: what came of the last, and how often one and the same was tried."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, int], int] = {}
        self._last: PrintOf | None = None

    def ask(self, paper: PrintOf) -> None:
        """The clerk asks for this paper: what did not come out, or waits, is tried once more."""
        if _to_retry(paper):
            self._times.setdefault((paper.paper_id, paper.nth), 0)

    def hear(self, delivered: Iterable[PrintOf], papers: Collection[str]) -> bool:
        """Take in what came of prints; whether one of these papers was asked for here and there is news of it."""
        told = False
        for each in delivered:
            key = (each.paper_id, each.nth)
            if each.paper_id in papers and (each.nth or key in self._times):
                self._times[key] = self._times.get(key, 0) + 1
                self._last, told = each, True
        return told

    def forget(self) -> None:
        """Something else is said now."""
        self._last = None

    def lines(self, columns: int, errors: Iterable[str]) -> list[Line]:
        """What was just printed again, what became of it and why not; then the other ``errors`` of prints."""
        here = self._last.error if self._last is not None else ""
        others = [text for text in dict.fromkeys(errors) if text not in ("", here)]
        lines = self._of_last(columns)
        for text in others:
            lines += [((("  ", "plain"), (part, "bad")), "") for part in wrap(safe(_(text)), columns - 2, 4)]
        return lines

    def _of_last(self, columns: int) -> list[Line]:
        paper = self._last
        if paper is None:
            return []
        word, ink = print_word(paper.state)
        times = self._times[paper.paper_id, paper.nth]
        said = (
            _("{paper}  {number}：补打 {nth}，{state}")
            if paper.nth and times == 1
            else _("{paper}  {number}：又打了 {times} 次，{state}")
        )
        text = said.format(paper=paper_name(paper.kind), number=paper.number, nth=paper.nth, times=times, state=word)
        told = said_of(text, _(paper.error)) if paper.error else text
        return [((("  ", "plain"), (part, ink)), "") for part in wrap(safe(told), columns - 2, 4)]


def print_again(app: CounterApp, paper: PrintOf | None, paper_id: str) -> None:
    """What waits or did not come out is tried once more, as it was; of what nobody knows, and of what it waits behind,
    the clerk is asked; what came out is printed as 补打."""
    if paper is not None and paper.state == "unknown":
        ask_whether_printed(app, [paper])
    elif paper is not None and (before := _before(app, paper)) is not None:
        ask_whether_printed(app, [before])
    elif paper is not None and _to_retry(paper):
        app.in_background(lambda workspace: _retried(workspace, paper), "reprint")
    else:
        app.in_background(lambda workspace: _once_more(workspace, paper_id), "reprint")


def ask_elsewhere(app: CounterApp, paper: PrintOf | None) -> None:
    """Where a paper that did not come out shall go instead."""
    if paper is not None and (paper.state in ("failed", "sent") or _held(paper)):
        _ask_where(app, paper, lambda target: partial(_elsewhere, paper=paper, target=target))


def _ask_where(
    app: CounterApp,
    paper: PrintOf,
    work: Callable[[str], Callable[[Workspace], PapersMade]],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Let a target be chosen for the ``work`` of printing there; ``then`` follows unless the clerk went back."""
    workspace = app.workspace
    if workspace is None:
        return
    from clerk_tui.services import print_places

    places = print_places.choices(workspace, paper.kind)
    spec = Spec(
        _("改送哪里打印？"),
        ((_named(paper), "strong"), (_(paper.error), "bad")),
        options=tuple(print_places.place(workspace, target) for target in places),
        yes=N_("送去打印"),
    )

    def answered(answer: Answer | None) -> None:
        if answer is not None:
            app.in_background(work(places[answer.choice]), "reprint")
            then()

    app.push_screen(Dialog(spec), answered)


def ask_whether_printed(app: CounterApp, papers: Sequence[PrintOf]) -> None:
    """Ask about each paper, one after the other. The first answer, which Enter and a stray digit give, does nothing."""
    if not papers:
        return
    paper, go_on = papers[0], partial(ask_whether_printed, app, papers[1:])
    spec = Spec(
        _("纸出来了没有？"),
        (
            (_named(paper), "strong"),
            (_(paper.error), "plain"),
            ("", "plain"),
            (_("系统不会自己再打一次，免得同一份文书有两张。请看打印机。"), "info"),
        ),
        options=(_("还没有看，以后再问"), _("已经出来了"), _("没有出来，再打一次"), _("没有出来，改送别处")),
        tone="warn",
    )

    def answered(answer: Answer | None) -> None:
        if answer is None:
            return
        if answer.choice == 3:
            _ask_where(app, paper, lambda target: partial(_settled, paper=paper, printed=False, target=target), go_on)
            return
        if answer.choice:
            app.in_background(partial(_settled, paper=paper, printed=answer.choice == 1), "reprint")
        go_on()

    app.push_screen(Dialog(spec), answered)


def _to_retry(paper: PrintOf) -> bool:
    """Whether a print is tried again as it was, not as 补打."""
    return paper.state == "failed" or _held(paper)


def _held(paper: PrintOf) -> bool:
    """Whether a paper stays in the queue behind one of which nobody knows whether its printer printed it."""
    return paper.state == "queued" and bool(paper.error)


def _before(app: CounterApp, paper: PrintOf) -> PrintOf | None:
    """The print that a held one waits behind."""
    if app.workspace is None or not _held(paper):
        return None
    from clerk_tui.services import print_queue

    return print_queue.waits_behind(app.workspace, paper)


def _named(paper: PrintOf) -> str:
    again = _("，补打 {nth}").format(nth=paper.nth) if paper.nth else ""
    return f"{paper_name(paper.kind)}  {paper.number}{again}"


def _retried(workspace: Workspace, paper: PrintOf) -> PapersMade:
    from clerk_tui.services import papers

    return PapersMade([papers.retry(workspace, paper)])


def _once_more(workspace: Workspace, paper_id: str) -> PapersMade:
    from clerk_tui.services import papers

    return PapersMade([papers.once_more(workspace, paper_id)])


def _elsewhere(workspace: Workspace, paper: PrintOf, target: str) -> PapersMade:
    from clerk_tui.services import papers

    return PapersMade([papers.print_elsewhere(workspace, paper, target)])


def _settled(workspace: Workspace, paper: PrintOf, printed: bool, target: str = "") -> PapersMade:
    """What became of the paper, and of those that waited behind it."""
    from clerk_tui.services import papers

    done = papers.settled(workspace, paper, printed, target)
    return PapersMade([done, *papers.deliver_pending(workspace)])
