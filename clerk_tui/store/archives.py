"""Journals of earlier incarnations: put away read-only beside the journal, known to it, and still sent (sync.md §8)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from clerk_tui.store.backup import READ_ONLY, Examined, copy_file, examine
from clerk_tui.store.connection import Database, open_reader, translated
from clerk_tui.store.device import key_file
from clerk_tui.store.projections import facts_of
from clerk_tui.store.shared import read_case
from hall import os_words
from hall.case import Case
from hall.errors import HallError, StoreError
from hall.fold import fold

FOLDER: Final = "archive"
SENDABLE_MS: Final = 35 * 24 * 3600 * 1000
"""How long an archive is still sent under its own incarnation: the centre's backups reach that far back."""
State = Literal["sending", "proven", "sealed"]


class Archive(Struct, frozen=True, kw_only=True):
    """An archived journal: how far it goes, and how far the centre has it. Of the facts ``withheld`` it has the outline
    only; their contents were last offered to it at ``tried_ms``, 0: not yet."""

    device_id: str
    incarnation: str
    path: Path
    head_seq: int
    acked_through: int
    archived_ms: int
    state: State
    sealed_path: str = ""
    withheld: tuple[int, ...] = ()
    tried_ms: int = 0


def token_file(path: Path) -> Path:
    """Where the token of an archived journal lies."""
    return path.with_name(path.name + ".token")


def take_in_log(store: Path) -> bool:
    """Take the log (WAL) of a journal into its file, which is the whole journal then, and has none any more; whether
    that was done. Where the disk or the damage does not let it, the log stays as it is.

    Raises:
        HallError: ``counter_open``, another program reads in it. Nothing was changed.
    """
    try:
        # Leaving WAL takes the file for oneself: it also tells of a program that has it open and does nothing.
        with closing(sqlite3.connect(store, isolation_level=None, timeout=1)) as db:
            return bool(db.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",))
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise HallError(
                "counter_open",
                f"别的程序还在读这个账本（{store}）",
                hint="关掉那个程序再运行；窗口刚关掉的，每天的核对可能还没有做完，等几分钟",
            ) from None
        return False
    except UnicodeDecodeError:
        return False  # What SQLite says of the damage has damaged words in it.


def put_away(store: Path, token: Path | None, key: Path | None = None) -> Path:
    """Move a journal that nobody has open into the archive, with its key (``key``: it lies there) and a copy of its
    token. A damaged one too. A log that could not be folded goes with it.

    Raises:
        StoreError: it cannot be moved; it stands where it was then.
    """
    with suppress(HallError):
        take_in_log(store)
    log, folder = _beside(store, "-wal"), store.with_name(FOLDER)
    try:
        found = examine(store)
        name = f"{found.device.incarnation}-{found.device.device_id[-8:]}-{found.head.seq}"
    except HallError:
        name = "damaged"
    places = (folder / f"{name}{f'-{number}' if number else ''}.db" for number in count())
    target = next(each for each in places if not each.exists())
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        copy_file(key or key_file(store), key_file(target))
        if token is not None:
            copy_file(token, token_file(target))
        # There before the file is moved, and gone here after it: whenever this ends, the two lie together somewhere.
        _double(log, _beside(target, "-wal"))
        store.chmod(READ_ONLY)
        store.replace(target)
        for side in (log, _beside(store, "-shm")):
            side.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            "archive_failed",
            f"原来的账本移不走：{os_words.why(error)}（{store}）",
            hint="检查文件夹权限和磁盘空间，再试一次",
        ) from error
    return target


def clear_log(store: Path) -> None:
    """Before a new journal comes to stand at ``store``, where none stands: a log that was left there would be read into
    it. It is kept in the archive.

    Raises:
        StoreError: it cannot be moved.
    """
    try:
        _beside(store, "-shm").unlink(missing_ok=True)
        if (log := _beside(store, "-wal")).exists():
            folder = store.with_name(FOLDER)
            folder.mkdir(exist_ok=True, mode=0o700)
            places = (folder / f"{log.name}-{number}" for number in count(1))
            log.replace(next(each for each in places if not each.exists()))
    except OSError as error:
        raise StoreError(
            "archive_failed",
            f"原来的账本移不走：{os_words.why(error)}（{store}）",
            hint="检查文件夹权限和磁盘空间，再试一次",
        ) from error


