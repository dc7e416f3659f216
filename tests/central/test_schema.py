"""Whatever is sent that the OpenAPI document allows, or almost allows: never a server error."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from central.clock import now_ms
from central.store import clerks as people
from central.store import connecting
from central.store import tokens as sessions
from central.store.clerks import ClerkRow
from central.store.deliveries import DepartmentRow
from central.store.tokens import SessionRow
from hall.roles import PERSONAL_ROLES
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import Hub
from tests.reliability.figures import record


def tokens_of(hub: Hub) -> list[str]:
    """Tokens of a counter, a department and a person with every role, so that no request stops at the door."""
    device = Device(hub, "device-1")
    device.case(1)
    device.drain()
    clerk = ClerkRow(office=OFFICE, clerk_id="all", name="周敏", roles=tuple(role.value for role in PERSONAL_ROLES))
    row = SessionRow(OFFICE, "all", device.name, now_ms() + 3_600_000)
    department = DepartmentRow(OFFICE, "scjg", "", b"s" * 32)
    hub.transact(lambda db: people.save(db, clerk))
    hub.transact(lambda db: sessions.add_session(db, "s.all", row, now_ms()))
    hub.transact(lambda db: connecting.connect(db, department, "d.all", 1))
    return [device.enrolled.token, "s.all", "d.all"]


def examine(hub: Hub, examples: int) -> dict[str, int]:
    """How many operations were examined by how many requests."""
    schema = schemathesis.openapi.from_dict(hub.http.get("/schema/openapi.json").json())
    tokens = tokens_of(hub)
    answers: Counter[int] = Counter()
    examined = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.path.endswith("/sign-out"):
            continue

        @settings(
            max_examples=examples,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(case=operation.as_strategy(), token=st.sampled_from(tokens))
        def ask(case: Any, token: str) -> None:
            case.headers = {**dict(case.headers or {}), "Authorization": f"Bearer {token}"}
            case.query = {name: value for name, value in (case.query or {}).items() if name != "wait_s"}
            request = case.as_transport_kwargs(base_url="http://centre.local")
            request.pop("cookies", None)
            data = request.get("data", b"")
            body = {"data": data} if isinstance(data, dict) else {"content": data}
            if "json" in request:
                body = {"json": request["json"]}
            answer = hub.http.request(
                request["method"],
                request["url"],
                headers=dict(request["headers"]),
                params=request.get("params"),
                **body,
            )
            answers[answer.status_code] += 1
            assert answer.status_code < 500, (request["method"], request["url"], answer.text)

        ask()
        examined += 1
    assert examined > 20
    assert answers[200] > examined, "many a request is a good one"
    return {"operations": examined, "requests": answers.total()}


def test_nothing_that_is_sent_makes_a_server_error(hub: Hub) -> None:
    examine(hub, 12)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nothing_that_is_sent_makes_a_server_error_however_long_it_is_tried(hub: Hub) -> None:
    told = examine(hub, 500)
    record("API", f"Schemathesis over the OpenAPI document, {hub.engine}", **told, server_errors=0)
