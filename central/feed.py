"""The feed of a hall: its cases in the order of their last change, each once (sync.md §5).

A reader that goes on from a cursor misses nothing: a case that changes again moves to a higher number, and numbers
appear in the order of commits. What was behind a cursor and has moved on comes later, as it is then.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec
from msgspec import Struct

from central.refusal import Refused
from central.store import Db, Store, facts
from central.store.base import current_epoch
from central.together import Together
from hall import wire


class Asked(Struct, frozen=True):
    """A page of a hall's feed: at most ``limit`` cases that changed after ``cursor`` (empty: from the beginning).
    ``empty``: of a reader that is not to know the cases."""

    office: str
    cursor: str
    limit: int
    empty: bool = False


class Page(Struct, frozen=True):
    """A page and the bytes it is sent in, made once for all who ask for it; ``digest`` is what is signed for each."""

    reply: wire.ChangesReply
    body: bytes
    digest: bytes


Pages = Together[Asked, Page]
"""Who waits for a hall's next change is told of it at the same moment: what all ask is read once."""


def lookup(store: Store) -> Pages:
    """The feed of a process."""
    return Together(store.read, pages)


async def changes(store: Store, asked: Asked) -> wire.ChangesReply:
    """A page.

    Raises:
        Refused: 410 the cursor is none, or of another epoch: the reader begins anew.
    """
    (page,) = await store.read(lambda db: pages(db, [asked]))
    if isinstance(page, Refused):
        raise page
    return page.reply


async def pages(db: Db, asked: list[Asked]) -> list[Page | Refused]:
    """Pages, each that is asked for more than once read once."""
    epoch = await current_epoch(db)
    found: dict[Asked, Page | Refused] = {}
    for one in dict.fromkeys(asked):
        try:
            found[one] = await _page(db, epoch, one)
        except Refused as refused:
            found[one] = refused
    return [found[one] for one in asked]


async def _page(db: Db, epoch: str, asked: Asked) -> Page:
    after = read_cursor(asked.cursor, epoch)
    if asked.empty:
        return _nothing(epoch, after)
    sizes = await facts.sizes(db, asked.office, after, asked.limit + 1)
    last, size = after, 0
    for count, (number, length) in enumerate(sizes):
        size += length if length <= wire.MAX_CASE else 0
        if count == asked.limit or (count and size > wire.MAX_PAGE):
            break
        last = number
    rows = await facts.changes(db, asked.office, after, last, wire.MAX_CASE) if sizes else []
    more = bool(sizes) and last < sizes[-1][0]
    return _as_sent(epoch, [row.as_change() for row in rows], last, more)


def _nothing(epoch: str, after: int) -> Page:
    """A feed that never says anything. Who had read another begins anew, and lets go what that one said."""
    if after:
        raise _expired(epoch)
    return _as_sent(epoch, [], 0, False)


def _as_sent(epoch: str, changes: list[wire.Change], last: int, more: bool) -> Page:
    reply = wire.ChangesReply(epoch=epoch, changes=changes, next_cursor=f"{epoch}:{last}", has_more=more)
    body = msgspec.json.encode(reply)
    return Page(reply, body, sha256(body).digest())


def read_cursor(cursor: str, epoch: str) -> int:
    """The number a cursor stands for.

    Raises:
        Refused: 410 it is none of this epoch.
    """
    named, _, number = cursor.partition(":")
    if cursor and (named != epoch or not number.isascii() or not number.isdigit() or len(number) > 15):
        raise _expired(epoch)
    return int(number or 0)


def number_of(cursor: str) -> int:
    """The number in a cursor of ours."""
    return int(cursor.rpartition(":")[2])


def _expired(epoch: str) -> Refused:
    return Refused(410, wire.Problem(code="cursor_expired", message="请从头读取", epoch=epoch))
