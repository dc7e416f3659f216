"""The App's part in papers of which an earlier run of the program does not know whether they came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on

from clerk_tui.messages import PapersLeft
from clerk_tui.screens.places import Places
from clerk_tui.screens.printing import ask_whether_printed

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.workspace import Workspace


class LeftOver(Places):
    """What waits is printed at the start; what is in doubt is asked about when nobody sits before the window."""

    @on(PapersLeft)
    def _papers_left(self, message: PapersLeft) -> None:
        counter = cast("CounterApp", self)
        if message.queued:
            counter.print_papers()
        counter.show_standing()
        if message.wanted:
            counter.when_seated(lambda: ask_whether_printed(counter, message.unknown))
        elif message.unknown:
            # By then some may have been settled.
            counter.when_idle(lambda: counter.in_background(doubts, "left"), at_home=True)


def left_over(workspace: Workspace) -> PapersLeft | None:
    """What an earlier run of the program left behind: read when the counter opens."""
    from clerk_tui.services import papers

    unknown, waiting = papers.unknown_papers(workspace), papers.unprinted(workspace)
    queued = any(job.state == "queued" for job in waiting)
    return PapersLeft(list(unknown), queued) if unknown or queued else None


def doubts(workspace: Workspace) -> PapersLeft | None:
    """What the clerk is to be asked about now."""
    from clerk_tui.services import papers

    unknown = papers.unknown_papers(workspace)
    return PapersLeft(list(unknown), wanted=True) if unknown else None
