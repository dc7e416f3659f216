"""How long a window waits after a failure: spread at random, so that a hall's windows do not come back all at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_tui.store.journal import Journal
from clerk_tui.sync import child, conversing
from clerk_tui.sync.backoff import BUDGET, FIRST_S, MOST_S, Budget, delay_s
from clerk_tui.sync.messages import Trouble
from clerk_tui.sync.settings import Settings
from tests.journals import new_journal

WINDOWS = 200
FIRST_WAIT_S = 120.0
OFFLINE = Trouble(what="offline")


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True), st.floats(0, 500))
def test_the_wait_is_bounded_and_never_shorter_than_asked(failures: int, chance: float, asked: float) -> None:
    wait = delay_s(failures, chance, at_least_s=asked)
    assert asked <= wait <= max(MOST_S, asked)
    assert delay_s(1, chance) <= 2 * FIRST_S


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_any_wait_from_none_to_the_longest_is_as_likely_as_another(failures: int, chance: float) -> None:
    longest = min(MOST_S, FIRST_S * 2.0**failures)
    assert delay_s(failures, chance) == pytest.approx(chance * longest)


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 500))
def test_who_has_no_retry_left_waits_long_and_at_random_too(chance: float, asked: float) -> None:
    budget = Budget()
    for _ in range(int(BUDGET)):
        budget.wait_s(1, chance)
    assert budget.wait_s(1, chance, at_least_s=asked) == pytest.approx(max(asked, MOST_S * (1 + chance) / 2))


class Still:
    """Stands for the connection, the watch of the feed and the client, none of which this is about."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def catch_up(self) -> None:
        """Nothing is to be told again."""

    def begin(self) -> float:
        """Look again at once."""
        return 0.0

    def pause(self) -> None:
        """Nothing was watched."""


class Counted:
    """A counter that asks for nothing, notes each wait, and goes after ``most`` of them."""

    def __init__(self, most: int) -> None:
        self.waits: list[float] = []
        self._most = most

    @property
    def ended(self) -> bool:
        return len(self.waits) >= self._most

    def wake(self, *, now: bool = False) -> None:
        """Nobody does."""

    def wait(self, seconds: float, *, for_now: bool) -> None:
        self.waits.append(seconds)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return new_journal(tmp_path)


def waits(
    journal: Journal, patch: pytest.MonkeyPatch, troubles: Sequence[Trouble | None], first_wait_s: float = FIRST_WAIT_S
) -> tuple[list[float], list[float]]:
    """How long a window waits after each conversation that ends so, and what it says of the failures."""
    told: list[float] = []
    left = list(troubles)
    patch.setattr(child, "open_http", Still)
    patch.setattr(child, "Watch", Still)
    patch.setattr(child, "_client", Still)
    patch.setattr(conversing, "hold", lambda *_, **__: left.pop(0))
    patch.setattr(child, "say", lambda message: told.append(message.retry_s) if isinstance(message, Trouble) else None)
    wishes = Counted(len(troubles))
    settings = Settings(path=journal.path, url="", token_file=journal.path, first_wait_s=first_wait_s)
    child.serve(settings, wishes)  # type: ignore[arg-type]
    return wishes.waits, told


@pytest.mark.parametrize("what", ["offline", "not_the_centre", "too_large"])
def test_windows_that_lose_the_centre_together_come_back_spread_over_two_minutes(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    first, second = [], []
    for window in range(WINDOWS):
        draw = random.Random(window)
        monkeypatch.setattr(random, "random", draw.random)
        monkeypatch.setattr(random, "uniform", draw.uniform)
        found, told = waits(journal, monkeypatch, [Trouble(what=what)] * 2)  # type: ignore[arg-type]
        assert told == found, "the counter is told how long"
        first.append(found[0])
        second.append(found[1])
    assert min(first) >= 0 and max(first) <= FIRST_WAIT_S
    quarters = [sum(int(wait * 4 / FIRST_WAIT_S) == part for wait in first) for part in range(4)]
    assert min(quarters) > WINDOWS / 8, "no quarter of the time is left out"
    assert max(second) <= 4 * FIRST_S, "only the first wait of an outage is long"
    assert 2 * FIRST_S * 0.8 < mean(second) < 2 * FIRST_S * 1.2, "and each later one is drawn from none to the longest"


def test_each_outage_begins_with_the_long_wait_and_a_busy_centre_is_none(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)
    monkeypatch.setattr(random, "uniform", lambda least, most: least + 0.75 * (most - least))
    busy = Trouble(what="busy", retry_s=7.0)
    found, _ = waits(journal, monkeypatch, [OFFLINE, OFFLINE, OFFLINE, None, OFFLINE, None, busy, OFFLINE])
    assert found == [90.0, 4.0, 8.0, 0.0, 90.0, 0.0, 7.0, 90.0]


def test_a_hall_that_wants_no_long_first_wait_has_none(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)
    found, _ = waits(journal, monkeypatch, [OFFLINE, OFFLINE], first_wait_s=0.0)
    assert found == [2.0, 4.0]
