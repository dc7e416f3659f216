"""What the code on a paper says, at a window that may never have seen the case; with the card on the desk it goes on.

Looking writes nothing. A code that is not good opens nothing, and the dialog says what that means for whoever holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from clerk_tui import actions
from clerk_tui.i18n import N_, _
from clerk_tui.screens.base import CounterScreen
from clerk_tui.screens.dialog import Answer, Dialog, Paragraph, Spec, problem
from clerk_tui.screens.words import paper_name, state_chip
from clerk_tui.widgets.cells import clip, pad, safe, wrap
from clerk_tui.widgets.entry import Entry
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.phrases import gap_words, listed
from clerk_tui.widgets.virtual_list import TextPane
from hall.case import CaseState
from hall.errors import HallError
from hall.identity import KINDS as ID_NAMES
from hall.identity import check_identity
from hall.masking import mask_identity

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.replica import ReplicaView

LABEL = 12
#: What a code that opens nothing means for the person who brought it.
MEANS = {
    "replica_not_one": N_("没有打开任何办件；办件和期限不受影响。"),
    "replica_altered": N_("读不出办件，不能凭它续办；凭证上的文字和期限仍然有效。"),
    "replica_foreign": N_("本窗口分不出它的真假，不能凭它续办；办件在出具的窗口还在，期限不变。"),
    "replica_forged": N_("这张凭证不能作为办过件的依据；群众本人的申请权不受影响，可以重新申请。"),
    "replica_revoked": N_("现在不能凭它续办；办件本身在大厅的记录里，不因此作废。"),
    "replica_newer": N_("本窗口读不懂，不能凭它续办；办件和期限不受影响。"),
    "replica_outdated": N_("凭证上的情况已经不是现状，照它续办会让群众多跑或多交；请先看现状。"),
    "replica_answers": N_("两个窗口告知的不是同一份清单，照其中一份办可能漏收或多收；先弄清哪一份对。"),
    "replica_catalogue": N_("材料要求对不上，照它续办可能漏收或多收；办件和期限不受影响。"),
}


def scanned_code(counter: CounterApp, text: str) -> None:
    """A code was scanned, pasted or typed: show the case, or why there is none. What is being taken in stays, and is
    only left after a person has said so; a case that this window has is offered by its reference, as ever."""
    from clerk_tui.services import replica

    workspace = counter.workspace
    if workspace is None:
        spec = Spec(_("扫到凭证上的码"), ((_("事项目录还没有打开，请稍后再扫一次。"), "plain"),), yes=N_("知道了"))
        counter.show_scanned(spec, None)
        return
    try:
        view = replica.open_replica(workspace, text)
    except HallError as error:
        counter.show_scanned(refusal(error), None)
        return
    if view.here and view.twin:
        counter.show_scanned(_offer(view), lambda: counter.open_case(view.replica.case_id))
    elif view.here:
        counter.show_scan(view.reference)
    elif _is_free(counter):
        show_paper(counter, view)
    else:
        counter.show_scanned(_offer(view), lambda: show_paper(counter, view))


def show_paper(counter: CounterApp, view: ReplicaView) -> None:
    """Show what the paper says; it takes the place of another paper."""
    if isinstance(counter.screen, PaperCodeScreen):
        counter.switch_screen(PaperCodeScreen(view))
    else:
        counter.push_screen(PaperCodeScreen(view))


def refusal(error: HallError) -> Spec:
    """Why the code opens nothing, what it means for the person, what to do."""
    return problem(error, _(MEANS.get(error.code, N_("没有打开任何办件；办件和期限不受影响。"))))


def _is_free(counter: CounterApp) -> bool:
    """Whether nobody is being taken in on the screen in front."""
    from clerk_tui.screens.desk import DeskScreen

    screen = counter.screen
    if isinstance(screen, PaperCodeScreen):
        return not screen.typed
    return isinstance(screen, CounterScreen) and not isinstance(screen, DeskScreen)


def _offer(view: ReplicaView) -> Spec:
    lines: list[Paragraph] = [
        (view.matter.name, "strong"),
        (f"{view.reference}  {view.applicant}  {state_chip(view.replica.state)[0]}", "plain"),
        ("", "plain"),
        (_("扫码不会改变现在录入的内容。"), "faint"),
    ]
    return Spec(_("扫到凭证上的码"), tuple(lines), yes=N_("打开这件"), no=N_("不理会"))


class PaperCodeScreen(CounterScreen):
    """What the paper says above; number and name from the card below, where something may still be handed in."""

    GROUPS = ("paper",)
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings("paper")]
    TITLE_OF = N_("凭证上的办件")

    def __init__(self, view: ReplicaView) -> None:
        super().__init__()
        self.view = view

    def body(self) -> ComposeResult:
        yield TextPane(self._lines, id="paper", classes="pane body")
        if self.view.can_go_on:
            company = self.view.replica.applicant_kind not in ("citizen", "foreigner")
            number = _("统一社会信用代码") if company else _("证件号码")
            name = _("单位名称") if company else _("证件姓名")
            columns = LABEL if not company else LABEL + 6
            yield Entry(pad(number, columns), _("照证件输入，与凭证核对"), _quiet, self._key, id="identity")
            yield Entry(pad(name, columns), _("照证件输入全名"), _quiet, self._key, id="holder")

    def on_mount(self) -> None:
        if self.view.can_go_on:
            self.identity.focus()
        else:
            self.set_focus(None)

    @property
    def identity(self) -> Entry:
        return self.query_one("#identity", Entry)

    @property
    def holder(self) -> Entry:
        return self.query_one("#holder", Entry)

    @property
    def typed(self) -> bool:
        """Whether a card is being compared."""
        return self.view.can_go_on and bool(self.identity.value or self.holder.value)

    # -- what the paper says ---------------------------------------------------------------------------------------

    def _lines(self, columns: int, rows: int) -> list[Line]:
        view, said = self.view, self.view.replica
        word, ink = state_chip(said.state)
        lines: list[Line] = [
            ((("✓ ", "good"), (_("签名相符，是本大厅窗口出具的凭证"), "good")), ""),
            BLANK,
            *_pair(_("事项"), view.matter.name, columns, "strong"),
            *_pair(_("部门"), view.department, columns),
            *_pair(_("申请人"), view.applicant, columns),
            *_pair(_("收件编号"), view.reference, columns),
            (((pad(_("状态"), LABEL), "faint"), (f" {word} ", ink)), ""),
            *_pair(_("凭证"), f"{paper_name(said.paper)}  {said.issued}", columns),
        ]
        for label, day, unsure in (
            (_("收件日"), said.received, False),
            (_("告知日"), said.noticed, False),
            (_("补正期限"), said.respond_by, said.respond_provisional),
            (_("受理日"), said.accepted, False),
            (_("承诺办结"), said.due.promised, said.due.promised_provisional),
            (_("法定期限"), said.due.statutory, said.due.statutory_provisional),
        ):
            late = view.overdue and day is not None and day == said.respond_by
            note = "  " + _("已过补正期限") if late else _("  暂按周末推算") if unsure else ""
            lines += _pair(label, f"{day}{note}" if day else "", columns, "bad" if late else "plain")
        lines += self._materials(columns)
        if view.to_return:
            names = listed(row.name for row in view.to_return)
            lines += [BLANK, *_pair(_("应退还"), _("{names}（更正后不再需要）").format(names=names), columns, "warn")]
        if self._form_is_elsewhere:
            text = _("表格里填的内容是个人信息，不在码里，留在原窗口：填过的不再问，本窗口只填新的和要改的。")
            lines += [BLANK, *_plain(text, columns, "faint")]
        if not view.same_catalogue:
            lines += [BLANK, *_plain(_("本机的事项目录是另一个版本，这件的材料清单相同。"), columns, "warn")]
        lines += [BLANK, *_plain(self._what_next(), columns, "info")]
        return lines

    @property
    def _form_is_elsewhere(self) -> bool:
        """Whether the matter's own form may have been filled in where the paper was given."""
        view = self.view
        return not view.here and view.replica.state is CaseState.RECEIVED and bool(view.checklist.fields)

    def _materials(self, columns: int) -> Iterator[Line]:
        """What was told, then what is missing without having been told."""
        view = self.view
        missing = {gap.code: gap for gap in view.gaps}
        until = {promise.code: promise.until for promise in view.promises}
        for title, gaps in (
            (_("告知要补的 {count} 项"), view.told),
            (_("还缺 {count} 项"), tuple(gap for gap in view.gaps if gap not in view.told)),
        ):
            if not gaps:
                continue
            yield BLANK
            yield (((title.format(count=len(gaps)), "title"),), "")
            for number, gap in enumerate(gaps, 1):
                done = gap.code not in missing
                mark = pad(_("已补") if done else str(number), 5)
                yield (((mark, "good" if done else "faint"), (clip(safe(gap.name), columns - 5), "plain")), "")
                day = until.get(gap.code)
                text = _("承诺 {day} 前补齐").format(day=day) if day else gap_words(gap)
                if not done:
                    yield from (
                        (((" " * 5, "plain"), (each, "faint")), "") for each in wrap(safe(text), columns - 5, 2)
                    )

    def _what_next(self) -> str:
        if self.view.deemed:
            return _("已依法视为受理，不能再要求补正，只供查看。按 Esc 返回。")
        if not self.view.can_go_on:
            return _("没有要补的材料，只供查看。按 Esc 返回。")
        return _("核对人和证件：照申请人的证件输入号码和姓名（名称），相符后打开补正收件。")

    # -- going on --------------------------------------------------------------------------------------------------

    def _key(self, key: str) -> bool:
        match key:
            case "enter":
                self._enter()
            case "up":
                self.identity.focus()
            case "down":
                self.holder.focus()
            case "pageup" | "pagedown":
                self._scroll(key)
            case _:
                return False
        return True

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown"):
            self._scroll(event.key)
            event.stop()

    def _scroll(self, key: str) -> None:
        pane = self.query_one("#paper", TextPane)
        step = max(1, pane.size.height // 2) if key.startswith("page") else 1
        pane.scroll_lines(step if key.endswith("down") else -step)

    def can_do(self, action: str) -> bool:
        return action != "go_on" or self.view.can_go_on

    def _enter(self) -> None:
        """The card is compared as soon as its number is there; nothing is written before the name fits too."""
        from clerk_tui.services import replica

        try:
            replica.confirm_identity(self.view, self.identity.value)
            if self.focused is self.identity and not self.holder.value:
                self.holder.focus()
            else:
                self._go_on()
        except HallError as error:
            self._wrong(error)

    def _go_on(self) -> None:
        from clerk_tui.screens.supplement import SupplementScreen
        from clerk_tui.services import replica

        workspace = self.counter.workspace
        assert workspace is not None
        draft = replica.to_supplement(workspace, self.view, self.identity.value, {"name": self.holder.value.strip()})
        self.counter.saved()
        self.counter.switch_screen(SupplementScreen(draft))

    def _wrong(self, error: HallError) -> None:
        (self.holder if error.field in ("applicant.name", "name") else self.identity).focus()
        self.counter.tell(error, _("没有续办，也没有留下记录；凭证和期限不受影响。"))

    # -- scans -----------------------------------------------------------------------------------------------------

    def scanned(self, text: str) -> bool:
        """The card's number from a reader is shown, and put in by a person's Enter."""
        identity = check_identity(text, today=self.counter.today)
        if not self.view.can_go_on or not identity.valid or identity.kind.startswith("passport"):
            return False
        spec = Spec(
            title=_("扫到{kind}号码").format(kind=ID_NAMES[identity.kind]),
            paragraphs=((mask_identity(identity.number), "strong"),),
            yes=N_("填入证件号码"),
            no=N_("不理会"),
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.identity.set(identity.number)
                self.holder.focus()

        self.counter.push_screen(Dialog(spec), answered)
        return True

    def scan_token(self) -> object:
        return (self.identity.snapshot(), self.holder.snapshot()) if self.view.can_go_on else None

    def scan_undo(self, token: object) -> None:
        if isinstance(token, tuple):
            self.identity.restore(token[0])
            self.holder.restore(token[1])


def _quiet(text: str) -> None:
    """Nothing follows from a card that is still being typed."""


def _plain(text: str, columns: int, ink: str) -> list[Line]:
    return [(((part, ink),), "") for part in wrap(safe(text), columns)]


def _pair(label: str, value: str, columns: int, ink: str = "plain") -> list[Line]:
    if not value:
        return []
    parts = wrap(safe(value), max(10, columns - LABEL), 2)
    return [(((pad(label if n == 0 else "", LABEL), "faint"), (part, ink)), "") for n, part in enumerate(parts)]
