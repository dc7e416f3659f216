"""The compiled catalogue: one file from which any matter can be read alone.

    magic · length and CRC of the head · head (msgpack) · search index · one msgpack a matter

The head says where everything else lies, so opening costs the head alone, however many matters there are.
"""

from __future__ import annotations

import datetime as dt
import os
import struct
import tempfile
import zlib
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from hall.catalogue.model import Bundle, Catalogue, Department, EnglishText, HallInfo, Matter, Problem

MAGIC = b"CLERKCAT"
_FRAME = struct.Struct("<8sII")


class Damaged(Exception):
    """The compiled file is not what was written; it is made again."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What the counter needs at once. ``places`` holds offset, size and CRC of the index and of each matter."""

    signature: bytes
    digest: str
    version: str
    effective: dt.date
    hall: HallInfo
    departments: tuple[Department, ...]
    problems: tuple[Problem, ...]
    bundles: tuple[Bundle, ...]
    english: tuple[EnglishText, ...]
    keys: tuple[str, ...]
    places: bytes


class Compiled:
    """A compiled catalogue, in a file or (where no cache can be written) in memory."""

    def __init__(self, head: Head, body: int, descriptor: int = -1, content: bytes = b"") -> None:
        self.head = head
        self._body, self._descriptor, self._content = body, descriptor, content
        self._places = array("I", head.places)
        self._numbers: dict[str, int] | None = None
        if len(self._places) != 3 * (len(head.keys) + 1):
            raise Damaged("places")

    def number_of(self, key: str) -> int | None:
        """The place of a matter in ``head.keys``, or ``None``."""
        if self._numbers is None:
            self._numbers = {known: number for number, known in enumerate(self.head.keys)}
        return self._numbers.get(key)

    def index(self) -> bytes:
        """The search index, still encoded. Raises ``Damaged``."""
        return self._blob(0)

    def matter(self, number: int) -> Matter:
        """A matter by its place in ``head.keys``. Raises ``Damaged``."""
        try:
            return _MATTER.decode(self._blob(number + 1))
        except msgspec.MsgspecError as error:
            raise Damaged("matter") from error

    def close(self) -> None:
        """Give the file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()

    def _blob(self, number: int) -> bytes:
        offset, size, check = self._places[3 * number : 3 * number + 3]
        start = self._body + offset
        blob = os.pread(self._descriptor, size, start) if self._descriptor >= 0 else self._content[start : start + size]
        if len(blob) != size or zlib.crc32(blob) != check:
            raise Damaged("blob")
        return blob


_MATTER = msgspec.msgpack.Decoder(Matter)
_HEAD = msgspec.msgpack.Decoder(Head)


def encode(catalogue: Catalogue, index: msgspec.Struct, *, signature: bytes, digest: str) -> bytes:
    """A catalogue as the content of a compiled file."""
    encoder = msgspec.msgpack.Encoder()
    blobs = [encoder.encode(index), *(encoder.encode(matter) for matter in catalogue.matters)]
    head = Head(
        signature=signature,
        digest=digest,
        version=catalogue.version,
        effective=catalogue.effective,
        hall=catalogue.hall,
        departments=catalogue.departments,
        problems=catalogue.problems,
        bundles=catalogue.bundles,
        english=catalogue.english,
        keys=tuple(matter.key for matter in catalogue.matters),
        places=_places(blobs),
    )
    encoded = encoder.encode(head)
    return b"".join([_FRAME.pack(MAGIC, len(encoded), zlib.crc32(encoded)), encoded, *blobs])


def _places(blobs: Iterable[bytes]) -> bytes:
    places = array("I")
    offset = 0
    for blob in blobs:
        places.extend((offset, len(blob), zlib.crc32(blob)))
        offset += len(blob)
    return places.tobytes()


def open_content(content: bytes) -> Compiled:
    """A compiled catalogue that stays in memory. Raises ``Damaged``."""
    head, body = _read_head(content[: _FRAME.size], lambda size: content[_FRAME.size : _FRAME.size + size])
    return Compiled(head, body, content=content)


def open_file(path: Path) -> Compiled:
    """A compiled catalogue that is read as needed. Raises ``Damaged``, also when there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise Damaged("absent") from error
    try:
        head, body = _read_head(
            os.pread(descriptor, _FRAME.size, 0), lambda size: os.pread(descriptor, size, _FRAME.size)
        )
        return Compiled(head, body, descriptor)
    except (OSError, Damaged) as error:
        os.close(descriptor)
        raise Damaged("head") from error


def _read_head(frame: bytes, read: Callable[[int], bytes]) -> tuple[Head, int]:
    if len(frame) != _FRAME.size:
        raise Damaged("frame")
    magic, size, check = _FRAME.unpack(frame)
    if magic != MAGIC:
        raise Damaged("magic")
    encoded = read(size)
    if len(encoded) != size or zlib.crc32(encoded) != check:
        raise Damaged("head")
    try:
        return _HEAD.decode(encoded), _FRAME.size + size
    except msgspec.MsgspecError as error:
        raise Damaged("head") from error


def write(path: Path, content: bytes) -> None:
    """Put a compiled catalogue in place at once: whoever reads meanwhile sees the old one or the new one.

    Not forced to disk: what a power cut leaves is recognised as damaged and made again. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
