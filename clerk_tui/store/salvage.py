"""What can still be read of a journal that fails its check: every fact whose bytes are those that were sealed.

Up to the first fact that is not, they make a sound journal that is sent like any archived one. The later ones prove
each other by the hash each was sealed behind, but no longer follow the centre's last: they go there as sealed files.
The numbers of the rest are told, until somebody says that it was seen to (sync.md §8, §11).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.store.archives import token_file
from clerk_tui.store.backup import READ_ONLY, Examined, copy_file, examine
from clerk_tui.store.connection import Database, open_reader, translated
from clerk_tui.store.device import Device, insert_device, key_file, public_key, read_device
from clerk_tui.store.journal import INSERT_FACT
from clerk_tui.store.migrations import PROJECTIONS, migrate
from clerk_tui.store.projections import SEALED, Projector, read_sealed
from clerk_tui.store.traces import read_traces, set_forward
from clerk_tui.store.witness import Mark
from hall.case import Case
from hall.chain import Sealed, follows, link, open_header, open_sealed
from hall.errors import BrokenChain, HallError
from hall.facts import Header
from hall.fold import fold

_OWN_TABLES: Final = ("event", "event_status", "receipt", "device", "counter", *PROJECTIONS)
"""Made anew from what was read; every other table is taken as far as it can be."""


_ON_A_PAGE: Final = 1024
"""More facts than any few pages hold: so many numbers are asked for behind the last one that can be read."""


class Run(Struct, frozen=True, kw_only=True):
    """Facts without a gap from number ``first`` on, behind the hash ``start``."""

    first: int
    start: bytes
    facts: tuple[Sealed, ...]

    @property
    def last(self) -> int:
        """The number of its last fact."""
        return self.first + len(self.facts) - 1


class Salvaged(Struct, frozen=True, kw_only=True):
    """What was read: ``sound`` is a journal of the facts up to the first bad one, ``later`` are those after it,
    ``lost`` the numbers nothing was read of, each from and to. ``acked`` is how far the centre had the journal.

    Of a file in which no device can be told there is neither; ``lost`` is what the witness says it held then.
    """

    path: Path
    device_id: str
    incarnation: str
    acked: int
    sound: Examined | None
    later: tuple[Run, ...]
    lost: tuple[tuple[int, int], ...]
    epoch: str = ""

    def cases(self) -> Iterable[Case]:
        """The cases that later facts tell of from their beginning."""
        found: dict[str, list[Sealed]] = {}
        for sealed in (one for run in self.later for one in run.facts):
            found.setdefault(open_header(sealed.header).subject, []).append(sealed)
        for subject, facts in found.items():
            if subject and (case := fold([open_sealed(each) for each in facts])) is not None:
                yield case


class _Row(Struct, frozen=True):
    sealed: Sealed
    previous: bytes


def salvage(path: Path, mark: Mark | None) -> Salvaged | None:
    """Read what can be read of the journal's file ``path``, which lies in the archive and is not changed; ``mark`` is
    what the witness last saw. ``None`` where nothing tells that facts were ever in it.

    Raises:
        StoreError: the sound part cannot be written.
    """
    rows, device, traced = _read(path, mark.seq if mark is not None else 0)
    if device is None:
        writer = _writer(rows) or ((mark.device_id, mark.incarnation) if mark is not None else ("", ""))
        seen = mark.seq if mark is not None and writer == (mark.device_id, mark.incarnation) else 0
        last = max([seen, *rows])
        if not last:
            return None
        return Salvaged(
            path=path, device_id=writer[0], incarnation=writer[1], acked=0, sound=None, later=(), lost=((1, last),)
        )
    known = mark.seq if mark is not None and mark.incarnation == device.incarnation else traced
    runs = _runs(rows, device, max([known, device.acked_through, *rows]))
    held = {seq for run in runs for seq in range(run.first, run.last + 1)}
    last = max([known, device.acked_through, len(rows), *held])
    begins = bool(runs) and runs[0].first == 1
    prefix = runs[0] if begins else Run(first=1, start=device.genesis, facts=())
    return Salvaged(
        path=path,
        device_id=device.device_id,
        incarnation=device.incarnation,
        acked=device.acked_through,
        sound=_made(path, device, prefix),
        later=tuple(runs[1:] if begins else runs),
        lost=ranges(seq for seq in range(1, last + 1) if seq not in held),
        epoch=device.server_epoch,
    )


def ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Ascending numbers as runs without a gap, each from and to."""
    found = list(numbers)
    edges = [0, *(place for place, (one, other) in enumerate(pairwise(found), 1) if other != one + 1), len(found)]
    return tuple((found[begin], found[end - 1]) for begin, end in pairwise(edges) if end > begin)


