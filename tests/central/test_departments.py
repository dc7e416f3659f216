"""Departments' systems: told of every change in order until they have taken it, and reporting decisions themselves."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from central import departments
from central.adapters import Outcome
from central.adapters.webhook import MAX_REPLY, Webhook
from central.cli import main
from central.store import connecting, deliveries
from central.store.deliveries import DepartmentRow
from hall import facts as f
from hall import wire
from hall.case import CaseState
from hall.chain import open_sealed
from hall.errors import StoreError
from hall.roles import Role
from hall.wire_departments import SIGNATURE_HEADER, CaseTold, DeadDeliveries, Decision, DecisionReply
from tests.builders import DAY, received
from tests.central.counter import OFFICE, encoded
from tests.central.device import Device
from tests.central.hub import NOW, Hub
from tests.central.test_sync_routes import person
from tests.wires import MIB, Wire, bomb

SECRET = b"s" * 32
HOUR = 3_600_000


def connect(hub: Hub, row: DepartmentRow, token: str) -> None:
    hub.transact(lambda db: connecting.connect(db, row, token, 1))


def signature(at_s: int, body: bytes) -> str:
    """What docs/operations.md tells a department to compare the header with, written down once more."""
    return f"t={at_s},v1={hmac.new(SECRET, f'{at_s}.'.encode() + body, hashlib.sha256).hexdigest()}"


class Department:
    """A department's system that behaves as a test wants, and remembers what it took."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.taken: list[CaseTold] = []
        self.asked = 0
        self.behave: Callable[[httpx.Request], httpx.Response] = self.take
        row = DepartmentRow(OFFICE, "scjg", "https://scjg.example.invalid/cases", SECRET)
        connect(hub, row, "d.token")
        client = httpx.AsyncClient(transport=Wire(self._answer))
        self.webhook = Webhook(client)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        assert request.headers[SIGNATURE_HEADER] == signature(self.now // 1000, request.content)
        return self.behave(request)

    def take(self, request: httpx.Request) -> httpx.Response:
        told = msgspec.json.decode(request.content, type=CaseTold)
        self.taken.append(told)
        return httpx.Response(200, json={"taken": told.id})

    def tell(self, now: int = NOW) -> int:
        """One round of the centre's worker."""
        self.now = now
        return self.hub.loop.run(departments.deliver_due(self.hub.store, self.webhook, now))

    @property
    def states(self) -> list[tuple[str, int]]:
        rows = self.hub.read(lambda db: db.rows("SELECT state, attempts FROM delivery ORDER BY case_id"))
        return [(row[0], row[1]) for row in rows]


@pytest.fixture
def department(hub: Hub) -> Iterator[Department]:
    department = Department(hub)
    yield department
    hub.loop.run(department.webhook.close())


@pytest.fixture
def device(hub: Hub, department: Department) -> Device:
    return Device(hub, "device-1")


def test_a_department_is_told_of_accepted_cases_and_of_every_change_after(
    device: Device, department: Department
) -> None:
    device.write("inquiry", received())
    case_id = device.case(1, notes=0)
    device.drain()
    assert (department.tell(), department.tell()) == (1, 0)
    device.write(case_id, f.NoteAdded(text="现场核查已约"))
    device.drain(3)
    assert department.tell() == 1
    assert [(each.case_id, each.version, each.state) for each in department.taken] == [
        (case_id, 2, "accepted"),
        (case_id, 3, "accepted"),
    ]
    assert department.taken[0].id != department.taken[1].id
    assert msgspec.json.decode(department.taken[1].case)["case_id"] == case_id


def test_a_department_that_never_answers_keeps_no_other_waiting(hub: Hub, device: Device) -> None:
    row = DepartmentRow(OFFICE, "gaj", "https://gaj.example.invalid/cases", SECRET)
    connect(hub, row, "d.other")
    case_id = device.case(1)
    device.drain()
    hub.transact(
        lambda db: db.run(
            "INSERT INTO delivery (office, department, case_id, wanted, state, due_ms)"
            " VALUES ($1, 'gaj', $2, 1, 'waiting', $3)",
            OFFICE,
            case_id,
            NOW,
        )
    )

    class Adapter:
        def __init__(self) -> None:
            self.told, self.asked = asyncio.Event(), asyncio.Event()

        async def tell(self, department: DepartmentRow, message: CaseTold, now_ms: int) -> Outcome:
            if department.key == "scjg":
                self.asked.set()
                await asyncio.Event().wait()
            self.told.set()
            return Outcome("taken")

    async def work() -> None:
        adapter = Adapter()
        task = asyncio.create_task(departments.run(hub.store, adapter))
        async with asyncio.timeout(30):
            await adapter.asked.wait()
            await adapter.told.wait()
            adapter.told.clear()
            late = "UPDATE delivery SET state = 'waiting', due_ms = 0, wanted = 99 WHERE department = 'gaj'"
            await hub.store.transact(lambda db: db.run(late))
            await adapter.told.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    hub.loop.run(work())


def test_an_answer_that_drips_ends_in_time(hub: Hub) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async def work() -> Outcome:
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        webhook = Webhook(timeout_s=0.3)
        row = DepartmentRow(OFFICE, "scjg", f"http://127.0.0.1:{port}/", SECRET)
        told = CaseTold(
            id="1", office=OFFICE, department="scjg", case_id="c", reference="r", state="accepted", version=1,
            case=msgspec.Raw(b"{}"),
        )  # fmt: skip
        try:
            return await webhook.tell(row, told, NOW)
        finally:
            await webhook.close()
            server.close()

    assert hub.loop.run(work()) == Outcome("later", "对方系统没有在时限内应答")


def slow(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow", request=request)


def down(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("down", request=request)


def packed(encoding: str, body: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(body))


BAD: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "slow": slow,
    "down": down,
    "broken": lambda request: httpx.Response(500),
    "busy": lambda request: httpx.Response(429),
    "portal": lambda request: httpx.Response(200, html="<html>请登录</html>"),
    "empty": lambda request: httpx.Response(200),
    "another": lambda request: httpx.Response(200, json={"taken": "other"}),
    "list": lambda request: httpx.Response(200, json=[1]),
    "redirect": lambda request: httpx.Response(302, headers={"location": "https://elsewhere.invalid/"}),
    "endless": lambda request: httpx.Response(200, content=b"x" * (MAX_REPLY + 1)),
    "garbled": lambda request: packed("gzip", b"\xff\xfe"),
    "bomb": lambda request: packed("gzip", bomb()),
    "twice": lambda request: packed("gzip, gzip", bomb(2)),
    "otherwise": lambda request: packed("br", b"x"),
}


@pytest.mark.parametrize("how", BAD)
def test_whatever_a_department_answers_it_is_told_again_until_it_has_taken_it(
    device: Device, department: Department, how: str
) -> None:
    device.case(1)
    device.drain()
    department.behave = BAD[how]
    now = NOW
    for tries in range(1, 6):
        assert department.tell(now) == 0
        assert department.states == [("waiting", tries)]
        asked = department.asked
        department.tell(now)
        assert department.asked == asked, "not at once again"
        now += 2 * HOUR
    department.behave = department.take
    assert department.tell(now) == 1
    assert department.states == [("sent", 0)]
    assert [each.version for each in department.taken] == [3]


@pytest.mark.parametrize("how", ["bomb", "twice"])
def test_an_answer_that_is_a_bomb_costs_the_centre_no_memory(device: Device, department: Department, how: str) -> None:
    device.case(1)
    device.drain()
    answer = BAD[how](httpx.Request("POST", "https://x.invalid/"))
    department.behave = lambda request: answer
    tracemalloc.start()
    try:
        assert department.tell(NOW) == 0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert department.states == [("waiting", 1)]
    assert peak < 8 * MIB


def test_one_department_that_is_down_holds_no_other_up_and_is_asked_once_a_round(
    hub: Hub, device: Device, department: Department
) -> None:
    other = DepartmentRow(OFFICE, "other", "https://other.example.invalid/", SECRET)
    connect(hub, other, "d.other")
    for number in range(4):
        device.case(number, notes=0)
    elsewhere = f.CaseAccepted(accepted=DAY, due=f.Due(), article="")
    matter = received().matter
    matter = msgspec.structs.replace(matter, department=msgspec.structs.replace(matter.department, key="other"))
    device.write("theirs", received(matter=matter))
    device.write("theirs", elsewhere)
    device.drain()
    department.behave = lambda request: department.take(request) if "other" in request.url.host else down(request)
    assert department.tell() == 1
    assert [each.case_id for each in department.taken] == ["theirs"]
    assert department.asked == 2


def test_what_a_department_refuses_waits_for_a_person_who_sends_it_again(
    hub: Hub, device: Device, department: Department
) -> None:
    case_id = device.case(1)
    device.drain()
    department.behave = lambda request: httpx.Response(422, json={"error": "no"})
    department.tell()
    assert department.states == [("dead", 1)]
    device.write(case_id, f.NoteAdded(text="后来"))
    device.drain(3)
    assert department.tell(NOW + HOUR) == 0
    head = person(hub, Role.SUPERVISOR, device)
    answer = hub.http.get("/v1/deliveries/dead", headers=head)
    told = msgspec.json.decode(answer.content, type=DeadDeliveries)
    (letter,) = told.deliveries
    assert told.more == 0
    assert (letter.department, letter.case_id, letter.error) == ("scjg", case_id, "对方系统不收（422）")
    department.behave = department.take
    again = hub.http.post(f"/v1/deliveries/scjg/{case_id}/replay", headers=head)
    assert again.status_code == 204
    assert hub.http.post(f"/v1/deliveries/scjg/{case_id}/replay", headers=head).status_code == 404
    from central.clock import now_ms

    assert department.tell(now_ms() + 1000) == 1
    assert [each.version for each in department.taken] == [4]


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 410, 415])
def test_a_gateway_that_is_set_up_anew_makes_no_dead_letters(
    device: Device, department: Department, status: int
) -> None:
    """It says so of everything, so one is tried and the rest waits with it."""
    for number in range(40):
        device.case(number)
    device.drain()
    department.behave = lambda request: httpx.Response(status)
    department.tell()
    assert department.asked == 1
    assert sorted(department.states) == [("waiting", 0)] * 39 + [("waiting", 1)]
    department.behave = department.take
    for turn in range(4):
        department.tell(NOW + (turn + 1) * HOUR)
    assert set(department.states) == {("sent", 0)}


