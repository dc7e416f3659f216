"""A paper is complete in each copy, the same for the same content, and whole on its pages."""

from __future__ import annotations

import io
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipts.document import KeyValues, Paragraph, Seal, Signatures, Slot, Span, decode, encode, paragraph, texts
from receipts.layout import MARGIN_BOTTOM, MARGIN_TOP, MARGIN_X, PAGE_HEIGHT, PAGE_WIDTH, layout
from receipts.ops import Line, Text
from receipts.render import render
from tests.receipts.reading import joined, one_bit, read_text, read_text_pdfium
from tests.receipts.samples import REFERENCE, document, full_blocks, table

COMPANY = "示例市" + "新时代高质量发展综合农产品仓储物流配送与餐饮服务管理" * 2 + "有限责任公司"
LONG_NAME = "阿卜杜勒艾则孜·麦麦提图尔荪·阿卜杜热合曼伊明江"


def test_equal_documents_give_equal_bytes(paper) -> None:
    assert paper(document()).pdf == paper(document()).pdf


def test_another_process_gives_the_same_bytes(paper) -> None:
    code = (
        "import sys; from tests.receipts.samples import document; from receipts.render import render;"
        "sys.stdout.buffer.write(render(document()).pdf)"
    )
    root = Path(__file__).parents[2]
    other = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert other.stdout == paper(document()).pdf


def test_a_paper_drawn_before_leaves_no_trace_in_the_next(paper) -> None:
    first = paper(document()).pdf
    paper(document(*full_blocks("䶮𬱖")))
    assert paper(document()).pdf == first


def test_a_document_goes_through_json_unchanged() -> None:
    made = document()
    assert decode(encode(made)) == made
    assert encode(decode(encode(made))) == encode(made)


def test_every_text_of_the_document_is_on_the_paper(paper) -> None:
    made = document(department="示例市市场监督管理局", number="示市监补〔2026〕12号")
    for read in (read_text, read_text_pdfium):
        found = joined(read(paper(made).pdf))
        assert [text for text in texts(made) if joined(text) not in found and text != "无"] == []


def test_both_copies_carry_the_same_content_and_their_own_label_and_numbers(fonts) -> None:
    pages = layout(document(), fonts)
    half = len(pages) // 2
    for number, (kept, handed) in enumerate(zip(pages[:half], pages[half:], strict=True), start=1):
        one, two = texts_of(kept), texts_of(handed)
        assert [text for text in one if "存根联" not in text] == [text for text in two if "回执联" not in text]
        assert any("存根联" in text for text in one)
        assert any("回执联" in text for text in two)
        assert f"第 {number} 页　共 {half} 页" in one


def texts_of(page) -> list[str]:
    return [op.text for op in page.ops if isinstance(op, Text)]


@pytest.mark.parametrize("rows", [0, 1, 12, 40, 120])
def test_long_tables_repeat_their_header_and_cut_no_row(fonts, rows: int) -> None:
    pages = [texts_of(page) for page in layout(document(table(rows), copies=("",)), fonts)]

    assert all("材料名称" in page for page in pages if any("材料甲" in text for text in page))
    found = [text for page in pages for text in page if text.startswith("材料甲")]
    assert found == [f"材料甲{n:02d}号" for n in range(1, rows + 1)]
    for page in pages:
        joined_page = "".join(page)
        for n in range(1, rows + 1):
            assert (f"材料甲{n:02d}号" in joined_page) == (f"注明第{n:02d}行" in joined_page)


def test_an_empty_table_says_so(paper) -> None:
    assert "无" in read_text(paper(document(table(0), copies=("",))).pdf)


def test_a_row_higher_than_a_page_goes_on_instead_of_being_lost(fonts) -> None:
    reason = "".join(f"第{n}句理由说明。" for n in range(1, 700))
    made = document(KeyValues((("理由", reason),)), copies=("",))
    text = "".join(text for page in layout(made, fonts) for text in texts_of(page))
    assert "第1句" in text
    assert "第699句" in text


