"""What came in, as the timeline says it: with the application, after a notice or a promise, and besides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from hall import facts as f
from hall.case import Case
from hall.checklist import Row
from hall.verdict import Tick, TickState

WAYS: Final = {"post": "，邮寄来件", "online": "，网上提交", "fax": "，传真来件", "email": "，电子邮件来件"}
"""How an application came that nobody brought to the counter."""
_TAKEN = (TickState.PRESENT, TickState.HELD)


def waived(rows: Iterable[Row], ticks: Mapping[str, Tick]) -> tuple[Row, ...]:
    """The mandatory materials among ``rows`` that ``ticks`` declare not applicable."""
    return tuple(
        row for row in rows if row.required and row.code in ticks and ticks[row.code].state is TickState.NOT_APPLICABLE
    )


def received(body: f.CaseReceived, written: dt.date) -> str:
    """The line of the receipt; ``written`` is the day it was written down."""
    way = _arrived(body.received, written) + WAYS.get(body.channel, "")
    return "收到申请材料" + way + _waivers(body.rows, body.ticks) + _not_confirmed(body)


def _arrived(day: dt.date, written: dt.date) -> str:
    """The day on which something came in that was written down later: limits count from it."""
    return "" if day == written else f"，{day.isoformat()}到达"


def _not_confirmed(body: f.CaseReceived) -> str:
    """What had to be asked and was answered no."""
    told = "、".join(f"“{body.matter.field_labels.get(code, code)}”" for code in body.declined)
    return f"；没有确认：{told}" if told else ""


def _waivers(rows: Iterable[Row], ticks: Mapping[str, Tick]) -> str:
    """Which mandatory materials were waived and why, for those who look into the case later."""
    names = (f"{row.name}（{ticks[row.code].reason}）" for row in waived(rows, ticks))
    told = "、".join(names)
    return f"；必要材料记为不适用：{told}" if told else ""


def _brought(ticks: Mapping[str, Tick]) -> str:
    """What came in: only what was taken counts as handed in; a promise is a promise, a reject is not here."""
    states = [tick.state for tick in ticks.values()]
    taken = [state for state in states if state in _TAKEN]
    owed = [state for state in states if state is TickState.PROMISED]
    bad = [state for state in states if state is TickState.UNACCEPTABLE]
    gone = [state for state in states if state is TickState.MISSING]
    found = (
        f"补交材料{len(taken)}项" if taken or not (owed or bad or gone) else "",
        f"承诺补齐{len(owed)}项" if owed else "",
        f"不合格{len(bad)}项" if bad else "",
        f"查明缺{len(gone)}项" if gone else "",
    )
    return "、".join(filter(None, found))


def supplemented(case: Case, body: f.CaseSupplemented, written: dt.date) -> str:
    """What was handed in and when, whether that is all, and what there is to answer for."""
    late = _taken_late(case, body) if body.overdue else ""
    late += _not_there(body) if body.corrected else ""
    done = "已补齐" if body.complete else "尚未补齐"
    arrived = _arrived(body.handed_in, written)
    return f"{_brought(body.ticks)}，{done}{arrived}{_waivers(case.rows, body.ticks)}{late}"


def besides(body: f.MaterialsBrought, written: dt.date) -> str:
    """What was brought after the acceptance and when, at whose wish and for what."""
    who = "承办部门要求" if body.asked else "申请人自愿提交"
    names = "、".join(one.name for one in body.items)
    came = _arrived(body.day, written)
    return f"收下补充材料（{who}）{came}：{names}{'；' + body.purpose if body.purpose else ''}"


def _taken_late(case: Case, body: f.CaseSupplemented) -> str:
    """Which day was past, the promise's or the notice's, and why it was taken all the same."""
    if any(promise.code in body.ticks and promise.until < body.handed_in for promise in case.promises):
        return f"；已过承诺补齐的日期，仍收下的原因：{body.reason}"
    return f"；已过补正期限，仍收下的原因：{body.reason}"


def _not_there(body: f.CaseSupplemented) -> str:
    """What the receipt certified and is not there, and why."""
    wrong = "、".join(f"{each.question}：{each.before} → {each.after}" for each in body.corrected)
    return f"；更正收件时的登记：{wrong}；原因：{body.reason}"
