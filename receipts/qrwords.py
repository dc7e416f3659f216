"""The codewords of a QR code, quicker than segno makes them: error correction by whole blocks, bits by whole bytes.

segno divides the polynomials of ISO/IEC 18004 §7.5.2 coefficient by coefficient, half of the time of a code. Here the
remainder is one number, shifted a byte at a time; the result is the same, which the tests hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, islice, zip_longest
from typing import Any

import segno.encoder

encoder: Any = segno.encoder
_BITS = tuple(bytes(word >> place & 1 for place in range(7, -1, -1)) for word in range(256))
_LEFT_OVER = {**dict.fromkeys((*range(14, 21), *range(28, 35)), 3), **dict.fromkeys(range(21, 28), 4)} | dict.fromkeys(
    range(2, 7), 7
)
"""Bits without meaning that fill a symbol, by its version (§7.6)."""

_make_bit_by_bit = encoder.make_final_message


def install() -> None:
    """Make segno build its messages this way. Doing it twice does no harm."""
    encoder.make_final_message = make_final_message


def make_final_message(version: int, error: int, buff: Any) -> Any:
    """The bits of the symbol: the words of all blocks in turn, then those of their error correction."""
    if version < 1:
        return _make_bit_by_bit(version, error, buff)
    data, checks = _blocks(encoder.consts.ECC[version][error], buff.toints())
    message = encoder.Buffer()
    message.extend(b"".join([_BITS[word] for word in chain(_in_turn(data), _in_turn(checks))]))
    message.extend(bytes(_LEFT_OVER.get(version, 0)))
    return message


def _blocks(kinds: Iterable[Any], words: Iterable[int]) -> tuple[list[bytes], list[bytes]]:
    data, checks = [], []
    left = iter(words)
    for kind in kinds:
        for _ in range(kind.num_blocks):
            data.append(bytes(islice(left, kind.num_data)))
            checks.append(correction(data[-1], kind.num_total - kind.num_data))
    return data, checks


def correction(block: bytes, count: int) -> bytes:
    """``count`` words of error correction for ``block``: what its polynomial leaves when divided."""
    products, last, whole = _products(count), 8 * (count - 1), (1 << 8 * count) - 1
    rest = 0
    for word in block:
        rest = (rest << 8 & whole) ^ products[rest >> last ^ word]
    return rest.to_bytes(count, "big")


@cache
def _products(count: int) -> tuple[int, ...]:
    """The generator polynomial of ``count`` words times each word, as numbers."""
    power, log = encoder.consts.GALIOS_EXP, encoder.consts.GALIOS_LOG
    generator = encoder.consts.GEN_POLY[count]
    made = [0]
    for word in range(1, 256):
        made.append(int.from_bytes(bytes(power[log[word] + generator[place]] for place in range(count)), "big"))
    return tuple(made)


def _in_turn(blocks: Sequence[bytes]) -> Iterable[int]:
    if len(blocks) == 1:
        return blocks[0]
    return (word for words in zip_longest(*blocks) for word in words if word is not None)
