"""What intake and supplement share: the checklist, the verdict, and the questions that a tick or an outcome asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from textual.containers import Horizontal
from textual.widget import Widget

from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dates import read_day
from clerk_tui.screens.dialog import Answer, Dialog, Paragraph, Spec
from clerk_tui.screens.words import paper_name
from clerk_tui.widgets.materials import MaterialsView
from clerk_tui.widgets.painted import Line
from clerk_tui.widgets.phrases import listed, said_of
from clerk_tui.widgets.verdict import FILLS, Shown, VerdictStrip, VerdictView, outcome_word
from clerk_tui.widgets.virtual_list import TextPane
from hall.checklist import Row
from hall.verdict import OUTCOME_NAMES, Outcome, Tick, TickState, Verdict


class DeskScreen(CounterScreen):
    """Three panes on a wide screen; on a narrow one the left pane and the checklist take turns."""

    ticks: dict[str, Tick]

    def __init__(self) -> None:
        super().__init__()
        self.ticks = {}
        self.wish: Outcome | None = None
        self.part = "left"

    # -- what the two screens give ---------------------------------------------------------------------------------

    @property
    def verdict(self) -> Verdict:
        """What the law allows now."""
        raise NotImplementedError

    @property
    def rows(self) -> tuple[Row, ...]:
        """The checklist's rows."""
        raise NotImplementedError

    def open_rows(self) -> frozenset[str]:
        """The codes of the rows that nobody has looked at yet and that the hall does not hold."""
        return frozenset(row.code for row in self.rows if row.code not in self.ticks and not row.held)

    @property
    def all_seen(self) -> bool:
        """Whether nothing is left to look at: a refusal does not rest on the materials."""
        return self.chosen is Outcome.REFUSED or not self.open_rows()

    def left_pane(self) -> Widget:
        """The pane on the left."""
        raise NotImplementedError

    def header(self, columns: int, rows: int) -> list[Line]:
        """What stands above the panes."""
        raise NotImplementedError

    def follow(self) -> None:
        """Ask the service what follows from the draft now, and show it."""
        raise NotImplementedError

    def commit(self) -> None:
        """Do it: the confirmed outcome."""
        raise NotImplementedError

    # -- panes -----------------------------------------------------------------------------------------------------

    def desk(self) -> list[Widget]:
        """The widgets between status and key line."""
        return [
            TextPane(self.header, id="desk-head"),
            Horizontal(
                self.left_pane(), MaterialsView(self.tick, self.all_present), VerdictView(), classes="body", id="desk"
            ),
            VerdictStrip(),
        ]

    @property
    def left(self) -> Widget:
        return self.query_one("#desk").children[0]

    @property
    def materials(self) -> MaterialsView:
        return self.query_one(MaterialsView)

    def on_resize(self) -> None:
        self.show_panes()

    def show_panes(self) -> None:
        """Show the panes that fit."""
        wide = self.app.size.width >= 110
        self.left.display = wide or self.part == "left"
        self.materials.display = wide or self.part == "materials"
        self.query_one(VerdictView).display = wide
        self.query_one(VerdictStrip).display = not wide

    def go_part(self, part: str) -> None:
        """Bring a pane to the front and give it the keys."""
        self.part = part
        self.show_panes()
        (self.left if part == "left" else self.materials).focus()
        self.query_one("#desk-head", TextPane).paint()
        self.show_keys()

    def show_verdict(self, shown: Shown) -> None:
        """The same verdict in the pane and in the strip."""
        self.query_one(VerdictView).show(shown)
        self.query_one(VerdictStrip).show(shown)

    def show_materials(self) -> None:
        """The rows with what is wrong about their ticks."""
        errors = {
            (error.field or "").split(".")[1]: error.message
            for error in self.verdict.errors
            if (error.field or "").startswith("materials.")
        }
        self.materials.show(self.rows, self.ticks, errors, self.open_rows())

    def do_form(self) -> None:
        self.go_part("left")

    def do_materials(self) -> None:
        self.go_part("materials")

    # -- ticks -----------------------------------------------------------------------------------------------------

    def set_tick(self, code: str, tick: Tick | None) -> None:
        """Tick a row; ``None`` takes the tick away."""
        if tick is None:
            self.ticks.pop(code, None)
        else:
            self.ticks[code] = tick
        self.follow()

    def all_present(self) -> None:
        """Everything that nobody has said anything about is there."""
        for row in self.rows:
            if row.code not in self.ticks and not row.held:
                self.ticks[row.code] = Tick(TickState.PRESENT)
        self.follow()

    def tick(self, code: str, state: TickState | None) -> None:
        """What a key says of a row; where the state needs a reason or a date it is asked."""
        row = next(row for row in self.rows if row.code == code)
        if state is TickState.UNACCEPTABLE:
            self._ask_problem(row)
        elif state is TickState.PROMISED:
            self._ask_promise(row)
        elif state is TickState.NOT_APPLICABLE and row.required:
            self._ask_reason(row)
        else:
            self.set_tick(code, Tick(state) if state is not None else None)

    def _ask_problem(self, row: Row) -> None:
        problems = [*row.problems]
        words = [p.text + (_("（可当场更正）") if p.correctable else "") for p in problems]
        spec = Spec(
            title=_("哪里不合格：{name}").format(name=row.name),
            options=(*words, _("其他原因（写在下面）")),
            field=_("原因"),
            check=_not_empty,
            yes=N_("记为不合格"),
        )

        def answered(answer: Answer) -> None:
            reason = problems[answer.choice].code if answer.choice < len(problems) else answer.text
            self._ticked_on(row, Tick(TickState.UNACCEPTABLE, reason=reason))

        self.ask(spec, answered)

    def _ask_promise(self, row: Row) -> None:
        latest = self.verdict.latest_promise
        if not row.tolerable:
            self._say(_("“{name}”不能容缺").format(name=row.name), _("主要材料缺了要一次性告知，按 2 记为缺。"))
            return
        today = self.counter.today
        spec = Spec(
            title=_("容缺：承诺哪天前补齐"),
            paragraphs=(
                (row.name, "strong"),
                (_("最迟 {day}（承诺办结时限）").format(day=latest) if latest else "", "faint"),
                (_("可写 2026-11-30、11-30 或 1130"), "faint"),
            ),
            field=_("日期"),
            value=latest.isoformat() if latest else "",
            check=lambda text: _day_error(text, today, latest),
            yes=N_("记为承诺"),
        )

        def answered(answer: Answer) -> None:
            until = read_day(answer.text, today)
            self._ticked_on(row, Tick(TickState.PROMISED, until=until))

        self.ask(spec, answered)

    def _ask_reason(self, row: Row) -> None:
        spec = Spec(
            title=_("为什么不适用：{name}").format(name=row.name),
            paragraphs=((_("这是必要材料，写明理由才能免去。"), "plain"),),
            field=_("理由"),
            check=_not_empty,
            yes=N_("记为不适用"),
        )
        self.ask(spec, lambda answer: self._ticked_on(row, Tick(TickState.NOT_APPLICABLE, reason=answer.text)))

    def _ticked_on(self, row: Row, tick: Tick) -> None:
        self.set_tick(row.code, tick)
        if self.materials.current == row.code:
            self.materials.advance()

    # -- outcomes --------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> Outcome | None:
        """What F9 would do: the wish while it is lawful, else what follows by itself."""
        verdict = self.verdict
        return self.wish if self.wish in verdict.lawful else verdict.outcome

    def others(self) -> tuple[Outcome, ...]:
        """The further lawful outcomes."""
        return tuple(outcome for outcome in self.verdict.lawful if outcome is not self.chosen)

    def other_choices(self) -> list[tuple[str, Callable[[], None]]]:
        """What F8 offers: the other lawful outcomes."""
        return [
            (_("改为：{outcome}").format(outcome=_(OUTCOME_NAMES[outcome])), partial(self.choose, outcome))
            for outcome in self.others()
        ]

    def choose(self, outcome: Outcome | None) -> None:
        """Wish for an outcome."""
        self.wish = outcome
        self.follow()

    def do_other(self) -> None:
        choices = self.other_choices()
        barred: dict[str, list[str]] = {}
        for outcome, reason in self.verdict.unlawful.items():
            if outcome is not Outcome.REFUSED:
                barred.setdefault(reason, []).append(_(OUTCOME_NAMES[outcome]))
        why = [(said_of(listed(names), reason), "faint") for reason, names in barred.items()]
        if not choices:
            self._say(_("没有别的合法结论"), *(text for text, _ink in why))
            return
        paragraphs = (*([(_("现在不能办的："), "faint"), *why] if why else []),)
        spec = Spec(_("其他结论"), paragraphs, options=tuple(text for text, _do in choices), yes=N_("选定"))
        self.ask(spec, lambda answer: choices[answer.choice][1]())

    def summary(self, papers: Sequence[str], who: str, *extra: Paragraph) -> Spec:
        """The last look before it is committed."""
        shown = self.query_one(VerdictView).shown
        chosen = self.chosen
        assert chosen is not None
        lines: list[Paragraph] = [(who, "strong"), (shown.article, "faint")]
        if chosen is Outcome.REFUSED:
            lines += [("", "plain"), (shown.explanation, "plain")]
        elif shown.gaps:
            lines += [("", "plain"), (_("列明的材料"), "title")]
            lines += [(f"\t{n}  {said_of(gap.name, gap.problem)}", "plain") for n, gap in enumerate(shown.gaps, 1)]
        lines += [("", "plain"), *((f"{label}  {value}", "plain") for label, value in shown.dates)]
        if shown.provisional:
            lines.append((_("日期暂按周末推算，节假日安排公布后重算"), "warn"))
        lines += [*extra, ("", "plain"), (_("将打印：") + listed(paper_name(paper) for paper in papers), "info")]
        return Spec(
            _("确认：{outcome}").format(outcome=outcome_word(shown)),
            tuple(lines),
            yes=N_("确认办理"),
            no=N_("回去改"),
            tone=FILLS[chosen],
        )

    # -- asking ----------------------------------------------------------------------------------------------------

    def ask(self, spec: Spec, answered: Callable[[Answer], None]) -> None:
        """Ask; Esc changes nothing."""

        def done(answer: Answer | None) -> None:
            if answer is not None:
                self.counter.guarded(lambda: answered(answer))

        self.counter.push_screen(Dialog(spec), done)

    def _say(self, title: str, *texts: str) -> None:
        paragraphs = tuple((text, "plain") for text in texts)
        self.counter.push_screen(Dialog(Spec(title, paragraphs, yes=N_("知道了"), no=N_("关闭"), tone="warn")))

    def scan_token(self) -> Any:
        return (dict(self.ticks), self.materials.snapshot(), self.wish)

    def scan_undo(self, token: Any) -> None:
        ticks, place, self.wish = token
        self.ticks.clear()
        self.ticks.update(ticks)
        self.materials.restore(place)
        self.follow()


def _not_empty(text: str) -> str:
    return "" if text else _("请写明原因")


def _day_error(text: str, today: dt.date, latest: dt.date | None) -> str:
    day = read_day(text, today)
    if day is None:
        return _("看不懂这个日期")
    if day < today:
        return _("这一天已经过去")
    if latest is not None and day > latest:
        return _("不能晚于 {day}").format(day=latest)
    return ""
