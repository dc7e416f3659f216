"""Cases with their codes, and every way of spoiling one."""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections.abc import Callable
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hall import facts as f
from hall import replica as r
from hall.case import Case
from hall.catalogue.model import Problem
from hall.checklist import Row
from hall.fold import fold
from hall.replica_envelope import from_base45, squeezed, stored, to_base45
from hall.verdict import Tick, TickState, gaps_of
from tests.builders import DAY, fact, matter, received

CASE_ID = "01a2b3c4-d5e6-7f01-8a2b-3c4d5e6f7081"
REFERENCE = "990100-W01-00017-C"
NUMBER = "110101188001010011"
NAME = "王小明"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
SECRET = b"hall" * 8
SIGNER = r.Signer(key=KEY, incarnation="A1", secret=SECRET)
KEYS = (r.KnownKey(public_key=KEY.public_key().public_bytes_raw(), device="device-1"),)
REASONS = ("no-seal", "expired", "公章盖在了错误的位置上")


def rows(count: int) -> tuple[Row, ...]:
    problems = (Problem(code="no-seal", text="未加盖公章"), Problem(code="expired", text="已过有效期"))
    return tuple(
        Row(
            code=f"material_{place}",
            name=f"第{place}项材料",
            why="用于审查",
            source="自备",
            form="原件",
            copies=1,
            required=True,
            tolerable=True,
            problems=problems,
        )
        for place in range(count)
    )


def noticed(count: int, seed: int = 1, *, answers: int = 8, noticed_on: dt.date = DAY) -> Case:
    """A case with ``count`` materials in every state there is, after its notice."""
    chance = random.Random(seed)
    needed = rows(count)
    ticks = {row.code: _tick(chance) for row in needed}
    given = {f"question_{n}": chance.choice(["yes", "no", "individual_business", "limited"]) for n in range(answers)}
    body = received(ticks, rows=needed, answers=given, matter=matter(key="real-estate-transfer"), reference=REFERENCE)
    people = f.Personal(applicant=f.Applicant(kind="citizen", name=NAME, id_type="resident_id", id_number=NUMBER))
    notice = f.CaseNoticed(gaps=gaps_of(needed, ticks), respond_by=dt.date(2026, 12, 17), article="第四项")
    case = fold([fact(body, 1, subject=CASE_ID, personal=people), fact(notice, 2, subject=CASE_ID, day=noticed_on)])
    assert case is not None
    return case


def _tick(chance: random.Random) -> Tick:
    state = chance.choice(list(TickState))
    reason = chance.choice(REASONS) if state in (TickState.UNACCEPTABLE, TickState.NOT_APPLICABLE) else ""
    until = DAY + dt.timedelta(days=chance.randint(1, 30)) if state is TickState.PROMISED else None
    return Tick(state, reason=reason, until=until)


def code(case: Case, *, day: dt.date = DAY, signer: r.Signer = SIGNER, paper: f.PaperKind = "notice") -> str:
    return r.encode(case, paper=paper, number=f"{case.reference}/B1", day=day, signer=signer)


def signed_bytes(text: str) -> bytes:
    """The COSE_Sign1 in a code."""
    return zlib.decompress(from_base45(text.removeprefix(r.PREFIX)))


def as_text(signed: bytes) -> str:
    """Any bytes dressed as a code."""
    return r.PREFIX + to_base45(stored(signed))


def parts(text: str) -> list[Any]:
    """Protected header, unprotected header, packed payload and signature of a code."""
    return list(cbor2.loads(signed_bytes(text)).value)


def payload_of(text: str) -> bytes:
    """The map in a code."""
    return zlib.decompress(parts(text)[2], -15)


def rebuilt(pieces: list[Any], tag: int = 18) -> str:
    return as_text(cbor2.dumps(cbor2.CBORTag(tag, pieces), canonical=True))


def signed_by(key: Ed25519PrivateKey, payload: bytes, *, named: Ed25519PrivateKey | None = None) -> str:
    """A payload signed by ``key``, naming ``named`` as its signer."""
    return signed_packed(key, squeezed(payload), named=named)


def signed_packed(key: Ed25519PrivateKey, packed: bytes, *, named: Ed25519PrivateKey | None = None) -> str:
    """The same for bytes in the place of a packed payload, whatever they are."""
    public = (named or key).public_key().public_bytes_raw()
    protected = cbor2.dumps({1: -8, 4: r.key_id(public)}, canonical=True)
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", packed], canonical=True))
    return rebuilt([protected, {}, packed, signature])