def test_all_that_is_dead_of_a_department_is_counted_and_sent_again_at_once(
    hub: Hub, device: Device, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        device.case(number)
    device.drain()
    department.behave = lambda request: httpx.Response(400)
    department.tell()
    assert department.states == [("dead", 1)] * 5
    monkeypatch.setattr(departments, "SHOWN", 2)
    head = person(hub, Role.SUPERVISOR, device)
    told = hub.http.get("/v1/deliveries/dead", headers=head).json()
    assert (len(told["deliveries"]), told["more"]) == (2, 3)
    assert hub.http.post("/v1/deliveries/other/replay", headers=head).json() == {"replayed": 0}
    assert hub.http.post("/v1/deliveries/scjg/replay", headers=head).json() == {"replayed": 5}
    assert hub.http.get("/v1/deliveries/dead", headers=head).json() == {"deliveries": [], "more": 0}
    from central.clock import now_ms

    department.behave = department.take
    assert department.tell(now_ms() + 1000) == 5


def test_after_a_day_of_failures_a_person_is_asked(device: Device, department: Department) -> None:
    device.case(1)
    device.drain()
    department.behave = BAD["down"]
    for turn in range(departments.TRIES):
        department.tell(NOW + turn * 2 * HOUR)
    assert department.states == [("dead", departments.TRIES)]


def test_two_processes_tell_nothing_twice(hub: Hub, device: Device, department: Department) -> None:
    for number in range(10):
        device.case(number, notes=0)
    device.drain()
    first = hub.transact(lambda db: deliveries.lease(db, NOW, NOW + 60_000, 6))
    second = hub.transact(lambda db: deliveries.lease(db, NOW, NOW + 60_000, 6))
    assert (len(first), len(second)) == (6, 4)
    assert not {row.case_id for row in first} & {row.case_id for row in second}
    late = hub.transact(lambda db: deliveries.lease(db, NOW + 60_001, NOW + 120_000, 20))
    assert len(late) == 10, "what a dead process had leased is taken over"


def test_a_change_that_comes_while_the_department_is_being_told_is_told_next(
    hub: Hub, device: Device, department: Department
) -> None:
    case_id = device.case(1)
    device.drain()
    rows = hub.transact(lambda db: deliveries.lease(db, NOW, NOW + 60_000, 1))
    device.write(case_id, f.NoteAdded(text="同时"))
    device.drain(3)
    hub.transact(lambda db: deliveries.sent(db, rows[0], rows[0].wanted, NOW))
    assert department.states == [("waiting", 0)]
    assert department.tell() == 1
    assert department.taken[0].version == 4


def report(hub: Hub, decision: Decision, token: str = "d.token") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return hub.http.post("/v1/departments/decisions", content=encoded(decision), headers=headers)


def decision(case_id: str, **changes: Any) -> Decision:
    values: dict[str, Any] = {"id": "2026-0001", "case_id": case_id, "granted": True, "day": DAY, "result": "许可证"}
    return Decision(**(values | changes))


def test_a_decision_of_a_department_is_a_fact_like_any_other(hub: Hub, device: Device, department: Department) -> None:
    case_id = device.case(1)
    device.drain()
    answer = report(hub, decision(case_id, result_number="许字1号", valid_until=dt.date(2031, 9, 17)))
    reply = msgspec.json.decode(answer.content, type=DecisionReply)
    assert (answer.status_code, reply.status, reply.version) == (200, wire.Status.APPLIED, 4)
    case = hub.case(case_id)
    assert case.state is CaseState.DECIDED
    assert case.decision is not None
    assert (case.decision.granted, case.decision.result_number) == (True, "许字1号")
    assert case.timeline[-1].actor == "scjg"
    assert hub.feed().changes[-1].state == "decided"
    from central.store.facts import facts_of
    from central.verify import verify
    from hall.fold import fold

    assert fold(map(open_sealed, hub.read(lambda db: facts_of(db, case_id)))) == case
    assert hub.run(verify(hub.store)).journals == 2


def test_a_decision_sent_again_is_answered_the_same_and_stored_once(
    hub: Hub, device: Device, department: Department
) -> None:
    case_id = device.case(1)
    device.drain()
    first, again = report(hub, decision(case_id)), report(hub, decision(case_id))
    assert (first.status_code, first.content) == (200, again.content)
    by_reference = decision("", reference=hub.case(case_id).reference)
    assert report(hub, by_reference).content == first.content
    other = report(hub, decision(case_id, granted=False, reason="不符合条件"))
    assert (other.status_code, other.json()["code"]) == (409, "id_used")
    assert hub.counts()["applied"] == 4


@pytest.mark.parametrize("nothing", ["", "—", "\u3000。"])
def test_a_refusal_that_says_no_reason_is_not_kept(
    hub: Hub, device: Device, department: Department, nothing: str
) -> None:
    case_id = device.case(1)
    device.drain()
    told = report(hub, decision(case_id, granted=False, reason=nothing))
    assert (told.status_code, told.json()["code"], told.json()["field"]) == (422, "no_reason", "reason")
    assert report(hub, decision(case_id, granted=False, reason="不符合条件")).status_code == 200


def test_a_decision_that_comes_too_late_is_kept_and_a_person_sees_it(
    hub: Hub, device: Device, department: Department
) -> None:
    case_id = device.case(1)
    device.write(case_id, f.CaseClosed(how="withdrawn", day=DAY))
    device.drain()
    reply = msgspec.json.decode(report(hub, decision(case_id)).content, type=DecisionReply)
    assert (reply.status, reply.reason) == (wire.Status.CONFLICT, "办件已是“已撤回”")
    assert hub.case(case_id).state is CaseState.WITHDRAWN
    assert "needs_review" in hub.feed().changes[-1].flags


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"granted": False}, 422),
        ({"case_id": "unknown"}, 404),
        ({"case_id": ""}, 404),
        ({"case_id": "\x00"}, 404),
        ({"reference": "SL01-A1-99999-X"}, 404),
        ({"id": "bad id"}, 400),
        ({"result": "\x1b[2J"}, 400),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    hub: Hub, device: Device, department: Department, changes: dict[str, Any], status: int
) -> None:
    case_id = device.case(1)
    device.drain()
    body = {"id": "1", "case_id": case_id, "granted": True, "day": DAY.isoformat(), **changes}
    headers = {"Authorization": "Bearer d.token", "Content-Type": "application/json"}
    answer = hub.http.post("/v1/departments/decisions", content=msgspec.json.encode(body), headers=headers)
    assert (answer.status_code, hub.counts()["applied"]) == (status, 3)


