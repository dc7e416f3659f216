"""The paper is a replica: what its code carries, who is believed, and what opens nothing."""

from __future__ import annotations

import datetime as dt
import random
import tracemalloc
import zlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hall import facts as f
from hall import replica as r
from hall.case import Case, CaseState
from hall.errors import HallError
from hall.replica_envelope import MAX_PAYLOAD, MAX_TEXT, from_base45, measure, squeezed, to_base45
from hall.replica_limits import MAX_PRINTED, MAX_ROWS
from hall.verdict import Tick, TickState
from receipts.barcodes import qr
from tests.builders import DAY
from tests.hall.replicas import (
    CASE_ID,
    KEY,
    KEYS,
    NAME,
    NUMBER,
    REFERENCE,
    SECRET,
    SIGNER,
    STRANGER,
    as_text,
    code,
    mutant,
    noticed,
    parts,
    payload_of,
    rebuilt,
    rows,
    signed_by,
    signed_bytes,
    signed_packed,
)

MUTANTS, SHARDS = 100_000, 4


def refusal(text: str, today: dt.date = DAY, keys: tuple[r.KnownKey, ...] = KEYS) -> str:
    """Why a code opens nothing; every refusal says what it means and what to do."""
    with pytest.raises(r.ReplicaError) as caught:
        r.decode(text, keys, today)
    error = caught.value
    assert isinstance(error, HallError)
    assert error.message and error.hint and error.field == "code"
    return error.code


@pytest.mark.parametrize("count", [0, 1, 5, 12, 40])
def test_a_code_carries_the_case(count: int) -> None:
    case = noticed(count)
    said = r.decode(code(case), KEYS, DAY)
    assert (said.reference, said.case_id, said.incarnation, said.version) == (REFERENCE, CASE_ID, "A1", 2)
    assert (said.matter, said.catalogue, said.answers) == ("real-estate-transfer", "2026.11.1", case.answers)
    assert (said.state, said.received, said.clock_from) == (CaseState.NOTICED, case.received, case.clock_from)
    assert (said.noticed, said.respond_by, said.notices) == (DAY, dt.date(2026, 12, 17), 1)
    assert (said.paper, said.number, said.issued) == ("notice", "B1", DAY)
    assert [mark.state for mark in said.marks] == [case.ticks[row.code].state for row in case.rows]
    assert said.list_digest == r.list_digest(case.rows)
    assert said.device == "device-1"
    told = {gap.code for gap in case.gaps}
    assert [mark.told for mark in said.marks] == [row.code in told for row in case.rows]


def with_returns(case: Case, count: int) -> Case:
    return structs.replace(case, to_return=rows(40 + count)[40:])


def test_a_code_says_what_has_to_be_given_back() -> None:
    said = r.decode(code(with_returns(noticed(5), 2)), KEYS, DAY)
    assert said.to_return == ("material_40", "material_41")
    assert r.decode(code(noticed(5)), KEYS, DAY).to_return == ()


def accepted(count: int) -> Case:
    return structs.replace(noticed(count), state=CaseState.ACCEPTED, accepted=DAY)


def by_law(case: Case) -> Case:
    return structs.replace(case, deemed=True)


def test_a_code_says_whether_the_law_accepted_the_case() -> None:
    """行政许可法 art. 32(4)."""
    said = r.decode(code(by_law(with_returns(accepted(5), 2))), KEYS, DAY)
    assert (said.state, said.deemed, len(said.to_return)) == (CaseState.ACCEPTED, True, 2)
    assert not r.decode(code(accepted(5)), KEYS, DAY).deemed


def test_windows_of_before_read_every_code_that_says_nothing_new() -> None:
    """The others they do not take for damaged: they say that the paper is newer than they are."""
    cases = (noticed(5), accepted(5), with_returns(noticed(5), 1), by_law(with_returns(accepted(5), 1)))
    assert [cbor2.loads(payload_of(code(each)))[0] for each in cases] == [1, 1, 2, 3]
    two_windows = with_others(noticed(5))
    nobody_goes_on = structs.replace(two_windows, state=CaseState.ACCEPTED)
    assert [cbor2.loads(payload_of(code(each)))[0] for each in (two_windows, nobody_goes_on)] == [4, 1]


def with_others(case: Case) -> Case:
    """The case after A1 was shown a paper of B1, which had been shown one of C1."""
    tellings = {gap.code: {"A1": 2, "B1": 7} if place else {"C1": 3} for place, gap in enumerate(case.gaps)}
    return structs.replace(
        case, writers={"A1": 5, "B1": 7}, seen={"A1": {"B1": 6, "C1": 4}, "B1": {"D1": 9}}, tellings=tellings
    )


