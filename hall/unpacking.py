"""What arrives over HTTP, packed as one gzip stream or not at all, and never more of it in memory than is allowed.

HTTP libraries unpack what they have read before anybody can look at its size, and as often as its header says: a few
kilobytes become gigabytes. So counter and centre read the raw bytes and unpack them here.
"""

from __future__ import annotations

import zlib
from typing import Final, Literal

ENCODING: Final = "gzip"
"""The one encoding that is unpacked, for ``Accept-Encoding`` and ``Content-Encoding``."""
Why = Literal["encoding", "too_large", "unreadable"]


class Unpackable(ValueError):
    """A body that is not taken: packed otherwise or more than once, too large, or not what it says it is."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Body:
    """A body as it arrives. ``encoding`` is its ``Content-Encoding``; of its bytes, packed and unpacked, at most
    ``most`` are taken.

    Raises:
        Unpackable: ``encoding``.
    """

    def __init__(self, encoding: str, most: int) -> None:
        named = encoding.strip().lower()
        if named not in ("", "identity", ENCODING):
            raise Unpackable("encoding")
        self._unpacker = zlib.decompressobj(wbits=31) if named == ENCODING else None
        self._most, self._read = most, 0
        self._data = bytearray()

    def add(self, piece: bytes) -> None:
        """Take the next bytes as they came.

        Raises:
            Unpackable: ``too_large``, or ``unreadable``: not gzip, or followed by something else.
        """
        self._read += len(piece)
        if self._read > self._most:
            raise Unpackable("too_large")
        if self._unpacker is None:
            self._data += piece
            return
        try:
            # One byte more than there may be shows that there is more; nothing beyond it is ever unpacked.
            self._data += self._unpacker.decompress(piece, self._most + 1 - len(self._data))
        except zlib.error:
            raise Unpackable("unreadable") from None
        if len(self._data) > self._most:
            raise Unpackable("too_large")
        if self._unpacker.unused_data:
            raise Unpackable("unreadable")

    def whole(self) -> bytes:
        """The body, unpacked, once all of it was added.

        Raises:
            Unpackable: ``unreadable``, it was cut.
        """
        if self._unpacker is not None and self._read and not self._unpacker.eof:
            raise Unpackable("unreadable")
        return bytes(self._data)
