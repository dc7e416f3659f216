"""The rollback witness: a small file away from the database that says how far the journal had come (sync.md §2, §8).

It is written and on the disk after a commit and before anybody is told "saved". So a database behind its witness was
set back to an older state, by a restored image or a copied file, and would give numbers a second time. A crash between
commit and witness leaves the database ahead, which is fine.

The file has two slots, each in a page of its own and written in turn, so that one torn by a power cut leaves the other.
Its size never changes: ``fdatasync`` then costs one write and no journal of the file system.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from hall import os_words
from hall.errors import StoreError

SLOT: Final = 4096
"""Bytes between the two slots: nothing that a disk writes at once holds both."""
_MAGIC: Final = b"clkwit1\n"
_HEAD: Final = len(_MAGIC) + 2 + 32


class Mark(Struct, frozen=True, array_like=True):
    """How far a journal had come: its last fact's number and hash, and the last number given to a reference.

    ``turn`` counts the writes, so that the newer of the two slots is known.
    """

    turn: int
    device_id: str
    incarnation: str
    seq: int
    hash: bytes
    counter: int


class Witness:
    """The file at ``path``. Whoever writes holds the database's writing lock, so that no older mark covers a newer one.

    ``trouble`` says in words why the last write failed; empty while the file can be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self._file = -1

    def read(self) -> Mark | None:
        """The newest mark that is whole; ``None`` for no file, or none in it.

        Raises:
            StoreError: the file is there and cannot be read.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self.path, error) from error
        return max(_marks(data), key=lambda mark: mark.turn, default=None)

    def write(self, device_id: str, incarnation: str, seq: int, digest: bytes, counter: int) -> None:
        """Put the mark on the disk. Does not raise: what is committed is saved; ``trouble`` tells what is wrong."""
        try:
            if self._file < 0:
                self._file = _open(self.path)
            data = os.pread(self._file, 2 * SLOT, 0)
            turn = max((mark.turn for mark in _marks(data)), default=0) + 1
            mark = Mark(turn, device_id, incarnation, seq, digest, counter)
            os.pwrite(self._file, _slot(mark), turn % 2 * SLOT)
            os.fdatasync(self._file)
            self.trouble = ""
        except OSError as error:
            self.trouble = os_words.why(error)
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _open(path: Path) -> int:
    """The file, made in its full size and on the disk with its folder before it is first relied on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.fstat(file).st_size != 2 * SLOT:
        try:
            os.ftruncate(file, 0)
            os.pwrite(file, bytes(2 * SLOT), 0)
            os.fsync(file)
            folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            os.close(file)
            raise
    return file


def _slot(mark: Mark) -> bytes:
    body = msgspec.msgpack.encode(mark)
    return _MAGIC + len(body).to_bytes(2, "big") + sha256(body).digest() + body


def _marks(data: bytes) -> Iterator[Mark]:
    for start in (0, SLOT):
        slot = data[start : start + SLOT]
        body = slot[_HEAD : _HEAD + int.from_bytes(slot[8:10], "big")]
        if slot[:8] == _MAGIC and sha256(body).digest() == slot[10:_HEAD]:
            try:
                yield msgspec.msgpack.decode(body, type=Mark)
            except msgspec.MsgspecError:
                continue


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        "witness_unreadable",
        f"防回滚见证文件读不出来：{os_words.why(error)}（{path}）",
        field="store.witness",
        hint="检查文件权限和磁盘；不要删除它，报告管理员",
    )
