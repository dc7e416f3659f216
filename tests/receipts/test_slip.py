"""The 80 mm ticket: the same content in one column, and every code readable after a head of 203 dpi printed it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from msgspec.structs import replace

from clerk_tui.printing.ticket import DOTS, escpos
from hall.errors import HallError
from hall.facts import PaperKind
from receipts.compose import compose
from receipts.document import Document, Table, texts
from receipts.fonts import FontSet, rare_fonts
from receipts.forms import SLIPS
from receipts.ops import Code, Text
from receipts.render import render
from receipts.sample_case import AGENT, APPLICANT
from receipts.samples import sample
from receipts.slip import slip
from receipts.slip_parts import DOT, HEAD_DOTS, PAPER_DOTS
from tests.clerk_tui.printing.tickets import printed
from tests.receipts.golden import KINDS
from tests.receipts.reading import joined, read_text, read_text_pdfium
from tests.receipts.test_whole_set import COMPANY, LONG, RARE

CODE = "CLK1:" + "6BFOXN%TSMAHN-H/S8F*2:WJC.U1+$" * 80


def made(kind: PaperKind, *, name: str = "", language: str = "", code: int = 520) -> Document:
    who = replace(APPLICANT, name=name, legal_person=name) if name else None
    agent = replace(AGENT, name=name) if name else None
    case, issued = sample(kind, applicant=who, agent=agent, language="en" if language else "")
    return compose(kind, case, issued, qr=CODE[:code] if kind != "pickup" else "")


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.parametrize("language", ["", "en"])
def test_every_code_of_a_printed_ticket_scans(kind: PaperKind, language: str) -> None:
    document = made(kind, language=language)
    tickets = printed(escpos(render(document, form="slip").pdf))
    assert len(tickets) == len(document.copies)
    wanted = {document.reference, document.qr, document.link} - {""}
    for ticket in tickets:
        assert ticket.shape[1] == DOTS
        assert {code.text for code in zxingcpp.read_barcodes(ticket)} == wanted


@pytest.mark.parametrize("length", [60, 1000, 1700, 2300])
def test_a_code_of_forty_materials_still_fits_a_ticket(length: int) -> None:
    document = replace(made("notice", code=length), copies=("",))
    (ticket,) = printed(escpos(render(document, form="slip").pdf))
    assert document.qr in {code.text for code in zxingcpp.read_barcodes(ticket)}


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.parametrize("name", [RARE, LONG, COMPANY])
def test_a_ticket_says_all_that_the_sheet_says_whatever_the_name(kind: PaperKind, name: str, fonts: FontSet) -> None:
    document = made(kind, name=name)
    rendered = render(document, fonts, "slip")
    for read in (read_text, read_text_pdfium):
        found = joined(read(rendered.pdf))
        # Number and name of a row need no title on a ticket, and an empty table's word stands only in one.
        untold = {column.title for block in document.blocks if isinstance(block, Table) for column in block.columns[:2]}
        for text in set(texts(document)) - untold - {"无"}:
            for part in text.replace("　", "\n").split("\n"):
                assert joined(fonts.clean(part)) in found


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.parametrize("name", [RARE, LONG, COMPANY])
def test_nothing_stands_where_the_head_does_not_reach(kind: PaperKind, name: str, fonts: FontSet) -> None:
    left, right = (PAPER_DOTS - HEAD_DOTS) / 2 * DOT, (PAPER_DOTS + HEAD_DOTS) / 2 * DOT
    for page in slip(made(kind, name=fonts.clean(name)), fonts):
        for op in page.ops:
            if isinstance(op, Text):
                assert op.x >= left - 0.01
                assert op.x + fonts.width(op.text, op.size, op.bold) <= right + 0.01
                assert 0 < op.y < page.height


def test_codes_stand_on_whole_dots(fonts: FontSet) -> None:
    codes = [op for op in slip(made("acceptance"), fonts)[0].ops if isinstance(op, Code)]
    assert len(codes) == 3
    for code in codes:
        for length in (code.x, code.y, code.module_width, code.module_height):
            assert length / DOT == pytest.approx(round(length / DOT), abs=1e-6)
    assert [code.module_width / DOT >= 2 for code in codes] == [True] * 3
    for upper, lower in pairwise(codes):
        assert upper.y + upper.modules.height * upper.module_height < lower.y


def test_a_ticket_is_as_long_as_what_it_says_and_the_same_again() -> None:
    short, long = (render(made(kind), form="slip").pdf for kind in ("pickup", "notice"))
    heights = [ticket.shape[0] for pdf in (short, long) for ticket in printed(escpos(pdf))[:1]]
    assert heights[0] < heights[1]
    assert render(made("pickup"), form="slip").pdf == short


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SLIPS])
def test_what_wants_a_sheet_is_refused_with_where_else_it_may_go(kind: PaperKind) -> None:
    case, issued = sample(kind)
    with pytest.raises(HallError) as refused:
        render(compose(kind, case, issued), form="slip")
    assert refused.value.code == "no_slip"
    assert "改送别处" in refused.value.hint and "收件凭证" in refused.value.hint


@pytest.mark.skipif(len(rare_fonts()) < 2, reason="fonts-hanazono is not installed: its characters were left out")
@pytest.mark.parametrize("name", ["𠮷𠀀𤭢", "㐂𪚥𠮷", "𡈽𠮟𡋤𠀋"])
def test_the_hairlines_of_rare_characters_survive_the_head_of_a_ticket_printer(name: str, fonts: FontSet) -> None:
    """Of the ink that a printer four times as fine would lay, nearly all has a printed dot on it or beside it."""
    document = made("receipt", name=name)
    pdf = render(document, fonts, form="slip").pdf
    lost = []
    for op in (op for op in slip(document, fonts)[0].ops if isinstance(op, Text) and op.text == name):
        left, top = int(op.x / DOT), int((op.y - op.size) / DOT)
        wide, tall = int(fonts.width(name, op.size, op.bold) / DOT) + 1, int(1.3 * op.size / DOT)
        fine = fine_ink(pdf)[4 * top : 4 * (top + tall), 4 * left : 4 * (left + wide)]
        away = left - (PAPER_DOTS - HEAD_DOTS) // 2
        ink = np.pad(printed(escpos(pdf))[0][top : top + tall, away : away + wide] == 0, 1)
        near = np.logical_or.reduce([np.roll(ink, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)])[1:-1, 1:-1]
        covered = np.kron(near, np.ones((4, 4), dtype=bool))
        lost.append((fine & ~covered).sum() / fine.sum())
    assert lost
    assert max(lost) < 0.05


def fine_ink(pdf: bytes) -> np.ndarray:
    page = pdfium.PdfDocument(pdf)[0]
    return np.asarray(page.render(scale=4 / DOT, grayscale=True).to_numpy()) < 128
