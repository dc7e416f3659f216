"""What the centre does not have yet, what came back from it for a person to deal with, and what is open in the hall."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dialog import Answer, Dialog, Spec, worded
from clerk_tui.screens.standing import clock_time
from clerk_tui.screens.words import aside_chip, fact_name, flag_word
from clerk_tui.widgets.cells import clip, pad, safe, width, wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.phrases import age
from clerk_tui.widgets.virtual_list import TextPane
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.services.aside import Aside
    from clerk_tui.services.hall_conflicts import HallConflict
    from clerk_tui.services.keeping import Kept
    from clerk_tui.services.outbox import SyncStatus
    from clerk_tui.services.workspace import Workspace

LABEL = 16
STATE, REFERENCE, FACT = 12, 20, 24
SHOWN = 50
KEYS = {"enter": "settle", "m": "correct", "r": "resend", "h": "hand_over"}


class OutboxScreen(CounterScreen):
    """The state of sending, in words a clerk can act on; arrows choose a record that came back."""

    GROUPS = ("outbox",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("outbox")]
    TITLE_OF = N_("上传")

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Aside] = []
        self.hall: list[HallConflict] = []
        self._told: list[HallConflict] | None = None
        self.place = 0
        self._at: list[int] = []

    def body(self) -> ComposeResult:
        yield TextPane(self._lines, id="outbox", classes="pane body roomy")

    @property
    def pane(self) -> TextPane:
        return self.query_one("#outbox", TextPane)

    def on_mount(self) -> None:
        self.set_focus(None)
        self.counter.sync_now()
        self._again()
        self._ask_hall()
        self.set_interval(1.0, self._again)

    def _again(self) -> None:
        from clerk_tui.services import aside, hall_conflicts

        workspace = self.counter.workspace
        if workspace is not None:
            chosen = self._named(self.place)
            self.items = aside.worklist(workspace, SHOWN)
            self.hall = hall_conflicts.known(workspace, SHOWN) if self._told is None else self._told
            places = [place for place in range(len(self.items) + len(self.hall)) if self._named(place) == chosen]
            self.place = places[0] if places else max(0, min(self.place, len(self.items) + len(self.hall) - 1))
        self.pane.paint()
        self.show_keys()

    def _ask_hall(self) -> None:
        """Have the centre say what is open in the hall; off line this window's own knowledge stands."""

        def ask(workspace: Workspace) -> None:
            from clerk_tui.services import hall_conflicts

            if workspace.config.centre.enabled:
                with suppress(HallError):
                    self._told = hall_conflicts.told(workspace)

        self.counter.in_background(ask, "hall")

    def _named(self, place: int) -> object:
        """What names the line at a place, whatever else comes and goes."""
        if place < len(self.items):
            return self.items[place].seq
        rest = place - len(self.items)
        return (self.hall[rest].case_id, self.hall[rest].kind) if rest < len(self.hall) else None

    @property
    def chosen(self) -> Aside | None:
        """The record that the keys are about."""
        return self.items[self.place] if self.place < len(self.items) else None

    @property
    def chosen_of_hall(self) -> HallConflict | None:
        """The conflict of the hall that the keys are about."""
        rest = self.place - len(self.items)
        return self.hall[rest] if 0 <= rest < len(self.hall) else None

    def can_do(self, action: str) -> bool:
        item = self.chosen
        match action:
            case "outbox":
                return False
            case "settle":
                return self.chosen_of_hall is not None or (item is not None and item.state == "conflict")
            case "resend":
                return item is not None and item.state != "conflict" and item.number > 0
            case "correct" | "hand_over":
                return item is not None and item.state != "conflict"
            case "choose":
                return len(self.items) + len(self.hall) > 1
        return True

    def on_key(self, event: events.Key) -> None:
        key = event.character.lower() if event.character and event.character in "mMrRhH" else event.key
        if key in KEYS:
            if self.can_do(KEYS[key]):
                self.counter.guarded(getattr(self, f"_{KEYS[key]}"))
        elif key in ("up", "down"):
            self._move(-1 if key == "up" else 1)
        elif key in ("pageup", "pagedown"):
            self.pane.scroll_lines(-10 if key == "pageup" else 10)
        else:
            return
        event.stop()

    def _move(self, step: int) -> None:
        """Choose the next record and bring it into view; without any, scroll."""
        count = len(self.items) + len(self.hall)
        if count < 2:
            self.pane.scroll_lines(step)
            return
        self.place = max(0, min(count - 1, self.place + step))
        top, rows = self.pane.top, self.pane.size.height
        at = self._at[self.place] if self.place < len(self._at) else 0
        self.pane.top = min(top, at - 2) if at < top + 2 else max(top, at - rows + 4)
        self.pane.paint()
        self.show_keys()

    # -- what is done about a record -------------------------------------------------------------------------------

    def _settle(self) -> None:
        from clerk_tui.services import aside

        item, workspace = self.chosen, self.counter.workspace
        if (of_hall := self.chosen_of_hall) is not None:
            self._settle_of_hall(of_hall)
            return
        assert item is not None and workspace is not None
        both = aside.sides(workspace, item.seq)
        spec = Spec(
            _("哪边算数？"),
            (
                (f"{item.reference}  {fact_name(item.type)}", "strong"),
                (item.reason, "warn"),
                ("", "plain"),
                (_("两边都留在记录里。本窗口的算数时，还要照实再办一次。"), "info"),
            ),
            options=(
                _("中心已有的算数：{text}").format(text=both.first),
                _("本窗口的算数：{text}").format(text=both.second),
            ),
            tone="warn",
        )
        seq = item.seq
        self._ask(spec, lambda ws, answer: aside.settle(ws, seq, "second" if answer.choice else "first"))

    def _settle_of_hall(self, conflict: HallConflict) -> None:
        """Two windows' doing: on line it is decided here, off line the case is opened."""
        from clerk_tui.services import hall_conflicts

        if not conflict.id:
            self.counter.show_case(conflict.reference)
            return
        spec = Spec(
            _("哪边算数？"),
            (
                (" ".join(filter(None, (conflict.reference, conflict.other_reference))), "strong"),
                (flag_word(conflict.kind) or conflict.kind, "warn"),
                (conflict.reason, "plain"),
                ("", "plain"),
                (_("两边都留在记录里。没有算数的那边要照实补办的，另外再办一次。"), "info"),
            ),
            options=(_("先到的算数"), _("后到的算数"), _("两边都算数"), _("两边都不算数")),
            tone="warn",
        )

        def settle(workspace: Workspace, answer: Answer) -> None:
            hall_conflicts.settle(workspace, conflict, hall_conflicts.STANDS[answer.choice])
            self._told = [each for each in self.hall if each != conflict]

        self._ask(spec, settle)

    def _correct(self) -> None:
        from clerk_tui.services import aside

        self._ask_words(_("更正"), _("正确的内容"), _("写进这个办件，退回的记录原样留着。"), aside.correct)

    def _hand_over(self) -> None:
        from clerk_tui.services import aside

        self._ask_words(_("交负责人"), _("情况"), _("这条从本窗口的清单里去掉，由负责人在中心处理。"), aside.hand_over)

    def _resend(self) -> None:
        from clerk_tui.services import aside

        item = self.chosen
        assert item is not None
        seq = item.seq
        self.counter.in_background(lambda workspace: _resent(aside.resend, workspace, seq), "resend")

    def _ask_words(self, title: str, field: str, about: str, do: Callable[[Workspace, int, str], None]) -> None:
        item = self.chosen
        assert item is not None
        seq = item.seq
        spec = Spec(
            title,
            (
                (f"{item.reference or '-'}  {fact_name(item.type)}", "strong"),
                (item.reason, "bad"),
                ("", "plain"),
                (about, "info"),
            ),
            field=field,
            check=worded(_("要写明")),
        )
        self._ask(spec, lambda workspace, answer: do(workspace, seq, answer.text))

    def _ask(self, spec: Spec, do: Callable[[Workspace, Answer], None]) -> None:
        def answered(answer: Answer | None) -> None:
            workspace = self.counter.workspace
            if answer is not None and workspace is not None:
                self.counter.guarded(lambda: do(workspace, answer))
                self.counter.saved()
                self._again()

        self.counter.push_screen(Dialog(spec), answered)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _lines(self, columns: int, rows: int) -> list[Line]:
        from clerk_tui.services import outbox
        from clerk_tui.services.health import health

        workspace = self.counter.workspace
        if workspace is None:
            return []
        status = outbox.status(workspace)
        look = health(workspace).look
        damaged = look is not None and look.what == "journal"
        lines = [*_look(look, workspace, columns), *_head(workspace, status, columns, damaged=damaged)]
        texts = [] if damaged else [_("所有记录都已保存在本机，断网不影响收件、受理和打印。")]
        if any(item.state == "dead" and not item.number for item in self.items):
            texts.append(_("有一条中心没有收下，后面的记录在等它：每次联网都会再试。"))
        elif status.quarantined:
            texts.append(_("被退回的记录没有丢失，别的办件照常上传。选中一条：更正、请中心重办，或交负责人。"))
        why = dict.fromkeys(status.scans_aside)
        texts += [_("扫描件没有上传：{reason}").format(reason=safe(_(reason))) for reason in why]
        for text in texts:
            lines += [(((part, "plain"),), "") for part in wrap(text, min(columns, 80))]
        self._at = []
        if self.items:
            lines.append(BLANK)
            for place, item in enumerate(self.items):
                self._at.append(len(lines))
                lines += _aside(item, columns, chosen=place == self.place)
            if len(self.items) < status.quarantined:
                more = _("更早的还有 {count} 条").format(count=status.quarantined - len(self.items))
                lines.append((((more, "faint"),), ""))
        if self.hall:
            lines += [BLANK, (((_("全厅要看的办件"), "title"),), "")]
            for place, conflict in enumerate(self.hall, len(self.items)):
                self._at.append(len(lines))
                lines += _of_hall(conflict, columns, chosen=place == self.place)
        return lines


