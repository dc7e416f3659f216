"""Lines of Chinese text obey 避头尾, keep words whole, fit, and lose nothing."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from receipts.breaker import UNITS, break_lines
from receipts.fonts import FontSet


def lines(text: str, width: float, indent: float = 0.0) -> list[str]:
    """Break with Han characters two units wide and everything narrow one."""
    widths = [measure(char) for char in text]
    return [text[start:end] for start, end in break_lines(text, widths, width, indent)]


def measure(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if char.isascii() or char in "ЖанШё’" else 2.0


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
        ("收费￥1,200.50元", 12, ["收费", "￥1,200.50元"]),
        ("合格率12.5%以上", 8, ["合格率", "12.5%以", "上"]),
        ("他说“（《甲》）”吗", 16, ["他说", "“（《甲》）”吗"]),
        ("审查O’Brien的材料", 10, ["审查", "O’Brien的", "材料"]),
        ("申请人Жанна到场", 10, ["申请人", "Жанна到场"]),
        ("姓名：张三　电话", 10, ["姓名：张三", "电话"]),
        ("王\U00020bb7\U0002bb5f，李", 6, ["王\U00020bb7", "\U0002bb5f，李"]),
        ("甲及/或乙", 6, ["甲", "及/或", "乙"]),
        ("已于2026年9月18日受理", 16, ["已于2026年9月", "18日受理"]),
        ("延长10个工作日", 8, ["延长", "10个工作", "日"]),
        ("共提交材料12份", 13, ["共提交材料", "12份"]),
        ("现场核查（不超过5个工作日）", 24, ["现场核查（不超过", "5个工作日）"]),
        ("给了20个自然日补正", 12, ["给了", "20个自然日补", "正"]),
        ("说的是〘甲乙〙丙", 8, ["说的是", "〘甲乙〙", "丙"]),
        ("周五9:00—12:00", 12, ["周五", "9:00—12:00"]),
        ("Fri 9:00–12:00", 12, ["Fri", "9:00–12:00"]),
        ("食品科　王小明", 12, ["食品科", "王小明"]),
        ("市场监管局　李四", 12, ["市场监管局", "李四"]),
        ("综合窗口 欧阳小明 备注", 14, ["综合窗口", "欧阳小明 备注"]),
        ("综合窗口　阿卜杜拉江", 14, ["综合窗口　阿卜", "杜拉江"]),
        ("王小明", 4, ["王小", "明"]),
    ],
)
def test_a_line_neither_begins_nor_ends_with_a_forbidden_mark(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, width) == expected


def test_a_word_longer_than_the_line_is_broken_and_the_rest_goes_on() -> None:
    assert lines("见ABCDEFGHIJ。", 4) == ["见", "ABCD", "EFGH", "IJ。"]


def test_the_first_line_is_shorter_by_the_indent_and_only_the_first() -> None:
    assert lines("一二三四五六七", 8, indent=4) == ["一二", "三四五六", "七"]
    assert lines("一二三四五\n六七八", 8, indent=4) == ["一二", "三四五", "六七", "八"]


CLOSING = "，。；：！？、）》〉」』】〕〗］”’·…—％‰℃°．々,.;:!?)]}%"
"""标点 that GB/T 15834-2011 and the habit of setting numbers keep from the beginning of a line."""
OPENING = "（《〈「『【〔〖［“‘￥＃([{$#"
COUNTED = "年月日个条款项份"
HAN = "一三五王李县张市"
RARE = "\U00020bb7\U0002bb5f\U00030000\U000323af"
ACCENTS = "\u0301\u0327\u0302"

PIECES = st.one_of(
    st.text(st.sampled_from(list(HAN + RARE)), min_size=1, max_size=12),
    st.sampled_from(list(CLOSING + OPENING)),
    st.sampled_from(["（《", "“（", "》）", "”。", "）”，", "——", "……", "？！", "‘“《（甲）》”’"]),
    st.sampled_from(
        [
            "12.5%",
            "￥1,200.50",
            "-20℃",
            "50‰",
            "2026-09-18",
            "A1-00012",
            "300㎡",
            "5个工作日",
            "2026年9月18日",
            "13800131234",
        ]
    ),
    st.sampled_from(
        ["counter", "O’Brien", "Жанна", "Шаё", "e\u0301t\u00e9", "n\u0303o", "[U+30000]", "https://a.example/x?y=1"]
    ),
    st.text(st.sampled_from("ab1Ж"), min_size=20, max_size=90),
    st.sampled_from([" ", "  ", "　", " · ", "\n", "一" + ACCENTS, "a" + ACCENTS]),
)
TEXT = st.lists(PIECES, max_size=40).map("".join)


@given(text=TEXT, width=st.integers(8, 60), indent=st.integers(0, 4))
@example(text="（" * 40, width=8, indent=4)
@example(text="。" * 40, width=8, indent=0)
@example(text="一" + ACCENTS * 40 + "。", width=8, indent=0)
def test_nothing_is_lost_and_nothing_hangs_into_the_margin(text: str, width: int, indent: int) -> None:
    broken = lines(text, width, indent)

    assert "".join("".join(broken).split()) == "".join(text.split())
    firsts = {0} | {1 + i for i, char in enumerate(text) if char == "\n"}
    widths = [measure(char) for char in text]
    for start, end in break_lines(text, widths, width, indent):
        assert sum(widths[start:end]) <= width - (indent if start in firsts else 0)


@given(text=TEXT, width=st.integers(8, 60))
def test_no_break_is_worse_than_another_that_fits_on_the_line(text: str, width: int) -> None:
    widths = [measure(char) for char in text]
    for (start, end), (after, _) in pairwise(break_lines(text, widths, width)):
        if "\n" in text[end:after]:
            continue
        # A break taken among spaces is one break, wherever in them.
        taken = min(harm(text, place) for place in range(end, after + 1) if start < place)
        fitting = [place for place in range(start + 1, after + 1) if taken_room(text, widths, start, place) <= width]
        assert taken == min((harm(text, place) for place in fitting), default=taken), text[start:after]


def taken_room(text: str, widths: list[float], start: int, stop: int) -> float:
    """The width of a line; spaces at its end take none."""
    return sum(widths[start : max(start, len(text[:stop].rstrip(" 　")))])


def harm(text: str, place: int) -> int:
    """What a break before ``text[place]`` costs, told apart as the standard tells it: 0 nothing, 3 most."""
    before, after = text[place - 1], text[place]
    if unicodedata.combining(after):
        return 3
    if after in CLOSING + " 　/" or before in OPENING + "/" or before + after in ("——", "……"):
        return 2
    if before in " 　":
        left = text[:place].rstrip(" 　")
        return 2 if left and left[-1] in OPENING + "/" else 0
    if before in "0123456789" and after in COUNTED:
        return 1
    if any(text.startswith(unit, place - inside) for unit in UNITS for inside in range(1, min(len(unit), place + 1))):
        return 1
    if within_a_name(text, place):
        return 1
    return 1 if lettered(before, text[place - 2 : place - 1]) and lettered(after) else 0


NAME = re.compile(f"(?<![^ 　\n])[{HAN + RARE}]{{2,4}}(?![^ 　\n])")


def within_a_name(text: str, place: int) -> bool:
    """Two to four characters that stand alone, with a blank before or behind them."""
    return any(
        found.start() < place < found.end() and set(" 　") & set(text[max(0, found.start() - 1) : found.end() + 1])
        for found in NAME.finditer(text)
    )


def lettered(char: str, earlier: str = "") -> bool:
    """A letter, digit or narrow mark; an apostrophe inside a word counts with it."""
    if char == "’" and earlier:
        return lettered(earlier)
    return char.isascii() or char in "ЖанШё\u00e9\u00f1" or bool(unicodedata.combining(char))


@given(text=TEXT, width=st.integers(8, 60))
@example(text="一5个工作日", width=8)
def test_no_line_is_shorter_than_it_need_be(text: str, width: int) -> None:
    widths = [measure(char) for char in text]
    for (start, end), (after, stop) in pairwise(break_lines(text, widths, width)):
        if "\n" in text[end:after]:
            continue
        cost = min(harm(text, place) for place in range(end, after + 1) if start < place)
        longer = [place for place in range(after + 1, stop + 1) if place < len(text) and harm(text, place) <= cost]
        assert all(taken_room(text, widths, start, place) > width for place in longer), text[start:stop]


@given(words=st.lists(st.sampled_from(["counter", "2026", "A1-00012", "x", "Жанна", "O’Brien", "12.5%"]), min_size=1))
def test_words_that_fit_into_a_line_are_never_broken(words: list[str]) -> None:
    text = " ".join(words)
    assert " ".join(lines(text, 10)).split() == words
    assert all(piece in words for line in lines(text, 10) for piece in line.split())


@given(number=st.sampled_from(["￥1,200.50", "12.5%", "-20℃", "2026-09-18", "A1-00012"]), before=st.integers(0, 30))
def test_a_number_with_its_sign_is_never_torn_in_chinese_text(number: str, before: int) -> None:
    text = "王" * before + number + "王王，王"
    assert any(number in line for line in lines(text, 24))


@given(name=st.sampled_from(["李四", "王小明", "欧阳小明"]), place=st.integers(1, 30), width=st.integers(8, 40))
def test_a_name_behind_a_place_is_never_torn(name: str, place: int, width: int) -> None:
    assert sum(name in line for line in lines("王" * place + "　" + name, width)) == 1


@given(text=TEXT)
def test_lines_fit_in_the_widths_of_the_real_fonts(fonts: FontSet, text: str) -> None:
    text = fonts.clean(text)
    widths = fonts.widths(text, 10.5)
    for start, end in break_lines(text, widths, 120.0):
        assert fonts.width(text[start:end], 10.5) <= 120.0 + 1e-6


def test_a_text_of_one_word_and_of_a_hundred_thousand_characters_takes_no_time() -> None:
    widths = [1.0] * 100_000
    assert len(break_lines("a" * 100_000, widths, 60)) == 1667
    assert len(break_lines("（" * 100_000, widths, 60)) == 1667
