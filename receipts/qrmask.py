"""The two slow steps of making a QR code: placing its bits, and choosing its mask (ISO/IEC 18004:2015 §7.7.3, 7.8.3).

segno (1.6.6) weighs the eight masks module by module: 3 ms for the code of a link, 30 for that of a whole case. Here a
symbol is one long number, a bit a module, each row followed by light ones, and the penalties are counted with shifts.
The choice and the symbol are the same. Where which bit goes is found once a size. ``install`` puts both in the place of
segno's functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno.encoder

encoder: Any = segno.encoder
Matrix = Sequence[bytearray]
_GAP = 8
"""Light modules after each row: what lies outside counts as light, and no pattern reaches into the next row."""
_PERIOD = 12
"""After so many rows or columns every mask repeats."""
_FIRST = 21
"""The width of the smallest QR code; smaller ones are Micro QR, weighed otherwise."""
_TO_DIGITS = bytes.maketrans(b"\0\1", b"01")
_FROM_DIGITS = bytes.maketrans(b"01", b"\0\1")

_FREE = 2
_orders: dict[int, tuple[tuple[int, int], ...]] = {}

_find_module_by_module = encoder.find_and_apply_best_mask
_add_module_by_module = encoder.add_codewords


def install() -> None:
    """Make segno choose masks this way. Doing it twice does no harm."""
    encoder.find_and_apply_best_mask = find_and_apply_best_mask
    encoder.add_codewords = add_codewords


def add_codewords(matrix: Matrix, codewords: Sequence[int], version: int) -> None:
    """Put the bits of a message into the free modules of a symbol, in their order."""
    if version < 1:
        _add_module_by_module(matrix, codewords, version)
        return
    order = _orders.get(version)
    if order is None:
        order = _orders[version] = _order(matrix)
    for (row, column), bit in zip(order, codewords, strict=False):
        matrix[row][column] = bit


def _order(matrix: Matrix) -> tuple[tuple[int, int], ...]:
    """The free modules in columns of two, from the right, upwards and downwards in turn; column 6 is the timing's."""
    size, found, upwards = len(matrix), [], True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        rows = range(size - 1, -1, -1) if upwards else range(size)
        found += [(row, column) for row in rows for column in (right, right - 1) if matrix[row][column] == _FREE]
        upwards = not upwards
    return tuple(found)


def find_and_apply_best_mask(
    matrix: Matrix, width: int, height: int, proposed_mask: int | None = None
) -> tuple[int, Matrix]:
    """The number of the mask with the lowest penalty, the first of several, and the masked symbol."""
    if proposed_mask is not None or width < _FIRST:
        chosen: tuple[int, Matrix] = _find_module_by_module(matrix, width, height, proposed_mask)
        return chosen
    grid = _grid(width)
    bare = grid.number(matrix)
    masked = [bare ^ mask for mask in grid.masks]
    scores = [grid.penalty(symbol) for symbol in masked]
    best = scores.index(min(scores))
    return best, grid.matrix(masked[best])


@dataclass(frozen=True, slots=True)
class _Grid:
    """What all symbols of one width share. The first module is the highest bit; ``stride`` bits make a row."""

    width: int
    stride: int
    inside: int
    """Every module of the symbol, without the gaps."""
    masks: tuple[int, ...]
    """The modules that each mask turns over."""

    def number(self, matrix: Matrix) -> int:
        """The symbol as a number."""
        gap = b"0" * _GAP
        return int(b"".join(bytes(row).translate(_TO_DIGITS) + gap for row in matrix), 2)

    def matrix(self, symbol: int) -> tuple[bytearray, ...]:
        """The number as a symbol."""
        digits = format(symbol, f"0{self.width * self.stride}b").encode().translate(_FROM_DIGITS)
        starts = range(0, self.width * self.stride, self.stride)
        return tuple(bytearray(digits[start : start + self.width]) for start in starts)

    def penalty(self, symbol: int) -> int:
        """The sum of the four penalties of table 11."""
        stride = self.stride
        # A module is equal to the one before it in its row, or above it in its column.
        right = ~(symbol ^ (symbol >> 1)) & self.inside & (self.inside >> 1)
        down = ~(symbol ^ (symbol >> stride)) & self.inside & (self.inside >> stride)
        blocks = (right & (right >> stride) & down & (down >> 1)).bit_count()
        dark = symbol.bit_count() / self.width**2
        return (
            _runs(right, 1) + _runs(down, stride) + 3 * blocks
            + 40 * (self._finders(symbol, 1) + self._finders(symbol, stride)) + 10 * int(abs(dark * 100 - 50) / 5)
        )  # fmt: skip

    def _finders(self, symbol: int, step: int) -> int:
        """How often dark and light alternate as in a finder (1:1:3:1:1) with four light modules on one side.

        A pattern that begins within one that was counted does not count.
        """
        if step > 1:
            # Columns run beyond the last row into nothing, which is light too, and need room there.
            symbol <<= 4 * step
        light = ~symbol
        found = symbol & (symbol >> 2 * step) & (symbol >> 3 * step) & (symbol >> 4 * step) & (symbol >> 6 * step)
        found &= (light >> step) & (light >> 5 * step)
        if not found:
            return 0
        before = (light >> 7 * step) & (light >> 8 * step) & (light >> 9 * step) & (light >> 10 * step)
        after = (light << step) & (light << 2 * step) & (light << 3 * step) & (light << 4 * step)
        found &= before | after
        # The patterns can share their last 1:1:1 or their last module with the next.
        if not found & ((found >> 4 * step) | (found >> 6 * step)):
            return found.bit_count()
        return _apart(found, step)


def _runs(equal: int, step: int) -> int:
    """Runs of five or more modules of one colour: their length less two, summed."""
    fours = equal & (equal >> step) & (equal >> 2 * step) & (equal >> 3 * step)
    return fours.bit_count() + 2 * (fours & ~(fours >> step)).bit_count()


def _apart(found: int, step: int) -> int:
    """How many patterns are left where each counted one hides those that begin within it."""
    count = 0
    for place in range(found.bit_length() - 1, -1, -1):
        if found >> place & 1:
            count += 1
            for shared in (4, 6):
                if place >= shared * step:
                    found &= ~(1 << (place - shared * step))
    return count


@lru_cache(maxsize=40)
def _grid(width: int) -> _Grid:
    stride = width + _GAP
    row = ((1 << width) - 1) << _GAP
    functions = encoder.make_matrix(width, width)
    encoder.add_finder_patterns(functions, width, width)
    encoder.add_alignment_patterns(functions, width, width)
    functions[-8][8] = 1
    # Modules of function patterns are 0 or 1 here, those that carry data more.
    carries = [int("".join("1" if module > 1 else "0" for module in line), 2) << _GAP for line in functions]
    masks = []
    for turns in encoder.get_data_mask_functions(False):
        repeated = [int("".join("1" if turns(i, j) else "0" for j in range(width)), 2) << _GAP for i in range(_PERIOD)]
        masks.append(_stacked([line & repeated[i % _PERIOD] for i, line in enumerate(carries)], stride))
    return _Grid(width, stride, _stacked([row] * width, stride), tuple(masks))


def _stacked(rows: Sequence[int], stride: int) -> int:
    """Rows under each other as one number."""
    return int("".join(format(row, f"0{stride}b") for row in rows), 2)