@pytest.mark.parametrize("count", [5, 40, MAX_ROWS])
def test_a_code_says_what_its_window_knew_of_others_and_who_told_what_has_not_come(count: int) -> None:
    case = with_others(noticed(count))
    said = r.decode(code(case), KEYS, DAY)
    assert (said.version, said.knows) == (5, {"B1": 7, "C1": 4})
    told = {row.code: mark.tellers for row, mark in zip(case.rows, said.marks, strict=True) if mark.tellers}
    assert told == case.tellings and len(told) > 1


def test_a_window_that_works_alone_says_who_told_what_where_it_found_something_wanting_again() -> None:
    case = noticed(5)
    assert case.tellings == {gap.code: {"A1": 2} for gap in case.gaps} and len(case.gaps) > 1
    said = r.decode(code(case), KEYS, DAY)
    assert (said.knows, [mark.tellers for mark in said.marks]) == ({}, [{}] * 5)
    again = structs.replace(case, tellings=case.tellings | {case.gaps[0].code: {"A1": 4}})
    said = r.decode(code(again), KEYS, DAY)
    assert said.knows == {}
    assert [mark.tellers for mark in said.marks] == [again.tellings.get(row.code, {}) for row in case.rows]
    come = structs.replace(again, ticks=case.ticks | {case.gaps[0].code: Tick(TickState.PRESENT)})
    assert not any(mark.tellers for mark in r.decode(code(come), KEYS, DAY).marks), "it is not left any more"


@pytest.mark.parametrize(
    ("promised_known", "statutory_known", "respond"),
    [(True, False, False), (False, True, True), (False, False, False), (True, True, True)],
)
def test_a_code_says_of_each_date_whether_it_is_provisional(
    promised_known: bool, statutory_known: bool, respond: bool
) -> None:
    case = noticed(3)
    due = f.Due(
        promised=dt.date(2026, 12, 30), statutory=dt.date(2027, 1, 20), provisional=True,
        promised_known=promised_known, statutory_known=statutory_known,
    )  # fmt: skip
    notice = structs.replace(case.notices[0], provisional=respond)
    said = r.decode(code(structs.replace(case, due=due, notices=(notice,))), KEYS, DAY)
    assert said.due.promised_provisional is not promised_known
    assert said.due.statutory_provisional is not statutory_known
    assert said.respond_provisional is respond


def test_reasons_and_promises_come_back_as_they_were() -> None:
    case = noticed(40)
    said = r.decode(code(case), KEYS, DAY)
    for row, mark in zip(case.rows, said.marks, strict=True):
        tick, was = r.tick_of(mark, row), case.ticks[row.code]
        assert (tick.state, tick.until) == (was.state, was.until)
        assert tick.reason in (was.reason, r.ON_PAPER)
    assert {"no-seal", "expired"} <= {r.tick_of(m, row).reason for m, row in zip(said.marks, case.rows, strict=True)}


def test_reasons_in_words_beyond_the_room_stand_on_the_paper_only() -> None:
    case = noticed(30)
    long = {row.code: Tick(TickState.UNACCEPTABLE, reason=f"第{n}处写得不清楚" * 4) for n, row in enumerate(case.rows)}
    said = r.decode(code(structs.replace(case, ticks=long)), KEYS, DAY)
    reasons = [r.tick_of(mark, row).reason for mark, row in zip(said.marks, case.rows, strict=True)]
    kept = [reason for reason in reasons if reason != r.ON_PAPER]
    assert kept and len(kept) < 30
    assert sum(len(reason.encode()) for reason in kept) <= r.REASON_BYTES


@pytest.mark.parametrize(
    "answers",
    [
        {"form": "x" * 61},
        {"q" * 61: "yes"},
        {"steps": ("seal", "x" * 61)},
        {f"q{n}": "yes" for n in range(61)},
        {f"q{n}": "".join(random.Random(n).choices("abcdefghijklmnopqrstuvwxyz_0123456789", k=50)) for n in range(60)},
    ],
)
def test_what_no_window_could_read_or_no_square_hold_is_not_made_a_code(answers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="code"):
        code(structs.replace(noticed(5), answers=answers))


def test_the_longest_code_that_is_made_is_one_a_square_holds() -> None:
    with pytest.raises(ValueError, match="too large"):
        qr("A" * (MAX_PRINTED + 1))
    assert qr("A" * MAX_PRINTED).width == 177 + 8


