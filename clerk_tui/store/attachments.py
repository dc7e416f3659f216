"""Attachments by their content: a scan is its SHA-256, kept once, read-only, in a folder beside the journal."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from hall import os_words
from hall.errors import BadInput, StoreError

FOLDER: Final = "attachments"
MAX_SIZE: Final = 20 << 20
"""Largest attachment, in bytes: what the centre takes."""
AGAIN_MS: Final = 3600 * 1000
"""How long one that was set aside is let be."""
_KINDS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
"""What scanners write, told by its first bytes: a name is no proof."""


class Attachment(Struct, frozen=True, kw_only=True):
    """A file by its content. ``sent_through`` is how many bytes of it the centre has."""

    sha256: str
    size: int
    mime: str
    sent_through: int = 0


def path_of(store: Path, digest: str) -> Path:
    """Where the content with this digest lies; ``store`` is the database."""
    return store.with_name(FOLDER) / digest[:2] / digest


def keep_private(store: Path) -> None:
    """Scans are people's data like the database beside them: their folder is its owner's alone, also one that an
    earlier version made or that was copied. Never raises."""
    folder = store.with_name(FOLDER)
    with suppress(OSError):  # Whatever is in the way of writing into it is said then.
        if (mode := folder.stat().st_mode) & 0o077:
            folder.chmod(mode & 0o700)


def take_in(store: Path, source: Path) -> Attachment:
    """Copy a file into the folder, on the disk before this returns; the same content is kept once. A kept copy that was
    altered since is put right.

    Raises:
        BadInput: no file, empty, too large, or not what scanners write.
        StoreError: it cannot be kept.
    """
    try:
        with source.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise BadInput(
            "no_file", f"文件读不出来：{os_words.why(error)}（{source}）", field="path", hint="核对文件名"
        ) from error
    if len(data) > MAX_SIZE:
        raise BadInput("too_big", "附件最大 20 MB", field="path", hint="降低扫描分辨率，或分成几个文件")
    mime = mime_of(data)
    if not mime:
        raise BadInput("bad_kind", "只收扫描件：PDF、JPEG、PNG、TIFF", field="path", hint="换一种格式再扫")
    digest = sha256(data).hexdigest()
    target = path_of(store, digest)
    if not _holds(target, data):
        write(target, data)
    return Attachment(sha256=digest, size=len(data), mime=mime)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def mime_of(data: bytes) -> str:
    """What a scanner wrote, by its first bytes; empty for anything else."""
    return next((kind for magic, kind in _KINDS if data.startswith(magic)), "")


def keep(db: sqlite3.Connection, taken: Attachment, now_ms: int) -> None:
    """Put an attachment into the upload's list, in the caller's transaction."""
    db.execute(
        "INSERT INTO attachment (sha256, size, mime, added_ms) VALUES (?,?,?,?)"
        " ON CONFLICT (sha256) DO UPDATE SET aside = ''",
        (taken.sha256, taken.size, taken.mime, now_ms),
    )


def unsent(db: sqlite3.Connection, now_ms: int) -> list[Attachment]:
    """What the centre does not have whole, the oldest first; of those that are set aside the ones tried an hour ago."""
    rows = db.execute(
        "SELECT sha256, size, mime, sent_through FROM attachment WHERE sent_through < size"
        " AND (aside = '' OR abs(? - tried_ms) >= ?) ORDER BY added_ms",
        (now_ms, AGAIN_MS),
    )
    return [Attachment(sha256=row[0], size=row[1], mime=row[2], sent_through=row[3]) for row in rows]


def sent(db: sqlite3.Connection, digest: str, through: int) -> None:
    """Keep how much of one the centre has, in the caller's transaction."""
    db.execute("UPDATE attachment SET sent_through = min(size, ?), aside = '' WHERE sha256 = ?", (through, digest))


def set_aside(db: sqlite3.Connection, digest: str, reason: str, now_ms: int) -> None:
    """Keep why one is not sent for now, in the caller's transaction."""
    db.execute("UPDATE attachment SET aside = ?, tried_ms = ? WHERE sha256 = ?", (reason, now_ms, digest))


class Waiting(Struct, frozen=True):
    """How many attachments the centre does not have whole, and why those that it will not take are set aside."""

    count: int
    aside: tuple[str, ...]


def waiting(db: sqlite3.Connection) -> Waiting:
    """The attachments that have still to be sent."""
    rows = db.execute("SELECT aside FROM attachment WHERE sent_through < size ORDER BY added_ms").fetchall()
    return Waiting(len(rows), tuple(reason for (reason,) in rows if reason))


def doubt(db: sqlite3.Connection) -> None:
    """The centre may have lost what it had (it was restored): it is asked for each again, in the caller's
    transaction."""
    db.execute("UPDATE attachment SET sent_through = 0, aside = ''")


def write(target: Path, data: bytes) -> None:
    """Write a file once, read-only, on the disk before this returns.

    Raises:
        StoreError: it cannot be written.
    """
    new = target.with_name(target.name + ".new")
    try:
        for each in (target.parent.parent, target.parent):  # ``parents=True`` would leave the upper one to the umask
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreError(
            "attachment_failed",
            f"附件存不下来：{os_words.why(error)}（{target.parent}）",
            hint="检查磁盘空间和文件夹权限",
        ) from error
