"""What a tick asks: the problem of a paper, the day of a promise, the reason why something is not needed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dates import read_day
from clerk_tui.screens.dialog import Answer, Spec, worded
from hall.checklist import Row
from hall.verdict import Tick, TickState

if TYPE_CHECKING:
    from clerk_tui.screens.desk import DeskScreen


def ask_problem(screen: DeskScreen[Any], row: Row) -> None:
    """What is wrong with it: one of its known problems, or typed."""
    problems = [*row.problems]
    words = [p.text + (_("（可当场更正）") if p.correctable else "") for p in problems]
    spec = Spec(
        title=_("哪里不合格：{name}").format(name=row.name),
        options=(*words, _("其他原因（写在下面）")),
        field=_("原因"),
        check=worded(_("请写明原因")),
        reason=True,
        yes=N_("记为不合格"),
    )

    def answered(answer: Answer) -> None:
        reason = problems[answer.choice].code if answer.choice < len(problems) else answer.text
        screen.ticked_on(row, Tick(TickState.UNACCEPTABLE, reason=reason))

    screen.ask(spec, answered)


def ask_promise(screen: DeskScreen[Any], row: Row) -> None:
    """Until when it is promised (容缺受理)."""
    latest = screen.verdict.latest_promise
    if not row.tolerable:
        screen.say(_("“{name}”不能容缺").format(name=row.name), _("主要材料缺了要一次性告知，按 2 记为缺。"))
        return
    today = screen.counter.today
    spec = Spec(
        title=_("容缺：承诺哪天前补齐"),
        paragraphs=(
            (row.name, "strong"),
            (_("最迟 {day}（承诺办结时限）").format(day=latest) if latest else "", "faint"),
            (_("可写 2026-11-30、11-30 或 1130"), "faint"),
        ),
        field=_("日期"),
        value=latest.isoformat() if latest else "",
        check=lambda text: _day_error(text, today, latest),
        yes=N_("记为承诺"),
    )

    def answered(answer: Answer) -> None:
        until = read_day(answer.text, today)
        before = screen.given.get(row.code)
        # What the hall gets itself can only be promised with what is wrong with it.
        wrong = before.reason if row.held and before is not None and before.state is TickState.UNACCEPTABLE else ""
        screen.ticked_on(row, Tick(TickState.PROMISED, reason=wrong, until=until))

    screen.ask(spec, answered)


def ask_reason(screen: DeskScreen[Any], row: Row) -> None:
    """Why a mandatory material is not needed."""
    spec = Spec(
        title=_("为什么不适用：{name}").format(name=row.name),
        paragraphs=((_("这是必要材料，写明理由才能免去。"), "plain"),),
        field=_("理由"),
        check=worded(_("请写明原因")),
        reason=True,
        yes=N_("记为不适用"),
    )
    screen.ask(spec, lambda answer: screen.ticked_on(row, Tick(TickState.NOT_APPLICABLE, reason=answer.text)))


def _day_error(text: str, today: dt.date, latest: dt.date | None) -> str:
    day = read_day(text, today)
    if day is None:
        return _("看不懂这个日期")
    if day < today:
        return _("这一天已经过去")
    if latest is not None and day > latest:
        return _("不能晚于 {day}").format(day=latest)
    return ""
