"""Taking in what counters send (sync.md §4).

Every well-formed fact is stored; the rules decide its status. A number below the expected one is a repetition and gets
the stored answer; above it is a gap; at it the fact must continue the chain.
"""

from __future__ import annotations

import msgspec

from central.store import CaseRow, DeviceRow, IncarnationRow, Store, StoredFact, Transaction
from hall import wire
from hall.adoption import in_order
from hall.case import Case
from hall.chain import Sealed, check_link, open_header, open_sealed
from hall.errors import BrokenChain
from hall.facts import CaseAdopted, Fact
from hall.fold import advance, fold

_cases = msgspec.json.Decoder(Case)


class Refused(Exception):
    """A request that is not taken: an HTTP status and a ``Problem`` that tells the counter how to go on."""

    def __init__(self, http_status: int, problem: wire.Problem) -> None:
        super().__init__(problem.code)
        self.http_status = http_status
        self.problem = problem


def push(store: Store, device: DeviceRow, request: wire.PushRequest, now_ms: int) -> wire.PushReply:
    """Store what is new of a batch and sign how far the journal is stored now.

    Raises:
        Refused: 400 not readable, 403 not this device's journal, 409 gap, 412 epoch changed, 422 another history.
    """
    _check_request(store, device, request)
    with store.write() as tx:
        at = tx.incarnation(device.office, request.incarnation)
        if at is None or at.device_id != device.device_id:
            raise Refused(403, wire.Problem(code="not_your_journal", message="这个编号不属于本设备"))
        if request.first_seq > at.expected:
            raise Refused(
                409,
                wire.Problem(
                    code="gap",
                    message="中间缺记录，请从缺处重发",
                    expected=at.expected,
                    epoch=store.epoch,
                    hash=at.last_hash,
                ),
            )
        results, expected, last_hash = _take(tx, at, request, now_ms)
        tx.advance(at.office, at.code, expected, last_hash)
    receipt = wire.Receipt(
        device=device.device_id,
        incarnation=request.incarnation,
        epoch=store.epoch,
        acked_through=expected - 1,
        acked_hash=last_hash,
        server_time_ms=now_ms,
    )
    return wire.PushReply(receipt=wire.sign_receipt(store.key, receipt), results=results)


def _check_request(store: Store, device: DeviceRow, request: wire.PushRequest) -> None:
    if request.proto != wire.PROTOCOL:
        raise Refused(426, wire.Problem(code="update_needed", message="协议版本不同，请升级"))
    if request.device != device.device_id or not wire.push_is_signed(device.public_key, request):
        raise Refused(403, wire.Problem(code="bad_signature", message="签名与设备不符"))
    if request.epoch and request.epoch != store.epoch:
        with store.write() as tx:
            at = tx.incarnation(device.office, request.incarnation)
        problem = wire.Problem(
            code="epoch_changed",
            message="中心换过数据，请从这里重发",
            expected=at.expected if at else 1,
            epoch=store.epoch,
            hash=at.last_hash if at else b"",
        )
        raise Refused(412, problem)


def _take(
    tx: Transaction, at: IncarnationRow, request: wire.PushRequest, now_ms: int
) -> tuple[list[wire.PushResult], int, bytes]:
    results: list[wire.PushResult] = []
    expected, last_hash = at.expected, at.last_hash
    for seq, fact in enumerate(request.events, request.first_seq):
        if seq < expected:
            decided = tx.stored(at.office, at.code, seq)
            if decided is None or decided.hash != fact.hash:
                raise Refused(422, _other_history(seq))
        else:
            sealed = Sealed(**{name: getattr(fact, name) for name in Sealed.__struct_fields__})
            try:
                check_link(sealed, last_hash, seq)
            except BrokenChain as error:
                if expected > at.expected:
                    break  # What came before is good: acknowledge that, the next push meets the fault first.
                raise Refused(422, _other_history(seq)) from error
            decided = _store(tx, at, seq, fact, sealed, now_ms)
            expected, last_hash = seq + 1, fact.hash
        results.append(
            wire.PushResult(
                seq=seq,
                status=decided.status,
                server_seq=decided.server_seq,
                case_version=decided.case_version,
                reason=decided.reason,
            )
        )
    return results, expected, last_hash


def _other_history(seq: int) -> wire.Problem:
    return wire.Problem(code="hash_mismatch", message=f"第{seq}条记录与中心所存的不是同一段历史", expected=seq)


def _store(
    tx: Transaction, at: IncarnationRow, seq: int, fact: wire.WireFact, sealed: Sealed, now_ms: int
) -> StoredFact:
    """Apply one new fact to its case, keep it with the result, and publish the case if it changed."""
    header = open_header(sealed.header)
    status, reason, case = _apply(tx, at, sealed)
    server_seq = tx.next_server_seq()
    decided = StoredFact(fact.hash, status, reason, server_seq, case.version if case else 0)
    event_id = None if tx.knows_event(header.event_id) else header.event_id
    tx.add_fact(at, seq, event_id, header.subject, fact, decided, now_ms)
    if case is not None:
        snapshot = msgspec.json.encode(case)
        tx.save_case(CaseRow(case.case_id, at.office, case.reference, case.state.value, case.version, snapshot))
        change = wire.Change(
            server_seq=server_seq,
            case_id=case.case_id,
            reference=case.reference,
            state=case.state.value,
            version=case.version,
            device=header.device,
            day=header.day,
            case=snapshot,
        )
        tx.publish(server_seq, at.office, msgspec.json.encode(change))
    return decided


def _apply(tx: Transaction, at: IncarnationRow, sealed: Sealed) -> tuple[wire.Status, str, Case | None]:
    header = open_header(sealed.header)
    if header.incarnation != at.code or header.device != at.device_id:
        return wire.Status.QUARANTINED, "抬头写的不是这台设备", None
    if tx.knows_event(header.event_id):
        return wire.Status.QUARANTINED, "这条记录的编号已经用过", None
    try:
        fact = open_sealed(sealed)
    except BrokenChain as error:
        return wire.Status.QUARANTINED, error.message, None
    if not header.subject:
        return wire.Status.APPLIED, "", None
    row = tx.case(header.subject)
    if row is not None and row.office != at.office:
        return wire.Status.QUARANTINED, "办件属于另一个大厅", None
    before = _cases.decode(row.snapshot) if row else None
    if before is not None and (before.adopted or isinstance(fact.body, CaseAdopted)):
        misfit, case = _fold_anew(tx, fact)
    else:
        case = advance(before, fact)
        misfit = case.timeline[-1].misfit if case else ""
    if case is None:
        return wire.Status.QUARANTINED, "中心没有这个办件的收件记录", None
    return (wire.Status.CONFLICT if misfit else wire.Status.APPLIED), misfit, case


def _fold_anew(tx: Transaction, fact: Fact) -> tuple[str, Case | None]:
    """The case of two windows after one more fact: all of it in the order the papers give, not as it came."""
    facts = in_order([*map(open_sealed, tx.facts_of(fact.header.subject)), fact])
    case = fold(facts)
    place = next(place for place, each in enumerate(facts) if each is fact)
    return (case.timeline[place].misfit if case else ""), case
