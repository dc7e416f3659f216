"""Every route says what it needs; every role is tried at every route of the OpenAPI document, in its own and in another
hall; nothing of another hall is ever read or changed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler

from central.app import make_app
from central.queue.told import TICKET_FACTS
from central.rights import DEVICES_ONLY, OPTION, PUBLIC
from central.standing import HEARD_MS
from central.store import Db
from central.store import clerks as people
from central.store.clerks import ClerkRow
from central.store.tables import TABLES
from hall import facts as f
from hall.roles import DEVICE_ROLES, GRANTS, PERSONAL_ROLES, Permission, Role, allows, needed_for
from hall.wire import Status
from tests.central.counter import OFFICE, encoded
from tests.central.device import Device
from tests.central.halls import HERE, NAMES, THERE, Hall, bearer, push_case
from tests.central.hub import NOW, Http, Hub
from tests.reliability.golden import filled, kinds

NONCE = base64.b64encode(b"n" * 16).decode()
#: Bodies that are good, so that only rights can stand in the way; routes that are not named here get ``{}``.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/clerks"): {"id": "0815", "name": "新来的", "roles": ["clerk"]},
    ("PATCH", "/v1/clerks/{clerk}"): {"roles": ["clerk", "supervisor"]},
    ("POST", "/v1/clerks/sign-in"): {"clerk": f"{HERE}-clerk", "pin": "204817", "nonce": NONCE},
    ("POST", "/v1/queue/tickets"): {"ticket_id": "of-the-asker", "business": "综合受理", "letter": "A"},
    ("POST", "/v1/queue/claim"): {"claim_id": "of-the-asker", "window": "3", "businesses": ["综合受理"]},
    ("POST", "/v1/queue/windows"): {"window": "3", "state": "open"},
    ("PUT", "/v1/queue/rule"): {"lease_s": 60},
    ("PUT", "/v1/board/rule"): {"percent": 25, "days": 2},
    ("POST", "/v1/clerks/pin"): {"clerk": f"{HERE}-clerk", "pin": "204817", "new_pin": "739502", "nonce": NONCE},
}
#: Tables that say of which hall a row is: what another hall may not change.
OF_A_HALL = tuple(table for table, columns in TABLES.items() if "office" in columns)


@pytest.fixture
def halls(tmp_path: Path, hub: Hub) -> tuple[Hall, Hall]:
    here, there = (Hall(tmp_path / office, hub.store, hub.run, office) for office in (HERE, THERE))
    push_case(hub.http, here)
    push_case(hub.http, there)
    for hall in (here, there):
        ticket = {"ticket_id": f"ticket-of-{hall.office}", "business": "综合受理", "letter": "Q"}
        ticket["name"] = NAMES[hall.office]
        reply = hub.http.post("/v1/queue/tickets", content=encoded(ticket), headers=hall.station.headers)
        assert reply.status_code == 200
    return here, there


def operations(app: Litestar) -> Iterator[tuple[str, str, object]]:
    """Method, path and declared permission of every operation in the OpenAPI document."""
    handlers: dict[tuple[str, str], HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                handlers[str(method), route.path_format] = handler
    for path, item in app.openapi_schema.to_schema()["paths"].items():
        for method in item:
            handler = handlers[method.upper(), path]
            yield method.upper(), path, handler.opt.get(OPTION)


def test_every_route_says_what_it_needs(hub: Hub) -> None:
    app = make_app(hub.store)
    silent = [
        (route.path, handler)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if OPTION not in handler.opt and handler.http_methods != {"OPTIONS"}
    ]
    assert silent == []
    assert all(wanted == PUBLIC[OPTION] or wanted in GRANTS for _, _, wanted in operations(app))


def test_what_anybody_may_ask_is_a_short_list(hub: Hub) -> None:
    public = {(method, path) for method, path, wanted in operations(make_app(hub.store)) if wanted == PUBLIC[OPTION]}
    page = {(method, path) for method in ("GET", "POST") for path in ("/q", "/q/{reference}")}
    assert public == page | {("POST", "/v1/devices/enrol"), ("POST", "/v1/devices/rotate"), ("GET", "/v1/health")}


def test_a_route_that_says_nothing_is_shut(hub: Hub, halls: tuple[Hall, Hall]) -> None:
    @get("/forgotten")
    async def forgotten() -> str:
        return "open"

    app = make_app(hub.store)
    app.register(forgotten)
    client = Http(app, hub.loop)
    assert client.get("/forgotten").status_code == 401
    for token in halls[0].askers().values():
        assert client.get("/forgotten", headers=bearer(token())).status_code == 403
    client.close()


@pytest.mark.parametrize("token", ["", "nobody", "s.nobody", "x" * 5000, "'; DROP TABLE clerk; --"])
def test_nobody_unknown_gets_past_the_door(hub: Hub, token: str) -> None:
    for method, path, wanted in operations(hub.app):
        if wanted != PUBLIC[OPTION]:
            reply = hub.http.request(method, _filled(path, None), headers=bearer(token), content=b"{}")
            assert reply.status_code == 401
            assert method == "HEAD" or reply.json()["code"] in ("unknown_token", "session_over")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_at_each_route_in_its_own_and_in_another_hall(hub: Hub, halls: tuple[Hall, Hall], role: Role) -> None:
    here, there = halls
    before = _rows_of(hub, HERE)
    # Strangers first: after them everything of this hall must be as it was.
    for asking in (there, here):
        for (held, kind), token in asking.askers().items():
            for method, path, wanted in operations(hub.app) if held is role else ():
                whole = (method, path) in _of_devices(hub.app) and kind == "person"
                body = encoded(BODIES.get((method, path), {}))
                reply = hub.http.request(method, _filled(path, here), headers=bearer(token()), content=body)
                what = (method, path, role, kind, asking.office, reply.text)
                assert reply.status_code < 500, what
                refused = reply.status_code == 403 and (method == "HEAD" or reply.json()["code"] == "not_allowed")
                has_right = isinstance(wanted, Permission) and allows({role}, wanted) and not whole
                may = wanted == PUBLIC[OPTION] or has_right
                assert refused is not may, what
                assert reply.status_code != 401 or "wrong_pin" in reply.text, what
                if asking is there:
                    assert not [word for word in here.own_words() if word in reply.text], what
                    assert _rows_of(hub, HERE) == before, what


def test_the_matrix_leaves_nobody_out(halls: tuple[Hall, Hall]) -> None:
    assert {role for role, _ in halls[0].askers()} == set(Role)


@pytest.mark.parametrize("role", DEVICE_ROLES)
def test_each_kind_of_fact_from_each_device_by_each_role_of_people(hub: Hub, role: Role) -> None:
    """Only what both the writer and the device may has an effect; everything is kept."""
    began = NOW - HEARD_MS
    for each in PERSONAL_ROLES:
        row = ClerkRow(office=OFFICE, clerk_id=each.value, name="冯春", roles=(each.value,))
        hub.transact(partial(people.record_rights, clerk=row, now_ms=began))
    device = Device(hub, "device-1", role=role)
    asked = []
    for actor in (*PERSONAL_ROLES, "nobody"):
        for kind in kinds():
            body = filled(kind)
            if hasattr(body, "approved_by"):
                body = msgspec.structs.replace(body, approved_by="")
            if not isinstance(body, TICKET_FACTS):
                asked.append((actor, body))
                device.write(f"{actor}-{len(asked)}", body, actor=str(actor))
    results = device.push().results
    # A fact that begins no case is set aside too, but for want of the case.
    refused = {result.seq for result in results if "没有“" in result.reason or "不能写" in result.reason
               or "不在本厅" in result.reason}  # fmt: skip
    assert len(results) == len(asked) > 100
    for seq, (actor, body) in enumerate(asked, 1):
        permission = needed_for(body)
        assert permission is not None
        of_people = permission is Permission.BY_LAW or (actor != "nobody" and allows({Role(actor)}, permission))
        of_devices = role is Role.CLERK or (allows({role}, permission) and permission is not Permission.BY_LAW)
        may = of_people and (of_devices or isinstance(body, f.AlarmRaised))
        assert (seq in refused) is not may, (role, actor, type(body).__name__, results[seq - 1].reason)
        assert not (seq in refused and results[seq - 1].status is not Status.QUARANTINED)


def _of_devices(app: Litestar) -> set[tuple[str, str]]:
    """The routes whose answers no session gets."""
    found = [(route.path_format, handler) for route in app.routes for handler in getattr(route, "route_handlers", ())]
    return {
        (str(method), path)
        for path, handler in found
        if handler.opt.get(DEVICES_ONLY)
        for method in handler.http_methods
    }


def test_the_board_is_told_no_name_and_can_change_nothing(hub: Hub, halls: tuple[Hall, Hall]) -> None:
    here = halls[0]
    before = _rows_of(hub, HERE)
    reply = hub.http.get("/v1/board/cases", headers=bearer(here.kiosk.enrolled.token))
    (shown,) = msgspec.json.decode(reply.content)["cases"]
    assert set(shown) == {
        *("reference", "state", "state_name", "light", "due", "statutory", "matter", "department", "holder"),
        *("since_ms", "window_min", "unit_min", "applicant_min", "procedure_min", "notices", "case_id"),
        *("happened", "happened_on", "times"),
    }
    assert shown["reference"].startswith("SL01-A1-00001")
    for method, path, wanted in operations(hub.app):
        if wanted not in (Permission.BOARD, PUBLIC[OPTION]):
            body = encoded(BODIES.get((method, path), {}))
            url = _filled(path, here)
            assert hub.http.request(method, url, headers=here.kiosk.headers, content=body).status_code == 403
    assert _rows_of(hub, HERE) == before


def test_a_person_loses_every_right_at_once(hub: Hub, halls: tuple[Hall, Hall]) -> None:
    here = halls[0]
    admin, head = here.session(Role.ADMIN), here.session(Role.SUPERVISOR)
    assert hub.http.get("/v1/clerks", headers=bearer(head)).status_code == 200
    url = f"/v1/clerks/{HERE}-supervisor"
    assert hub.http.patch(url, content=b'{"roles": []}', headers=bearer(admin)).status_code == 200
    assert hub.http.get("/v1/clerks", headers=bearer(head)).status_code == 403
    assert hub.http.patch(url, content=b'{"active": false}', headers=bearer(admin)).status_code == 200
    assert hub.http.get("/v1/clerks", headers=bearer(head)).status_code == 401


def _filled(path: str, hall: Hall | None) -> str:
    """A path with its parameters, naming things of ``hall``."""
    values = {
        "clerk": f"{HERE}-clerk",
        "ticket": f"ticket-of-{HERE}",
        "device": hall.spare.device.device_id if hall is not None else "any",
    }
    return path.format_map(_Others(values))


class _Others(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1"


def kept(table: str) -> str:
    """The columns of a table that only a request's own work changes."""
    return ", ".join(each for each in TABLES[table] if (table, each) != ("device", "seen_ms"))


def _rows_of(hub: Hub, office: str) -> dict[str, list[Any]]:
    """Every row of a hall, but for when a device was heard of, which the centre keeps of anybody."""

    async def look(db: Db) -> dict[str, list[Any]]:
        return {
            table: sorted(
                (tuple(row) for row in await db.rows(f"SELECT {kept(table)} FROM {table} WHERE office = $1", office)),
                key=repr,
            )
            for table in OF_A_HALL
        }

    return hub.read(look)


def test_the_words_that_must_not_leak_are_words_that_would(halls: tuple[Hall, Hall]) -> None:
    assert NAMES[HERE] in halls[0].own_words() and not set(halls[0].own_words()) & set(halls[1].own_words())
