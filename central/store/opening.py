"""Which engine a database is: a file (embedded SQLite) or a ``postgresql://`` address."""

from __future__ import annotations

import os
from pathlib import Path

from central.store.base import Store
from central.store.sqlite import SqliteStore

SECRET_VARIABLE = "CLERK_CENTRAL_PIN_SECRET"
"""Names the file with the secret of PINs where the database is no file."""
POSTGRES = ("postgresql://", "postgres://")


def open_store(database: str | Path, *, make: bool = True) -> Store:
    """The store of a database: a path, or ``postgresql://…`` (which connects at ``start``). Without ``make`` there has
    to be a centre already; with it an empty one is made where there is none.

    Raises:
        StoreError: the file cannot be opened or is not a centre's database; ``no_centre``, there is none (of a
            PostgreSQL database at ``start``).
    """
    if isinstance(database, str) and database.startswith(POSTGRES):
        # Only who uses PostgreSQL loads its client.
        from central.store.postgres import PostgresStore

        secret = os.environ.get(SECRET_VARIABLE)
        return PostgresStore(database, secret_file=Path(secret) if secret else None, make=make)
    return SqliteStore(Path(database), make=make)
