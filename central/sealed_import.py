"""Taking in a file that a counter sealed (sync.md §8): what a revoked, set-back or copied device could not send.

Facts that continue the journal the centre has are stored there. Facts of another history (the journal was set back and
written on) are kept as a branch with a code of its own, from the first fact that differs; nothing that was stored
changes. Importing the same file again stores nothing: numbers and hashes are known.
"""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from central import clocks, ingest, standing, withheld
from central.decide import as_sealed, read_one
from central.refusal import Refused
from central.store import Db, Store, devices, facts, tokens
from central.store.devices import IncarnationRow
from hall import wire
from hall.chain import follows
from hall.errors import BadInput
from hall.sealed import SealedFacts, open_facts, read_envelope, sealing_key

BATCH = 200
MAX_SEALED = 64 << 20
"""Bytes of the longest file."""


class Imported(Struct, frozen=True, kw_only=True):
    """What came of a file: how many facts it holds, how many were new, and under which code they stand."""

    device: str
    incarnation: str
    stored_as: str
    facts: int
    new: int
    set_aside: int = 0


async def take_in(store: Store, office: str, data: bytes, actor: str, now_ms: int) -> Imported:
    """Store what is new in a sealed file.

    Raises:
        Refused: 400 no such file, changed, or not for this centre; 403 not of a device of this hall; 422 its facts are
            not a chain.
    """
    try:
        envelope = read_envelope(data)
        content = open_facts(envelope, sealing_key(store.key))
    except BadInput as error:
        raise Refused(400, wire.Problem(code=error.code, message=error.message)) from None
    known = await store.read(lambda db: devices.device(db, content.device))
    if known is None or known.office != office or known.public_key != envelope.public_key:
        raise Refused(403, wire.Problem(code="not_your_journal", message="封存文件不是本厅设备写的"))
    _check_chain(content)
    at = await store.transact(lambda db: _place(db, office, content))
    new = aside = 0
    await store.transact(lambda db: withheld.complete_all(db, at, content.first_seq, content.events, actor, now_ms))
    for first in range(at.expected, content.first_seq + len(content.events), BATCH):
        batch = partial(_batch, known=at, role=known.role, content=content, first=first, now_ms=now_ms)
        stored, quarantined = await store.transact(batch)
        new, aside = new + stored, aside + quarantined
    if new:
        target = f"{content.incarnation} {new}"
        await store.transact(lambda db: tokens.record(db, now_ms, office, actor, "sealed.imported", target))
    return Imported(
        device=content.device,
        incarnation=content.incarnation,
        stored_as=at.code,
        facts=len(content.events),
        new=new,
        set_aside=aside,
    )


def _check_chain(content: SealedFacts) -> None:
    previous = content.start
    for event in content.events:
        if not follows(as_sealed(event), previous):
            raise Refused(422, wire.Problem(code="hash_mismatch", message="封存文件里的记录不连贯"))
        previous = event.hash


async def _place(db: Db, office: str, content: SealedFacts) -> IncarnationRow:
    """The journal that the facts go to: the one they continue, or the branch that they begin."""
    at = await devices.incarnation(db, office, content.incarnation)
    if at is None or at.device_id != content.device:
        raise Refused(403, wire.Problem(code="not_your_journal", message="封存文件不是本厅设备写的"))
    hashes = {content.first_seq - 1: content.start}
    hashes |= {seq: event.hash for seq, event in enumerate(content.events, content.first_seq)}
    if hashes.get(at.expected - 1) == at.last_hash:
        return at
    stored = await facts.stored(db, office, at.code, content.first_seq, content.first_seq + len(content.events))
    fork = next((seq for seq in range(content.first_seq, max(hashes) + 1) if seq not in stored
                 or stored[seq].hash != hashes[seq]), None)  # fmt: skip
    if fork is None:
        # Everything in the file is stored already.
        return at
    code = f"{content.incarnation}~{hashes[fork].hex()[:12]}"
    known = await devices.incarnation(db, office, code)
    if known is not None:
        return known
    start = hashes[fork - 1]
    branch = IncarnationRow(office, code, content.device, fork, start, content.incarnation, fork, start)
    await devices.add_incarnation(db, branch)
    return branch


async def _batch(
    db: Db, *, known: IncarnationRow, role: str, content: SealedFacts, first: int, now_ms: int
) -> tuple[int, int]:
    at = await devices.incarnation(db, known.office, known.code)
    assert at is not None
    if first != at.expected:
        # Somebody else brought these in meanwhile.
        return 0, 0
    events = content.events[first - content.first_seq :][:BATCH]
    incoming = [read_one(at, seq, as_sealed(event)) for seq, event in enumerate(events, first)]
    if not incoming:
        return 0, 0
    told = await clocks.beginnings(db, at.device_id, None, incoming, now_ms)
    doubts = await standing.doubts(db, at.office, role, incoming, told, now_ms)
    results = await ingest.store_facts(db, at, incoming, now_ms, clocks.suspects(incoming, told, now_ms), doubts)
    return len(results), sum(result.status is wire.Status.QUARANTINED for result in results)
