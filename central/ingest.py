"""Taking in what counters send (sync.md §4): load, decide, save, in one transaction a batch.

A number below the expected one is a repetition and gets the stored answer; above it is a gap; at it the fact must
continue the chain. The hall's counter is taken last, so that its numbers appear in the order of commits.
"""

from __future__ import annotations

from msgspec import Struct

from central.decide import Decided, Incoming, Known, case_row, decide, needs_history, read
from central.refusal import Refused as Refused
from central.store import Db, Store, devices, facts
from central.store.base import current_epoch
from central.store.devices import DeviceRow, IncarnationRow
from hall import wire
from hall.chain import open_sealed


class _Taken(Struct):
    """What a batch came to."""

    epoch: str
    results: list[wire.PushResult]
    expected: int
    last_hash: bytes


async def push(store: Store, device: DeviceRow, request: wire.PushRequest, now_ms: int) -> wire.PushReply:
    """Store what is new of a batch and sign how far the journal is stored now.

    Raises:
        Refused: 400 not readable, 403 not this device's journal, 409 gap, 412 epoch changed, 422 another history.
    """
    if request.proto != wire.PROTOCOL:
        raise Refused(426, wire.Problem(code="update_needed", message="协议版本不同，请升级"))
    if request.device != device.device_id or not wire.push_is_signed(device.public_key, request):
        raise Refused(403, wire.Problem(code="bad_signature", message="签名与设备不符"))
    taken = await store.transact(lambda db: _take(db, device, request, now_ms))
    receipt = wire.Receipt(
        device=device.device_id,
        incarnation=request.incarnation,
        epoch=taken.epoch,
        acked_through=taken.expected - 1,
        acked_hash=taken.last_hash,
        server_time_ms=now_ms,
    )
    return wire.PushReply(receipt=wire.sign_receipt(store.key, receipt), results=taken.results)


async def _take(db: Db, device: DeviceRow, request: wire.PushRequest, now_ms: int) -> _Taken:
    epoch = await current_epoch(db)
    at = await devices.incarnation(db, device.office, request.incarnation)
    if at is not None and at.device_id != device.device_id:
        at = None
    if request.epoch and request.epoch != epoch:
        raise _epoch_changed(epoch, at)
    if at is None:
        raise Refused(403, wire.Problem(code="not_your_journal", message="这个编号不属于本设备"))
    if request.first_seq > at.expected:
        raise _gap(epoch, at)
    results = await _repeated(db, at, request)
    incoming = read(at, request.events, request.first_seq)
    after_these = at.expected + len(incoming)
    if not incoming and request.first_seq + len(request.events) > after_these:
        # What came before a fault is good and acknowledged; the next push meets the fault first.
        raise Refused(422, _other_history(after_these))
    if not incoming:
        return _Taken(epoch, results, at.expected, at.last_hash)
    known = await _known(db, incoming)
    decided = decide(at, incoming, known)
    last_hash = incoming[-1].sealed.hash
    await devices.advance(db, at, after_these, last_hash)
    results += await _save(db, at, incoming, decided, known, now_ms)
    return _Taken(epoch, results, after_these, last_hash)


async def _repeated(db: Db, at: IncarnationRow, request: wire.PushRequest) -> list[wire.PushResult]:
    """What was answered to the facts of the batch that are stored already."""
    last = min(at.expected, request.first_seq + len(request.events)) - 1
    if last < request.first_seq:
        return []
    stored = await facts.stored(db, at.office, at.code, request.first_seq, last)
    results = []
    for seq, fact in enumerate(request.events[: last - request.first_seq + 1], request.first_seq):
        known = stored.get(seq)
        if known is None or known.hash != fact.hash:
            raise Refused(422, _other_history(seq))
        results.append(_result(seq, known.status, known.server_seq, known.case_version, known.reason))
    return results


async def _known(db: Db, incoming: list[Incoming]) -> Known:
    cases = await facts.cases_to_change(db, {each.subject for each in incoming if each.subject})
    ids = await facts.known_ids(db, [each.event_id for each in incoming if each.event_id])
    histories = {
        subject: [open_sealed(sealed) for sealed in await facts.facts_of(db, subject)]
        for subject in sorted(needs_history(incoming, cases))
    }
    return Known(ids=ids, cases=cases, histories=histories)


async def _save(
    db: Db, at: IncarnationRow, incoming: list[Incoming], decided: Decided, known: Known, now_ms: int
) -> list[wire.PushResult]:
    first = await facts.next_numbers(db, at.office, len(decided.facts))
    rows = []
    for case_id, case in decided.cases.items():
        place = decided.last[case_id]
        header = incoming[place].header
        assert header is not None
        rows.append(case_row(at.office, case, header, first + place))
    await facts.save_cases(
        db, [row for row in rows if row.case_id not in known.cases], [row for row in rows if row.case_id in known.cases]
    )
    await facts.add_facts(db, at.office, at.code, decided.facts, first, now_ms)
    return [
        _result(fact.seq, fact.status, number, fact.case_version, fact.reason)
        for number, fact in enumerate(decided.facts, first)
    ]


def _result(seq: int, status: wire.Status, server_seq: int, case_version: int, reason: str) -> wire.PushResult:
    return wire.PushResult(seq=seq, status=status, server_seq=server_seq, case_version=case_version, reason=reason)


def _gap(epoch: str, at: IncarnationRow) -> Refused:
    problem = wire.Problem(
        code="gap", message="中间缺记录，请从缺处重发", expected=at.expected, epoch=epoch, hash=at.last_hash
    )
    return Refused(409, problem)


def _epoch_changed(epoch: str, at: IncarnationRow | None) -> Refused:
    problem = wire.Problem(
        code="epoch_changed",
        message="中心换过数据，请从这里重发",
        expected=at.expected if at else 1,
        epoch=epoch,
        hash=at.last_hash if at else b"",
    )
    return Refused(412, problem)


def _other_history(seq: int) -> wire.Problem:
    return wire.Problem(code="hash_mismatch", message=f"第{seq}条记录与中心所存的不是同一段历史", expected=seq)