def test_nothing_is_drawn_outside_the_margins(fonts) -> None:
    made = document(
        *full_blocks(LONG_NAME), organisation=COMPANY, department=COMPANY, title="建设工程消防设计审查验收" * 3
    )
    for page in layout(made, fonts):
        for op in page.ops:
            if isinstance(op, Text):
                right = op.x + fonts.width(op.text, op.size, op.bold) + op.spacing * (len(op.text) - 1)
                assert op.x >= MARGIN_X - 8, op.text
                assert right <= PAGE_WIDTH - MARGIN_X + 8, op.text
                assert MARGIN_TOP <= op.y <= PAGE_HEIGHT - MARGIN_BOTTOM, op.text
            if isinstance(op, Line):
                assert max(op.y1, op.y2) <= PAGE_HEIGHT - MARGIN_BOTTOM


@pytest.mark.parametrize("rows", range(8, 24))
def test_no_text_runs_into_another_line_or_the_foot(fonts, rows: int) -> None:
    blocks = (
        paragraph("事由：" + "说明" * 80),
        table(rows),
        Signatures((Slot("签收人"),)),
        Seal("某局", "2026年9月18日"),
    )
    for page in layout(document(*blocks), fonts):
        boxes = [
            (op.x, op.x + fonts.width(op.text, op.size, op.bold), op.y - op.size * 0.7, op.y)
            for op in page.ops
            if isinstance(op, Text)
        ]
        for index, (left, right, top, bottom) in enumerate(boxes):
            for left2, right2, top2, bottom2 in boxes[index + 1 :]:
                apart = right <= left2 + 1 or right2 <= left + 1 or bottom <= top2 + 1 or bottom2 <= top + 1
                assert apart


@pytest.mark.parametrize("rows", range(8, 30))
def test_a_seal_never_stands_on_a_page_without_text(fonts, rows: int) -> None:
    blocks = (table(rows), Signatures((Slot("签收人"),)), Seal("示例市市场监督管理局", "2026年9月18日"))
    last = texts_of(layout(document(*blocks, copies=("",)), fonts)[-1])
    assert "签收人：" in last
    assert "2026年9月18日" in last
    assert any(text.startswith("材料甲") for text in last)


@pytest.mark.parametrize("name", [COMPANY[:60], LONG_NAME])
def test_long_names_are_printed_in_full(paper, name: str) -> None:
    made = document(*full_blocks(name), organisation=name)
    assert joined(read_text(paper(made).pdf)).count(name) >= 3


def test_a_reprint_says_so_and_which_one_it_is(paper) -> None:
    assert "补打" not in read_text(paper(document()).pdf)
    again = read_text(paper(document(reprint=2)).pdf)
    assert joined(again).count("补打2") == paper(document(reprint=2)).pages


def test_every_page_names_the_case(fonts) -> None:
    for page in layout(document(table(60)), fonts):
        assert any(REFERENCE in text for text in texts_of(page))


def test_the_pdf_says_what_it_is_in_chinese(paper) -> None:
    reader = pypdf.PdfReader(io.BytesIO(paper(document()).pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == f"一次性告知书 {REFERENCE}"
    assert reader.metadata.author == "示例市政务服务中心"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_a_page_is_mostly_white_and_never_empty(paper) -> None:
    made = paper(document())
    for page in range(made.pages):
        black = float((one_bit(made.pdf, page) == 0).mean())
        assert 0.003 < black < 0.15


def test_a_paper_without_reference_or_link_has_no_codes(paper) -> None:
    made = paper(document(paragraph("咨询告知"), reference="", qr="", copies=("",)))
    assert made.pages == 1


def test_bold_pieces_follow_each_other_without_a_gap(fonts) -> None:
    made = document(Paragraph((Span("自"), Span("2026年9月18日", True), Span("起受理。"))), copies=("",), qr="")
    pieces = [op for page in layout(made, fonts) for op in page.ops if isinstance(op, Text) and op.size == 10.5]
    assert [(piece.text, piece.bold) for piece in pieces] == [
        ("自", False),
        ("2026年9月18日", True),
        ("起受理。", False),
    ]
    for left, right in pairwise(pieces):
        assert right.x == pytest.approx(left.x + fonts.width(left.text, left.size, left.bold))


NASTY = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"), st.sampled_from(list("<b>[/]{}%\\()·张李\u202e\u0301\U00030000\U0002ebf0\n\t"))
    ),
    max_size=200,
)


@settings(max_examples=60)
@given(name=NASTY)
def test_no_name_breaks_a_paper(fonts, name: str) -> None:
    made = render(document(*full_blocks(name), organisation=name or "无", title=name or "无"), fonts)
    assert made.pages % 2 == 0
    assert made.pdf.startswith(b"%PDF")
