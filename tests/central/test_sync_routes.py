"""The routes beside push: the feed and long poll, gzip, status, what was set aside, sealed files, attachments."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import itertools
import zlib
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central import attachments, feed, intake
from central.clock import now_ms
from central.store import Db, devices, oversight
from central.store import clerks as people
from central.store import tokens as sessions
from central.store.clerks import ClerkRow
from central.store.tokens import SessionRow
from hall import facts as f
from hall import wire
from hall import wire_oversight as w
from hall.chain import open_sealed
from hall.errors import BrokenChain
from hall.roles import Role
from hall.sealed import SealedFacts, seal_facts, sealing_key
from hall.wire_files import RECEIPT_HEADER, Stored, is_whole
from tests.central.counter import OFFICE, encoded
from tests.central.device import Device, as_wire, whole
from tests.central.hub import Hub

Reply = TypeVar("Reply")
NAMES = itertools.count()


@pytest.fixture
def device(hub: Hub) -> Device:
    return Device(hub, "device-1")


def person(hub: Hub, role: Role, device: Device) -> dict[str, str]:
    """Headers of somebody with this role, signed in at the device."""
    clerk = ClerkRow(office=device.office, clerk_id=f"p-{role}", name="周敏", roles=(role.value,))
    token = f"s.{role}-{device.name}"
    row = SessionRow(device.office, clerk.clerk_id, device.name, now_ms() + 3_600_000)
    hub.transact(lambda db: people.save(db, clerk))
    hub.transact(lambda db: sessions.add_session(db, token, row, now_ms()))
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def read_again(hub: Hub, number: int, head: dict[str, str], reason: str = "材料已核对") -> httpx.Response:
    """Somebody has a set-aside record read again and says why."""
    content = encoded(w.RetryRequest(reason=reason))
    return hub.http.post(f"/v1/quarantine/{number}/retry", headers=head, content=content)


def ask(hub: Hub, path: str, kind: type[Reply], headers: dict[str, str], **params: Any) -> Reply:
    answer = hub.http.get(path, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=kind)


def test_readers_of_the_feed_that_ask_at_the_same_time_each_get_their_page(hub: Hub, device: Device) -> None:
    cases = [device.case(number) for number in range(3)]
    device.drain()
    other = Device(hub, "device-2", office="SL02")
    theirs = other.case(1, notes=2)
    other.drain()
    first = hub.feed(limit=1)
    asked = [
        feed.Asked(OFFICE, first.next_cursor, 9),
        feed.Asked(OFFICE, "gone:1", 9),
        feed.Asked("SL02", first.next_cursor, 9),
        feed.Asked(OFFICE, first.next_cursor, 9),
        feed.Asked(OFFICE, "", 2),
    ]
    pages: list[Any] = hub.read(lambda db: feed.pages(db, asked))
    gone = pages[1]
    rest, elsewhere, again, whole_page = (pages[place].reply for place in (0, 2, 3, 4))
    assert [change.case_id for change in rest.changes] == cases[1:] and again == rest
    assert gone.http_status == 410
    assert theirs not in {change.case_id for change in rest.changes}
    assert {change.case_id for change in elsewhere.changes} == {theirs}
    assert ([change.case_id for change in whole_page.changes], whole_page.has_more) == (cases[:2], True)


def test_a_reader_who_waits_is_told_when_another_window_pushes(hub: Hub, device: Device) -> None:
    other = Device(hub, "device-2")
    other.case(1)
    head = hub.feed().next_cursor

    async def both() -> tuple[httpx.Response, httpx.Response]:
        params = {"cursor": head, "wait_s": "25"}
        waiting = asyncio.ensure_future(hub.http._client.get("/v1/sync/changes", params=params, headers=device.headers))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done()
        push = await hub.http._client.post("/v1/sync/push", content=encoded(other.request()), headers=other.headers)
        return await asyncio.wait_for(waiting, 20), push

    told, pushed = hub.loop.run(both())
    assert pushed.status_code == 200
    page = msgspec.json.decode(told.content, type=wire.ChangesReply)
    assert [change.version for change in page.changes] == [3]


def test_a_reader_who_waits_is_told_what_another_process_stored(hub: Hub, device: Device) -> None:
    """Nothing wakes it in this process; the database is looked at."""
    device.case(1)
    request = device.request()

    async def both() -> httpx.Response:
        waiting = asyncio.ensure_future(
            hub.http._client.get("/v1/sync/changes", params={"wait_s": "25"}, headers=device.headers)
        )
        await asyncio.sleep(0.05)
        from central import ingest

        await ingest.push(hub.store, device.row, request, now_ms())
        return await asyncio.wait_for(waiting, 20)

    page = msgspec.json.decode(hub.loop.run(both()).content, type=wire.ChangesReply)
    assert len(page.changes) == 1


def test_a_page_of_the_feed_is_bounded_whatever_is_in_its_cases(hub: Hub, device: Device) -> None:
    large = "大" * 150_000
    names = []
    for number in range(12):
        names.append(device.case(number, notes=0))
        device.write(names[-1], f.NoteAdded(text=large))
    device.drain(batch=1)
    cursor, told = "", []
    for _ in range(20):
        answer = hub.http.get("/v1/sync/changes", params={"cursor": cursor}, headers=device.headers)
        assert len(answer.content) < 6 << 20
        page = msgspec.json.decode(answer.content, type=wire.ChangesReply)
        told += [change.case_id for change in page.changes]
        cursor = page.next_cursor
        if not page.has_more:
            break
    assert told == names


def test_a_case_that_grows_without_end_is_not_told_for_ever(hub: Hub, device: Device) -> None:
    case_id = device.case(1, notes=0)
    for _ in range(6):
        device.write(case_id, f.NoteAdded(text="大" * 150_000))
    device.case(2, notes=0)
    acked = 0
    statuses = []
    while acked < len(device.sealed):
        reply = device.push(device.request(acked + 1, 1))
        statuses += [result.status for result in reply.results]
        acked = reply.receipt.acked_through
    assert statuses[-4:] == [*[wire.Status.QUARANTINED] * 2, wire.Status.APPLIED, wire.Status.APPLIED]
    (first, second) = hub.feed().changes
    assert len(first.case) <= wire.MAX_CASE and second.version == 2


def test_a_case_that_was_stored_larger_is_told_without_what_is_in_it(hub: Hub, device: Device) -> None:
    device.case(1)
    device.case(2)
    device.drain()
    case_id = hub.feed().changes[0].case_id
    body = b"x" * (wire.MAX_CASE + 1)
    hub.transact(lambda db: db.run("UPDATE case_ SET snapshot = $1 WHERE case_id = $2", body, case_id))
    (first, second) = hub.feed().changes
    assert (first.case_id, first.case, bool(second.case)) == (case_id, b"", True)


def test_a_page_is_signed_for_the_device_and_the_cursor_that_asked(hub: Hub, device: Device) -> None:
    device.case(1)
    device.drain()
    answer = hub.http.get("/v1/sync/changes", headers=device.headers)
    signature, key = answer.headers[wire.PAGE_HEADER], device.enrolled.server_key
    assert wire.page_is_signed(key, device.name, "", signature, answer.content)
    assert not wire.page_is_signed(key, device.name, "e:1", signature, answer.content)
    assert not wire.page_is_signed(key, "another", "", signature, answer.content)
    assert not wire.page_is_signed(key, device.name, "", signature, answer.content + b" ")
    assert not wire.page_is_signed(key, device.name, "", "?", answer.content)


def test_a_station_is_told_no_case_and_lets_go_what_it_was_told_before(hub: Hub, device: Device) -> None:
    device.case(1)
    device.drain()
    station = Device(hub, "station", role=Role.STATION)
    empty = ask(hub, "/v1/sync/changes", wire.ChangesReply, station.headers)
    assert (empty.changes, empty.has_more) == ([], False)
    assert ask(hub, "/v1/sync/changes", wire.ChangesReply, station.headers, cursor=empty.next_cursor).changes == []
    head = hub.feed().next_cursor
    stale = hub.http.get("/v1/sync/changes", params={"cursor": head}, headers=station.headers)
    assert stale.status_code == 410
    digest = "0" * 64
    put = hub.http.request("PUT", f"/v1/attachments/{digest}", content=b"x", headers=station.headers)
    assert put.status_code == 403
    assert hub.http.get(f"/v1/attachments/{digest}", headers=station.headers).status_code == 403


def test_a_session_is_not_told_whole_cases(hub: Hub, device: Device) -> None:
    for role in (Role.CLERK, Role.REVIEWER, Role.SUPERVISOR):
        headers = person(hub, role, device)
        for path in ("/v1/sync/changes", "/v1/sync/keys", f"/v1/attachments/{'0' * 64}"):
            assert hub.http.get(path, headers=headers).status_code == 403, (role, path)


def test_a_push_may_come_as_gzip(hub: Hub, device: Device) -> None:
    device.case(1)
    body = gzip.compress(encoded(device.request()))
    headers = {**device.headers, "Content-Encoding": "gzip", "X-Lane": "backlog"}
    answer = hub.http.post("/v1/sync/push", content=body, headers=headers)
    assert answer.status_code == 200
    assert msgspec.json.decode(answer.content, type=wire.PushReply).receipt.acked_through == 3


BOMB = zlib.compressobj(9, wbits=31)
BOMB_BYTES = BOMB.compress(b'{"proto":1,"x":"' + b"0" * (32 << 20)) + BOMB.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", BOMB_BYTES, 413),
        ("gzip", b"not gzip", 400),
        ("gzip", gzip.compress(b"{}")[:-3], 400),
        ("gzip", gzip.compress(b"{}") + b"more", 400),
        ("gzip", b"", 400),
        ("br", b"{}", 415),
        ("gzip", gzip.compress(b"{}"), 400),
    ],
    ids=["bomb", "no gzip", "cut", "more behind", "empty", "other", "no push"],
)
def test_what_is_packed_badly_is_refused(hub: Hub, device: Device, encoding: str, body: bytes, status: int) -> None:
    answer = hub.http.post("/v1/sync/push", content=body, headers={**device.headers, "Content-Encoding": encoding})
    assert answer.status_code == status
    assert msgspec.json.decode(answer.content, type=wire.Problem).code


def test_a_push_that_takes_too_long_to_arrive_is_told_to_come_in_less(
    hub: Hub, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes in a drop at a time is no fault of the centre's, and the counter halves its batch."""
    monkeypatch.setattr(intake, "READ_S", 0.05)

    async def drops() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = hub.http.post("/v1/sync/push", content=drops(), headers=device.headers)
    assert answer.status_code == 408
    assert msgspec.json.decode(answer.content, type=wire.Problem).code == "too_slow"


