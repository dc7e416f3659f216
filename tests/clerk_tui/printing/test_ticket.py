"""80 mm tickets: what the printer's head burns is what the PDF shows, and a scanner reads it."""

from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp
from reportlab.pdfgen.canvas import Canvas

from clerk_tui.printing.targets import PrintError
from clerk_tui.printing.ticket import DOTS, escpos
from receipts.barcodes import MM
from tests.clerk_tui.printing.tickets import REFERENCE, printed, ticket


@pytest.mark.parametrize("width_mm", [58, 72, 80])
def test_the_codes_of_a_printed_ticket_scan(width_mm: int) -> None:
    (paper,) = printed(escpos(ticket(width_mm=width_mm)))
    assert paper.shape[1] == DOTS
    assert {code.text for code in zxingcpp.read_barcodes(paper)} == {REFERENCE}
    formats = {str(code.format) for code in zxingcpp.read_barcodes(paper)}
    assert formats == ({"QR Code"} if width_mm == 58 else {"Code 128", "QR Code"}), "58 mm are too few for its bars"


def test_a_narrow_ticket_stands_in_the_middle() -> None:
    (paper,) = printed(escpos(ticket(width_mm=58)))
    ink = np.flatnonzero((paper == 0).any(axis=0))
    assert abs((ink[0] + ink[-1]) / 2 - DOTS / 2) <= 2


def test_ink_at_the_edge_is_made_smaller_never_cut_off() -> None:
    narrow, wide = (printed(escpos(edge_to_edge(width_mm)))[0] for width_mm in (72, 80))
    for paper in (narrow, wide):
        ink = np.flatnonzero((paper == 0).any(axis=0))
        assert ink[0] <= 4 and ink[-1] >= DOTS - 5
    assert wide.shape[0] < narrow.shape[0], "shrunk in both directions"


def edge_to_edge(width_mm: float) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(width_mm * MM, 50 * MM), invariant=1)
    canvas.rect(0.5 * MM, 0, (width_mm - 1) * MM, 50 * MM, stroke=0, fill=1)
    canvas.save()
    return file.getvalue()


def test_every_page_is_cut_off_and_paper_is_not_wasted() -> None:
    papers = printed(escpos(ticket(pages=3, height_mm=200)))
    assert len(papers) == 3
    assert all((paper[-1] == 0).any() for paper in papers), "blank rows at the end are left out"
    assert papers[0].shape[0] < 200 / 25.4 * 203 - 100


def test_a_page_for_other_paper_is_refused_not_shrunk_until_nobody_can_read_it() -> None:
    with pytest.raises(PrintError) as refused:
        escpos(ticket(width_mm=210, height_mm=297))
    assert refused.value.code == "print_unfit" and refused.value.certain
    assert "by_kind" in refused.value.hint
