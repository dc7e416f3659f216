"""The App's part in signing in: covering the screens while nobody sits here, and holding back what must not be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual import on

from clerk_tui import messages
from clerk_tui.i18n import _
from clerk_tui.screens.dialog import Dialog, problem
from clerk_tui.screens.paused import PausedScreen
from clerk_tui.screens.places import Places
from clerk_tui.screens.signing_in import ApproveScreen, SignInScreen
from hall.errors import HallError
from hall.roles import Actor, Permission

if TYPE_CHECKING:
    from clerk_tui.services.workspace import Workspace

IDLE_S: Final = 1.0
"""So long no key has been pressed before what comes by itself may take the next one, in seconds."""


class Seating(Places):
    """What lies under the sign-in screen stays as it is: the open case is there again for whoever signs in."""

    workspace: Workspace | None
    idle_s = IDLE_S
    last_key: float
    _held: list[Callable[[], None]]

    @property
    def locked(self) -> bool:
        """Whether nobody sits here or the window pauses: no screen may be opened, no scan acts."""
        return any(isinstance(screen, SignInScreen | PausedScreen) for screen in self.screen_stack)

    def lock(self) -> None:
        """Cover everything until somebody signs in; in a hall without clerks there is nobody to ask for."""
        from clerk_tui.services import signing_in

        workspace = self.workspace
        if workspace is None or self.locked:
            return
        if not signing_in.required(workspace):
            hint = _("请管理员在中心用 clerk-central clerk add 添加人员")
            raise HallError("no_clerks", _("中心还没有给本厅设人员，不用签到，也不能锁屏"), hint=hint)
        actor = workspace.seat.actor
        self.let_go()
        signing_in.sign_out(workspace)
        self._cover(SignInScreen(actor.id, actor.name) if actor is not None else SignInScreen())

    def not_come(self) -> str:
        """The number that is being called here, ``""`` where nobody is waited for."""
        return ""

    def let_go(self) -> None:
        """Nobody will be here: whoever was called and has not come goes back to their place."""

    def seat_now(self) -> None:
        """Ask who sits here if somebody has to be asked: when the counter opens, and when the centre has said more."""
        from clerk_tui.services import signing_in

        workspace = self.workspace
        if workspace is None or self.locked or signing_in.may_stay(workspace):
            return
        opened = workspace.seat.actor is not None
        self.let_go()
        workspace.seat.leave()
        why = _("签到已失效，或中心改了本厅的人员。录入的内容还在，签到后接着办。") if opened else ""
        self._cover(SignInScreen(why=why))

    def _cover(self, screen: SignInScreen) -> None:
        from clerk_tui.screens.case import CaseScreen

        for below in self.screen_stack:
            if isinstance(below, CaseScreen):
                below.shown = {}
        self.push_screen(screen)

    def ask_to_sign_in(self, number: str, name: str, why: str) -> None:
        """Ask who sits here, after ``number`` has left the seat."""
        self._cover(SignInScreen(number, name, why))

    def seated(self, screen: SignInScreen) -> None:
        """Somebody has signed in: uncover, and say what was held back."""
        while screen in self.screen_stack:
            self.pop_screen()
        self.sat_down(screen.number)

    def sat_down(self, before: str) -> None:
        """Somebody has signed in, after ``before`` (a number, empty for nobody) had locked the screen."""
        self.say_what_was_held()

    def say_what_was_held(self) -> None:
        """Say what was held back while nobody sat here."""
        held, self._held = self._held, []
        for say in held:
            say()

    def when_seated(self, say: Callable[[], None]) -> None:
        """Say it now, or when somebody sits here again."""
        if self.locked:
            self._held.append(say)
        else:
            say()

    def when_idle(self, say: Callable[[], None], *, at_home: bool = False) -> None:
        """Say what nobody asked for once the keyboard rests and no dialog is open: the next key was meant for what is
        on the screen, and a dialog that comes in between would take it. ``at_home``: not before one person is done and
        the next is neither called nor begun with."""
        before = self.last_key

        def look() -> None:
            if not self._screen_stack:
                return  # the counter is closing
            free = self.screen is self.home and self.home.is_bare and not self.not_come()
            if (at_home and not self.locked and not free) or self.last_key != before or isinstance(self.screen, Dialog):
                self.when_idle(say, at_home=at_home)
            elif self.locked:
                self._held.append(lambda: self.when_idle(say, at_home=at_home))
            else:
                say()

        self.set_timer(self.idle_s, look)

    def tell(self, error: HallError, effect: str = "") -> None:
        """Show a problem of what was just done, to whoever sits here."""
        self.when_seated(lambda: self._show_problem(error, effect))

    def tell_idle(self, error: HallError, effect: str = "") -> None:
        """Show a problem that came by itself (``when_idle``)."""
        self.when_idle(lambda: self._show_problem(error, effect))

    def _show_problem(self, error: HallError, effect: str) -> None:
        self.push_screen(Dialog(problem(error, effect)))

    def ask_approval(self, permission: Permission, why: str, then: Callable[[Actor], None]) -> None:
        """Have somebody with this right stand by; nothing happens where nobody does."""

        def answered(actor: Actor | None) -> None:
            if actor is not None:
                then(actor)

        self.push_screen(ApproveScreen(permission, why), answered)

    @on(messages.SignInTold)
    def _sign_in_told(self, message: messages.SignInTold) -> None:
        for screen in reversed(self.screen_stack):
            if isinstance(screen, SignInScreen | ApproveScreen):
                screen.told(message)
                return
