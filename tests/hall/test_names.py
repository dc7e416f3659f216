"""Names: rare characters stay, one separator, nothing invisible gets in, nothing is altered silently."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.errors import BadInput, BadName
from hall.gbk_pua import GBK_PUA
from hall.names import (
    MAX_MARKS,
    clean_name,
    clean_text,
    forbidden_kind,
    is_han,
    rewriting,
    safe_for_terminal,
    search_key,
)

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
HOSTILE = [
    "\x00",
    "\x07",
    "\x1b",
    "\x7f",
    "\x85",
    "\x9b",
    "\u061c",
    "\u200b",
    "\u200d",
    "\u200f",
    "\u202e",
    "\u2028",
    "\u2066",
    "\u2800",
    "\u2069",
    "\u00ad",
    "\u034f",
    "\u3164",
    "\ufe0f",
    "\ufeff",
    "\ufffc",
    "\ufdd0",
    "\uffff",
    "\U0001fffe",
    "\U000e0041",
    "\U000e0100",
    "\ud800",
    "\ue000",
    "\U00100000",
]


@pytest.mark.parametrize("dot", ["·", "・", "•", "‧", "∙", "⋅", "．", ".", "･", " · ", "··", " . "])
def test_between_han_characters_every_dot_becomes_the_middle_dot(dot: str) -> None:
    assert clean_name(f"阿卜杜拉{dot}买买提") == "阿卜杜拉·买买提"


def test_a_dot_next_to_a_rare_character_is_a_separator_too() -> None:
    assert clean_name("\U00030000.\U000323af") == "\U00030000·\U000323af"


@pytest.mark.parametrize(
    "name", ["J. R. Smith", "O'Neil-Ferré", "St. John", "Nguyễn Văn A.", "示例市A.B公司", "“大不同”餐饮店（北门）"]
)
def test_a_name_in_order_is_kept_as_it_is(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("old", "standard"), [("\ue863", "䶮"), ("\ue81e", "龴"), ("\ue816", "\U00020087"), ("\ue864", "龻")]
)
def test_old_gbk_private_characters_become_the_standard_ones(old: str, standard: str) -> None:
    assert clean_name(f"张{old}") == f"张{standard}"
    assert clean_text(f"住{old}村", field="address") == f"住{standard}村"


def test_the_whole_gbk_block_is_mapped_and_none_of_it_stays_private() -> None:
    assert sorted(GBK_PUA) == list(range(0xE815, 0xE865))
    assert all(forbidden_kind(char) is None and is_han(char) for char in GBK_PUA.values())


@pytest.mark.parametrize(
    "name",
    ["㐱", "龻", "\U00020087", "\U0002a6df", "\U0002ebe0", "\U0002ebf0", "\U00030000", "\U00031350", "\U000323af"],
)
def test_characters_of_every_extension_are_names(name: str) -> None:
    assert clean_name(name) == name


def test_decomposed_letters_are_composed() -> None:
    assert clean_name("Jose\u0301") == "José"


def test_blanks_are_tidied() -> None:
    assert clean_name("\u3000 张\u3000\u00a0 三 \r\n") == "张 三"


@pytest.mark.parametrize("char", HOSTILE, ids=lambda char: f"U+{ord(char):04X}")
def test_a_character_that_may_not_be_stored_is_named_with_its_place(char: str) -> None:
    with pytest.raises(BadName) as caught:
        clean_name(f"张{char}三", field="applicant.name")
    assert caught.value.message.startswith(f"第 2 个字符 U+{ord(char):04X} ")
    assert caught.value.field == "applicant.name"
    assert caught.value.hint


def test_a_private_use_character_says_what_to_do() -> None:
    with pytest.raises(BadName) as caught:
        clean_name("张\ue000")
    assert caught.value.code == "private_use"
    assert "生僻字" in caught.value.hint


def test_the_sign_of_lost_data_is_refused() -> None:
    with pytest.raises(BadName, match="U\\+FFFD"):
        clean_name("张\ufffd")


@pytest.mark.parametrize("name", ["", "   ", "·", "\u3000", "。，"])
def test_a_name_has_a_letter(name: str) -> None:
    with pytest.raises(BadName) as caught:
        clean_name(name)
    assert caught.value.code == "name_empty"


def test_the_limit_counts_code_points_not_bytes() -> None:
    assert len(clean_name("\U00020087" * 200)) == 200
    with pytest.raises(BadName, match="201"):
        clean_name("张" * 201)
    with pytest.raises(BadName):
        clean_name("张" * 51, max_length=50)


@given(ANY_TEXT)
def test_a_name_is_clean_for_good_or_refused(text: str) -> None:
    try:
        name = clean_name(text)
    except BadName as error:
        assert error.hint
        return
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert all(forbidden_kind(char) is None for char in name)
    assert safe_for_terminal(name).startswith(name[:1])


def test_free_text_refuses_a_line_end_where_there_is_one_line() -> None:
    with pytest.raises(BadInput, match="U\\+000A") as caught:
        clean_text("第一行\n第二行", field="reason")
    assert not isinstance(caught.value, BadName)


def test_free_text_of_several_lines_has_one_kind_of_line_end() -> None:
    assert clean_text(" 甲\t乙 \r\n丙\r丁\n", field="remark", multiline=True) == "甲 乙\n丙\n丁"


def test_free_text_may_be_empty_but_not_hostile() -> None:
    assert clean_text("", field="remark") == ""
    for char in HOSTILE:
        with pytest.raises(BadInput):
            clean_text(f"甲{char}乙", field="remark", multiline=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张三", "张三"),
        ("李四[/b]", "李四[/b]"),
        ("a\x1b[31m", "a[U+001B][31m"),
        ("a\nb", "a[U+000A]b"),
        ("\u202eabc", "[U+202E]abc"),
        ("\ue863", "[U+E863]"),
        ("\ud800", "[U+D800]"),
        ("e" + "\u0301" * 7 + "x", "e" + "\u0301" * 4 + "[+3]x"),
        ("\u0301a", "\u25cc\u0301a"),
        ("", ""),
    ],
)
def test_what_a_terminal_must_not_get_is_shown_by_its_code(text: str, shown: str) -> None:
    assert safe_for_terminal(text) == shown


@given(ANY_TEXT)
def test_nothing_forbidden_and_no_pile_of_marks_reaches_the_terminal(text: str) -> None:
    shown = safe_for_terminal(text)
    assert all(forbidden_kind(char) is None for char in shown)
    assert shown.isprintable() or any(unicodedata.category(char) in ("Zs", "Cn") for char in shown)
    marks = 0
    for char in shown:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert marks <= MAX_MARKS
    assert safe_for_terminal(shown) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José ÁLVAREZ", "jose alvarez"),
        ("阿卜杜拉·买买提", "阿卜杜拉.买买提"),
        ("ＡＢＣ公司", "abc 公司"),
        ("张\ue863", "张䶮"),
        ("张\u3000三", "张三"),
        ("示例（北京）公司", "示例(北京)公司"),
    ],
)
def test_searching_overlooks_what_people_type_differently(one: str, other: str) -> None:
    assert search_key(one) == search_key(other) != ""


def test_searching_tells_different_characters_apart() -> None:
    assert search_key("张三") != search_key("章三")
    assert search_key("\U00020087") != search_key("\U00020089")


@given(ANY_TEXT)
def test_a_search_key_is_made_of_any_text(text: str) -> None:
    key = search_key(text)
    assert " " not in key
    assert all(forbidden_kind(char) is None for char in key)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("张三", ""),
        ("  张三\u3000", ""),
        ("\ue863某・阿", "[U+E863] -> 䶮、・ -> ·"),
        ("阿卜杜拉 · 买买提", "删去多余的空格"),
        ("张\u3000三", "[U+3000] -> ␣"),
        ("Jose\u0301", "[U+0065 U+0301] -> é"),
        ("z\u0301\u0301\u0301", "[U+007A U+0301 U+0301 U+0301] -> \u017a\u0301\u0301"),
        ("\ufa19田", "[U+FA19] -> 神"),
        ("\ue863a\ue864b" * 9, "[U+E863] -> 䶮、[U+E864] -> 龻"),
    ],
)
def test_what_cleaning_changed_is_said_piece_by_piece(typed: str, said: str) -> None:
    assert rewriting(typed, clean_name(typed)) == said


@given(ANY_TEXT)
def test_whatever_is_stored_otherwise_than_typed_is_said(text: str) -> None:
    try:
        stored = clean_text(text, field="text")
    except BadInput:
        return
    said = rewriting(text, stored)
    assert bool(said) == (text.strip() != stored)
    assert safe_for_terminal(said) == said
