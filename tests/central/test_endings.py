"""One window lets a case end or decides it, the other had not heard: the first stands, both are kept, both see it.

Whichever comes first at the centre, on SQLite and PostgreSQL (sync.md §10).
"""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from hall import facts as f
from hall import wire
from hall.case import Case, CaseState
from hall.verdict import Tick, TickState
from tests.builders import DAY, PRESENT, received
from tests.central.device import Device
from tests.central.hub import Hub
from tests.central.test_conflicts import goes_on, open_conflicts, two

S = CaseState
UNTIL = DAY + dt.timedelta(days=5)
LACKING = received({"form": PRESENT, "id": Tick(TickState.MISSING)})
PROMISED = received({"form": PRESENT, "id": Tick(TickState.PROMISED, until=UNTIL)})
ACCEPTED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项")
DEEMED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第四项", deemed=True)
NOTICED = f.CaseNoticed(gaps=(), respond_by=UNTIL, article="第四项")
TOLERATED = f.CaseTolerated(
    promises=(f.Promise(code="id", name="身份证", until=UNTIL),), accepted=DAY, due=f.Due(), breach="terminated",
    article="容缺",
)  # fmt: skip
KEPT = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=DAY, complete=True)
GRANTED = f.CaseDecided(granted=True, day=DAY, result_number="JY1")
DELIVERED = f.ResultDelivered(day=DAY, how="collected")
WITHDRAWN = f.CaseClosed(how="withdrawn", day=DAY)
RETURNED = f.CaseClosed(how="returned", day=DAY, reason="期满未补正")
TERMINATED = f.CaseClosed(how="terminated", day=DAY, reason="逾期未补齐")
LAPSED = f.CaseClosed(how="withdrawn", day=DAY, reason="逾期未补齐", lapsed=True)

Steps = list[f.FactBody]
PAIRS: dict[str, tuple[Steps, Steps, CaseState, Steps, CaseState, str]] = {
    "decided, withdrawn": ([received(), ACCEPTED], [GRANTED], S.DECIDED, [WITHDRAWN], S.WITHDRAWN, "needs_review"),
    "delivered, withdrawn": (
        [received(), ACCEPTED], [GRANTED, DELIVERED], S.DELIVERED, [WITHDRAWN], S.WITHDRAWN, "needs_review",
    ),
    "answered, returned": (
        [LACKING, NOTICED], [KEPT, ACCEPTED], S.ACCEPTED, [RETURNED], S.RETURNED, "conflict",
    ),
    "promise kept, terminated": ([PROMISED, TOLERATED], [KEPT], S.ACCEPTED, [TERMINATED], S.TERMINATED, "conflict"),
    "promise kept, lapsed": ([PROMISED, TOLERATED], [KEPT], S.ACCEPTED, [LAPSED], S.WITHDRAWN, "conflict"),
    "withdrawn, returned": ([LACKING, NOTICED], [WITHDRAWN], S.WITHDRAWN, [RETURNED], S.RETURNED, "conflict"),
    "noticed, deemed": ([LACKING], [NOTICED], S.NOTICED, [DEEMED], S.ACCEPTED, "conflict"),
    "noticed, noticed": ([LACKING], [NOTICED], S.NOTICED, [NOTICED], S.NOTICED, "conflict"),
}  # fmt: skip
"""What both had seen; what the one window did and what it came to; what the other did; how the second is listed."""


@pytest.mark.parametrize("other_first", [False, True], ids=["", "the other way round"])
@pytest.mark.parametrize(("seen", "ours", "ours_to", "theirs", "theirs_to", "kind"), PAIRS.values(), ids=PAIRS)
def test_the_first_step_stands_and_the_second_is_listed_for_both_windows(
    hub: Hub, seen: Steps, ours: Steps, ours_to: CaseState, theirs: Steps, theirs_to: CaseState, kind: str,
    other_first: bool,
) -> None:  # fmt: skip
    begun, other = two(hub)
    for body in seen:
        begun.write("case-1", body)
    begun.drain()
    first, then, stands = (theirs, ours, theirs_to) if other_first else (ours, theirs, ours_to)
    goes_on(other, begun, "case-1", len(seen))
    for body in then:
        other.write("case-1", body)
    for body in first:
        begun.write("case-1", body)
    begun.drain(len(seen))
    results = other.push().results
    assert {result.status for result in results[1:]} == {wire.Status.CONFLICT}
    assert all(result.reason for result in results[1:])
    assert hub.case("case-1").state is stands
    for device in (begun, other):
        (change,) = _feed(hub, device)
        told = msgspec.json.decode(change.case, type=Case)
        assert kind in change.flags
        assert (told.state, bool(told.timeline[-1].misfit)) == (stands, True)
        assert kind in [each.kind for each in open_conflicts(hub, device)]


def _feed(hub: Hub, device: Device) -> list[wire.Change]:
    answer = hub.http.get("/v1/sync/changes", headers=device.headers)
    return msgspec.json.decode(answer.content, type=wire.ChangesReply).changes


def test_after_the_review_a_decision_that_stood_can_be_delivered_and_filed(hub: Hub) -> None:
    begun, other = two(hub)
    for body in (received(), ACCEPTED, GRANTED):
        begun.write("case-1", body)
    begun.drain()
    goes_on(other, begun, "case-1", 2)
    other.write("case-1", WITHDRAWN)
    other.drain()
    (review,) = open_conflicts(hub, begun)
    begun.write("case-1", f.ConflictSettled(conflict=review.id, stands="first", reason="决定在先，已收回退件通知单"))
    begun.write("case-1", DELIVERED)
    begun.write("case-1", f.CaseClosed(how="filed", day=DAY))
    assert {result.status for result in begun.push(begun.request(4)).results} == {wire.Status.APPLIED}
    assert hub.case("case-1").state is S.FILED
    assert open_conflicts(hub, other) == []
