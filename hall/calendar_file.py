"""The form in which a calendar is written down: one table a year, as TOML or JSON.

.. code-block:: toml

    [2027]
    source = "国办发明电〔2026〕…号"
    off  = ["01-01/01-03", "02-05/02-13"]   # a day, a span, both ends included
    work = ["01-30", 2027-02-20]            # Saturdays and Sundays that are worked

    [2026]
    adjust = true                           # laid over the year already known, not instead of it
    source = "自治区人民政府放假通知"
    off  = ["04-20"]

Everything is strict: an unknown key, a day of another year, a day that is both off and worked is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from hall.errors import BadInput

_KEYS: Final = ("off", "work", "source", "adjust")
_DAY: Final = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")


class CalendarYear(msgspec.Struct, frozen=True):
    """The days off and the make-up workdays of one year, and where they were published."""

    off: frozenset[date]
    work: frozenset[date]
    source: str = ""


def read_years(data: Mapping[Any, Any], base: Mapping[int, CalendarYear]) -> dict[int, CalendarYear]:
    """The years of a calendar file. ``base`` holds the years that ``adjust = true`` refers to.

    Raises ``BadInput`` with code ``bad_calendar`` and ``field`` = ``YEAR.key[place]``.
    """
    if not isinstance(data, Mapping):
        raise _bad("应为按年份分列的表", "", "形如 [2027] off = [...] work = [...]")
    years: dict[int, CalendarYear] = {}
    for key, entry in data.items():
        year = _year(key)
        if year in years:
            raise _bad(f"{year} 年出现两次", str(year))
        years[year] = _read_year(year, entry, base.get(year))
    return years


def _year(key: Any) -> int:
    text = str(key)
    if not re.fullmatch(r"[1-9]\d{3}", text):
        raise _bad(f"“{text[:40]}”不是年份", text[:40], "表名应为四位年份，如 [2027]")
    return int(text)


def _read_year(year: int, entry: Any, known: CalendarYear | None) -> CalendarYear:
    if not isinstance(entry, Mapping):
        raise _bad(f"{year} 年应为一张表", str(year), "形如 [2027] off = [...] work = [...]")
    for key in entry:
        if key not in _KEYS:
            near = get_close_matches(str(key), _KEYS, 1, 0.5)
            raise _bad(f"{year} 年有不认识的项“{str(key)[:40]}”", f"{year}.{str(key)[:40]}", _near(near))
    source, adjust = entry.get("source", ""), entry.get("adjust", False)
    if not isinstance(source, str):
        raise _bad(f"{year} 年的 source 应为文字", f"{year}.source")
    if not isinstance(adjust, bool):
        raise _bad(f"{year} 年的 adjust 应为 true 或 false", f"{year}.adjust")
    if "off" not in entry:
        raise _bad(f"{year} 年缺少放假日 off", f"{year}.off", "没有放假日时也请写 off = []")
    off, work = _read_days(year, "off", entry["off"]), _read_days(year, "work", entry.get("work", []))
    both = sorted(off & work)
    if both:
        raise _bad(f"{both[0]} 既放假又上班", f"{year}.work", "请按放假通知核对")
    if adjust:
        if known is None:
            raise _bad(f"没有可供调整的 {year} 年日历", f"{year}.adjust", "请去掉 adjust，写全当年放假和上班日期")
        source = "；".join(part for part in (known.source, source) if part)
        return CalendarYear((known.off - work) | off, (known.work - off) | work, source)
    for day in sorted(work):
        if day.weekday() < 5:
            raise _bad(f"{day} 不是周末，无须列为调休上班日", f"{year}.work", "work 只列周六、周日上班的日期")
    return CalendarYear(off, work, source)


def _read_days(year: int, key: str, value: Any) -> frozenset[date]:
    if not isinstance(value, list | tuple):
        raise _bad(f"{year} 年的 {key} 应为日期列表", f"{year}.{key}", '形如 ["10-01/10-07"]')
    days: set[date] = set()
    for place, item in enumerate(value):
        where = f"{year}.{key}[{place}]"
        first, last = _span(year, item, where)
        if last < first:
            raise _bad(f"{where} 的结束日早于开始日", where)
        days.update(first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return frozenset(days)


def _span(year: int, item: Any, where: str) -> tuple[date, date]:
    parts = item.split("/") if isinstance(item, str) else item if isinstance(item, list | tuple) else [item]
    if len(parts) not in (1, 2):
        raise _bad(f"{where} 不是日期或起止日期", where, '形如 "10-01" 或 "10-01/10-07"')
    days = [_day(year, part, where) for part in parts]
    return days[0], days[-1]


def _day(year: int, part: Any, where: str) -> date:
    day: date | None = None
    if isinstance(part, date) and not isinstance(part, datetime):
        day = part
    elif isinstance(part, str) and (match := _DAY.fullmatch(part.strip())) is not None:
        try:
            day = date(int(match[1] or year), int(match[2]), int(match[3]))
        except ValueError:
            raise _bad(f"{where} 是不存在的日期", where, "请按放假通知核对") from None
    if day is None:
        raise _bad(f"{where} 不是日期", where, '形如 "10-01"、"2027-10-01" 或 "10-01/10-07"')
    if day.year != year:
        raise _bad(f"{where} 不在 {year} 年", where, f"请移到 [{day.year}] 之下")
    return day


def _near(names: list[str]) -> str:
    return f"是否为 {names[0]}？" if names else f"可用的项：{'、'.join(_KEYS)}"


def _bad(message: str, field: str, hint: str = "") -> BadInput:
    return BadInput("bad_calendar", f"工作日历：{message}", field=field or None, hint=hint)
