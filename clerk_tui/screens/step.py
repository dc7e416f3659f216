"""One step with a case: its short form, what follows from it while it is typed, the last look, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dialog import Answer, Dialog, Paragraph, Spec, label_width, labelled
from clerk_tui.screens.rewritten import Rewritten
from clerk_tui.screens.step_fields import Ask, item, read, shown, stored_text
from clerk_tui.screens.step_forms import Asking, asks_of, field_of, values_of
from clerk_tui.screens.words import state_chip, step_name, to_print
from clerk_tui.services import next_steps
from clerk_tui.services.next_steps import Step
from clerk_tui.widgets.cells import clip, safe, width, wrap
from clerk_tui.widgets.form import FormView, Item, Value
from clerk_tui.widgets.painted import BLANK, Line, Span
from clerk_tui.widgets.virtual_list import TextPane
from hall.deadlines import case_clock
from hall.errors import HallError
from hall.masking import mask_party
from hall.names import rewriting
from hall.steps import CLOSING

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.result import Result
    from clerk_tui.services.workspace import Workspace
    from hall.case import Case
    from hall.facts import Due

SCANNED = ("waybill", "voucher", "code", "result_number")
"""Fields that a bar code may be meant for; it is put in only when somebody says so."""


class StepScreen(CounterScreen):
    """The form on the left, what would follow on the right (below it on a narrow screen)."""

    GROUPS = ("step",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("step")]
    TITLE_OF = N_("办下一步")

    def __init__(self, step: Step, case: Case) -> None:
        super().__init__()
        self.step, self.case = step, case
        self.typed: dict[str, Value] = {}
        self.tell_missing = False
        self.asks: list[Ask] = []
        self.values: dict[str, Any] = {}
        self.rewritten = Rewritten()
        self.errors: dict[str, str] = {}
        self.lacking: dict[str, str] = {}
        self.against = ""
        self.foreseen: Result | None = None

    def body(self) -> ComposeResult:
        yield TextPane(self._head, id="step-head")
        with Container(classes="body", id="step"):
            yield FormView(self._changed, self._finished, self._left)
            yield TextPane(self._follows, id="follows")

    @property
    def form(self) -> FormView:
        return self.query_one(FormView)

    def on_mount(self) -> None:
        self._judge()
        self.form.begin(self._items())
        self._show()
        self.form.focus()

    # -- what is typed, and what follows ---------------------------------------------------------------------------

    def asking(self, workspace: Workspace) -> Asking:
        """What the form is made for."""
        window = next_steps.window_name(workspace)
        return Asking(self.case, workspace.clock.today(), workspace.clerk.name, window, self.typed)

    def _judge(self) -> None:
        """Read the fields, and ask the service what it would do with them."""
        workspace = self.counter.workspace
        assert workspace is not None
        asking = self.asking(workspace)
        self.asks = asks_of(self.step, asking)
        values, self.errors = read(self.asks, asking.today)
        self.values = values_of(self.step, asking, values)
        self.lacking, self.against, self.foreseen = {}, "", None
        try:
            self.foreseen = next_steps.rehearse(workspace, self.case.case_id, self.step, self.values)
        except HallError as error:
            self._told(error)

    def _told(self, error: HallError) -> None:
        """A problem goes to the field it is about: an empty one is only lacking."""
        key = field_of(self.asks, error.field)
        ask = next((ask for ask in self.asks if ask.key == key), None)
        if ask is None:
            self.against = _(error.message)
        elif ask.empty:
            self.lacking[key] = _(error.message)
        else:
            self.errors.setdefault(key, _(error.message))

    def _items(self) -> list[Item]:
        today = self.counter.today
        told = self.rewritten.told(self.typed.get)
        section = step_name(self.step)
        return [
            item(ask, section, self._error(ask), self.lacking.get(ask.key, ""), told.get(ask.key, ""), today)
            for ask in self.asks
        ]

    def _error(self, ask: Ask) -> str:
        if ask.key in self.errors or not self.tell_missing:
            return self.errors.get(ask.key, "")
        if ask.key in self.lacking:
            return self.lacking[ask.key]
        return _("请填写{label}").format(label=ask.label) if ask.required and ask.empty else ""

    def _changed(self, key: str, value: Value) -> None:
        self.typed[key] = value
        self._judge()
        self.form.show(self._items())
        self._show()

    def _left(self, key: str) -> None:
        """What was typed there stands as it is stored, and what is different is said."""
        if self.form.active is None or self.form.active.error:
            return
        ask = next(ask for ask in self.asks if ask.key == key)
        stored = stored_text(ask, self.counter.today)
        if what := rewriting(str(ask.value), stored):
            self.rewritten.keep(key, stored, what)
            self._changed(key, stored)

    def _show(self) -> None:
        self.query_one("#follows", TextPane).paint()
        self.show_keys()

    def _first_hindrance(self) -> str | None:
        """The field that keeps the step from being taken, ``""`` for the case itself, ``None`` for nothing."""
        for ask in self.asks:
            if ask.key in self.errors or ask.key in self.lacking or (ask.required and ask.empty):
                return ask.key
        return "" if self.against else None

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _head(self, columns: int, rows: int) -> list[Line]:
        return [case_head(self.case, columns)]

    def _follows(self, columns: int, rows: int) -> list[Line]:
        if self.against:
            return [(((part, "bad"),), "") for part in wrap(safe(self.against), columns)]
        hindered = self._first_hindrance() is not None
        lines: list[Line] = [(((_("填完之后") if hindered else _("将要办"), "title"),), "")]
        told = self._foreseen()
        beside = label_width(told, columns)
        for text, ink in told:
            label, mark, value = text.partition("\t")
            if mark:
                lines += labelled(label, value, ink, beside, columns)
            else:
                lines += [(((part, ink),), "") for part in wrap(safe(text), columns)]
        if not hindered:
            lines += [BLANK, (((" F9 ", "chip-key"), (" " + _("核对要点，再确认"), "strong")), "")]
        return lines

    def _foreseen(self) -> list[Paragraph]:
        if self.foreseen is None:
            return [(_("带 * 的填好，这里写明会怎样"), "faint")]
        # What is counted from a number that nobody has typed yet is no date to tell anybody.
        open_ended = any(ask.required and ask.empty and ask.kind == "number" for ask in self.asks)
        return foreseen(self.case, self.foreseen, None if open_ended else self._due_now())

    def _due_now(self) -> Due:
        return due_now(self.counter, self.case)

    # -- keys ------------------------------------------------------------------------------------------------------

    def can_do(self, action: str) -> bool:
        return action != "confirm" or self._first_hindrance() is None

    def action_do(self, action: str) -> None:
        self.form.settle()
        # F9 is always heard: while something is wrong it says what, and goes there.
        if action == "confirm" and (key := self._first_hindrance()) is not None:
            self.tell_missing = True
            self.form.show(self._items())
            self.form.go_to(key)
            return
        super().action_do(action)

    def _finished(self) -> None:
        """Enter on the last field is as good as F9."""
        self.action_do("confirm")

    def do_confirm(self) -> None:
        assert self.foreseen is not None
        said = tuple((ask.label, shown(ask)) for ask in self.asks if not ask.empty)
        confirm_step(self.counter, self.case, self.step, self.values, said, self.foreseen)

    def leaving(self, then: Callable[[], None]) -> None:
        if not self.typed:
            then()
            return
        spec = Spec(
            _("这一步还没有确认"),
            ((_("现在离开，填写的内容会丢失。"), "plain"),),
            yes=N_("离开"),
            no=N_("继续填写"),
            tone="warn",
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                then()

        self.counter.push_screen(Dialog(spec), answered)

    # -- scans -----------------------------------------------------------------------------------------------------

    def scanned(self, text: str) -> bool:
        key = self.form.current
        if key not in SCANNED:
            return False
        label = next(ask.label for ask in self.asks if ask.key == key)
        spec = Spec(
            _("扫到一个条码"),
            ((text[:80], "strong"),),
            yes=_("填入{label}").format(label=label),
            no=N_("不理会"),
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self._changed(key, text[:80])

        self.counter.push_screen(Dialog(spec), answered)
        return True

    def scan_token(self) -> object:
        return (dict(self.typed), self.form.snapshot(), self.tell_missing)

    def scan_undo(self, token: object) -> None:
        assert isinstance(token, tuple)
        self.typed, place, self.tell_missing = token
        self.form.restore(place)
        self._judge()
        self.form.show(self._items())
        self._show()


def case_head(case: Case, columns: int) -> Line:
    """One line that says which case this is."""
    word, ink = state_chip(case.state)
    who = mask_party(case.applicant.kind, case.applicant.name) if case.applicant is not None else ""
    chip: Span = (f" {word} ", ink)
    room = columns - width(case.reference) - width(chip[0]) - 4
    about = clip(safe(f"{case.matter.name}  {who}"), room)
    return ((case.reference, "title"), ("  ", "plain"), chip, ("  ", "plain"), (about, "plain")), ""


def due_now(counter: CounterApp, case: Case) -> Due:
    """The limits of a case as they are today, before anything is done."""
    workspace = counter.workspace
    assert workspace is not None
    return case_clock(case, workspace.calendar, workspace.clock.today()).due


def foreseen(case: Case, result: Result, before: Due | None) -> list[Paragraph]:
    """What a step would change: state, dates where they move from those of ``before`` (``None``: they are not told),
    papers, and what to look at again."""
    lines: list[Paragraph] = []
    if result.state is not case.state:
        lines.append((_("办件变为：{state}").format(state=state_chip(result.state)[0]), "plain"))
    # A case that ends with the step is due no more.
    if before is not None and result.state.value not in CLOSING:
        for label, day, was, unsure in (
            (_("承诺办结"), result.due.promised, before.promised, result.due.promised_provisional),
            (_("法定期限"), result.due.statutory, before.statutory, result.due.statutory_provisional),
            (_("预计办结"), result.expected_due, None, result.due.provisional),
        ):
            if day is not None and day != was:
                lines.append((f"{label}\t{day}" + (_("（暂按周末推算）") if unsure else ""), "plain"))
    lines.append(to_print(paper.kind for paper in result.papers))
    return [*lines, *((_(text), "warn") for text in result.warnings)]


def confirm_step(
    counter: CounterApp,
    case: Case,
    step: Step,
    values: Mapping[str, Any],
    said: Sequence[tuple[str, str]],
    result: Result,
) -> None:
    """The last look; Enter takes the step, prints, and goes back to the case."""
    who = mask_party(case.applicant.kind, case.applicant.name) if case.applicant is not None else ""
    lines: list[Paragraph] = [(f"{case.matter.name}  {who}", "strong"), (case.reference, "faint"), ("", "plain")]
    lines += [(f"{label}\t{text}", "plain") for label, text in said]
    lines += [("", "plain")] if said else []
    lines += foreseen(case, result, due_now(counter, case))
    spec = Spec(
        _("确认：{step}").format(step=step_name(step)),
        tuple(lines),
        yes=N_("确认办理"),
        no=N_("回去改"),
        tone="bad" if step.id in ("deny", "terminate", "give_back") else "info",
    )

    def answered(answer: Answer | None) -> None:
        if answer is not None:
            counter.guarded(lambda: _take(counter, case, step, values))

    counter.push_screen(Dialog(spec), answered)


def _take(counter: CounterApp, case: Case, step: Step, values: Mapping[str, Any]) -> None:
    from clerk_tui.screens.case import CaseScreen

    workspace = counter.workspace
    assert workspace is not None
    result = next_steps.take(workspace, case.case_id, step, values)
    counter.saved()
    counter.done_for_visit(case.reference, step.id)
    while not isinstance(counter.screen, CaseScreen):
        counter.pop_screen()
    counter.screen.show_done(step_name(step), result)
