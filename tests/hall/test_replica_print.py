"""Forty materials fit one code that a 203-dpi printer prints and a scanner reads."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from msgspec import structs

from hall import replica as r
from receipts.barcodes import qr
from tests.builders import DAY
from tests.hall.replicas import KEYS, code, noticed, rows

DPI = 203
MODULE_MM = 0.4
LARGEST_MM = 50.0


def printed(text: str, module_mm: float = MODULE_MM) -> np.ndarray:
    """A code as the thermal printer burns it: every edge on the nearest dot."""
    modules = qr(text)
    dots = module_mm / 25.4 * DPI
    size = round(modules.width * dots)
    page = np.full((size, size), 255, dtype=np.uint8)
    for x, y, width, height in modules.black:
        page[round(y * dots) : round((y + height) * dots), round(x * dots) : round((x + width) * dots)] = 0
    return page


def scanned(page: np.ndarray) -> list[str]:
    """What a scanner set to QR codes reads."""
    return [each.text for each in zxingcpp.read_barcodes(page) if each.format == zxingcpp.BarcodeFormat.QRCode]


@pytest.mark.parametrize(("count", "most_characters"), [(5, 600), (12, 660), (40, 800)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_printed_code_scans_and_opens(count: int, most_characters: int, seed: int) -> None:
    text = code(noticed(count, seed))
    assert len(text) <= most_characters
    assert qr(text).width * MODULE_MM <= LARGEST_MM
    found = scanned(printed(text))
    assert found == [text]
    assert len(r.decode(found[0], KEYS, DAY).marks) == count


def test_forty_materials_with_every_question_still_fit() -> None:
    """The worst that is believable: many answers, every kind of reason, words up to their room."""
    text = code(noticed(40, 4, answers=20))
    assert qr(text).width * MODULE_MM <= LARGEST_MM
    assert scanned(printed(text)) == [text]


def test_forty_materials_and_what_is_to_be_given_back_still_fit() -> None:
    text = code(structs.replace(noticed(40, 4, answers=20), to_return=rows(50)[40:]))
    assert qr(text).width * MODULE_MM <= LARGEST_MM
    assert scanned(printed(text)) == [text]


def test_a_code_survives_dirt() -> None:
    """A stamp across a corner: error correction M takes it."""
    text = code(noticed(12))
    page = printed(text)
    edge = len(page) // 2
    page[edge : edge + 12, edge : edge + 60] = 0
    assert scanned(page) == [text]
