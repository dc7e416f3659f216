"""How papers write amounts, dates and limits, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.model import Limit
from receipts.english import English
from receipts.templates import load_words
from receipts.wording import amount_text, capital_amount, chinese_date, limit_text

ENGLISH = English(load_words())


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (130, "壹元叁角整"),
        (56_000, "伍佰陆拾元整"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (10_768_000, "拾万柒仟陆佰捌拾元整".replace("拾万", "壹拾万")),
        (1_000_000_00, "壹佰万元整"),
        (1_000_010_00, "壹佰万零壹拾元整"),
        (100_000_005_00, "壹亿零伍元整"),
        (1_600_002, "壹万陆仟元零贰分"),
    ],
)
def test_amounts_in_capitals_are_written_as_banks_want_them(fen: int, text: str) -> None:
    assert capital_amount(fen) == text


DIGITS = {char: number for number, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read(text: str) -> int:
    """Capital digits back into fen."""
    whole, _, small = text.partition("元") if "元" in text else ("", "", text)
    total = group = digit = 0
    for char in whole:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in UNITS:
            group, digit = group + digit * UNITS[char], 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8, "兆": 10**12}[char]
            group = digit = 0
    fen = (total + group + digit) * 100
    for char in small:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in "角分":
            fen, digit = fen + digit * (10 if char == "角" else 1), 0
    return fen


@given(st.integers(0, 10**18 - 1))
def test_an_amount_in_capitals_reads_back_to_itself(fen: int) -> None:
    text = capital_amount(fen)
    assert read(text) == fen
    assert "零零" not in text


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_an_amount_that_no_fee_has_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="range"):
        capital_amount(fen)


def test_amounts_dates_and_limits() -> None:
    assert amount_text(123_456) == "1,234.56元"
    assert chinese_date(dt.date(2027, 1, 4), True) == "2027年1月4日（暂按周末推算）"
    assert limit_text(Limit(days=7, unit="calendar_day", starts="received")) == "7个自然日（自收到申请之日起）"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("2026年9月18日", "18 September 2026"),
        ("2027年1月4日（暂按周末推算）", "4 January 2027 (provisional: public holidays not announced)"),
        ("5个工作日", "5 working days"),
        ("1个工作日", "1 working day"),
        ("7个自然日（自收到申请之日起）", "7 calendar days from receipt of the application"),
        ("承诺2026年9月24日前补齐", "Promised by 24 September 2026"),
        ("3号窗口", "Window 3"),
        ("示例市小明餐饮管理有限公司", ""),
    ],
)
def test_what_can_be_told_in_english_is_and_names_are_not(text: str, english: str) -> None:
    assert ENGLISH.phrase(text) == english
