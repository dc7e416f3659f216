"""States, lights and papers as words and inks: the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_, _
from clerk_tui.widgets.phrases import listed
from hall.case import CaseState
from hall.deadlines import Light
from hall.shifts import LEFT_NAMES, WORK_NAMES, LeftKind
from hall.telling import STATE_NAMES, name_of_paper

if TYPE_CHECKING:
    from clerk_tui.services.next_steps import Step

INKS: dict[CaseState, str] = {
    CaseState.INQUIRY: "chip-off",
    CaseState.RECEIVED: "chip-info",
    CaseState.NOTICED: "chip-warn",
    CaseState.ACCEPTED: "chip-good",
    CaseState.TOLERATED: "chip-warn",
    CaseState.REFUSED: "chip-bad",
    CaseState.DECIDED: "chip-good",
    CaseState.DELIVERED: "chip-good",
    CaseState.FILED: "chip-off",
    CaseState.WITHDRAWN: "chip-off",
    CaseState.RETURNED: "chip-off",
    CaseState.TERMINATED: "chip-off",
}
"""How a state looks; what it is called says ``hall.telling``."""
LIGHTS: dict[Light, tuple[str, str]] = {
    Light.GREEN: (N_("绿 正常"), "chip-good"),
    Light.YELLOW: (N_("黄 将到期"), "chip-warn"),
    Light.RED: (N_("红 超承诺"), "chip-bad"),
    Light.DARK_RED: (N_("深红 超法定"), "chip-bad"),
    Light.NONE: (N_("不计时"), "chip-off"),
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
    "credit.stated": N_("信用记录"),
    "case.answered": N_("回答情形问题"),
    "answers.corrected": N_("更正收件时的回答"),
    "form.filled": N_("补填表格"),
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
    "record.settled": N_("退回处理"),
    "document.attached": N_("扫描件"),
    "conflict.settled": N_("冲突处理"),
    "loss.seen": N_("遗失处理"),
    "case.adopted": N_("凭证续办"),
    "procedure.announced": N_("告知特殊程序"),
    "papers.served": N_("送达文书"),
    "fee.demanded": N_("通知缴费"),
    "fee.paid": N_("缴费"),
    "materials.handed_over": N_("物料流转"),
    "materials.returned": N_("退还材料"),
    "materials.brought": N_("收下补充材料"),
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
    "shift.paused": N_("暂停服务"),
    "shift.resumed": N_("恢复服务"),
    "shift.handed_over": N_("交接"),
    "day.closed": N_("日结"),
    "alarm.raised": N_("求助"),
}
#: Why the centre wants a person to look at a case.
FLAGS: dict[str, str] = {
    "conflict": N_("两个窗口都办了，要定哪边算数"),
    "needs_review": N_("有争议，待复核"),
    "right_in_doubt": N_("写的人可能没有权限，待核实"),
    "same_field": N_("两个窗口登记的不一样"),
    "issued_offline": N_("断网时已交出文书"),
    "same_ticket": N_("同一个号办了两次"),
    "served_twice": N_("一张号票两个窗口都办了"),
    "candidate_pair": N_("同一申请人可能登记了两次"),
    "same_reference": N_("两个办件用了同一个收件编号"),
    "to_withdraw": N_("定为重复办理，待照实撤回"),
    "clock_suspect": N_("窗口时钟不准，日期存疑"),
}
ASIDE: dict[str, tuple[str, str]] = {
    "quarantined": (N_("退回"), "chip-bad"),
    "dead": (N_("读不懂"), "chip-bad"),
    "conflict": (N_("冲突"), "chip-warn"),
    "lost": (N_("遗失"), "chip-bad"),
    "doubt": (N_("待核实"), "chip-warn"),
    "set_aside": (N_("搁置"), "chip-warn"),
}


VISITS: dict[str, str] = {
    "inquiry": N_("只咨询"),
    "collected": N_("取件、取证"),
    "incomplete": N_("没带齐，先回去"),
    "misdirected": N_("走错大厅"),
}
"""How a visit ended for which no matter was done, by what is recorded."""


def state_chip(state: CaseState | str) -> tuple[str, str]:
    """The word and the ink of a case's state."""
    state = CaseState(state)
    return _(STATE_NAMES[state]), INKS[state]


def light_chip(light: Light) -> tuple[str, str]:
    """The word and the ink of a clock's light."""
    word, ink = LIGHTS[light]
    return _(word), ink


def to_print(kinds: Iterable[str]) -> tuple[str, str]:
    """Which papers will be printed, and the ink of it: that there is none is said too."""
    papers = listed(paper_name(kind) for kind in kinds)
    return (_("将打印：") + papers, "info") if papers else (_("只记入办件，不打印文书"), "faint")


def paper_name(kind: str) -> str:
    """What a paper is called."""
    return _(name_of_paper(kind))


def step_name(step: Step) -> str:
    """What a step with a case is called."""
    return _(step.name)


def fact_name(kind: str) -> str:
    """What a record of the journal tells."""
    return _(FACTS.get(kind, kind))


def left_name(kind: LeftKind) -> str:
    """What the close of a day leaves is called."""
    return _(LEFT_NAMES[kind])


def work_name(what: str) -> str:
    """What a day's work is called (``shifts.Work.what``)."""
    return _(WORK_NAMES.get(what, what))


def aside_chip(state: str) -> tuple[str, str]:
    """The word and the ink of what the centre made of a record that it did not take as it is."""
    word, ink = ASIDE[state]
    return _(word), ink


def flag_word(flag: str) -> str | None:
    """What a flag of a case says; ``None`` for one that says it by figures, or that a later version may know."""
    return _(FLAGS[flag]) if flag in FLAGS else None


def state_name(what: str) -> str:
    """The name of a state, or of a kind of fact, as a window writes it."""
    known = f"case.{what}"
    return _(FACTS[known]) if known in FACTS else what
