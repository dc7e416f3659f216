"""Nobody is told that there is no wait where the windows that would serve them are busy with others."""

from __future__ import annotations

import datetime as dt

import pytest

from hall.queue_wire import BusinessFigures, FiguresReply, WindowFigures, WindowState
from hall.rush import Rush, rush


def window(
    name: str, serves: str, number: str = "", state: WindowState = "open", *, there: bool = True
) -> WindowFigures:
    return WindowFigures(
        window=name, state=state, since_ms=0, seen_ms=0, businesses=list(serves), number=number, there=there
    )


def hall(windows: list[WindowFigures], **waiting: int) -> FiguresReply:
    businesses = [
        BusinessFigures(
            business=name,
            waiting=count,
            longest_min=count * 10,
            windows=sum(1 for each in windows if name in each.businesses),
        )
        for name, count in waiting.items()
    ]
    return FiguresReply(day=dt.date(2026, 11, 23), now_ms=0, businesses=businesses, windows=windows, calls=[], hours=[])


@pytest.mark.parametrize(
    ("windows", "waiting", "found", "at_once"),
    [
        ([window("3", "AB", "A001"), window("4", "AB", "B001")], {"A": 1, "B": 0}, (1, 10, 0), False),
        ([window("3", "AB", "A001"), window("4", "AB", "B001")], {"A": 0, "B": 0}, (0, 0, 0), False),
        ([window("3", "AB", "A001"), window("4", "AB")], {"A": 0, "B": 0}, (0, 0, 1), True),
        ([window("3", "A", "A001"), window("4", "B")], {"A": 3, "B": 0}, (0, 0, 1), True),
        ([window("3", "AC"), window("4", "BC", "B001")], {"A": 2, "B": 0, "C": 0}, (0, 0, 0), False),
        ([window("4", "AB", state="paused"), window("5", "AB", there=False)], {"A": 0, "B": 0}, (0, 0, 2), True),
    ],
)
def test_what_stands_before_the_next_one_is_all_that_the_windows_serve(
    windows: list[WindowFigures], waiting: dict[str, int], found: tuple[int, int, int], at_once: bool
) -> None:
    seen = rush(hall(windows, **waiting), "B")
    assert (seen.waiting, seen.longest_min, seen.free) == found
    assert seen.at_once is at_once


def test_figures_that_name_no_windows_are_taken_as_they_are() -> None:
    figures = hall([], A=0)
    figures.businesses[0] = BusinessFigures(business="A", windows=2)
    assert rush(figures, "A") == Rush(waiting=0, longest_min=0, free=2)