def _read(path: Path, known: int) -> tuple[dict[int, _Row], Device | None, int]:
    """The rows that SQLite gives, by the number that was sealed; the device; the last number the tables tell of. The
    journal went to number ``known`` at least."""
    rows: dict[int, _Row] = {}
    device, traced = None, 0
    try:
        with translated(path), closing(open_reader(path, lenient=True)) as db:
            with suppress(sqlite3.DatabaseError, HallError):
                device = read_device(db, path)
            if device is not None:
                with suppress(sqlite3.DatabaseError):
                    traced = read_traces(db, device.incarnation).last
            for seq, row in _rows(db, max(known, traced, device.acked_through if device is not None else 0)):
                number = _number(row.sealed, seq)
                rows[number if number not in rows else seq] = row
            if device is None:
                device = _device(path, rows)
    except HallError:
        return rows, device, traced
    return rows, device, traced


def _rows(db: sqlite3.Connection, known: int) -> Iterable[tuple[int, _Row]]:
    """One by one: a page that cannot be read costs the facts on it, not those before or behind it. Where a step over
    it was too wide, each number in between is asked for; the journal went to number ``known`` at least."""
    columns = f"SELECT {SEALED}, prev_hash, seq FROM event"  # noqa: S608 - a constant
    seq, step = 0, 1
    while step < 1 << 24:
        try:
            row = db.execute(f"{columns} WHERE seq >= ? ORDER BY seq LIMIT 1", (seq + step,)).fetchone()
        except sqlite3.DatabaseError:
            step *= 2
            continue
        if step > 1:
            yield from _each(db, columns, range(seq + 1, row[7] if row is not None else max(known, seq + step) + 1))
        if row is None:
            return
        seq, step = row[7], 1
        yield from _as_rows(row)
    yield from _each(db, columns, range(seq + 1, max(known, seq + _ON_A_PAGE) + 1))


def _each(db: sqlite3.Connection, columns: str, numbers: Iterable[int]) -> Iterable[tuple[int, _Row]]:
    for number in numbers:
        with suppress(sqlite3.DatabaseError):
            row = db.execute(f"{columns} WHERE seq = ?", (number,)).fetchone()
            if row is not None:
                yield from _as_rows(row)


def _as_rows(row: Sequence[Any]) -> Iterable[tuple[int, _Row]]:
    if all(isinstance(part, bytes) for part in row[:7]):
        yield row[7], _Row(read_sealed(row), row[6])


def _writer(rows: dict[int, _Row]) -> tuple[str, str] | None:
    """Whose facts these are, as they say themselves."""
    for seq in sorted(rows):
        with suppress(BrokenChain):
            header = open_header(rows[seq].sealed.header)
            return header.device, header.incarnation
    return None


def _number(sealed: Sealed, seq: int) -> int:
    try:
        return open_header(sealed.header).seq
    except BrokenChain:
        return seq


def _device(path: Path, rows: dict[int, _Row]) -> Device | None:
    """The device as its own facts and its key tell it, where its row was changed."""
    for seq in sorted(rows):
        try:
            header: Header = open_header(rows[seq].sealed.header)
            found = Device(
                device_id=header.device,
                code=header.incarnation,
                incarnation=header.incarnation,
                public_key=public_key(path),
            )
        except HallError:
            continue
        if seq > 1 or rows[seq].previous == found.genesis:
            return found
    return None