def test_a_department_decides_its_own_cases_only_and_may_nothing_else(
    hub: Hub, device: Device, department: Department
) -> None:
    case_id = device.case(1)
    device.drain()
    for office, key, token in ((OFFICE, "other", "d.other"), ("SL02", "scjg", "d.far")):
        connect(hub, DepartmentRow(office, key, "", SECRET), token)
        assert report(hub, decision(case_id), token).status_code == 404
    assert report(hub, decision(case_id), "d.nobody").status_code == 401
    assert report(hub, decision(case_id), device.enrolled.token).status_code == 403
    for path in ("/v1/sync/changes", "/v1/sync/status", "/v1/clerks", "/v1/board/cases"):
        assert hub.http.get(path, headers={"Authorization": "Bearer d.token"}).status_code == 403
    assert hub.transact(lambda db: connecting.disconnect(db, OFFICE, "scjg"))
    assert report(hub, decision(case_id)).status_code == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": dt.date(1850, 1, 1)}, "day"),
        ({"day": DAY - dt.timedelta(days=1)}, "day"),
        ({"day": dt.date(2099, 1, 1)}, "day"),
        ({"valid_until": DAY - dt.timedelta(days=1)}, "valid_until"),
        ({"collect_from": DAY - dt.timedelta(days=1)}, "collect_from"),
    ],
)
def test_a_decision_on_a_day_that_cannot_be_is_refused_and_nothing_is_kept(
    hub: Hub, device: Device, department: Department, changes: dict[str, Any], field: str
) -> None:
    case_id = device.case(1)
    device.drain()
    told = report(hub, decision(case_id, **changes))
    assert (told.status_code, told.json()["code"], told.json()["field"]) == (422, "bad_date", field)
    assert hub.case(case_id).state is CaseState.ACCEPTED
    at_once = decision(case_id, valid_until=DAY, collect_from=DAY)
    assert report(hub, at_once).json()["status"] == "applied", "its own number is not used up"


