"""A department reports its decision: it becomes a fact of the centre's own journal, so that the fold stays the only
truth. The journal is one of each hall, sealed and chained like a counter's, with the centre's key.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from zoneinfo import ZoneInfo

import msgspec

from central import clocks, ingest
from central.decide import read_one
from central.enrol import RESERVED
from central.refusal import Refused, said
from central.store import Db, Store, devices, facts
from central.store.base import current_epoch
from central.store.deliveries import DepartmentRow
from central.store.devices import DeviceRow, IncarnationRow
from hall import facts as f
from hall import wire
from hall.case import Case
from hall.chain import SCHEMA_V, genesis, seal
from hall.errors import HallError
from hall.moments import local_time
from hall.names import clean_text
from hall.wire_departments import Decision, DecisionReply

CODE = RESERVED
"""The code of the centre's own journal in each hall; no device gets it."""
ROLE = "centre"
ZONE = ZoneInfo("Asia/Shanghai")
_cases = msgspec.json.Decoder(Case)
_TEXTS = ("reason", "basis", "result", "result_number", "conditions", "decided_by")


async def decide(store: Store, department: DepartmentRow, decision: Decision, now_ms: int) -> DecisionReply:
    """Keep a decision; the same one again is answered the same.

    Raises:
        Refused: 400 a text that cannot be stored, 404 no such case of this department, 409 the id was used for another
            decision, or two of its cases have the reference, 422 a refusal without reasons, or a day that cannot be.
    """
    body = _body(decision)

    async def work(db: Db) -> DecisionReply:
        reply = await _decide(store, db, department, decision, body, now_ms)
        return msgspec.structs.replace(reply, epoch=await current_epoch(db))

    return await store.transact(work)


def _body(decision: Decision) -> f.CaseDecided:
    texts = {}
    for name in _TEXTS:
        try:
            texts[name] = clean_text(getattr(decision, name), field=name, max_length=2_000)
        except HallError as error:
            raise Refused(400, wire.Problem(code="bad_request", message=error.message, field=name)) from None
    if not decision.granted:
        said(texts["reason"], "reason", "no_reason", "不予许可的决定必须写明理由", http_status=422)
    return f.CaseDecided(
        granted=decision.granted,
        day=decision.day,
        reason=texts["reason"],
        basis=texts["basis"],
        result=texts["result"],
        result_number=texts["result_number"],
        result_copies=decision.result_copies,
        valid_until=decision.valid_until,
        conditions=texts["conditions"],
        collect_from=decision.collect_from,
        decided_by=texts["decided_by"],
    )


def _require_days(body: f.CaseDecided, case: Case, today: dt.date) -> None:
    """That a case can have been decided so.

    Raises:
        Refused: 422 before it was accepted (until then, received), in the future, or over before it began.
    """
    begun, until, ready = case.accepted or case.received, body.valid_until, body.collect_from
    for field, wrong, why in (
        ("day", body.day < begun, f"决定的日期早于{'受理' if case.accepted else '收件'}的日期（{begun}）"),
        ("day", body.day > today, f"决定的日期晚于今天（{today}）"),
        ("valid_until", until is not None and until < body.day, "有效期在作出决定以前就到了"),
        ("collect_from", ready is not None and ready < body.day, "可以领取的日期早于作出决定的日期"),
    ):
        if wrong:
            raise Refused(422, wire.Problem(code="bad_date", message=why, field=field))


async def _decide(
    store: Store, db: Db, department: DepartmentRow, decision: Decision, body: f.CaseDecided, now_ms: int
) -> DecisionReply:
    at = await _journal(store, db, department.office, now_ms)
    event_id = f"decision/{department.office}/{department.key}/{decision.id}"
    known = await facts.stored_as(db, event_id)
    case = await _case(db, department, decision, known[0] if known else "")
    header = f.Header(
        event_id=event_id,
        type="case.decided",
        schema_v=SCHEMA_V,
        device=at.device_id,
        incarnation=at.code,
        seq=at.expected,
        actor=department.key,
        at_ms=now_ms,
        day=local_time(now_ms, ZONE).date(),
        subject=case.case_id,
        base_version=decision.version or case.version,
    )
    sealed = seal(f.Fact(header=header, body=body), at.last_hash, os.urandom(16))
    if known is not None:
        subject, public, stored = known
        if (subject, public) != (case.case_id, sealed.public):
            raise _refuse(409, "id_used", "这个编号已经用于另一个决定")
        return DecisionReply(
            id=decision.id,
            status=stored.status,
            case_id=case.case_id,
            version=stored.case_version,
            reason=stored.reason,
        )
    _require_days(body, case, header.day)
    incoming = [read_one(at, at.expected, sealed)]
    told = await clocks.beginnings(db, at.device_id, None, incoming, now_ms)
    (result,) = await ingest.store_facts(db, at, incoming, now_ms, clocks.suspects(incoming, told, now_ms), {})
    return DecisionReply(
        id=decision.id,
        status=result.status,
        case_id=case.case_id,
        version=result.case_version,
        reason=result.reason,
    )


async def _case(db: Db, department: DepartmentRow, decision: Decision, before: str) -> Case:
    """The department's case that is meant; ``before`` is the one that the same decision was kept for already.

    Raises:
        Refused: 404 there is none, 409 the reference does not say which.
    """
    names = await facts.cases_named(db, department.office, decision.case_id, decision.reference)
    rows = (await facts.cases_to_change(db, names)).values()
    cases = {row.case_id: _cases.decode(row.snapshot) for row in rows}
    own = {name: case for name, case in cases.items() if case.matter.department.key == department.key}
    if not own:
        raise _refuse(404, "unknown_case", "本部门没有这个办件")
    if len(own) > 1 and before not in own:
        message = f"收件编号 {decision.reference} 有{len(own)}个办件，用 case_id 写明是哪一个"
        raise _refuse(409, "ambiguous", message, field="reference")
    return own[before] if before in own else next(iter(own.values()))


async def _journal(store: Store, db: Db, office: str, now_ms: int) -> IncarnationRow:
    """The centre's own journal in a hall, made when it is first needed; locked until the transaction ends."""
    at = await devices.incarnation(db, office, CODE)
    if at is not None:
        return at
    name = f"centre-{office}"
    device = DeviceRow(name, office, store.public_key, False, ROLE)
    # Nobody knows this token: nobody speaks as the centre.
    await devices.save_device(db, device, secrets.token_urlsafe(32), now_ms)
    await devices.ensure_hall(db, office)
    row = IncarnationRow(office, CODE, name, 1, genesis(name, CODE, store.public_key))
    await devices.add_incarnation(db, row)
    return row


def _refuse(status: int, code: str, message: str, field: str = "") -> Refused:
    return Refused(status, wire.Problem(code=code, message=message, field=field))