def _look(look: Kept | None, workspace: Workspace, columns: int) -> list[Line]:
    """What the daily look at the journal found wrong, and what to do about it."""
    if look is None:
        return []
    title = _("账本受损：先停止收件") if look.what == "journal" else _("账本没有备份成")
    at = clock_time(look.at_ms, workspace.config.timezone)
    lines: list[Line] = [(((f"  {title}  {at}", "strong"),), "big-bad"), BLANK]
    texts = ((_(look.detail), "bad"), (_("怎么办：") + _(look.hint) if look.hint else "", "info"))
    for text, ink in texts:
        lines += [(((part, ink),), "") for part in wrap(safe(text), min(columns, 80))] if text else []
    return [*lines, BLANK]


def _of_hall(conflict: HallConflict, columns: int, *, chosen: bool) -> list[Line]:
    """A case that two windows worked on: which, why, and who came second."""
    word, ink = aside_chip("conflict")
    why = flag_word(conflict.kind) or conflict.kind
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (pad(conflict.reference or "-", REFERENCE), "strong"),
            (clip(safe(why), max(8, columns - STATE - REFERENCE - 8)), "plain"),
            (f"  {safe(conflict.window)}", "faint"),
        ),
        "cursor" if chosen else "",
    )
    parts = wrap(safe(conflict.reason), max(10, columns - STATE)) if conflict.reason else []
    return [first, *(((((" " * STATE, "plain"), (part, "plain")), "")) for part in parts)]


