"""A matter on one card: what it is, who it is for, how long, how much, what to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.cells import pad, safe, wrap
from clerk_tui.widgets.painted import BLANK, Line
from clerk_tui.widgets.phrases import listed, workdays

if TYPE_CHECKING:
    from hall.catalogue.model import Bundle, Department, Fee, Limit, Matter

KINDS = {
    "citizen": N_("公民"),
    "company": N_("企业"),
    "individual_business": N_("个体工商户"),
    "organisation": N_("其他组织"),
    "foreigner": N_("外国人"),
}
LABEL = 10


def limit_text(limit: Limit | None) -> str:
    """``5个工作日``, ``即办``."""
    if limit is None:
        return ""
    if limit.unit == "on_the_spot":
        return _("即办")
    return workdays(limit.days) if limit.unit == "working_day" else _("{days}日").format(days=f"{limit.days:g}")


def fee_text(fee: Fee) -> str:
    """``不收费`` or the amount in yuan with its text."""
    if not fee.fen and not fee.text:
        return _("不收费")
    amount = _("{yuan}元").format(yuan=f"{fee.fen / 100:g}") if fee.fen else ""
    return safe(_("，").join(filter(None, (amount, fee.text))))


def matter_lines(matter: Matter, department: Department | None, columns: int) -> list[Line]:
    """The card of a matter."""
    lines: list[Line] = [(((part, "strong"),), "") for part in wrap(safe(matter.name), columns, 2)]
    lines.append((((safe(f"{matter.kind}  {department.short if department else ''}"), "faint"),), ""))
    lines.append(BLANK)
    rows = [
        (_("承诺时限"), limit_text(matter.limits.promised), "good"),
        (_("法定时限"), limit_text(matter.limits.statutory) or "-", "plain"),
        (_("收费"), fee_text(matter.fee), "plain"),
        (_("对象"), listed(_(KINDS[kind]) for kind in matter.serves), "plain"),
        (_("材料"), _count(matter), "plain"),
        (_("跑动"), _("{times}次").format(times=matter.visits), "plain"),
        (_("条件"), matter.condition, "plain"),
        (_("结果"), listed(result.name for result in matter.results), "plain"),
        (_("范围"), matter.reach, "plain"),
        (_("代码"), matter.code, "faint"),
    ]
    for label, text, ink in rows:
        lines += _row(label, safe(text), columns, ink)
    if matter.situations:
        lines += [BLANK, (((_("情形"), "title"),), "")]
        for part in wrap(safe(listed(s.name for s in matter.situations)), columns, 4):
            lines.append((((part, "plain"),), ""))
    return lines


def bundle_lines(bundle: Bundle, names: list[str], columns: int) -> list[Line]:
    """The card of a 一件事."""
    lines: list[Line] = [(((part, "strong"),), "") for part in wrap(safe(bundle.name), columns, 2)]
    lines += [(((_("一件事：一次告知、一表申请、一窗受理"), "faint"),), ""), BLANK]
    lines += [(((part, "plain"),), "") for part in wrap(safe(bundle.about), columns)]
    lines += [BLANK, (((_("按 Enter 列出其中的事项"), "title"),), "")]
    lines += [(((f"{number:>2} ", "faint"), (safe(name), "plain")), "") for number, name in enumerate(names, 1)]
    return lines


def _row(label: str, text: str, columns: int, ink: str) -> list[Line]:
    if not text:
        return []
    return [
        (((pad(label if n == 0 else "", LABEL), "faint"), (part, ink)), "")
        for n, part in enumerate(wrap(text, columns - LABEL, 4))
    ]


def _count(matter: Matter) -> str:
    shared = sum(1 for material in matter.materials if material.shared)
    text = _("目录共{count}项，按情形选取").format(count=len(matter.materials))
    return text + (_("，其中{count}项免提交").format(count=shared) if shared else "")
