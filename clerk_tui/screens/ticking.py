"""What a tick asks: the problem of a paper, the day of a promise, the reason why something is not needed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from clerk_tui.i18n import N_, _
from clerk_tui.screens.dates import read_day
from clerk_tui.screens.dialog import Answer, Spec, worded
from clerk_tui.services.people import credit_caution
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
    if not screen.draft.good_credit:
        _ask_credit_again(screen, row)
        return
    today = screen.counter.today
    broken = screen.draft.broken_promise
    spec = Spec(
        title=_("容缺：承诺哪天前补齐"),
        paragraphs=(
            (row.name, "strong"),
            (_("最迟 {day}（承诺办结时限）").format(day=latest) if latest else "", "faint"),
            (_("可写 2026-11-30、11-30 或 1130"), "faint"),
            *([(_(credit_caution(broken)), "warn")] if broken else []),
        ),
        options=(_("申请人有失信记录：不适用容缺，按缺记"), _("没有失信记录：按下面的日期承诺")),
        at=1,
        field=_("日期"),
        value=latest.isoformat() if latest else "",
        check=lambda text: _day_error(text, today, latest),
        yes=N_("记为承诺"),
    )

    def answered(answer: Answer) -> None:
        before = screen.given.get(row.code)
        if answer.choice == 0:
            screen.state_credit(good=False)
            screen.ticked_on(row, unpromised(row, before))
            return
        # What the hall gets itself can only be promised with what is wrong with it.
        wrong = before.reason if row.held and before is not None and before.state is TickState.UNACCEPTABLE else ""
        until = read_day(answer.text, today)
        screen.ticked_on(row, Tick(TickState.PROMISED, reason=wrong, until=until))

    screen.ask(spec, answered)


def unpromised(row: Row, before: Tick | None) -> Tick | None:
    """What a row is that nothing may be promised for: missing; of what the hall gets itself, what was wrong with it."""
    if not row.held:
        return Tick(TickState.MISSING)
    return Tick(TickState.UNACCEPTABLE, reason=before.reason) if before is not None and before.reason else None


def _ask_credit_again(screen: DeskScreen[Any], row: Row) -> None:
    """Of an applicant with a bad credit record nothing is promised; it may have been a mistake to say so."""
    spec = Spec(
        title=_("申请人有失信记录，不适用容缺受理"),
        paragraphs=((row.name, "strong"),),
        options=(_("按缺记"), _("记错了：申请人没有失信记录")),
        yes=N_("选定"),
        tone="warn",
    )

    def answered(answer: Answer) -> None:
        if answer.choice == 0:
            screen.ticked_on(row, unpromised(row, screen.given.get(row.code)))
        else:
            screen.state_credit(good=True)
            ask_promise(screen, row)

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
