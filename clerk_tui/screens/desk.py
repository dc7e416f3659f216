"""What intake and supplement share: the checklist, the verdict, and the questions that a tick or an outcome asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from textual.containers import Horizontal
from textual.widget import Widget

from clerk_tui.i18n import N_, _
from clerk_tui.screens import ticking
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dialog import Answer, Dialog, Paragraph, Spec
from clerk_tui.screens.words import to_print
from clerk_tui.services import printable
from clerk_tui.widgets.materials import MaterialsView
from clerk_tui.widgets.painted import Line, Span
from clerk_tui.widgets.phrases import gap_settled, listed, said_of
from clerk_tui.widgets.verdict import FILLS, Shown, VerdictStrip, VerdictView, outcome_word
from clerk_tui.widgets.virtual_list import TextPane
from hall.checklist import Checklist, Row
from hall.verdict import OUTCOME_NAMES, Outcome, Refusal, Tick, TickState, Verdict

if TYPE_CHECKING:
    from clerk_tui.services.workspace import Workspace


class Previewed(Protocol):
    """What the previews of the two services have in common."""

    @property
    def checklist(self) -> Checklist: ...

    @property
    def verdict(self) -> Verdict: ...

    @property
    def unprintable(self) -> dict[str, tuple[str, ...]]: ...


class Promising(Protocol):
    """What their drafts have in common."""

    good_credit: bool
    broken_promise: str
    refusal: Refusal | None


P = TypeVar("P", bound=Previewed)


class DeskScreen(CounterScreen, Generic[P]):
    """Three panes on a wide screen; on a narrow one the left pane and the checklist take turns.

    ``given`` are the ticks that the clerk gives now; ``ticks`` those that are shown, where a case has some already.
    """

    draft: Promising
    given: dict[str, Tick]
    ticks: dict[str, Tick]

    def __init__(self, given: dict[str, Tick]) -> None:
        super().__init__()
        self.given = self.ticks = given
        self.wish: Outcome | None = None
        self.part = "left"
        self._preview: P | None = None

    @property
    def workspace(self) -> Workspace:
        """The open workspace: no desk without one."""
        workspace = self.counter.workspace
        assert workspace is not None
        return workspace

    # -- what the two screens give ---------------------------------------------------------------------------------

    @property
    def preview(self) -> P:
        """What follows from the draft, as last asked."""
        assert self._preview is not None
        return self._preview

    @property
    def verdict(self) -> Verdict:
        """What the law allows now."""
        return self.preview.verdict

    @property
    def rows(self) -> tuple[Row, ...]:
        """The checklist's rows."""
        raise NotImplementedError

    @property
    def asked(self) -> tuple[Row, ...]:
        """Those of them that something is to be said about."""
        return self.rows

    @property
    def unprintable(self) -> tuple[str, ...]:
        """The characters that the papers would not print as they are written."""
        return printable.together(self.preview.unprintable)

    def unprintable_lines(self) -> list[Paragraph]:
        """The same in words, for a last look."""
        return [(_(printable.told(self.unprintable)), "warn")] if self.unprintable else []

    def open_rows(self) -> frozenset[str]:
        """The codes of the rows that nobody has looked at yet and that the hall does not hold."""
        return frozenset(row.code for row in self.asked if row.code not in self.given and not row.held)

    def unseen(self) -> frozenset[str]:
        """Those of them that a notice would tell as not handed in although nobody has said so."""
        return self.open_rows()

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

    def shown(self) -> Shown:
        """The verdict as it is to be seen."""
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
            (error.field or "").split(".")[1]: _(error.message)
            for error in self.verdict.errors
            if (error.field or "").startswith("materials.")
        }
        self.materials.show(self.rows, self.ticks, errors, self.open_rows())

    def show_what_follows(self) -> None:
        """Checklist, verdict, header and keys."""
        self.show_materials()
        self.show_verdict(self.shown())
        self.query_one("#desk-head", TextPane).paint()
        self.show_keys()

    def tabs(self, left: str, materials: str) -> list[Line]:
        """On a narrow screen: which of the two parts is in front, and the key of the other."""
        if self.app.size.width >= 110:
            return []
        on, off = ("chip-info", "chip-off") if self.part == "left" else ("chip-off", "chip-info")
        spans: tuple[Span, ...] = ((left, on), (" ", "plain"), (materials, off))
        return [(spans, "")]

    def do_form(self) -> None:
        self.go_part("left")

    def do_materials(self) -> None:
        self.go_part("materials")

    # -- ticks -----------------------------------------------------------------------------------------------------

    def set_tick(self, code: str, tick: Tick | None) -> None:
        """Tick a row; ``None`` takes the tick away."""
        if tick is None:
            self.given.pop(code, None)
        else:
            self.given[code] = tick
        self.follow()

    def all_present(self) -> None:
        """Everything that nobody has said anything about is there."""
        self.given.update(dict.fromkeys(self.open_rows(), Tick(TickState.PRESENT)))
        self.follow()

    def tick(self, code: str, state: TickState | None) -> None:
        """What a key says of a row; where the state needs a reason or a date it is asked."""
        row = next(row for row in self.rows if row.code == code)
        if state is TickState.UNACCEPTABLE:
            ticking.ask_problem(self, row)
        elif state is TickState.PROMISED:
            ticking.ask_promise(self, row)
        elif state is TickState.NOT_APPLICABLE and row.required:
            ticking.ask_reason(self, row)
        else:
            self.set_tick(code, Tick(state) if state is not None else None)

    def state_credit(self, *, good: bool) -> None:
        """What the applicant's credit record is: with a bad one nothing is promised, what was so far is missing."""
        self.draft.good_credit = good
        for row in () if good else self.rows:
            before = self.given.get(row.code)
            if before is not None and before.state is TickState.PROMISED:
                self.set_tick(row.code, ticking.unpromised(row, before))
        self.follow()

    def ticked_on(self, row: Row, tick: Tick | None) -> None:
        """Tick a row that was asked about, and go on to the next."""
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

    def other_words(self) -> tuple[str, ...]:
        """What they are called, on the pane as in the menu."""
        return tuple(self.word_for(outcome) or _(OUTCOME_NAMES[outcome]) for outcome in self.others())

    def gaps_title(self) -> str:
        """What the gaps are under the chosen outcome, where they are not what has to be supplemented."""
        if self.chosen is Outcome.CORRECTED:
            return _("当场更正")
        if self.chosen is Outcome.TOLERATED:
            return _("更正和承诺的") if self.verdict.corrections else _("承诺补齐的")
        return ""

    def other_choices(self) -> list[tuple[str, Callable[[], None]]]:
        """What F8 offers: the other lawful outcomes."""
        return [
            (
                _("改为：{outcome}").format(outcome=word),
                partial(self.choose, outcome),
            )
            for word, outcome in zip(self.other_words(), self.others(), strict=True)
        ]

    def word_for(self, outcome: Outcome | None) -> str:
        """What an outcome is called here where its name says too little; ``""`` where it does not."""
        mixed = outcome is Outcome.TOLERATED and self.verdict.corrections
        return _("当场更正并容缺受理") if mixed else ""

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
        why = [(said_of(listed(names), _(reason)), "faint") for reason, names in barred.items()]
        if not choices:
            told = [text for text, _ink in why]
            if self.preview.checklist.exits:
                told.append(_("这个结论是从情形的回答得出的：答错了的，按 F3 更正"))
            self.say(_("没有别的合法结论"), *told)
            return
        paragraphs = (*([(_("现在不能办的："), "faint"), *why] if why else []),)
        spec = Spec(_("其他结论"), paragraphs, options=tuple(text for text, _do in choices), yes=N_("选定"))
        self.ask(spec, lambda answer: choices[answer.choice][1]())

    def once_seen(self, then: Callable[[], None]) -> None:
        """Go on, but before a notice ask about what nobody has looked at: it would be told as not handed in."""
        waiting = self.unseen()
        unseen = [row.name for row in self.rows if row.required and row.code in waiting]
        if self.chosen is not Outcome.NOTICED or not unseen:
            then()
            return
        lines = (
            *((f"\t{name}", "strong") for name in unseen),
            ("", "plain"),
            (_("在桌上的请先核对：告知书列明的就是要申请人再跑一次的。"), "faint"),
        )
        title = _("{n}项还没有核对，按未提交告知？").format(n=len(unseen))
        spec = Spec(title, lines, yes=N_("按未提交告知"), no=N_("回去核对"), tone="warn")
        self.ask(spec, lambda answer: then(), self.do_materials)

    def summary(self, papers: Sequence[str], who: str, *extra: Paragraph, first: Sequence[Paragraph] = ()) -> Spec:
        """The last look before it is committed. ``first`` is what somebody answers for, which a small screen shows
        too; what has to be known besides stands above the ``extra`` remarks."""
        shown = self.query_one(VerdictView).shown
        chosen = self.chosen
        assert chosen is not None
        lines: list[Paragraph] = [(who, "strong"), (_(shown.article), "faint")]
        lines += first
        if chosen is Outcome.REFUSED:
            lines += [("", "plain"), (_(shown.explanation), "plain")]
            lines += [(f"{_('去哪里办')}\t{shown.where}", "strong")] if shown.where else []
        if shown.handed:
            lines += [("", "plain"), (_("交来的材料"), "title")]
            lines += [(f"\t{name}", "plain") for name in shown.handed]
        if chosen is not Outcome.REFUSED and shown.gaps:
            lines += [("", "plain"), (shown.gaps_title or _("列明的材料"), "title")]
            fixed = self.verdict.corrections if chosen is Outcome.TOLERATED else ()
            for n, gap in enumerate(shown.gaps, 1):
                tick = self.ticks.get(gap.code)
                after = gap_settled(gap in fixed, tick.until if tick and chosen is Outcome.TOLERATED else None)
                lines.append((f"\t{n}  {said_of(gap.name, _(gap.problem))}{after}", "plain"))
        lines += [("", "plain"), *((f"{label}\t{value}", "plain") for label, value in shown.dates)]
        if shown.provisional:
            lines.append((_("日期暂按周末推算，节假日安排公布后重算"), "warn"))
        lines.append(to_print(papers))
        lines += [("", "plain"), *told] if (told := self.unprintable_lines()) else []
        lines += extra
        return Spec(
            _("确认：{outcome}").format(outcome=outcome_word(shown)),
            tuple(lines),
            yes=N_("确认办理"),
            no=N_("回去改"),
            tone=FILLS[chosen],
        )

    # -- asking ----------------------------------------------------------------------------------------------------

    def ask(self, spec: Spec, answered: Callable[[Answer], None], declined: Callable[[], None] | None = None) -> None:
        """Ask; Esc changes nothing, but may lead somewhere (``declined``)."""

        def done(answer: Answer | None) -> None:
            if answer is not None:
                self.counter.guarded(lambda: answered(answer))
            elif declined is not None:
                declined()

        self.counter.push_screen(Dialog(spec), done)

    def say(self, title: str, *texts: str) -> None:
        """Say why something is not to be had."""
        paragraphs = tuple((text, "plain") for text in texts)
        self.counter.push_screen(Dialog(Spec(title, paragraphs, yes=N_("知道了"), no=N_("关闭"), tone="warn")))

    def scan_token(self) -> Any:
        return (dict(self.given), self.materials.snapshot(), self.wish, self.part)

    def scan_undo(self, token: Any) -> None:
        given, place, self.wish, part = token
        self.given.clear()
        self.given.update(given)
        self.materials.restore(place)
        self.follow()
        if part != self.part:
            self.go_part(part)
