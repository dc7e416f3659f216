"""QR codes get the words and the mask that ISO/IEC 18004 asks for: the same as segno finds piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipts import qrmask, qrwords
from receipts.barcodes import qr
from receipts.qrmask import encoder

SYMBOLS = st.integers(21, 45).filter(lambda width: width % 4 == 1)


@settings(max_examples=25)
@given(width=SYMBOLS, data=st.data())
def test_every_mask_of_any_symbol_is_weighed_as_by_the_module(width: int, data: st.DataObject) -> None:
    bits = data.draw(
        st.binary(min_size=width * width, max_size=width * width).map(lambda some: bytes(b & 1 for b in some))
    )
    assert_same(width, [bytearray(bits[row * width : (row + 1) * width]) for row in range(width)])


@pytest.mark.parametrize(
    "pattern", ["0", "1", "10", "1011101", "10111010000", "00001011101", "101110111010000", "1011101011101"]
)
def test_stripes_of_finder_patterns_are_weighed_alike(pattern: str) -> None:
    row = bytearray(int(bit) for bit in (pattern * 33)[:33])
    assert_same(33, [bytearray(row) for _ in range(33)])
    assert_same(33, [bytearray([row[place]] * 33) for place in range(33)])


def assert_same(width: int, matrix: list[bytearray]) -> None:
    grid = qrmask._grid(width)
    bare = grid.number(matrix)
    assert grid.penalty(bare) == encoder.evaluate_mask(matrix, width, width)
    for mask in grid.masks:
        turned = grid.matrix(bare ^ mask)
        assert grid.penalty(bare ^ mask) == encoder.evaluate_mask(turned, width, width)
    chosen = qrmask.find_and_apply_best_mask(matrix, width, width)
    expected = qrmask._find_module_by_module([bytearray(row) for row in matrix], width, width)
    assert chosen == (expected[0], tuple(expected[1]))


@pytest.mark.parametrize("length", [1, 47, 300, 1_500])
def test_a_code_is_the_one_that_segno_makes_by_itself(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = ("HTTPS://ZWFW.EXAMPLE.GOV.CN/Q/990100-A1-00012-7" * 40)[:length]
    ours = qr(text)
    monkeypatch.setattr(qrmask, "install", lambda: None)
    monkeypatch.setattr(qrwords, "install", lambda: None)
    monkeypatch.setattr(encoder, "make_final_message", qrwords._make_bit_by_bit)
    monkeypatch.setattr(encoder, "find_and_apply_best_mask", qrmask._find_module_by_module)
    assert qr(text) == ours


@given(block=st.binary(min_size=1, max_size=120), count=st.sampled_from((7, 10, 16, 18, 22, 26, 28, 30)))
def test_the_correction_is_the_remainder_that_segno_divides_out(block: bytes, count: int) -> None:
    kind = encoder.consts.EC(1, len(block) + count, len(block))
    words = encoder.Buffer()
    for word in block:
        words.append_bits(word, 8)
    assert [qrwords.correction(block, count)] == [bytes(each) for each in encoder.make_blocks([kind], words)[1]]
