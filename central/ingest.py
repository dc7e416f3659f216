"""Taking in what counters send (sync.md §4): load, decide, save, in one transaction a batch.

A number below the expected one is a repetition and gets the stored answer; above it is a gap; at it the fact must
continue the chain. The hall's counter is taken last, so that its numbers appear in the order of commits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from msgspec import Struct

from central import alarms, asides, clocks, losses, saving, standing
from central.decide import Doubt, Incoming, Known, decide, needs_history, plain, read
from central.queue import told as queue_facts
from central.refusal import Refused as Refused
from central.refusal import signed_for
from central.store import Db, Store, conflicts, devices, facts, oversight
from central.store.base import current_epoch
from central.store.devices import DeviceRow, IncarnationRow
from hall import wire
from hall.chain import open_sealed
from hall.facts import ConflictSettled


class Taken(Struct):
    """What a batch came to."""

    epoch: str
    results: list[wire.PushResult]
    expected: int
    last_hash: bytes
    withheld: list[int] = []


async def push(store: Store, device: DeviceRow, request: wire.PushRequest, now_ms: int) -> wire.PushReply:
    """Store what is new of a batch and sign how far the journal is stored now.

    Raises:
        Refused: 400 not readable, 403 not this device's journal, 409 gap, 412 epoch changed, 422 another history.
    """
    if request.proto != wire.PROTOCOL:
        raise Refused(426, wire.Problem(code="update_needed", message="协议版本不同，请升级"))
    if request.device != device.device_id or not wire.push_is_signed(device.public_key, request):
        raise Refused(403, wire.Problem(code="bad_signature", message="签名与设备不符"))
    taken = await take(store, device, request.nonce, lambda db: _take(db, device, request, now_ms))
    return acknowledge(store, device, request.incarnation, request.nonce, taken, now_ms)


async def take(store: Store, device: DeviceRow, nonce: bytes, work: Callable[[Db], Awaitable[Taken]]) -> Taken:
    """Do ``work`` in one transaction. A refusal that has the device go back is signed for it and its request's
    ``nonce``: nobody else can have it do so.

    Raises:
        Refused: what ``work`` raises.
    """
    with signed_for(store.key, device.device_id, nonce, wire.GO_BACK):
        return await store.transact(work)


def acknowledge(store: Store, device: DeviceRow, code: str, nonce: bytes, taken: Taken, now_ms: int) -> wire.PushReply:
    """The signed reply to what was taken in by the request that carried ``nonce``."""
    receipt = wire.Receipt(
        device=device.device_id,
        incarnation=code,
        epoch=taken.epoch,
        acked_through=taken.expected - 1,
        acked_hash=taken.last_hash,
        server_time_ms=now_ms,
    )
    signed = wire.sign_receipt(store.key, receipt)
    reply = wire.PushReply(receipt=signed, results=taken.results, withheld=taken.withheld)
    return wire.sign_reply(store.key, device.device_id, nonce, reply)


async def journal_of(db: Db, device: DeviceRow, code: str, epoch: str, first_seq: int) -> tuple[str, IncarnationRow]:
    """The centre's epoch and the device's journal, locked, of which it sends facts from ``first_seq`` on.

    Raises:
        Refused: 403 not this device's journal, 409 gap, 412 epoch changed.
    """
    now = await current_epoch(db)
    at = await devices.incarnation(db, device.office, code)
    if at is not None and at.device_id != device.device_id:
        at = None
    if epoch and epoch != now:
        raise _epoch_changed(now, at)
    if at is None:
        raise Refused(403, wire.Problem(code="not_your_journal", message="这个编号不属于本设备"))
    if first_seq > at.expected:
        raise _gap(now, at)
    return now, at


async def _take(db: Db, device: DeviceRow, request: wire.PushRequest, now_ms: int) -> Taken:
    epoch, at = await journal_of(db, device, request.incarnation, request.epoch, request.first_seq)
    hashes = [fact.hash for fact in request.events]
    results, withheld = await repeated(db, at, request.first_seq, hashes)
    incoming = read(at, request.events, request.first_seq)
    after_these = at.expected + len(incoming)
    if not incoming and request.first_seq + len(request.events) > after_these:
        # What came before a fault is good and acknowledged; the next push meets the fault first.
        raise Refused(422, other_history(after_these))
    queue = request.queue or wire.Queue(pending=max(0, request.head.seq - request.first_seq + 1))
    # The device counts from the first fact it sends; what is stored of these already is not to come any more, and what
    # is stored now is taken off as the journal advances.
    pending = max(0, queue.pending - (at.expected - request.first_seq))
    await devices.declare(db, at, pending, queue.oldest_ms if pending else 0, plain(request.app_v), now_ms)
    told = await clocks.beginnings(db, device.device_id, request.clock, incoming, now_ms)
    if not incoming:
        return Taken(epoch, results, at.expected, at.last_hash, withheld)
    results += await store_facts(
        db,
        at,
        incoming,
        now_ms,
        clocks.suspects(incoming, told, now_ms),
        await standing.doubts(db, at.office, device.role, incoming, told, now_ms),
    )
    return Taken(epoch, results, after_these, incoming[-1].sealed.hash, withheld)


async def store_facts(
    db: Db,
    at: IncarnationRow,
    incoming: list[Incoming],
    now_ms: int,
    suspects: dict[str, set[str]],
    doubts: dict[int, Doubt],
) -> list[wire.PushResult]:
    """Decide on facts that continue a journal and keep them; what became of each."""
    known = await load(db, at, incoming, now_ms)
    known.doubts = doubts
    decided = decide(at, incoming, known)
    await devices.advance(db, at, incoming[-1].seq + 1, incoming[-1].sealed.hash)
    first = await facts.next_numbers(db, at.office, len(decided.facts))
    await saving.save_cases(db, at.office, at.code, incoming, decided, known.cases, first, suspects, now_ms)
    await alarms.keep(db, at.office, incoming, decided.facts, first, now_ms)
    if known.tickets is not None:
        await known.tickets.save(db)
    await facts.add_facts(db, at.office, at.code, decided.facts, first, now_ms)
    if decided.asides:
        rows = [(first + place, incoming[place].subject, str(kind)) for place, kind in decided.asides.items()]
        await oversight.add_aside(db, at.office, rows, now_ms)
    await asides.keep(db, at.office, at.code, incoming, decided.facts)
    await losses.keep(db, at.office, incoming, decided.facts)
    return [
        _result(fact.seq, fact.status, number, fact.case_version, fact.reason)
        for number, fact in enumerate(decided.facts, first)
    ]


async def repeated(
    db: Db, at: IncarnationRow, first_seq: int, hashes: list[bytes]
) -> tuple[list[wire.PushResult], list[int]]:
    """What was answered to the facts from ``first_seq`` on that are stored already, and which are there in outline.

    Raises:
        Refused: 422 another history.
    """
    last = min(at.expected, first_seq + len(hashes)) - 1
    if last < first_seq:
        return [], []
    stored = await facts.stored(db, at.office, at.code, first_seq, last)
    results = []
    for seq, digest in enumerate(hashes[: last - first_seq + 1], first_seq):
        known = stored.get(seq)
        if known is None or known.hash != digest:
            raise Refused(422, other_history(seq))
        results.append(_result(seq, known.status, known.server_seq, known.case_version, known.reason))
    aside = any(result.status is wire.Status.QUARANTINED for result in results)
    return results, await oversight.outlined(db, at, first_seq, last) if aside else []


async def load(db: Db, at: IncarnationRow, incoming: list[Incoming], now_ms: int) -> Known:
    """What is stored of what these facts name; cases and tickets are locked until the transaction ends."""
    cases = await facts.cases_to_change(db, {each.subject for each in incoming if each.subject})
    ids = await facts.known_ids(db, [each.event_id for each in incoming if each.event_id])
    histories = {
        subject: [open_sealed(sealed) for sealed in await facts.facts_of(db, subject)]
        for subject in sorted(needs_history(incoming, cases))
    }
    flagged = sorted(case_id for case_id, row in cases.items() if row.flags)
    subjects = sorted({each.subject for each in incoming if each.subject})
    return Known(
        ids=ids,
        cases=cases,
        histories=histories,
        tickets=await queue_facts.load(db, at.office, at.device_id, at.code, [each.fact for each in incoming], now_ms),
        held=await oversight.held_cases(db, at.office, at.code, subjects),
        doubled=await conflicts.doubled(db, at.office, _settling(incoming, cases)),
        conflicted=await conflicts.conflicted(db, at.office, at.code, flagged) if flagged else set(),
    )


def _settling(incoming: list[Incoming], cases: Collection[str]) -> list[str]:
    """What the batch settles that is no case."""
    return sorted(
        each.subject
        for each in incoming
        if each.fact is not None and isinstance(each.fact.body, ConflictSettled) and each.subject not in cases
    )


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


def other_history(seq: int) -> wire.Problem:
    return wire.Problem(code="hash_mismatch", message=f"第{seq}条记录与中心所存的不是同一段历史", expected=seq)
