"""Pages are filled: what nearly fits is set tighter, and nobody is handed a sheet with next to nothing on it."""

from __future__ import annotations

import pytest

from receipts.document import Column, Document, Table, paragraph
from receipts.fonts import FontSet
from receipts.layout import best_fill, layout
from receipts.ops import Code, Line, Text, drawn_once
from receipts.setter import BODY
from tests.receipts.golden import document_of, every_sample
from tests.receipts.samples import document

SAMPLES = every_sample()


@pytest.mark.parametrize("name", SAMPLES)
def test_no_page_of_a_paper_has_a_hole_and_only_the_longest_take_more_than_one(fonts: FontSet, name: str) -> None:
    filled = best_fill(document_of(*SAMPLES[name]), fonts)
    assert filled.flaws == 0
    assert len(filled.pages) <= (
        2 if ":en" in name or name.startswith(("guide", "wording:guide_open", "transfer")) else 1
    )


def of_lines(lines: int) -> Document:
    return document(*(paragraph("准予" * 8) for _ in range(lines)), copies=("存根联",))


def test_a_paper_that_nearly_fits_is_set_smaller_but_its_codes_are_not(fonts: FontSet) -> None:
    most = max(lines for lines in range(1, 60) if len(layout(of_lines(lines), fonts)) == 1)
    (roomy,), (full,) = layout(of_lines(5), fonts), layout(of_lines(most), fonts)
    sizes = [
        {op.size for op in page.ops if isinstance(op, Text) and op.text.startswith("准予")} for page in (roomy, full)
    ]
    assert sizes[0] == {BODY}
    assert 0.85 * BODY < max(sizes[1]) < BODY
    modules = [{op.module_width for op in page.ops if isinstance(op, Code)} for page in (roomy, full)]
    assert modules[0] == modules[1]


def test_a_long_paper_keeps_its_type(fonts: FontSet) -> None:
    pages = layout(of_lines(400), fonts)
    assert {op.size for page in pages for op in page.ops if isinstance(op, Text) and "准予" in op.text} == {BODY}


REASON = "".join(f"现场核查发现第{number:02d}处与申请材料不一致，" for number in range(1, 28))[:500]
NOTICED = tuple(
    map(Column, ("序号", "材料名称", "问题", "补正要求", "形式", "份数", "获取途径"), (5, 19, 15, 25, 11, 5, 17))
)
"""The columns of a notice: the one of the problems is narrow."""


@pytest.mark.parametrize("before", [0, 6, 12, 18, 24, 30])
@pytest.mark.parametrize("columns", [NOTICED, (Column("序号", 50), Column("问题", 50))], ids=["narrow", "half"])
def test_a_reason_as_long_as_can_be_typed_leaves_no_hole_and_is_told_whole(
    fonts: FontSet, before: int, columns: tuple[Column, ...]
) -> None:
    row = tuple(REASON if column.title == "问题" else "甲" for column in columns)
    made = document(*(paragraph("准予" * 8) for _ in range(before)), Table(columns, (row,)), copies=("",))
    filled = best_fill(made, fonts)
    assert filled.flaws == 0
    texts = [op.text for page in layout(made, fonts) for op in page.ops if isinstance(op, Text)]
    told = [text for text in texts if text in REASON]
    assert "".join(told) == REASON
    assert len(told) < 60, "the column takes what the others can spare"


def test_a_tall_row_is_ruled_as_one(fonts: FontSet) -> None:
    (page,) = layout(
        document(Table((Column("问题", 50), Column("要求", 50)), ((REASON, "请更正"),)), copies=("",)), fonts
    )
    rules = [op for op in drawn_once(page.ops) if isinstance(op, Line)]
    assert len({op.y1 for op in rules if op.x1 != op.x2 and op.width == 0.45}) == 3, "above and below title and row"