def test_a_list_at_the_edge_of_what_a_code_holds_is_read_back() -> None:
    assert len(r.decode(code(noticed(MAX_ROWS)), KEYS, DAY).marks) == MAX_ROWS
    with pytest.raises(ValueError, match="too long"):
        code(noticed(MAX_ROWS + 1))


def test_neither_the_number_nor_the_full_name_is_in_a_code() -> None:
    payload = payload_of(code(noticed(12)))
    for secret in (NUMBER, NUMBER[:10], NUMBER[6:14], NAME):
        assert secret.encode() not in payload
    assert r.decode(code(noticed(12)), KEYS, DAY).name_masked == "王*明"


def test_the_name_is_compared_to_the_character_with_a_keyed_digest() -> None:
    said = r.decode(code(noticed(5)), KEYS, DAY)
    assert r.name_matches(said, NAME, [SECRET]) is True
    assert r.name_matches(said, f" {NAME} ", [b"other" * 8, SECRET]) is True
    assert r.name_matches(said, NAME[:-1] + "\U00020bb7", [SECRET]) is False
    assert r.name_matches(said, NAME, [b"other" * 8]) is None
    assert len(said.name_digest) == 4
    older = structs.replace(said, name_digest=b"")
    assert r.name_matches(older, NAME, [SECRET]) is None, "a code from before says nothing"


def test_the_card_on_the_desk_is_compared_with_a_keyed_digest() -> None:
    said = r.decode(code(noticed(5)), KEYS, DAY)
    assert r.matches(said, " 110101 18800101 0011", [SECRET]) is True
    assert r.matches(said, "110101188503120026", [SECRET]) is False
    assert r.matches(said, NUMBER, [b"other" * 8]) is None, "without the hall's secret nothing can be told"
    nobody = r.decode(code(structs.replace(noticed(5), applicant=None)), KEYS, DAY)
    assert r.matches(nobody, NUMBER, [SECRET]) is None
    # Two papers of two cases of one person carry nothing alike.
    other = r.decode(code(structs.replace(noticed(5), case_id="01a2b3c4-d5e6-7f01-8a2b-3c4d5e6f7082")), KEYS, DAY)
    assert other.digest != said.digest


def test_a_bad_credit_record_is_told_to_whoever_holds_secret_and_card_and_to_nobody_else() -> None:
    clean, bad = (code(structs.replace(noticed(12), good_credit=good)) for good in (True, False))
    said = r.decode(bad, KEYS, DAY)
    assert r.matches(said, NUMBER, [SECRET]) is True
    assert r.bad_credit(said, NUMBER, [SECRET]) and not r.bad_credit(r.decode(clean, KEYS, DAY), NUMBER, [SECRET])
    assert r.matches(said, "110101188503120026", [SECRET]) is False
    assert not r.bad_credit(said, "110101188503120026", [SECRET])
    assert not r.bad_credit(said, NUMBER, [b"other" * 8])
    one, other = (cbor2.loads(payload_of(text)) for text in (clean, bad))
    assert one.keys() == other.keys() and len(bad) == len(clean)
    assert [key for key in one if one[key] != other[key]] == [22], "the number's digest, eight bytes like any other"


def test_the_same_paper_has_the_same_code() -> None:
    assert code(noticed(12)) == code(noticed(12))


def test_a_code_has_the_shape_of_the_health_certificates() -> None:
    """Prefix, Base45, zlib, COSE_Sign1 with EdDSA and the key's id, read by zlib and cbor2 alone."""
    text = code(noticed(12))
    assert text.startswith("CLK1:")
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert not text.endswith(" "), "keyboards and clipboards drop a blank at the end"
    message = cbor2.loads(zlib.decompress(from_base45(text[5:])))
    assert message.tag == 18
    protected, unprotected, packed, signature = message.value
    assert cbor2.loads(protected) == {1: -8, 4: r.key_id(KEY.public_key().public_bytes_raw())}
    assert unprotected == {}
    KEY.public_key().verify(signature, cbor2.dumps(["Signature1", protected, b"", packed]))
    told = cbor2.loads(zlib.decompress(packed, -15))
    assert all(isinstance(key, int) and 0 <= key < 24 for key in told), "one byte a key"


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]
)
def test_base45_is_that_of_rfc_9285(data: bytes, text: str) -> None:
    assert (to_base45(data), from_base45(text)) == (text, data)


@given(st.binary(max_size=300))
def test_base45_gives_back_what_it_took(data: bytes) -> None:
    assert from_base45(to_base45(data)) == data


@pytest.mark.parametrize("text", ["GGW", ":::", "::", "A", "abc", "A\nB", "ÄBC", "AB8!", "BB8A"])
def test_base45_takes_nothing_else(text: str) -> None:
    with pytest.raises(r.ReplicaError):
        from_base45(text)


