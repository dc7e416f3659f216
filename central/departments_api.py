"""The routes of departments' systems, and of those who look after what they could not be told."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from central import decisions, departments
from central.clock import now_ms
from central.rights import Principal, needs
from central.store import Store
from central.store.deliveries import DepartmentRow
from hall import wire_departments as w
from hall.roles import Permission

Asked = Request[Principal, Any, State]
Key = Annotated[str, Parameter(min_length=1, max_length=100)]
CaseId = Annotated[str, Parameter(min_length=1, max_length=200)]


def _store(state: State) -> Store:
    store: Store = state.store
    return store


@post("/v1/departments/decisions", status_code=200, opt=needs(Permission.DECIDE))
async def report_decision(data: JSONBody[w.Decision], request: Asked, state: State) -> w.DecisionReply:
    """A department reports its decision on one of its cases. May be sent again: ``id`` is the department's own, and
    the same one is answered the same. A ``reference`` that two of its cases have is refused as ``ambiguous`` (409):
    name the case by ``case_id``.

    ``epoch`` in the reply names the centre's history that has the decision. A centre that was restored from a copy
    has another epoch (it says so in what it tells, and in its next reply) and may lack it: send the decisions of the
    last 35 days again."""
    user = request.user
    department = DepartmentRow(user.office, user.device.device_id, "", b"")
    reply = await decisions.decide(_store(state), department, data, now_ms())
    state.waiting.changed(user.office)
    return reply


@get("/v1/deliveries/dead", opt=needs(Permission.OVERSEE))
async def dead_deliveries(request: Asked, state: State) -> w.DeadDeliveries:
    """What the hall's departments could not be told, and why; ``more``: of how many further cases."""
    return await departments.dead(_store(state), request.user.office)


@post("/v1/deliveries/{department:str}/{case_id:str}/replay", status_code=204, opt=needs(Permission.OVERSEE))
async def replay_delivery(department: Key, case_id: CaseId, request: Asked, state: State) -> None:
    """Tell a department again what it could not be told."""
    await departments.replay(_store(state), request.user.office, department, case_id, now_ms())


@post("/v1/deliveries/{department:str}/replay", status_code=200, opt=needs(Permission.OVERSEE))
async def replay_department(department: Key, request: Asked, state: State) -> w.Replayed:
    """Tell a department again of all that it could not be told, once what stood in the way is put right."""
    return w.Replayed(replayed=await departments.replay_all(_store(state), request.user.office, department, now_ms()))


ROUTES = [report_decision, dead_deliveries, replay_delivery, replay_department]
