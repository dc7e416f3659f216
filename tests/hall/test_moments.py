"""Whatever number stands in a fact as its time, there is a date to show for it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from hall.moments import local_time, on_calendar

HALL = ZoneInfo("Asia/Shanghai")


def test_an_instant_is_told_in_the_hall_s_time() -> None:
    assert local_time(1_795_000_000_123, HALL) == dt.datetime.fromtimestamp(1_795_000_000, HALL).replace(
        microsecond=123_000
    )
    assert local_time(-1, dt.UTC).isoformat(timespec="milliseconds") == "1969-12-31T23:59:59.999+00:00"
    assert on_calendar(1_795_000_000_123) and on_calendar(-1) and on_calendar(0)


@pytest.mark.parametrize("at_ms", [2**53, 2**63 - 1, 10**40, -(2**53), -(2**63)])
@pytest.mark.parametrize("hours", [-12, 0, 8, 14])
def test_what_no_calendar_has_is_its_nearest_end(at_ms: int, hours: int) -> None:
    zone = dt.timezone(dt.timedelta(hours=hours))
    assert not on_calendar(at_ms)
    assert local_time(at_ms, zone).year == (9999 if at_ms > 0 else 1)
