"""What can be done with a case now, and what a step would do: asked of the services themselves, which then write
nothing. So the list, the form and the journal cannot disagree about what is lawful.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services import cases, supplement
from clerk_tui.services.handing import window_name
from clerk_tui.services.proceed_json import ACTIONS
from clerk_tui.services.proceeding import rehearsing
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case, CaseState
from hall.errors import HallError
from hall.facts import PaperKind

__all__ = ["STEPS", "Offer", "Step", "offers", "rehearse", "take", "window_name"]


class Step(Struct, frozen=True):
    """One thing that is done with a case: the service behind it (a key of ``ACTIONS``) and what is fixed in it."""

    id: str
    name: str
    action: str
    fixed: Mapping[str, Any] = {}
    paper: PaperKind | None = None


STEPS: Final[dict[str, Step]] = {
    step.id: step
    for step in (
        Step("supplement", "收下补交的材料", ""),
        Step("remind_promise", "催交承诺的材料", "remind_promise", paper="tolerance_due"),
        Step("restart", "通知补齐后重新启动", "restart", paper="restart"),
        Step("announce_procedure", "告知特别程序（停计时）", "announce_procedure", paper="procedure"),
        Step("end_procedure", "结束特别程序", "end_procedure"),
        Step("extend", "延长办理期限", "extend", paper="extension"),
        Step("grant", "作出准予的决定", "decide", {"granted": True}, "grant"),
        Step("deny", "作出不予的决定", "decide", {"granted": False}, "denial"),
        Step("demand_fee", "通知缴费", "demand_fee", paper="fee"),
        Step("pay_fee", "登记缴费", "pay_fee"),
        Step("bring", "收下补充材料", "bring", paper="receipt"),
        Step("hand_over", "移交材料原件", "hand_over", paper="transfer"),
        Step("return_materials", "登记退还材料", "return_materials"),
        Step("serve", "送达文书", "serve", paper="served"),
        Step("pickup", "取件", "pickup", paper="pickup"),
        Step("give_back", "逾期未补正，退件", "give_back", paper="returned"),
        Step("withdraw", "申请人撤回申请", "withdraw", paper="returned"),
        Step("terminate", "承诺逾期，终止办理", "terminate", paper="terminated"),
    )
}
"""In the order in which a case may meet them."""


class Offer(Struct, frozen=True):
    """A step as the case stands: ``why`` it cannot be taken now, ``None`` where it can."""

    step: Step
    why: HallError | None

    @property
    def lawful(self) -> bool:
        """Whether it can be taken now, by whoever is signed in."""
        return self.why is None


def offers(ws: Workspace, reference: str) -> tuple[Offer, ...]:
    """Every step: first those that can be taken now, then the others with what stands against them.

    Raises:
        BadInput: there is no such case here.
    """
    case = cases.hall_case(ws, reference).case
    found = [Offer(_named(step, case), _hindrance(ws, case, step)) for step in STEPS.values()]
    return tuple(sorted(found, key=lambda offer: not offer.lawful))


def rehearse(ws: Workspace, reference: str, step: Step, values: Mapping[str, Any]) -> Result:
    """What the step would do with ``values``: the state, dates and papers after it. Nothing is written or printed.

    What the step needs and ``values`` leave out is stood in for, so that what is there can be judged while the rest is
    still being typed. Raises as the step's service does.
    """
    case = cases.hall_case(ws, reference).case
    stand_in = _stand_in(ws, case, step)
    with rehearsing():
        return ACTIONS[step.action](ws, case.case_id, **{**stand_in, **step.fixed, **values})


def take(ws: Workspace, reference: str, step: Step, values: Mapping[str, Any]) -> Result:
    """Take the step. Raises as its service does; then nothing is written."""
    return ACTIONS[step.action](ws, reference, **{**step.fixed, **values})


def _named(step: Step, case: Case) -> Step:
    """The step as it is called of this case: what was only received is examined, nothing of it is supplemented."""
    deciding = not step.action and case.state is CaseState.RECEIVED
    return replace(step, name="审查材料，受理或告知补正") if deciding else step


def _hindrance(ws: Workspace, case: Case, step: Step) -> HallError | None:
    try:
        if step.action:
            rehearse(ws, case.case_id, step, {})
        else:
            supplement.open_supplement(ws, case.case_id)
    except HallError as error:
        return error
    return None


def _stand_in(ws: Workspace, case: Case, step: Step) -> dict[str, Any]:
    """What a step takes where it may be taken at all."""
    today = ws.clock.today()
    running = [pause.name for pause in case.pauses if pause.ends is None]
    words = "待定"
    charge = f.Charge(name=words, fen=1, basis=words)
    known: dict[str, dict[str, Any]] = {
        "announce_procedure": {"name": words, "days": 1, "basis": words},
        "end_procedure": {"name": running[0] if running else words},
        "extend": {"days": 1, "approver": words, "reason": words},
        "deny": {"reason": words},
        "demand_fee": {"charges": (charge,), "pay_by": today, "payee": words},
        "bring": {"items": (f.Original(name=words),)},
        "hand_over": {"items": (f.Original(name=words),), "to_place": words},
        "return_materials": {"receiver": words, "relation": words, "waybill": words},
        "serve": dict.fromkeys(("receiver", "relation", "witness", "reason"), words)
        | {"documents": (f.Document(name=words),), "how": "direct"},
        "pickup": {"how": "collected", "waybill": words},
        "give_back": {"reason": words},
    }
    return known.get(step.id, {})
