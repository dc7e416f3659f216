"""Scans in backups and after a restore: what the centre may lack survives a lost disk, like the facts that name it.

In a folder of backups they lie once, by their content, beside the journals' copies (``attachments/``).
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from clerk_tui.store import attachments
from clerk_tui.store.attachments import FOLDER, path_of
from clerk_tui.store.connection import open_reader, translated

KEPT_MS: Final = 35 * 24 * 3600 * 1000
"""How long a scan that was sent stays in backups: the centre's own backups reach that far back (sync.md §4)."""


def back_up(copy: Path, store: Path) -> None:
    """Put the scans that ``copy``, a backup of ``store``, needs beside it; without those whose file is gone or altered.

    Raises:
        StoreError: they cannot be written.
    """
    attachments.keep_private(copy)
    for digest in _needed(copy):
        target = path_of(copy, digest)
        if not target.exists() and (data := _content(store, digest)) is not None:
            attachments.write(target, data)


def prune(folder: Path) -> None:
    """Remove from a folder of backups the scans that none of them needs; nothing where one cannot be read."""
    needed: set[str] = set()
    for each in folder.glob("*.db"):
        try:
            needed |= _needed(each)
        except (sqlite3.Error, UnicodeDecodeError):
            return
    for path in (folder / FOLDER).glob("??/*"):
        if path.name not in needed:
            with suppress(OSError):
                path.unlink()


def take_over(db: sqlite3.Connection, source: Path, store: Path, *, proven: bool, backup: Path | None) -> None:
    """Let the new journal send what an archived one (``source``) had still to send, in the caller's transaction; a
    file that is not beside ``store`` comes from beside the ``backup``.

    ``proven``: the centre is the one that the archived journal knew. If it is not, it is asked for each scan again.

    Raises:
        StoreError: a file cannot be written.
    """
    with translated(source), closing(open_reader(source)) as older:
        try:
            rows = older.execute("SELECT sha256, size, mime, added_ms, sent_through FROM attachment").fetchall()
        except sqlite3.OperationalError:
            return  # Written before there were attachments.
    for digest, size, mime, added_ms, through in rows:
        target = path_of(store, digest)
        if backup is not None and not target.exists() and (data := _content(backup, digest)) is not None:
            attachments.write(target, data)
        db.execute(
            "INSERT OR IGNORE INTO attachment (sha256, size, mime, added_ms, sent_through) VALUES (?,?,?,?,?)",
            (digest, size, mime, added_ms, through if proven else 0),
        )


def take_up(db: sqlite3.Connection, store: Path, now_ms: int) -> None:
    """Let the new journal send the scans whose files lie beside ``store`` and that no readable journal names, in the
    caller's transaction: of a damaged one nobody knows what it had sent."""
    for path in store.with_name(FOLDER).glob("??/*"):
        if db.execute("SELECT 1 FROM attachment WHERE sha256 = ?", (path.name,)).fetchone() is not None:
            continue
        data = _content(store, path.name)
        mime = attachments.mime_of(data) if data is not None else ""
        if data is not None and mime:
            db.execute(
                "INSERT INTO attachment (sha256, size, mime, added_ms) VALUES (?,?,?,?)",
                (path.name, len(data), mime, now_ms),
            )


def _needed(journal: Path) -> set[str]:
    """The digests that the centre may lack: unsent, or sent so lately that it can have been put back to before."""
    since = time.time_ns() // 1_000_000 - KEPT_MS
    with closing(open_reader(journal)) as db:
        try:
            rows = db.execute("SELECT sha256 FROM attachment WHERE sent_through < size OR added_ms > ?", (since,))
            return {digest for (digest,) in rows}
        except sqlite3.OperationalError:
            return set()


def _content(store: Path, digest: str) -> bytes | None:
    """The file with this digest beside ``store``, if it is there and is what it should be."""
    try:
        data = path_of(store, digest).read_bytes()
    except OSError:
        return None
    return data if sha256(data).hexdigest() == digest else None
