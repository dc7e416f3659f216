"""The centre stores every well-formed fact once, in order, and signs what it has (sync.md §1, §4)."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from central import enrol as enrolment
from central import feed, ingest
from central.store import Store, devices, facts
from central.store.sqlite import SqliteStore
from hall import facts as f
from hall import wire
from hall.case import Case
from hall.errors import StoreError
from hall.fold import fold
from tests.builders import DAY
from tests.central.counter import OFFICE, Counter
from tests.central.inline import inline
from tests.journals import add_case

NOW = 1_790_000_000_000


@pytest.fixture
def counter(tmp_path: Path, store: Store) -> Counter:
    return Counter(tmp_path, store)


def push(store: Store, counter: Counter, request: wire.PushRequest) -> wire.PushReply:
    device = inline(store.read(lambda db: devices.device_by_token(db, counter.enrolled.token)))
    assert device is not None
    return inline(ingest.push(store, device, request, NOW))


def counts(store: Store) -> dict[str, int]:
    return inline(store.read(facts.counts))


def test_a_batch_is_acknowledged_by_a_signed_receipt_with_our_own_hash(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    reply = push(store, counter, counter.request())
    assert wire.receipt_is_signed(counter.enrolled.server_key, reply.receipt)
    assert (reply.receipt.acked_through, reply.receipt.acked_hash) == (3, counter.journal.head.hash)
    assert [result.status for result in reply.results] == [wire.Status.APPLIED] * 3


def test_a_receipt_with_any_part_changed_is_not_signed(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    receipt = push(store, counter, counter.request()).receipt
    for change in (
        {"acked_through": 9},
        {"acked_hash": b"x" * 32},
        {"device": "d"},
        {"epoch": "e"},
        {"server_time_ms": 1},
    ):
        forged = msgspec.structs.replace(receipt, **change)
        assert not wire.receipt_is_signed(counter.enrolled.server_key, forged)


def test_the_case_at_the_centre_is_the_fold_of_the_counters_own_facts(store: Store, counter: Counter) -> None:
    case_id = add_case(counter.journal, 1, notes=2)
    push(store, counter, counter.request())
    row = inline(store.read(lambda db: facts.cases(db, [case_id])))[case_id]
    assert msgspec.json.decode(row.snapshot, type=Case) == fold(counter.journal.facts_of(case_id))


def test_a_repeated_push_stores_nothing_twice_and_answers_the_same(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    first = push(store, counter, counter.request())
    again = push(store, counter, counter.request())
    assert again.results == first.results
    assert counts(store) == {"applied": 3, "cases": 1}


def test_overlapping_pushes_take_only_what_is_new(store: Store, counter: Counter) -> None:
    for number in (1, 2):
        add_case(counter.journal, number)
    push(store, counter, counter.request(1, 4))
    reply = push(store, counter, counter.request(2, 5))
    assert reply.receipt.acked_through == 6
    assert counts(store)["applied"] == 6


def test_a_gap_is_told_with_what_is_expected(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    with pytest.raises(ingest.Refused) as caught:
        push(store, counter, counter.request(2))
    assert (caught.value.http_status, caught.value.problem.expected) == (409, 1)
    assert counts(store) == {"cases": 0}


def test_another_history_is_refused(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    push(store, counter, counter.request())
    request = counter.request()
    other = msgspec.structs.replace(request.events[1], hash=b"x" * 32)
    request = msgspec.structs.replace(request, events=[request.events[0], other])
    with pytest.raises(ingest.Refused) as caught:
        push(store, counter, request)
    assert caught.value.http_status == 422


def test_a_changed_fact_is_refused_and_what_came_before_it_is_kept(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    request = counter.request()
    changed = msgspec.structs.replace(request.events[2], public=request.events[2].public + b" ")
    request = msgspec.structs.replace(request, events=[*request.events[:2], changed])
    assert push(store, counter, request).receipt.acked_through == 2
    with pytest.raises(ingest.Refused):
        push(store, counter, request)


def test_a_push_signed_by_another_key_is_refused(store: Store, counter: Counter, tmp_path: Path) -> None:
    add_case(counter.journal, 1)
    other = Counter(tmp_path, store, "B2")
    request = counter.request()
    forged = wire.sign_push(other.key, "A1", request.head, 1)
    with pytest.raises(ingest.Refused) as caught:
        push(store, counter, msgspec.structs.replace(request, signature=forged))
    assert caught.value.problem.code == "bad_signature"


def test_a_device_cannot_write_another_devices_journal(store: Store, counter: Counter, tmp_path: Path) -> None:
    other = Counter(tmp_path, store, "B2")
    add_case(other.journal, 1)
    request = other.request()
    stolen = msgspec.structs.replace(
        request,
        device=counter.device.device_id,
        signature=wire.sign_push(counter.key, "B2", request.head, 1),
    )
    with pytest.raises(ingest.Refused) as caught:
        push(store, counter, stolen)
    assert caught.value.problem.code == "not_your_journal"


def test_a_fact_about_a_case_nobody_received_is_set_aside_and_the_rest_goes_on(store: Store, counter: Counter) -> None:
    from clerk_tui.store.journal import Entry

    lost = Entry(event_id="lost", subject="no-such-case", body=f.NoteAdded(text="?"), actor="0001", day=DAY)
    counter.journal.commit([lost])
    add_case(counter.journal, 1)
    reply = push(store, counter, counter.request())
    assert reply.results[0].status is wire.Status.QUARANTINED
    assert "收件记录" in reply.results[0].reason
    assert reply.receipt.acked_through == 4
    assert counts(store) == {"applied": 3, "quarantined": 1, "cases": 1}


def test_a_step_that_does_not_fit_is_stored_as_a_conflict(store: Store, counter: Counter) -> None:
    from clerk_tui.store.journal import Entry

    case_id = add_case(counter.journal, 1, notes=0)
    again = f.CaseAccepted(accepted=DAY, due=f.Due(), article="")
    counter.journal.commit([Entry(event_id="again", subject=case_id, body=again, actor="0001", day=DAY)])
    reply = push(store, counter, counter.request())
    assert [result.status.value for result in reply.results] == ["applied", "applied", "conflict"]


def test_a_centre_restored_from_elsewhere_names_its_epoch_and_what_it_has(store: Store, counter: Counter) -> None:
    add_case(counter.journal, 1)
    with pytest.raises(ingest.Refused) as caught:
        push(store, counter, counter.request(epoch="yesterday"))
    assert (caught.value.http_status, caught.value.problem.epoch) == (412, inline(store.epoch()))
    assert caught.value.problem.expected == 1


def test_the_feed_has_each_case_once_at_its_last_change_in_commit_order(
    store: Store, counter: Counter, tmp_path: Path
) -> None:
    other = Counter(tmp_path, store, "B2")
    for number in range(1, 4):
        for each in (counter, other):
            add_case(each.journal, number)
            push(store, each, each.request(each.journal.head.seq - 2))
    page = inline(feed.changes(store, OFFICE, "", 100))
    assert [change.server_seq for change in page.changes] == [3, 6, 9, 12, 15, 18]


def test_a_one_time_code_works_once_and_not_for_ever(store: Store, counter: Counter) -> None:
    code = inline(enrolment.new_code(store, OFFICE, NOW))
    request = wire.EnrolRequest(one_time_code=code, device="d2", device_code="C3", public_key=b"k" * 32)
    with pytest.raises(ingest.Refused):
        inline(enrolment.enrol(store, request, NOW + enrolment.CODE_LIFE_MS))
    inline(enrolment.enrol(store, request, NOW))
    with pytest.raises(ingest.Refused):
        inline(enrolment.enrol(store, msgspec.structs.replace(request, device="d3", device_code="D4"), NOW))


def test_a_device_code_is_never_given_twice(store: Store, counter: Counter) -> None:
    request = wire.EnrolRequest(
        one_time_code=inline(enrolment.new_code(store, OFFICE, NOW)),
        device="d2",
        device_code="A1",
        public_key=b"k" * 32,
    )
    with pytest.raises(ingest.Refused) as caught:
        inline(enrolment.enrol(store, request, NOW))
    assert caught.value.problem.code == "code_taken"


def test_the_same_database_opens_again_with_its_epoch_and_key(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "c.db")
    epoch = inline(first.epoch())
    inline(first.close())
    again = SqliteStore(tmp_path / "c.db")
    assert (inline(again.epoch()), again.public_key) == (epoch, first.public_key)
    inline(again.close())


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.write_bytes(b"not a database at all" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="打不开"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_device_without_a_code_gets_one_that_nobody_ever_had(store: Store) -> None:
    def enrolled(device: str, wish: str = "") -> str:
        code = inline(enrolment.new_code(store, OFFICE, NOW))
        request = wire.EnrolRequest(one_time_code=code, device=device, device_code=wish, public_key=b"k" * 32)
        return inline(enrolment.enrol(store, request, NOW)).device_code

    assert [enrolled("d1"), enrolled("d2", "W02"), enrolled("d3")] == ["W01", "W02", "W03"]
    inline(store.transact(devices.skip_codes))
    assert enrolled("d4") == "C01", "a restored copy does not know which codes it gave out last"


def test_device_codes_never_come_twice() -> None:
    assert [devices.nth_code(index) for index in (0, 98, 99, 18 * 99)] == ["W01", "W99", "A01", "W001"]
    assert len({devices.nth_code(index) for index in range(6_000)}) == 6_000


V1 = "sqlite-001.sql"


def test_a_database_of_the_first_version_keeps_its_cases_and_feed(
    tmp_path: Path, store: Store, counter: Counter
) -> None:
    """What the first version wrote is read by this one; each hall's feed gets a counter of its own."""
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    old.executescript(files("central.store.migrations").joinpath(V1).read_text("utf-8"))
    add_case(counter.journal, 1)
    push(store, counter, counter.request())
    now = sqlite3.connect(tmp_path / "centre" / "central.db")
    old.execute("INSERT INTO server VALUES ('epoch', ?, 3)", (b"k" * 32,))
    for table in ("device", "incarnation", "event"):
        columns = ",".join(row[1] for row in old.execute(f"PRAGMA table_info({table})"))
        rows = now.execute(f"SELECT {columns} FROM {table}").fetchall()
        old.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    case = now.execute("SELECT case_id, office, reference, state, version, snapshot FROM case_").fetchone()
    old.execute("INSERT INTO case_ VALUES (?,?,?,?,?,?)", case)
    old.execute("PRAGMA user_version = 1")
    old.commit()
    now.close()
    old.close()
    again = SqliteStore(path)
    before, after = inline(feed.changes(store, OFFICE, "", 9)), inline(feed.changes(again, OFFICE, "", 9))
    assert after.changes == before.changes
    assert counts(again) == counts(store)
    inline(again.close())
