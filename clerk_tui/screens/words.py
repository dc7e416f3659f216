"""States, lights and papers as words and inks: the same everywhere."""

from __future__ import annotations

from clerk_tui.i18n import N_, _
from hall.case import CaseState
from hall.deadlines import Light

STATES: dict[CaseState, tuple[str, str]] = {
    CaseState.INQUIRY: (N_("咨询"), "chip-off"),
    CaseState.RECEIVED: (N_("已收件"), "chip-info"),
    CaseState.NOTICED: (N_("补正中"), "chip-warn"),
    CaseState.ACCEPTED: (N_("已受理"), "chip-good"),
    CaseState.TOLERATED: (N_("容缺受理"), "chip-warn"),
    CaseState.REFUSED: (N_("不予受理"), "chip-bad"),
    CaseState.DECIDED: (N_("已决定"), "chip-good"),
    CaseState.DELIVERED: (N_("已出件"), "chip-good"),
    CaseState.FILED: (N_("已归档"), "chip-off"),
    CaseState.WITHDRAWN: (N_("已撤回"), "chip-off"),
    CaseState.RETURNED: (N_("已退件"), "chip-off"),
    CaseState.TERMINATED: (N_("已终止"), "chip-off"),
}
LIGHTS: dict[Light, tuple[str, str]] = {
    Light.GREEN: (N_("绿 正常"), "chip-good"),
    Light.YELLOW: (N_("黄 将到期"), "chip-warn"),
    Light.RED: (N_("红 超承诺"), "chip-bad"),
    Light.DARK_RED: (N_("深红 超法定"), "chip-bad"),
    Light.NONE: (N_("不计时"), "chip-off"),
}
PAPERS: dict[str, str] = {
    "receipt": N_("收件凭证"),
    "notice": N_("一次性告知书"),
    "acceptance": N_("受理通知书"),
    "refusal": N_("不予受理通知书"),
    "promise": N_("容缺受理承诺书"),
    "guide": N_("办事指南（一次性告知单）"),
    "checking": N_("检查核对单"),
    "tolerance": N_("容缺受理通知书"),
    "tolerance_due": N_("容缺候补通知书"),
    "restart": N_("补办件重新启动通知单"),
    "procedure": N_("特别程序期限告知书"),
    "extension": N_("延长办理期限通知书"),
    "grant": N_("准予决定书"),
    "denial": N_("不予决定书"),
    "served": N_("送达回证"),
    "fee": N_("缴费通知书"),
    "transfer": N_("物料流转单"),
    "pickup": N_("取件单"),
    "returned": N_("退件通知单"),
    "terminated": N_("终止办理通知书"),
}

#: What a record of the journal tells, by the fact's type.
FACTS: dict[str, str] = {
    "case.received": N_("收件"),
    "case.accepted": N_("受理"),
    "case.noticed": N_("一次性告知"),
    "case.tolerated": N_("容缺受理"),
    "case.corrected": N_("当场更正"),
    "case.refused": N_("不予受理"),
    "case.supplemented": N_("补正收件"),
    "procedure.started": N_("特别程序开始"),
    "procedure.ended": N_("特别程序结束"),
    "limit.extended": N_("延长期限"),
    "case.decided": N_("决定"),
    "result.delivered": N_("送达"),
    "case.closed": N_("结案"),
    "paper.issued": N_("出具凭证"),
    "paper.reprinted": N_("补打凭证"),
    "inquiry.answered": N_("咨询"),
    "personal.shown": N_("查看个人信息"),
    "note.added": N_("备注"),
    "conflict.settled": N_("冲突处理"),
    "case.adopted": N_("凭证续办"),
    "procedure.announced": N_("告知特殊程序"),
    "papers.served": N_("送达文书"),
    "fee.demanded": N_("通知缴费"),
    "fee.paid": N_("缴费"),
    "materials.handed_over": N_("物料流转"),
    "ticket.issued": N_("取号"),
    "ticket.printed": N_("打印号票"),
    "ticket.called": N_("叫号"),
    "ticket.started": N_("到窗口"),
    "ticket.held": N_("暂放"),
    "ticket.passed": N_("过号"),
    "ticket.returned": N_("回到等候"),
    "ticket.transferred": N_("转窗口"),
    "ticket.finished": N_("办完"),
    "ticket.voided": N_("作废"),
}
ASIDE: dict[str, tuple[str, str]] = {
    "quarantined": (N_("退回"), "chip-bad"),
    "conflict": (N_("冲突"), "chip-warn"),
}

#: Names of outcomes that the rules give in Chinese and the screens look up.
OUTCOMES = (N_("受理"), N_("一次性告知补正"), N_("容缺受理"), N_("当场更正后受理"), N_("不予受理"))


def state_chip(state: CaseState | str) -> tuple[str, str]:
    """The word and the ink of a case's state."""
    word, ink = STATES[CaseState(state)]
    return _(word), ink


def light_chip(light: Light) -> tuple[str, str]:
    """The word and the ink of a clock's light."""
    word, ink = LIGHTS[light]
    return _(word), ink


def paper_name(kind: str) -> str:
    """What a paper is called."""
    return _(PAPERS.get(kind, kind))


def fact_name(kind: str) -> str:
    """What a record of the journal tells."""
    return _(FACTS.get(kind, kind))


def aside_chip(state: str) -> tuple[str, str]:
    """The word and the ink of what the centre made of a record that it did not take as it is."""
    word, ink = ASIDE[state]
    return _(word), ink
