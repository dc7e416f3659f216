"""Two windows that know each other by paper only: what either has told or had promised is lost at neither, unless it
was brought after what told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hall import facts as f
from hall.adoption import in_order
from hall.case import Case, CaseState
from hall.fold import advance, fold
from hall.paper_news import RULES, believed
from hall.replica import rests_on
from hall.verdict import Gap, Tick, TickState, gaps_of
from tests.builders import DAY, PRESENT, REFERENCE, ROWS, fact, matter, received
from tests.hall.test_adoption import ANSWER_BY, LATER, adopted, interleavings

MISSING, BAD = Tick(TickState.MISSING), Tick(TickState.UNACCEPTABLE, "模糊不清")
PROMISED = Tick(TickState.PROMISED, until=LATER)
THERE = (TickState.PRESENT, TickState.HELD, TickState.NOT_APPLICABLE)
MUST = tuple(structs.replace(ROWS[1], code=code, name=code) for code in ("one", "two", "three"))
KINDS = (PRESENT, MISSING, PROMISED, BAD)


def codes(gaps: tuple[Gap, ...]) -> set[str]:
    return {gap.code for gap in gaps}


def promise_of(code: str) -> f.Promise:
    return f.Promise(code=code, name=code, until=LATER)


def carried(case: Case, origin: str, seen: int) -> f.CaseAdopted:
    """What another window takes from a paper of ``case``: as the code carries it (``hall.replica``)."""
    told = {gap.code: gap for notice in case.notices for gap in notice.gaps}
    still = {gap.code: gap for gap in gaps_of(case.rows, case.ticks)}
    last = case.notices[-1] if case.notices else None
    knows, tellings = rests_on(case, origin)
    return f.CaseAdopted(
        reference=REFERENCE,
        origin=origin,
        seen=seen,
        paper="receipt" if last is None else "notice",
        number="1",
        issued=DAY,
        matter=matter(),
        answers={},
        situations=(),
        rows=case.rows,
        ticks=case.ticks,
        state=case.state.value,  # type: ignore[arg-type]
        received=DAY,
        clock_from=DAY,
        told=tuple(still.get(code, gap) for code, gap in told.items()),
        noticed=last.day if last else None,
        respond_by=last.respond_by if last else None,
        notices=len(case.notices),
        accepted=case.accepted,
        promises=case.promises,
        knows=knows,
        tellings=tellings,
    )


class Desk:
    """A window with its own journal of the case, doing only what a window offers."""

    def __init__(self, name: str) -> None:
        self.name, self.facts = name, list[f.Fact]()

    def write(self, body: f.FactBody) -> None:
        self.facts.append(fact(body, len(self.facts) + 1, incarnation=self.name))

    @property
    def case(self) -> Case:
        case = fold(self.facts)
        assert case is not None
        return case

    def paper(self) -> f.CaseAdopted:
        return carried(self.case, self.name, self.case.writers[self.name])

    def tells(self, before: Case) -> bool:
        """Whether a notice is to be given, after it was ticked what there is."""
        return True

    def decide(self, wish: dict[str, Tick], *, again: bool = False) -> None:
        """Tick, then the outcome that the ticks allow: accepted, with promises, or a notice."""
        case = self.case
        ticks = {code: tick for code, tick in wish.items() if self._allowed(case, code, tick)}
        ticks = {code: tick for code, tick in ticks.items() if case.ticks[code] != tick}
        if case.state is CaseState.ACCEPTED or not (ticks or case.state is CaseState.RECEIVED or not case.gaps):
            return
        if ticks:
            left = gaps_of(case.rows, {**case.ticks, **ticks})
            self.write(f.CaseSupplemented(ticks=ticks, handed_in=DAY, complete=not left))
        now = self.case
        if now.state not in (CaseState.RECEIVED, CaseState.NOTICED):
            return
        if not now.gaps:
            self.write(f.CaseAccepted(accepted=DAY, due=f.Due(), article=""))
        elif all(gap.state is TickState.PROMISED for gap in now.gaps):
            made = tuple(promise_of(gap.code) for gap in now.gaps)
            self.write(f.CaseTolerated(promises=made, accepted=DAY, due=f.Due(), breach="terminated", article=""))
        elif again or self.tells(case):
            told = f.CaseNoticed(gaps=now.gaps, respond_by=ANSWER_BY, article="", second=bool(now.notices))
            self.write(told)

    @staticmethod
    def _allowed(case: Case, code: str, tick: Tick) -> bool:
        there = case.ticks[code].state in THERE
        if case.state is CaseState.TOLERATED:
            return not there and tick == PRESENT
        return case.state is CaseState.RECEIVED or not there or tick == BAD


def brought_there(desk: Desk, found: set[str], after: int = 0) -> dict[str, int]:
    """How often each material came to be there at a desk by its own supplements, past its first ``after`` facts."""
    times: dict[str, int] = {}
    for place, each in enumerate(desk.facts):
        if isinstance(each.body, f.CaseSupplemented) and place >= after:
            before = fold(desk.facts[:place])
            assert before is not None
            for code, tick in each.body.ticks.items():
                if tick.state in THERE and before.ticks[code].state not in THERE and code in found:
                    times[code] = times.get(code, 0) + 1
    return times


def told_at(desk: Desk) -> Iterator[tuple[str, int]]:
    """Each material that a desk told or had promised, and how often it had been brought there by then."""
    for place, each in enumerate(desk.facts):
        if isinstance(each.body, f.CaseNoticed | f.CaseTolerated):
            named = (
                codes(each.body.gaps) if isinstance(each.body, f.CaseNoticed) else {p.code for p in each.body.promises}
            )
            part = Desk(desk.name)
            part.facts = desk.facts[:place]
            for code in named:
                yield code, brought_there(part, {code}).get(code, 0)


WISH = st.fixed_dictionaries({row.code: st.sampled_from(KINDS) for row in MUST})
AT_FIRST = st.fixed_dictionaries({row.code: st.sampled_from((PRESENT, MISSING, BAD)) for row in MUST})


@given(AT_FIRST, st.lists(WISH, max_size=2), st.integers(0, 2), st.lists(WISH, min_size=1, max_size=2), WISH)
def test_what_either_window_told_is_lost_at_neither(
    at_first: dict[str, Tick],
    first: list[dict[str, Tick]],
    went: int,
    second: list[dict[str, Tick]],
    last: dict[str, Tick],
) -> None:
    """One window receives and perhaps decides, a second goes on from an earlier or the last paper of it, and the person
    comes back to the first with the second's paper."""
    one, two = Desk("A1"), Desk("B1")
    one.write(received(at_first, rows=MUST))
    papers = [one.paper()]
    for wish in first:
        one.decide(wish)
        papers.append(one.paper())
    paper = papers[min(went, len(papers) - 1)]
    if paper.state == "accepted":
        return
    two.write(paper)
    for wish in second:
        two.decide(wish)
    if one.case.state is not CaseState.ACCEPTED and two.case.state is not CaseState.ACCEPTED:
        one.write(two.paper())
        case = one.case
        waiting = codes(case.gaps) | {promise.code for promise in case.promises}
        for other, desk, knew in ((two, one, 0), (one, two, paper.seen)):
            for code, before in told_at(desk):
                anew = brought_there(desk, {code}).get(code, 0) > before or code in brought_there(other, {code}, knew)
                assert code in waiting or anew, f"{code} was told at {desk.name} and nobody has brought it since"
        assert case.state is not CaseState.ACCEPTED or not gaps_of(case.rows, case.ticks)
        one.decide(last)
    orders = interleavings(one.facts, two.facts)
    for came in orders[:: len(orders) // 8 + 1]:
        end = fold(in_order(came))
        assert end is not None
        if end.state is CaseState.ACCEPTED and gaps_of(end.rows, end.ticks):
            assert any(line.alert for line in end.timeline), "accepted without a material, and nobody is told"


def test_the_table_says_of_every_pair_what_counts() -> None:
    states = [tick.state for tick in KINDS]
    assert set(RULES) == {(here, said) for here in states for said in states}


def here_and_there(here: Tick, said: Tick, *, since: bool, known: bool) -> Case:
    """A material that is ``here`` at the first window, ``since`` the receipt or from it on, and ``said`` on the paper
    of a second, which knows that it was told here or does not."""
    two = {"two": MISSING}
    before = (PRESENT if here != PRESENT else MISSING) if since else here
    bodies: list[f.FactBody] = [received({"one": before, **two, "three": PRESENT}, rows=MUST)]
    tolerated = PROMISED in (here, said)
    if since:
        bodies.append(f.CaseSupplemented(ticks={"one": here}, handed_in=DAY, complete=False))
    ticks = {"one": here, **({"two": PROMISED} if tolerated else two), "three": PRESENT}
    gaps = gaps_of(MUST, ticks)
    if here == PROMISED:
        made = tuple(promise_of(gap.code) for gap in gaps)
        bodies.append(f.CaseTolerated(promises=made, accepted=DAY, due=f.Due(), breach="terminated", article=""))
    else:
        bodies.append(f.CaseNoticed(gaps=gaps, respond_by=ANSWER_BY, article=""))
    theirs = {**ticks, "one": said}
    told = gaps_of(
        MUST, {**ticks, "one": here if known and here != PRESENT else said if said in (BAD, MISSING) else PRESENT}
    )
    promises = tuple(promise_of(code) for code, tick in theirs.items() if tick == PROMISED)
    bodies.append(
        adopted(
            "B1",
            4,
            theirs,
            matter=matter(),
            rows=MUST,
            told=told,
            state="tolerated" if tolerated and said != MISSING and said != BAD else "noticed",
            promises=promises if tolerated else (),
        )
    )
    case = fold([fact(body, seq) for seq, body in enumerate(bodies, 1)])
    assert case is not None
    return case


@pytest.mark.parametrize(
    ("here", "said", "since", "known", "left"),
    [
        (PRESENT, PRESENT, False, False, PRESENT),
        (PRESENT, PRESENT, True, False, PRESENT),
        # It lay there at the receipt; who has the paper looked again and it is not there, or was promised.
        (PRESENT, MISSING, False, False, MISSING),
        (PRESENT, PROMISED, False, False, PROMISED),
        (PRESENT, BAD, False, False, BAD),
        # It was brought here, which the paper does not know.
        (PRESENT, MISSING, True, False, PRESENT),
        (PRESENT, PROMISED, True, False, PRESENT),
        # A defect that nobody has told here may be one of that which was brought.
        (PRESENT, BAD, True, False, BAD),
        # It was missing from the beginning: what lies at the other window was brought there.
        (MISSING, PRESENT, False, False, PRESENT),
        # It was found missing here after a receipt that says it is there; the paper may only repeat the receipt.
        (MISSING, PRESENT, True, False, MISSING),
        (MISSING, PRESENT, True, True, PRESENT),
        (MISSING, MISSING, False, False, MISSING),
        (MISSING, MISSING, True, False, MISSING),
        (MISSING, PROMISED, False, False, PROMISED),
        (MISSING, PROMISED, True, False, PROMISED),
        (MISSING, BAD, False, False, BAD),
        (MISSING, BAD, True, False, BAD),
        (PROMISED, PRESENT, False, False, PRESENT),
        (PROMISED, PRESENT, True, False, PROMISED),
        (PROMISED, MISSING, False, False, PROMISED),
        (PROMISED, MISSING, True, False, PROMISED),
        (PROMISED, PROMISED, False, False, PROMISED),
        (PROMISED, PROMISED, True, False, PROMISED),
        (PROMISED, BAD, False, False, PROMISED),
        (PROMISED, BAD, True, False, PROMISED),
        (BAD, PRESENT, False, False, BAD),
        (BAD, PRESENT, True, False, BAD),
        (BAD, PRESENT, False, True, PRESENT),
        (BAD, PRESENT, True, True, PRESENT),
        (BAD, MISSING, False, False, BAD),
        (BAD, MISSING, False, True, MISSING),
        (BAD, PROMISED, False, False, PROMISED),
        (BAD, PROMISED, True, False, PROMISED),
        (BAD, BAD, False, False, BAD),
        (BAD, BAD, True, True, BAD),
    ],
)
def test_what_counts_of_here_and_paper(here: Tick, said: Tick, since: bool, known: bool, left: Tick) -> None:
    case = here_and_there(here, said, since=since, known=known)
    assert case.ticks["one"] == left
    assert ("one" in codes(case.gaps)) is (left != PRESENT)
    assert ("one" in {promise.code for promise in case.promises}) is (left == PROMISED)


@pytest.mark.parametrize("here", [Tick(TickState.HELD), PRESENT])
def test_how_it_came_to_be_there_stays_as_it_is_known_here(here: Tick) -> None:
    """What the hall got itself nobody brought: a paper that knows of another way changes nothing."""
    said = PRESENT if here != PRESENT else Tick(TickState.HELD)
    assert here_and_there(here, said, since=False, known=False).ticks["one"] == here


def test_what_was_waived_here_and_lies_at_the_other_window_lies_there() -> None:
    waived = Tick(TickState.NOT_APPLICABLE, "本人到场")
    assert here_and_there(waived, PRESENT, since=False, known=False).ticks["one"] == PRESENT
    assert here_and_there(PRESENT, waived, since=False, known=False).ticks["one"] == PRESENT
    assert here_and_there(waived, MISSING, since=True, known=False).ticks["one"] == waived


def test_what_nobody_has_accepted_with_a_promise_is_no_promise() -> None:
    """The clerk ticked it so, and the person was told that it is missing: a defect told elsewhere says more."""
    ticks = {"one": PROMISED, "two": MISSING, "three": PRESENT}
    gaps = gaps_of(MUST, {**ticks, "one": BAD})
    bodies: tuple[f.FactBody, ...] = (
        received(ticks, rows=MUST),
        f.CaseNoticed(gaps=gaps_of(MUST, ticks), respond_by=ANSWER_BY, article=""),
        adopted("B1", 4, {**ticks, "one": BAD}, matter=matter(), rows=MUST, told=gaps),
    )
    case = fold([fact(body, seq) for seq, body in enumerate(bodies, 1)])
    assert case is not None
    assert case.ticks["one"] == BAD


def test_who_told_it_is_not_known_of_a_case_that_an_earlier_centre_told() -> None:
    """So no paper is known to have known."""
    ticks = {"one": BAD, "two": MISSING, "three": PRESENT}
    told = f.CaseNoticed(gaps=gaps_of(MUST, ticks), respond_by=ANSWER_BY, article="")
    case = fold([fact(received(ticks, rows=MUST)), fact(told, 2)])
    assert case is not None and case.tellings == {"one": {"A1": 2}, "two": {"A1": 2}}
    paper = structs.replace(carried(case, "B1", 4), ticks=ticks | {"one": PRESENT}, knows={"A1": 2})
    assert believed(case, paper)["ticks"]["one"] == PRESENT
    assert believed(structs.replace(case, tellings={}), paper)["ticks"]["one"] == BAD


def test_what_came_again_is_not_gone() -> None:
    case = here_and_there(MISSING, PRESENT, since=True, known=False)
    assert case.marks["tick:one"].gone
    back = f.CaseSupplemented(ticks={"one": PRESENT}, handed_in=DAY, complete=False)
    after = advance(case, fact(back, 9))
    assert after is not None and not after.marks["tick:one"].gone


@pytest.mark.parametrize(
    ("here", "said"),
    [
        (PROMISED, structs.replace(PROMISED, until=LATER + dt.timedelta(days=7))),
        (BAD, structs.replace(BAD, reason="过期")),
    ],
)
def test_of_the_same_said_twice_the_words_in_the_person_s_hands_count(here: Tick, said: Tick) -> None:
    """The later promise, the defect that was told last: he goes by the paper."""
    assert here_and_there(here, said, since=False, known=True).ticks["one"] == said


@pytest.mark.parametrize(("notices", "left"), [(1, PRESENT), (2, BAD)])
def test_a_further_notice_may_have_found_the_defect_in_the_very_one_that_was_brought(notices: int, left: Tick) -> None:
    ticks = {"one": BAD, "two": MISSING, "three": PRESENT}
    gaps = gaps_of(MUST, ticks)
    bodies: tuple[f.FactBody, ...] = (
        received(ticks, rows=MUST),
        f.CaseNoticed(gaps=gaps, respond_by=ANSWER_BY, article=""),
        f.CaseSupplemented(ticks={"one": PRESENT}, handed_in=DAY, complete=False),
        adopted("B1", 4, ticks, matter=matter(), rows=MUST, told=gaps, notices=notices),
    )
    case = fold([fact(body, seq) for seq, body in enumerate(bodies, 1)])
    assert case is not None
    assert case.ticks["one"] == left


@pytest.mark.parametrize(("notices", "left"), [(2, PRESENT), (3, MISSING)])
def test_an_early_paper_may_have_known_what_was_brought_only_after_a_third_notice(notices: int, left: Tick) -> None:
    ticks = {"one": MISSING, "two": MISSING, "three": PRESENT}
    gaps = gaps_of(MUST, ticks)
    bodies: tuple[f.FactBody, ...] = (
        received(ticks, rows=MUST),
        f.CaseNoticed(gaps=gaps, respond_by=ANSWER_BY, article=""),
        f.CaseSupplemented(ticks={"one": PRESENT}, handed_in=DAY, complete=False),
        adopted("B1", 4, ticks, matter=matter(), rows=MUST, told=gaps, notices=notices),
    )
    case = fold([fact(body, seq) for seq, body in enumerate(bodies, 1)])
    assert case is not None
    assert case.ticks["one"] == left


def test_a_promise_taken_here_beside_another_taken_there_is_kept_and_so_is_what_the_other_told() -> None:
    ticks = {"one": PRESENT, "two": PROMISED, "three": PRESENT}
    case = here_and_there(PROMISED, MISSING, since=True, known=False)
    assert case.state is CaseState.TOLERATED
    assert {promise.code for promise in case.promises} == {"one", "two"}
    told = adopted("B1", 4, {**ticks, "two": MISSING, "three": MISSING}, matter=matter(), rows=MUST)
    told = structs.replace(told, told=gaps_of(MUST, told.ticks))
    made = f.CaseTolerated(promises=(promise_of("two"),), accepted=DAY, due=f.Due(), breach="terminated", article="")
    bodies: tuple[f.FactBody, ...] = (received(ticks, rows=MUST), made, told)
    case = fold([fact(body, seq) for seq, body in enumerate(bodies, 1)]) or case
    assert (case.state, codes(case.gaps)) == (CaseState.TOLERATED, {"two", "three"})


def test_an_acceptance_without_what_another_window_found_missing_is_told_to_supervisors() -> None:
    all_there = dict.fromkeys((row.code for row in MUST), PRESENT)
    lost = f.CaseSupplemented(ticks={"one": MISSING}, handed_in=DAY, complete=False)
    accepted = f.CaseAccepted(accepted=DAY + dt.timedelta(days=1), due=f.Due(), article="")
    orders: tuple[tuple[f.FactBody, ...], ...] = ((lost, accepted), (accepted, lost))
    for bodies in orders:
        case = fold([fact(body, seq) for seq, body in enumerate((received(all_there, rows=MUST), *bodies), 1)])
        assert case is not None
        assert [line.alert for line in case.timeline] == [False, False, True]
        assert "另一窗口查出缺：one" in case.timeline[-1].text