def _runs(rows: dict[int, _Row], device: Device, last: int) -> list[Run]:
    """The facts that are what was sealed, in runs without a gap."""
    runs: list[Run] = []
    facts: list[Sealed] = []
    first, start, previous = 1, device.genesis, device.genesis
    for seq in sorted(each for each in rows if each <= last):
        row = rows[seq]
        if seq != first + len(facts):  # some are not there at all
            runs += [Run(first=first, start=start, facts=tuple(facts))] if facts else []
            facts, first, start, previous = [], seq, row.previous, row.previous
        sealed = _whole(row.sealed, previous, device, seq, rows.get(seq + 1))
        if sealed is None and seq > 1 and not facts and row.previous != previous:
            start = previous = row.previous  # the one before it is bad: what was written beside this one may be right
            sealed = _whole(row.sealed, previous, device, seq, rows.get(seq + 1))
        if sealed is not None:
            facts.append(sealed)
            previous = sealed.hash
            continue
        runs += [Run(first=first, start=start, facts=tuple(facts))] if facts else []
        facts, first, start, previous = [], seq + 1, row.sealed.hash, row.sealed.hash
    return [*runs, Run(first=first, start=start, facts=tuple(facts))] if facts else runs


def _whole(sealed: Sealed, previous: bytes, device: Device, seq: int, behind: _Row | None) -> Sealed | None:
    """The fact as it was sealed. Where only its own hash was changed, the fact behind it tells that."""
    if not follows(sealed, previous):
        mended = replace(sealed, hash=link(sealed.header, sealed.public, sealed.personal_hash, previous))
        if behind is None or not follows(behind.sealed, mended.hash) or not follows(mended, previous):
            return None
        sealed = mended
    try:
        header = open_sealed(sealed).header
    except BrokenChain:
        return None
    writer = (header.seq, header.device, header.incarnation)
    return sealed if writer == (seq, device.device_id, device.incarnation) else None


def _made(path: Path, device: Device, run: Run) -> Examined:
    """A sound journal of these facts beside ``path``, with its key and token and what else the file still tells."""
    target = path.with_name(f"{device.incarnation}-{device.device_id[-8:]}-{run.last}-read.db")
    part = target.with_name(target.name + ".part")
    for old in (part, part.with_name(part.name + "-wal"), part.with_name(part.name + "-shm"), target):
        old.unlink(missing_ok=True)
    hashes = [device.genesis, *(each.hash for each in run.facts)]
    acked = min(device.acked_through, run.last)
    if device.acked_through <= run.last and device.acked_through and hashes[acked] != device.acked_hash:
        acked = 0  # the centre has another history: it says so itself when it is asked
    database = Database(part)
    try:
        with database.locked(), translated(part):
            migrate(database.writer)
        with database.write() as db:
            insert_device(db, device)
            db.execute("UPDATE device SET acked_through = ?, acked_hash = ?", (acked, hashes[acked] if acked else b""))
            projector = Projector(db)
            for previous, sealed in zip(hashes, run.facts, strict=False):
                header = open_header(sealed.header)
                beside = (header.seq, header.event_id, header.type, header.subject, header.at_ms)
                kept = (sealed.header, sealed.public, sealed.personal, sealed.salt, sealed.personal_hash)
                db.execute(INSERT_FACT, (*beside, *kept, previous, sealed.hash))
                projector.take(open_sealed(sealed))
            projector.flush()
            _take_tables(db, path)
            set_forward(db, device.incarnation)
    finally:
        database.close()
    with suppress(sqlite3.Error), closing(sqlite3.connect(part, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = DELETE").fetchall()
    part.chmod(READ_ONLY)
    part.replace(target)
    for end in (".lock", ".open"):
        part.with_name(part.name + end).unlink(missing_ok=True)
    copy_file(key_file(path), key_file(target))
    copy_file(token_file(path), token_file(target))
    return examine(target)


def _take_tables(db: sqlite3.Connection, path: Path) -> None:
    """What no fact tells: what the hall told, earlier journals, scans, prints; row by row, as far as it can be read."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    with suppress(HallError), translated(path), closing(open_reader(path, lenient=True)) as older:
        for table in tables:
            if table in _OWN_TABLES or table.startswith(("sqlite_", "_sqlite")):
                continue
            with suppress(sqlite3.DatabaseError):
                names = [row[1] for row in older.execute(f'PRAGMA table_info("{table}")')]
                for row in older.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - of this schema
                    with suppress(sqlite3.IntegrityError, sqlite3.OperationalError):
                        db.execute(
                            f"""INSERT OR IGNORE INTO "{table}" ({", ".join(names)})
                            VALUES ({", ".join("?" * len(row))})""",  # noqa: S608 - of this schema
                            row,
                        )
