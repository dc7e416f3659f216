"""Scans at the level of the App: recognised wherever the focus is, shown before they act; they never confirm."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import App
from textual.timer import Timer

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import ANSWERED_S, CounterScreen
from clerk_tui.screens.dialog import Answer, Box, Dialog, Spec
from clerk_tui.widgets.editor import typed
from clerk_tui.widgets.entry import Entry
from clerk_tui.widgets.form import FormView
from clerk_tui.widgets.materials import MaterialsView
from clerk_tui.widgets.scan import Act, Ignore, ScanFilter, Scanned, Wait
from clerk_tui.widgets.sign_in import SignIn

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp


ALARM = next(action.keys for action in actions.group("anywhere") if action.id == "alarm")
"""Taken before anything else sees it: the alarm works under every dialog and while the screen is locked."""


class ScanKeys(App[None]):
    """An App whose keys pass a ``ScanFilter`` before any widget sees them."""

    def __init__(self) -> None:
        super().__init__()
        self._filter: ScanFilter[events.Key] = ScanFilter()
        self._token: tuple[int, CounterScreen | None, object, Box | None, object] | None = None
        self._expiry: Timer | None = None
        self._answered: tuple[float, Dialog] | None = None
        self.last_key = self.key_now()

    def key_time(self, event: events.Key) -> float:
        """When a key was pressed, in seconds; tests give people and scanners their rhythm here."""
        return event.time

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Paste) and self._pasted_code(event):
            return
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self.last_key = self.key_now()
        if event.key in ALARM:
            cast("CounterApp", self).call_for_help()
            return
        text = typed(event.character)
        answer = self._filter.feed(
            event,
            text if text.isascii() else "",
            enter=event.key == "enter",
            at=self.key_time(event),
            typing=self._typing(),
            control=not text,
            settled=self._settled(),
        )
        match answer:
            case Act(keys, holds=True):
                self._token = None
                for key in keys:
                    await self._deliver(key)
                self._watch()
            case Act(keys, begins):
                for key in keys[:-1]:
                    await self._deliver(key)
                if begins:
                    self._remember()
                await self._deliver(keys[-1])
            case Wait(begins=begins):
                if begins:
                    # Nothing of this burst has acted, so there is nothing to take back.
                    self._token = None
                self._watch()
            case Ignore(keys):
                for key in keys:
                    await self._deliver(key)
            case Scanned(code, whole):
                self._scan_read(code, whole)

    async def _deliver(self, key: events.Key) -> None:
        """Let a key through, but not the Enter of somebody who answers a dialog by a digit and Enter: the digit was the
        answer already, and neither what lies behind the dialog nor the next dialog was meant."""
        at, front = self.key_time(key), self.screen
        before, self._answered = self._answered, None
        if key.key == "enter" and before is not None:
            pressed, dialog = before
            settled = front.settled_s if isinstance(front, CounterScreen) else ANSWERED_S
            if at - pressed < settled and dialog not in self.screen_stack:
                return
        if isinstance(front, Dialog) and key.character is not None and key.character in "123456789":
            self._answered = at, front
        await super().on_event(key)

    def _scan_read(self, code: str, whole: bool) -> None:
        # The first keys may still wait in the queue of the widget that was to have them.
        target = self.focused or self.screen
        target.call_later(self.call_later, self._finish_scan, code, whole)

    def _pasted_code(self, event: events.Paste) -> bool:
        """The code on a paper, pasted into a search line, is read like a scan; a field may take fewer characters."""
        from hall.replica import looks_like_code

        if not (isinstance(self.focused, Entry) and self.focused.id == "search" and looks_like_code(event.text)):
            return False
        self.show_scan(event.text.strip("\r\n\t"))
        return True

    def _watch(self) -> None:
        """Look again when the keys held back have waited long enough; one timer for all of them."""
        if self._expiry is None and self._filter.silence:
            self._expiry = self.set_timer(self._filter.silence * 1.2, self._expired)

    def _typing(self) -> bool:
        """Whether a key would go into a text field."""
        focused = self.focused
        if isinstance(focused, FormView):
            return focused.active is not None and not focused.active.options
        return isinstance(focused, Entry | SignIn) or (isinstance(focused, Box) and focused.typing)

    def _settled(self) -> bool:
        """Whether what a character does could not be taken back: it answers a dialog, prints, opens."""
        return not self._typing() and not isinstance(self.focused, (FormView, MaterialsView))

    async def _expired(self) -> None:
        self._expiry = None
        if not self._screen_stack:
            return  # the counter is closing
        match self._filter.expire(self.key_now()):
            case Scanned(code, whole):
                self._scan_read(code, whole)
            case keys:
                for key in keys:
                    await self._deliver(key)
        self._watch()

    def key_now(self) -> float:
        """The present on the clock of ``key_time``."""
        return monotonic()

    def _remember(self) -> None:
        screen = next((s for s in reversed(self.screen_stack) if isinstance(s, CounterScreen)), None)
        box = self.focused if isinstance(self.focused, Box) else None
        mine = screen.scan_token() if screen is not None else None
        self._token = (len(self.screen_stack), screen, mine, box, box.snapshot() if box is not None else None)

    async def _finish_scan(self, code: str, whole: bool) -> None:
        await self._take_back()
        if whole:
            self.show_scan(code)
        else:
            self.show_scanned(_unread(), None)

    async def _take_back(self) -> None:
        """Undo what the first keys of the scan did, dialogs that they opened too."""
        if self._token is None:
            return
        depth, screen, token, box, typed = self._token
        while len(self.screen_stack) > depth and isinstance(self.screen, Dialog):
            await self.pop_screen()
        if screen is not None and screen in self.screen_stack:
            screen.scan_undo(token)
        if box is not None and box.is_attached:
            box.restore(typed)
        self._token = None

    def show_scan(self, code: str) -> None:
        """Hand the code to the screen in front; else say what was read and offer the case it names."""
        from hall.replica import looks_like_code
        from hall.ticket_code import looks_like_ticket

        counter = cast("CounterApp", self)
        if counter.locked:
            return
        if looks_like_code(code):
            from clerk_tui.screens.paper_code import scanned_code

            scanned_code(counter, code)
            return
        if looks_like_ticket(code):
            counter.scanned_ticket(code)
            return
        if isinstance(self.screen, CounterScreen) and self.screen.scanned(code):
            return
        reference = counter.reference_in(code)
        if reference:
            spec = Spec(
                title=_("扫到收件编号"),
                paragraphs=((reference, "strong"), ("", "plain"), (_("扫码不会改变现在录入的内容。"), "faint")),
                yes=N_("打开这件"),
                no=N_("不理会"),
            )
        else:
            spec = Spec(
                title=_("扫到的码这里用不上"),
                paragraphs=((code[:120], "strong"), ("", "plain"), (_("没有录入任何内容。"), "faint")),
                yes=N_("知道了"),
                no=N_("关闭"),
                tone="warn",
            )
        self.show_scanned(spec, (lambda: counter.open_case(reference)) if reference else None)

    def show_scanned(self, spec: Spec, then: Callable[[], None] | None) -> None:
        """Show a scan in a dialog; a person's Enter goes on with ``then``."""

        def answered(answer: Answer | None) -> None:
            if answer is not None and then is not None:
                then()

        if isinstance(self.screen, ScanDialog):
            self.pop_screen()
        self.push_screen(ScanDialog(spec), answered)


def _unread() -> Spec:
    return Spec(
        title=_("这次扫码没有读全"),
        paragraphs=(
            (_("码中途断了，或混进了别的按键。没有录入任何内容，也没有打开办件。"), "plain"),
            ("", "plain"),
            (_("怎么办：") + _("再扫一次；总是这样，检查扫码枪的连接和“以回车结尾”的设置"), "info"),
        ),
        yes=N_("知道了"),
        no=N_("关闭"),
        tone="warn",
    )


class ScanDialog(Dialog):
    """The dialog that shows a scan; the next scan takes its place."""
