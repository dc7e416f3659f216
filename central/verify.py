"""Whether the stored journals are what the devices sealed: every fact's hash, from each genesis to the last known."""

from __future__ import annotations

from msgspec import Struct

from central.store import Db, Store
from hall.chain import Sealed, follows, genesis
from hall.errors import BrokenChain


class Verified(Struct, frozen=True, kw_only=True):
    """How much was checked."""

    journals: int
    facts: int


async def verify(store: Store) -> Verified:
    """Check every journal.

    Raises:
        BrokenChain: at the first fact that is not the one that was sealed, or is missing.
    """
    return await store.read(_verify)


async def _verify(db: Db) -> Verified:
    facts = 0
    journals = await db.rows(
        "SELECT i.office, i.code, i.expected, i.last_hash, d.device_id, d.public_key, i.start_seq, i.start_hash"
        " FROM incarnation i JOIN device d ON d.device_id = i.device_id ORDER BY i.office, i.code"
    )
    for office, code, expected, last_hash, device, public_key, start_seq, start_hash in journals:
        previous, seq = start_hash or genesis(device, code, public_key), start_seq - 1
        async for piece in db.stream(
            "SELECT e.seq, e.header, e.public, e.hash, e.personal, e.salt, e.personal_hash, r.public_hash FROM event e"
            " LEFT JOIN report r ON r.office = e.office AND r.incarnation = e.incarnation AND r.seq = e.seq"
            " WHERE e.office = $1 AND e.incarnation = $2 ORDER BY e.seq",
            office,
            code,
        ):
            for row in piece:
                seq += 1
                sealed = Sealed(
                    header=row[1],
                    public=row[2],
                    hash=row[3],
                    personal=row[4],
                    salt=row[5],
                    personal_hash=row[6],
                    public_hash=row[7] or b"",
                )
                if row[0] != seq or not follows(sealed, previous):
                    raise _broken(office, code, seq)
                previous = sealed.hash
        if (seq + 1, previous) != (expected, last_hash):
            raise _broken(office, code, seq + 1)
        facts += seq - start_seq + 1
    return Verified(journals=len(journals), facts=facts)


def _broken(office: str, code: str, seq: int) -> BrokenChain:
    return BrokenChain(
        "changed_fact",
        f"{office} 的设备代码 {code} 第{seq}条记录缺失或与封存时不同",
        field=str(seq),
        hint="不要再用这个数据库；从备份恢复，设备会补传",
    )