def test_who_decided_is_seen_where_the_case_is_looked_at_and_belongs_to_the_decision(
    hub: Hub, device: Device, department: Department
) -> None:
    granted, refused = device.case(1), device.case(2)
    device.drain()
    report(hub, decision(granted, decided_by="周敏"))
    report(hub, decision(refused, id="2", granted=False, reason="不符合条件", decided_by="周敏"))
    case = hub.case(granted)
    assert case.decision is not None
    assert case.decision.decided_by == "周敏"
    assert [hub.case(name).timeline[-1].text for name in (granted, refused)] == [
        "决定：准予，决定人周敏",
        "决定：不予，决定人周敏",
    ]
    assert report(hub, decision(granted, decided_by="周敏")).status_code == 200
    assert report(hub, decision(granted, decided_by="孙二")).json()["code"] == "id_used"


def test_a_department_that_is_connected_later_is_told_of_what_is_open(hub: Hub) -> None:
    device = Device(hub, "device-1")
    device.write("only-received", received())
    waiting, over = device.case(1), device.case(2)
    device.write(over, f.CaseClosed(how="withdrawn", day=DAY))
    theirs = received(reference="SL01-W01-00009-X")
    key = msgspec.structs.replace(theirs.matter.department, key="other")
    matter = msgspec.structs.replace(theirs.matter, department=key)
    device.write("theirs", msgspec.structs.replace(theirs, matter=matter))
    device.write("theirs", f.CaseAccepted(accepted=DAY, due=f.Due(), article=""))
    elsewhere = Device(hub, "device-2", office="SL02")
    elsewhere.case(1)
    device.drain()
    elsewhere.drain()
    department = Department(hub)
    assert department.tell() == 1
    assert [each.case_id for each in department.taken] == [waiting]
    hub.loop.run(department.webhook.close())


