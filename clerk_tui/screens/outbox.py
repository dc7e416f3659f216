"""What the centre does not have yet, what came back from it for a person to deal with, and what is open in the hall."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dialog import Answer, Dialog, Spec
from clerk_tui.screens.outbox_asks import doubt_spec, lost_spec, own_spec, sides_spec, vouch_spec, words_spec
from clerk_tui.screens.outbox_lines import (
    aside_lines,
    calendar_lines,
    conflict_lines,
    hall_as_of,
    hall_aside_lines,
    head_lines,
    log_lines,
    look_lines,
    lost_lines,
    more_line,
    row_name,
    section_lines,
    settle_word,
    state_texts,
    whose,
)
from clerk_tui.widgets.cells import safe, wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.virtual_list import TextPane
from hall.errors import HallError

if TYPE_CHECKING:
    from clerk_tui.services.aside import Aside
    from clerk_tui.services.hall_asides import HallAside
    from clerk_tui.services.hall_conflicts import HallConflict
    from clerk_tui.services.outbox import Loss
    from clerk_tui.services.workspace import Workspace

SHOWN = 50
ASK_S = 15.0
"""How often the centre is asked what is open in the hall, in seconds."""
KEYS = {"enter": "settle", "m": "correct", "r": "resend", "h": "hand_over"}


class OutboxScreen(CounterScreen):
    """The state of sending, in words a clerk can act on; arrows choose a record that came back."""

    GROUPS = ("outbox",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("outbox")]
    TITLE_OF = N_("上传")

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Aside] = []
        self.losses: list[Loss] = []
        self.asides: list[HallAside] = []
        self.hall: list[HallConflict] = []
        self._told: list[HallConflict] | None = None
        self._told_ms, self._silent, self._more = 0, False, 0
        self._told_asides: list[HallAside] = []
        self._asides_missing = ""
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
        self.set_interval(ASK_S, self._ask_hall)

    @property
    def rows(self) -> list[Aside | Loss | HallAside | HallConflict]:
        """What the arrows go through: this window's records, what was lost of them, the hall's, its conflicts."""
        return [*self.items, *self.losses, *self.asides, *self.hall]

    def _again(self) -> None:
        from clerk_tui.services import aside, hall_asides, hall_conflicts, outbox

        workspace = self.counter.workspace
        if workspace is not None:
            chosen = row_name(self.chosen)
            self.items = aside.worklist(workspace, SHOWN)
            self.losses = list(outbox.status(workspace).losses)
            self.asides = self._told_asides if hall_asides.may_see(workspace) else []
            self.hall = hall_conflicts.known(workspace, SHOWN) if self._told is None else self._told
            places = [place for place, row in enumerate(self.rows) if row_name(row) == chosen]
            self.place = places[0] if places else max(0, min(self.place, len(self.rows) - 1))
        self.pane.paint()
        self.show_keys()

    def _ask_hall(self) -> None:
        """Have the centre say what is open in the hall; off line what is known stands, and it says as of when."""

        def ask(workspace: Workspace) -> None:
            from clerk_tui.services import hall_asides, hall_conflicts

            if not workspace.config.centre.enabled:
                return
            try:
                self._told, self._more = hall_conflicts.told_and_more(workspace)
                self._told_ms, self._silent = workspace.clock.now_ms(), False
            except HallError:
                self._silent = True
            if hall_asides.may_see(workspace):
                try:
                    self._told_asides, self._asides_missing = hall_asides.told(workspace), ""
                except HallError as error:
                    self._asides_missing = error.message

        self.counter.in_background(ask, "hall")

    @property
    def chosen(self) -> Aside | Loss | HallAside | HallConflict | None:
        """The line that the keys are about."""
        rows = self.rows
        return rows[self.place] if self.place < len(rows) else None

    @property
    def own(self) -> Aside | None:
        """The record of this window that the keys are about."""
        return self.items[self.place] if self.place < len(self.items) else None

    @property
    def loss(self) -> Loss | None:
        """The lost records that the keys are about."""
        rest = self.place - len(self.items)
        return self.losses[rest] if 0 <= rest < len(self.losses) else None

    @property
    def of_hall(self) -> HallAside | None:
        """The record of another window that the keys are about."""
        rest = self.place - len(self.items) - len(self.losses)
        return self.asides[rest] if 0 <= rest < len(self.asides) else None

    @property
    def conflict(self) -> HallConflict | None:
        """The conflict of the hall that the keys are about."""
        rest = self.place - len(self.items) - len(self.losses) - len(self.asides)
        return self.hall[rest] if 0 <= rest < len(self.hall) else None

    def can_do(self, action: str) -> bool:
        item = self.own
        match action:
            case "outbox":
                return False
            case "settle":
                return bool(self.conflict or self.loss) or (item is not None and item.state == "conflict")
            case "resend":
                return self.of_hall is not None or (item is not None and item.state != "conflict" and item.number > 0)
            case "correct" | "hand_over":
                return item is not None and item.state != "conflict"
            case "choose":
                return len(self.rows) > 1
        return True

    def has_use_for(self, action: str) -> bool:
        return action not in KEYS.values() or (bool(self.rows) and (self.loss is None or action == "settle"))

    def short_of(self, action: actions.Action) -> str:
        word = settle_word(self.conflict) if action.id == "settle" and (self.loss or self.conflict) else ""
        return word or super().short_of(action)

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
        count = len(self.rows)
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

        item, workspace = self.own, self.counter.workspace
        if (conflict := self.conflict) is not None:
            return self._settle_of_hall(conflict)
        if (lost := self.loss) is not None:
            return self._see_to(lost)
        assert item is not None and workspace is not None
        spec = own_spec(item, aside.sides(workspace, item.seq))
        seq = item.seq
        self._ask(spec, lambda ws, answer: aside.settle(ws, seq, "second" if answer.choice else "first"))

    def _settle_of_hall(self, conflict: HallConflict) -> None:
        """Two windows' doing: on line it is decided here, off line the case is opened."""
        from clerk_tui.services import hall_conflicts

        if not conflict.id:
            self.counter.show_case(conflict.case_id)
            return
        if conflict.is_doubt:
            self._verify(conflict)
            return

        def settle(workspace: Workspace, stands: hall_conflicts.Stands) -> None:
            hall_conflicts.settle(workspace, conflict, stands)
            self._told = [each for each in self.hall if each != conflict]
            if case_id := conflict.still_to_do(stands):
                self.counter.show_case(case_id)

        def answered(answer: Answer | None) -> None:
            if answer is None:
                return
            choices = conflict.choices
            if answer.choice < len(choices):
                self._do(lambda workspace: settle(workspace, choices[answer.choice]))
            else:
                self.counter.show_case(conflict.sides[answer.choice - len(choices)].case_id)

        self.counter.push_screen(Dialog(sides_spec(conflict)), answered)

    def _verify(self, conflict: HallConflict) -> None:
        """A doubt: whoever is in charge says what they found."""
        from clerk_tui.services import hall_conflicts

        workspace = self.counter.workspace
        assert workspace is not None
        # Who may not is told so before they type.
        hall_conflicts.require_may_verify(workspace, conflict)

        def verify(workspace: Workspace, answer: Answer) -> None:
            hall_conflicts.verify(workspace, conflict, answer.text)
            self._told = [each for each in self.hall if each != conflict]

        self._ask(doubt_spec(conflict), verify)

    def _see_to(self, lost: Loss) -> None:
        """What could not be read: whoever is in charge says what they found; who may not is told before they type."""
        from clerk_tui.services import losses

        workspace = self.counter.workspace
        assert workspace is not None
        losses.require_may(workspace)
        self._ask(lost_spec(lost), lambda ws, answer: losses.see_to(ws, lost, answer.text))

    def _correct(self) -> None:
        from clerk_tui.services import aside

        self._ask_words(_("更正这条记录"), _("正确的内容"), _("写进这个办件，退回的记录原样留着。"), aside.correct)

    def _hand_over(self) -> None:
        from clerk_tui.services import aside

        self._ask_words(
            _("交给负责人"),
            _("情况"),
            _("这条从本窗口的清单里去掉。负责人联网签到后在任何窗口按 F12 看得到，或在中心用 clerk-central aside。"),
            aside.hand_over,
        )

    def _resend(self) -> None:
        from clerk_tui.services import aside, hall_asides

        if (record := self.of_hall) is not None:
            self._vouch(record, (whose(record), record.dealt_words), partial(hall_asides.retry, record=record))
            return
        item, workspace = self.own, self.counter.workspace
        assert item is not None and workspace is not None
        again = partial(aside.resend, seq=item.seq)

        def at_once(workspace: Workspace) -> None:
            again(workspace)

        if item.state == "dead" or not hall_asides.may_see(workspace):
            # It is only sent again, or they may not ask, which they are told before they type.
            self.counter.in_background(at_once, "resend")
        else:
            self._vouch(item, (_("第 {seq} 条").format(seq=item.seq), ""), again)

    def _vouch(self, record: Aside | HallAside, told: tuple[str, str], again: Callable[..., object]) -> None:
        """A record that has its effect because whoever is signed in answers for it, and says why."""

        def ask(workspace: Workspace, reason: str) -> None:
            try:
                again(workspace, reason=reason)
            finally:
                self._ask_hall()

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.counter.in_background(lambda workspace: ask(workspace, answer.text), "resend")

        self.counter.push_screen(Dialog(vouch_spec(record, *told)), answered)

    def _ask_words(self, title: str, field: str, about: str, do: Callable[[Workspace, int, str], None]) -> None:
        item = self.own
        assert item is not None
        seq = item.seq
        self._ask(words_spec(item, title, field, about), lambda workspace, answer: do(workspace, seq, answer.text))

    def _ask(self, spec: Spec, do: Callable[[Workspace, Answer], None]) -> None:
        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self._do(lambda workspace: do(workspace, answer))

        self.counter.push_screen(Dialog(spec), answered)

    def _do(self, do: Callable[[Workspace], None]) -> None:
        if (workspace := self.counter.workspace) is not None:
            self.counter.guarded(lambda: do(workspace))
            self.counter.saved()
            self._again()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _lines(self, columns: int, rows: int) -> list[Line]:
        from clerk_tui.services import outbox, upkeep
        from clerk_tui.services.health import health

        workspace = self.counter.workspace
        if workspace is None:
            return []
        status = outbox.status(workspace)
        found = health(workspace)
        look = found.look
        damaged = look is not None and look.what == "journal"
        lines = [*look_lines(look, workspace, columns), *log_lines(found.log, columns)]
        lines += calendar_lines(upkeep.unsure(workspace), workspace.clock.today().year, columns)
        lines += head_lines(workspace, status, columns, damaged=damaged)
        texts = state_texts(status, self.items, damaged=damaged)
        lines += [(((part, "plain"),), "") for text in texts for part in wrap(text, min(columns, 80))]
        self._at = []
        if self.items:
            lines.append(BLANK)
            for place, item in enumerate(self.items):
                self._at.append(len(lines))
                lines += aside_lines(item, columns, chosen=place == self.place)
            if len(self.items) < status.quarantined:
                lines.append(more_line(status.quarantined - len(self.items)))
        if self.losses:
            lines.append(BLANK)
            for place, lost in enumerate(self.losses, len(self.items)):
                self._at.append(len(lines))
                lines += lost_lines(lost, columns, chosen=place == self.place)
        lines += self._hall_lines(workspace, columns, len(lines))
        return lines

    def _hall_lines(self, workspace: Workspace, columns: int, above: int) -> list[Line]:
        """What waits in the hall, below ``above`` lines: for whoever looks after it what was set aside, for everybody
        what two windows did."""
        from clerk_tui.services import outbox

        lines: list[Line] = []
        place = len(self.items) + len(self.losses)
        why = self._asides_missing
        missing = _("现在取不到：{reason}").format(reason=safe(_(why))) if why else ""
        if self.asides or missing:
            lines += section_lines(_("全厅搁置的记录"), missing, "bad", columns)
        for record in self.asides:
            self._at.append(above + len(lines))
            lines += hall_aside_lines(record, workspace.config.timezone, columns, chosen=place == self.place)
            place += 1
        told_ms = None if self._told is None else self._told_ms
        as_of = hall_as_of(outbox.status(workspace), told_ms, workspace.config.timezone, silent=self._silent)
        if self.hall or as_of:
            lines += section_lines(_("全厅要看的办件"), as_of, "warn", columns)
        for conflict in self.hall:
            self._at.append(above + len(lines))
            lines += conflict_lines(conflict, columns, chosen=place == self.place)
            place += 1
        if self._more:
            lines.append((((_("更晚的还有 {count} 条").format(count=self._more), "faint"),), ""))
        return lines
