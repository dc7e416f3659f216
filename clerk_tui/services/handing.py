"""What passes from hand to hand: documents served, fees demanded, originals sent round, results collected.

Each one call: facts, paper and print job in one transaction.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from msgspec import structs

from clerk_tui.services.proceeding import commit, issue, optional, require_running, required
from clerk_tui.services.recording import Action
from clerk_tui.services.result import Result
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case, CaseState
from hall.errors import BadDate, BadInput, Unlawful
from hall.moments import local_time
from hall.names import clean_name
from hall.roles import Permission
from hall.steps import STATES
from hall.telling import STATE_NAMES, paper_title

How = Literal["direct", "posted", "proxy", "refused", "electronic"]
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@needs(Permission.HAND_OVER)
def serve(
    ws: Workspace,
    reference: str,
    *,
    documents: tuple[str | f.Document, ...],
    how: How,
    place: str = "",
    day: dt.date | None = None,
    receiver: str = "",
    relation: str = "",
    witness: str = "",
    reason: str = "",
    servers: tuple[str, ...] = (),
    remark: str = "",
    waybill: str = "",
) -> Result:
    """Documents were served on the applicant (送达回证). A text in ``documents`` is the number of a paper of the case.

    ``proxy``: the ``receiver`` took them, with ``relation`` and ``reason``; ``refused``: a ``witness`` saw it, with the
    ``reason``; ``posted``: under a ``waybill``. Only what is handed over in person is at this window unless said
    otherwise; elsewhere the ``place`` is needed. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_case(case, "送达")
        if not documents:
            raise BadInput("value_missing", "没有写明送达的文书", field="documents", hint="写文书编号，或名称和份数")
        served = day or action.today
        if not case.received <= served <= action.today:
            raise BadDate("bad_date", "送达日期不对", field="day", hint=f"在 {case.received} 和今天之间")
        named: dict[str, str] = {}
        if how == "proxy":
            named["served.proxy"] = person_name(receiver, "receiver", "代收人")
            required(relation, "relation", "代收人与受送达人的关系")
        if how == "refused":
            named["served.witness"] = person_name(witness, "witness", "见证人")
        where = optional(place, "place") or (_here(ws, case) if how == "direct" else "")
        if how == "posted":
            required(waybill, "waybill", "邮寄单号")
        elif how != "direct":
            required(where, "place", "送达地点", "电子送达的写电子地址，其他的写实际送达的地点")
        why = f"{'代收' if how == 'proxy' else '拒收'}的原因"
        action.add(
            f.PapersServed(
                documents=tuple(_document(case, one, number) for number, one in enumerate(documents)),
                day=served,
                place=where,
                how=how,
                servers=tuple(person_name(one, "servers", "送达人") for one in servers) or (ws.clerk.name,),
                relation=optional(relation, "relation"),
                reason=required(reason, "reason", why) if named else optional(reason, "reason"),
                remark=optional(remark, "remark"),
                waybill=optional(waybill, "waybill") if how == "posted" else "",
            ),
            f.Personal(fields=named) if named else None,
        )
        issue(action, "served")

    return commit(ws, reference, step)


