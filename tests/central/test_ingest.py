"""The centre stores every well-formed fact once, in order, and signs what it has (sync.md §1, §4)."""

from __future__ import annotations

import msgspec
import pytest

from central import enrol as enrolment
from central import ingest
from central.store import devices
from hall import facts as f
from hall import wire
from hall.fold import fold
from tests.builders import DAY
from tests.central.counter import OFFICE, Counter
from tests.central.hub import NOW, Hub
from tests.journals import add_case


@pytest.fixture
def counter(hub: Hub) -> Counter:
    return hub.counter()


def test_a_batch_is_acknowledged_by_a_signed_receipt_with_our_own_hash(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    reply = hub.push(counter)
    assert wire.receipt_is_signed(counter.enrolled.server_key, reply.receipt)
    assert (reply.receipt.acked_through, reply.receipt.acked_hash) == (3, counter.journal.head.hash)
    assert [result.status for result in reply.results] == [wire.Status.APPLIED] * 3


def test_a_receipt_with_any_part_changed_is_not_signed(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    receipt = hub.push(counter).receipt
    for change in (
        {"acked_through": 9},
        {"acked_hash": b"x" * 32},
        {"device": "d"},
        {"epoch": "e"},
        {"server_time_ms": 1},
    ):
        forged = msgspec.structs.replace(receipt, **change)
        assert not wire.receipt_is_signed(counter.enrolled.server_key, forged)


def test_the_case_at_the_centre_is_the_fold_of_the_counters_own_facts(hub: Hub, counter: Counter) -> None:
    case_id = add_case(counter.journal, 1, notes=2)
    hub.push(counter)
    assert hub.case(case_id) == fold(counter.journal.facts_of(case_id))


def test_a_repeated_push_stores_nothing_twice_and_answers_the_same(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    first = hub.push(counter)
    again = hub.push(counter)
    assert again.results == first.results
    assert hub.counts() == {"applied": 3, "cases": 1}


def test_overlapping_pushes_take_only_what_is_new(hub: Hub, counter: Counter) -> None:
    for number in (1, 2):
        add_case(counter.journal, number)
    hub.push(counter, counter.request(1, 4))
    reply = hub.push(counter, counter.request(2, 5))
    assert reply.receipt.acked_through == 6
    assert hub.counts()["applied"] == 6


def test_a_gap_is_told_with_what_is_expected(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    with pytest.raises(ingest.Refused) as caught:
        hub.push(counter, counter.request(2))
    assert (caught.value.http_status, caught.value.problem.expected) == (409, 1)
    assert hub.counts() == {"cases": 0}


def test_another_history_is_refused(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    hub.push(counter)
    request = counter.request()
    other = msgspec.structs.replace(request.events[1], hash=b"x" * 32)
    request = msgspec.structs.replace(request, events=[request.events[0], other])
    with pytest.raises(ingest.Refused) as caught:
        hub.push(counter, request)
    assert caught.value.http_status == 422


def test_a_changed_fact_is_refused_and_what_came_before_it_is_kept(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    request = counter.request()
    changed = msgspec.structs.replace(request.events[2], public=request.events[2].public + b" ")
    request = msgspec.structs.replace(request, events=[*request.events[:2], changed])
    assert hub.push(counter, request).receipt.acked_through == 2
    with pytest.raises(ingest.Refused):
        hub.push(counter, request)


def test_a_push_signed_by_another_key_is_refused(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    other = hub.counter("B2")
    request = counter.request()
    forged = wire.sign_push(other.key, "A1", request.head, 1)
    with pytest.raises(ingest.Refused) as caught:
        hub.push(counter, msgspec.structs.replace(request, signature=forged))
    assert caught.value.problem.code == "bad_signature"


def test_a_device_cannot_write_another_devices_journal(hub: Hub, counter: Counter) -> None:
    other = hub.counter("B2")
    add_case(other.journal, 1)
    request = other.request()
    stolen = msgspec.structs.replace(
        request,
        device=counter.device.device_id,
        signature=wire.sign_push(counter.key, "B2", request.head, 1),
    )
    with pytest.raises(ingest.Refused) as caught:
        hub.push(counter, stolen)
    assert caught.value.problem.code == "not_your_journal"


def test_a_fact_about_a_case_nobody_received_is_set_aside_and_the_rest_goes_on(hub: Hub, counter: Counter) -> None:
    from clerk_tui.store.journal import Entry

    lost = Entry(event_id="lost", subject="no-such-case", body=f.NoteAdded(text="?"), actor="0001", day=DAY)
    counter.journal.commit([lost])
    add_case(counter.journal, 1)
    reply = hub.push(counter)
    assert reply.results[0].status is wire.Status.QUARANTINED
    assert "收件记录" in reply.results[0].reason
    assert reply.receipt.acked_through == 4
    assert hub.counts() == {"applied": 3, "quarantined": 1, "cases": 1}


def test_a_step_that_does_not_fit_is_stored_as_a_conflict(hub: Hub, counter: Counter) -> None:
    from clerk_tui.store.journal import Entry

    case_id = add_case(counter.journal, 1, notes=0)
    again = f.CaseAccepted(accepted=DAY, due=f.Due(), article="")
    counter.journal.commit([Entry(event_id="again", subject=case_id, body=again, actor="0001", day=DAY)])
    reply = hub.push(counter)
    assert [result.status.value for result in reply.results] == ["applied", "applied", "conflict"]


def test_a_centre_restored_from_elsewhere_names_its_epoch_and_what_it_has(hub: Hub, counter: Counter) -> None:
    add_case(counter.journal, 1)
    with pytest.raises(ingest.Refused) as caught:
        hub.push(counter, counter.request(epoch="yesterday"))
    assert (caught.value.http_status, caught.value.problem.epoch) == (412, hub.epoch())
    assert caught.value.problem.expected == 1


def test_the_feed_has_each_case_once_at_its_last_change_in_commit_order(hub: Hub, counter: Counter) -> None:
    other = hub.counter("B2")
    for number in range(1, 4):
        for each in (counter, other):
            add_case(each.journal, number)
            hub.push(each, each.request(each.journal.head.seq - 2))
    numbers = [change.server_seq for change in hub.feed().changes]
    assert numbers == sorted(set(numbers))
    assert len({change.case_id for change in hub.feed().changes}) == len(numbers) == 6


def test_a_one_time_code_works_once_and_not_for_ever(hub: Hub, counter: Counter) -> None:
    code = hub.run(enrolment.new_code(hub.store, OFFICE, NOW))
    request = wire.EnrolRequest(one_time_code=code, device="d2", device_code="C3", public_key=b"k" * 32)
    with pytest.raises(ingest.Refused):
        hub.run(enrolment.enrol(hub.store, request, NOW + enrolment.CODE_LIFE_MS))
    hub.run(enrolment.enrol(hub.store, request, NOW))
    with pytest.raises(ingest.Refused):
        hub.run(enrolment.enrol(hub.store, msgspec.structs.replace(request, device="d3", device_code="D4"), NOW))


def test_no_command_takes_a_one_time_code_for_an_option(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["-Trp3v0bGq", "_kX", "--help", "wT-q_9"])
    monkeypatch.setattr("central.enrol.secrets.token_urlsafe", lambda _bytes: next(drawn))
    assert hub.run(enrolment.new_code(hub.store, OFFICE, NOW)) == "wT-q_9"


def test_a_device_code_is_never_given_twice(hub: Hub, counter: Counter) -> None:
    request = wire.EnrolRequest(
        one_time_code=hub.run(enrolment.new_code(hub.store, OFFICE, NOW)),
        device="d2",
        device_code="A1",
        public_key=b"k" * 32,
    )
    with pytest.raises(ingest.Refused) as caught:
        hub.run(enrolment.enrol(hub.store, request, NOW))
    assert caught.value.problem.code == "code_taken"


def test_a_device_without_a_code_gets_one_that_nobody_ever_had(hub: Hub) -> None:
    def enrolled(device: str, wish: str = "") -> str:
        code = hub.run(enrolment.new_code(hub.store, OFFICE, NOW))
        request = wire.EnrolRequest(one_time_code=code, device=device, device_code=wish, public_key=b"k" * 32)
        return hub.run(enrolment.enrol(hub.store, request, NOW)).device_code

    assert [enrolled("d1"), enrolled("d2", "W02"), enrolled("d3")] == ["W01", "W02", "W03"]
    hub.transact(devices.skip_codes)
    assert enrolled("d4") == "C01", "a restored copy does not know which codes it gave out last"


def test_device_codes_never_come_twice() -> None:
    assert [devices.nth_code(index) for index in (0, 98, 99, 18 * 99)] == ["W01", "W99", "A01", "W001"]
    assert len({devices.nth_code(index) for index in range(6_000)}) == 6_000
