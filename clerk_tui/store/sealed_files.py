"""Sealed files that lie beside the journal until somebody hands them in: by their names, without reading them.

Whoever hands one in takes it out of the folder; that is how the workstation knows. A file whose facts the centre has
proven to hold meanwhile is none to hand in. Beside them lies a file for every run of facts that could not be read of a
damaged journal, named alike, until somebody has seen to it (``services.losses``).
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from clerk_tui.store.archives import archives
from clerk_tui.store.connection import open_reader, translated
from hall import os_words
from hall.errors import HallError, StoreError

SUFFIX: Final = ".sealed"
LOST: Final = ".lost"
SEEN: Final = ".seen"
"""What the name of a file of lost facts ends in once somebody has seen to them."""
HOW_FAR: Final = "中心收到这台设备的记录到第 {through} 条；账本没有分成过两份的，丢的只是第 {first} 条到第 {last} 条。"
_NAME: Final = re.compile(r"([0-9A-Z]+)-(.{1,8})-(\d{1,16})-(\d{1,16})(?:~([0-9a-f]{8}))?(\.sealed|\.lost)").fullmatch


class SealedFile(Struct, frozen=True, kw_only=True):
    """What a file of the folder is about: the facts ``first`` through ``last`` (numbers of the journal) of an
    incarnation; ``device_end`` is the end of the device's identity. ``history`` is the start of the hash of the last
    fact: a journal that was set back with its witness, or copied, gives the same numbers to other facts."""

    path: Path
    incarnation: str
    device_end: str
    first: int
    last: int
    history: str = ""

    @property
    def facts(self) -> int:
        """How many facts it is about."""
        return self.last - self.first + 1


def folder_of(store: Path) -> Path:
    """Where the journal at ``store`` keeps its sealed files."""
    return store.with_name("sealed")


def path_for(
    folder: Path, incarnation: str, device_id: str, first: int, last: int, suffix: str = SUFFIX, digest: bytes = b""
) -> Path:
    """The sealed file of these facts of a journal, or with ``LOST`` the one that says they could not be read;
    ``digest`` is the hash of the last one, where it is known."""
    history = f"~{digest.hex()[:8]}" if digest else ""
    return folder / f"{incarnation}-{device_id[-8:]}-{first}-{last}{history}{suffix}"


def named(path: Path, suffix: str = SUFFIX) -> SealedFile | None:
    """The sealed file that a path names; ``None`` for any other file."""
    parts = _NAME(path.name)
    if parts is None or parts[6] != suffix:
        return None
    return SealedFile(
        path=path, incarnation=parts[1], device_end=parts[2], first=int(parts[3]), last=int(parts[4]),
        history=parts[5] or "",
    )  # fmt: skip


def keep_lost(
    folder: Path, incarnation: str, device_id: str, first: int, last: int, words: str, digest: bytes = b""
) -> SealedFile:
    """Keep that these facts of a damaged journal could not be read, until somebody takes the file away.

    Raises:
        StoreError: it cannot be written.
    """
    path = path_for(folder, incarnation, device_id, first, last, LOST, digest)
    done = named(path, LOST)
    assert done is not None, "it was named so"
    if path.with_name(path.name + SEEN).exists():  # Another restore comes upon the same loss.
        return done
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(words + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            "lost_file",
            f"写不下来哪些记录找不回来：{os_words.why(error)}（{path}）",
            hint="检查磁盘空间和文件夹权限，再试一次",
        ) from error
    return done


def put_away(lost: SealedFile) -> None:
    """Nobody is told of these lost facts any more; what the file says stays beside it, under a name of its own.

    Raises:
        StoreError: the folder cannot be written.
    """
    try:
        lost.path.replace(lost.path.with_name(lost.path.name + SEEN))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            "lost_file",
            f"已经写进账本，但是提示的文件改不了名：{os_words.why(error)}（{lost.path}）",
            hint="检查文件夹权限，再处理一次",
        ) from error


def at_centre(folder: Path, incarnation: str, device_id: str, through: int, digest: bytes) -> None:
    """The centre has this journal through that number, and that fact has the hash ``digest``: of the facts that were
    missed here none of these is lost. Of a file that names its history (``SealedFile.history``) only the same last fact
    proves that, its own or that of the sealed file behind it: the centre may have the same numbers of the other one.

    Raises:
        StoreError: a file cannot be written.
    """
    for one in lost_in(folder):
        if (one.incarnation, one.device_end) != (incarnation, device_id[-8:]) or one.first > through:
            continue
        with suppress(OSError):
            if one.history:
                if _is_the_same(folder, one, through, digest.hex()):
                    one.path.unlink(missing_ok=True)
                elif one.last > through:
                    _say_how_far(one, through)
                continue
            if one.last > through:
                words = one.path.read_text(encoding="utf-8").rstrip("\n").replace(f" {one.first} ", f" {through + 1} ")
                keep_lost(folder, incarnation, device_id, through + 1, one.last, words)
            one.path.unlink(missing_ok=True)


def _is_the_same(folder: Path, lost: SealedFile, through: int, digest: str) -> bool:
    """Whether the centre's fact ``through`` is of the history that lost facts were of."""
    if lost.last == through:
        return digest.startswith(lost.history)
    behind = (lost.incarnation, lost.device_end, lost.last + 1, through, digest[:8])
    found = (named(path) for path in folder.iterdir())
    return any(
        (one.incarnation, one.device_end, one.first, one.last, one.history) == behind
        for one in found
        if one is not None
    )


