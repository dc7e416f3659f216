"""Facts sealed for a supervisor: nobody else reads them, nobody changes them, and who wrote them can be told."""

from __future__ import annotations

import json
import random

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hall.errors import BadInput
from hall.sealed import SealedFacts, open_facts, read_envelope, seal_facts, sealing_key
from hall.wire import WireFact

DEVICE = Ed25519PrivateKey.from_private_bytes(bytes(32))
SUPERVISOR = X25519PrivateKey.from_private_bytes(b"s" * 32)
NAME = "张三"
CONTENT = SealedFacts(
    office="SL01",
    device="d" * 36,
    incarnation="A1",
    first_seq=7,
    start=b"h" * 32,
    events=[WireFact(header=b"h", public=b"p", hash=b"x" * 32, personal_hash=b"y" * 32, personal=NAME.encode())],
    reason="fork",
    sealed_ms=1,
)


def sealed() -> bytes:
    return seal_facts(CONTENT, DEVICE, SUPERVISOR.public_key().public_bytes_raw())


def test_the_supervisor_reads_what_the_device_sealed() -> None:
    envelope = read_envelope(sealed())
    assert envelope.public_key == DEVICE.public_key().public_bytes_raw()
    assert open_facts(envelope, SUPERVISOR) == CONTENT


def test_nothing_of_a_person_stands_in_the_open() -> None:
    data = sealed()
    assert NAME.encode() not in data
    assert msgspec.json.encode(CONTENT.events)[1:-1] not in data


def test_nobody_else_reads_it() -> None:
    with pytest.raises(BadInput, match="不是给这把密钥的"):
        open_facts(read_envelope(sealed()), X25519PrivateKey.generate())


def test_no_changed_byte_changes_what_is_read() -> None:
    data = sealed()
    envelope = read_envelope(data)
    refused = 0
    for place in random.Random(1).sample(range(len(data)), 200):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert read_envelope(changed) == envelope  # bits behind the last byte of a base64 text say nothing
        except BadInput:
            refused += 1
    assert refused >= 195


@pytest.mark.parametrize("junk", [b"", b"{}", b"\xff", b"[" * 5000, b'{"kind":"clerk-sealed2"}'])
def test_what_is_no_such_file_is_told(junk: bytes) -> None:
    with pytest.raises(BadInput) as error:
        read_envelope(junk)
    assert error.value.code == "bad_sealed"


def test_another_device_cannot_sign_for_the_first() -> None:
    data = json.loads(sealed())
    other = json.loads(seal_facts(CONTENT, Ed25519PrivateKey.generate(), SUPERVISOR.public_key().public_bytes_raw()))
    with pytest.raises(BadInput):
        read_envelope(json.dumps({**data, "public_key": other["public_key"]}).encode())


def test_a_centre_s_key_for_sealed_files_follows_from_its_signing_key() -> None:
    assert sealing_key(DEVICE).private_bytes_raw() == sealing_key(DEVICE).private_bytes_raw()
    assert sealing_key(DEVICE).private_bytes_raw() != sealing_key(Ed25519PrivateKey.generate()).private_bytes_raw()
