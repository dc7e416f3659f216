"""What is being typed when the counter ends, however it ends: kept, and offered at the next start."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from textual import on

from clerk_tui.messages import DraftsLeft
from clerk_tui.screens import terminal_gone
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.places import Places

if TYPE_CHECKING:
    from clerk_tui.services.draft import Draft
    from clerk_tui.services.kept_drafts import KeptDrafts
    from clerk_tui.services.supplement import SupplementDraft
    from clerk_tui.services.workspace import Workspace

log = logging.getLogger(__name__)


class Unfinished(Places):
    """An App that knows its unfinished walk-ins: those put aside (``parked``) and those on its screens. ``put_aside``
    are supplements that wait for their case to be opened again, by the case."""

    def __init__(self) -> None:
        super().__init__()
        self.parked: list[Draft] = []
        self.put_aside: dict[str, SupplementDraft] = {}
        self._kept: KeptDrafts | None = None
        self._typed = self._ending = False

    def drafts_opened(self, kept: KeptDrafts, left: list[Draft]) -> None:
        """The store is open: from now on drafts are kept; what an earlier run ``left`` lies at hand."""
        self._kept = kept
        self._typed = True  # by whoever was quicker than the file
        self.parked += left
        self.put_aside |= {draft.case_id: draft for draft in kept.supplements}

    def read_drafts(self, workspace: Workspace) -> None:
        """Take up what an earlier run left, in any thread."""
        from clerk_tui.services.kept_drafts import KeptDrafts

        kept = KeptDrafts(workspace)
        self.post_message(DraftsLeft(kept, kept.take_up()))

    @on(DraftsLeft)
    def _drafts_left(self, message: DraftsLeft) -> None:
        self.drafts_opened(message.kept, message.left)
        if not self.home.entry.value:
            self.home.opened()

    def drafts_changed(self) -> None:
        """Something was typed; it is kept within a second, never in the key's own time."""
        self._typed = True

    def drafts_due(self) -> bool:
        """Whether there is something to write; if so, what to write is settled here and ``write_drafts`` is due."""
        return self._typed and self._settle()

    def _settle(self) -> bool:
        self._typed = False
        if self._kept is None:
            return False
        self._kept.want(self.unfinished_now())
        return True

    def unfinished_now(self) -> list[Draft | SupplementDraft]:
        """Every walk-in and supplement that lies open: put aside, or on a screen."""
        shown = [screen.unfinished() for screen in self.screen_stack if isinstance(screen, CounterScreen)]
        drafts = [*self.parked, *self.put_aside.values(), *(draft for draft in shown if draft is not None)]
        return list({draft.case_id: draft for draft in drafts}.values())

    def write_drafts(self) -> None:
        """Bring the file up to date, in any thread."""
        if self._kept is not None:
            self._kept.write()

    def keep_drafts(self) -> None:
        """Keep what is unfinished now."""
        if self._settle():
            self.write_drafts()

    def drafts_closed(self) -> None:
        """The counter ends."""
        if self._kept is not None:
            self._kept.close()

    # -- ends that nobody asks for ---------------------------------------------------------------------------------

    def watch_terminal(self) -> None:
        """End in order when the terminal is closed under us, or when we are told to end."""
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.call_soon_threadsafe(self._hung_up)

        terminal_gone.watch(gone)
        terminal_gone.on_signals(gone)

    def _hung_up(self) -> None:
        if self._ending:
            return
        self._ending = True
        log.warning("the terminal has gone, the counter ends")
        self.keep_drafts()
        self.exit(return_code=terminal_gone.GONE)
