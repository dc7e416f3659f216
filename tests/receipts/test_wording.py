"""How papers write amounts, dates and limits, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.model import Limit
from receipts.english import English
from receipts.templates import load_words
from receipts.wording import amount_text, capital_amount, chinese_date, cited_beside, limit_text

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
        ("560.00元，缴至示例市财政局（非税收入专户）", "CNY 560.00, to 示例市财政局（非税收入专户）"),
    ],
)
def test_what_can_be_told_in_english_is_and_names_are_not(text: str, english: str) -> None:
    assert ENGLISH.phrase(text) == english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("食品安全法第三十三条第一款第二项、第四项", "Article 33, paragraph 1, items 2 and 4 of the Food Safety Law"),
        ("《中华人民共和国食品安全法》第一百三十五条", "Article 135 of the Food Safety Law of the PRC"),
        (
            "市场主体登记管理条例第十六条、第十九条、第二十一条",
            "Articles 16, 19 and 21 of the Regulations on the Administration of the Registration of Market Entities",
        ),
        (
            "食品经营许可和备案管理办法（总局令第78号）第十九条",
            "Article 19 of the Measures for the Administration of Food Business Licensing and Filing (Order No. 78)",
        ),
        ("《食品安全法》第三十三条；第三十五条", "Article 33 of the Food Safety Law; Article 35"),
        ("《民法典》第一千零四十六条", "Article 1046 of the Civil Code"),
        (
            "《排污许可管理条例》第十四条至第二十条",
            "Articles 14 to 20 of the Regulations on the Administration of Pollutant Discharge Permits",
        ),
        (
            "《中华人民共和国公司法》（2023年修订）第三十四条",
            "Article 34 of the Company Law of the PRC (revised 2023)",
        ),
        ("国办发〔2015〕96号第二条", "Article 2 of Guo Ban Fa [2015] No. 96"),
        (
            "《食品经营许可和备案管理办法》（总局令第78号）、《行政许可法》第三十四条第三款",
            "Measures for the Administration of Food Business Licensing and Filing (Order No. 78), "
            "Article 34, paragraph 3 of the Administrative Licensing Law",
        ),
        ("《消防监督检查规定》《某某条例》第七条", ""),
        ("某某条例第三条", ""),
        ("食品安全法第三十三条和有关规定", ""),
    ],
)
def test_provisions_are_cited_in_english_where_the_law_has_an_english_name(text: str, english: str) -> None:
    assert ENGLISH.phrase(text) == english


def test_of_a_basis_in_an_english_sentence_each_law_is_told_for_itself() -> None:
    basis = "《示例省某某条例》第五条、《行政许可法》第三十四条第三款"
    said = {"basis": basis, "name": "张三、李四", "where": "《示例省某某条例》第五条"}
    told = ENGLISH.values(said)
    assert told["basis"] == "《示例省某某条例》第五条, Article 34, paragraph 3 of the Administrative Licensing Law"
    assert (told["name"], told["where"]) == (said["name"], said["where"])


def test_what_papers_put_together_is_told_part_by_part_and_not_at_all_where_a_part_is_unknown() -> None:
    english = English({"经营业态？": "Business?", "餐饮服务": "Catering", "甲；乙": "A and B", "丙": "C", "是": "Yes"})
    assert english.phrase("经营业态：餐饮服务；丙：是") == "Business: Catering; C: Yes"
    assert english.phrase("丙（经营业态：餐饮服务；丙：是）；甲；乙") == "C (Business: Catering; C: Yes); A and B"
    assert english.phrase("丙（经营业态：外卖）") == english.phrase("丙；丁") == ""


@pytest.mark.parametrize(
    "text", ["（" * 400 + "）" * 400, "：" * 500, "；" * 500, "是：、；（" * 125, "是（" * 200 + "）" * 200]
)
def test_no_text_is_too_strange_to_be_looked_up(text: str) -> None:
    assert ENGLISH.phrase(text) == ""


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        ("食品安全法第三十三条；第三十五条", "《食品安全法》第三十三条、第三十五条"),
        (
            "食品经营许可和备案管理办法（总局令第78号）；行政许可法第三十四条第三款、第四十五条",
            "《食品经营许可和备案管理办法》（总局令第78号）、《行政许可法》第三十四条第三款",
        ),
        ("《食品经营许可和备案管理办法》第十九条；行政许可法第四十五条", "《食品经营许可和备案管理办法》第十九条"),
        ("行政许可法第四十五条", "《行政许可法》第四十五条"),
        ("《中华人民共和国行政许可法》第四十五条第一款", "《中华人民共和国行政许可法》第四十五条第一款"),
    ],
)
def test_a_basis_stands_in_a_sentence_with_its_marks_and_no_article_twice(basis: str, told: str) -> None:
    assert cited_beside(basis, "行政许可法", "第四十五条") == told
