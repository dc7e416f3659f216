"""What a corrected answer made unneeded goes back over the counter: one key asks, Enter records it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dialog import Answer, Dialog, Spec

if TYPE_CHECKING:
    from clerk_tui.screens.counter import CounterApp
    from clerk_tui.services.result import Result
    from hall.case import Case

STEP = "return_materials"


def ask_given_back(app: CounterApp, case: Case, then: Callable[[Result], None]) -> None:
    """Whether everything that is to be given back was just handed over; ``then`` gets what was recorded."""
    spec = Spec(
        _("这些材料退还了吗？"),
        (
            *((f"\t{row.name}", "strong") for row in case.to_return),
            ("", "plain"),
            (_("更正后不再需要。当面交给申请人或代理人之后再确认，记为今天在本窗口退还。"), "plain"),
            (_("只退一部分、他人代领或者邮寄的，在办件详情按 F8 登记。"), "faint"),
        ),
        yes=N_("已经退还"),
        no=N_("还没有"),
    )

    def answered(answer: Answer | None) -> None:
        if answer is not None:
            app.guarded(lambda: _record(app, case, then))

    app.push_screen(Dialog(spec), answered)


def _record(app: CounterApp, case: Case, then: Callable[[Result], None]) -> None:
    from clerk_tui.services import next_steps

    assert app.workspace is not None
    # By name: what another window has given back meanwhile is not recorded as given back here.
    codes = tuple(row.code for row in case.to_return)
    result = next_steps.take(app.workspace, case.case_id, next_steps.STEPS[STEP], {"materials": codes})
    app.saved()
    app.done_for_visit(case.reference, STEP)
    then(result)
