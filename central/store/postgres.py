"""PostgreSQL: a pool of connections, rows locked where they are decided on, all on disk before it is answered."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.store.base import PIECE, Db, Row, Store, no_centre, unstorable
from central.store.migrations import migrations
from hall.errors import StoreError

Result = TypeVar("Result")

CONNECTIONS = 10
"""Most connections of one process."""
PLANS_S = 10.0
"""How old a connection's plans become."""
TRIES = 10
"""How often a transaction is done again that met another one."""
_TIMEOUT_S = 30.0
_MIGRATING = 0x636C65726B
"""Key of the advisory lock under which one process at a time migrates."""
_MET_ANOTHER = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    # Two transactions made the same row at once: the second sees it when it looks again.
    asyncpg.UniqueViolationError,
)
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The connection was cut in the middle of a message.
    asyncpg.InternalClientError,
    # It starts, stops, or is out of room; or it has become a standby.
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)
_UNSTORABLE = (asyncpg.DataError, UnicodeEncodeError)
_UNUSABLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError)
_SETTINGS = {
    "application_name": "clerk-central",
    "synchronous_commit": "on",
    "timezone": "UTC",
    # We look up few rows by an index that has their order. A bitmap reads all that match and sorts them, a scan reads
    # the table whole, and a planner prefers either while it has no statistics yet: the next ticket would cost as much
    # as the queue is long. What has no index is read whole all the same.
    "enable_bitmapscan": "off",
    "enable_seqscan": "off",
    # So no plan depends on a value and one serves for a while. Planning each time takes longer than the look itself.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_MUST_BE_ON = ("synchronous_commit", "fsync", "full_page_writes")


class PostgresDb(Db):
    """A connection inside a transaction; made by ``PostgresStore``."""

    def __init__(self, connection: PoolConnectionProxy[Any]) -> None:
        self._db = connection

    async def rows(self, sql: str, *values: object) -> list[Row]:
        found: list[Row] = await self._db.fetch(sql, *values)
        return found

    async def run(self, sql: str, *values: object) -> None:
        await self._db.execute(sql, *values)

    async def many(self, sql: str, rows: Sequence[Row]) -> None:
        if rows:
            await self._db.executemany(sql, rows)

    async def stream(self, sql: str, *values: object, piece: int = PIECE) -> AsyncIterator[list[Row]]:
        cursor = await self._db.cursor(sql, *values)
        while rows := await cursor.fetch(piece):
            yield rows

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        await self._db.copy_records_to_table(table, columns=columns, records=rows)


class PostgresStore(Store):
    """A centre's database at a ``postgresql://`` address; any number of processes may share it.

    Connections belong to the event loop in which ``start`` ran.
    """

    def __init__(
        self, address: str, *, connections: int = CONNECTIONS, secret_file: Path | None = None, make: bool = True
    ) -> None:
        self.address = address
        self._make = make
        self.secret_file = secret_file
        self._connections = connections
        self._pool: asyncpg.Pool[Any] | None = None

    async def start(self) -> None:
        if self._pool is not None:
            return
        pool = None
        try:
            pool = await asyncpg.create_pool(
                self.address,
                min_size=1,
                max_size=self._connections,
                command_timeout=_TIMEOUT_S,
                server_settings=_SETTINGS,
                reset=_Plans().given_back,
            )
            async with pool.acquire() as connection:
                await _check(connection)
                # The address may hold a password: it is not told.
                if not self._make and await connection.fetchval("SELECT to_regclass('migration')") is None:
                    raise no_centre(" --database 的数据库")
                self.is_new = await _migrate(connection)
        except BaseException as error:
            if pool is not None:
                await pool.close()
            if isinstance(error, _UNUSABLE):
                # The type only: the text of some errors repeats the address, and with it the password.
                message = f"中心数据库连不上或不能用（{type(error).__name__}）"
                hint = "检查 --database 的地址、权限和数据库的状态"
                raise StoreError("centre_database", message, hint=hint) from error
            raise
        self._pool = pool
        await self.learn_key()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[PoolConnectionProxy[Any]]:
        if self._pool is None:
            raise StoreError("centre_database", "中心数据库还没有打开", hint="重新启动中心")
        try:
            async with self._pool.acquire(timeout=_TIMEOUT_S) as connection:
                yield connection
        except _UNSTORABLE as error:
            raise unstorable() from error
        except _AWAY as error:
            raise StoreError(
                "centre_database_away", f"中心数据库没有应答（{type(error).__name__}）", hint="检查数据库，稍后再试"
            ) from error

    async def transact(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        async with self._connected() as connection:
            for attempt in range(1, TRIES + 1):
                try:
                    async with connection.transaction():
                        return await work(PostgresDb(connection))
                except _MET_ANOTHER:
                    if attempt == TRIES:
                        raise
                await asyncio.sleep(random.uniform(0, 0.002 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")

    async def read(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        async with self._connected() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            return await work(PostgresDb(connection))

    async def glance(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        async with self._connected() as connection:
            return await work(PostgresDb(connection))

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


class _Plans:
    """What is done when a connection goes back to the pool. Nothing here changes a session beyond a transaction, so the
    usual ``RESET ALL``, a request to the server for each of ours, is spared; but tables grow, and a plan made for an
    empty one must not stay."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    async def given_back(self, connection: Any) -> None:
        now = time.monotonic()
        if now > self._made.setdefault(connection, now) + PLANS_S:
            self._made[connection] = now
            await connection.execute("DISCARD PLANS")


async def _check(connection: PoolConnectionProxy[Any]) -> None:
    """An acknowledgement promises that the fact is on a disk: a server set up to break that is not used."""
    for name in _MUST_BE_ON:
        value = await connection.fetchval("SELECT current_setting($1)", name)
        if value not in ("on", "remote_apply"):
            raise StoreError(
                "centre_database_unsafe",
                f"PostgreSQL 的 {name} 是 {value}，断电会丢掉已经确认的记录",
                field=name,
                hint=f"在 postgresql.conf 里写 {name} = on，重新启动数据库",
            )


async def _migrate(connection: PoolConnectionProxy[Any]) -> bool:
    """Bring the database up to date; all steps and their record commit together, one process at a time. Whether it was
    made now."""
    steps = migrations("postgres")
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATING)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration"
            " (number bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        version = await connection.fetchval("SELECT coalesce(max(number), 0) FROM migration")
        if version > steps[-1][0]:
            raise StoreError(
                "centre_database",
                f"中心数据库是更新的版本写的（{version}，本程序只认识到 {steps[-1][0]}）",
                hint="升级中心的程序",
            )
        for number, script in steps:
            if number <= version:
                continue
            await connection.execute(script)
            await connection.execute("INSERT INTO migration (number) VALUES ($1)", number)
        if version == 0:
            key = Ed25519PrivateKey.generate().private_bytes_raw()
            await connection.execute(
                "INSERT INTO server (epoch, signing_key) VALUES ($1, $2)", secrets.token_hex(8), key
            )
    return bool(version == 0)