def test_connecting_a_department_anew_loses_nothing_that_it_was_not_told(
    hub: Hub, device: Device, department: Department
) -> None:
    taken, dead, late = (device.case(number, notes=0) for number in range(3))
    device.drain()
    department.behave = lambda request: (
        httpx.Response(422) if dead in request.content.decode() else
        down(request) if late in request.content.decode() else department.take(request)
    )  # fmt: skip
    department.tell()
    assert sorted(department.states) == [("dead", 1), ("sent", 0), ("waiting", 1)]
    assert hub.transact(lambda db: connecting.disconnect(db, OFFICE, "scjg"))
    # What ends while nobody is connected ends for the department too; it must hear of that.
    for case_id in (taken, dead, late):
        device.write(case_id, f.CaseClosed(how="withdrawn", day=DAY))
    device.drain(6)
    department.behave = department.take
    department.taken.clear()
    assert (department.tell(NOW + 9 * HOUR), department.asked) == (0, 3), "nobody is told any more"
    assert hub.read(lambda db: deliveries.waiting_and_dead(db, OFFICE)) == (0, 0)
    elsewhere = DepartmentRow(OFFICE, "scjg", "https://new.example.invalid/cases", SECRET)
    assert hub.transact(lambda db: connecting.connect(db, elsewhere, "d.token", NOW)) == 3
    assert department.tell(NOW + 10 * HOUR) == 3
    assert {each.case_id: each.state for each in department.taken} == dict.fromkeys((taken, dead, late), "withdrawn")
    assert department.tell(NOW + 11 * HOUR) == 0
    assert hub.transact(lambda db: connecting.connect(db, elsewhere, "d.token", NOW)) == 0, "nothing is open"