def _resent(do: Callable[[Workspace, int], str], workspace: Workspace, seq: int) -> None:
    """Ask the centre; the list is read anew by itself."""
    do(workspace, seq)


def _head(workspace: Workspace, status: SyncStatus, columns: int, *, damaged: bool) -> list[Line]:
    """How sending stands, in a word and a few figures."""
    now, zone = workspace.clock.now_ms(), workspace.config.timezone
    if not status.enabled:
        word, fill = _("不联网工作"), "off"
    elif status.quarantined:
        word, fill = _("有记录被中心退回"), "bad"
    elif status.online:
        word, fill = (_("正在上传") if status.pending or status.scans else _("全部已上传")), "good"
    else:
        word = _("离线：联网后自动上传") if damaged else _("离线：照常办理，联网后自动上传")
        fill = "warn"
    contact = clock_time(status.last_contact_ms, zone) if status.last_contact_ms else _("还没有")
    rows = [
        (_("未上传"), _("{count} 条").format(count=status.pending), "strong"),
        *([(_("扫描件"), _("{count} 份未上传").format(count=status.scans), "strong")] if status.scans else []),
        (_("最早一条"), age(now - status.oldest_ms) + _(" 前") if status.oldest_ms else "-", "plain"),
        (_("最近联系"), contact, "plain"),
        (_("中心地址"), safe(workspace.config.centre.url) if status.enabled else "-", "faint"),
        (_("被退回"), _("{count} 条").format(count=status.quarantined), "bad" if status.quarantined else "plain"),
    ]
    lines: list[Line] = [
        ((), f"big-{fill}"),
        (((f"  {word}", "strong"),), f"big-{fill}"),
        ((), f"big-{fill}"),
        BLANK,
    ]
    lines += [(((pad(label, LABEL), "faint"), (value, ink)), "") for label, value, ink in rows]
    lines.append(BLANK)
    return lines


def _aside(item: Aside, columns: int, *, chosen: bool) -> list[Line]:
    """A record that came back: what it is, of which case, why, and what waits behind it."""
    word, ink = aside_chip(item.state)
    number = _("第 {seq} 条").format(seq=item.seq)
    first: Line = (
        (
            (f" {word} ", ink),
            (" " * max(1, STATE - width(word) - 2), "plain"),
            (pad(item.reference or "-", REFERENCE), "strong"),
            (pad(fact_name(item.type), FACT), "plain"),
            (number, "faint"),
        ),
        "cursor" if chosen else "",
    )
    reason = item.reason
    if item.held and item.state != "conflict":
        reason += _("（这个办件其后的 {count} 条在等它）").format(count=item.held)
    parts = wrap(safe(reason), max(10, columns - STATE))
    return [first, *(((((" " * STATE, "plain"), (part, "plain")), "")) for part in parts)]
