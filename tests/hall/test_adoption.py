"""Two windows, one case: whatever order their facts reach the centre in, it ends the same."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hall import facts as f
from hall.adoption import Standing, in_order
from hall.case import Case, CaseState
from hall.fold import fold
from hall.verdict import Tick, TickState, gaps_of
from tests.builders import DAY, PRESENT, ROWS, fact, matter, received

LATER = dt.date(2026, 9, 28)
ANSWER_BY = dt.date(2026, 12, 17)
MISSING = Tick(TickState.MISSING)
TICKS = {"form": PRESENT, "id": MISSING, "extra": MISSING}
WHO = f.Applicant(
    kind="citizen", name="王小明", id_type="resident_id", id_number="110101188001010011", phone="13800001234"
)
CARD = structs.replace(WHO, phone="")
FORM = {"shop": "好味餐馆"}


def window(incarnation: str, *bodies: tuple[f.FactBody, dt.date, f.Personal | None]) -> list[f.Fact]:
    return [
        fact(body, seq, day=day, incarnation=incarnation, personal=personal)
        for seq, (body, day, personal) in enumerate(bodies, 1)
    ]


def paper(kind: f.PaperKind, number: str, day: dt.date = DAY) -> f.PaperIssued:
    return f.PaperIssued(paper_id=number, kind=kind, number=number, day=day)


def adopted(origin: str, seen: int, ticks: dict[str, Tick] | None = None, **changes: Any) -> f.CaseAdopted:
    """A window goes on from a notice of ``origin``; its catalogue words the list in its own way."""
    told = gaps_of(ROWS, TICKS)
    values: dict[str, Any] = {
        "reference": "SL01-A1-00001-X",
        "origin": origin,
        "seen": seen,
        "paper": "notice",
        "number": "B1",
        "issued": DAY,
        "matter": matter(version="2026.11.2"),
        "answers": {},
        "situations": (),
        "rows": ROWS,
        "ticks": TICKS if ticks is None else ticks,
        "state": "noticed",
        "received": DAY,
        "clock_from": DAY,
        "told": told,
        "noticed": DAY,
        "respond_by": ANSWER_BY,
        "notices": 1,
        "window": "9",
    }
    return f.CaseAdopted(**(values | changes))


NOTICED = f.CaseNoticed(gaps=gaps_of(ROWS, TICKS), respond_by=ANSWER_BY, article="第四项", lapse="视为撤回")
ACCEPTED = f.CaseAccepted(accepted=LATER, due=f.Due(promised=dt.date(2026, 10, 12)), article="第五项")
BROUGHT = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=LATER, complete=True, window="9")
FIRST = window(
    "A1",
    (received(TICKS), DAY, f.Personal(applicant=WHO, fields=FORM)),
    (NOTICED, DAY, None),
    (paper("receipt", "S1"), DAY, None),
    (paper("notice", "B1"), DAY, None),
    (f.NoteAdded(text="电话已打"), LATER, None),
    (f.PaperReprinted(paper_id="B1", nth=1), LATER, None),
)
SECOND = window(
    "B1",
    (adopted("A1", 3), LATER, f.Personal(applicant=CARD)),
    (BROUGHT, LATER, None),
    (ACCEPTED, LATER, None),
    (paper("acceptance", "L1001"), LATER, None),
)


def interleavings(first: list[f.Fact], second: list[f.Fact]) -> list[list[f.Fact]]:
    """Every order in which two journals can arrive, each in its own order."""
    size = len(first) + len(second)
    made = []
    for places in combinations(range(size), len(first)):
        one, two = iter(first), iter(second)
        made.append([next(one) if place in places else next(two) for place in range(size)])
    return made


def settled(came: list[f.Fact]) -> Case:
    case = fold(in_order(came))
    assert case is not None
    return case


def substance(case: Case) -> Case:
    """The case without the order in which papers, lines and marks stand, which is that of arrival."""
    return structs.replace(
        case,
        papers=tuple(sorted(case.papers, key=lambda paper: paper.paper_id)),
        timeline=tuple(sorted(case.timeline, key=lambda line: (line.type, line.text))),
        marks={name: structs.replace(mark, at=0) for name, mark in case.marks.items()},
    )


def test_the_window_that_never_saw_the_case_goes_on_from_the_paper() -> None:
    case = fold(SECOND[:1])
    assert case is not None
    assert (case.state, case.reference, case.received) == (CaseState.NOTICED, "SL01-A1-00001-X", DAY)
    assert [gap.code for gap in case.gaps] == ["id"]
    assert (case.notices[0].day, case.notices[0].respond_by, case.notices[0].gaps) == (DAY, ANSWER_BY, NOTICED.gaps)
    assert case.applicant == CARD
    done = fold(SECOND)
    assert done is not None
    assert (done.state, done.accepted, done.gaps) == (CaseState.ACCEPTED, LATER, ())
    assert not any(line.misfit for line in done.timeline)


def test_in_whatever_order_the_facts_come_it_is_one_case_with_one_end() -> None:
    orders = interleavings(FIRST, SECOND)
    assert len(orders) == 210
    expected = substance(settled([*FIRST, *SECOND]))
    for came in orders:
        case = settled(came)
        assert not [line.misfit for line in case.timeline if line.misfit]
        assert substance(case) == expected


def test_what_the_first_window_knew_better_is_what_counts_in_the_end() -> None:
    for came in (FIRST + SECOND, SECOND + FIRST):
        case = settled(came)
        assert case.matter.version == "2026.11.1"
        assert (case.applicant, case.fields) == (WHO, FORM)
        assert case.notices[0].lapse == "视为撤回"
        assert case.handed_in == (DAY, LATER)
        assert case.adopted == "A1"
        assert case.writers == {"A1": 6, "B1": 4}


def test_on_the_way_the_case_never_goes_back() -> None:
    """After the second window's acceptance has come, no later fact of the first makes it open again."""
    for came in interleavings(FIRST, SECOND):
        accepted = next(place for place, each in enumerate(came) if each.body is ACCEPTED)
        for end in range(accepted + 1, len(came) + 1):
            case = settled(came[:end])
            assert (case.state, case.accepted, case.gaps) == (CaseState.ACCEPTED, LATER, ())


