"""The App's part in the daily look at the journal: begun when nobody waits for the start, told if anything is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from textual import on
from textual.message import Message

from clerk_tui import messages
from clerk_tui.i18n import _
from clerk_tui.screens.places import Places
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.workspace import Workspace

FIRST_SECONDS: Final = 60
"""How long after the start it is asked whether the day's look is due."""
EVERY_SECONDS: Final = 900
"""How often it is asked again."""


class DailyLook(Places):
    """Once a day another process reads the journal from end to end (``services.keeping``)."""

    def begin_daily_look(self) -> None:
        """The counter is open."""
        self.set_timer(FIRST_SECONDS, self._look_now)
        self.set_interval(EVERY_SECONDS, self._look_now)

    def _look_now(self) -> None:
        cast("CounterApp", self).in_background(look, "daily")

    @on(messages.JournalDamaged)
    def _journal_damaged(self, message: messages.JournalDamaged) -> None:
        counter = cast("CounterApp", self)
        counter.show_standing()
        found = HallError("journal_damaged", message.found.detail, hint=message.found.hint)
        counter.tell_idle(found, _("这个账本不能再用来收件；这里一直写在 F12 里。"))


def look(workspace: Workspace) -> Message | None:
    """The day's look, if it is due; a damaged journal is told once, and stays in the line on top."""
    from clerk_tui.services import keeping

    # A log that somebody held is folded and cut as soon as they let it go.
    workspace.journal.tidy()
    before = keeping.last(workspace)
    found = keeping.daily(workspace)
    if found is None:
        return None
    known = before is not None and before.what == "journal"
    return messages.JournalDamaged(found) if found.what == "journal" and not known else messages.SyncChanged()
