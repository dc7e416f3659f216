"""What the centre asks of a database, whichever it is.

SQL is written once, in what PostgreSQL understands: ``$1`` for parameters, ``= ANY($1)`` for lists, ``FOR UPDATE``
where a row must stay as it was read. SQLite, which has one writer, gets the same statements translated.
"""

from __future__ import annotations

import hmac
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hall.errors import BadInput, StoreError

Result = TypeVar("Result")


def no_centre(where: str) -> StoreError:
    """That there is no centre in a database, and that none was made."""
    return StoreError(
        "no_centre",
        f"{where}里没有中心，什么也没有建",
        hint="核对 --data 或 --database，磁盘挂上了没有；新的中心由 clerk-central serve、enrol-code 或 restore 建立",
    )


def unstorable() -> BadInput:
    """What a store raises for a value that no database can hold (NUL, half a surrogate pair, a number too large)."""
    return BadInput("bad_value", "请求里有不能存储的字符或数字", hint="检查内容")


Row = Sequence[Any]
PIECE = 500
"""Rows in a piece of a long answer."""


class Db(ABC):
    """A connection inside one transaction (``Store.transact``) or one look (``Store.read``)."""

    @abstractmethod
    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Every row of a query, or of a change with ``RETURNING``."""

    @abstractmethod
    async def run(self, sql: str, *values: object) -> None:
        """One change."""

    @abstractmethod
    async def many(self, sql: str, rows: Sequence[Row]) -> None:
        """The same change for many rows."""

    @abstractmethod
    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add many rows, as quickly as the engine can."""

    @abstractmethod
    def stream(self, sql: str, *values: object, piece: int = PIECE) -> AsyncIterator[list[Row]]:
        """A long answer in pieces, without ever holding all of it."""

    async def row(self, sql: str, *values: object) -> Row | None:
        """The first row of a query, or ``None``."""
        found = await self.rows(sql, *values)
        return found[0] if found else None


class Store(ABC):
    """The database of a centre. Holds nothing between two calls that is not in the database, except its own key."""

    key: Ed25519PrivateKey
    """The centre's signing key, read when the store is opened; it never changes."""

    secret_file: Path | None = None
    """Where the secret of PINs lies that is not in the database (``central.pepper``); ``None``: nowhere."""

    is_new: bool = False
    """Whether this opening made the centre: an empty one, with a key of its own. Known once it has started."""

    @abstractmethod
    async def start(self) -> None:
        """Open what has to be opened in a running event loop; a second call does nothing.

        Raises:
            StoreError: the database cannot be reached or is not a centre's.
        """

    @abstractmethod
    async def transact(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        """Do ``work`` in one transaction: committed whole and on disk when this returns, or not at all when it raises.

        ``work`` is done again from its start where the database asks for it (deadlock, two writers at once), so it
        changes nothing but the database.
        """

    @abstractmethod
    async def read(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        """Look things up; nothing is written. Several queries see one and the same state."""

    @abstractmethod
    async def glance(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        """Look something up by a single query, which needs no transaction to agree with itself."""

    @abstractmethod
    async def close(self) -> None:
        """Close the database."""

    @property
    def public_key(self) -> bytes:
        """The centre's public key (raw Ed25519), which devices pin."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def office_secret(self, office: str) -> bytes:
        """What the devices of an office share and nobody else knows (32 bytes); the same for ever."""
        return _office_secret(self.key.private_bytes_raw(), office)

    async def learn_key(self) -> None:
        """Read the centre's key from the database: at the start, and after a restore."""
        row = await self.read(lambda db: db.row("SELECT signing_key FROM server"))
        assert row is not None
        self.key = Ed25519PrivateKey.from_private_bytes(row[0])

    async def epoch(self) -> str:
        """Which history of this database it is; a restored copy gets another."""
        return await self.read(current_epoch)


async def current_epoch(db: Db) -> str:
    """The epoch, as the transaction sees it."""
    row = await db.row("SELECT epoch FROM server")
    assert row is not None
    return str(row[0])


async def office_secret(db: Db, office: str) -> bytes:
    """``Store.office_secret``, inside a transaction."""
    row = await db.row("SELECT signing_key FROM server")
    assert row is not None
    return _office_secret(row[0], office)


def _office_secret(signing_key: bytes, office: str) -> bytes:
    return hmac.digest(signing_key, b"office-secret\0" + office.encode(), "sha256")


async def renew_epoch(db: Db) -> str:
    """Begin another history (after a restore): devices compare what they have acknowledged and send what is missing."""
    name = secrets.token_hex(8)
    await db.run("UPDATE server SET epoch = $1", name)
    return name
