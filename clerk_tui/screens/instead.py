"""What may be done with a walk-in instead of deciding it: only take the materials in, or only check what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Answer, Paragraph, Spec
from clerk_tui.screens.words import paper_name
from clerk_tui.services import intake

if TYPE_CHECKING:
    from clerk_tui.screens.intake import IntakeScreen


def open_lines(codes: Sequence[str]) -> list[Paragraph]:
    """That what is not answered now is asked when it is decided."""
    if not codes:
        return []
    return [(_("还有{n}个问题没有回答，办结论之前要答完。").format(n=len(codes)), "warn")]


def ask_to_receive(screen: IntakeScreen) -> None:
    """只收件: whatever is open may stay so, except who left the materials."""
    preview = screen.preview
    hindering = [*preview.field_errors, *(key for key in preview.missing if key not in preview.blanks)]
    if hindering or preview.verdict.errors:
        screen.go_to_first(hindering)
        return
    lines = (
        (_("逾期不告知的，自收到申请材料之日起即为受理（行政许可法第三十二条第一款第四项）。"), "plain"),
        *open_lines(preview.checklist.open_questions),
        (_("将打印：收件凭证"), "info"),
        *screen.unprintable_lines(),
    )

    def answered(answer: Answer) -> None:
        result = intake.receive(screen.workspace, screen.draft)
        screen.counter.finished(result, screen.draft.matter.name, screen.draft.party)

    screen.ask(Spec(_("只收件，待审"), lines, yes=N_("收件"), no=N_("回去")), answered)


def ask_to_check(screen: IntakeScreen) -> None:
    """检查核对单: only what the applicant reads; the walk-in goes on."""
    lines = (
        (_("打印录入的内容，请申请人核对、改正、签字。不收件，不计时，录入的内容还在。"), "plain"),
        (_("将打印：") + paper_name("checking"), "info"),
        *screen.unprintable_lines(),
    )

    def answered(answer: Answer) -> None:
        from clerk_tui.services import checking

        checking.checking_sheet(screen.workspace, screen.draft)
        screen.counter.saved()

    screen.ask(Spec(_("检查核对单"), lines, yes=N_("打印核对单"), no=N_("回去")), answered)
