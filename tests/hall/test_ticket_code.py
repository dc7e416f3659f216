"""The code on a ticket: a window off line believes it, of today and of this hall's stations only."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hall import ticket_code as c
from hall.replica import Signer, decode, encode
from hall.replica_envelope import MAX_TEXT, KnownKey, ReplicaError, key_id, wrap
from hall.ticketing import TicketIssued
from tests.builders import DAY
from tests.hall.replicas import KEY, SECRET, STRANGER, noticed

PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {key_id(PUBLIC): KnownKey(public_key=PUBLIC, device="station")}
TICKET_ID = "01a2b3c4-d5e6-7f01-8a2b-3c4d5e6f7081"
NUMBER = "110101188001010011"
ISSUED = TicketIssued(
    business="company", letter="A", serial=12, day=DAY, at_ms=1_790_000_000_000, lane="priority", priority="孕妇",
    reference="990100-W01-00017-C", person=c.person_digest(SECRET, NUMBER, DAY), station="T1",
)  # fmt: skip
TICKET = c.TicketCode(ticket_id=TICKET_ID, issued=ISSUED)
CODE = c.encode(TICKET, KEY)


def refusal(text: str, today: dt.date = DAY, keys: dict[bytes, KnownKey] = KEYS) -> str:
    """Why a code is no ticket; every refusal says what it means and what to do."""
    with pytest.raises(c.TicketCodeError) as caught:
        c.decode(text, keys, today)
    assert caught.value.message and caught.value.hint and caught.value.field == "code"
    return caught.value.code


def test_a_ticket_says_all_that_a_window_off_line_needs() -> None:
    said = c.decode(CODE, KEYS, DAY)
    assert said == replace(TICKET, device="station")
    assert said.number == "A012"
    assert c.encode(TICKET, KEY) == CODE, "the same ticket has the same code, also on a second print"


def test_the_code_fits_a_small_qr_and_names_nobody() -> None:
    assert len(CODE) < 400
    assert NUMBER not in CODE
    other_day = c.person_digest(SECRET, NUMBER, DAY + dt.timedelta(days=1))
    assert c.person_digest(SECRET, NUMBER.lower(), DAY) == ISSUED.person != other_day


@given(
    lane=st.sampled_from(c.LANES),
    serial=st.integers(1, 9999),
    priority=st.text(max_size=60),
    slot=st.integers(0, 2**53),
    person=st.binary(min_size=0, max_size=32),
)
def test_whatever_was_issued_comes_back(lane: str, serial: int, priority: str, slot: int, person: bytes) -> None:
    issued = replace(ISSUED, lane=lane, serial=serial, priority=priority, slot_ms=slot, person=person.hex())
    assert c.decode(c.encode(replace(TICKET, issued=issued), KEY), KEYS, DAY).issued == issued


def test_a_ticket_of_another_day_calls_nobody() -> None:
    assert refusal(CODE, DAY + dt.timedelta(days=1)) == "ticket_of_other_day"
    assert refusal(CODE, DAY - dt.timedelta(days=1)) == "ticket_of_other_day"


def test_of_another_day_both_codes_of_a_paper_say_the_same() -> None:
    told = []
    for read in (lambda day: c.decode(CODE, KEYS, day), lambda day: c.read_line(c.line("A012", DAY), day)):
        with pytest.raises(c.TicketCodeError) as caught:
            read(DAY + dt.timedelta(days=1))
        told.append(caught.value.message)
    assert told == [f"这是{DAY.month}月{DAY.day}日的号票A012，号票只在当天有效"] * 2


def test_only_stations_of_this_hall_are_believed() -> None:
    assert refusal(c.encode(TICKET, STRANGER)) == "ticket_foreign"
    revoked = {kid: replace(key, revoked=True) for kid, key in KEYS.items()}
    assert refusal(CODE, keys=revoked) == "ticket_revoked"
    stolen = STRANGER.public_key().public_bytes_raw()
    assert refusal(CODE, keys={key_id(PUBLIC): KnownKey(public_key=stolen)}) == "ticket_forged"


def test_a_paper_is_no_ticket_and_a_ticket_no_paper() -> None:
    signer = Signer(key=KEY, incarnation="A1", secret=SECRET)
    paper = encode(noticed(2), paper="notice", number="990100-W01-00017-C/B1", day=DAY, signer=signer)
    assert refusal(paper) == "ticket_not_one"
    assert refusal(c.PREFIX + paper[5:]) == "ticket_forged", "the prefix is signed with the rest"
    with pytest.raises(ReplicaError) as caught:
        decode("CLK1:" + CODE[5:], KEYS, DAY)
    assert caught.value.code == "replica_forged"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ticket_not_one"),
        ("A012", "ticket_not_one"),
        ("TKT1:", "ticket_altered"),
        ("TKT2:" + CODE[5:], "ticket_newer"),
        (CODE[:-3], "ticket_altered"),
        ("TKT1:" + "A" * MAX_TEXT, "ticket_altered"),
        ("TKT1:\x00\x1b[31m", "ticket_altered"),
        (wrap(b"\xa1\x00\x09", KEY, c.PREFIX), "ticket_newer"),
        (wrap(b"\xa1\x00\x01", KEY, c.PREFIX), "ticket_altered"),
        (wrap(b"\x80", KEY, c.PREFIX), "ticket_altered"),
    ],
)
def test_what_is_scanned_instead_is_named(text: str, code: str) -> None:
    assert refusal(text) == code


def test_no_spoilt_code_is_taken_for_another_ticket() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        place = chance.randrange(5, len(CODE))
        spoilt = CODE[:place] + chance.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") + CODE[place + 1 :]
        if spoilt != CODE:
            assert refusal(spoilt) in ("ticket_altered", "ticket_forged", "ticket_foreign", "ticket_newer")


def test_a_keyboard_with_caps_lock_types_the_same_ticket() -> None:
    assert c.decode(CODE.lower() + "\r", KEYS, DAY).number == "A012"


def test_the_line_is_number_and_day() -> None:
    assert c.line("A012", dt.date(2026, 11, 22)) == "TKT-A012-1122"
    assert c.read_line("tkt-a012-1122", dt.date(2026, 11, 22)) == "A012"
    assert c.looks_like_ticket("TKT-A012-1122") and c.looks_like_ticket(CODE.lower())
    assert not c.looks_like_ticket("A012") and not c.looks_like_ticket("TKTOK")
    for text, code in (
        ("TKT-A012-1121", "ticket_of_other_day"),
        ("TKT-A12-1122", "ticket_not_one"),
        ("", "ticket_not_one"),
    ):
        with pytest.raises(c.TicketCodeError) as caught:
            c.read_line(text, dt.date(2026, 11, 22))
        assert caught.value.code == code