def test_at_every_moment_there_is_a_case_and_nothing_in_it_is_misfit() -> None:
    for came in interleavings(FIRST, SECOND):
        for end in range(1, len(came) + 1):
            assert not [line.misfit for line in settled(came[:end]).timeline if line.misfit]


THIRD = window(
    "C1",
    (adopted("B1", 3, {**TICKS, "id": MISSING, "form": PRESENT}, number="S1001", paper="receipt"), LATER, None),
    (BROUGHT, LATER, None),
    (ACCEPTED, LATER, None),
)
PARTLY = window(
    "B1",
    (adopted("A1", 3), LATER, f.Personal(applicant=CARD)),
    (f.CaseSupplemented(ticks={"extra": PRESENT}, handed_in=LATER, complete=False), LATER, None),
    (paper("receipt", "S1001"), LATER, None),
)


@given(st.data())
def test_a_third_window_goes_on_from_the_paper_of_the_second(data: st.DataObject) -> None:
    left = {"A": list(FIRST), "B": list(PARTLY), "C": list(THIRD)}
    came = []
    while any(left.values()):
        came.append(left[data.draw(st.sampled_from([name for name, facts in left.items() if facts]))].pop(0))
    case = settled(came)
    assert substance(case) == substance(settled([*FIRST, *PARTLY, *THIRD]))
    assert case.state is CaseState.ACCEPTED
    assert case.ticks["extra"] == PRESENT
    assert not [line.misfit for line in case.timeline if line.misfit]


def test_when_both_windows_accept_the_first_to_arrive_wins_and_both_stay() -> None:
    again = window("A1", *((each.body, each.header.day, each.personal) for each in FIRST), (BROUGHT, LATER, None))
    twice = [*again, fact(structs.replace(ACCEPTED, accepted=DAY), 8, incarnation="A1")]
    one, other = settled([*twice, *SECOND]), settled([*SECOND, *twice])
    assert (one.accepted, other.accepted) == (DAY, LATER)
    for case in (one, other):
        assert [line.type for line in case.timeline if line.misfit] == ["case.accepted"]
        assert len(case.timeline) == len(twice) + len(SECOND)


def test_a_paper_that_knows_more_than_has_come_is_believed() -> None:
    """The first window's receipt is here, its notice is not: the paper tells of it."""
    case = settled([FIRST[0], SECOND[0]])
    assert (case.state, len(case.notices), case.applicant) == (CaseState.NOTICED, 1, WHO)
    assert case.matter.version == "2026.11.1"
    assert [gap.code for gap in case.gaps] == ["id"]


def test_papers_that_refer_to_each_other_end_in_some_order() -> None:
    ring = [
        fact(adopted("B1", 5), 1, incarnation="A1"),
        fact(adopted("A1", 5), 1, incarnation="B1"),
        fact(adopted("B1", 9), 2, incarnation="B1"),
    ]
    assert sorted(id(each) for each in in_order(ring)) == sorted(id(each) for each in ring)


@pytest.mark.parametrize("state", ["received", "tolerated"])
def test_a_receipt_and_a_promise_are_gone_on_from_too(state: str) -> None:
    promise = f.Promise(code="id", name="身份证", until=LATER)
    ticks = {**TICKS, "id": Tick(TickState.PROMISED, until=LATER)}
    body = adopted("A1", 1, ticks if state == "tolerated" else None, state=state, notices=0, noticed=None, told=())
    if state == "tolerated":
        body = structs.replace(body, promises=(promise,), accepted=DAY, due=f.Due(promised=LATER))
    case = fold([fact(body), fact(BROUGHT, 2)])
    assert case is not None
    assert case.state is (CaseState.ACCEPTED if state == "tolerated" else CaseState.RECEIVED)
    assert case.notices == ()
    assert case.gaps == ()


def test_whoever_goes_on_from_the_centre_knows_the_whole_case() -> None:
    told = {*f.CaseAdopted.__struct_fields__, *Standing.__struct_fields__}
    people = {"applicant", "agent", "fields"}
    own = {"case_id", "adopted", "timeline"}
    # What an inquiry found is printed at once and nobody goes on with it.
    assert set(Case.__struct_fields__) - told - people - own == {"exits", "still_open"}


def test_the_course_of_a_case_that_two_windows_worked_on_is_told_in_the_order_of_time() -> None:
    first = window("A1", (received(TICKS), DAY, None), (paper("notice", "SL01-A1-00001-X/B1"), DAY, None))
    second = window("B2", (adopted("A1", 1), DAY, None))
    facts = [
        structs.replace(each, header=structs.replace(each.header, at_ms=ms))
        for each, ms in zip((*first, *second), (1_000, 2_000, 3_000), strict=True)
    ]
    case = fold(in_order([facts[0], facts[2], facts[1]]))
    assert case is not None
    assert [event.at_ms for event in case.timeline] == [1_000, 3_000, 2_000]
    assert [event.at_ms for event in case.course] == [1_000, 2_000, 3_000]
    alone = fold(in_order(facts[:2]))
    assert alone is not None and alone.course == alone.timeline
