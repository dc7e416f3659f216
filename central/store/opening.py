"""Which engine a database is: a file (embedded SQLite) or a ``postgresql://`` address."""

from __future__ import annotations

import os
from pathlib import Path

from central.store.base import Store
from central.store.sqlite import SqliteStore

SECRET_VARIABLE = "CLERK_CENTRAL_PIN_SECRET"
"""Names the file with the secret of PINs where the database is no file."""
POSTGRES = ("postgresql://", "postgres://")


def open_store(database: str | Path) -> Store:
    """The store of a database: a path, or ``postgresql://…`` (which connects at ``start``).

    Raises:
        StoreError: the file cannot be opened or is not a centre's database.
    """
    if isinstance(database, str) and database.startswith(POSTGRES):
        # Only who uses PostgreSQL loads its client.
        from central.store.postgres import PostgresStore

        secret = os.environ.get(SECRET_VARIABLE)
        return PostgresStore(database, secret_file=Path(secret) if secret else None)
    return SqliteStore(Path(database))