def test_a_database_that_is_away_is_told_once_and_asked_ever_more_seldom(caplog: pytest.LogCaptureFixture) -> None:
    looks = departments.Looks()
    away = StoreError("centre_database_away", "中心数据库没有应答", hint="检查数据库，稍后再试")
    pauses = [looks.pause_s]
    for _ in range(20):
        looks.failed(away)
        pauses.append(looks.pause_s)
    assert pauses == sorted(pauses) and (pauses[0], pauses[-1]) == (departments.EVERY_S, departments.AWAY_S)
    looks.failed(OSError("张三"))
    for _ in range(2):
        looks.went_well()
    assert looks.pause_s == departments.EVERY_S
    assert [record.getMessage() for record in caplog.records] == [
        "telling departments failed: centre_database_away",
        "telling departments failed: OSError",
        "telling departments goes on after 21 failed looks",
    ]


def test_whatever_breaks_while_a_department_is_told_counts_as_a_try(hub: Hub) -> None:
    device = Device(hub, "device-1")

    class Broken:
        async def tell(self, department: DepartmentRow, message: CaseTold, now_ms: int) -> Outcome:
            raise ExceptionGroup("sockets", [OverflowError("port must be 0-65535"), OSError("周敏")])

    connect(hub, DepartmentRow(OFFICE, "scjg", "http://127.0.0.1:99999/", SECRET), "d.token")
    device.case(1)
    device.drain()
    for turn in range(departments.TRIES):
        assert hub.loop.run(departments.deliver_due(hub.store, Broken(), NOW + turn * 2 * HOUR)) == 0
    (letter,) = hub.run(departments.dead(hub.store, OFFICE)).deliveries
    assert (letter.attempts, letter.error) == (departments.TRIES, "没能告诉对方系统（ExceptionGroup）")


