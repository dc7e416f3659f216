"""Whatever is sent that the OpenAPI document allows, or almost allows: never a server error.

Every second request names what the centre knows and is signed where it must be (``schema_world``), so that what is
behind the reading of a body is asked too. Which operation got how far is counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.central.hub import Hub
from tests.central.schema_world import World
from tests.reliability.figures import record

#: Operations of which no request of these is a good one, and why.
NEVER_DONE = {
    "POST /q": "the query code of a case is on its paper alone",
    "POST /q/{reference}": "the same, and whoever asks too often waits",
    "POST /v1/deliveries/{department}/{case_id}/replay": "a dead letter takes a department that refuses",
    "POST /v1/sync/import-sealed": "a sealed file",
    "POST /v1/sync/remember": "a list that the centre signed in an epoch that is over",
}
Heard = dict[str, Counter[int]]


def examine(hub: Hub, examples: int) -> dict[str, int]:
    """How many operations were examined by how many requests."""
    schema = schemathesis.openapi.from_dict(hub.http.get("/schema/openapi.json").json())
    world = World(hub)
    heard: Heard = defaultdict(Counter)
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if not operation.path.endswith("/sign-out"):
            _ask(world, operation, examples, heard)
    assert len(heard) > 20
    done = {name for name, answers in heard.items() if any(status < 300 for status in answers)}
    left = sorted(heard.keys() - done)
    assert left == sorted(NEVER_DONE), {name: dict(heard[name]) for name in left}
    return {"operations": len(heard), "requests": sum(answers.total() for answers in heard.values())}


def _ask(world: World, operation: Any, examples: int, heard: Heard) -> None:
    name = f"{operation.method.upper()} {operation.path}"

    @settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        deadline=None,
    )
    @given(case=operation.as_strategy(), token=st.sampled_from(world.tokens), corrected=st.booleans())
    def ask(case: Any, token: str, corrected: bool) -> None:
        if corrected:
            token = world.token(name)
            case.path_parameters, case.body = world.corrected(name, dict(case.path_parameters or {}), case.body)
        case.headers = {**dict(case.headers or {}), "Authorization": f"Bearer {token}"}
        case.query = {key: value for key, value in (case.query or {}).items() if key != "wait_s"}
        status, said = _answer(world.hub, case)
        world.heard(name, case.body, status)
        heard[name][status] += 1
        assert status < 500, (name, said)

    ask()


def _answer(hub: Hub, case: Any) -> tuple[int, str]:
    request = case.as_transport_kwargs(base_url="http://centre.local")
    data = request.get("data", b"")
    body = {"data": data} if isinstance(data, dict) else {"content": data}
    if "json" in request:
        body = {"json": request["json"]}
    answer = hub.http.request(
        request["method"], request["url"], headers=dict(request["headers"]), params=request.get("params"), **body
    )
    return answer.status_code, answer.text


def test_nothing_that_is_sent_makes_a_server_error(hub: Hub) -> None:
    examine(hub, 12)


@pytest.mark.soak
@pytest.mark.timeout(10800)
def test_nothing_that_is_sent_makes_a_server_error_however_long_it_is_tried(hub: Hub) -> None:
    told = examine(hub, 500)
    record("API", f"Schemathesis over the OpenAPI document, {hub.engine}", **told, server_errors=0)
