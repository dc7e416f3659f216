"""Who sits here: the screen that asks, in the morning, after a lock, and when a supervisor has to stand by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.messages import SignInTold
from clerk_tui.screens.base import CounterScreen
from clerk_tui.widgets.bars import Key, KeyLine
from clerk_tui.widgets.sign_in import Form, SignIn, choosing, entering
from hall.errors import HallError
from hall.roles import Actor, Permission

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.workspace import Workspace

ALLOWED = frozenset({"help", "theme", "leave"})


class SignInScreen(CounterScreen):
    """Covers everything until somebody may sit here. ``number`` and ``name`` are whoever locked the screen."""

    GROUPS = ("sign_in",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("sign_in")]
    AUTO_FOCUS = "#sign-in"
    TITLE_OF = N_("签到")

    def __init__(self, number: str = "", name: str = "", why: str = "") -> None:
        super().__init__()
        self.number, self.why = number, why
        if not why and name:
            self.why = _("{name}锁了屏，录入的内容还在。签到后接着办，换人也行。").format(name=name)
        self._given = self._tried = ("", "")
        why = self.why or _("本厅设了人员：用自己的工号和密码签到。")
        self.box = SignIn(entering(why), self._entered, number=number)

    def body(self) -> ComposeResult:
        yield Container(self.box, id="seat", classes="body")

    def show_keys(self) -> None:
        shown = [each for name in ("sign_in", "anywhere") for each in actions.group(name) if self.can_do(each.id)]
        named = [each for each in shown if each.short or each.id == "leave"]
        self.query_one(KeyLine).show(
            [Key(_(each.shown), _(each.short) or _("退出"), True, each.rank) for each in named]
        )

    def can_do(self, action: str) -> bool:
        return action in ALLOWED or action in ("sign_in", "next_box")

    def _entered(self, first: str, second: str) -> None:
        number, pin = self._given
        if number:
            if first != second:
                self.box.refuse(_("两次输入的不一样"), _("再输一次新密码"))
                return
            self._ask(lambda ws: _changed(ws, number, pin, first))
        else:
            self._given = ("", "")
            self._tried = (first, second)
            self._ask(lambda ws: _signed_in(ws, first, second))

    def _ask(self, work: Callable[[Workspace], SignInTold]) -> None:
        self.box.wait()
        self.counter.in_background(work, "sign-in")

    def told(self, message: SignInTold) -> None:
        """What became of it."""
        if message.error is not None:
            self.box.refuse(_(message.error.message), _(message.error.hint))
        elif message.found.must_change:
            self._given = self._tried
            why = _("这个密码是别人给的，只能用一次。换成 6 到 12 位、别人猜不到的数字。")
            self.box.begin(choosing(why))
        else:
            self._given = self._tried = ("", "")
            self.counter.seated(self)

    def scan_token(self) -> object:
        return self.box.snapshot()

    def scan_undo(self, token: object) -> None:
        self.box.restore(token)


class ApproveScreen(ModalScreen[Actor | None]):
    """Somebody with more rights stands by for one action; answers who, or ``None`` for Esc."""

    BINDINGS = []

    def __init__(self, permission: Permission, why: str) -> None:
        super().__init__()
        self.permission, self.why = permission, why

    def compose(self) -> ComposeResult:
        form = Form(_("请负责人在场"), self.why, (_("负责人工号"), _("密码")), (False, True), N_("同意"), tone="warn")
        yield SignIn(form, self._entered, self._nobody)

    def _nobody(self) -> None:
        self.dismiss(None)

    def _entered(self, number: str, pin: str) -> None:
        self.query_one(SignIn).wait()
        cast("CounterApp", self.app).in_background(lambda ws: _approved(ws, number, pin, self.permission), "sign-in")

    def told(self, message: SignInTold) -> None:
        """What became of it."""
        if message.error is not None:
            self.query_one(SignIn).refuse(_(message.error.message), _(message.error.hint))
        else:
            self.dismiss(message.found)


def _told(find: Callable[[], object]) -> SignInTold:
    try:
        return SignInTold(find())
    except HallError as error:
        return SignInTold(error=error)


def _signed_in(ws: Workspace, number: str, pin: str) -> SignInTold:
    from clerk_tui.services import signing_in

    return _told(lambda: signing_in.sign_in(ws, number, pin))


def _changed(ws: Workspace, number: str, pin: str, new_pin: str) -> SignInTold:
    from clerk_tui.services import signing_in

    return _told(lambda: signing_in.change_pin(ws, number, pin, new_pin))


def _approved(ws: Workspace, number: str, pin: str, permission: Permission) -> SignInTold:
    from clerk_tui.services import signing_in

    return _told(lambda: signing_in.approve(ws, number, pin, permission))