def test_a_keyboard_with_caps_lock_types_small_letters() -> None:
    text = code(noticed(5))
    assert r.decode(text.lower() + "\r\n", KEYS, DAY) == r.decode(text, KEYS, DAY)
    assert refusal(text[:40] + text[40:].lower()) == "replica_altered"


def test_another_scan_is_not_a_code() -> None:
    for text in ("", REFERENCE, "HC1:6BF+70790T9", "https://example.invalid/q", "CLK", "CLK1", "CLKX:AA", "1CLK1:AA"):
        assert refusal(text) == "replica_not_one"
    assert not r.looks_like_code(REFERENCE)
    assert r.looks_like_code(code(noticed(1)))
    assert r.looks_like_code("clk2:aa")


def test_a_code_of_another_hall_is_foreign() -> None:
    assert refusal(code(noticed(5), signer=structs.replace(SIGNER, key=STRANGER))) == "replica_foreign"
    assert refusal(code(noticed(5)), keys=()) == "replica_foreign"


def test_a_code_that_names_a_key_of_the_hall_and_is_not_signed_by_it_is_forged() -> None:
    assert refusal(signed_by(STRANGER, payload_of(code(noticed(5))), named=KEY)) == "replica_forged"


def test_a_signature_from_another_code_is_forged() -> None:
    mine, other = parts(code(noticed(5))), parts(code(noticed(5, 2)))
    assert refusal(rebuilt([*mine[:3], other[3]])) == "replica_forged"
    assert refusal(rebuilt([*mine[:2], other[2], mine[3]])) == "replica_forged"


def test_the_code_of_a_revoked_device_is_not_believed() -> None:
    revoked = (structs.replace(KEYS[0], revoked=True),)
    assert refusal(code(noticed(5)), keys=revoked) == "replica_revoked"
    assert refusal(signed_by(STRANGER, payload_of(code(noticed(5))), named=KEY), keys=revoked) == "replica_forged"


def test_a_code_lives_a_month_longer_than_its_last_date() -> None:
    text = code(noticed(5))
    last = dt.date(2026, 12, 17) + dt.timedelta(days=30)
    assert r.decode(text, KEYS, last).expires == last
    assert refusal(text, last + dt.timedelta(days=1)) == "replica_outdated"


def test_a_newer_code_says_so() -> None:
    text = code(noticed(5))
    assert refusal("CLK2:" + text[5:]) == "replica_newer"
    told = cbor2.loads(payload_of(text))
    assert refusal(signed_by(KEY, cbor2.dumps({**told, 0: 5, 77: "new"}, canonical=True))) == "replica_newer"


@pytest.mark.parametrize(
    "change",
    [
        *({77: 1}, {-1: 1}, {4: b"\xff"}, {4: b"\x07" * 5}, {8: None}),
        *({5: [0] * 8}, {10: 99}, {11: 3}, {14: "x" * 61}, {16: {9: 0}}),
        *({27: {"B1": 0}}, {28: [["B1", 1, b"\x20"]]}, {28: [["B1", 1]]}),
    ],
)
def test_even_a_key_of_the_hall_signs_no_nonsense(change: dict[int, object]) -> None:
    told = cbor2.loads(payload_of(code(noticed(5))))
    assert refusal(signed_by(KEY, cbor2.dumps({**told, **change}, canonical=True))) == "replica_altered"


def test_what_is_not_cose_is_altered() -> None:
    good = parts(code(noticed(5)))
    bad_key = cbor2.dumps({1: -8, 4: b"short"}, canonical=True)
    es256 = cbor2.dumps({1: -7, 4: r.key_id(KEYS[0].public_key)}, canonical=True)
    for spoilt in (
        rebuilt(good, tag=17),
        rebuilt(good[:3]),
        rebuilt([good[0], {1: -8}, *good[2:]]),
        rebuilt([good[0], {}, good[2], good[3][:63]]),
        rebuilt([bad_key, *good[1:]]),
        rebuilt([es256, *good[1:]]),
        as_text(cbor2.dumps(good)),
        as_text(signed_bytes(code(noticed(5))) + b"\x00"),
        as_text(b""),
    ):
        assert refusal(spoilt) == "replica_altered"