def _say_how_far(lost: SealedFile, through: int) -> None:
    """Write into a file what is lost at most if the centre has the same history, which nothing here can prove."""
    words = lost.path.read_text(encoding="utf-8").splitlines()
    told = HOW_FAR.format(through=through, first=through + 1, last=lost.last)
    kept = [line for line in words if not line.startswith(HOW_FAR[:6])]
    if [*kept, told] != words:
        lost.path.write_text("\n".join([*kept, told]) + "\n", encoding="utf-8")


def lost_in(folder: Path) -> tuple[SealedFile, ...]:
    """The facts of damaged journals that could not be read and that nobody has seen to."""
    with suppress(OSError):
        return tuple(one for path in sorted(folder.iterdir()) if (one := named(path, LOST)) is not None)
    return ()


class _Journal(Struct, frozen=True):
    """How far the centre has a journal with all contents, and where it lies; empty: it is the one at hand."""

    through: int
    path: str = ""


def to_hand_in(db: sqlite3.Connection, folder: Path) -> tuple[SealedFile, ...]:
    """The files in ``folder`` with facts that the centre has not proven to hold; of two the one that holds both."""
    files: list[SealedFile] = []
    with suppress(OSError):
        files = [one for path in sorted(folder.iterdir()) if (one := named(path)) is not None]
    if not files:
        return ()
    journals = _journals(db)
    whose = {one.path: _whose(db, one, journals) for one in files}

    def within(one: SealedFile, other: SealedFile) -> bool:
        if other == one or whose[other.path] is None or whose[other.path] != whose[one.path]:
            return False
        if (one.first, one.last) == (other.first, other.last):
            return other.history > one.history
        return other.first <= one.first and one.last <= other.last

    def proven(one: SealedFile) -> bool:
        name = whose[one.path]
        return name is not None and name in journals and one.last <= journals[name].through

    return tuple(one for one in files if not proven(one) and not any(within(one, other) for other in files))


def _whose(
    db: sqlite3.Connection, one: SealedFile, journals: dict[tuple[str, str], _Journal]
) -> tuple[str, str] | None:
    """The journal that a file's facts are of, by code and end of the identity; ``None``: of another history of it."""
    name = (one.incarnation, one.device_end)
    if one.history and (name not in journals or not _hash_at(db, journals[name], one.last).startswith(one.history)):
        return None
    return name


def _hash_at(db: sqlite3.Connection, journal: _Journal, seq: int) -> str:
    """The hash of a journal's fact in hexadecimal; empty: there is none, or it cannot be read."""
    query = "SELECT lower(hex(hash)) FROM event WHERE seq = ?"
    with suppress(HallError):
        if not journal.path:
            row = db.execute(query, (seq,)).fetchone()
        else:
            path = Path(journal.path)
            with translated(path), closing(open_reader(path)) as older:
                row = older.execute(query, (seq,)).fetchone()
        return str(row[0]) if row else ""
    return ""


def _journals(db: sqlite3.Connection) -> dict[tuple[str, str], _Journal]:
    """This journal and the archived ones, by code and end of the identity."""
    (own,) = db.execute("SELECT incarnation, device_id, acked_through FROM device").fetchall() or [("", "", 0)]
    outlined = [row[0] for row in db.execute("SELECT seq FROM dead_letter WHERE reported_ms > 0")]
    found = {(own[0], own[1][-8:]): _Journal(min([own[2], *(seq - 1 for seq in outlined)]))}
    for each in archives(db):
        through = min([each.acked_through, *(seq - 1 for seq in each.withheld)])
        found[each.incarnation, each.device_id[-8:]] = _Journal(through, str(each.path))
    return found
