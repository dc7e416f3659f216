"""What arrives packed: one gzip stream or nothing, and never more memory than is allowed for it."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from hall.unpacking import Body, Unpackable
from tests.wires import MIB, bomb


def unpacked(encoding: str, body: bytes, most: int, piece: int = 1 << 16) -> bytes:
    whole = Body(encoding, most)
    for start in range(0, len(body), piece):
        whole.add(body[start : start + piece])
    return whole.whole()


@pytest.mark.parametrize("encoding", ["gzip", " GZIP "])
@pytest.mark.parametrize("piece", [1, 7, 1 << 16])
def test_what_was_packed_comes_out_however_it_was_cut(encoding: str, piece: int) -> None:
    said = "受理通知书".encode() * 50
    assert unpacked(encoding, gzip.compress(said), len(said), piece) == said


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_what_was_not_packed_is_taken_up_to_its_limit(encoding: str) -> None:
    assert unpacked(encoding, b"x" * 99, 99) == b"x" * 99
    with pytest.raises(Unpackable, match="too_large"):
        unpacked(encoding, b"x" * 100, 99)


def test_nothing_is_nothing() -> None:
    assert (unpacked("gzip", b"", 9), unpacked("", b"", 9)) == (b"", b"")


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,gzip", "deflate", "br", "zstd", "gzip, identity", "x"])
def test_any_other_and_more_than_one_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(Unpackable, match="encoding"):
        Body(encoding, MIB)


@pytest.mark.parametrize(
    "body",
    [b"not gzip", gzip.compress(b"{}")[:-3], gzip.compress(b"{}") + b"more", gzip.compress(b"a") + gzip.compress(b"b")],
    ids=["no gzip", "cut", "more behind", "two"],
)
def test_what_is_not_one_whole_stream_is_refused(body: bytes) -> None:
    with pytest.raises(Unpackable, match="unreadable"):
        unpacked("gzip", body, MIB)


@pytest.mark.parametrize("piece", [1 << 10, 1 << 30])
def test_a_bomb_takes_no_more_memory_than_its_limit(piece: int) -> None:
    body = bomb()
    tracemalloc.start()
    try:
        with pytest.raises(Unpackable, match="too_large"):
            unpacked("gzip", body, MIB, piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(body) < MIB and peak < 8 * MIB
