"""Lines of Chinese text obey 避头尾, keep words whole, fit, and lose nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.breaker import NO_END, NO_START, break_lines


def lines(text: str, width: float, indent: float = 0.0) -> list[str]:
    """Break with Han characters two units wide and everything narrow one."""
    widths = [measure(char) for char in text]
    return [text[start:end] for start, end in break_lines(text, widths, width, indent)]


def measure(char: str) -> float:
    return 1.0 if char.isascii() else 2.0


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("你好，世界。", 4, ["你", "好，", "世", "界。"]),
        ("经审查（复核）后", 8, ["经审查", "（复核）", "后"]),
        ("见《行政许可法》", 6, ["见《行", "政许可", "法》"]),
        ("共 12345 件", 8, ["共 12345", "件"]),
        ("至 2026-09-18 止", 12, ["至", "2026-09-18", "止"]),
        ("甲乙——丙丁", 6, ["甲", "乙——", "丙丁"]),
        ("阿卜杜拉·买买提", 8, ["阿卜杜", "拉·买买", "提"]),
        ("第一行\n第二行", 99, ["第一行", "第二行"]),
        ("一\n\n二", 99, ["一", "", "二"]),
        ("", 10, [""]),
    ],
)
def test_a_line_neither_begins_nor_ends_with_a_forbidden_mark(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, width) == expected


def test_a_word_longer_than_the_line_is_broken_and_the_rest_goes_on() -> None:
    assert lines("见ABCDEFGHIJ。", 4) == ["见", "ABCD", "EFGH", "IJ。"]


def test_the_first_line_is_shorter_by_the_indent_and_only_the_first() -> None:
    assert lines("一二三四五六七", 8, indent=4) == ["一二", "三四五六", "七"]
    assert lines("一二三四五\n六七八", 8, indent=4) == ["一二", "三四五", "六七", "八"]


TEXT = st.text(
    alphabet=st.sampled_from(list("一二三四五张王李ABCabc0129 -./:") + sorted(NO_START | NO_END) + ["𬱖", "·", "\n"]),
    max_size=120,
)


@given(text=TEXT, width=st.integers(8, 60))
def test_nothing_is_lost_and_nothing_hangs_into_the_margin(text: str, width: int) -> None:
    broken = lines(text, width)

    assert "".join("".join(broken).split()) == "".join(text.split())
    assert all(sum(map(measure, line)) <= width for line in broken)


@given(text=TEXT, width=st.integers(8, 60))
def test_forbidden_marks_stand_at_an_edge_only_where_no_other_break_fits(text: str, width: int) -> None:
    widths = [measure(char) for char in text]
    slices = break_lines(text, widths, width)
    for (start, end), (next_start, _) in pairwise(slices):
        broken_here = "\n" not in text[end:next_start]
        if broken_here and (text[next_start] in NO_START or text[end - 1] in NO_END):
            # Then every earlier place on the line is as bad: no two neighbours that may be parted.
            assert all(not may_part(text[i - 1], text[i]) for i in range(start + 1, end))


def may_part(before: str, after: str) -> bool:
    """Two Han characters can always be parted: the mildest break there is."""
    return before in "一二三四五张王李" and after in "一二三四五张王李"


@given(words=st.lists(st.sampled_from(["counter", "2026", "A1-00012", "x"]), min_size=1, max_size=20))
def test_words_that_fit_into_a_line_are_never_broken(words: list[str]) -> None:
    text = " ".join(words)
    assert " ".join(lines(text, 10)).split() == words
    assert all(piece in words for line in lines(text, 10) for piece in line.split())
