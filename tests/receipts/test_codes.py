"""What is printed can be scanned at 203 dpi, black and white, as a thermal or an old laser printer gives it."""

from __future__ import annotations

import pytest

from receipts import layout
from receipts.barcodes import BAR_MIN, BAR_QUIET, MM, QR_MIN, QR_QUIET, code128, qr
from receipts.ops import Code
from tests.receipts.reading import scan
from tests.receipts.samples import QR_TEXT, REFERENCE, document


def test_a_printed_paper_scans_back_to_its_reference_and_its_link(paper) -> None:
    assert scan(paper(document()).pdf) == {"Code 128": REFERENCE, "QR Code": QR_TEXT}


@pytest.mark.parametrize("reference", ["SL01-A1-00001-7", "SL01-A1-99999-X", "990100-B12-12345-K", "A1-1-1", "123456"])
def test_every_shape_of_reference_scans(paper, reference: str) -> None:
    assert scan(paper(document(reference=reference)).pdf)["Code 128"] == reference


@pytest.mark.parametrize("length", [10, 60, 150, 300, 800])
def test_a_qr_code_scans_however_much_it_carries(paper, fonts, length: int) -> None:
    text = ("https://zwfw.example.gov.cn/q/" + "0123456789abcdef" * 60)[:length]
    made = document(qr=text, copies=("",))
    pages = paper(made).pages
    assert scan(paper(made).pdf, pages - 1)["QR Code"] == text


def test_no_module_is_thinner_than_a_printer_can_draw(fonts) -> None:
    for length in (10, 300, 800):
        pages = layout.layout(document(qr="x" * length), fonts)
        codes = [op for page in pages for op in page.ops if isinstance(op, Code)]
        assert codes
        for code in codes:
            least = BAR_MIN if code.modules.height == 1 else QR_MIN
            assert code.module_width >= least - 1e-9


def test_codes_keep_their_quiet_zone() -> None:
    bars, square = code128(REFERENCE), qr(QR_TEXT)
    assert min(x for x, *_ in bars.black) == BAR_QUIET
    assert max(x + width for x, _, width, _ in bars.black) == bars.width - BAR_QUIET
    assert min(x for x, *_ in square.black) == QR_QUIET
    assert max(y + height for _, y, _, height in square.black) == square.height - QR_QUIET


def test_merged_runs_paint_each_module_once() -> None:
    import segno

    square = qr(QR_TEXT)
    painted = [
        (column, row)
        for x, y, width, height in square.black
        for column in range(x, x + width)
        for row in range(y, y + height)
    ]
    dark = {
        (x + QR_QUIET, y + QR_QUIET)
        for y, line in enumerate(segno.make_qr(QR_TEXT, error="m").matrix)
        for x, cell in enumerate(line)
        if cell
    }
    assert len(painted) == len(set(painted))
    assert set(painted) == dark


@pytest.mark.parametrize("text", ["", "张三", "A\nB"])
def test_a_code_128_refuses_what_a_scanner_could_not_type(text: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        code128(text)


def test_a_barcode_of_a_reference_leaves_room_for_the_letterhead() -> None:
    assert code128("990100-A123-99999-X").width * layout.BAR_MODULE < 90 * MM
