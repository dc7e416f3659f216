"""Taking somebody in: questions and applicant, the checklist, the verdict, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens import instead, refusing
from clerk_tui.screens.desk import DeskScreen
from clerk_tui.screens.dialog import Answer, Dialog, Paragraph, Spec
from clerk_tui.screens.intake_items import (
    BAD,
    ask_past_blanks,
    blank_lines,
    blanks_told,
    items_of,
    known_values,
    put,
    takeable,
    value_of,
)
from clerk_tui.screens.matter_card import limit_text
from clerk_tui.screens.rewritten import Rewritten
from clerk_tui.services import intake, making
from clerk_tui.services.draft import Draft, Preview
from clerk_tui.widgets.cells import clip, safe, width
from clerk_tui.widgets.form import FormView, Value
from clerk_tui.widgets.painted import Line, Span, spread
from clerk_tui.widgets.phrases import listed
from clerk_tui.widgets.verdict import Shown, date_pairs, hindrances
from hall.checklist import Row
from hall.identity import KINDS as ID_NAMES
from hall.identity import check_identity
from hall.masking import mask_identity
from hall.roles import Actor
from hall.verdict import Outcome, article_of


class IntakeScreen(DeskScreen[Preview]):
    """One walk-in, from the first question to the confirmed outcome."""

    GROUPS = ("intake",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("intake")]
    TITLE_OF = N_("收件")
    draft: Draft

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.ticks)
        self.draft = draft
        self.known: dict[str, str] = {}
        self.tell_missing = False
        self.rewritten = Rewritten()
        self._known_for = ""

    def body(self) -> ComposeResult:
        yield from self.desk()

    def left_pane(self) -> Widget:
        return FormView(self._changed, self._form_done, self._left)

    @property
    def form(self) -> FormView:
        return self.query_one(FormView)

    def on_mount(self) -> None:
        making.make_ready()
        self.preview_now()
        self.form.begin(self._items())
        self.show_panes()
        self.follow()
        self.form.focus()

    # -- the draft and what follows from it ------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.preview.checklist.materials

    def preview_now(self) -> None:
        """Ask what follows."""
        self._preview = intake.preview(self.workspace, self.draft)

    def follow(self) -> None:
        self.preview_now()
        self.form.show(self._items())
        self.show_what_follows()
        self.counter.drafts_changed()

    def _items(self) -> list[Any]:
        told = self.rewritten.told(lambda key: value_of(self.draft, key))
        typing = "" if self.form.current in self.form.visited else self.form.current
        return items_of(self.draft, self.preview, self.known, told, tell_missing=self.tell_missing, typing=typing)

    def _changed(self, key: str, value: Value) -> None:
        if key == "good_credit":
            self.state_credit(good=value != BAD)
            return
        put(self.draft, key, value)
        if key == "applicant.id_number":
            self.preview_now()
            self._look_up_person()
        self.follow()

    def _left(self, key: str) -> None:
        """What was typed there stands as it is stored, and what is different is said."""
        if (cleaned := self.preview.cleaned.get(key)) is not None:
            self.rewritten.keep(key, *cleaned)
            put(self.draft, key, cleaned.value)
            self.follow()
        elif key.endswith(".id_number"):
            # Which document it is of is asked now, if the number does not say so.
            self.form.show(self._items())

    def _look_up_person(self) -> None:
        """What the hall knows of the person whose number is now complete; offered, never taken by itself."""
        typed = self.draft.applicant.get("id_number", "")
        number = "" if "applicant.id_number" in self.preview.field_errors else typed.strip()
        if number == self._known_for:
            return
        self._known_for = number
        from clerk_tui.services import people

        person = people.known(self.workspace, number) if number else None
        self.known = known_values(person) if person is not None else {}
        intake.refresh_held(self.workspace, self.draft)

    def _form_done(self) -> None:
        """Nothing is left to fill in: to the desk."""
        self.go_part("materials")

    def hinders(self) -> tuple[str, ...]:
        """What keeps F9 from working: an outcome is open, a value is wrong or a needed one is empty."""
        preview, chosen = self.preview, self.chosen
        texts = [error.message for error in preview.verdict.errors]
        if chosen is None and not texts:
            texts.append(preview.verdict.explanation)
        texts += list(preview.field_errors.values())
        needed = ("applicant.", "agent.")
        texts += [text for key, text in preview.missing.items() if key.startswith(needed)]
        return hindrances(texts)

    def _only_typing(self) -> bool:
        """Whether nothing is wrong but the field that is just being typed into."""
        typing = {self.form.current} - self.form.visited
        return not set(self.preview.field_errors) - typing

    def shown(self) -> Shown:
        preview, chosen = self.preview, self.chosen
        verdict = preview.verdict
        accepted = chosen in (Outcome.ACCEPTED, Outcome.TOLERATED, Outcome.CORRECTED)
        noticed = chosen is Outcome.NOTICED
        return Shown(
            chosen=chosen,
            word=self.word_for(chosen),
            explanation=verdict.explained(chosen),
            article=article_of(chosen, verdict.refusal, kind=self.draft.matter.kind) if chosen else "",
            where=refusing.where_to(verdict.refusal) if chosen is Outcome.REFUSED else "",
            gaps=verdict.gaps if chosen not in (None, Outcome.REFUSED) else (),
            gaps_title=self.gaps_title(),
            others=self.other_words(),
            hinders=self.hinders(),
            ready=not self.hinders() and self.all_seen,
            warnings=() if self.hinders() else self._warnings(),
            calm=not self.tell_missing and not verdict.errors and self._only_typing(),
            dates=date_pairs(
                (_("收件日"), preview.received),
                (_("起算日"), preview.clock_from if preview.clock_from != preview.received else ""),
                (_("承诺办结"), preview.due.promised if accepted else ""),
                (_("法定期限"), preview.due.statutory if accepted else ""),
                (_("补正期限"), preview.respond_by if noticed else ""),
            ),
            provisional=(accepted and preview.due.provisional) or (noticed and preview.respond_provisional),
        )

    def _warnings(self) -> tuple[str, ...]:
        # A refusal does not rest on the form.
        filled = self.chosen is not Outcome.REFUSED and self.all_seen
        said = blanks_told(self.preview.blanks) if filled else ()
        barred = not self.draft.good_credit and any(gap.tolerable for gap in self.verdict.gaps)
        excluded = (_("申请人有失信记录，不适用容缺受理"),) if barred else ()
        return (*said, *excluded, *self.preview.warnings.values())

    # -- the header ------------------------------------------------------------------------------------------------

    def header(self, columns: int, rows: int) -> list[Line]:
        matter = self.draft.matter
        preview = self._preview
        situations = listed(s.name for s in preview.checklist.situations) if preview else ""
        limit = limit_text(matter.limits.promised)
        at_once = matter.limits.promised.unit == "on_the_spot"
        right: list[Span] = [(limit if at_once else _("承诺 {limit}").format(limit=limit), "faint")]
        room = columns - width(right[0][0]) - 3
        left: list[Span] = [(clip(safe(matter.name), room), "title")]
        rest = room - width(left[0][0]) - 4
        if situations and rest > 8:
            left += [("  ", "plain"), (clip(safe(situations), rest), "plain")]
        done = len(self.rows) - len(self.open_rows()) if self._preview else 0
        tab = _(" F4 材料 {done}/{all} ").format(done=done, all=len(self.rows) if self._preview else 0)
        return [(spread(left, right, columns), ""), *self.tabs(_(" F3 情形与申请人 "), tab)]

    # -- keys ------------------------------------------------------------------------------------------------------

    def can_do(self, action: str) -> bool:
        if action == "take_known":
            return bool(takeable(self.draft, self.known))
        if action == "confirm":
            return not self.hinders() if self._preview else False
        if action == "inquire":
            return True
        return True

    def action_do(self, action: str) -> None:
        self.form.settle()
        # F9 is always heard: while something is wrong it says what, and goes there.
        if action == "confirm" and self.hinders():
            self._go_to_hindrance()
            return
        super().action_do(action)

    def _go_to_hindrance(self) -> None:
        preview = self.preview
        questions = (f"answers.{code}" for code in preview.checklist.open_questions)
        self.go_to_first([*questions, *preview.field_errors, *preview.missing])

    def go_to_first(self, keys: Sequence[str]) -> None:
        """To the topmost of these fields; to the row whose tick is wrong where none of them is in the form."""
        asked = [item.key for item in self.form.items if item.key in keys]
        ticked = (error.field for error in self.verdict.errors if error.field)
        wrong = next(iter((*asked, *keys, *ticked)), "")
        if not wrong.startswith("materials."):
            self._go_to(wrong)
            return
        self.tell_missing = True
        self.follow()
        self.materials.current = wrong.split(".")[1]
        self.go_part("materials")
        self.materials.paint()

    def do_take_known(self) -> None:
        from clerk_tui.services import people

        workspace = self.counter.workspace
        assert workspace is not None
        wanted = takeable(self.draft, self.known)
        person = people.take(workspace, self._known_for, tuple(key.partition(".")[2] for key in wanted))
        for key, value in (known_values(person) if person is not None else {}).items():
            if key in wanted:
                put(self.draft, key, value)
        self.counter.saved()
        self.follow()

    def other_choices(self) -> list[tuple[str, Callable[[], None]]]:
        later = (_("只收件：材料留下待审，五个工作日内告知"), partial(instead.ask_to_receive, self))
        matter = self.draft.matter
        return [*super().other_choices(), *refusing.choices(self, matter.kind, matter.refusal_reasons), later]

    def do_confirm(self) -> None:
        refusing.explained(self, lambda: self.once_seen(self._last_look))

    def _last_look(self) -> None:
        chosen = self.chosen
        assert chosen is not None
        who = f"{self.draft.matter.name}  {self.draft.party}"
        blanks = self.preview.blanks if chosen is not Outcome.REFUSED else {}
        spec = self.summary(intake.PAPERS[chosen], who, *refusing.told(self), *blank_lines(blanks, chosen))
        ask_past_blanks(self, spec, blanks, self.commit, self._go_to)

    def _go_to(self, field: str) -> None:
        """To a field that is still empty, and say of the others that they are."""
        self.tell_missing = True
        self.follow()
        self.go_part("left")
        self.form.go_to(field)

    def commit(self) -> None:
        """Do it: the confirmed outcome."""
        refusing.answered_for(self, self._submit)

    def _submit(self, approver: Actor | None) -> None:
        wish = self.chosen if self.chosen is self.wish else None
        result = intake.submit(self.workspace, self.draft, wish, approver)
        self.counter.finished(result, self.draft.matter.name, self.draft.party)

    def do_inquire(self) -> None:
        from clerk_tui.services import inquiry

        checklist = self.preview.checklist
        lines: list[Paragraph] = [
            (_("不收件、不给编号以外的承诺；打印一次性告知的办事指南。"), "plain"),
            (_("情形：") + (listed(s.name for s in checklist.situations) or _("未定")), "faint"),
        ]
        if still := inquiry.open_in(self.workspace, self.draft, checklist):
            lines += [("", "plain"), (_("没有回答的，指南上列为未定："), "warn")]
            lines += [(f"\t{question}", "warn") for question in still.questions]
            told = _("材料还不是全部：另有{n}项视回答可能需要，一并印出。").format(n=len(still.perhaps))
            lines += [(told, "plain")] if still.perhaps else []
        spec = Spec(_("只咨询"), tuple(lines), yes=N_("打印指南"), no=N_("回去"))
        self.ask(spec, lambda answer: self._inquired())

    def do_check(self) -> None:
        instead.ask_to_check(self)

    def _inquired(self) -> None:
        from clerk_tui.services import inquiry

        result = inquiry.answer(self.workspace, self.draft)
        self.counter.finished(result, self.draft.matter.name, "")

    # -- leaving and scans -----------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        draft = self.draft
        return bool(draft.answers or draft.ticks or any(draft.applicant.values()) or any(draft.fields.values()))

    def unfinished(self) -> Draft | None:
        return self.draft if self.unsaved else None

    def leaving(self, then: Callable[[], None]) -> None:
        if not self.unsaved:
            then()
            return
        spec = Spec(
            _("这份收件还没有确认"),
            ((_("没有确认的内容还没有保存为办件。"), "plain"),),
            options=(_("暂存，稍后在取事项里接着办"), _("不要了，清除录入的内容")),
            yes=N_("选定"),
            no=N_("继续录入"),
            tone="warn",
        )

        def answered(answer: Answer | None) -> None:
            if answer is None:
                return
            if answer.choice == 0:
                self.counter.parked.append(self.draft)
            self.counter.drafts_changed()
            then()

        self.counter.push_screen(Dialog(spec), answered)

    def scanned(self, text: str) -> bool:
        identity = check_identity(text, today=self.preview.received)
        if not identity.valid or identity.kind.startswith("passport"):
            return False
        active = self.form.current
        key = active if active in ("applicant.id_number", "agent.id_number") else "applicant.id_number"
        spec = Spec(
            _("扫到{kind}号码").format(kind=ID_NAMES[identity.kind]),
            ((mask_identity(identity.number), "strong"),),
            yes=N_("填入证件号码"),
            no=N_("不理会"),
        )

        def put_in(answer: Answer) -> None:
            self._changed(key, identity.number)
            if self.focused is self.form and self.form.current == key:
                self.form.go_on()

        self.ask(spec, put_in)
        return True

    def scan_token(self) -> Any:
        draft = self.draft
        return (
            super().scan_token(),
            dict(draft.answers),
            dict(draft.applicant),
            None if draft.agent is None else dict(draft.agent),
            dict(draft.fields),
            self.form.snapshot(),
        )

    def scan_undo(self, token: Any) -> None:
        desk, self.draft.answers, self.draft.applicant, self.draft.agent, self.draft.fields, place = token
        self.form.restore(place)
        super().scan_undo(desk)
