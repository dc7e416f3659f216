"""The feed of a hall: its cases in the order of their last change, each once (sync.md §5).

A reader that goes on from a cursor misses nothing: a case that changes again moves to a higher number, and numbers
appear in the order of commits. What was behind a cursor and has moved on comes later, as it is then.
"""

from __future__ import annotations

from central.refusal import Refused
from central.store import Db, Store, facts
from central.store.base import current_epoch
from hall import wire


async def changes(store: Store, office: str, cursor: str, limit: int) -> wire.ChangesReply:
    """A page of at most ``limit`` cases that changed after ``cursor`` (empty: from the beginning).

    Raises:
        Refused: 410 the cursor is none, or of another epoch: the reader begins anew.
    """

    async def look(db: Db) -> wire.ChangesReply:
        epoch = await current_epoch(db)
        after = read_cursor(cursor, epoch)
        rows = await facts.changes(db, office, after, limit + 1)
        page = [row.as_change() for row in rows[:limit]]
        last = page[-1].server_seq if page else after
        return wire.ChangesReply(epoch=epoch, changes=page, next_cursor=f"{epoch}:{last}", has_more=len(rows) > limit)

    return await store.read(look)


def read_cursor(cursor: str, epoch: str) -> int:
    """The number a cursor stands for.

    Raises:
        Refused: 410 it is none of this epoch.
    """
    named, _, number = cursor.partition(":")
    if cursor and (named != epoch or not number.isascii() or not number.isdigit() or len(number) > 15):
        raise Refused(410, wire.Problem(code="cursor_expired", message="请从头读取", epoch=epoch))
    return int(number or 0)
