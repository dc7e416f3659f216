"""What a case says on the papers after its acceptance: procedures, extension, decision, service, fee, hand-overs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from msgspec.structs import replace

from hall.case import Case, CaseState
from hall.catalogue.model import LICENCE
from hall.facts import Due, MaterialsBrought, MaterialsHandedOver, Original
from hall.telling import SERVED_NAMES
from hall.verdict import TickState
from receipts.wording import amount_text, capital_amount, chinese_date, citations, cited_beside, copies_text, days_text


def later_values(case: Case) -> dict[str, str]:
    """Values under the names that the texts use; empty where the case has not come so far."""
    return {**_clock(case), **_decision(case), **_served(case), **_fee(case), **_moves(case), **_brought(case)}


def later_flags(case: Case, day: dt.date) -> dict[str, bool]:
    """Conditions that the texts of a paper of ``day`` may name.

    No paper expects a decision on a day that is past, nor one before the procedure that has to come first: the promised
    date is then told as what it is.
    """
    service = case.services[-1].told if case.services else None
    decision = case.decision
    told, extension = case.announced[-1] if case.announced else None, case.extension
    return {
        "announced_reason": bool(told and told.reason),
        "announced_due": bool(told and told.due and told.due >= told.starts),
        "announced_late": bool(told and told.due and told.due < told.starts),
        "announced_statutory": bool(told and told.statutory and told.statutory >= told.starts),
        "announced_statutory_late": bool(told and told.statutory and told.statutory < told.starts),
        "extended_due": bool(extension and extension.due and extension.due >= day),
        "extended_late": bool(extension and extension.due and extension.due < day),
        "extended_statutory": bool(extension and extension.statutory),
        "limits_moved": bool(case.pauses or extension),
        "joint": bool(extension and extension.joint),
        "licence": case.matter.kind == LICENCE,
        "granted": bool(decision and decision.granted),
        "conditions": bool(decision and decision.conditions),
        "decision_reason": bool(decision and decision.reason),
        "valid_until": bool(decision and decision.valid_until),
        "collect_from": bool(decision and decision.collect_from),
        "in_person": bool(service and service.how in ("direct", "proxy")),
        "by_post": bool(service and service.how == "posted"),
        "waybill": bool(service and service.waybill),
        "electronic": bool(service and service.how == "electronic"),
        "proxy": bool(service and service.how == "proxy"),
        "turned_away": bool(service and service.how == "refused"),
        "must_pay": case.fee is not None,
        "withdrawn": case.state is CaseState.WITHDRAWN and not _lapsed(case),
        "lapsed": _lapsed(case),
        "late": bool(case.fee and case.fee.late),
        "return_by": _return_by(case) is not None,
        "fields": bool(case.fields),
        "posted": _posted(case),
        "supplied": bool(_supplied(case)),
        "rating": bool(case.matter.hall.rating_url),
        "waiting": bool(case.promises or case.gaps),
        "reopened": case.accepted is not None,
        "brought": brought_now(case) is not None,
        "brought_why": bool(_brought(case)["brought_why"]),
    }


def _posted(case: Case) -> bool:
    """Whether the result went by post."""
    return case.delivered is not None and case.delivered.how == "posted"


def _lapsed(case: Case) -> bool:
    """Whether the case counts as withdrawn because promised materials did not come."""
    return case.state is CaseState.WITHDRAWN and any(
        one.until < case.closed.day for one in case.promises if case.closed
    )


def later_tables(case: Case) -> dict[str, list[dict[str, str]]]:
    """Lists of rows, without their numbers."""
    service = case.services[-1].told if case.services else None
    brought = brought_now(case)
    return {
        "documents": [
            {"name": one.name, "number": one.number, "copies": copies_text(one.copies)}
            for one in (service.documents if service else ())
        ],
        "charges": [
            {"name": one.name, "quantity": one.quantity, "amount": amount_text(one.fen), "basis": one.basis}
            for one in (case.fee.charges if case.fee else ())
        ],
        "originals": _originals(case),
        "handovers": [_hand(move, one) for move in case.handovers for one in move.items]
        + [_EMPTY_HAND] * max(2, len(travelling(case))),
        "fields": [
            {"name": case.matter.field_labels.get(code, code), "value": value}
            for code, value in case.fields.items()
            if value
        ],
        "supplied": _supplied(case),
        "brought": [
            {"name": one.name, "form": one.form, "copies": copies_text(one.copies), "remark": one.remark}
            for one in (brought.items if brought else ())
        ],
    }


_EMPTY_HAND = dict.fromkeys(("when", "item", "from_place", "giver", "to_place", "taker", "whole", "sign"), "")


def travelling(case: Case) -> dict[str, tuple[Original, MaterialsHandedOver]]:
    """Every original that ever left a hand, by its name, in the order in which they set out, with its last hand-over.

    The original is the one that set out; what a later hand noted of it replaces its remark.
    """
    found: dict[str, tuple[Original, MaterialsHandedOver]] = {}
    for move in case.handovers:
        for one in move.items:
            first = found[one.name][0] if one.name in found else one
            found[one.name] = (replace(first, remark=one.remark or first.remark), move)
    return found


def _originals(case: Case) -> list[dict[str, str]]:
    return [
        {
            "name": one.name,
            "form": one.form,
            "copies": copies_text(one.copies),
            "remark": one.remark,
            "held_by": _place(last.to_place, last.taker),
        }
        for one, last in travelling(case).values()
    ]


def _hand(move: MaterialsHandedOver, one: Original) -> dict[str, str]:
    """One original from one hand to the next: both sign for it."""
    return {
        "item": f"{one.name}（{copies_text(one.copies)}）",
        "when": f"{chinese_date(move.day)}{' ' + move.at if move.at else ''}",
        "from_place": move.from_place,
        "giver": move.giver,
        "to_place": move.to_place,
        "taker": move.taker,
        "whole": "齐全完好" if move.whole else "有缺损，见备注",
        "sign": "",
    }


def _supplied(case: Case) -> list[dict[str, str]]:
    """What came in with the last hand-in."""
    wanted = set(case.supplied)
    return [
        {"name": row.name, "form": row.form, "copies": copies_text(row.copies), "day": chinese_date(case.handed_in[-1])}
        for row in case.rows
        if row.code in wanted and case.ticks[row.code].state is TickState.PRESENT
    ]


def brought_now(case: Case) -> MaterialsBrought | None:
    """What was brought after the acceptance, where nothing was handed in since: a receipt is of the last hand-in."""
    return case.brought[-1] if case.brought and case.brought_at == len(case.handed_in) else None


def besides(case: Case) -> list[dict[str, str]]:
    """What was brought after the acceptance, beside the list: given back with the rest."""
    blank = dict.fromkeys(("source", "need", "bring", "why"), "")
    return [
        {**blank, "name": one.name, "form": one.form, "copies": copies_text(one.copies), "state": "已收"}
        for each in case.brought
        for one in each.items
    ]


def _brought(case: Case) -> dict[str, str]:
    last = brought_now(case)
    return {
        "brought_day": chinese_date(last.day) if last else "",
        "brought_who": ("承办部门要求提交" if last.asked else "申请人自愿提交") if last else "",
        "brought_why": _sentence(last.purpose) if last else "",
    }


def _clock(case: Case) -> dict[str, str]:
    told = case.announced[-1] if case.announced else None
    extension = case.extension
    return {
        "procedure": told.name if told else "",
        "procedure_days": days_text(told.days, told.unit) if told else "",
        "procedure_starts": chinese_date(told.starts) if told else "",
        "procedure_until": chinese_date(told.until, told.provisional) if told else "",
        "procedure_basis": cited_beside(told.basis, "行政许可法", "第四十五条") if told else "",
        "procedure_reason": _sentence(told.reason) if told else "",
        "procedure_due": _moved(told.due, told.provisional, case.due.promised, case.due.promised_provisional)
        if told
        else "",
        "procedure_statutory": _moved(
            told.statutory, told.provisional, case.due.statutory, case.due.statutory_provisional
        )
        if told
        else "",
        "extension_days": days_text(extension.days, "working_day") if extension else "",
        "extension_approver": extension.approver.strip() if extension else "",
        "extension_reason": _sentence(extension.reason) if extension else "",
        "extension_day": chinese_date(extension.day) if extension else "",
        "extension_due": chinese_date(extension.due, extension.provisional) if extension else "",
        "extension_statutory": chinese_date(extension.statutory, extension.provisional) if extension else "",
        **_before(case),
        "supplied_names": "、".join(row["name"] for row in _supplied(case)),
        "last_in": chinese_date(case.handed_in[-1]) if len(case.handed_in) > 1 else "",
        "first_promise": chinese_date(min((one.until for one in case.promises), default=None)),
    }


def _moved(day: dt.date | None, provisional: bool, before: dt.date | None, unsure: bool) -> str:
    """A date as a procedure moved it; one that did not move is no less sure than it was ``before``."""
    return chinese_date(day, unsure if day == before else provisional)


def _before(case: Case) -> dict[str, str]:
    """The dates before an extension; days of a special procedure lie in the dates after it, so none are compared."""
    due = Due() if case.pauses else case.due
    return {
        "statutory_before": chinese_date(due.statutory, due.statutory_provisional),
        "promised_before": chinese_date(due.promised, due.promised_provisional),
    }


def _decision(case: Case) -> dict[str, str]:
    decision, kind = case.decision, case.matter.kind
    results = "、".join(result.name for result in case.matter.results)
    valid = "、".join(result.valid_for for result in case.matter.results if result.valid_for)
    return {
        "decision_object": LICENCE if kind == LICENCE else "",
        "decision_day": chinese_date(decision.day) if decision else "",
        "decision_reason": _sentence(decision.reason) if decision else "",
        "decision_basis": citations(decision.basis.strip() or "；".join(case.matter.basis)) if decision else "",
        "result_name": (decision.result or (results if decision.granted else _refusal_name(kind))) if decision else "",
        "result_number": decision.result_number if decision else "",
        "result_copies": copies_text(decision.result_copies) if decision else "",
        "valid_until": _valid(decision.valid_until, valid) if decision and decision.granted else "",
        "conditions": _sentence(decision.conditions) if decision else "",
        "collect_from": chinese_date(decision.collect_from) if decision and not _posted(case) else "",
        "waybill": case.delivered.waybill if case.delivered else "",
        "return_reason": _sentence(case.closed.reason) if case.closed else "",
        "return_basis": case.closed.basis if case.closed else "",
        "return_day": chinese_date(case.closed.day) if case.closed else "",
    }


def _refusal_name(kind: str) -> str:
    return f"不予{LICENCE if kind == LICENCE else ''}决定书"


def _valid(until: dt.date | None, published: str) -> str:
    """How long what was granted holds: until its day, else as long as the matter publishes."""
    return f"至{chinese_date(until)}" if until else published


def _served(case: Case) -> dict[str, str]:
    service = case.services[-1] if case.services else None
    told = service.told if service else None
    return {
        "served_day": chinese_date(told.day) if told else "",
        "served_place": told.place.strip() if told else "",
        "served_waybill": told.waybill.strip() if told else "",
        "served_how": SERVED_NAMES[told.how] if told else "",
        "servers": "、".join(told.servers) if told else "",
        "served_count": str(len(told.documents)) if told else "",
        "proxy": service.proxy if service else "",
        "relation": told.relation.strip() if told else "",
        "witness": service.witness if service else "",
        "served_reason": _sentence(told.reason) if told else "",
        "served_remark": told.remark if told else "",
    }


def _fee(case: Case) -> dict[str, str]:
    fee = case.fee
    total = sum(charge.fen for charge in fee.charges) if fee else 0
    return {
        "fee_total": amount_text(total) if fee else "",
        "fee_capitals": capital_amount(total) if fee else "",
        "pay_by": chinese_date(fee.pay_by) if fee else "",
        "payee": fee.payee.strip() if fee else "",
        "pay_how": fee.how if fee else "",
        "pay_code": fee.code if fee else "",
        "pay_late": _sentence(fee.late) if fee else "",
        "to_pay": f"{amount_text(case.fee_open)}，缴至{fee.payee}" if fee and case.fee_open > 0 else "无",
        "paid": _payments(case),
    }


def _payments(case: Case) -> str:
    """What was paid, when, and on which fiscal receipt."""
    return "；".join(
        f"{amount_text(one.fen)}（{'，'.join(filter(None, (chinese_date(one.day), one.how)))}"
        f"{f'，票据号{one.voucher}' if one.voucher else ''}）"
        for one in case.payments
    )


def _moves(case: Case) -> dict[str, str]:
    """This hand-over's from and to; purpose and return day are the last that were named."""
    last = case.handovers[-1] if case.handovers else None
    back = _return_by(case)
    return {
        "move_purpose": next((move.purpose for move in reversed(case.handovers) if move.purpose), ""),
        "move_return_by": chinese_date(back),
        "move_from": _place(last.from_place, last.giver) if last else "",
        "move_to": _place(last.to_place, last.taker) if last else "",
    }


def _return_by(case: Case) -> dt.date | None:
    return next((move.return_by for move in reversed(case.handovers) if move.return_by), None)


def _place(place: str, person: str) -> str:
    return "　".join(filter(None, (place, person)))


def _sentence(text: str) -> str:
    """A reason without its own full stop: the sentence around it has one."""
    return text.strip().rstrip("。；;.")


def numbered(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Rows with their numbers ``n`` from 1."""
    return [{**row, "n": str(n)} for n, row in enumerate(rows, 1)]