def mutant(text: str, other: str, chance: random.Random) -> str:
    """A code spoilt in one of many ways: in its characters, in its bytes before and after packing, in its parts."""
    spoilt = chance.choice(_WAYS)(text, other, chance)
    return spoilt if spoilt not in (text, other) else text[:-1]


def _characters(text: str, _other: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    new = chr(ord(text[place]) ^ 1 << chance.randrange(7))
    return text[:place] + new + text[place + 1 :]


def _other_character(text: str, _other: str, chance: random.Random) -> str:
    place = chance.randrange(5, len(text))
    new = chance.choice([c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" if c != text[place]])
    return text[:place] + new + text[place + 1 :]


def _cut(text: str, _other: str, chance: random.Random) -> str:
    start, end = sorted(chance.sample(range(len(text) + 1), 2))
    return chance.choice([text[:end], text[start:], text[:start] + text[end:]])[: len(text) - 1]


def _inserted(text: str, _other: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + "".join(chance.choices("0123456789ABCDEF $%*+-./:", k=chance.randint(1, 6))) + text[place:]


def _swapped(text: str, _other: str, chance: random.Random) -> str:
    a, b, c = sorted(chance.sample(range(5, len(text)), 3))
    made = text[:a] + text[b:c] + text[a:b] + text[c:]
    return made if made != text else text[:-1]


def _packed_bits(text: str, _other: str, chance: random.Random) -> str:
    data = bytearray(from_base45(text.removeprefix(r.PREFIX)))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return r.PREFIX + to_base45(bytes(data))


def _signed_bits(text: str, _other: str, chance: random.Random) -> str:
    data = bytearray(signed_bytes(text))
    for _ in range(chance.choice([1, 1, 1, 2, 8])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return as_text(bytes(data)) if bytes(data) != signed_bytes(text) else text[:-1]


def _signed_cut(text: str, _other: str, chance: random.Random) -> str:
    data = signed_bytes(text)
    return as_text(data[: chance.randrange(len(data))] + chance.randbytes(chance.randrange(3)) + b"\x00")


def _parts_of_two(text: str, other: str, chance: random.Random) -> str:
    mine, theirs = parts(text), parts(other)
    place = chance.choice([2, 3])
    mine[place] = theirs[place]
    return rebuilt(mine)


def _payload_changed(text: str, _other: str, chance: random.Random) -> str:
    pieces = parts(text)
    told = cbor2.loads(payload_of(text))
    key = chance.choice([key for key in told if key])
    told[key] = chance.choice([told[key], 0, "", b"", [], None, 1 << 40, "x" * 90])
    changed = cbor2.dumps(told, canonical=True)
    if changed == payload_of(text):
        changed = cbor2.dumps({**told, 99: chance.random()}, canonical=True)
    pieces[2] = squeezed(changed)
    return rebuilt(pieces)


def _packed_otherwise(text: str, _other: str, chance: random.Random) -> str:
    """The same map, or the same signed bytes, as another packer would have them; the signature stays."""
    level = chance.randrange(10)
    strategy = chance.choice([zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_FIXED, zlib.Z_RLE])
    if chance.random() < 0.3:
        whole = zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
        return r.PREFIX + to_base45(whole.compress(signed_bytes(text)) + whole.flush())
    inner = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    pieces = parts(text)
    pieces[2] = inner.compress(payload_of(text)) + inner.flush()
    return rebuilt(pieces)


def _signed_again(text: str, _other: str, chance: random.Random) -> str:
    key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    return signed_by(key, payload_of(text), named=chance.choice([None, KEY]))


def _bomb(_text: str, _other: str, chance: random.Random) -> str:
    bomb = bytes([chance.randrange(256)]) * chance.choice([7_000, 60_000])
    if chance.random() < 0.5:
        return r.PREFIX + to_base45(zlib.compress(bomb, 9))
    return signed_by(chance.choice([KEY, STRANGER]), bomb, named=KEY)


def _nested(_text: str, _other: str, chance: random.Random) -> str:
    shape = chance.choice([b"\x81", b"\xa1\x00", b"\xd2", b"\x9f", b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"])
    return as_text(b"\xd2\x84" + shape * chance.randint(1, 900))


def _noise(_text: str, _other: str, chance: random.Random) -> str:
    return r.PREFIX + "".join(chance.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", k=chance.randint(0, 900)))


_WAYS: list[Callable[[str, str, random.Random], str]] = [
    _characters,
    _characters,
    _other_character,
    _other_character,
    _cut,
    _inserted,
    _swapped,
    _packed_bits,
    _packed_bits,
    _signed_bits,
    _signed_bits,
    _signed_cut,
    _parts_of_two,
    _payload_changed,
    _packed_otherwise,
    _signed_again,
    _bomb,
    _nested,
    _noise,
]