def test_no_device_gets_the_centres_own_code(hub: Hub) -> None:
    from central.refusal import Refused

    with pytest.raises(Refused) as refused:
        Device(hub, "device-1", code="CENTRE")
    assert refused.value.problem.code == "code_taken"


def test_departments_are_connected_from_the_console(tmp_path: Any) -> None:
    where = ["--data", str(tmp_path / "centre"), "--office", OFFICE]
    assert CliRunner().invoke(main, ["enrol-code", *where]).exit_code == 0, "which begins the centre"

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["department", *words, *where])

    said = run("add", "scjg", "--url", "https://scjg.example.invalid/cases")
    assert said.output.startswith("token d.")
    assert "secret " in said.output and said.output.endswith("\ncases 0\n")
    assert run("list").output == "scjg https://scjg.example.invalid/cases\n"
    assert run("dead").output == ""
    for words in (["no-case"], ["--all"], [], ["no-case", "--all"]):
        assert run("replay", "scjg", *words).exit_code == 2
    for wrong in ("file:///etc/passwd", "https://host:99999/", "https://host:0/", "https://a:b@host/", "http://[::1/"):
        assert run("add", "scjg", "--url", wrong).exit_code == 2
    assert run("remove", "scjg").exit_code == 0
    assert run("remove", "scjg").exit_code == 2


def test_a_number_that_two_cases_have_names_neither(hub: Hub, device: Device, department: Department) -> None:
    """Two machines that wrote under one code before they were enrolled; both papers are in somebody's hands."""
    first = device.case(1, notes=0)
    device.drain()
    reference = hub.case(first).reference
    before = decision("", id="before", reference=reference)
    reply = report(hub, before)
    other = Device(hub, "device-2")
    other.write("other", received(reference=reference))
    other.write("other", f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项"))
    other.drain()
    refused = report(hub, decision("", id="2", reference=reference, granted=False, reason="不符合条件"))
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "ambiguous", "reference")
    assert reference in refused.json()["message"] and "case_id" in refused.json()["message"]
    assert hub.case("other").decision is None, "nothing is guessed"
    assert report(hub, before).json() == reply.json(), "what was answered once is answered the same"
    named = report(hub, decision("other", id="2", reference=reference, granted=False, reason="不符合条件"))
    assert (named.status_code, named.json()["case_id"]) == (200, "other")


def test_another_departments_case_of_the_same_number_is_not_meant(
    hub: Hub, device: Device, department: Department
) -> None:
    case_id = device.case(1, notes=0)
    device.drain()
    reference = hub.case(case_id).reference
    theirs = received(reference=reference)
    key = msgspec.structs.replace(theirs.matter.department, key="other")
    other = Device(hub, "device-2")
    other.write("0", msgspec.structs.replace(theirs, matter=msgspec.structs.replace(theirs.matter, department=key)))
    other.drain()
    assert report(hub, decision("", reference=reference)).json()["case_id"] == case_id
