"""What a case says on paper: values, flags and lists under the names that the texts use.

Dates, limits and masks are written here, once, as papers write them. Nothing in here decides anything.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from hall.case import Case, Notice
from hall.catalogue.model import LICENCE, Place, PromiseBreach, SpecialProcedure
from hall.checklist import Row
from hall.facts import PaperIssued
from hall.identity import KINDS
from hall.masking import mask_identity, mask_phone
from hall.reference import query_code
from hall.telling_arrivals import waived
from hall.verdict import Gap, Tick, TickState
from receipts.clock_start import counted_start, later_start, waited
from receipts.later import besides, later_flags, later_tables, later_values, numbered
from receipts.wording import chinese_date, copies_text, days_text, limit_text

_BY_ANALOGY: Final = "参照"
_A_TIME: Final = re.compile("(?:长期|永久)(?!有效)|[0-9]+(?:年|个月)(?!内)|与|由|不超过")
"""How a validity begins that reads on after 有效期; others are sentences of their own."""
_VALUES: Final = """
    accepted agent agent_id agent_phone answers applicant applicant_id applicant_id_label applicant_phone article
    basis breach clerk clock_from condition copies court day department department_phone faults fee gap_count hall
    hall_address hall_phone hours known_before lapse legal_person matter matter_code matter_kind number partners
    place_address place_hours place_organ place_phone process promise_until promised_due promised_limit query_url
    received reconsideration reference refusal_reason region_name respond_by result second_reason situations special
    start statutory_due statutory_limit supervision_phone tolerated_count visits where_address where_organ
    where_phone exit_reason tell_by waived_count on_article under act supplied_names
    window you applicant_address applicant_phone_full agent_phone_full
    collect_from conditions decision_basis decision_day decision_object decision_reason extension_approver
    extension_day extension_days extension_due extension_reason extension_statutory procedure_statutory
    promised_before served_waybill statutory_before fee_capitals fee_total first_promise last_in move_from
    move_purpose move_return_by move_to pay_by pay_code pay_how pay_late payee procedure procedure_basis procedure_days
    procedure_due procedure_reason procedure_starts procedure_until project proxy relation result_copies result_name
    brought_day brought_who brought_why
    result_number return_basis return_day return_reason served_count served_day served_how served_place served_reason
    served_remark servers still_open open_count paid query_code to_pay valid_until waybill witness
"""
_FLAGS: Final = """
    accepted after_notice agent collected company corrected deemed held lapse later_clock later_start not_authority
    announced_late announced_statutory_late extended_late limits_moved not_needed promise_over rating exit exit_where
    noticed on_the_spot other promised provisional refused respond_provisional second special
    statutory supplemented tell_by tolerated untold waived
    announced_statutory by_post electronic in_person waybill extended_statutory
    announced_due announced_reason collect_from conditions decision_reason extended_due fields flow granted joint late
    licence must_pay posted project proxy reopened return_by turned_away valid_until waiting
    lapsed withdrawn supplied waited still_open perhaps perhaps_exit brought brought_why