def test_a_fact_of_a_type_to_come_waits_with_those_of_its_case_and_holds_nobody_else_up(
    hub: Hub, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the centre was upgraded a person has it read again, and everything takes its effect in order."""
    case_id = device.case(1, notes=0)
    device.write(case_id, f.NoteAdded(text="将来的一类记录"))
    device.write(case_id, f.NoteAdded(text="等它的一条"))
    other = device.case(2, notes=0)

    def of_old(sealed: Any, header: Any = None) -> f.Fact:
        if header is not None and header.seq == 3:
            raise BrokenChain("unreadable_fact", "记录的内容读不出来")
        return open_sealed(sealed, header)

    monkeypatch.setattr("central.decide.open_sealed", of_old)
    device.drain()
    monkeypatch.undo()
    assert hub.counts() == {"applied": 4, "quarantined": 2, "cases": 2}
    head = person(hub, Role.SUPERVISOR, device)
    listed = ask(hub, "/v1/quarantine", w.AsideReply, head)
    assert [(each.kind, each.case_id, each.seq) for each in listed.entries] == [
        ("unread", case_id, 3),
        ("held", case_id, 4),
    ]
    assert all(each.reason for each in listed.entries)
    assert ask(hub, "/v1/sync/status", w.StatusReply, head).set_aside == 2
    answer = read_again(hub, listed.entries[0].number, head)
    reply = msgspec.json.decode(answer.content, type=w.RetryReply)
    assert (reply.status, reply.others) == (wire.Status.APPLIED, 1)
    assert [line.text for line in hub.case(case_id).timeline][2:] == ["备注：将来的一类记录", "备注：等它的一条"]
    assert hub.case(other).version == 2
    assert hub.counts() == {"applied": 6, "cases": 2}
    assert ask(hub, "/v1/quarantine", w.AsideReply, head).entries == []
    again = read_again(hub, listed.entries[0].number, head)
    assert again.status_code == 404
    whole_numbers = hub.read(lambda db: db.rows("SELECT server_seq FROM event ORDER BY 1"))
    assert len({row[0] for row in whole_numbers}) == 6


def test_the_status_names_each_device_with_what_it_has_still_to_send(hub: Hub, device: Device) -> None:
    device.case(1)
    request = msgspec.structs.replace(device.request(1, 2), queue=wire.Queue(pending=7, oldest_ms=123))
    device.push(request, now_ms())
    head = person(hub, Role.SUPERVISOR, device)
    told = ask(hub, "/v1/sync/status", w.StatusReply, head)
    (shown,) = told.devices
    assert (shown.device, shown.codes, shown.pending, shown.oldest_ms) == ("device-1", ["W01"], 5, 123)
    assert (shown.silent, shown.app_v, told.office) == (False, "test", OFFICE)


def test_what_came_is_not_among_what_a_device_has_still_to_send(hub: Hub, device: Device) -> None:
    device.case(1)
    head = person(hub, Role.SUPERVISOR, device)
    everything = msgspec.structs.replace(device.request(1, 3), queue=wire.Queue(pending=3, oldest_ms=123))
    for _again in range(2):  # the second time as after a reply that was lost
        device.push(everything, now_ms())
        (shown,) = ask(hub, "/v1/sync/status", w.StatusReply, head).devices
        assert (shown.pending, shown.oldest_ms) == (0, 0)


@pytest.mark.parametrize("role, minutes", [("kiosk", 5), ("station", 5), ("clerk", 24 * 60)])
def test_a_device_is_silent_when_it_was_not_heard_of_for_longer_than_one_of_its_role_ever_is(
    hub: Hub, device: Device, role: str, minutes: int
) -> None:
    def state_after(passed_min: float) -> bool:
        since = now_ms() - round(passed_min * 60_000)
        hub.transact(lambda db: db.run("UPDATE device SET seen_ms = $1, role = $2", since, role))
        (shown,) = hub.read(lambda db: oversight.device_states(db, OFFICE, now_ms()))
        return shown.silent

    assert [state_after(minutes - 0.5), state_after(minutes + 0.5)] == [False, True]


def test_whoever_asks_anything_is_heard_of_and_kept_as_such_once_a_minute(
    hub: Hub, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heard() -> int:
        ((seen_ms,),) = hub.read(lambda db: db.rows("SELECT seen_ms FROM device"))
        return int(seen_ms)

    begun = heard()
    for passed_ms, noted_ms in ((70_000, 70_000), (72_000, 70_000), (129_000, 70_000), (131_000, 131_000)):
        monkeypatch.setattr("central.rights.now_ms", lambda at=begun + passed_ms: at)
        assert hub.http.get("/v1/queue/figures", headers=device.headers).status_code == 200
        assert heard() == begun + noted_ms


def sealed_file(hub: Hub, device: Device, first: int, facts: list[Any] | None = None) -> bytes:
    content = SealedFacts(
        office=device.office,
        device=device.name,
        incarnation=device.incarnation,
        first_seq=first,
        start=device.hash_at(first - 1),
        events=[as_wire(each) for each in facts or device.sealed[first - 1 :]],
    )
    return seal_facts(content, device.key, sealing_key(hub.store.key).public_key().public_bytes_raw())


def take_in(hub: Hub, data: bytes, headers: dict[str, str], *, vouch: bool = False) -> httpx.Response:
    path = "/v1/sync/import-sealed" + ("?vouch=true" if vouch else "")
    return hub.http.post(path, content=data, headers={**headers, "Content-Type": "application/octet-stream"})


def test_a_revoked_devices_sealed_facts_come_in_by_a_supervisor_and_once(hub: Hub, device: Device) -> None:
    for number in range(1, 4):
        device.case(number)
    device.drain(batch=200)
    for number in range(4, 120):
        device.case(number)
    hub.transact(lambda db: devices.revoke(db, device.name, 1))
    data = sealed_file(hub, device, 5)
    head = person(hub, Role.SUPERVISOR, Device(hub, "device-2"))
    told = take_in(hub, data, head).json()
    assert (told["facts"], told["new"], told["stored_as"]) == (353, 348, device.incarnation)
    assert take_in(hub, data, head).json()["new"] == 0
    whole(hub, [device])


def test_what_was_written_after_a_journal_was_set_back_is_kept_as_a_branch(hub: Hub, device: Device) -> None:
    case_id = device.case(1)
    device.drain()
    lost, device.sealed = device.sealed[2:], device.sealed[:2]
    device.write(case_id, f.NoteAdded(text="回退以后写的"), event_id="branch-1")
    device.write(case_id, f.NoteAdded(text="再一条"), event_id="branch-2")
    head = person(hub, Role.SUPERVISOR, Device(hub, "device-2"))
    data = sealed_file(hub, device, 1)
    told = take_in(hub, data, head).json()
    assert (told["new"], told["set_aside"]) == (2, 0)
    assert told["stored_as"].startswith(f"{device.incarnation}~")
    assert take_in(hub, data, head).json()["new"] == 0
    texts = [line.text for line in hub.case(case_id).timeline]
    assert texts[2:] == ["备注：备注0", "备注：回退以后写的", "备注：再一条"]
    assert lost
    from central.verify import verify

    assert hub.run(verify(hub.store)).facts == 5


def test_a_sealed_file_that_was_changed_or_is_a_strangers_is_refused(hub: Hub, device: Device) -> None:
    device.case(1)
    data = sealed_file(hub, device, 1)
    head = person(hub, Role.SUPERVISOR, device)
    stranger = Device(hub, "device-9", office="SL09")
    stranger.case(1)
    for bad, status in ((data[:-9], 400), (b"", 400), (b"{}", 400), (sealed_file(hub, stranger, 1), 403)):
        assert take_in(hub, bad, head).status_code == status
    assert hub.counts() == {"cases": 0}


def unknown_device(hub: Hub, name: str, code: str) -> Device:
    """A device as it is before anybody enrols it: what it sealed under a code that it was given by its settings."""
    device = Device(hub, name, code=code)

    async def forget(db: Db) -> None:
        for table in ("incarnation", "device"):
            await db.run(f"DELETE FROM {table} WHERE device_id = $1", name)

    hub.transact(forget)
    return device


def test_only_whoever_vouches_brings_in_what_a_device_wrote_that_nobody_enrolled(hub: Hub, device: Device) -> None:
    never = unknown_device(hub, "device-5", "B7")
    never.case(1)
    first = sealed_file(hub, never, 1)
    never.write(never.case(2), f.NoteAdded(text="后来写的"))
    head = person(hub, Role.SUPERVISOR, device)
    refused = take_in(hub, first, head)
    assert (refused.status_code, refused.json()["code"]) == (403, "unknown_device")
    for words in ("B7", "3 条", "--vouch"):
        assert words in refused.json()["message"]
    assert take_in(hub, sealed_file(hub, never, 2), head, vouch=True).json()["code"] == "no_beginning"
    assert hub.counts() == {"cases": 0}
    told = take_in(hub, first, head, vouch=True).json()
    assert (told["new"], told["stored_as"]) == (3, "B7")
    more = take_in(hub, sealed_file(hub, never, 1), head).json()
    assert (more["facts"], more["new"], more["stored_as"]) == (7, 4, "B7"), "known from then on"
    whole(hub, [never])
    record = hub.read(lambda db: db.rows("SELECT actor, target FROM audit WHERE action = 'sealed.vouched'"))
    assert [tuple(row) for row in record] == [("p-supervisor", "B7 device-5")]


def test_a_code_that_another_device_has_gets_a_branch_and_a_second_history_another(hub: Hub, device: Device) -> None:
    device.case(1)
    device.drain()
    never = unknown_device(hub, "device-5", "B7")
    hub.transact(lambda db: db.run("UPDATE incarnation SET code = 'B7' WHERE device_id = $1", device.name))
    case_id = never.case(1)
    head = person(hub, Role.SUPERVISOR, Device(hub, "device-2"))
    one = take_in(hub, sealed_file(hub, never, 1), head, vouch=True).json()
    assert (one["new"], one["stored_as"]) == (3, f"B7~{never.sealed[0].hash.hex()[:12]}")
    never.sealed.pop()
    for number in (1, 2):
        never.write(case_id, f.NoteAdded(text=f"换回旧账本以后写的{number}"), event_id=f"other-{number}")
    two = take_in(hub, sealed_file(hub, never, 1), head).json()
    assert (two["new"], two["stored_as"]) == (2, f"B7~{never.sealed[2].hash.hex()[:12]}")
    assert take_in(hub, sealed_file(hub, never, 1), head).json()["new"] == 0
    texts = [line.text for line in hub.case(case_id).timeline[2:]]
    assert texts == ["备注：备注0", "备注：换回旧账本以后写的1", "备注：换回旧账本以后写的2"]


def piece(hub: Hub, device: Device, data: bytes, first: int, end: int, **more: str) -> httpx.Response:
    headers = {
        **device.headers,
        "Content-Type": "application/pdf",
        "Content-Range": f"bytes {first}-{end - 1}/{len(data)}",
        **more,
    }
    name = hashlib.sha256(data).hexdigest()
    return hub.http.request("PUT", f"/v1/attachments/{name}", content=data[first:end], headers=headers)


def test_an_attachment_arrives_in_pieces_and_goes_on_where_it_stopped(hub: Hub, device: Device) -> None:
    data = bytes(range(256)) * 5000
    name = hashlib.sha256(data).hexdigest()
    assert hub.http.request("HEAD", f"/v1/attachments/{name}", headers=device.headers).status_code == 404
    assert piece(hub, device, data, 0, 700_000).json()["have"] == 700_000
    here = hub.http.request("HEAD", f"/v1/attachments/{name}", headers=device.headers)
    assert (here.headers["upload-offset"], here.headers["upload-length"]) == ("700000", str(len(data)))
    gap = piece(hub, device, data, 900_000, 1_000_000)
    assert (gap.status_code, gap.json()["expected"]) == (409, 700_000)
    assert hub.http.get(f"/v1/attachments/{name}", headers=device.headers).status_code == 404
    assert piece(hub, device, data, 600_000, len(data)).json()["whole"] is True
    assert piece(hub, device, data, 0, 700_000).json()["whole"] is True
    got = hub.http.get(f"/v1/attachments/{name}", headers=device.headers)
    assert (got.content == data, got.headers["content-type"]) == (True, "application/pdf")
    elsewhere = Device(hub, "device-2", office="SL02")
    assert hub.http.get(f"/v1/attachments/{name}", headers=elsewhere.headers).status_code == 404


def test_an_attachment_that_is_something_else_is_forgotten(hub: Hub, device: Device) -> None:
    name = hashlib.sha256(b"right").hexdigest()
    wrong = hub.http.request("PUT", f"/v1/attachments/{name}", content=b"wrong", headers=device.headers)
    assert wrong.status_code == 422
    right = hub.http.request("PUT", f"/v1/attachments/{name}", content=b"right", headers=device.headers)
    assert right.json()["whole"] is True
    assert hub.http.get(f"/v1/attachments/{name}", headers=device.headers).content == b"right"


def test_nobody_spoils_what_another_device_sends(hub: Hub, device: Device) -> None:
    """One byte for somebody else's scan, of another size, before it and while it is under way."""
    other, data = Device(hub, "device-2"), b"the scan of another window"
    spoil = {**other.headers, "Content-Range": "bytes 0-0/5"}
    path = f"/v1/attachments/{hashlib.sha256(data).hexdigest()}"

    def spoilt() -> int:
        return hub.http.request("PUT", path, content=b"x", headers=spoil).status_code

    assert spoilt() == 200
    assert piece(hub, device, data, 0, 10).json()["have"] == 10
    assert spoilt() == 200
    assert piece(hub, device, data, 10, len(data)).json()["whole"] is True
    for each in (device, other):
        assert hub.http.get(path, headers=each.headers).content == data
    assert hub.read(lambda db: db.rows("SELECT sha256 FROM upload UNION ALL SELECT sha256 FROM upload_piece")) == []


def test_a_part_that_nobody_goes_on_with_is_let_go_and_loses_nothing(
    hub: Hub, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week after its last piece, not after its first; what is whole stays, and the counter begins anew."""
    left, goes_on, done = (bytes([number]) * 900_000 for number in range(3))
    begun, day = now_ms(), 24 * 3_600_000
    assert [piece(hub, device, data, 0, 400_000).json()["have"] for data in (left, goes_on)] == [400_000] * 2
    assert piece(hub, device, done, 0, len(done)).json()["whole"] is True
    monkeypatch.setattr("central.attachments_api.now_ms", lambda: begun + 5 * day)
    assert piece(hub, device, goes_on, 400_000, 500_000).json()["have"] == 500_000

    def let_go(days: float) -> int:
        return hub.run(attachments.prune(hub.store, attachments.KEPT_DAYS, begun + round(days * day)))

    assert let_go(6.9) == 0
    assert let_go(7.1) == 1
    assert hub.read(lambda db: db.rows("SELECT sha256 FROM upload UNION SELECT sha256 FROM upload_piece")) == [
        (hashlib.sha256(goes_on).hexdigest(),)
    ]
    lost = piece(hub, device, left, 400_000, len(left))
    assert (lost.status_code, lost.json()["expected"]) == (409, 0)
    for data, first in ((left, 0), (goes_on, 500_000)):
        assert piece(hub, device, data, first, len(data)).json()["whole"] is True
    for data in (left, goes_on, done):
        path = f"/v1/attachments/{hashlib.sha256(data).hexdigest()}"
        assert hub.http.get(path, headers=device.headers).content == data
    assert let_go(99) == 0


def test_a_device_that_says_another_size_begins_anew(hub: Hub, device: Device) -> None:
    data = b"the scan of this window"
    path = f"/v1/attachments/{hashlib.sha256(data).hexdigest()}"
    wrong = {**device.headers, "Content-Range": "bytes 0-3/5"}
    assert hub.http.request("PUT", path, content=b"xxxx", headers=wrong).json()["have"] == 4
    assert piece(hub, device, data, 0, len(data)).json()["whole"] is True
    assert hub.http.get(path, headers=device.headers).content == data


def test_that_an_attachment_is_whole_is_signed_for_who_asks(hub: Hub, device: Device) -> None:
    data, other = b"the scan of this window", Device(hub, "device-2")
    name = hashlib.sha256(data).hexdigest()
    half = msgspec.json.decode(piece(hub, device, data, 0, 5).content, type=Stored)
    whole = msgspec.json.decode(piece(hub, device, data, 5, len(data)).content, type=Stored)
    looked = hub.http.request("HEAD", f"/v1/attachments/{name}", headers=device.headers).headers[RECEIPT_HEADER]
    told = (hub.epoch(), name, len(data))
    assert half.signature == b""
    for signature in (whole.signature, base64.b64decode(looked)):
        assert is_whole(hub.store.public_key, signature, device.name, *told)
        assert not is_whole(hub.store.public_key, signature, other.name, *told)
        assert not is_whole(hub.store.public_key, signature, device.name, hub.epoch(), name, len(data) + 1)


@pytest.mark.parametrize(
    ("told", "status"),
    [("bytes 0-4/99999999", 413), ("bytes 0-9/10", 400), ("bytes 5-1/10", 400), ("nonsense", 400), ("bytes */10", 400)],
)
def test_a_range_that_cannot_be_is_refused(hub: Hub, device: Device, told: str, status: int) -> None:
    name = hashlib.sha256(b"right").hexdigest()
    headers = {**device.headers, "Content-Range": told}
    assert hub.http.request("PUT", f"/v1/attachments/{name}", content=b"right", headers=headers).status_code == status


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(data=st.data())
def test_pieces_in_any_order_and_number_make_the_one_attachment(hub: Hub, data: st.DataObject) -> None:
    content = data.draw(st.binary(min_size=1, max_size=60))
    device = Device(hub, f"d{next(NAMES)}")
    name = hashlib.sha256(content).hexdigest()
    for table in ("attachment", "attachment_piece", "upload", "upload_piece"):
        hub.transact(lambda db, table=table: db.run(f"DELETE FROM {table}"))  # type: ignore[misc]
    for _ in range(data.draw(st.integers(0, 8))):
        first = data.draw(st.integers(0, len(content) - 1))
        assert piece(hub, device, content, first, data.draw(st.integers(first + 1, len(content)))).status_code in (
            200,
            409,
        )
    have = int(
        hub.http.request("HEAD", f"/v1/attachments/{name}", headers=device.headers).headers.get("upload-offset", 0)
    )
    if have < len(content):
        assert piece(hub, device, content, have, len(content)).json()["whole"] is True
    assert hub.http.get(f"/v1/attachments/{name}", headers=device.headers).content == content


def test_a_keys_reply_names_the_key_to_seal_for(hub: Hub, device: Device) -> None:
    reply = ask(hub, "/v1/sync/keys", wire.KeysReply, device.headers)
    assert reply.sealing_key == sealing_key(hub.store.key).public_key().public_bytes_raw()
    assert wire.keys_are_signed(hub.store.public_key, reply)
    forged = msgspec.structs.replace(reply, sealing_key=b"x" * 32)
    assert not wire.keys_are_signed(hub.store.public_key, forged)
