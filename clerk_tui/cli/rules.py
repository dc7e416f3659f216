"""``clerk deadline`` and ``clerk identity``: the law's clock and the checks of numbers, as pure questions."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import click

from clerk_tui.cli.console import Session, answer, argument, command, json_option
from clerk_tui.cli.reading import read_word
from clerk_tui.i18n import _
from hall.errors import BadDate, BadInput

UNITS = ("working_day", "calendar_day")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?", re.ASCII)


@command(
    "deadline",
    _(
        "从某日起若干天的期限落在哪天。起算日不计入；工作日按国务院办公厅的放假调休安排数；自然日的末日遇放假顺延。"
        "没有公布放假安排的年份按星期推算，结果标为暂定。"
    ),
)
@click.option("--from", "start", metavar="DATE", help=_("起算日，例如 2026-01-16；这一天不计入"))
@click.option("--days", metavar="N", help=_("天数，0 到 100000；半天按一天算"))
@click.option("--unit", type=click.Choice(UNITS), default=UNITS[0], help=_("工作日（不写时即是）或自然日"))
@click.option(
    "--calendar",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help=_("另外加载的放假调休文件（TOML 或 JSON），可以多次给"),
)
@json_option
def deadline(
    session: Session, start: str | None, days: str | None, unit: str, files: tuple[Path, ...], as_json: bool
) -> None:
    """``{"due": DATE, "provisional": bool}``."""
    from clerk_tui.services.workspace import load_calendar

    first = read_date(start, "--from")
    count = _read_days(days)
    calendar = load_calendar(session.config.calendar_files, files)
    try:
        due = calendar.add_limit(first, count, "working_day" if unit == UNITS[0] else "calendar_day")
    except BadDate as error:
        # The rule names what it was given; here that is an option.
        raise BadDate(error.code, error.message, field="--days", hint=error.hint) from None
    result = {"due": due.day.isoformat(), "provisional": due.provisional}
    answer(as_json, result, lambda: [due.day.isoformat() + (_("（暂定）") if due.provisional else "")])


@command(
    "identity",
    _(
        "核对居民身份证、港澳台居民居住证、外国人永久居留身份证、护照、通行证号码和统一社会信用代码。"
        "只显示遮盖后的号码；号码不对也正常结束，看 valid。"
    ),
)
@argument("number", about=_("号码；写 - 从标准输入读，不留在命令历史里"))
@click.option("--kind", metavar="KIND", help=_("证件种类（resident_id、uscc、passport……）；不给则按形状判断"))
@json_option
def identity(session: Session, number: str | None, kind: str | None, as_json: bool) -> None:
    """``{"kind", "valid", "warnings", "masked"}``, also for a number that is wrong."""
    from hall.identity import KINDS, check_identity

    if number is None:
        raise missing("NUMBER", "clerk identity")
    if kind is not None and kind not in KINDS:
        raise BadInput("unknown_kind", _("没有这种证件"), field="--kind", hint=_("可用：") + "、".join(KINDS))
    text = read_word(number, "NUMBER")
    found = check_identity(text, kind, today=dt.datetime.now(session.config.timezone).date())
    result = {"kind": found.kind, "valid": found.valid, "warnings": list(found.warnings), "masked": found.masked}
    name = _(KINDS.get(found.kind, "")) or _("看不出种类")
    verdict = _("有效") if found.valid else _("无效")
    answer(
        as_json, result, lambda: [f"{found.masked}  {name}  {verdict}", *(f"  {_(line)}" for line in found.warnings)]
    )


def missing(name: str, path: str) -> BadInput:
    """An argument that was not given."""
    hint = _("用法见 {command} --help").format(command=path)
    return BadInput("missing_argument", _("缺少 {name}").format(name=name), field=name, hint=hint)


def read_date(text: str | None, field: str) -> dt.date:
    """A date as ``YYYY-MM-DD``.

    Raises:
        BadDate: it is none; the day is not repeated.
    """
    if text is None:
        raise missing(field, "clerk deadline")
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise BadDate("bad_date", _("{field} 不是日期").format(field=field), field=field, hint=_("写成 2026-01-16 的样子"))


def _read_days(text: str | None) -> float:
    if text is None:
        raise missing("--days", "clerk deadline")
    if not _NUMBER.fullmatch(text):
        raise BadDate("bad_days", _("--days 不是 0 到 100000 的天数"), field="--days", hint=_("写成 20 的样子"))
    return float(text)
