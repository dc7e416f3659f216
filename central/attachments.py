"""Attachments by their content: a scan is its SHA-256, belongs to a hall, and arrives in pieces that can be resumed."""

from __future__ import annotations

import asyncio
import logging
import re
from functools import partial
from hashlib import sha256
from typing import NamedTuple

import msgspec

from central import clock
from central.refusal import Refused
from central.store import Db, Store
from central.store.devices import DeviceRow
from hall import wire
from hall.wire_files import Stored, sign_whole

log = logging.getLogger(__name__)
MAX_SIZE = 20 << 20
"""Largest attachment, in bytes."""
MAX_PIECE = 1 << 20
"""Most bytes of one request."""
KEPT_DAYS = 7
"""How many days a part is kept that nobody goes on with: longer than a window is off over a weekend. The scan stays at
its counter, which begins anew."""
_LOOK_S = 3600.0
_STORED = 256 << 10
_ITS = "office = $1 AND sha256 = $2 AND device_id = $3"
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})").fullmatch
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}").fullmatch


class Sent(NamedTuple):
    """An attachment that a device sends."""

    office: str
    sha256: str
    device: str


async def look(store: Store, device: DeviceRow, digest: str) -> Stored | None:
    """How much of an attachment the hall has whole, signed, or ``device`` has sent of it; ``None``: nothing."""
    told = await store.read(lambda db: _look(db, device.office, device.device_id, digest))
    return await _signed(store, device, told) if told is not None else None


async def _signed(store: Store, device: DeviceRow, stored: Stored) -> Stored:
    if not stored.whole:
        return stored
    signature = sign_whole(store.key, device.device_id, await store.epoch(), stored.sha256, stored.size)
    return msgspec.structs.replace(stored, signature=signature)


async def _look(db: Db, office: str, device: str, digest: str) -> Stored | None:
    whole = await _whole(db, office, digest)
    if whole is not None:
        return whole
    row = await db.row(
        "SELECT size, have FROM upload WHERE office = $1 AND sha256 = $2 AND device_id = $3", office, digest, device
    )
    return Stored(sha256=digest, size=row[0], have=row[1], whole=False) if row else None


async def _whole(db: Db, office: str, digest: str) -> Stored | None:
    row = await db.row("SELECT size FROM attachment WHERE office = $1 AND sha256 = $2", office, digest)
    return Stored(sha256=digest, size=row[0], have=row[0], whole=True) if row else None


async def put(
    store: Store, device: DeviceRow, digest: str, mime: str, content_range: str, body: bytes, now_ms: int
) -> Stored:
    """Keep a piece; a piece that is here already changes nothing. Without a range the body is the whole attachment.

    What is under way is each device's own: nobody can spoil what another one sends.

    Raises:
        Refused: 400 a range that cannot be, 409 a gap (ask how much is here), 413 too large, 422 the whole is not what
            its digest says: it is forgotten.
    """
    at, size = _place(content_range, len(body))
    kind = mime.partition(";")[0].strip().lower()
    kind = kind if _MIME(kind) else "application/octet-stream"
    sent = Sent(device.office, digest, device.device_id)
    stored = await store.transact(lambda db: _put(db, sent, kind, at, size, body, now_ms))
    if not stored.have and stored.size:
        raise _refuse(422, "wrong_digest", "附件的内容与编号不符，请重传")
    return await _signed(store, device, stored)


def _place(content_range: str, length: int) -> tuple[int, int]:
    """Where a piece begins and how large the whole is."""
    if length > MAX_PIECE:
        raise _refuse(413, "too_big", "一次最多传 1 MiB")
    if not content_range:
        return 0, length
    found = _RANGE(content_range)
    if found is None:
        raise _refuse(400, "bad_range", "Content-Range 的写法不对")
    first, last, size = map(int, found.groups())
    if last - first + 1 != length or last >= size:
        raise _refuse(400, "bad_range", "Content-Range 与内容的长度不符")
    if size > MAX_SIZE:
        raise _refuse(413, "too_big", "附件最大 20 MiB")
    return first, size


async def _put(db: Db, sent: Sent, mime: str, at: int, size: int, body: bytes, now_ms: int) -> Stored:
    whole = await _whole(db, sent.office, sent.sha256)
    if whole is not None:
        return whole
    known = await _begun(db, sent, size, now_ms)
    if at > known:
        raise _refuse(409, "gap", "中间缺一段，请从已有的地方接着传", expected=known)
    new = body[known - at :]
    for place in range(0, len(new), _STORED):
        await db.run(
            "INSERT INTO upload_piece (office, sha256, device_id, at, body) VALUES ($1,$2,$3,$4,$5)",
            *sent, known + place, new[place : place + _STORED],
        )  # fmt: skip
    have = known + len(new)
    if have < size:
        await db.run(f"UPDATE upload SET have = $4 WHERE {_ITS}", *sent, have)  # noqa: S608
        return Stored(sha256=sent.sha256, size=size, have=have, whole=False)
    if await _digest(db, sent) != sent.sha256:
        # Pieces of something else: it can begin anew.
        await _forget(db, sent)
        return Stored(sha256=sent.sha256, size=size, have=0, whole=False)
    await _keep(db, sent, mime, size, now_ms)
    return Stored(sha256=sent.sha256, size=size, have=size, whole=True)


