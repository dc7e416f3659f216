"""What every screen of the counter has: status on top, keys below, one way from a key to a method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from clerk_tui import actions
from clerk_tui.i18n import _
from clerk_tui.widgets.bars import Key, KeyLine, StatusLine
from clerk_tui.widgets.queue_strip import QueueStrip

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.draft import Draft
    from clerk_tui.services.supplement import SupplementDraft


ANSWERED_S = 0.4
"""How long somebody needs to see that another screen or dialog has come into front, in seconds."""


class CounterScreen(Screen[None]):
    """A full screen. ``GROUPS`` name its actions in the registry; action ``x`` is done by the method ``do_x``."""

    GROUPS: ClassVar[tuple[str, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("anywhere", "queue")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    AUTO_FOCUS = ""
    TITLE_OF: ClassVar[str] = ""

    @property
    def counter(self) -> CounterApp:
        """The app."""
        return cast("CounterApp", self.app)

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield from self.counter.lines_above()
        yield QueueStrip()
        yield from self.body()
        yield KeyLine()

    @property
    def named(self) -> str:
        """What the screen is called, as it stands now."""
        return _(self.TITLE_OF)

    def body(self) -> ComposeResult:
        """What stands between the two lines."""
        yield from ()

    def on_screen_resume(self) -> None:
        self.show_standing()
        self.show_keys()

    @property
    def settled_s(self) -> float:
        """An Enter so soon after a digit that answered a dialog over this screen, in seconds, belongs to the digit."""
        return ANSWERED_S

    def show_standing(self) -> None:
        """Bring the status line up to date; the clock may tick while the screen is still being put together."""
        for line in self.query(StatusLine):
            line.show(self.counter.standing())
        for strip in self.query(QueueStrip):
            strip.show(self.counter.queue_strip())

    def show_keys(self) -> None:
        """Bring the key line up to date; it repaints only if something changed."""
        groups = (*self.key_groups(), "anywhere")
        shown = [each for name in groups for each in actions.group(name) if each.short and self.has_use_for(each.id)]
        shown.sort(key=lambda action: _order(action.shown))
        self.query_one(KeyLine).show([Key(_(a.shown), self.short_of(a), self.can_do(a.id), a.rank) for a in shown])

    def short_of(self, action: actions.Action) -> str:
        """What the key line calls an action here."""
        return _(action.short)

    def key_groups(self) -> Sequence[str]:
        """The groups whose keys do something now; lists add theirs while they have the focus."""
        return self.GROUPS

    def can_do(self, action: str) -> bool:
        """Whether the key of this action does anything now."""
        return True

    def has_use_for(self, action: str) -> bool:
        """Whether the key line names the action here at all; one that cannot be done now is greyed."""
        return True

    def action_do(self, action: str) -> None:
        """Run the method of an action, if it can be done now."""
        method: Callable[[], None] | None = getattr(self, f"do_{action}", None)
        if method is not None and self.can_do(action):
            self.counter.guarded(method)

    def leaving(self, then: Callable[[], None]) -> None:
        """Go on with ``then`` unless something here is unsaved; screens with unsaved work ask first."""
        then()

    def unfinished(self) -> Draft | SupplementDraft | None:
        """The walk-in or the supplement that is being typed here, to be kept in case the counter ends."""
        return None

    def scanned(self, text: str) -> bool:
        """A code was read while this screen was in front; ``True`` if it was taken."""
        return False

    def scan_token(self) -> object:
        """What the first keys of a scan may change here, to be given to ``scan_undo``."""
        return None

    def scan_undo(self, token: object) -> None:
        """Take back what the first keys of a scan did."""

    def papers_made(self, delivered: list[Any]) -> None:
        """Papers left the print queue."""

    # -- anywhere --------------------------------------------------------------------------------------------------

    def do_help(self) -> None:
        self.counter.show_help(self)

    def do_search(self) -> None:
        self.leaving(self.counter.go_home)

    def do_lookup(self) -> None:
        self.counter.go_lookup()

    def do_outbox(self) -> None:
        self.counter.go_outbox()

    def do_call_next(self) -> None:
        self.leaving(self.counter.next_number)

    def do_recall(self) -> None:
        self.counter.recall()

    def do_calling(self) -> None:
        self.counter.go_calling()

    def do_theme(self) -> None:
        self.counter.cycle_theme()

    def do_leave(self) -> None:
        self.leaving(self.counter.leave)

    def do_lock(self) -> None:
        self.counter.lock()

    def do_pause(self) -> None:
        self.counter.ask_pause()

    def do_close_day(self) -> None:
        self.counter.go_close_day()

    def do_back(self) -> None:
        self.leaving(self.counter.go_back)


def _order(shown: str) -> tuple[int, int]:
    """F-keys in their order, then what lists add, Esc last."""
    if shown.startswith("F") and shown[1:].isdigit():
        return (1, int(shown[1:]))
    return (2, 0) if shown == "Esc" else (0, 0)
