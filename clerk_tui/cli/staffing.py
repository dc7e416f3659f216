"""``clerk staffing``: how many windows each hour needs, from the hall's own figures (``hall.staffing``)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import click
from msgspec import Struct

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.i18n import _
from clerk_tui.widgets.cells import pad, width
from hall.errors import BadInput
from hall.staffing import mean_wait_min, share_within, windows_needed

OTHERWISE_MIN = 10.0
"""Minutes of service where nobody has been served yet."""


class Hour(Struct, frozen=True):
    """An hour of the clock: people who come, minutes of service and of how many that was seen."""

    hour: int
    arrivals: float
    service_min: float
    served: float


@command(
    "staffing",
    _(
        "每个钟点要开几个窗口，才能让约定比例的人在约定的时间内叫到号（Erlang C 公式）。"
        "来人数和办理时长取自中心近几天的实际；给出 FILE 则用文件里的数。"
    ),
)
@argument("file", about=_("JSON 文件：每个钟点的来人数和办理分钟数；写 - 从标准输入读；不给则问中心"))
@click.option("--days", default=20, type=click.IntRange(1, 92), help=_("取中心最近多少天的数，1 到 92（不写时 20）"))
@click.option("--wait", "wait_min", default=15.0, type=float, help=_("约定的等候分钟数（不写时 15）"))
@click.option("--share", "percent", default=80.0, type=float, help=_("约定的百分比，1 到 99（不写时 80）"))
@json_option
def staffing(session: Session, file: str | None, days: int, wait_min: float, percent: float, as_json: bool) -> None:
    """``{"wait_min", "percent", "days", "hours": [{"hour", "arrivals", "service_min", "windows", …}]}``."""
    _check("--wait", wait_min, 0, 1_440)
    _check("--share", percent, 1, 99)
    hours, seen = (_of_file(file), None) if file is not None else _of_centre(session, days)
    told = [_needed(place, hour, wait_min, percent) for place, hour in enumerate(_with_service(hours))]
    assumed = bool(hours) and _mean(hours) is None
    answer(
        as_json,
        {"wait_min": wait_min, "percent": percent, "days": seen, "hours": told},
        lambda: _lines(told, wait_min, percent, seen, assumed=assumed),
    )


def _check(option: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        what = _("{option} 应在 {least:g} 到 {most:g} 之间").format(option=option, least=least, most=most)
        raise BadInput("bad_staffing", what, field=option)


def _needed(place: int, hour: Hour, wait_min: float, percent: float) -> dict[str, Any]:
    try:
        windows = windows_needed(hour.arrivals, hour.service_min, wait_min, percent / 100)
    except BadInput as error:
        what = _("{hour} 点：{what}").format(hour=hour.hour, what=_(error.message))
        raise BadInput(error.code, what, field=f"hours.{place}.arrivals", hint=_(error.hint)) from None
    some = windows > 0
    mean = mean_wait_min(hour.arrivals, hour.service_min, windows) if some else 0.0
    share = share_within(hour.arrivals, hour.service_min, windows, wait_min) if some else 1.0
    return {
        "hour": hour.hour,
        "arrivals": round(hour.arrivals, 1),
        "service_min": round(hour.service_min, 1),
        "windows": windows,
        "mean_wait_min": round(mean, 1),
        "percent_within": math.floor(share * 100),
    }


def _lines(
    told: list[dict[str, Any]], wait_min: float, percent: float, days: int | None, *, assumed: bool
) -> Iterator[str]:
    if not told:
        yield _("还没有取号的记录")
        return
    if days is not None:
        yield _("取 {days} 天的平均；有以前的日子时，今天不算在内").format(days=days)
    if assumed:
        yield _("还没有办理时长的记录，先按每人 {minutes:g} 分钟算").format(minutes=OTHERWISE_MIN)
    yield _("{percent:g}% 的人在 {wait:g} 分钟内叫到号，要开的窗口数：").format(percent=percent, wait=wait_min)
    heads = (
        _("钟点"), _("窗口"), _("来人"), _("每人办理（分）"), _("平均等候（分）"), _("按时叫到（%）"),
    )  # fmt: skip
    rows = [
        (
            f"{each['hour']:02d}:00",
            str(each["windows"]),
            f"{each['arrivals']:g}",
            f"{each['service_min']:g}",
            f"{each['mean_wait_min']:g}",
            str(each["percent_within"]),
        )
        for each in told
    ]
    sizes = [max(width(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    for row in (heads, *rows):
        yield "  ".join(pad(text, size, right=True) for text, size in zip(row, sizes, strict=True))


def _with_service(hours: list[Hour]) -> Iterator[Hour]:
    """Every hour with minutes of service: where nobody was served, as in the other hours."""
    mean = _mean(hours)
    otherwise = OTHERWISE_MIN if mean is None else mean
    for hour in hours:
        yield hour if hour.service_min > 0 else Hour(hour.hour, hour.arrivals, otherwise, 0)


def _mean(hours: list[Hour]) -> float | None:
    """Minutes of service over all hours that tell them, by the people served in each; ``None`` where none does."""
    told = [hour for hour in hours if hour.service_min > 0]
    if not told:
        return None
    seen = sum(hour.served for hour in told)
    if not seen:
        return sum(hour.service_min for hour in told) / len(told)
    return sum(hour.service_min * hour.served for hour in told) / seen


def _of_centre(session: Session, days: int) -> tuple[list[Hour], int]:
    """The hours, and over how many days."""
    from clerk_tui.sync.figures import fetch
    from clerk_tui.sync.token import token_path

    config = session.config
    figures = fetch(config.centre.url, token_path(config.store_file, config.token_file), days)
    found = [each for each in figures.hours if each.arrivals]
    hours = [Hour(each.hour, each.arrivals, each.service_min, each.served) for each in found]
    return hours, max((each.days for each in found), default=0)


def _of_file(source: str) -> list[Hour]:
    """The hours of a file, which may also be what the centre answers to ``GET /v1/queue/figures``.

    Raises:
        BadInput: it is none, has no hour, or says of no hour how long serving takes.
    """
    from clerk_tui.cli.reading import read_object

    told = read_object(source).get("hours")
    if not isinstance(told, list):
        raise _wrong("hours")
    if not told:
        what = _("来人数的文件里没有钟点：{file}").format(file=source)
        raise BadInput("bad_hours", what, field="hours", hint=_shape())
    hours: list[Hour] = []
    for place, each in enumerate(told):
        hours.append(_hour(each, place))
        if hours[-1].hour in {earlier.hour for earlier in hours[:-1]}:
            raise _wrong(f"hours.{place}.hour")
    busy = next((place for place, hour in enumerate(hours) if hour.arrivals > 0), None)
    if busy is not None and _mean(hours) is None:
        what = _("没有一个钟点写了办理分钟数：{file}").format(file=source)
        raise BadInput("bad_hours", what, field=f"hours.{busy}.service_min", hint=_shape())
    return hours


def _hour(each: Any, place: int) -> Hour:
    if not isinstance(each, dict):
        raise _wrong(f"hours.{place}")
    hour = _number(each, "hour", place, 23)
    if hour != int(hour):
        raise _wrong(f"hours.{place}.hour")
    arrivals, service = _number(each, "arrivals", place, 100_000), _number(each, "service_min", place, 1_440)
    served = _number(each, "served", place, 10**9) if "served" in each else arrivals
    return Hour(int(hour), arrivals, service, served)


def _number(each: dict[str, Any], key: str, place: int, most: float) -> float:
    try:
        value = float(each[key]) if isinstance(each.get(key), str) else math.nan
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise _wrong(f"hours.{place}.{key}")
    return value


def _wrong(field: str) -> BadInput:
    return BadInput("bad_hours", _("来人数的文件不合格式"), field=field, hint=_shape())


def _shape() -> str:
    return _('写成 {"hours": [{"hour": 9, "arrivals": 50, "service_min": 8.5}]} 的样子，每个钟点一次')