"""
VALUES: Final = frozenset(_VALUES.split())
"""Every value a text may name; ``content_of`` gives exactly these."""
FLAGS: Final = frozenset(_FLAGS.split())
"""Every condition a text may name; ``content_of`` gives those that hold."""
TABLES: Final[Mapping[str, frozenset[str]]] = {
    "materials": frozenset({"n", "name", "form", "copies", "source", "need", "bring", "state", "why"}),
    "perhaps": frozenset({"n", "name", "form", "copies", "source", "need", "bring", "state", "why", "when"}),
    "collected": frozenset({"n", "name", "form", "copies", "source", "need", "bring", "state", "why"}),
    "handed": frozenset({"n", "name", "form", "copies", "source", "need", "bring", "state", "why"}),
    "outstanding": frozenset({"n", "name", "form", "copies", "source", "need", "bring", "state", "why"}),
    "waived": frozenset({"n", "name", "form", "copies", "source", "need", "bring", "state", "why"}),
    "gaps": frozenset({"n", "name", "problem", "remedy", "form", "copies", "source"}),
    "corrections": frozenset({"n", "name", "problem", "remedy", "form", "copies", "source"}),
    "promises": frozenset({"n", "name", "form", "copies", "until", "remedy"}),
    "documents": frozenset({"n", "name", "number", "copies"}),
    "charges": frozenset({"n", "name", "quantity", "amount", "basis"}),
    "originals": frozenset({"n", "name", "form", "copies", "remark", "held_by"}),
    "handovers": frozenset({"n", "when", "item", "from_place", "giver", "to_place", "taker", "whole", "sign"}),
    "fields": frozenset({"n", "name", "value"}),
    "supplied": frozenset({"n", "name", "form", "copies", "day"}),
    "brought": frozenset({"n", "name", "form", "copies", "remark"}),
}

LAPSE: Final = {"withdrawn": "视为撤回申请", "returned": "退回申请材料", "terminated": "终止办理"}
BREACH: Final[dict[PromiseBreach, str]] = {"withdrawn": "视为撤回申请", "terminated": "终止办理", "refused": "不予审批"}
_STATES: Final = {
    TickState.PRESENT: "已收",
    TickState.MISSING: "未提交",
    TickState.UNACCEPTABLE: "不符合要求",
    TickState.HELD: "免提交",
    TickState.NOT_APPLICABLE: "不适用",
}


class Content(Struct, frozen=True):
    """Everything the texts can name."""

    values: dict[str, str]
    flags: frozenset[str]
    tables: dict[str, list[dict[str, str]]]


def content_of(case: Case, issued: PaperIssued) -> Content:
    """The content of a paper of ``case`` that is issued as ``issued``."""
    rows = [_row(case, row) for row in case.rows]
    notice = case.notices[-1] if case.notices else None
    collected = [row for row in rows if row["state"].startswith(("已收", "免提交"))]
    flags = _flags(case, notice, issued.day)
    perhaps = case.still_open.perhaps if case.still_open else ()
    not_needed = [row for row in rows if row["need"] == "必要" and row["state"].startswith("不适用")]
    return Content(
        values={
            **_matter(case),
            **_people(case),
            **_course(case, notice),
            **_office(case, issued),
            **later_values(case),
        },
        flags=flags | {"collected"} if collected else flags,
        tables={
            **{name: numbered(found) for name, found in later_tables(case).items()},
            "materials": numbered(rows),
            "perhaps": numbered(_row(case, each.row) | {"when": each.when} for each in perhaps),
            "collected": numbered(collected),
            "handed": numbered(
                [*(row for row in collected if row["state"].startswith("已收")), *_surplus(case), *besides(case)]
            ),
            "outstanding": numbered(
                row
                for row in rows
                if not row["state"].startswith(("已收", "免提交", "不适用")) and row["need"] == "必要"
            ),
            "waived": numbered(not_needed),
            "gaps": numbered(_gap(gap) for gap in (notice.gaps if notice else case.gaps)),
            "corrections": numbered(_gap(gap) for gap in case.corrections),
            "promises": numbered(
                {
                    "name": promise.name,
                    "form": promise.form,
                    "copies": copies_text(promise.copies),
                    "until": chinese_date(promise.until),
                    "remedy": promise.remedy,
                }
                for promise in case.promises
            ),
        },
    )


def _matter(case: Case) -> dict[str, str]:
    matter, hall = case.matter, case.matter.hall
    place = matter.place or Place(organ=hall.name, address=hall.address, phone=hall.phone, hours=hall.hours)
    answers = (f"{question.rstrip('？?')}：{answer}" for question, answer in matter.questions)
    return {
        "matter": matter.name,
        "project": matter.project,
        "matter_code": matter.code,
        "matter_kind": matter.kind,
        "department": matter.department.name,
        "department_phone": matter.department.phone or hall.phone,
        "partners": "、".join(matter.partners),
        "basis": "；".join(matter.basis),
        "condition": matter.condition,
        "process": " → ".join(step if isinstance(step, str) else step.name for step in matter.process),
        "visits": f"{matter.visits}次",
        "result": "、".join(result.name + _validity(result.valid_for) for result in matter.results),
        "fee": _fee(case),
        "special": "、".join(_special(procedure) for procedure in matter.special_procedures),
        "promised_limit": limit_text(matter.limits.promised),
        "statutory_limit": limit_text(matter.limits.statutory),
        "situations": "、".join(situation.name for situation in case.situations),
        "answers": "；".join(answers),
        "place_organ": place.organ,
        "place_address": place.address,
        "place_phone": place.phone,
        "place_hours": place.hours or hall.hours,
    }


def _validity(valid_for: str) -> str:
    """``（有效期5年）``, ``（长期有效）``, or nothing."""
    if not valid_for:
        return ""
    return f"（有效期{valid_for}）" if _A_TIME.match(valid_for) else f"（{valid_for}）"


def _people(case: Case) -> dict[str, str]:
    """Who applies. Identity numbers and phones of people are masked; a credit code is public."""
    who, agent = case.applicant, case.agent
    is_unit = who is not None and who.kind not in ("citizen", "foreigner")
    values = dict.fromkeys(("applicant", "applicant_id", "applicant_id_label", "applicant_phone", "legal_person"), "")
    values |= dict.fromkeys(("agent", "agent_id", "agent_phone"), "")
    values |= {
        "applicant_address": who.address if who else "",
        # In full only where the applicant is asked whether it is right (检查核对单).
        "applicant_phone_full": who.phone if who else "",
        "agent_phone_full": agent.phone if agent else "",
    }
    values["you"] = "你单位" if is_unit else "你"
    if who is not None:
        values |= {
            "applicant": who.name,
            "applicant_id": _number(who.id_type, who.id_number),
            "applicant_id_label": KINDS.get(who.id_type, "证件号码"),
            "applicant_phone": mask_phone(who.phone),
            "legal_person": who.legal_person,
        }
    if agent is not None:
        values |= {
            "agent": agent.name,
            "agent_id": _number(agent.id_type, agent.id_number),
            "agent_phone": mask_phone(agent.phone),
        }
    return values


def _course(case: Case, notice: Notice | None) -> dict[str, str]:
    refusal, licence = case.refusal, case.matter.kind == LICENCE
    where = refusal.where if refusal else next((way.where for way in case.exits if way.where), None)
    names = {row.code: row.name for row in case.rows}
    still = case.still_open
    return {
        "received": chinese_date(case.received),
        "clock_from": chinese_date(case.clock_from),
        "start": chinese_date(counted_start(case)),
        "tell_by": chinese_date(case.tell_by),
        "accepted": chinese_date(case.accepted),
        "promised_due": chinese_date(case.due.promised, case.due.promised_provisional),
        "statutory_due": chinese_date(case.due.statutory, case.due.statutory_provisional),
        "article": case.article,
        # What binds licences is applied to other matters by analogy, and said so (``hall.refusal.item``).
        "on_article": case.article if case.article.startswith(_BY_ANALOGY) else f"依据{case.article}",
        "under": "依据" if licence else _BY_ANALOGY,
        "act": "行政许可法" if licence else f"{_BY_ANALOGY}行政许可法",
        "gap_count": str(len(notice.gaps if notice else case.gaps)),
        "faults": _faults(notice.gaps if notice else case.gaps),
        "respond_by": chinese_date(notice.respond_by, notice.provisional) if notice else "",
        "lapse": LAPSE.get(notice.lapse, notice.lapse) if notice else "",
        "second_reason": notice.reason if notice else "",
        "known_before": "、".join(names.get(code, code) for code in (notice.known_before if notice else ())),
        "refusal_reason": refusal.reason.strip().rstrip("。") if refusal else "",
        "still_open": "；".join(question.rstrip("？?") for question in still.questions) if still else "",
        "open_count": str(len(still.questions)) if still else "",
        "exit_reason": "；".join(dict.fromkeys(way.reason.strip().rstrip("。") for way in case.exits)),
        "where_organ": where.organ.strip() if where else "",
        "where_address": where.address if where else "",
        "where_phone": where.phone if where else "",
        "breach": BREACH[case.matter.tolerance.breach],
        "promise_until": chinese_date(max((p.until for p in case.promises), default=None)),
        "waived_count": str(len(waived(case.rows, case.ticks))),
        "tolerated_count": str(len(case.promises)),
    }


def _faults(gaps: Sequence[Gap]) -> str:
    """Which of the two grounds of a notice is true, or both (行政许可法 art. 32(1)(4): 不齐全或者不符合法定形式)."""
    faulty = [gap.state is TickState.UNACCEPTABLE for gap in gaps]
    if all(faulty):
        return "不符合法定形式"
    return "不齐全，且有的不符合法定形式" if any(faulty) else "不齐全"


def _office(case: Case, issued: PaperIssued) -> dict[str, str]:
    hall, department = case.matter.hall, case.matter.department
    window = issued.window or case.window
    return {
        "hall": hall.name,
        "hall_address": hall.address,
        "hall_phone": hall.phone,
        "hours": hall.hours,
        "supervision_phone": hall.supervision_phone,
        "region_name": hall.region_name,
        "query_url": hall.query_url,
        "reconsideration": department.reconsideration or hall.reconsideration,
        "court": department.court or hall.court,
        "query_code": query_code(case.case_id),
        "reference": case.reference,
        "number": issued.number,
        "day": chinese_date(issued.day),
        "window": f"{window}号窗口" if window.isdigit() else window,
        "clerk": issued.clerk or case.clerk,
    }


def _flags(case: Case, notice: Notice | None, day: dt.date) -> frozenset[str]:
    stated = case.refusal or (case.exits[0] if case.exits else None)
    ground = stated.ground if stated else ""
    holds: dict[str, bool] = {
        "accepted": case.accepted is not None,
        "agent": case.agent is not None,
        "after_notice": bool(case.notices) and case.accepted is not None,
        "company": case.applicant is not None and case.applicant.kind not in ("citizen", "foreigner"),
        "corrected": bool(case.corrections),
        "deemed": case.deemed,
        "held": any(row.held for row in case.rows),
        "later_clock": case.clock_from != case.received,
        "later_start": later_start(case),
        "exit": bool(case.exits),
        "still_open": case.still_open is not None,
        "perhaps": case.still_open is not None and bool(case.still_open.perhaps),
        "perhaps_exit": case.still_open is not None and case.still_open.way_out,
        "exit_where": any(way.where for way in case.exits),
        "not_authority": ground == "not_authority",
        "not_needed": ground == "not_needed",
        "other": ground == "other",
        "refused": case.refusal is not None,
        "noticed": notice is not None,
        "on_the_spot": case.matter.limits.promised.unit == "on_the_spot",
        "promised": case.due.promised is not None,
        "promise_over": case.due.promised is not None and case.due.promised < day,
        "provisional": case.due.provisional,
        "lapse": bool(notice and notice.lapse),
        "respond_provisional": bool(notice and notice.provisional),
        "second": bool(notice and notice.second),
        "special": bool(case.matter.special_procedures),
        "statutory": case.matter.limits.statutory is not None,
        "supplemented": len(case.handed_in) > 1,
        "tell_by": case.tell_by is not None,
        "tolerated": bool(case.promises),
        "waited": waited(case),
        "waived": bool(waived(case.rows, case.ticks)),
        "untold": notice is None and case.accepted is None and case.refusal is None,
        "flow": bool(case.matter.process),
        "project": bool(case.matter.flow),
        **later_flags(case, day),
    }
    return frozenset(name for name, value in holds.items() if value)


def _row(case: Case, row: Row) -> dict[str, str]:
    tick = case.ticks.get(row.code)
    need = "必要" if row.required else "非必要"
    return {
        "name": row.name,
        "form": row.form,
        "copies": copies_text(row.copies),
        "source": row.source,
        "need": need,
        "bring": _bring(case, row),
        "state": _state(case, row, tick),
        "why": row.why + (f"；{row.standard}" if row.standard else ""),
    }


def _surplus(case: Case) -> list[dict[str, str]]:
    """What was taken and is not needed since an answer was put right: it may have been given back on the spot."""
    return [
        _row(case, row) | {"name": f"{row.name}（更正后不再需要，尚未退还的）", "state": "已收"}
        for row in case.to_return
    ]


def _bring(case: Case, row: Row) -> str:
    """What somebody who only asks must know of a material."""
    if row.held:
        return "免提交"
    if not row.required:
        return "非必要"
    return "可容缺" if row.tolerable and case.matter.tolerance.allowed else "必要"


def _state(case: Case, row: Row, tick: Tick | None) -> str:
    if tick is None:
        return f"免提交（{row.held_from or '部门数据共享'}）" if row.held else "未提交"
    if tick.state is TickState.PROMISED:
        return f"承诺{chinese_date(tick.until)}前补齐"
    promise = next((promise for promise in case.promises if promise.code == row.code), None)
    if tick.state is TickState.UNACCEPTABLE and promise is not None:
        problem = next((gap.problem for gap in case.gaps if gap.code == row.code), "")
        return f"不符合要求（{problem}），承诺{chinese_date(promise.until)}前补齐"
    if tick.state is TickState.HELD and row.held_from:
        return f"免提交（{row.held_from}）"
    if tick.state is TickState.NOT_APPLICABLE and row.required:
        return f"不适用（{tick.reason}）"
    return _STATES[tick.state]


def _gap(gap: Gap) -> dict[str, str]:
    return {
        "name": gap.name,
        "problem": gap.problem,
        "remedy": gap.remedy,
        "form": gap.form,
        "copies": copies_text(gap.copies),
        "source": gap.source,
    }


def _number(kind: str, number: str) -> str:
    return number if kind == "uscc" else mask_identity(number)


def _fee(case: Case) -> str:
    fee = case.matter.fee
    if not fee.fen and not fee.text:
        return "不收费"
    amount = fee.text or f"{fee.fen / 100:g}元"
    return amount + (f"（依据：{fee.basis}）" if fee.basis else "")


def _special(procedure: SpecialProcedure) -> str:
    return f"{procedure.name}（不超过{days_text(procedure.days, procedure.unit)}）"