@needs(Permission.HAND_OVER)
def demand_fee(
    ws: Workspace,
    reference: str,
    *,
    charges: tuple[f.Charge, ...],
    pay_by: dt.date,
    payee: str,
    how: str = "",
    code: str = "",
    late: str = "",
) -> Result:
    """Tell what is to be paid (缴费通知书), each item with the law it stands on (行政许可法 art. 58, 59).

    Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        if case.state not in STATES[f.FeeDemanded]:
            raise _wrong_state(case, "通知缴费", "受理之后才能通知缴费")
        fee = case.matter.fee
        if not fee.fen and not fee.basis:
            raise Unlawful(
                "no_fee",
                "这个事项公布为不收费，不能收费（行政许可法第五十八条）",
                field="charges",
                hint="收费项目要先在事项目录里公布，并写明依据",
            )
        if not charges:
            raise BadInput("value_missing", "没有写明收费项目", field="charges", hint="写明项目、金额（分）和依据")
        if pay_by < action.today:
            raise BadDate("bad_date", "缴费期限已过", field="pay_by", hint="写今天或以后的日期")
        action.add(
            f.FeeDemanded(
                charges=charges,
                pay_by=pay_by,
                payee=required(payee, "payee", "收款单位"),
                how=optional(how, "how"),
                code=optional(code, "code"),
                late=optional(late, "late"),
            )
        )
        issue(action, "fee")

    return commit(ws, reference, step)


@needs(Permission.HAND_OVER)
def pay_fee(
    ws: Workspace,
    reference: str,
    *,
    fen: int = 0,
    day: dt.date | None = None,
    how: str = "",
    voucher: str = "",
) -> Result:
    """The demanded fee was paid: all that is open, or ``fen`` of it; ``voucher`` is the fiscal receipt's number.

    Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        if case.fee is None:
            raise Unlawful(
                "no_fee",
                "这个办件没有通知缴费，不能登记缴费（行政许可法第五十八条）",
                field="reference",
                hint="先出具缴费通知书（demand_fee）",
            )
        still = case.fee_open
        if still <= 0:
            raise BadInput("fee_paid", "应缴的费用已经缴清", field="reference", hint="在办件详情里看缴费记录")
        if not 0 <= fen <= still:
            raise BadInput(
                "bad_amount", f"缴费金额不对，还应缴{still}分", field="fen", hint="以分为单位；缴清的不必写金额"
            )
        paid = day or action.today
        if not case.received <= paid <= action.today:
            raise BadDate("bad_date", "缴费日期不对", field="day", hint=f"在 {case.received} 和今天之间")
        action.add(
            f.FeePaid(fen=fen or still, day=paid, how=optional(how, "how"), voucher=optional(voucher, "voucher"))
        )

    return commit(ws, reference, step)


@needs(Permission.HAND_OVER)
def hand_over(
    ws: Workspace,
    reference: str,
    *,
    to_place: str,
    items: tuple[f.Original, ...] = (),
    from_place: str = "",
    giver: str = "",
    taker: str = "",
    at: str = "",
    purpose: str = "",
    return_by: dt.date | None = None,
    whole: bool = True,
) -> Result:
    """Originals go from hand to hand (物料流转单); ``from_place`` and ``giver`` default to this window and its clerk.

    What sets out from this window comes onto the sheet; other hands pass on what is on it, all of it if ``items`` are
    not given. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_case(case, "移交材料")
        source = optional(from_place, "from_place") or window_name(ws)
        known = {one.name: one for move in case.handovers for one in move.items}
        moved = items or tuple(known.values())
        if not moved:
            raise BadInput("value_missing", "没有写明移交的材料", field="items", hint="写明名称、形式和份数")
        for number, one in enumerate(moved):
            required(one.name, f"items[{number}].name", "材料名称")
            if one.copies < 1:
                raise BadInput("bad_number", "份数至少是1", field=f"items[{number}].copies", hint="写明份数")
            if known and one.name not in known and source != window_name(ws):
                raise BadInput(
                    "not_on_sheet",
                    "这件材料不在流转单上",
                    field=f"items[{number}].name",
                    hint="流转单上有：" + "、".join(known),
                )
        if at and not _CLOCK.fullmatch(at):
            raise BadInput("bad_time", "时间应当写成时:分", field="at", hint="例如 10:20")
        if return_by is not None and return_by < action.today:
            raise BadDate("bad_date", "归还期限已过", field="return_by", hint="写今天或以后的日期")
        now = local_time(ws.clock.now_ms(), ws.config.timezone)
        action.add(
            f.MaterialsHandedOver(
                items=moved,
                day=action.today,
                from_place=source,
                giver=person_name(giver or ws.clerk.name, "giver", "移交人"),
                to_place=required(to_place, "to_place", "接收单位"),
                taker=person_name(taker, "taker", "接收人") if taker.strip() else "",
                at=at or f"{now:%H:%M}",
                purpose=optional(purpose, "purpose"),
                return_by=return_by,
                whole=whole,
            )
        )
        issue(action, "transfer")

    return commit(ws, reference, step)


@needs(Permission.HAND_OVER)
def pickup(ws: Workspace, reference: str, *, how: Literal["collected", "posted"], waybill: str = "") -> Result:
    """The result is collected or posted (取件单, 行政许可法 art. 44); post needs its ``waybill``.

    Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        decided = case.decision
        if case.state not in STATES[f.ResultDelivered] or decided is None:
            raise _wrong_state(case, "取件", "作出决定之后、送达之前才能取件")
        if decided.collect_from is not None and action.today < decided.collect_from:
            raise Unlawful(
                "not_ready", "结果还没有制作好", field="reference", hint=f"{decided.collect_from} 起可以领取"
            )
        post = required(waybill, "waybill", "邮寄单号") if how == "posted" else optional(waybill, "waybill")
        action.add(f.ResultDelivered(day=action.today, how=how, result=decided.result, waybill=post))
        issue(action, "pickup")

    return commit(ws, reference, step)


