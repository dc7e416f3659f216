"""A fact that the centre would not take even alone stands there in outline: its case waits, nothing else does."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from central import backup, withheld
from central.refusal import Refused
from central.verify import verify
from hall import facts as f
from hall import wire
from hall import wire_oversight as w
from hall.roles import Role
from hall.sealed import SealedFacts, seal_facts, sealing_key
from tests.central.counter import OFFICE, encoded
from tests.central.device import Device, as_wire, whole
from tests.central.hub import NOW, Hub
from tests.central.test_sync_routes import ask, person, read_again


@pytest.fixture
def device(hub: Hub) -> Device:
    return Device(hub, "device-1")


def report(device: Device, at: int, **changed: Any) -> w.Report:
    sealed = device.sealed[at - 1]
    outline = w.Outline(
        header=sealed.header,
        public_hash=sha256(sealed.public).digest(),
        personal_hash=sealed.personal_hash,
        hash=sealed.hash,
    )
    head = wire.Head(seq=at, hash=sealed.hash)
    values: dict[str, Any] = {
        "incarnation": device.incarnation,
        "epoch": "",
        "seq": at,
        "reason": "too_big",
        "outline": outline,
        "signature": wire.sign_push(device.key, device.incarnation, head, at),
    }
    return w.Report(**(values | changed))


def tell(hub: Hub, device: Device, told: w.Report) -> wire.PushReply:
    return hub.run(withheld.withhold(hub.store, device.row, told, NOW))


def bring(hub: Hub, device: Device, seq: int, fact: wire.WireFact | None = None) -> w.RetryReply:
    told = w.Contents(incarnation=device.incarnation, seq=seq, fact=fact or as_wire(device.sealed[seq - 1]))
    return hub.run(withheld.complete(hub.store, device.row, told, NOW))


def hold_second(hub: Hub, device: Device) -> tuple[str, str]:
    """Two cases, the second fact of the first is there in outline only."""
    cases = device.case(1), device.case(2)
    device.push(device.request(1, 1))
    reply = tell(hub, device, report(device, 2))
    assert wire.receipt_is_signed(device.enrolled.server_key, reply.receipt)
    assert (reply.receipt.acked_through, reply.receipt.acked_hash) == (2, device.hash_at(2))
    assert (reply.withheld, [result.status for result in reply.results]) == ([2], [wire.Status.QUARANTINED])
    assert device.drain(2) == 6
    return cases


def statuses(hub: Hub) -> list[str]:
    return [row[0] for row in hub.read(lambda db: db.rows("SELECT status FROM event ORDER BY incarnation, seq"))]


def test_its_case_waits_with_a_reason_and_every_other_case_goes_on(hub: Hub, device: Device) -> None:
    first, second = hold_second(hub, device)
    assert statuses(hub) == ["applied", "quarantined", "quarantined", "applied", "applied", "applied"]
    assert (hub.case(first).version, hub.case(second).version) == (1, 3)
    head = person(hub, Role.SUPERVISOR, device)
    entries = ask(hub, "/v1/quarantine", w.AsideReply, head).entries
    assert [(each.seq, each.type, bool(each.reason)) for each in entries] == [
        (2, "case.accepted", True),
        (3, "note.added", True),
    ]
    letters = ask(hub, "/v1/sync/status", w.StatusReply, head).dead_letters
    assert [(each.seq, each.reason) for each in letters] == [(2, "too_big")]
    kept = hub.read(lambda db: db.rows("SELECT public, personal, salt FROM event WHERE seq = 2"))
    assert [bytes(part) for part in kept[0]] == [b"", b"", b""]
    whole(hub, [device])


def test_its_contents_are_read_when_they_come_and_what_waited_with_them(hub: Hub, device: Device) -> None:
    first, _ = hold_second(hub, device)
    for _ in range(2):
        told = bring(hub, device, 2)
        assert told.status is wire.Status.APPLIED
        assert [(each.seq, each.status.value) for each in told.results] == [(2, "applied"), (3, "applied")]
    assert hub.case(first).version == 3
    head = person(hub, Role.SUPERVISOR, device)
    assert ask(hub, "/v1/quarantine", w.AsideReply, head).entries == []
    assert ask(hub, "/v1/sync/status", w.StatusReply, head).dead_letters == []
    assert hub.run(verify(hub.store)).facts == 6


def test_the_journal_verifies_with_an_outline_in_it_and_survives_a_backup(hub: Hub, device: Device) -> None:
    hold_second(hub, device)
    assert hub.run(verify(hub.store)).facts == 6
    copy = hub.folder / "central.backup"
    hub.run(backup.backup(hub.store, copy))
    hub.run(backup.restore(hub.store, copy, replace=True))
    assert hub.run(verify(hub.store)).facts == 6
    assert bring(hub, device, 2).status is wire.Status.APPLIED


def test_a_supervisor_who_asks_before_the_contents_came_is_told_where_they_are(hub: Hub, device: Device) -> None:
    hold_second(hub, device)
    head = person(hub, Role.SUPERVISOR, device)
    (number, *_) = [each.number for each in ask(hub, "/v1/quarantine", w.AsideReply, head).entries]
    answer = read_again(hub, number, head)
    told = msgspec.json.decode(answer.content, type=w.RetryReply)
    assert told.status is wire.Status.QUARANTINED and "窗口" in told.reason and told.others == 0
    assert hub.run(verify(hub.store)).facts == 6


def test_a_repetition_is_told_the_same_and_stores_nothing(hub: Hub, device: Device) -> None:
    hold_second(hub, device)
    again = tell(hub, device, report(device, 2))
    assert (again.withheld, again.receipt.acked_through) == ([2], 6)
    pushed = device.push(device.request(1))
    assert (pushed.withheld, len(pushed.results)) == ([2], 6)
    whole(hub, [device])


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"seq": 3}, 403),
        ({"signature": b"x" * 64}, 403),
        ({"incarnation": "W99"}, 403),
        ({"epoch": "another"}, 412),
    ],
)
def test_a_report_that_is_not_the_devices_own_is_refused(
    hub: Hub, device: Device, changed: dict[str, Any], status: int
) -> None:
    device.case(1)
    device.push(device.request(1, 1))
    told = report(device, 2, **changed)
    if "incarnation" in changed or "epoch" in changed:
        head = wire.Head(seq=2, hash=told.outline.hash)
        told = msgspec.structs.replace(told, signature=wire.sign_push(device.key, told.incarnation, head, 2))
    answer = hub.http.post("/v1/sync/report", content=encoded(told), headers=device.headers)
    assert answer.status_code == status
    assert len(statuses(hub)) == 1


def test_an_outline_that_does_not_continue_the_journal_is_refused(hub: Hub, device: Device) -> None:
    device.case(1)
    with pytest.raises(Refused) as gap:
        tell(hub, device, report(device, 2))
    assert gap.value.http_status == 409
    good = report(device, 1)
    with pytest.raises(Refused) as other:
        tell(hub, device, report(device, 1, outline=msgspec.structs.replace(good.outline, public_hash=b"x" * 32)))
    assert other.value.http_status == 422
    assert statuses(hub) == []


def test_other_contents_than_the_outlines_are_not_kept(hub: Hub, device: Device) -> None:
    hold_second(hub, device)
    right = as_wire(device.sealed[1])
    for wrong in (
        msgspec.structs.replace(right, public=b"{}"),
        msgspec.structs.replace(right, header=device.sealed[2].header),
        msgspec.structs.replace(right, personal=b"{}", salt=b"s"),
    ):
        with pytest.raises(Refused) as refused:
            bring(hub, device, 2, wrong)
        assert refused.value.http_status == 422
    stranger = Device(hub, "device-2")
    told = w.Contents(incarnation=device.incarnation, seq=2, fact=right)
    with pytest.raises(Refused) as refused:
        hub.run(withheld.complete(hub.store, stranger.row, told, NOW))
    assert refused.value.http_status == 403
    assert statuses(hub)[1] == "quarantined"


def test_a_sealed_file_brings_the_contents_too(hub: Hub, device: Device) -> None:
    first, _ = hold_second(hub, device)
    device.write(first, f.NoteAdded(text="封存以后"))
    content = SealedFacts(
        office=OFFICE,
        device=device.name,
        incarnation=device.incarnation,
        first_seq=2,
        start=device.hash_at(1),
        events=[as_wire(each) for each in device.sealed[1:]],
        reason="revoked",
        sealed_ms=NOW,
    )
    recipient = sealing_key(hub.store.key).public_key().public_bytes_raw()
    data = seal_facts(content, device.key, recipient)
    head = person(hub, Role.SUPERVISOR, device)
    answer = hub.http.post("/v1/sync/import-sealed", content=data, headers=head)
    assert answer.status_code == 200, answer.text
    assert statuses(hub) == ["applied"] * 7
    assert hub.case(first).version == 4
    assert hub.run(verify(hub.store)).facts == 7
