"""Bytes and hashes of the journal (sync.md §3).

    body_hash = SHA256(SHA256(public) || SHA256(salt || personal))
    hash      = SHA256(0x00 || "evt1" || len(header) as 4 bytes || header || body_hash || previous hash)
    genesis   = SHA256("enrol" || device id || incarnation || public key)

Stored bytes are hashed, never recomputed fields. Erasing ``salt`` and ``personal`` leaves ``personal_hash`` behind, so
the chain still holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec
from msgspec import Struct

from hall.errors import BrokenChain
from hall.facts import Body, Fact, FactBody, Header, Personal
from hall.moments import on_calendar

SCHEMA_V = 1
CHAIN_FORMAT = b"evt1"
NOBODY = b""
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding hostile bytes raises: msgspec reports bad UTF-8 and deep nesting with Python's own errors."""

_encoder = msgspec.json.Encoder(order="deterministic")
_headers = msgspec.json.Decoder(Header)
_bodies = msgspec.json.Decoder(FactBody)
_people = msgspec.json.Decoder(Personal)


class Sealed(Struct, frozen=True, kw_only=True):
    """A fact as it is stored and sent. ``personal`` and ``salt`` are empty when nobody is named or after erasure.

    ``personal_hash`` is SHA256(salt || personal); all hashes are 32 bytes. ``public_hash`` is SHA256(public) where only
    the outline of the fact is here, and empty otherwise.
    """

    header: bytes
    public: bytes
    hash: bytes
    personal: bytes = NOBODY
    salt: bytes = NOBODY
    personal_hash: bytes = NOBODY
    public_hash: bytes = NOBODY


def genesis(device_id: str, incarnation: str, public_key: bytes) -> bytes:
    """The hash before the first fact of an incarnation (32 bytes)."""
    return sha256(b"enrol" + device_id.encode() + incarnation.encode() + public_key).digest()


def link(header: bytes, public: bytes, personal_hash: bytes, previous: bytes) -> bytes:
    """The hash of a fact after ``previous`` (32 bytes)."""
    return link_outline(header, sha256(public).digest(), personal_hash, previous)


def link_outline(header: bytes, public_hash: bytes, personal_hash: bytes, previous: bytes) -> bytes:
    """The same of a fact whose contents are not here: its chain can be checked all the same."""
    body_hash = sha256(public_hash + personal_hash).digest()
    return sha256(b"\x00" + CHAIN_FORMAT + len(header).to_bytes(4, "big") + header + body_hash + previous).digest()


def seal(fact: Fact, previous: bytes, salt: bytes) -> Sealed:
    """Turn a fact into the bytes that are stored, hashed and sent; ``salt`` is 16 random bytes."""
    header, public = _encoder.encode(fact.header), _encoder.encode(fact.body)
    personal = _encoder.encode(fact.personal) if fact.personal is not None else NOBODY
    kept_salt = salt if personal else NOBODY
    personal_hash = sha256(kept_salt + personal).digest()
    return Sealed(
        header=header,
        public=public,
        personal=personal,
        salt=kept_salt,
        personal_hash=personal_hash,
        hash=link(header, public, personal_hash, previous),
    )


def open_header(header: bytes) -> Header:
    """The header of a sealed fact.

    Raises:
        BrokenChain: the bytes are not a header.
    """
    try:
        return _headers.decode(header)
    except UNREADABLE as error:
        raise BrokenChain("unreadable_fact", "记录的抬头读不出来") from error


def open_sealed(sealed: Sealed, header: Header | None = None) -> Fact:
    """Decode a sealed fact; ``header`` if it is decoded already.

    Raises:
        BrokenChain: the bytes are not a fact this version knows; ``field`` is its sequence number where readable.
    """
    header = header or open_header(sealed.header)
    try:
        body = _bodies.decode(sealed.public)
        personal = _people.decode(sealed.personal) if sealed.personal else None
    except UNREADABLE as error:
        raise BrokenChain("unreadable_fact", "记录的内容读不出来", field=str(header.seq)) from error
    if type_of(body) != header.type:
        raise BrokenChain("type_mismatch", "记录的抬头与内容不是同一类", field=str(header.seq))
    return Fact(header=header, body=body, personal=personal)


def check_time(header: Header) -> None:
    """Check that a fact was written at a time that can be told, as no clock of a machine leaves the calendar.

    Raises:
        BrokenChain: its time has no date.
    """
    if not on_calendar(header.at_ms):
        raise BrokenChain("no_such_time", "记录的时间哪年的日历上都没有", field=str(header.seq))


def type_of(body: Body) -> str:
    """The stable name of a body's type (``"case.received"``)."""
    return str(body.__struct_config__.tag)


def follows(sealed: Sealed, previous: bytes) -> bool:
    """Whether a sealed fact is the one that was sealed behind ``previous``, whatever its bytes say."""
    if (sealed.personal or sealed.salt) and sha256(sealed.salt + sealed.personal).digest() != sealed.personal_hash:
        return False
    public_hash = sealed.public_hash or sha256(sealed.public).digest()
    return link_outline(sealed.header, public_hash, sealed.personal_hash, previous) == sealed.hash


def check_link(sealed: Sealed, previous: bytes, seq: int) -> None:
    """Check that a sealed fact is the ``seq``-th of its chain and follows ``previous``.

    Raises:
        BrokenChain: wrong number, wrong hash, or a personal part that is not what was hashed.
    """
    header = open_header(sealed.header)
    if header.seq != seq:
        raise BrokenChain("gap_in_journal", f"记录编号应为{seq}，实为{header.seq}", field=str(seq))
    if (sealed.personal or sealed.salt) and sha256(sealed.salt + sealed.personal).digest() != sealed.personal_hash:
        raise BrokenChain("changed_fact", f"第{seq}条记录的个人信息部分与封存时不同", field=str(seq))
    if link(sealed.header, sealed.public, sealed.personal_hash, previous) != sealed.hash:
        raise BrokenChain("changed_fact", f"第{seq}条记录与封存时不同", field=str(seq))


def verify(chain: Iterable[Sealed], start: bytes, first_seq: int = 1) -> bytes:
    """Check a run of sealed facts and return the hash of the last one (``start`` for an empty run).

    Raises:
        BrokenChain: at the first fact that does not fit.
    """
    previous = start
    for seq, sealed in enumerate(chain, first_seq):
        check_link(sealed, previous, seq)
        previous = sealed.hash
    return previous
