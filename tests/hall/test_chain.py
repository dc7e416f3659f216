"""The journal's bytes and hashes: nothing can be changed, moved or left out unnoticed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall import chain
from hall import facts as f
from hall.errors import BrokenChain
from tests.builders import fact, received

START = chain.genesis("device-1", "A1", b"k" * 32)
PEOPLE = f.Personal(applicant=f.Applicant(kind="citizen", name="张三", id_number="110101188001010011"))


def sealed_run(count: int = 4) -> list[chain.Sealed]:
    run: list[chain.Sealed] = []
    previous = START
    for seq in range(1, count + 1):
        body: f.FactBody = received() if seq == 1 else f.NoteAdded(text=f"第{seq}条")
        run.append(chain.seal(fact(body, seq, personal=PEOPLE if seq == 1 else None), previous, b"s" * 16))
        previous = run[-1].hash
    return run


def test_a_sealed_fact_opens_to_the_same_fact() -> None:
    original = fact(received(), personal=PEOPLE)
    assert chain.open_sealed(chain.seal(original, START, b"s" * 16)) == original


def test_equal_facts_seal_to_equal_bytes() -> None:
    assert sealed_run() == sealed_run()


def test_a_whole_run_verifies_to_its_last_hash() -> None:
    run = sealed_run()
    assert chain.verify(run, START) == run[-1].hash


@given(st.integers(0, 3), st.sampled_from(["header", "public", "personal", "salt", "hash", "personal_hash"]), st.data())
def test_every_flipped_bit_is_noticed(position: int, part: str, data: st.DataObject) -> None:
    run = sealed_run()
    content = bytearray(getattr(run[position], part))
    if not content:
        return
    index = data.draw(st.integers(0, len(content) - 1))
    content[index] ^= 1 << data.draw(st.integers(0, 7))
    run[position] = msgspec.structs.replace(run[position], **{part: bytes(content)})
    with pytest.raises(BrokenChain):
        chain.verify(run, START)


@pytest.mark.parametrize("change", [lambda run: run[1:], lambda run: [run[0], *run[2:]], lambda run: run[::-1]])
def test_facts_left_out_or_moved_are_noticed(change: object) -> None:
    with pytest.raises(BrokenChain):
        chain.verify(change(sealed_run()), START)  # type: ignore[operator]


def test_another_device_cannot_continue_the_chain() -> None:
    with pytest.raises(BrokenChain):
        chain.verify(sealed_run(), chain.genesis("device-2", "A1", b"k" * 32))


def test_erasing_the_personal_part_keeps_the_chain_whole_and_nobody_named() -> None:
    run = sealed_run()
    run[0] = msgspec.structs.replace(run[0], personal=b"", salt=b"")
    assert chain.verify(run, START) == run[-1].hash
    assert chain.open_sealed(run[0]).personal is None


def test_a_personal_part_of_somebody_else_is_noticed() -> None:
    run = sealed_run()
    other = msgspec.json.encode(f.Personal(applicant=f.Applicant(kind="citizen", name="李四")))
    run[0] = msgspec.structs.replace(run[0], personal=other)
    with pytest.raises(BrokenChain, match="个人信息"):
        chain.verify(run, START)


def test_a_header_that_lies_about_its_body_is_refused() -> None:
    one, other = sealed_run()[:2]
    with pytest.raises(BrokenChain) as caught:
        chain.open_sealed(msgspec.structs.replace(one, public=other.public))
    assert caught.value.code == "type_mismatch"


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_a_told_problem_and_never_a_crash(junk: bytes) -> None:
    with pytest.raises(BrokenChain):
        chain.open_sealed(msgspec.structs.replace(sealed_run(1)[0], public=junk))


def test_the_bytes_of_a_fact_stay_what_they_were() -> None:
    """Golden hash: facts written today must verify in every later version."""
    assert sealed_run(1)[0].hash.hex() == GOLDEN


GOLDEN = "ac3977624f8d78f6d01a531d19cc0aefe3439f554690ae44505a82edc8785677"
