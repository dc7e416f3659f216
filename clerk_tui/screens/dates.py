"""Dates as a clerk types them."""

from __future__ import annotations

import datetime as dt
import re

_DAY = re.compile(r"(?:(\d{4})[-./年]?)?(\d{1,2})[-./月]?(\d{1,2})日?")
_COMPACT = re.compile(r"(\d{4})?(\d{2})(\d{2})")


def read_day(text: str, today: dt.date, *, past: bool = False) -> dt.date | None:
    """``2026-11-30``, ``11-30``, ``1130``, ``20261130``; without a year the next such day from ``today`` on, or with
    ``past`` the last one up to it."""
    bare = text.strip()
    match = _COMPACT.fullmatch(bare) or _DAY.fullmatch(bare)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        if year:
            return dt.date(int(year), int(month), int(day))
        this = dt.date(today.year, int(month), int(day))
        if this > today and past:
            return this.replace(year=today.year - 1)
        return this.replace(year=today.year + 1) if this < today and not past else this
    except ValueError:
        return None
