"""Reference numbers: made offline, read back however they are typed, and a slip is noticed."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hall.errors import BadInput
from hall.reference import (
    ALPHABET,
    Reference,
    bare,
    check_character,
    looks_like_reference,
    make_reference,
    paper_number,
    parse_reference,
    reference_in,
)

REF = make_reference("990100", "W01", 17)
CODE = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=12)
NUMBER = st.integers(1, 10**9)


def correct(body: str, check: str) -> bool:
    return check_character(body) == check


def test_a_reference_has_office_device_number_and_check() -> None:
    assert REF == "990100-W01-00017-9"
    assert parse_reference(REF) == Reference("990100", "W01", 17, "9")


@pytest.mark.parametrize("office", ["SL01", "990100", "A"])
@pytest.mark.parametrize("device", ["A1", "W01", "W", "A1B2"])
def test_without_dashes_codes_may_have_any_length(office: str, device: str) -> None:
    """Where the usual lengths do not fit the number has five digits; a look-up compares without dashes."""
    reference = make_reference(office, device, 17)
    for typed in (
        reference,
        reference.lower().replace("-", ""),
        "".join(chr(ord(char) + 0xFEE0) for char in reference),
    ):
        assert bare(str(parse_reference(typed, office_length=len(office)))) == bare(reference)


def test_numbers_above_99999_grow() -> None:
    long = make_reference("990100", "W01", 123456)
    assert long.startswith("990100-W01-123456-")
    assert parse_reference(long).number == 123456
    assert parse_reference(long.replace("-", "")).number == 123456


@pytest.mark.parametrize(
    "typed",
    [
        "990100-w01-00017-9",
        " 990100 - W01 - 00017 - 9 ",
        "990100—W01–00017−9",
        "９９０１００－Ｗ０１－０００１７－９",
        "990100W01000179",
        "990100 W01 00017 9",
        "990100-W01-000179",
        "990100-W01-17-9",
        "990100_W01_00017_9\r\n",
    ],
)
def test_a_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert str(parse_reference(typed)) == REF
    assert looks_like_reference(typed)


@given(CODE, CODE, NUMBER)
def test_every_reference_reads_back(office: str, device: str, number: int) -> None:
    text = make_reference(office, device, number)
    found = parse_reference(text)
    assert (found.office, found.device, found.number, str(found)) == (office, device, number, text)
    bare = text.replace("-", "")
    assert parse_reference(bare, office_length=len(office), device_length=len(device)) == found


@given(st.text(st.sampled_from(ALPHABET), min_size=2, max_size=30), st.data())
def test_every_single_wrong_character_is_noticed(body: str, data: st.DataObject) -> None:
    whole = body + check_character(body)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from(ALPHABET))
    assume(other != whole[place])
    wrong = whole[:place] + other + whole[place + 1 :]
    assert not correct(wrong[:-1], wrong[-1])


@given(st.text(st.sampled_from(ALPHABET), min_size=2, max_size=30), st.data())
def test_every_swap_of_neighbours_is_noticed(body: str, data: st.DataObject) -> None:
    whole = body + check_character(body)
    place = data.draw(st.integers(0, len(whole) - 2))
    assume(whole[place] != whole[place + 1])
    wrong = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert not correct(wrong[:-1], wrong[-1])


def test_no_pair_of_characters_can_be_swapped_repeated_or_swapped_across_one_unnoticed() -> None:
    for start in ALPHABET:  # the check is linear: the state before the pair stands for everything before it
        for one in ALPHABET:
            for two in ALPHABET:
                if one == two:
                    continue
                assert check_character(start + one + two) != check_character(start + two + one)
                assert check_character(start + one + "7" + two) != check_character(start + two + "7" + one)
                assert check_character(start + one + one) != check_character(start + two + two)


@pytest.mark.parametrize("typed", ["990100-WO1-00017-9", "990100-W01-OOO17-9", "99O100-W0I-0001Z-9".replace("Z", "7")])
def test_letters_taken_for_digits_are_pointed_out_not_changed(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_reference(typed)
    assert caught.value.code == "reference_check"
    assert caught.value.hint == f"是否为 {REF}？"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("SLO1-A1-00017-T", "是否为 SL01-A1-00017-{check}？"),
        ("SL01-A1-OOO17-T", "是否为 SL01-A1-00017-{check}？"),
        ("5101-A1-00017-T", "是否为 SL01-A1-00017-{check}？"),
    ],
)
def test_with_the_own_office_known_no_other_office_is_guessed(typed: str, hint: str) -> None:
    check = check_character("SL01A100017")
    with pytest.raises(BadInput) as caught:
        parse_reference(typed[:-1] + check, office="SL01")
    assert caught.value.hint == hint.format(check=check)
    # The check character of office 5101, which the same reading would make of it, is not to be had by a slip.
    foreign = check_character("5101A100017")
    with pytest.raises(BadInput) as caught:
        parse_reference(f"SL01-A1-00017-{foreign}", office="SL01")
    assert caught.value.code == "reference_check" and "核对" in caught.value.hint


def test_a_wrong_digit_is_refused_without_a_guess() -> None:
    with pytest.raises(BadInput) as caught:
        parse_reference("990100-W01-00018-9")
    assert caught.value.code == "reference_check"
    assert "核对" in caught.value.hint


@pytest.mark.parametrize(
    "typed", ["", "张三", "A001", "13812341234", "110101188001010011", "990100-W01", "-", "a-b-c-d-e"]
)
def test_what_is_no_reference_is_told_apart(typed: str) -> None:
    assert not looks_like_reference(typed)
    with pytest.raises(BadInput):
        parse_reference(typed)


def test_an_identity_number_is_never_taken_for_a_reference() -> None:
    fitting = [make_reference("110101", "198", 10100000 + tail).replace("-", "") for tail in range(500)]
    numbers = [number for number in fitting if number[-1] in "0123456789X"]
    assert numbers
    assert not any(looks_like_reference(number) for number in numbers)


@pytest.mark.parametrize("office", ["SL", "SL01", "99010", "990100"])
@pytest.mark.parametrize("device", ["A", "A1", "W01", "W01B"])
@pytest.mark.parametrize("number", [17, 123456])
def test_without_dashes_a_reference_of_the_hall_is_known_whatever_the_lengths(
    office: str, device: str, number: int
) -> None:
    reference = make_reference(office, device, number)
    for typed in (reference, bare(reference), bare(reference).lower(), f"{bare(reference)}/B1", f"{reference}／B1"):
        found = reference_in(typed, office_length=len(office))
        assert found is not None and bare(str(found)) == bare(reference), typed
    wrong = bare(reference)[:-1] + ("0" if reference[-1] != "0" else "1")
    assert reference_in(wrong, office_length=len(office)) is None


def test_a_credit_code_is_never_taken_for_a_reference() -> None:
    """Without a letter where the device code begins, also those that would fit the check character."""
    body = "91110108551385082"
    fitting = body + check_character(body)
    assert parse_reference(fitting), "its check character fits"
    assert not any(looks_like_reference(fitting, office_length=length) for length in range(2, 7))


def test_a_mistyped_reference_still_looks_like_one() -> None:
    assert looks_like_reference("990100-W01-00018-9")


@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_is_read_or_refused_with_a_hint(text: str) -> None:
    looks_like_reference(text)
    try:
        found = parse_reference(text)
    except BadInput as error:
        assert error.hint
        assert len(text) < 10 or text not in error.message
    else:
        assert parse_reference(str(found)) == found


@pytest.mark.parametrize(
    ("office", "device", "number", "field"),
    [
        ("99-01", "W01", 1, "office"),
        ("", "W01", 1, "office"),
        ("990100", "w01", 1, "device"),
        ("990100", "窗1", 1, "device"),
        ("990100", "W01", 0, "number"),
        ("990100", "W01", -1, "number"),
    ],
)
def test_a_reference_is_not_made_from_bad_codes(office: str, device: str, number: int, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        make_reference(office, device, number)
    assert caught.value.field == field


def test_a_paper_is_numbered_within_its_case() -> None:
    number = paper_number(REF, "B", 2)
    assert number == f"{REF}/B2"
    assert reference_in(number.lower()) == parse_reference(REF)
    for kind, n in (("", 1), ("b", 1), ("B", 0), ("ABC", 1)):
        with pytest.raises(BadInput):
            paper_number(REF, kind, n)


def test_the_hint_shows_no_number_that_this_hall_never_prints() -> None:
    with pytest.raises(BadInput) as error:
        parse_reference("hello")
    assert error.value.hint and not re.search(r"\d{6}", error.value.hint)
