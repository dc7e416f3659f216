"""The centre's signed lists of epochs that are over: a centre that was put back to a copy may have forgotten whom it
revoked or disabled since, so each is handed back to it (``hall.wire_remember``)."""

from __future__ import annotations

import sqlite3
from typing import Final, Literal

import msgspec
from msgspec import Struct

from clerk_tui.store.connection import Database
from hall.chain import UNREADABLE

KEPT_MS: Final = 35 * 24 * 3600 * 1000
"""How long one is offered that the centre does not take: its copies reach that far back."""
Kind = Literal["keys", "clerks"]


class Former(Struct, frozen=True):
    """A list as it came: the JSON of ``hall.wire.KeysReply`` (without the secret) or
    ``hall.wire_clerks.ClerksReply``."""

    kind: Kind
    epoch: str
    body: bytes


class _Head(Struct):
    device: str
    epoch: str


def keep_former(db: sqlite3.Connection, kind: Kind, body: bytes, device: str, epoch: str, now_ms: int) -> None:
    """In the caller's transaction, keep the list ``body`` that gives way to one of ``epoch``, if its own epoch is
    another; of an epoch the last."""
    db.execute("DELETE FROM former_list WHERE abs(? - kept_ms) > ?", (now_ms, KEPT_MS))
    try:
        head = msgspec.json.decode(body, type=_Head)
    except UNREADABLE:
        return
    if head.epoch != epoch and head.device == device:
        db.execute(
            "INSERT OR REPLACE INTO former_list (kind, epoch, body, kept_ms) VALUES (?,?,?,?)",
            (kind, head.epoch, body, now_ms),
        )


def former_lists(connection: sqlite3.Connection) -> list[Former]:
    """The lists that are still to be handed back."""
    return [
        Former(*row) for row in connection.execute("SELECT kind, epoch, body FROM former_list ORDER BY kind, epoch")
    ]


def forget_former(database: Database, kind: Kind, epoch: str) -> None:
    """The centre has looked through it."""
    with database.write() as db:
        db.execute("DELETE FROM former_list WHERE kind = ? AND epoch = ?", (kind, epoch))
