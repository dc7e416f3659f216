"""Wrong PINs: a few are forgiven, then the door stays shut, longer each time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.lockout import FREE, WAITS_MS, Failures, wait_words
from hall.wire_clerks import SignInRequest, pin_problem

DAY_MS = 24 * 3600 * 1000


def test_a_few_slips_cost_nothing_and_then_it_takes_ever_longer() -> None:
    waits = [Failures(count=count, last_ms=0).wait_ms(0) for count in range(FREE + len(WAITS_MS) + 2)]
    assert waits[: FREE + 1] == [0] * (FREE + 1)
    assert waits[FREE + 1 :] == [*WAITS_MS, WAITS_MS[-1]]


def test_a_wait_passes() -> None:
    shut = Failures(count=FREE + 1, last_ms=1_000)
    assert shut.wait_ms(1_000 + WAITS_MS[0] - 1) == 1
    assert shut.wait_ms(1_000 + WAITS_MS[0]) == 0


def test_a_thief_has_few_tries_a_day() -> None:
    failures, now, tries = Failures(), 0, 0
    while now < DAY_MS:
        now += failures.wait_ms(now)
        failures, tries = failures.begun(now), tries + 1
    assert tries < 20


@given(st.integers(1, 50), st.integers(-(10**13), 10**13), st.integers(0, 10**13))
def test_no_clock_keeps_anybody_out_longer_than_the_longest_wait(count: int, last: int, now: int) -> None:
    shut = Failures(count=count, last_ms=last).seen_at(now)
    assert 0 <= shut.wait_ms(now) <= WAITS_MS[-1]
    assert shut.wait_ms(now + WAITS_MS[-1]) == 0


@pytest.mark.parametrize(("ms", "words"), [(1, "1 秒"), (60_000, "60 秒"), (299_000, "5 分钟"), (14_400_000, "4 小时")])
def test_a_wait_is_told_in_words(ms: int, words: str) -> None:
    assert wait_words(ms) == words


@pytest.mark.parametrize(
    "pin", ["12345", "1234567890123", "123456", "987654", "890123", "000000", "121212", "12345a", ""]
)
def test_a_pin_that_anybody_would_guess_is_refused(pin: str) -> None:
    assert pin_problem(pin)


def test_a_pin_is_not_the_clerks_number() -> None:
    assert pin_problem("204817", "204817")
    assert pin_problem("204817", "0001") == ""


def test_a_request_does_not_show_its_pin() -> None:
    assert "204817" not in repr(SignInRequest(clerk="0001", pin="204817", nonce=b"n" * 16))
