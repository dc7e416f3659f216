"""Identity numbers: what was lawfully issued passes, what cannot be is told apart with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.check_digits import USCC_ALPHABET
from hall.errors import BadDate
from hall.identity import (
    KINDS,
    age_on,
    check_identity,
    check_phone,
    gb11714_check_char,
    resident_check_char,
    uscc_check_char,
)

TODAY = date(2026, 11, 21)
TEST_PEOPLE = ["110101188001010011", "110101188503120026", "340101189011050030"]
DEPARTMENTS = [
    "11990100MB0000019L",
    "11990100MB0000027F",
    "11990100MB0000035A",
    "11990100MB00000435",
    "11990100MB00000510",
    "11990100MB000006XP",
    "12990100MB0000078L",
    "11990100MB0000086J",
]


def person(division: str, birth: str, sequence: str) -> str:
    body = division + birth + sequence
    return body + resident_check_char(body)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("11010519491231002X", "resident_id"),
        *((number, "resident_id") for number in TEST_PEOPLE),
        ("810000199408230021", "hmt_residence"),
        ("830000199201300022", "hmt_residence"),
        ("911124198108030024", "foreign_permanent"),
        ("ABC123456789012", "foreign_permanent_15"),
        ("91350100M000100Y43", "uscc"),
        ("91990100MA0000015X", "uscc"),
        ("92990100MA0000023M", "uscc"),
        *((number, "uscc") for number in DEPARTMENTS),
        ("E12345678", "passport_cn"),
        ("EA1234567", "passport_cn"),
        ("H12345678", "hmt_permit"),
        ("12345678", "hmt_permit"),
    ],
)
def test_a_number_in_order_is_known_by_its_shape(number: str, kind: str) -> None:
    for asked in (None, kind):
        found = check_identity(number, asked)
        assert (found.kind, found.valid, found.warnings) == (kind, True, ())
        assert found.number == number
        assert found.masked != number
    assert kind in KINDS


def test_birth_and_sex_are_read_from_the_number() -> None:
    found = check_identity("11010519491231002X")
    assert (found.birth, found.sex) == (date(1949, 12, 31), "female")
    assert check_identity("110101188001010011").sex == "male"


@pytest.mark.parametrize("number", TEST_PEOPLE)
def test_a_birth_long_ago_is_warned_about_not_refused(number: str) -> None:
    found = check_identity(number, today=TODAY)
    assert found.valid
    assert found.warnings == ("出生已逾 130 年，请核对证件",)
    assert check_identity(number, today=date(1960, 1, 1)).warnings == ()


@pytest.mark.parametrize(
    "typed",
    ["１１０１０５１９４９１２３１００２ｘ", "110105 19491231 002x", "110105-19491231-002X", "\t11010519491231002x\n"],
)
def test_a_number_is_normalised(typed: str) -> None:
    found = check_identity(typed, "resident_id")
    assert found.number == "11010519491231002X"
    assert found.valid


def test_a_birth_in_the_future_cannot_be() -> None:
    number = person("110101", "20261122", "001")
    assert check_identity(number).valid
    assert check_identity(number, today=date(2026, 11, 22)).valid
    found = check_identity(number, today=TODAY)
    assert not found.valid
    assert found.warnings == ("出生日期晚于今天",)


@pytest.mark.parametrize("birth", ["20230229", "19001301", "19000100", "00000101", "20260431"])
def test_a_birth_on_no_day_cannot_be(birth: str) -> None:
    found = check_identity(person("110101", birth, "001"))
    assert not found.valid
    assert "不存在" in found.warnings[0]


@pytest.mark.parametrize(
    "division", ["000000", "330184", "330110", "441900", "442000", "500112", "139002", "710000", "999999"]
)
def test_no_division_is_a_reason_to_refuse(division: str) -> None:
    assert check_identity(person(division, "19800101", "001")).valid


@given(st.sampled_from(["110101", "810000", "911124"]), st.dates(date(1900, 1, 1)), st.integers(0, 999), st.data())
def test_every_wrong_digit_of_a_persons_number_is_noticed(
    division: str, birth: date, sequence: int, data: st.DataObject
) -> None:
    number = person(division, f"{birth:%Y%m%d}", f"{sequence:03d}")
    assert check_identity(number).valid
    place = data.draw(st.integers(0, 16))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not check_identity(number[:place] + digit + number[place + 1 :], "resident_id").valid


def test_a_kind_that_does_not_fit_says_so() -> None:
    assert "810000" in check_identity("110101188001010011", "hmt_residence").warnings[0]
    assert "9 开头" in check_identity("110101188001010011", "foreign_permanent").warnings[0]
    assert "18 位" in check_identity("11010118800101001", "resident_id").warnings[0]
    assert "15 位" in check_identity("110101188001010011", "resident_id_15").warnings[0]
    assert "不认识" in check_identity("110101188001010011", "library_card").warnings[0]


def test_a_residence_permit_given_as_an_identity_card_is_recognised() -> None:
    assert check_identity("810000199408230021", "resident_id").kind == "hmt_residence"
    assert check_identity("911124198108030024", "resident_id").kind == "foreign_permanent"
    assert check_identity("ABC123456789012", "foreign_permanent").kind == "foreign_permanent_15"


def test_an_old_resident_number_is_known_from_archives() -> None:
    found = check_identity("110101800101001")
    assert (found.kind, found.valid, found.birth, found.sex) == ("resident_id_15", True, date(1980, 1, 1), "male")
    assert "18 位" in found.warnings[0]
    assert not check_identity("110101801301001").valid


@pytest.mark.parametrize("number", ["11010118800101001", "1101011880010100111", "1101011880010100"])
def test_a_number_with_a_digit_too_few_or_many_is_no_passport(number: str) -> None:
    found = check_identity(number)
    assert (found.kind, found.valid) == ("resident_id", False)


def test_a_credit_code_failing_its_check_character_is_warned_about() -> None:
    found = check_identity("91350100M000100Y44")
    assert (found.kind, found.valid) == ("uscc", True)
    assert "校验码" in found.warnings[0]


@pytest.mark.parametrize(
    "code", ["91350100M000100Y4Z", "9135O100M000100Y43", "91350100M000100Y4", "91350100M000100Y433"]
)
def test_a_credit_code_of_wrong_letters_or_length_is_refused(code: str) -> None:
    assert not check_identity(code, "uscc").valid


ISSUED = st.text(st.sampled_from(USCC_ALPHABET), min_size=17, max_size=17).filter(
    lambda body: body[0] != "0" and len(set(body)) > 1
)


@pytest.mark.parametrize("code", ["000000000000000000", "0" + "91350100M000100Y"])
def test_a_credit_code_that_no_authority_issues_is_warned_about(code: str) -> None:
    code = code[:17] + uscc_check_char(code[:17])
    found = check_identity(code, "uscc")
    assert found.valid and "登记管理部门" in found.warnings[0]


@given(ISSUED, st.data())
def test_every_wrong_character_of_a_credit_code_is_noticed(body: str, data: st.DataObject) -> None:
    code = body + uscc_check_char(body)
    assert check_identity(code, "uscc").warnings == ()
    place = data.draw(st.integers(0, 17))
    char = data.draw(st.sampled_from(USCC_ALPHABET).filter(lambda char: char != code[place]))
    assert check_identity(code[:place] + char + code[place + 1 :], "uscc").warnings != ()


@pytest.mark.parametrize(
    ("body", "check"), [("MA000001", "5"), ("MB000006", "X"), ("MB000005", "1"), ("D2143569", "X")]
)
def test_organisation_codes(body: str, check: str) -> None:
    assert gb11714_check_char(body) == check


def test_check_characters_need_the_right_characters() -> None:
    for function, body in (
        (resident_check_char, "1"),
        (resident_check_char, "１" * 17),
        (uscc_check_char, "I" * 17),
        (gb11714_check_char, "MA00000a"),
    ):
        with pytest.raises(ValueError, match="needed"):
            function(body)


@pytest.mark.parametrize("number", ["X1", "C01X00T47", "AB 12-345/6", "ÄÖ1234", "12345678901234567890"])
def test_a_foreign_passport_is_never_blocked_by_a_pattern(number: str) -> None:
    assert check_identity(number, "passport").valid
    assert check_identity(number, "passport").warnings == ()
    assert not check_identity(number + "0" * 20, "passport").valid


def test_passports_and_permits_of_an_unusual_pattern_are_only_warned_about() -> None:
    for kind in ("passport_cn", "hmt_permit"):
        found = check_identity("QQ123456789", kind)
        assert found.valid
        assert "核对" in found.warnings[0]
        assert not check_identity("Q" * 21, kind).valid


def test_a_guessed_passport_asks_to_check_the_kind() -> None:
    found = check_identity("X1234567")
    assert (found.kind, found.valid) == ("passport", True)
    assert "证件类型" in found.warnings[0]


@given(st.text(st.characters(codec=None), max_size=40), st.sampled_from([None, *KINDS, "", "x"]))
def test_any_text_gets_an_answer_that_can_be_written_down(text: str, kind: str | None) -> None:
    found = check_identity(text, kind, today=TODAY)
    assert found.valid or found.warnings
    found.number.encode()
    found.masked.encode()
    assert all(not found.number or found.number not in warning for warning in found.warnings if len(found.number) > 9)


@given(st.text(st.sampled_from("0123456789X９ｘ -"), min_size=15, max_size=20))
def test_any_digits_get_an_answer(text: str) -> None:
    found = check_identity(text, today=TODAY)
    assert found.valid or found.warnings


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 11, 21), TODAY, 18),
        (date(2008, 11, 22), TODAY, 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (TODAY, TODAY, 0),
    ],
)
def test_age_is_counted_in_full_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(BadDate):
        age_on(TODAY, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("13812341234", "mobile_cn", "13812341234"),
        ("+86 138 1234 1234", "mobile_cn", "13812341234"),
        ("0086-138-1234-1234", "mobile_cn", "13812341234"),
        ("１３８１２３４１２３４", "mobile_cn", "13812341234"),
        ("0551-62345678", "landline_cn", "0551-62345678"),
        ("(010) 1234 5678", "landline_cn", "010-12345678"),
        ("055162345678转801", "landline_cn", "0551-62345678-801"),
        ("0551-62345678-801", "landline_cn", "0551-62345678-801"),
        ("+86-551-62345678", "landline_cn", "0551-62345678"),
        ("+86 10 12345678", "landline_cn", "010-12345678"),
        ("400-123-4567", "service_cn", "4001234567"),
        ("+852 9123 4567", "foreign", "+85291234567"),
        ("00853 6612 3456", "foreign", "+85366123456"),
        ("+1 (202) 555-0143", "foreign", "+12025550143"),
    ],
)
def test_phones_of_every_kind(typed: str, kind: str, number: str) -> None:
    found = check_phone(typed)
    assert (found.kind, found.number, found.valid, found.warnings) == (kind, number, True, ())
    assert found.masked != number


@pytest.mark.parametrize("typed", ["62345678", "12012341234", "12345"])
def test_an_unusual_phone_is_warned_about(typed: str) -> None:
    found = check_phone(typed)
    assert found.valid
    assert found.warnings


@pytest.mark.parametrize(
    "typed", ["", "1381234123", "138123412345", "0551-623", "电话", "+0123456789", "+12", "9" * 20]
)
def test_a_phone_that_cannot_be_is_refused(typed: str) -> None:
    found = check_phone(typed)
    assert not found.valid
    assert found.warnings


@given(st.text(st.characters(codec=None), max_size=30) | st.text(st.sampled_from("0123456789+-()转 x"), max_size=20))
def test_any_text_as_a_phone_gets_an_answer(text: str) -> None:
    found = check_phone(text)
    assert found.valid or found.warnings
    found.number.encode()
