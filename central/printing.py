"""Print jobs of a hall's windows: put, taken on a lease, begun, ended; printed by itself once at most.

Every function works inside the caller's transaction. The PDF lies in a table of its own and is erased in the same
transaction in which the job is known to have come out or is taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from central.refusal import Refused
from central.store import Db
from central.store.base import Row
from hall import print_wire as p
from hall import wire

_COLUMNS = "name, station, state, error, window_device, made_ms, changed_ms"


def _job(row: Row) -> p.Job:
    return p.Job(
        name=row[0], station=row[1], state=row[2], error=row[3], window=row[4], made_ms=row[5], changed_ms=row[6]
    )


async def put(db: Db, office: str, device: str, request: p.PutRequest, now_ms: int) -> p.Job:
    """Queue a paper.

    Raises:
        Refused: 422 the paper is not what its digest says; 409 another paper of that name came out or waits.
    """
    if sha256(request.pdf).hexdigest() != request.sha256:
        raise _refuse(422, "wrong_digest", "文书的内容与校验值不符，请重传")
    await _forget(db, office, now_ms)
    row = await db.row(
        "SELECT state, sha256 FROM print_job WHERE office = $1 AND name = $2 FOR UPDATE", office, request.name
    )
    if row is not None and row[0] not in ("failed", "unknown", "withdrawn"):
        if row[1] != request.sha256:
            raise _refuse(409, "other_paper", "打印台已有同名的另一份文书")
        return await _one(db, office, request.name)
    await db.run(
        "INSERT INTO print_job (office, name, station, state, sha256, window_device, holder, claim_id, lease_ms, error,"
        " made_ms, changed_ms) VALUES ($1,$2,$3,'queued',$4,$5,'','',0,'',$6,$6) ON CONFLICT (office, name) DO UPDATE"
        " SET station = excluded.station, state = 'queued', sha256 = excluded.sha256, window_device ="
        " excluded.window_device, claim_id = '', error = '', changed_ms = excluded.changed_ms",
        office, request.name, request.station, request.sha256, device, now_ms,
    )  # fmt: skip
    await db.run(
        "INSERT INTO print_body (office, name, body) VALUES ($1,$2,$3)"
        " ON CONFLICT (office, name) DO UPDATE SET body = excluded.body",
        office, request.name, request.pdf,
    )  # fmt: skip
    return await _one(db, office, request.name)


async def take(db: Db, office: str, device: str, request: p.TakeRequest, now_ms: int) -> p.TakeReply:
    """The oldest job that waits, for this station alone until its lease ends."""
    await _expire(db, office, now_ms)
    row = await db.row(
        "SELECT name FROM print_job WHERE office = $1 AND holder = $2 AND claim_id = $3 AND state = 'taken'",
        office, device, request.claim_id,
    ) or await db.row(
        "SELECT name FROM print_job WHERE office = $1 AND state = 'queued' AND (station = '' OR station = $2)"
        " ORDER BY made_ms, name LIMIT 1 FOR UPDATE SKIP LOCKED",
        office, request.station,
    )  # fmt: skip
    if row is None:
        return p.TakeReply()
    name = str(row[0])
    await db.run(
        "UPDATE print_job SET state = 'taken', holder = $1, claim_id = $2, lease_ms = $3, error = '', changed_ms = $4"
        " WHERE office = $5 AND name = $6",
        device, request.claim_id, now_ms + p.LEASE_MS, now_ms, office, name,
    )  # fmt: skip
    body = await db.row("SELECT body FROM print_body WHERE office = $1 AND name = $2", office, name)
    return p.TakeReply(job=await _one(db, office, name), pdf=bytes(body[0]) if body else b"")


async def begin(db: Db, office: str, device: str, request: p.StepRequest, now_ms: int) -> p.Job:
    """From now on it may have come out.

    Raises:
        Refused: 409 it is not this claim's any more.
    """
    await _expire(db, office, now_ms)
    changed = await db.row(
        "UPDATE print_job SET state = 'printing', lease_ms = $1, changed_ms = $2 WHERE office = $3 AND name = $4"
        " AND holder = $5 AND claim_id = $6 AND state IN ('taken', 'printing') RETURNING name",
        now_ms + p.PRINTING_MS, now_ms, office, request.name, device, request.claim_id,
    )  # fmt: skip
    if changed is None:
        raise _not_yours()
    return await _one(db, office, request.name)


async def end(db: Db, office: str, device: str, request: p.EndRequest, now_ms: int) -> p.Job:
    """What became of it; told late it still counts, as long as nobody else has settled it.

    Raises:
        Refused: 409 it is not this claim's any more.
    """
    changed = await db.row(
        "UPDATE print_job SET state = $1, error = $2, changed_ms = $3 WHERE office = $4 AND name = $5 AND holder = $6"
        " AND claim_id = $7 AND (state = $1 OR state IN ('taken', 'printing', 'unknown')) RETURNING name",
        request.state, request.error, now_ms, office, request.name, device, request.claim_id,
    )  # fmt: skip
    if changed is None:
        raise _not_yours()
    if request.state == "printed":
        await _erase(db, office, request.name)
    return await _one(db, office, request.name)


async def forsake(db: Db, office: str, device: str, now_ms: int) -> list[p.Job]:
    """What this station held when its program ended: taken goes back, of what was begun nobody knows."""
    await db.run(
        "UPDATE print_job SET state = 'queued', claim_id = '', changed_ms = $1"
        " WHERE office = $2 AND holder = $3 AND state = 'taken'",
        now_ms, office, device,
    )  # fmt: skip
    left = await db.rows(
        "UPDATE print_job SET state = 'unknown', error = $1, changed_ms = $2"
        " WHERE office = $3 AND holder = $4 AND state = 'printing' RETURNING name",
        "打印台中断时正在打印，不知道打出了没有", now_ms, office, device,
    )  # fmt: skip
    return [await _one(db, office, row[0]) for row in left]


async def settle(db: Db, office: str, request: p.SettleRequest, now_ms: int) -> p.Job:
    """What a person says of a job that failed or of which nobody knows.

    Raises:
        Refused: 409 that is known already.
    """
    changed = await db.row(
        "UPDATE print_job SET state = $1, error = '', claim_id = '', changed_ms = $2 WHERE office = $3 AND name = $4"
        " AND state IN ('unknown', 'failed') RETURNING name",
        "printed" if request.printed else "queued", now_ms, office, request.name,
    )  # fmt: skip
    if changed is None:
        raise _refuse(409, "not_open", "这份文书打印的结果已经清楚了")
    if request.printed:
        await _erase(db, office, request.name)
    return await _one(db, office, request.name)


async def withdraw(db: Db, office: str, device: str, request: p.WithdrawRequest, now_ms: int) -> p.Job:
    """The window that sent it prints it elsewhere.

    Raises:
        Refused: 409 a station has it, or it came out.
    """
    changed = await db.row(
        "UPDATE print_job SET state = 'withdrawn', changed_ms = $1 WHERE office = $2 AND name = $3"
        " AND window_device = $4 AND state IN ('queued', 'failed', 'withdrawn') RETURNING name",
        now_ms, office, request.name, device,
    )  # fmt: skip
    if changed is None:
        raise _refuse(409, "not_waiting", "打印台已经拿走这份文书")
    await _erase(db, office, request.name)
    return await _one(db, office, request.name)


async def told(db: Db, office: str, names: Sequence[str], now_ms: int) -> list[p.Job]:
    """How these jobs stand; a name that is not known is left out."""
    await _expire(db, office, now_ms)
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM print_job WHERE office = $1 AND name = ANY($2) ORDER BY made_ms, name",  # noqa: S608
        office, list(names),
    )  # fmt: skip
    return [_job(row) for row in rows]


async def listed(db: Db, office: str, station: str, now_ms: int) -> list[p.Job]:
    """What a station has to do or has done lately, the oldest first."""
    await _expire(db, office, now_ms)
    rows = await db.rows(
        f"SELECT {_COLUMNS} FROM print_job WHERE office = $1 AND (station = '' OR station = $2)"  # noqa: S608
        " AND state <> 'withdrawn' ORDER BY CASE WHEN state = 'printed' THEN 1 ELSE 0 END, changed_ms DESC LIMIT $3",
        office, station, p.MAX_LISTED,
    )  # fmt: skip
    return sorted((_job(row) for row in rows), key=lambda job: (job.made_ms, job.name))


async def _expire(db: Db, office: str, now_ms: int) -> None:
    """Leases that ended: what was only taken waits again, what was begun nobody knows."""
    await db.run(
        "UPDATE print_job SET state = 'queued', claim_id = '', changed_ms = $1"
        " WHERE office = $2 AND state = 'taken' AND lease_ms < $1",
        now_ms, office,
    )  # fmt: skip
    await db.run(
        "UPDATE print_job SET state = 'unknown', error = $1, changed_ms = $2"
        " WHERE office = $3 AND state = 'printing' AND lease_ms < $2",
        "打印台没有回音，不知道打出了没有", now_ms, office,
    )  # fmt: skip


async def _forget(db: Db, office: str, now_ms: int) -> None:
    for table in ("print_body", "print_job"):
        await db.run(
            f"DELETE FROM {table} WHERE office = $1 AND name IN"  # noqa: S608
            " (SELECT name FROM print_job WHERE office = $1 AND changed_ms < $2)",
            office, now_ms - p.KEPT_MS,
        )  # fmt: skip


async def _erase(db: Db, office: str, name: str) -> None:
    await db.run("DELETE FROM print_body WHERE office = $1 AND name = $2", office, name)


async def _one(db: Db, office: str, name: str) -> p.Job:
    row = await db.row(f"SELECT {_COLUMNS} FROM print_job WHERE office = $1 AND name = $2", office, name)  # noqa: S608
    assert row is not None, "it was just written"
    return _job(row)


def _not_yours() -> Refused:
    return _refuse(409, "not_yours", "这份文书已经不归本打印台打印")


def _refuse(status: int, code: str, message: str) -> Refused:
    return Refused(status, wire.Problem(code=code, message=message))
