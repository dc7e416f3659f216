"""Taking in a file that a counter sealed (sync.md §8): what a revoked, set-back or copied device could not send.

Facts that continue the journal the centre has are stored there. Facts of another history (the journal was set back and
written on) are kept as a branch with a code of its own, from the first fact that differs; nothing that was stored
changes. Importing the same file again stores nothing: numbers and hashes are known.

A counter works without a centre, and its journal may be put away before it was ever enrolled. Whoever imports such a
file vouches for it: that the device it names, with the key that signed it, is a machine of this hall. The journal must
then be there from its genesis. It goes under its own code, and where another device has that, under a branch of it.
"""

from __future__ import annotations

import secrets
from functools import partial

from msgspec import Struct

from central import clocks, ingest, standing, withheld
from central.decide import as_sealed, plain, read_one
from central.enrol import is_code, is_identity
from central.refusal import Refused
from central.store import Db, Store, devices, facts, tokens
from central.store.devices import DeviceRow, IncarnationRow
from hall import wire
from hall.chain import follows, genesis
from hall.errors import BadInput
from hall.roles import Role
from hall.sealed import SealedFacts, open_facts, read_envelope, sealing_key

BATCH = 200
MAX_SEALED = 64 << 20
"""Bytes of the longest file that is taken over the network; the centre's console takes ``hall.sealed.MAX_BYTES``."""


class Imported(Struct, frozen=True, kw_only=True):
    """What came of a file: how many facts it holds, how many were new, and under which code they stand."""

    device: str
    incarnation: str
    stored_as: str
    facts: int
    new: int
    set_aside: int = 0


async def take_in(store: Store, office: str, data: bytes, actor: str, now_ms: int, *, vouch: bool = False) -> Imported:
    """Store what is new in a sealed file. With ``vouch`` the actor answers for it that a device nobody enrolled is of
    this hall: it is known from then on, and which journal that was stands in the record.

    Raises:
        Refused: 400 no such file, changed, or not for this centre; 403 ``unknown_device`` not vouched for,
            ``other_hall`` an unknown device of another hall, ``not_your_journal`` another hall's or not signed
            with its key; 422 its facts are not a chain, or those of an unknown device do not begin at its genesis.
    """
    try:
        envelope = read_envelope(data)
        content = open_facts(envelope, sealing_key(store.key))
    except BadInput as error:
        raise Refused(400, wire.Problem(code=error.code, message=error.message)) from None
    _check_chain(content)
    key = envelope.public_key
    device, at = await store.transact(lambda db: _journal_of(db, office, content, key, actor if vouch else "", now_ms))
    new = aside = 0
    await store.transact(lambda db: withheld.complete_all(db, at, content.first_seq, content.events, actor, now_ms))
    for first in range(at.expected, content.first_seq + len(content.events), BATCH):
        batch = partial(_batch, known=at, role=device.role, content=content, first=first, now_ms=now_ms)
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


def _unknown(content: SealedFacts) -> Refused:
    message = (
        f"封存文件是没有在中心登记过的设备写的（{plain(content.office)}，设备代码 {plain(content.incarnation)}，"
        f"{len(content.events)} 条）；确认是本厅的机器，由负责人担保导入：加上 --vouch"
    )
    return Refused(403, wire.Problem(code="unknown_device", message=message))


def _of_another_hall(content: SealedFacts) -> Refused:
    message = f"封存文件是大厅 {plain(content.office)} 的机器写的，请在那个大厅导入"
    return Refused(403, wire.Problem(code="other_hall", message=message))


def _not_ours() -> Refused:
    return Refused(403, wire.Problem(code="not_your_journal", message="封存文件不是本厅设备写的"))


def _check_chain(content: SealedFacts) -> None:
    previous = content.start
    for event in content.events:
        if not follows(as_sealed(event), previous):
            raise Refused(422, wire.Problem(code="hash_mismatch", message="封存文件里的记录不连贯"))
        previous = event.hash


async def _journal_of(
    db: Db, office: str, content: SealedFacts, key: bytes, vouched_by: str, now_ms: int
) -> tuple[DeviceRow, IncarnationRow]:
    """The device that wrote the facts and the journal that they go to; one that is vouched for is made known.

    Raises:
        Refused: 403 of another hall, of no known device without a voucher, or not signed with its key; 422 without its
            beginning.
    """
    device = await devices.device(db, content.device)
    if device is None:
        # Nobody can say later that a machine belongs elsewhere: what it wrote of itself decides.
        if content.office != office:
            raise _of_another_hall(content)
        if not vouched_by:
            raise _unknown(content)
        device = DeviceRow(content.device, office, key, False, Role.CLERK)
        if not is_identity(device.device_id):
            raise _not_ours()
        await devices.ensure_hall(db, office)
        # Nobody has its token: it gets one only by enrolling, with the same key.
        await devices.save_device(db, device, secrets.token_urlsafe(32), now_ms)
        await tokens.record(db, now_ms, office, vouched_by, "sealed.vouched", f"{content.incarnation} {content.device}")
    if (device.office, device.public_key) != (office, key):
        raise _not_ours()
    at = await devices.incarnation(db, office, content.incarnation)
    if at is None or at.device_id != content.device:
        at = await _first_place(db, device, content, is_taken=at is not None)
    return device, await _place(db, at, content)


async def _first_place(db: Db, device: DeviceRow, content: SealedFacts, *, is_taken: bool) -> IncarnationRow:
    """The journal of a device that never had one here, from its genesis."""
    start = genesis(device.device_id, content.incarnation, device.public_key)
    if (content.first_seq, content.start) != (1, start) or not is_code(content.incarnation) or not content.events:
        raise Refused(422, wire.Problem(code="no_beginning", message="封存文件里没有这本账的第一条，不能从头核对"))
    if not is_taken:
        row = IncarnationRow(device.office, content.incarnation, device.device_id, 1, start)
    else:
        code = _branch(content, content.events[0].hash)
        row = IncarnationRow(device.office, code, device.device_id, 1, start, content.incarnation, 1, start)
    known = await devices.incarnation(db, device.office, row.code)
    if known is None:
        await devices.add_incarnation(db, row)
    return known or row


async def _place(db: Db, at: IncarnationRow, content: SealedFacts) -> IncarnationRow:
    """The journal that the facts go to: ``at``, if they continue it, or the branch that they begin."""
    hashes = {content.first_seq - 1: content.start}
    hashes |= {seq: event.hash for seq, event in enumerate(content.events, content.first_seq)}
    if hashes.get(at.expected - 1) == at.last_hash:
        return at
    first = max(content.first_seq, at.start_seq)
    stored = await facts.stored(db, at.office, at.code, first, content.first_seq + len(content.events))
    fork = next((seq for seq in range(first, max(hashes) + 1) if seq not in stored
                 or stored[seq].hash != hashes[seq]), None)  # fmt: skip
    if fork is None:
        # Everything in the file is stored already.
        return at
    code = _branch(content, hashes[fork])
    known = await devices.incarnation(db, at.office, code)
    if known is not None:
        # Its first fact is the one that differed: whatever differs from it does so further on.
        return await _place(db, known, content)
    start = hashes[fork - 1]
    branch = IncarnationRow(at.office, code, content.device, fork, start, content.incarnation, fork, start)
    await devices.add_incarnation(db, branch)
    return branch


def _branch(content: SealedFacts, first: bytes) -> str:
    return f"{content.incarnation}~{first.hex()[:12]}"


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
