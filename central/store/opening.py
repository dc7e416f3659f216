"""Which engine a database is: a file (embedded SQLite) or a ``postgresql://`` address."""

from __future__ import annotations

from pathlib import Path

from central.store.base import Store
from central.store.sqlite import SqliteStore

POSTGRES = ("postgresql://", "postgres://")


def open_store(database: str | Path) -> Store:
    """The store of a database: a path, or ``postgresql://…`` (which connects at ``start``).

    Raises:
        StoreError: the file cannot be opened or is not a centre's database.
    """
    if isinstance(database, str) and database.startswith(POSTGRES):
        # Only who uses PostgreSQL loads its client.
        from central.store.postgres import PostgresStore

        return PostgresStore(database)
    return SqliteStore(Path(database))
