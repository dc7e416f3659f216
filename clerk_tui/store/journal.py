"""The journal: every action is one fact, sealed, chained and committed together with the tables made from it.

Within ``with journal.write() as tx`` (BEGIN IMMEDIATE … COMMIT) ``next_number`` gives numbers and ``append`` writes
facts; nothing of it exists unless the block ends well.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from clerk_tui.clock import Clock
from clerk_tui.store.connection import Database, corrupt, translated
from clerk_tui.store.device import Device, make_device, read_device, require_no_key, settle_key
from clerk_tui.store.disk import Limits
from clerk_tui.store.exchange import require_sendable
from clerk_tui.store.looking import quick_check, verify_whole
from clerk_tui.store.migrations import LATEST, migrate, version_of
from clerk_tui.store.projections import MAX_SEQ, SEALED, Projector, facts_of, read_sealed
from clerk_tui.store.rollback import attest, confront, missing
from clerk_tui.store.schema import differences, repair, schema_changed
from clerk_tui.store.traces import REFERENCE_COUNTER, given, is_behind, set_forward
from clerk_tui.store.upgrading import upgrade
from clerk_tui.store.verifying import DAMAGED, Head, Verified, verify_chain, verify_own
from clerk_tui.store.witness import Witness
from hall.case import Case
from hall.chain import SCHEMA_V, Sealed, open_sealed, seal, type_of
from hall.errors import BrokenChain, StoreError
from hall.facts import Fact, FactBody, Header, Personal

Transaction: TypeAlias = sqlite3.Connection
"""What ``Journal.write`` gives, for callers that know no SQL."""
INSERT_FACT: Final = """INSERT INTO event (seq, event_id, type, subject, at_ms, header, public, personal, salt,
    personal_hash, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"""
_TAIL: Final = 20
"""Facts at the end of the journal whose chain is checked at every open."""


class Entry(Struct, frozen=True, kw_only=True):
    """A fact to be written. ``event_id`` is made by the caller, once; ``day`` is the hall's business date."""

    event_id: str
    subject: str
    body: FactBody
    actor: str
    day: dt.date
    personal: Personal | None = None


class Appended(Struct, frozen=True, kw_only=True):
    """What a transaction has written so far: the facts, the journal's end, and the last fact's case."""

    sealed: tuple[Sealed, ...]
    head: Head
    case: Case | None


class Journal:
    """The workstation's own journal. Thread-safe; get one from ``open_journal``."""

    def __init__(self, database: Database, clock: Clock, device: Device, witness: Witness | None = None) -> None:
        self.database = database
        self.clock = clock
        self.witness = witness
        self._device = device
        self._ahead: Head | None = None
        self._given = 0

    @property
    def path(self) -> Path:
        """The database file."""
        return self.database.path

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the one writer; see ``Database.write``. Ends when the witness knows of its facts."""
        with self.database.write(self._attest) as connection:
            self._ahead = None
            yield connection

    def read(self) -> sqlite3.Connection:
        """This thread's read-only connection."""
        return self.database.read()

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
        if self.witness is not None:
            self.witness.close()

    @property
    def incarnation(self) -> str:
        """The code that references of this journal carry."""
        return self._device.incarnation

    def device(self) -> Device:
        """The device as the database has it now."""
        with translated(self.path):
            return read_device(self.read(), self.path) or self._device

    @property
    def head(self) -> Head:
        """The last committed fact."""
        with translated(self.path):
            return self.head_in(self.read())

    def commit(self, entries: Sequence[Entry]) -> tuple[Sealed, ...]:
        """Write facts and what follows from them in one transaction.

        Raises:
            StoreError: nothing was written.
        """
        with self.write() as connection:
            return self.append(connection, entries).sealed

    def append(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> Appended:
        """Write facts within the caller's transaction, in order, and bring the projections up to date."""
        head = self.head_in(connection)
        projector = Projector(connection)
        done: list[Sealed] = []
        for seq, entry in enumerate(entries, head.seq + 1):
            case = projector.case(entry.subject)
            fact = Fact(
                header=self._header(entry, seq, case.version if case else 0), body=entry.body, personal=entry.personal
            )
            previous = done[-1].hash if done else head.hash
            sealed = seal(fact, previous, os.urandom(16))
            require_sendable(sealed)
            self._insert(connection, fact.header, sealed, previous)
            projector.take(fact)
            done.append(sealed)
        case = projector.case(entries[-1].subject) if entries else None
        projector.flush()
        end = Head(head.seq + len(done), done[-1].hash if done else head.hash)
        self._ahead = end if done else self._ahead
        return Appended(sealed=tuple(done), head=end, case=case)

    def next_number(self, connection: sqlite3.Connection, counter: str) -> int:
        """The next value of a counter, from 1, in the caller's transaction: undone with it, else never given again."""
        row = connection.execute(
            """INSERT INTO counter (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1
            RETURNING value""",
            (counter,),
        ).fetchone()
        if counter == REFERENCE_COUNTER:
            self._given = int(row[0])
        return int(row[0])

    def case_in(self, connection: sqlite3.Connection, subject: str) -> Case | None:
        """The case as the connection's transaction sees it."""
        return Projector(connection).case(subject)

    def seq_of(self, event_id: str, connection: sqlite3.Connection | None = None) -> int | None:
        """The number of a fact that was written before, by its id."""
        with translated(self.path):
            row = (
                (connection or self.read()).execute("SELECT seq FROM event WHERE event_id = ?", (event_id,)).fetchone()
            )
        return int(row[0]) if row else None

    def sealed(self, seq: int) -> Sealed | None:
        """One fact as stored."""
        return next(self.sealed_from(seq, 1), None)

    def sealed_from(self, first_seq: int, limit: int) -> Iterator[Sealed]:
        """Facts as stored, in order, from a number on."""
        with translated(self.path):
            rows = self.read().execute(
                f"SELECT {SEALED} FROM event WHERE seq >= ? ORDER BY seq LIMIT ?",  # noqa: S608 - a constant
                (first_seq, limit),
            )
            for row in rows:
                yield read_sealed(row)

    def facts_of(self, subject: str, *, through_seq: int | None = None) -> list[Fact]:
        """The facts of a case in order, all or through a number."""
        with translated(self.path):
            return facts_of(self.read(), subject, through_seq + 1 if through_seq is not None else MAX_SEQ)

    def verify(self) -> Verified:
        """Read the whole journal and check every byte of it against its hashes, its end against the tables beside it.

        Raises:
            BrokenChain: ``field`` is the number of the first fact that does not fit or is missing.
            StoreError: the counter of references was set back, or tables or triggers are not those of the
                migrations (``schema_changed``, after the facts were read).
        """
        with translated(self.path):
            return verify_whole(self.read(), self.path, self.device())

    def rebuild(self) -> int:
        """Make the projections again from the facts, in one transaction; returns how many facts were read.

        Their tables, and any index or trigger that is gone or different, are made again too. A file whose pages are
        damaged is not mended so.

        Raises:
            BrokenChain: a fact is not what was sealed; nothing was changed.
            StoreError: ``schema_changed``: a table that facts do not make is gone or different; ``store_corrupt``.
        """
        count = 0
        with self.write() as connection:
            verify_own(connection, self.device())
            repair(connection, self.path)
            projector = Projector(connection)
            rows = connection.execute(f"SELECT {SEALED} FROM event ORDER BY seq")  # noqa: S608 - a constant
            for count, row in enumerate(rows, 1):
                projector.take(open_sealed(read_sealed(row)))
                if count % 500 == 0:
                    projector.flush()
            projector.flush()
        if found := quick_check(self.path, whole=True):
            raise corrupt(self.path, found[0][:80])
        return count

    def tidy(self) -> None:
        """Fold a grown WAL into the file; for moments when nobody waits. Readers and writers go on meanwhile."""
        self.database.fold_wal()

    def check(self) -> list[str]:
        """SQLite's own check of the file, for quiet moments: what is wrong, in SQLite's words; empty when sound."""
        return quick_check(self.path)

    def head_in(self, connection: sqlite3.Connection) -> Head:
        """The last fact as the connection's transaction sees it."""
        row = connection.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(row[0], row[1]) if row else Head(0, self._device.genesis)

    def _attest(self) -> None:
        """Tell the witness of what was just committed."""
        if self.witness is not None and self._ahead is not None:
            device = self._device
            self.witness.write(
                device.device_id, device.incarnation, self._ahead.seq, self._ahead.hash, self._number_given()
            )

    def _number_given(self) -> int:
        """The last number given to a reference; another process may have given one meanwhile."""
        return max(self._given, given(self.database.writer))

    def _header(self, entry: Entry, seq: int, base_version: int) -> Header:
        return Header(
            event_id=entry.event_id,
            type=type_of(entry.body),
            schema_v=SCHEMA_V,
            device=self._device.device_id,
            incarnation=self._device.incarnation,
            seq=seq,
            actor=entry.actor,
            at_ms=self.clock.now_ms(),
            day=entry.day,
            subject=entry.subject,
            base_version=base_version,
            boot_id=self.clock.boot_id,
            mono_ms=self.clock.mono_ms(),
        )

    @staticmethod
    def _insert(connection: sqlite3.Connection, header: Header, sealed: Sealed, previous: bytes) -> None:
        connection.execute(
            INSERT_FACT,
            (
                header.seq,
                header.event_id,
                header.type,
                header.subject,
                header.at_ms,
                sealed.header,
                sealed.public,
                sealed.personal,
                sealed.salt,
                sealed.personal_hash,
                previous,
                sealed.hash,
            ),
        )


def open_journal(
    path: Path,
    *,
    device_code: str,
    clock: Clock,
    wait_s: float = 5.0,
    check_tail: bool = True,
    witness: Path | None = None,
    limits: Limits | None = None,
) -> Journal:
    """Open the journal, making it on the first day. Without ``check_tail`` a damaged one opens too, to be looked at.

    ``witness`` is the file of the rollback witness; without one nobody notices an older copy put back. ``limits`` say
    how much room the disk must have; without them nobody looks.

    Raises:
        StoreError: the file is no database, another program's or a newer version's, damaged, locked or not writable;
            or it belongs to another device, or is older than its witness (``rolled_back``). It says where and what to
            do, and the file is as it was.
    """
    attested = Witness(witness) if witness is not None else None
    mark = attested.read() if attested is not None else None
    if not path.exists() or not path.stat().st_size:
        if mark is not None:
            raise missing(path, mark)
        require_no_key(path)
    database = Database(path, wait_s=wait_s, limits=limits)
    try:
        device = _prepare(database, device_code, clock)
        journal = Journal(database, clock, device, attested)
        if check_tail:
            _check_tail(journal)
            _check_schema(journal)
        if mark is not None:
            confront(database, device, mark)
        if check_tail:
            _set_forward(journal)
        if attested is not None:
            attest(database, device, attested, mark)
    except BaseException:
        database.close()
        raise
    return journal


def _prepare(database: Database, code: str, clock: Clock) -> Device:
    path = database.path
    with translated(path):
        version = version_of(database.writer)
        if version > LATEST:
            raise StoreError(
                "newer_schema",
                f"数据库是更新版本的程序写的（{path}，版本 {version}，本程序到 {LATEST}）",
                field="store.path",
                hint="文件没有改动；请升级本程序后再打开",
            )
    if version < LATEST:
        with database.locked(), translated(path):
            # A first start that was interrupted leaves tables and no device: there is nothing to copy yet.
            if version and read_device(database.writer, path) is not None:
                upgrade(path, database.writer, version)
            else:
                migrate(database.writer)
    with translated(path):
        device = read_device(database.writer, path)
    if device is None:
        with database.write() as connection:
            # Another process may have been quicker.
            device = read_device(connection, path) or make_device(connection, path, code, clock)
    settle_key(path)
    if device.code != code:
        raise StoreError(
            "other_device",
            f"数据库属于设备 {device.code}，设置里写的是 {code}（{path}）",
            field="device.code",
            hint=f"把 config.toml 的 device.code 改回 {device.code}；要换代码（与别的设备相同的），"
            "运行 clerk restore --code 登记码：中心给新代码，办件接着办，没有上传的继续上传，或封存交负责人导入；"
            "不是这台设备的账本，另写一个 store.path",
        )
    return device


def _set_forward(journal: Journal) -> None:
    """A counter that was set back would give a reference twice: skip what the journal has given already."""
    with translated(journal.path):
        if not is_behind(journal.read(), journal.incarnation):
            return
    with journal.write() as connection:
        set_forward(connection, journal.incarnation)


def _check_schema(journal: Journal) -> None:
    with translated(journal.path):
        altered = differences(journal.read())
    if altered:
        raise schema_changed(altered, journal.path)


def _check_tail(journal: Journal) -> None:
    head = journal.head
    try:
        with translated(journal.path):
            verify_chain(journal.read(), journal.device(), first_seq=max(1, head.seq - _TAIL + 1))
    except BrokenChain as error:
        raise StoreError(
            "store_corrupt",
            f"数据库里的记录与封存时不同（{journal.path}）：{error.message}",
            field="store.path",
            hint=DAMAGED,
        ) from error
