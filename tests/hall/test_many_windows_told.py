"""Journeys of one case between windows that never hear of each other but by papers, of any age and in any order: what
was told stays told at every window that was shown it, until it is answered (``hall.paper_news``).

The test knows more than the windows do: which look at a material is in the past of which paper.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hall import facts as f
from hall.case import Case, CaseState
from hall.fold import advance
from hall.verdict import Tick, TickState, gaps_of
from tests.builders import PRESENT, received
from tests.hall.test_two_windows_told import BAD, MISSING, MUST, PROMISED, THERE, Desk, codes

CODES = tuple(row.code for row in MUST)
WORN = Tick(TickState.UNACCEPTABLE, "过期")
FOUND = {"p": PRESENT, "m": MISSING, "b": BAD, "w": WORN, "o": PROMISED}
"""What a window finds of a material, by a letter each; ``.`` is none that it looks at."""
Step = tuple[str, str | int]
"""A window and what it finds, such as ``("A", "p.b")``, with ``!`` where it wishes to give a notice; or a window and
which paper of another the person shows it, counted from the first that was printed."""


@dataclass(frozen=True)
class Look:
    """What a window found of a material, and told if it was not good; ``past`` is what the window knew then."""

    code: str
    state: TickState
    past: frozenset[int]

    @property
    def good(self) -> bool:
        return self.state in THERE


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
    """All windows, all papers that were ever printed, and all that anybody has found, by number."""

    windows: int
    looks: list[Look] = field(default_factory=list)
    papers: list[Shown] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = ("A1", "B1", "C1")[: self.windows]
        self.desks = {name: Window(name) for name in names}
        self.past: dict[str, frozenset[int]] = dict.fromkeys(names, frozenset())

    def __str__(self) -> str:
        return "\n".join(self.trace)

    def receive(self, found: str) -> None:
        ticks = {code: FOUND[letter] for code, letter in zip(CODES, found, strict=True)}
        self.desks["A1"].write(received(ticks, rows=MUST))
        self._watch("A1", 0)

    def act(self, name: str, found: str) -> None:
        """The clerk looks at what is on the desk, and decides."""
        desk = self.desks[name]
        if not desk.facts or desk.case.state is CaseState.ACCEPTED:
            return
        before = len(desk.facts)
        letters = zip(CODES, found.rstrip("!"), strict=True)
        desk.decide({code: FOUND[each] for code, each in letters if each != "."}, again=found.endswith("!"))
        if len(desk.facts) > before:
            self._watch(name, before)
            self.check(name)

    def show(self, name: str, which: int) -> None:
        """The person lays a paper on the desk; a window reads one that it has not gone beyond."""
        desk, others = self.desks[name], [each for each in self.papers if each.body.origin != name]
        if not others:
            return
        paper = others[which % len(others)]
        body, known, before = paper.body, self.past[name], set[str]()
        if desk.facts:
            closed = desk.case.state is CaseState.TOLERATED and body.state != "tolerated"
            seen = desk.case.writers.get(body.origin, 0) >= body.seen
            if closed or seen or desk.case.state is CaseState.ACCEPTED:
                return
            before = there_by(desk.case.ticks)
        self.trace.append(f"show {name} paper {which} (of {body.origin} at {body.seen})")
        desk.write(body)
        self.past[name] |= paper.past
        if known <= paper.past:
            assert there_by(desk.case.ticks) >= there_by(body.ticks), f"{name} asks for what was taken:\n{self}"
        gone = before - there_by(desk.case.ticks)
        for code in self._unchanged(paper, known):
            assert code not in gone, f"{name} takes for news of {code} what it knew:\n{self}"
        self.check(name)

    def _unchanged(self, paper: Shown, known: frozenset[int]) -> set[str]:
        """The materials of which no look is behind the paper that was not known."""
        return set(CODES) - {self.looks[number].code for number in paper.past - known}

    def check(self, name: str) -> None:
        """What every window must hold to, after whatever happened at it."""
        case = self.desks[name].case
        told = {gap.code: gap.problem for notice in case.notices for gap in notice.gaps}
        promised = {promise.code for promise in case.promises}
        gaps = {gap.code: gap for gap in gaps_of(case.rows, case.ticks)}
        for code in self.unanswered(self.past[name]):
            assert code in gaps, f"{code} was told and is taken for good at {name}:\n{self}"
            same = gaps[code].state is TickState.MISSING or told.get(code) == gaps[code].problem
            assert code in promised or (code in told and same), f"{code} would be told as new at {name}:\n{self}"
        assert case.state is not CaseState.ACCEPTED or not gaps

    def unanswered(self, past: frozenset[int]) -> set[str]:
        """The materials that were told, as far as ``past`` goes, and that nothing in it answers."""
        told = [number for number in past if not self.looks[number].good]
        return {self.looks[number].code for number in told if not any(self._answers(number, other) for other in past)}

    def _answers(self, told: int, other: int) -> bool:
        """Whether somebody who knew of it looked again; or brought it who did not know, where it was only missing and
        who told it did not know of that."""
        look, after = self.looks[told], self.looks[other]
        if look.code != after.code:
            return False
        lax = after.good and look.state is not TickState.UNACCEPTABLE and other not in look.past
        return told in after.past or lax

    def _watch(self, name: str, first: int) -> None:
        """What a window found and told by one action, also where it was told before; and its paper."""
        desk, past, ticks, named = self.desks[name], self.past[name], dict[str, Tick](), set[str]()
        for each in desk.facts[first:]:
            match each.body:
                case f.CaseReceived(ticks=found) | f.CaseSupplemented(ticks=found):
                    ticks |= found
                case f.CaseNoticed(gaps=gaps):
                    named |= codes(gaps)
                case f.CaseTolerated(promises=promises):
                    named |= {promise.code for promise in promises}
        told = {self.looks[number].code for number in past if not self.looks[number].good}
        for code in CODES:
            good = code in ticks and ticks[code].state in THERE
            if good or (code in ticks and code in told | named) or (code in named and code not in told):
                self.past[name] |= {len(self.looks)}
                self.looks.append(Look(code, desk.case.ticks[code].state, past))
        if desk.case.state is not CaseState.ACCEPTED:
            self.papers.append(Shown(desk.paper(), self.past[name]))
        found_now = {code: tick.state.value for code, tick in ticks.items()}
        self.trace.append(f"{name} {desk.case.state.value}, finds {found_now}, tells {sorted(named)}")


def there_by(ticks: dict[str, Tick]) -> set[str]:
    return {code for code, tick in ticks.items() if tick.state in THERE}


def travel(windows: int, at_first: str, steps: Sequence[Step]) -> World:
    world = World(windows)
    world.receive(at_first)
    for letter, what in steps:
        name = f"{letter}1"
        if name not in world.desks:
            continue
        if isinstance(what, int):
            world.show(name, what)
        else:
            world.act(name, what)
    return world


def letters(each: str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from(each) for _ in CODES)).map("".join)


FINDS = st.tuples(letters(".pmbwo"), st.sampled_from(("", "", "!"))).map("".join)
STEP = st.tuples(st.sampled_from("ABC"), st.one_of(st.integers(0, 9), FINDS))


@settings(max_examples=600)
# Told at A1 and mended, found bad again and told at B1; a later paper of A1 knows of the first time only.
@example(2, "bmp", [("A", "..."), ("A", "p.b"), ("B", 2), ("B", "b.."), ("A", ".p."), ("B", 3)])
# The same where it is lost again.
@example(2, "mmp", [("A", "..."), ("A", "p.b"), ("B", 2), ("B", "m.."), ("A", ".p."), ("B", 3)])
# Brought to B1 in answer to the one notice there is; A1, which works alone, says with its next paper that it was bad.
@example(2, "bmm", [("A", "..."), ("B", 1), ("B", "p.."), ("A", ".p."), ("B", 2)])
# The same said by C1, which tells nothing of its own.
@example(3, "bmm", [("A", "..."), ("B", 1), ("C", 1), ("B", "p.."), ("C", ".p."), ("B", 2)])
# C1 knows of the notice by B1, at which it was brought; the notice itself says nothing new.
@example(3, "pmp", [("A", "..."), ("B", 1), ("B", ".pb"), ("C", 2), ("C", 1)])
# Lost at A1, which B1 knows from the beginning; C1 knows only that it lay there at the receipt.
@example(3, "ppm", [("C", 0), ("A", "m.."), ("B", 1), ("C", "..."), ("B", 2)])
# The same once B1 has the case already.
@example(3, "ppm", [("B", 0), ("C", 0), ("A", "m.."), ("B", 1), ("C", "..."), ("B", 2)])
# Brought to B1 and lost there, as A1 hears; C1 knows only that it was brought.
@example(
    3,
    "mmm",
    [
        ("A", "..."),
        ("B", 1),
        ("C", 1),
        ("B", "p.."),
        ("C", 2),
        ("B", "b.."),
        ("B", "m.."),
        ("A", 2),
        ("C", ".p."),
        ("A", 3),
    ],
)
# A1 has seen that it lies at B1 and found it wanting; a later paper of B1 knows nothing of that.
@example(2, "mpb", [("B", 0), ("A", "b.."), ("B", "p.."), ("A", 0), ("A", "o..!"), ("B", "..m"), ("A", 1)])
# Promised at B1, brought to A1, lost at C1, which never heard of the promise.
@example(
    3,
    "mmp",
    [("A", "..."), ("B", 1), ("B", "o.."), ("A", "p.."), ("C", 3), ("C", "b.."), ("C", "m.."), ("B", 2), ("B", 4)],
)
# Told at A1 and brought to C1, as B1 hears; A1, which works alone, says with a later paper that it is missing.
@example(3, "ppp", [("A", "m.m"), ("A", "p.."), ("C", 1), ("C", "..p"), ("B", 3), ("B", 2)])
@given(st.integers(2, 3), letters("pmbw"), st.lists(STEP, min_size=3, max_size=14))
def test_what_was_told_is_told_wherever_it_is_known(windows: int, at_first: str, steps: list[Step]) -> None:
    travel(windows, at_first, steps)


def test_what_was_brought_without_the_other_window_knowing_lies_there() -> None:
    """A1 tells it as missing and cannot know; nor does its next paper."""
    brought: list[Step] = [("B", 0), ("B", "p.."), ("A", "..."), ("B", 1), ("A", ".p."), ("B", 2)]
    for steps in (brought[:4], brought):
        world = travel(2, "mmm", steps)
        assert world.desks["B1"].case.writers["A1"] > 1, "its notice was shown"
        assert world.desks["B1"].case.ticks["one"] == PRESENT


@pytest.mark.soak
@settings(max_examples=int(os.environ.get("JOURNEYS", "20000")))
@given(st.integers(2, 3), letters("pmbw"), st.lists(STEP, min_size=5, max_size=24))
def test_what_was_told_is_told_wherever_it_is_known_on_longer_journeys(
    windows: int, at_first: str, steps: list[Step]
) -> None:
    travel(windows, at_first, steps)