def _document(case: Case, given: str | f.Document, number: int) -> f.Document:
    where = f"documents[{number}]"
    if isinstance(given, str):
        paper = next((paper for paper in case.papers if paper.number == given.strip()), None)
        if paper is None:
            numbers = "、".join(paper.number for paper in case.papers)
            raise BadInput("unknown_paper", "这个办件没有这份文书", field=where, hint=f"文书编号：{numbers}")
        return f.Document(name=paper_title(paper.kind, case.matter.kind), number=paper.number)
    if given.copies < 1:
        raise BadInput("bad_number", "份数至少是1", field=f"{where}.copies", hint="写明份数")
    name = required(given.name, f"{where}.name", "文书名称")
    return f.Document(name=name, number=optional(given.number, f"{where}.number"), copies=given.copies)


def person_name(name: str, field: str, label: str) -> str:
    """A name that must be there, cleaned. Raises ``BadInput``."""
    if not name.strip():
        raise BadInput("value_missing", f"没有写明{label}", field=field, hint=f"请填写{label}")
    return clean_name(name, field=field)


def window_name(ws: Workspace) -> str:
    """This window, as papers call it."""
    window = ws.config.hall.window
    return f"综合窗口{window}号" if window else "综合窗口"


def _here(ws: Workspace, case: Case) -> str:
    return case.matter.hall.name + window_name(ws)


def require_case(case: Case, what: str) -> None:
    """That something was received at all. Raises ``Unlawful``."""
    if case.state is CaseState.INQUIRY:
        raise _wrong_state(case, what, "咨询没有收件，不能办这一步")


def _wrong_state(case: Case, what: str, hint: str) -> Unlawful:
    return Unlawful("wrong_state", f"办件现在是“{STATE_NAMES[case.state]}”，不能{what}", field="reference", hint=hint)


@needs(Permission.RECEIVE)
def bring(
    ws: Workspace,
    reference: str,
    *,
    items: tuple[f.Original, ...],
    day: dt.date | None = None,
    asked: bool = False,
    purpose: str = "",
) -> Result:
    """Something is brought into an accepted case, of the applicant's own accord or because the department ``asked`` for
    it (with the ``purpose``): taken in with a receipt of its own (domain.md §9a.4). Acceptance and limits stay as they
    are; what was promised is supplemented instead. Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_running(case, "收下补充材料")
        if not items:
            raise BadInput("value_missing", "没有写明收下的材料", field="items", hint="写明名称、形式和份数")
        promised = {promise.name for promise in case.promises}
        taken = []
        for number, one in enumerate(items):
            name = required(one.name, f"items[{number}].name", "材料名称")
            if name in promised:
                hint = "用“收下补交的材料”收下，承诺才算补齐"
                message = f"“{name}”是承诺补齐的材料"
                raise BadInput("promised_material", message, field=f"items[{number}].name", hint=hint)
            if one.copies < 1:
                raise BadInput("bad_number", "份数至少是1", field=f"items[{number}].copies", hint="写明份数")
            taken.append(structs.replace(one, name=name, remark=optional(one.remark, f"items[{number}].remark")))
        came = day or action.today
        if not case.received <= came <= action.today:
            raise BadDate("bad_date", "收到的日期不对", field="day", hint=f"在 {case.received} 和今天之间")
        why = required(purpose, "purpose", "要求提交的原因") if asked else optional(purpose, "purpose")
        action.add(
            f.MaterialsBrought(
                items=tuple(taken),
                day=came,
                asked=asked,
                purpose=why,
                window=ws.config.hall.window,
                clerk=ws.clerk.name,
            )
        )
        issue(action, "receipt")

    return commit(ws, reference, step)
