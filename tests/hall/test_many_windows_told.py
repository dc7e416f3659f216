"""Journeys of one case between windows that never hear of each other but by papers, of any age and in any order: what
was told stays told at every window that was shown it, until it has been seen good by somebody who knew of it.

The test knows more than the windows do: which telling and which look at a material is in the past of which paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hall import facts as f
from hall.case import Case, CaseState
from hall.fold import advance
from hall.verdict import Tick, TickState, gaps_of
from tests.builders import DAY, PRESENT, received
from tests.hall.test_two_windows_told import BAD, MISSING, MUST, PROMISED, THERE, Desk, codes

CODES = tuple(row.code for row in MUST)
CLOSED = (CaseState.ACCEPTED,)


@dataclass(frozen=True)
class Look:
    """What a window found of a material, and told if it was not good; ``past`` is what the window knew then."""

    code: str
    state: TickState
    past: frozenset[int]

    @property
    def good(self) -> bool:
        return self.state in THERE

    @property
    def bad(self) -> bool:
        return self.state is TickState.UNACCEPTABLE


@dataclass(frozen=True)
class Shown:
    """A paper, and what its window knew when it was printed."""

    body: f.CaseAdopted
    past: frozenset[int]


class Window(Desk):
    """A desk that gives a further notice only of what nobody has told yet, or where it is wished for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._case: Case | None = None

    def write(self, body: f.FactBody) -> None:
        super().write(body)
        self._case = advance(self._case, self.facts[-1])

    @property
    def case(self) -> Case:
        assert self._case is not None
        return self._case

    def tells(self, before: Case) -> bool:
        told = {gap.code: gap for notice in before.notices for gap in notice.gaps}
        return before.state is CaseState.RECEIVED or any(
            before.ticks[gap.code].state in THERE
            or gap.code not in told
            or (gap.problem != told[gap.code].problem and gap.state is not TickState.MISSING)
            for gap in self.case.gaps
        )


@dataclass
class World:
    """All windows, all papers that were ever printed, and all that happened, by number."""

    windows: int
    events: list[Look] = field(default_factory=list)
    papers: list[Shown] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = ("A1", "B1", "C1")[: self.windows]
        self.desks = {name: Window(name) for name in names}
        self.past: dict[str, frozenset[int]] = dict.fromkeys(names, frozenset())

    def receive(self, ticks: dict[str, Tick]) -> None:
        self.desks["A1"].write(received(ticks, rows=MUST))
        self._watch("A1", 0)
        self._print("A1")

    def act(self, name: str, wish: dict[str, Tick], *, again: bool) -> None:
        desk = self.desks[name]
        if desk.facts and desk.case.state not in CLOSED:
            before = len(desk.facts)
            desk.decide(wish, again=again)
            if len(desk.facts) > before:
                self._watch(name, before)
                self._print(name)
                self.check(name)

    def show(self, name: str, which: int) -> None:
        """The person lays a paper on the desk; a window reads one that it has not gone beyond."""
        desk = self.desks[name]
        others = [paper for paper in self.papers if paper.body.origin != name]
        if not others:
            return
        paper = others[which % len(others)]
        if desk.facts:
            case = desk.case
            if case.state in CLOSED or (case.state is CaseState.TOLERATED and paper.body.state != "tolerated"):
                return
            if case.writers.get(paper.body.origin, 0) >= paper.body.seen:
                return
        self.trace.append(f"show {name} the paper of {paper.body.origin} at {paper.body.seen}")
        desk.write(paper.body)
        self.past[name] |= paper.past
        self.check(name)

    def unanswered(self, past: frozenset[int]) -> dict[str, list[int]]:
        """What among ``past`` was found wanting, and nothing in it answers: nobody who knew of it looked again; nor, where
        it was missing, has anybody brought it whom the finder did not know of."""
        left: dict[str, list[int]] = {}
        for number in sorted(past):
            found = self.events[number]
            if not found.good and not any(self._answers(found, number, each) for each in past):
                left.setdefault(found.code, []).append(number)
        return left

    def _answers(self, found: Look, number: int, other: int) -> bool:
        look = self.events[other]
        if look.code != found.code:
            return False
        return number in look.past or (look.good and not found.bad and other not in found.past)

    def check(self, name: str) -> None:
        """What every window must hold to, after whatever happened at it."""
        case = self.desks[name].case
        told = {gap.code: gap.problem for notice in case.notices for gap in notice.gaps}
        promised = {promise.code for promise in case.promises}
        gaps = {gap.code: gap for gap in gaps_of(case.rows, case.ticks)}
        for code, tellings in self.unanswered(self.past[name]).items():
            assert code in gaps, f"{code}, told by {tellings}, is taken for good at {name}:\n{self}"
            same = gaps[code].state is TickState.MISSING or told.get(code) == gaps[code].problem
            assert code in promised or (code in told and same), f"{code} would be told as new at {name}:\n{self}"
        assert case.state not in CLOSED or not gaps

    def _watch(self, name: str, after: int) -> None:
        """What a window found and told by one action: also a thing that was told before and was looked at again."""
        past, ticks, named = self.past[name], dict[str, Tick](), set[str]()
        for each in self.desks[name].facts[after:]:
            match each.body:
                case f.CaseReceived(ticks=found) | f.CaseSupplemented(ticks=found):
                    ticks |= found
                case f.CaseNoticed(gaps=gaps):
                    named |= codes(gaps)
                case f.CaseTolerated(promises=promises):
                    named |= {promise.code for promise in promises}
                case _:
                    continue
            self.trace.append(
                f"{name} {each.header.type} { {c: t.state.value for c, t in ticks.items()} } {sorted(named)}"
            )
        told = {look.code for number in past if not (look := self.events[number]).good}
        case = self.desks[name].case
        for code in CODES:
            good = code in ticks and ticks[code].state in THERE
            if good or (code in ticks and code in told | named) or (code in named and code not in told):
                self.past[name] |= {len(self.events)}
                self.events.append(Look(code, case.ticks[code].state, past))

    def _print(self, name: str) -> None:
        desk = self.desks[name]
        if desk.case.state not in CLOSED:
            self.papers.append(Shown(desk.paper(), self.past[name]))
            self.trace.append(f"paper of {name} at {self.papers[-1].body.seen}")

    def __str__(self) -> str:
        return "\n".join(self.trace)


WORN = Tick(TickState.UNACCEPTABLE, "过期")
KINDS = (PRESENT, MISSING, BAD, WORN)
AT_FIRST = st.tuples(*(st.sampled_from(KINDS) for _ in CODES))
FINDS = st.tuples(*(st.sampled_from((None, *KINDS, PROMISED)) for _ in CODES))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 7)),
        st.tuples(st.sampled_from("ABC"), st.tuples(FINDS, st.booleans())),
    ),
    min_size=3,
    max_size=14,
)


def travel(windows: int, at_first: tuple[Tick, ...], steps: list) -> World:
    world = World(windows)
    world.receive(dict(zip(CODES, at_first, strict=True)))
    names = tuple(world.desks)
    for who, what in steps:
        name = f"{who}1"
        if name not in names:
            continue
        if isinstance(what, int):
            world.show(name, what)
        else:
            finds, again = what
            wish = {code: tick for code, tick in zip(CODES, finds, strict=True) if tick is not None}
            world.act(name, wish, again=again)
    return world


@given(st.integers(2, 3), AT_FIRST, STEPS)
def test_what_was_told_is_told_wherever_it_is_known(windows: int, at_first: tuple[Tick, ...], steps: list) -> None:
    travel(windows, at_first, steps)