def test_a_second_form_of_the_same_code_is_not_taken() -> None:
    """Neither the whole nor the map packed by another packer, or with one bit more."""
    text = code(noticed(5))
    signed, packed = signed_bytes(text), parts(text)[2]
    for level in range(10):
        assert refusal(r.PREFIX + to_base45(zlib.compress(signed, level)[:-1])) == "replica_altered"
        if (whole := r.PREFIX + to_base45(zlib.compress(signed, level))) != text:
            assert refusal(whole) == "replica_altered"
        for head in (b"\x78\x01", b"\x78\xda"):
            if (whole := r.PREFIX + to_base45(head + zlib.compress(signed, level)[2:])) != text:
                assert refusal(whole) == "replica_altered"
        if (other := squeezed(payload_of(text), level)) != packed:
            assert refusal(rebuilt([*parts(text)[:2], other, parts(text)[3]])) == "replica_forged"
    for bit in range(8):
        other = packed[:-1] + bytes([packed[-1] ^ 1 << bit])
        assert refusal(rebuilt([*parts(text)[:2], other, parts(text)[3]])) == "replica_forged", (
            "also bits that say nothing"
        )
    whole_bytes = from_base45(text[5:])
    assert refusal(r.PREFIX + to_base45(whole_bytes + b"\x00")) == "replica_altered"
    assert refusal(r.PREFIX + to_base45(whole_bytes[:-1])) == "replica_altered"


def test_each_other_character_at_each_place_is_told_as_damage() -> None:
    """A scanner that misreads one character is no forger: the clerk scans again."""
    text = code(noticed(5))
    for place in range(5, len(text)):
        for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:":
            if char != text[place]:
                assert refusal(text[:place] + char + text[place + 1 :]) == "replica_altered", (place, char)


@pytest.mark.parametrize("size", [MAX_PAYLOAD + 1, 100_000, 2_000_000])
def test_a_bomb_costs_no_more_than_a_code(size: int) -> None:
    """Also one that a key of the hall has signed."""
    for text in (signed_by(KEY, bytes(size)), r.PREFIX + to_base45(zlib.compress(bytes(size), 9))):
        assert len(text) <= MAX_TEXT, "a bomb fits where a code does"
        refusal(text)
        tracemalloc.start()
        try:
            assert refusal(text) == "replica_altered"
            assert tracemalloc.get_traced_memory()[1] < 200_000
        finally:
            tracemalloc.stop()


@given(st.binary(max_size=300))
def test_what_a_key_of_the_hall_signed_and_nobody_packed_is_altered(data: bytes) -> None:
    refusal(signed_packed(KEY, data))


@pytest.mark.parametrize(
    "shape",
    [
        b"\x81" * 6000,
        b"\xd2" * 6000,
        b"\x9b\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x7a\xff\xff\xff\xff",
        b"\x9f" * 100,
        b"\x5f\x41\x00\xff",
        b"\x84" + b"\x00" * 3,
        b"\x98\xc8" + b"\x98\xc8" * 200 + b"\x00" * 4000,
        b"\xc2\x58\x20" + bytes(32),
        b"\xfb" + bytes(8),
    ],
)
def test_nests_and_lengths_are_measured_before_anything_is_built(shape: bytes) -> None:
    with pytest.raises(r.ReplicaError):
        measure(shape)


def test_a_long_text_is_not_even_read() -> None:
    assert refusal(r.PREFIX + "0" * 10_000_000) == "replica_altered"


@given(st.text(max_size=200))
def test_no_text_does_anything_but_be_refused(text: str) -> None:
    refusal(text)
    refusal(r.PREFIX + text)


@given(st.binary(max_size=400))
def test_no_bytes_do_anything_but_be_refused(data: bytes) -> None:
    refusal(as_text(data))
    refusal(signed_by(KEY, data))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_mutant_opens_anything(shard: int) -> None:
    """100,000 in all; sizes bounded by what a code may be."""
    chance = random.Random(20_261_121 + shard)
    codes = [code(noticed(count, seed)) for count in (5, 12) for seed in (1, 2)]
    opened: list[str] = []
    seen: set[str] = set()
    for _ in range(MUTANTS // SHARDS):
        text, other = chance.sample(codes, 2)
        spoilt = mutant(text, other, chance)
        try:
            r.decode(spoilt, KEYS, DAY)
        except r.ReplicaError as error:
            seen.add(error.code)
        else:
            opened.append(spoilt)
    assert not opened
    assert {"replica_altered", "replica_forged", "replica_foreign", "replica_not_one"} <= seen


@pytest.mark.soak
@given(st.integers(0, 1 << 62))
def test_no_lucky_mutant_opens_anything(seed: int) -> None:
    """New mutants every time."""
    chance = random.Random(seed)
    text, other = code(noticed(12, seed % 7)), code(noticed(12, 8))
    for _ in range(50):
        spoilt = mutant(text, other, chance)
        refusal(spoilt)
