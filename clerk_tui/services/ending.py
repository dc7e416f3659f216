"""How a case ends without a decision: returned, withdrawn by the applicant, or ended because a promise was not kept.

Each one call: facts, paper and print job in one transaction.
"""

from __future__ import annotations

from clerk_tui.services.proceeding import commit, issue, optional, required
from clerk_tui.services.recording import Action
from clerk_tui.services.result import Result
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case
from hall.errors import Unlawful
from hall.roles import Permission
from hall.steps import CLOSING
from hall.telling import STATE_NAMES


@needs(Permission.HAND_OVER)
def give_back(ws: Workspace, reference: str, *, reason: str, basis: str = "") -> Result:
    """Return an application whose notice was not answered in time (退件), with its materials.

    An accepted case is decided, one only taken in is accepted, noticed or refused (行政许可法 art. 32, 72): neither is
    returned. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        if case.state not in CLOSING["returned"] or not case.notices:
            raise Unlawful(
                "cannot_return",
                "只有告知补正后逾期没有补正的才能退件",
                field="reference",
                hint="收下的申请应当受理、一次性告知或不予受理；已受理的应当作出决定",
            )
        last = case.notices[-1].respond_by
        if action.today <= last:
            raise Unlawful(
                "respond_running", f"补正期限到 {last} 才届满，现在不能退件", field="reference", hint="期满没有补正再退"
            )
        action.add(
            f.CaseClosed(
                how="returned",
                day=action.today,
                reason=required(reason, "reason", "退件的理由"),
                basis=optional(basis, "basis"),
            )
        )
        issue(action, "returned")

    return commit(ws, reference, step)


@needs(Permission.HAND_OVER)
def withdraw(ws: Workspace, reference: str, *, reason: str = "", basis: str = "") -> Result:
    """The applicant withdraws before a decision (撤回申请) and gets the materials back; no reason need be given.

    Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        if case.state not in CLOSING["withdrawn"]:
            raise Unlawful(
                "cannot_withdraw",
                f"办件现在是“{STATE_NAMES[case.state]}”，不能撤回",
                field="reference",
                hint="作出决定之前才能撤回申请",
            )
        action.add(
            f.CaseClosed(
                how="withdrawn",
                day=action.today,
                reason=optional(reason, "reason") or "申请人申请撤回",
                basis=optional(basis, "basis"),
            )
        )
        issue(action, "returned")

    return commit(ws, reference, step)


@needs(Permission.HAND_OVER)
def terminate(ws: Workspace, reference: str, *, reason: str = "", basis: str = "") -> Result:
    """End a case whose promised materials did not come in time, as the promise said (容缺受理, domain.md §6).

    What follows is the matter's own: 终止办理 or 视为撤回; where it is 不予审批, the case is decided. Raises as
    ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        late = [promise for promise in case.promises if promise.until < action.today]
        if case.state not in CLOSING["terminated"] or not late:
            raise Unlawful(
                "promise_kept",
                "没有逾期未补齐的承诺材料，不能终止办理",
                field="reference",
                hint="容缺受理后承诺的日期已过、材料仍未补齐的才能终止",
            )
        breach = case.matter.tolerance.breach
        if breach == "refused":
            raise Unlawful(
                "promise_refused",
                "本事项规定逾期未补齐的不予审批，应当作出不予决定",
                field="reference",
                hint="用 decide 作出不予的决定，写明理由和依据",
            )
        names = "、".join(promise.name for promise in late)
        action.add(
            f.CaseClosed(
                how="terminated" if breach == "terminated" else "withdrawn",
                day=action.today,
                reason=optional(reason, "reason") or f"承诺补齐的材料逾期未补齐：{names}",
                basis=required(basis or case.article, "basis", "终止的依据", "写明容缺受理的规定"),
                lapsed=breach != "terminated",
            )
        )
        issue(action, "terminated" if breach == "terminated" else "returned")

    return commit(ws, reference, step)
