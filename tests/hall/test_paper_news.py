"""Back at a window that knows the case, with the paper of another: nothing that either has told or taken is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec import structs

from hall import facts as f
from hall.adoption import in_order
from hall.case import Case, CaseState
from hall.checklist import Row
from hall.fold import fold
from hall.paper_news import contradicts
from hall.verdict import Tick, TickState, gaps_of
from tests.builders import DAY, PRESENT, ROWS, fact, matter, received
from tests.hall.test_adoption import ANSWER_BY, LATER, adopted, interleavings, paper, substance, window

MISSING, BAD = Tick(TickState.MISSING), Tick(TickState.UNACCEPTABLE, "模糊不清")
HOUSE = structs.replace(ROWS[0], code="house", name="房屋证明")
LONGER = (*ROWS, HOUSE)
LAID = {"form": PRESENT, "id": PRESENT}
ASKED = f.CaseAnswered(answers={"reason": "bought"}, situations=(), rows=LONGER, asked=(("迁移原因", "购房落户"),))
ALL = LAID | {"extra": MISSING, "house": MISSING}


def notice(rows: tuple[Row, ...], ticks: dict[str, Tick], **changes: Any) -> f.CaseNoticed:
    return structs.replace(f.CaseNoticed(gaps=gaps_of(rows, ticks), respond_by=ANSWER_BY, article="第四项"), **changes)


def told(rows: tuple[Row, ...], ticks: dict[str, Tick], **changes: Any) -> f.CaseAdopted:
    """This window goes on from the notice that B1 gave."""
    said: dict[str, Any] = {"rows": rows, "told": gaps_of(rows, ticks), "seen": 4}
    return adopted("B1", ticks=ticks, **(said | changes))


def case_of(*bodies: f.FactBody) -> Case:
    case = fold([fact(body, seq) for seq, body in enumerate(bodies, 1)])
    assert case is not None
    return case


def put_in(**ticks: Tick) -> f.CaseSupplemented:
    return f.CaseSupplemented(ticks=ticks, handed_in=DAY, complete=False)


FIRST = window(
    "A1",
    (received(LAID), DAY, None),
    (paper("receipt", "S1"), DAY, None),
    (
        told(LONGER, ALL, answers=ASKED.answers, matter=matter(version="2026.11.2", questions=ASKED.asked)),
        LATER,
        None,
    ),
    (f.CaseSupplemented(ticks={"house": PRESENT}, handed_in=LATER, complete=True), LATER, None),
    (f.CaseAccepted(accepted=LATER, due=f.Due(), article="第五项"), LATER, None),
    (paper("acceptance", "L1"), LATER, None),
)
SECOND = window(
    "B1",
    (
        adopted("A1", 2, LAID | {"extra": MISSING}, state="received", paper="receipt", number="S1", notices=0, told=()),
        DAY,
        None,
    ),
    (ASKED, DAY, None),
    (notice(LONGER, ALL), DAY, None),
    (paper("notice", "B1001"), DAY, None),
)


def test_what_the_second_window_asked_for_is_asked_for_at_the_first() -> None:
    case = fold(FIRST[:3])
    assert case is not None
    assert (case.state, case.answers, case.rows) == (CaseState.NOTICED, ASKED.answers, LONGER)
    assert [gap.code for gap in case.gaps] == ["house"] == [gap.code for gap in case.notices[-1].gaps]
    assert case.matter.questions == ASKED.asked
    assert case.matter.version == "2026.11.1", "the version that it began with"
    assert case.plan is None


def test_in_whatever_order_the_facts_of_both_come_it_is_one_case_with_one_end() -> None:
    def end_of(came: list[f.Fact]) -> Case:
        case = fold(in_order(came))
        assert case is not None
        assert not [line.misfit for line in case.timeline if line.misfit]
        return case

    expected = substance(end_of([*FIRST, *SECOND]))
    assert (expected.state, expected.answers, expected.rows) == (CaseState.ACCEPTED, ASKED.answers, LONGER)
    for came in interleavings(FIRST, SECOND):
        assert substance(end_of(came)) == expected
        accepted = next(place for place, each in enumerate(came) if isinstance(each.body, f.CaseAccepted))
        for end in range(accepted + 1, len(came)):
            case = end_of(came[:end])
            assert (case.state, case.rows) == (CaseState.ACCEPTED, LONGER), "never past a material, on the way either"


def test_a_defect_that_the_second_window_found_in_what_the_first_took_is_one() -> None:
    case = case_of(received(LAID), told(ROWS, {"form": PRESENT, "id": BAD}))
    assert [gap.code for gap in case.gaps] == ["id"]


def test_what_was_handed_in_meanwhile_stays_handed_in() -> None:
    lacking = {"form": MISSING, "id": BAD}
    noticed = (received(lacking), notice(ROWS, lacking))
    case = case_of(*noticed, put_in(form=PRESENT, id=PRESENT), told(ROWS, lacking))
    assert (case.ticks["form"], case.ticks["id"], case.gaps) == (PRESENT, PRESENT, ())
    # A further notice, which this window has not seen, may have found the defect in the very paper that lies here.
    case = case_of(*noticed, put_in(form=PRESENT, id=PRESENT), told(ROWS, lacking, notices=2))
    assert [gap.code for gap in case.gaps] == ["id"]


@pytest.mark.parametrize(("known", "left"), [(False, ["id"]), (True, [])])
def test_a_defect_told_here_is_mended_only_where_the_paper_knows_of_it(known: bool, left: list[str]) -> None:
    here = {"form": MISSING, "id": BAD}
    there = {"form": MISSING, "id": BAD} if known else {"form": MISSING, "id": PRESENT}
    body = told(ROWS, {"form": PRESENT, "id": PRESENT}, told=gaps_of(ROWS, there))
    case = case_of(received(here), notice(ROWS, here), body)
    assert [gap.code for gap in case.gaps] == left
    assert len(case.notices) == 1, "the paper's says no more"


def test_what_another_notice_told_is_told_here_too() -> None:
    case = case_of(
        received({"form": MISSING, "id": PRESENT}),
        notice(ROWS, {"form": MISSING, "id": PRESENT}),
        told(ROWS, {"form": PRESENT, "id": BAD}),
    )
    assert [[gap.code for gap in each.gaps] for each in case.notices] == [["form"], ["id"]]


def test_a_further_notice_that_tells_nothing_new_sets_its_day() -> None:
    lacking = {"form": MISSING, "id": BAD}
    here = (received(lacking), notice(ROWS, lacking))
    later = ANSWER_BY + dt.timedelta(days=7)
    case = case_of(*here, told(ROWS, lacking, notices=2, respond_by=later))
    assert [each.respond_by for each in case.notices] == [ANSWER_BY, later]
    assert len(case_of(*here, told(ROWS, lacking, respond_by=later)).notices) == 1, "it is the one that is known"


@pytest.mark.parametrize("words", ["模糊不清", "过期"])
def test_a_defect_is_told_here_in_the_words_that_count(words: str) -> None:
    """So that it is no new one when a further notice names it."""
    other = Tick(TickState.UNACCEPTABLE, words)
    body = told(ROWS, {"form": MISSING, "id": other})
    case = case_of(received({"form": MISSING, "id": MISSING}), notice(ROWS, {"form": MISSING, "id": MISSING}), body)
    assert [gap.problem for gap in case.notices[-1].gaps] == ["未提交", words]
    # What was told here since and stands is not told in the words of a paper that did not know of it.
    body = structs.replace(body, ticks=LAID | {"extra": MISSING}, knows={}, notices=2)
    case = case_of(received({"form": MISSING, "id": BAD}), notice(ROWS, {"form": MISSING, "id": BAD}), body)
    assert case.ticks["id"] == BAD
    told_last = {gap.code: gap.problem for each in case.notices for gap in each.gaps}
    assert told_last["id"] == "模糊不清"
    body = structs.replace(body, told=body.told[1:])
    case = case_of(received({"form": PRESENT, "id": BAD}), notice(ROWS, {"form": PRESENT, "id": BAD}), body)
    assert len(case.notices) == 1, "nothing of the other notice counts here"


def test_an_older_paper_takes_nothing_back() -> None:
    here = (received({"form": MISSING, "id": PRESENT}), ASKED, notice(LONGER, ALL))
    old = adopted("B1", 1, LAID, state="received", paper="receipt", notices=0, told=(), noticed=None)
    before, after = case_of(*here), case_of(*here, old)
    for name in ("state", "answers", "rows", "ticks", "gaps", "notices"):
        assert getattr(after, name) == getattr(before, name), name
    # Received only at both: the one that has asked more.
    case = case_of(received(LAID), ASKED, old)
    assert (case.answers, case.rows, case.state) == (ASKED.answers, LONGER, CaseState.RECEIVED)


def test_told_by_other_answers_at_both_the_list_told_here_stays_and_a_person_is_asked() -> None:
    other = told(ROWS, {"form": BAD, "id": PRESENT}, answers={"reason": "spouse"})
    case = case_of(received(LAID), ASKED, notice(LONGER, ALL), other)
    assert (case.answers, case.rows) == (ASKED.answers, LONGER)
    assert [gap.code for gap in case.gaps] == ["form", "house"], "and what the paper found is found"
    assert contradicts(case, other.answers) == ("reason",)
    assert contradicts(case_of(received(LAID), ASKED), other.answers) == (), (
        "nothing was told yet: the paper knows more"
    )


def test_promises_of_which_each_window_took_one_are_all_kept() -> None:
    until = LATER + dt.timedelta(days=3)
    out = Tick(TickState.PROMISED, until=until)
    promises = tuple(f.Promise(code=code, name=code, until=until) for code in ("form", "id"))
    accepted = f.CaseTolerated(promises=promises, accepted=DAY, due=f.Due(), breach="terminated", article="")
    mine = (received({"form": out, "id": out}), accepted, put_in(form=PRESENT))
    body = adopted("B1", 4, {"form": out, "id": PRESENT}, state="tolerated", notices=0, noticed=None, told=())
    assert case_of(*mine, structs.replace(body, promises=promises[:1])).state is CaseState.ACCEPTED
    older = structs.replace(body, ticks={"form": out, "id": out}, promises=promises)
    case = case_of(*mine, older)
    assert (case.state, [each.code for each in case.promises]) == (CaseState.TOLERATED, ["id"])


def test_a_bad_credit_record_that_either_window_knows_of_stands() -> None:
    lacking = {"form": MISSING, "id": PRESENT}
    bad = f.CreditStated(good=False)
    assert not case_of(received(lacking), told(ROWS, lacking, good_credit=False)).good_credit
    assert not case_of(received(lacking), bad, told(ROWS, lacking)).good_credit
    assert case_of(received(lacking), told(ROWS, lacking)).good_credit
