"""The feed of a hall: its cases in the order of their last change, each once (sync.md §5).

A reader that goes on from a cursor misses nothing: a case that changes again moves to a higher number, and numbers
appear in the order of commits. What was behind a cursor and has moved on comes later, as it is then.
"""

from __future__ import annotations

from msgspec import Struct

from central.refusal import Refused
from central.store import Db, Store, facts
from central.store.base import current_epoch
from central.together import Together
from hall import wire


class Asked(Struct, frozen=True):
    """A page of a hall's feed: at most ``limit`` cases that changed after ``cursor`` (empty: from the beginning)."""

    office: str
    cursor: str
    limit: int


Pages = Together[Asked, wire.ChangesReply]
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
    return page


async def pages(db: Db, asked: list[Asked]) -> list[wire.ChangesReply | Refused]:
    """Pages, each that is asked for more than once read once."""
    epoch = await current_epoch(db)
    found: dict[Asked, wire.ChangesReply | Refused] = {}
    for one in dict.fromkeys(asked):
        try:
            found[one] = await _page(db, epoch, one)
        except Refused as refused:
            found[one] = refused
    return [found[one] for one in asked]


async def _page(db: Db, epoch: str, asked: Asked) -> wire.ChangesReply:
    after = read_cursor(asked.cursor, epoch)
    rows = await facts.changes(db, asked.office, after, asked.limit + 1)
    page = [row.as_change() for row in rows[: asked.limit]]
    last = page[-1].server_seq if page else after
    more = len(rows) > asked.limit
    return wire.ChangesReply(epoch=epoch, changes=page, next_cursor=f"{epoch}:{last}", has_more=more)


def read_cursor(cursor: str, epoch: str) -> int:
    """The number a cursor stands for.

    Raises:
        Refused: 410 it is none of this epoch.
    """
    named, _, number = cursor.partition(":")
    if cursor and (named != epoch or not number.isascii() or not number.isdigit() or len(number) > 15):
        raise Refused(410, wire.Problem(code="cursor_expired", message="请从头读取", epoch=epoch))
    return int(number or 0)


def number_of(cursor: str) -> int:
    """The number in a cursor of ours."""
    return int(cursor.rpartition(":")[2])


async def snapshot(store: Store, office: str, after: str, limit: int) -> wire.SnapshotReply:
    """A page of the hall's cases by identity. ``after`` is ``next_after`` of the page before; empty: the first.

    It carries where the feed stood at the first page, so that what changes between two pages comes with the feed.

    Raises:
        Refused: 410 the page before is of another epoch: begin anew.
    """

    async def look(db: Db) -> wire.SnapshotReply:
        epoch = await current_epoch(db)
        named, _, last = after.partition("/")
        head = read_cursor(named or "?", epoch) if after else await facts.feed_head(db, office)
        rows = await facts.cases_of(db, office, last, limit + 1)
        page = [row.as_change() for row in rows[:limit]]
        cursor = f"{epoch}:{head}"
        more = f"{cursor}/{page[-1].case_id}" if len(rows) > limit else ""
        return wire.SnapshotReply(epoch=epoch, cases=page, next_after=more, cursor=cursor)

    return await store.read(look)
