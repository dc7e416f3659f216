"""What only the centre wrote, after it was put back to an older copy: departments' decisions (R9)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from central import departments
from central.adapters.reference import ReferenceDepartment
from central.adapters.webhook import Webhook
from central.backup import backup, restore
from central.clock import now_ms
from central.store.deliveries import DepartmentRow
from central.verify import verify
from hall.case import CaseState
from hall.wire_departments import AGAIN_DAYS, SIGNATURE_HEADER, CaseTold, Decision, sign_told
from tests.builders import DAY
from tests.central.counter import OFFICE, encoded
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.test_departments import SECRET, connect
from tests.central.test_restoring import send
from tests.wires import Wire

DAY_MS = 24 * 3600 * 1000


class System:
    """A department's system beside the centre: both halves of the conversation, without a socket."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub, self.now = hub, now_ms()
        self.department = ReferenceDepartment(folder / "department.db", SECRET)
        connect(hub, DepartmentRow(OFFICE, "scjg", "https://scjg.example.invalid/cases", SECRET), "d.token")
        self.webhook = Webhook(httpx.AsyncClient(transport=Wire(self._take)))
        self.told = 0

    def _take(self, request: httpx.Request) -> httpx.Response:
        status, body = self.department.take(request.headers[SIGNATURE_HEADER], request.content, self.now // 1000)
        return httpx.Response(status, content=body)

    def work(self) -> list[int]:
        """The centre tells what is due, the department sends what is due; the statuses of the answers."""
        self.now = max(self.now + 1000, now_ms() + 1000)
        self.told += self.hub.loop.run(departments.deliver_due(self.hub.store, self.webhook, self.now))
        statuses = []
        for decision in self.department.due(self.now):
            headers = {"Authorization": "Bearer d.token", "Content-Type": "application/json"}
            answer = self.hub.http.post("/v1/departments/decisions", content=encoded(decision), headers=headers)
            self.department.answered(decision, answer.status_code, answer.content)
            statuses.append(answer.status_code)
        return statuses

    def close(self) -> None:
        self.hub.loop.run(self.webhook.close())
        self.department.close()


@pytest.fixture
def system(hub: Hub, tmp_path: Path) -> Iterator[System]:
    system = System(hub, tmp_path)
    yield system
    system.close()


def granted(case_id: str, name: str = "2026-0001") -> Decision:
    return Decision(id=name, case_id=case_id, granted=True, day=DAY, result="许可证", result_number="许字1号")


def put_back(hub: Hub, copy: Path) -> None:
    hub.run(restore(hub.store, copy, replace=True))


def test_a_decision_that_the_copy_lacks_comes_again_and_nobody_types_anything(
    hub: Hub, system: System, tmp_path: Path
) -> None:
    device = Device(hub, "device-1")
    decided, other = device.case(1), device.case(2)
    device.drain()
    assert system.work() == []
    assert system.told == 2
    hub.run(backup(hub.store, tmp_path / "before"))
    system.department.decide(granted(decided), system.now)
    assert (system.work(), system.work()) == ([200], [])
    assert hub.case(decided).state is CaseState.DECIDED
    put_back(hub, tmp_path / "before")
    assert hub.case(decided).state is CaseState.ACCEPTED, "the copy does not know"
    told = system.told
    assert system.work() == [200]
    assert system.told == told + 2, "of every case it is told again"
    assert (hub.case(decided).state, hub.case(other).state) == (CaseState.DECIDED, CaseState.ACCEPTED)
    assert hub.case(decided).decision is not None
    assert system.work() == [], "answered under this epoch"
    latest = system.department.case(decided)
    assert latest is not None
    assert (latest.state, latest.epoch) == ("decided", hub.epoch())
    hub.run(verify(hub.store))


def test_a_decision_that_the_copy_has_is_answered_the_same_and_stored_once(
    hub: Hub, system: System, tmp_path: Path
) -> None:
    device = Device(hub, "device-1")
    case_id = device.case(1)
    device.drain()
    system.department.decide(granted(case_id), system.now)
    assert system.work() == [200]
    hub.run(backup(hub.store, tmp_path / "after"))
    put_back(hub, tmp_path / "after")
    assert (system.work(), system.work()) == ([200], [])
    assert hub.counts()["applied"] == 4, "three facts of the window and one decision"


def test_a_decision_on_a_case_newer_than_the_copy_waits_until_a_window_has_brought_the_case_back(
    hub: Hub, system: System, tmp_path: Path
) -> None:
    device = Device(hub, "device-1")
    hub.run(backup(hub.store, tmp_path / "before"))
    case_id = device.case(1)
    acked, epoch = send(device, 0, "")
    system.work()
    system.department.decide(granted(case_id), system.now)
    assert system.work() == [200]
    put_back(hub, tmp_path / "before")
    other = Decision(id="2026-0002", case_id="none", granted=True, day=DAY)
    system.department.decide(other, system.now)
    assert system.work() == [404]
    device.case(2)
    send(device, acked, epoch)
    assert system.work() == [200, 404]
    assert hub.case(case_id).state is CaseState.DECIDED


def test_what_is_told_with_another_epoch_replaces_a_higher_version(tmp_path: Path) -> None:
    department = ReferenceDepartment(tmp_path / "d.db", SECRET)

    def tell(version: int, epoch: str, state: str) -> int:
        told = CaseTold(
            id=f"{epoch}:c:{version}", office=OFFICE, department="scjg", case_id="c", reference="r", state=state,
            version=version, case=msgspec.Raw(b"{}"), epoch=epoch,
        )  # fmt: skip
        body = msgspec.json.encode(told)
        status, _ = department.take(sign_told(SECRET, body, 1000), body, 1001)
        return status

    def state() -> str:
        case = department.case("c")
        assert case is not None
        return case.state

    assert [tell(4, "one", "decided"), tell(3, "one", "accepted")] == [200, 200]
    assert state() == "decided", "an older state of the same history"
    tell(3, "two", "accepted")
    assert state() == "accepted", "that history is over"
    department.close()


@pytest.mark.parametrize(
    ("signature", "body", "status"),
    [("", b"{}", 403), ("t=1000,v1=" + "0" * 64, b"{}", 403), (sign_told(SECRET, b"{}", 600), b"{}", 403),
     (sign_told(SECRET, b"{}", 1000), b"{}", 400)],
)  # fmt: skip
def test_only_what_the_centre_signed_just_now_is_taken(
    tmp_path: Path, signature: str, body: bytes, status: int
) -> None:
    department = ReferenceDepartment(tmp_path / "d.db", SECRET)
    assert department.take(signature, body, 1001)[0] == status
    department.close()


def test_a_decision_older_than_the_days_of_the_contract_is_not_sent_again(tmp_path: Path) -> None:
    department = ReferenceDepartment(tmp_path / "d.db", SECRET)
    for name, decided_ms in (("old", 0), ("new", 2 * DAY_MS)):
        department.decide(granted("c", name), decided_ms)
    now = (AGAIN_DAYS + 1) * DAY_MS
    assert [each.id for each in department.due(now)] == ["old", "new"], "never answered: due for ever"
    for each in department.due(now):
        answer = {"id": each.id, "status": "applied", "case_id": "c", "version": 4, "epoch": "one"}
        department.answered(each, 200, msgspec.json.encode(answer))
    assert department.due(now) == []
    department.answered(granted("c", "third"), 200, encoded({"id": "third", "status": "applied", "case_id": "c",
                                                             "version": 5, "epoch": "two"}))  # fmt: skip
    assert [each.id for each in department.due(now)] == ["new"]
    department.close()
