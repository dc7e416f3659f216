"""Going from screen to screen: what each global key leads to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clerk_tui import themes
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.ending import QuietEnd
from clerk_tui.screens.home import HomeScreen

if TYPE_CHECKING:
    from textual.widget import Widget

    from clerk_tui.services.draft import Draft
    from clerk_tui.services.supplement import SupplementDraft
    from clerk_tui.services.workspace import Workspace


class Places(QuietEnd):
    """The App's navigation. The search is at the bottom of the stack; every other screen lies above it."""

    workspace: Workspace | None
    parked: list[Draft]
    put_aside: dict[str, SupplementDraft]

    def lines_above(self) -> Iterable[Widget]:
        """What every screen has between its status line and its body."""
        return ()

    @property
    def home(self) -> HomeScreen:
        """The screen at the bottom of the stack."""
        return next(screen for screen in self.screen_stack if isinstance(screen, HomeScreen))

    def go_back(self) -> None:
        """To the screen below; from home nowhere."""
        if not isinstance(self.screen, HomeScreen):
            self.pop_screen()

    def go_home(self, text: str | None = None) -> None:
        """To the search, empty unless ``text`` is given. What a scan has covered is put aside, not lost."""
        from clerk_tui.screens.intake import IntakeScreen
        from clerk_tui.screens.supplement import SupplementScreen

        for each in self.screen_stack[:-1]:
            if isinstance(each, SupplementScreen) and each.draft.begun:
                self.put_aside[each.draft.case_id] = each.draft
        covered = [each.draft for each in self.screen_stack[:-1] if isinstance(each, IntakeScreen) and each.unsaved]
        self.parked += [draft for draft in covered if not any(draft is each for each in self.parked)]
        while not isinstance(self.screen, HomeScreen):
            self.pop_screen()
        self.home.begin(text or "")

    def go_lookup(self, text: str = "") -> None:
        """To the search for cases."""
        from clerk_tui.screens.lookup import LookupScreen

        if isinstance(self.screen, LookupScreen):
            self.screen.begin(text)
        elif self.workspace is not None:
            self.push_screen(LookupScreen(text))

    def go_outbox(self) -> None:
        """To what is not sent yet."""
        from clerk_tui.screens.outbox import OutboxScreen

        if self.workspace is not None and not isinstance(self.screen, OutboxScreen):
            self.push_screen(OutboxScreen())

    def show_help(self, about: CounterScreen) -> None:
        """The keys of a screen."""
        from clerk_tui.screens.help import HelpScreen

        if not isinstance(about, HelpScreen):
            self.push_screen(HelpScreen(about))

    def show_case(self, name: str) -> None:
        """A case with its timeline, whatever its state, by its identity or its reference."""
        from clerk_tui.screens.case import CaseScreen

        self.push_screen(CaseScreen(name))

    def reference_in(self, code: str) -> str:
        """The reference that a scanned or typed code names, or ``""``."""
        from hall.reference import reference_in

        workspace = self.workspace
        found = reference_in(code[:80], office_length=len(workspace.config.hall.office)) if workspace else None
        return str(found) if found else ""

    def cycle_theme(self) -> None:
        """The next theme."""
        self.theme = themes.next_theme(self.theme)
