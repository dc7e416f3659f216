"""Facts that the centre would not take even alone (sync.md §4): here in outline, so that the journal goes on.

The outline (header and digests) proves its place in the chain. It is set aside with the same journal's later facts of
its case; every other case goes on. The contents stay at the counter and may be brought later.
"""

from __future__ import annotations

from hashlib import sha256

from msgspec.structs import replace

from central import ingest
from central.decide import as_sealed, plain, read_one
from central.oversight import read_again
from central.refusal import Refused
from central.store import Db, Store, devices, facts
from central.store import oversight as table
from central.store.devices import DeviceRow, IncarnationRow
from hall import wire
from hall import wire_oversight as w
from hall.chain import Sealed, follows


async def withhold(store: Store, device: DeviceRow, told: w.Report, now_ms: int) -> wire.PushReply:
    """Let the outline of a fact stand for it, and sign that it does.

    Raises:
        Refused: 403 not this device's journal, 409 gap, 412 epoch changed, 422 another history.
    """
    head = wire.Head(seq=told.seq, hash=told.outline.hash)
    if not wire.head_is_signed(device.public_key, told.signature, told.incarnation, head, told.seq):
        raise Refused(403, wire.Problem(code="bad_signature", message="签名与设备不符"))
    taken = await ingest.take(store, device, told.nonce, lambda db: _withhold(db, device, told, now_ms))
    return ingest.acknowledge(store, device, told.incarnation, told.nonce, taken, now_ms)


async def _withhold(db: Db, device: DeviceRow, told: w.Report, now_ms: int) -> ingest.Taken:
    epoch, at = await ingest.journal_of(db, device, told.incarnation, told.epoch, told.seq)
    if told.seq < at.expected:
        results, outlined = await ingest.repeated(db, at, told.seq, [told.outline.hash])
        return ingest.Taken(epoch, results, at.expected, at.last_hash, outlined)
    outline = told.outline
    sealed = Sealed(
        header=outline.header,
        public=b"",
        hash=outline.hash,
        personal_hash=outline.personal_hash,
        public_hash=outline.public_hash,
    )
    if not follows(sealed, at.last_hash):
        raise Refused(422, ingest.other_history(told.seq))
    kept = replace(told, reason=plain(told.reason), app_v=plain(told.app_v))
    await table.add_report(db, device.office, device.device_id, kept, now_ms)
    results = await ingest.store_facts(db, at, [read_one(at, told.seq, sealed)], now_ms, {}, {})
    return ingest.Taken(epoch, results, told.seq + 1, sealed.hash, [told.seq])


async def complete(store: Store, device: DeviceRow, told: w.Contents, now_ms: int) -> w.RetryReply:
    """Keep the contents of a fact that is here in outline, and read it with what waits for it. Of one that is here
    whole, from a request whose reply was lost, the same is told again. The reply is signed for the request's
    ``nonce``.

    Raises:
        Refused: 403 not this device's journal, 404 no such fact, 422 these are not its contents.
    """

    async def work(db: Db) -> w.RetryReply:
        at = await devices.incarnation(db, device.office, told.incarnation)
        if at is None or at.device_id != device.device_id:
            raise Refused(403, wire.Problem(code="not_your_journal", message="这个编号不属于本设备"))
        reply = await _complete(db, at, told.seq, told.fact, device.device_id, now_ms)
        return reply or await _completed(db, at, told.seq, told.fact)

    return w.sign_retry(store.key, device.device_id, told.nonce, await store.transact(work))


async def complete_all(
    db: Db, at: IncarnationRow, first_seq: int, events: list[wire.WireFact], actor: str, now_ms: int
) -> None:
    """The same of all facts of a file whose outlines are here."""
    last = first_seq + len(events) - 1
    for seq in await table.outlined(db, at, first_seq, last):
        await _complete(db, at, seq, events[seq - first_seq], actor, now_ms)


async def _complete(
    db: Db, at: IncarnationRow, seq: int, fact: wire.WireFact, actor: str, now_ms: int
) -> w.RetryReply | None:
    found = await table.outline(db, at, seq)
    if found is None:
        return None
    number, outline = found
    sealed = as_sealed(fact)
    if not _is_whole(sealed, outline):
        raise Refused(422, ingest.other_history(seq))
    await table.complete(db, at, seq, sealed)
    return await read_again(db, at.office, number, actor, now_ms, vouched=False)


async def _completed(db: Db, at: IncarnationRow, seq: int, fact: wire.WireFact) -> w.RetryReply:
    stored = (await facts.stored(db, at.office, at.code, seq, seq)).get(seq)
    if stored is None:
        raise Refused(404, wire.Problem(code="not_withheld", message="中心没有这条记录"))
    if stored.hash != fact.hash:
        raise Refused(422, ingest.other_history(seq))
    results = await table.results_behind(db, at, seq)
    return w.RetryReply(
        number=stored.server_seq,
        incarnation=at.code,
        seq=seq,
        hash=stored.hash,
        status=stored.status,
        reason=stored.reason,
        results=results,
    )


def _is_whole(sealed: Sealed, outline: Sealed) -> bool:
    """Whether a fact is what its outline says; its personal part may have been erased."""
    named = sealed.personal or sealed.salt
    return (
        sealed.header == outline.header
        and sha256(sealed.public).digest() == outline.public_hash
        and (not named or sha256(sealed.salt + sealed.personal).digest() == outline.personal_hash)
    )