async def _begun(db: Db, sent: Sent, size: int, now_ms: int) -> int:
    """How much the device has sent, locked until the transaction ends; one that now says another size begins anew."""
    row = await db.row(
        "INSERT INTO upload (office, sha256, device_id, size, have, touched_ms) VALUES ($1,$2,$3,$4,0,$5)"
        " ON CONFLICT (office, sha256, device_id) DO UPDATE SET touched_ms = $5 RETURNING size, have",
        *sent,
        size,
        now_ms,
    )
    assert row is not None
    if row[0] == size:
        return int(row[1])
    await db.run(f"DELETE FROM upload_piece WHERE {_ITS}", *sent)  # noqa: S608
    await db.run(f"UPDATE upload SET size = $4, have = 0 WHERE {_ITS}", *sent, size)  # noqa: S608
    return 0


async def prune(store: Store, kept_days: int, now_ms: int) -> int:
    """Let go what was begun and not gone on with for longer than ``kept_days``; how many. One that goes on meanwhile
    stays. Several processes may do it at once."""
    since = now_ms - kept_days * 24 * 3600 * 1000
    left = await store.read(
        lambda db: db.rows("SELECT office, sha256, device_id FROM upload WHERE touched_ms < $1", since)
    )
    gone = 0
    for row in left:
        # Each for itself: whoever writes meanwhile waits for the pieces of one at most.
        gone += await store.transact(partial(_let_go, sent=Sent(*row), since=since))
    return gone


async def _let_go(db: Db, sent: Sent, since: int) -> bool:
    gone = await db.row(f"DELETE FROM upload WHERE {_ITS} AND touched_ms < $4 RETURNING 1", *sent, since)  # noqa: S608
    if gone is not None:
        await db.run(f"DELETE FROM upload_piece WHERE {_ITS}", *sent)  # noqa: S608
    return gone is not None


async def keep_pruned(store: Store, kept_days: int) -> None:
    """``prune`` now and every hour until cancelled."""
    while True:
        try:
            await prune(store, kept_days, clock.now_ms())
        except Exception as error:
            # The next round tries again; the type only, a text may hold what somebody typed.
            log.error("letting go of unfinished attachments failed: %s", type(error).__name__)
        await asyncio.sleep(_LOOK_S)


async def _keep(db: Db, sent: Sent, mime: str, size: int, now_ms: int) -> None:
    """It is whole, and the hall's; what others have sent of it is needed no more."""
    office, digest, _ = sent
    new = await db.row(
        "INSERT INTO attachment (office, sha256, mime, size, made_ms) VALUES ($1,$2,$3,$4,$5)"
        " ON CONFLICT DO NOTHING RETURNING size",
        office,
        digest,
        mime,
        size,
        now_ms,
    )
    if new is not None:
        await db.run(
            "INSERT INTO attachment_piece (office, sha256, at, body) SELECT office, sha256, at, body FROM upload_piece"
            " WHERE office = $1 AND sha256 = $2 AND device_id = $3",
            *sent,
        )
    for table in ("upload_piece", "upload"):
        await db.run(f"DELETE FROM {table} WHERE office = $1 AND sha256 = $2", office, digest)  # noqa: S608


async def _forget(db: Db, sent: Sent) -> None:
    for table in ("upload_piece", "upload"):
        await db.run(f"DELETE FROM {table} WHERE {_ITS}", *sent)  # noqa: S608


async def _digest(db: Db, sent: Sent) -> str:
    found = sha256()
    wanted = f"SELECT body FROM upload_piece WHERE {_ITS} ORDER BY at"  # noqa: S608
    async for rows in db.stream(wanted, *sent, piece=4):
        for row in rows:
            found.update(row[0])
    return found.hexdigest()


async def content(store: Store, office: str, digest: str) -> tuple[bytes, str] | None:
    """A whole attachment and its MIME type; ``None`` while it is not whole."""

    async def look_up(db: Db) -> tuple[bytes, str] | None:
        row = await db.row("SELECT mime FROM attachment WHERE office = $1 AND sha256 = $2", office, digest)
        if row is None:
            return None
        wanted = "SELECT body FROM attachment_piece WHERE office = $1 AND sha256 = $2 ORDER BY at"
        pieces = [each[0] async for rows in db.stream(wanted, office, digest, piece=4) for each in rows]
        return b"".join(pieces), str(row[0])

    return await store.read(look_up)


def _refuse(status: int, code: str, message: str, *, expected: int = 0) -> Refused:
    return Refused(status, wire.Problem(code=code, message=message, expected=expected))
