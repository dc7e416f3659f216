"""What this window has of the queue just now: one row, so that a counter that was restarted goes on, also off line."""

from __future__ import annotations

import sqlite3

_KEEP = "INSERT INTO queue_desk (one, body) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET body = excluded.body"


def read(connection: sqlite3.Connection) -> bytes:
    """What was kept; empty for nothing."""
    row = connection.execute("SELECT body FROM queue_desk").fetchone()
    return bytes(row[0]) if row else b""


def keep(connection: sqlite3.Connection, body: bytes) -> None:
    """Keep this, in the caller's transaction."""
    connection.execute(_KEEP, (body,))