def _double(log: Path, target: Path) -> None:
    """A second name for a log; a copy where the file system knows no second names, the log itself where it cannot be
    read either."""
    target.unlink(missing_ok=True)
    try:
        os.link(log, target)
    except FileNotFoundError:
        return
    except OSError:
        if not copy_file(log, target):
            log.replace(target)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def register(
    db: sqlite3.Connection, found: Examined, now_ms: int, epoch: str, *, sendable: bool = True, asks: bool = False
) -> None:
    """Let the new journal know of an archived one, in the caller's transaction; of two copies of one journal the longer
    counts.

    ``epoch`` is the centre's of now: what another one acknowledged, of a centre that was restored since, is not proven.
    One that is not ``sendable`` (its key is gone) is not tried. ``asks``: the centre is asked how far it has the
    journal though it has all of this copy, which may be shorter than what was once written.
    """
    device = found.device
    acked = device.acked_through if device.server_epoch == epoch else 0
    left = found.head.seq > acked
    state: State = "sending" if sendable and (left or asks) else "sealed" if left else "proven"
    db.execute(
        """INSERT INTO archive (device_id, incarnation, path, head_seq, acked_through, archived_ms, state)
        VALUES (?,?,?,?,?,?,?) ON CONFLICT (device_id) DO UPDATE SET path = excluded.path,
            head_seq = excluded.head_seq, acked_through = excluded.acked_through, state = excluded.state
        WHERE excluded.head_seq > head_seq""",
        (
            device.device_id,
            device.incarnation,
            str(found.path),
            found.head.seq,
            acked,
            now_ms,
            state,
        ),
    )


def inherited(db: sqlite3.Connection, older: sqlite3.Connection, epoch: str) -> None:
    """Take over what an archived journal knew of still earlier ones, and what of all of them the centre has in outline
    only; ``epoch`` as in ``register``."""
    for query in (
        "SELECT device_id, seq FROM device, dead_letter WHERE reported_ms > 0",
        "SELECT device_id, seq FROM archive_withheld",
    ):
        found = []
        with suppress(sqlite3.OperationalError):  # Written before there was such a table.
            found = older.execute(query).fetchall()
        db.executemany("INSERT OR IGNORE INTO archive_withheld (device_id, seq) VALUES (?,?)", found)
    with suppress(sqlite3.OperationalError):
        for row in older.execute("SELECT * FROM archive").fetchall():
            db.execute(f"INSERT OR IGNORE INTO archive VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        if older.execute("SELECT server_epoch FROM device").fetchone() != (epoch,):
            db.execute(
                "UPDATE archive SET state = 'sending', acked_through = 0 WHERE state = 'proven' AND head_seq > 0"
            )


def archives(db: sqlite3.Connection) -> list[Archive]:
    """Every archived journal, the oldest first."""
    rows = db.execute(
        """SELECT device_id, incarnation, path, head_seq, acked_through, archived_ms, state, sealed_path
        FROM archive ORDER BY archived_ms, device_id"""
    ).fetchall()
    withheld: dict[str, list[tuple[int, int]]] = {}
    with suppress(sqlite3.OperationalError):  # Looked at before it was brought up to date.
        for device_id, seq, tried_ms in db.execute("SELECT device_id, seq, tried_ms FROM archive_withheld"):
            withheld.setdefault(device_id, []).append((seq, tried_ms))
    return [
        Archive(
            device_id=row[0],
            incarnation=row[1],
            path=Path(row[2]),
            head_seq=row[3],
            acked_through=row[4],
            archived_ms=row[5],
            state=row[6],
            sealed_path=row[7],
            withheld=tuple(seq for seq, _ in withheld.get(row[0], ())),
            tried_ms=min((tried_ms for _, tried_ms in withheld.get(row[0], ())), default=0),
        )
        for row in rows
    ]


def archives_at(store: Path) -> list[Archive]:
    """The archived journals that the journal at ``store`` knows of."""
    with translated(store), closing(open_reader(store)) as db:
        return archives(db)


def keep_progress(
    database: Database, device_id: str, through: int, state: State, sealed_path: str, withheld: Sequence[int] = ()
) -> None:
    """Keep how far the centre has an archived journal, and what became of the rest; of ``withheld`` it has the outline
    only."""
    with database.write() as db:
        db.executemany(
            "INSERT OR IGNORE INTO archive_withheld (device_id, seq) VALUES (?,?)",
            [(device_id, seq) for seq in withheld],
        )
        db.execute(
            """UPDATE archive SET acked_through = max(acked_through, ?), state = ?,
            sealed_path = CASE WHEN ? <> '' THEN ? ELSE sealed_path END WHERE device_id = ?""",
            (through, state, sealed_path, sealed_path, device_id),
        )


def keep_offered(database: Database, device_id: str, seq: int, is_read: bool, now_ms: int) -> None:
    """Keep that the centre was offered the contents of a fact of an archived journal, and whether it could read it."""
    with database.write() as db:
        if is_read:
            db.execute("DELETE FROM archive_withheld WHERE device_id = ? AND seq = ?", (device_id, seq))
        else:
            db.execute(
                "UPDATE archive_withheld SET tried_ms = ? WHERE device_id = ? AND seq = ?", (now_ms, device_id, seq)
            )


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of a journal's file: those it was told of, and those folded from its own facts."""
    with translated(path), closing(open_reader(path)) as db:
        subjects = db.execute(
            "SELECT subject FROM event WHERE subject <> '' GROUP BY subject ORDER BY min(seq)"
        ).fetchall()
        for (subject,) in subjects:
            case = fold(facts_of(db, subject))
            if case is not None:
                yield case
        with suppress(sqlite3.OperationalError):
            for (body,) in db.execute("SELECT body FROM inbox_change ORDER BY server_seq DESC").fetchall():
                told = read_case(body)
                if told is not None:
                    yield told
