"""Attachments by their content: a scan is its SHA-256, belongs to a hall, and arrives in pieces that can be resumed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from hashlib import sha256

from msgspec import Struct

from central.refusal import Refused
from central.store import Db, Store
from hall import wire

MAX_SIZE = 20 << 20
"""Largest attachment, in bytes."""
MAX_PIECE = 1 << 20
"""Most bytes of one request."""
_STORED = 256 << 10
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})").fullmatch
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}").fullmatch


class Stored(Struct, frozen=True, kw_only=True):
    """How much of an attachment is here, in bytes; the next piece begins at ``have``."""

    sha256: str
    size: int
    have: int
    whole: bool


async def look(store: Store, office: str, digest: str) -> tuple[Stored, str] | None:
    """How much of an attachment the hall has, and its MIME type; ``None``: nothing."""
    row = await store.read(lambda db: _row(db, office, digest))
    return row


async def _row(db: Db, office: str, digest: str, lock: str = "") -> tuple[Stored, str] | None:
    row = await db.row(
        f"SELECT size, have, whole, mime FROM attachment WHERE office = $1 AND sha256 = $2{lock}",  # noqa: S608
        office,
        digest,
    )
    return (Stored(sha256=digest, size=row[0], have=row[1], whole=bool(row[2])), row[3]) if row else None


async def put(
    store: Store, office: str, digest: str, mime: str, content_range: str, body: bytes, now_ms: int
) -> Stored:
    """Keep a piece; a piece that is here already changes nothing. Without a range the body is the whole attachment.

    Raises:
        Refused: 400 a range that cannot be, 409 a gap (ask how much is here), 413 too large, 422 the whole is not what
            its digest says: it is forgotten.
    """
    at, size = _place(content_range, len(body))
    kind = mime.partition(";")[0].strip().lower()
    kind = kind if _MIME(kind) else "application/octet-stream"
    return await store.transact(lambda db: _put(db, office, digest, kind, at, size, body, now_ms))


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


async def _put(db: Db, office: str, digest: str, mime: str, at: int, size: int, body: bytes, now_ms: int) -> Stored:
    await db.run(
        "INSERT INTO attachment (office, sha256, mime, size, have, whole, made_ms) VALUES ($1,$2,$3,$4,0,0,$5)"
        " ON CONFLICT (office, sha256) DO NOTHING",
        office, digest, mime, size, now_ms,
    )  # fmt: skip
    found = await _row(db, office, digest, " FOR UPDATE")
    assert found is not None
    known = found[0]
    if known.whole:
        return known
    if known.size != size:
        raise _refuse(409, "other_size", "同一附件的大小前后不一致")
    if at > known.have:
        raise _refuse(409, "gap", "中间缺一段，请从已有的地方接着传", expected=known.have)
    new = body[known.have - at :]
    for place in range(0, len(new), _STORED):
        await db.run(
            "INSERT INTO attachment_piece (office, sha256, at, body) VALUES ($1,$2,$3,$4)",
            office, digest, known.have + place, new[place : place + _STORED],
        )  # fmt: skip
    have = known.have + len(new)
    if have == size and await _digest(db, office, digest) != digest:
        # Pieces of something else: it can begin anew.
        await db.run("DELETE FROM attachment_piece WHERE office = $1 AND sha256 = $2", office, digest)
        await db.run("UPDATE attachment SET have = 0 WHERE office = $1 AND sha256 = $2", office, digest)
        return Stored(sha256=digest, size=size, have=0, whole=False)
    await db.run(
        "UPDATE attachment SET have = $1, whole = $2 WHERE office = $3 AND sha256 = $4",
        have, int(have == size), office, digest,
    )  # fmt: skip
    return Stored(sha256=digest, size=size, have=have, whole=have == size)


async def _digest(db: Db, office: str, digest: str) -> str:
    found = sha256()
    async for piece in _pieces(db, office, digest):
        found.update(piece)
    return found.hexdigest()


async def _pieces(db: Db, office: str, digest: str) -> AsyncIterator[bytes]:
    async for rows in db.stream(
        "SELECT body FROM attachment_piece WHERE office = $1 AND sha256 = $2 ORDER BY at", office, digest, piece=4
    ):
        for row in rows:
            yield row[0]


async def content(store: Store, office: str, digest: str) -> tuple[bytes, str] | None:
    """A whole attachment and its MIME type; ``None`` while it is not whole."""

    async def look_up(db: Db) -> tuple[bytes, str] | None:
        found = await _row(db, office, digest)
        if found is None or not found[0].whole:
            return None
        return b"".join([piece async for piece in _pieces(db, office, digest)]), found[1]

    return await store.read(look_up)


def _refuse(status: int, code: str, message: str, *, expected: int = 0) -> Refused:
    return Refused(status, wire.Problem(code=code, message=message, expected=expected))
