"""What a ticket of the queue carries: ``TKT1:`` in its QR code, signed by its station, and a short line in Code 128.

The signed code holds all that a window needs to call, without a network, whoever stands before it with the ticket in
hand: identity, number, business, day, time, lane, appointment, the case they come back with, and a keyed digest of the
identity number. No name. The envelope is that of the codes on papers (``hall.replica_envelope``).

The line, ``TKT-A012-1122``, is number and day only: for whoever can ask the centre.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta, Struct

from hall.errors import BadInput
from hall.identity import normalise_number
from hall.replica_envelope import KnownKey, ReplicaError, altered, newer, strictly, unwrap, wrap
from hall.replica_wire import Day, from_day, to_day
from hall.ticketing import Lane, TicketIssued
from hall.tickets import number as number_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX: Final = "TKT1:"
LANES: Final[tuple[Lane, ...]] = ("normal", "priority", "booked", "return")
"""New ones are added at the end: their place is what is written."""
PERSON_BYTES: Final = 8
_FORMAT: Final = 1
_LINE: Final = re.compile(r"TKT-([A-Z]{1,2})(\d{3,7})-(\d{2})(\d{2})", re.ASCII)
_NUMBER: Final = re.compile(r"[A-Z]{1,2}\d{3,7}", re.ASCII)
_UNLIKE: Final = {
    "replica_not_one": ("ticket_not_one", "这不是号票上的码", "扫号票上的二维码，内容以 TKT1: 开头"),
    "replica_newer": ("ticket_newer", "这张号票是更新版本的程序签发的，本机读不懂", "升级本程序，或按号码叫号"),
    "replica_foreign": (
        "ticket_foreign",
        "这张号票不是本大厅的取号机签发的，或签发它的取号机本机还不认识",
        "联网同步后再扫；急办的请在本机重新取号",
    ),
    "replica_forged": ("ticket_forged", "这张号票的签名是假的", "不要据此叫号；留下号票，报告负责人"),
    "replica_revoked": ("ticket_revoked", "签发这张号票的设备已被注销", "不要据此叫号；请重新取号"),
}
_ALTERED: Final = ("ticket_altered", "号票上的码不完整或被改动过", "擦净号票再扫一次；仍不行就按号码叫号")


class TicketCodeError(BadInput):
    """A code that is no ticket of today; ``code`` says which kind of wrong it is."""


class TicketCode(Struct, frozen=True, kw_only=True):
    """What the code on a ticket says: the fact ``ticket.issued`` and the identity it is about.

    ``device`` is the device that signed it; empty in a code that is being made.
    """

    ticket_id: str
    issued: TicketIssued
    device: str = ""

    @property
    def number(self) -> str:
        """What is printed and called."""
        return number_of(self.issued.letter, self.issued.serial)


class _Wire(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The map in the code, strictly; in the code its keys are the places of these names, from 0."""

    format: Annotated[int, Meta(ge=0)]
    ticket_id: Annotated[bytes, Meta(min_length=16, max_length=16)]
    business: Annotated[str, Meta(min_length=1, max_length=60)]
    letter: Annotated[str, Meta(pattern=r"^[A-Z]{1,2}\Z")]
    serial: Annotated[int, Meta(ge=1, le=1_000_000)]
    day: Day
    at_ms: Annotated[int, Meta(ge=0, le=2**53)]
    lane: Annotated[int, Meta(ge=0, lt=len(LANES))] = 0
    priority: Annotated[str, Meta(max_length=60)] = ""
    slot_ms: Annotated[int, Meta(ge=0, le=2**53)] = 0
    reference: Annotated[str, Meta(max_length=60)] = ""
    person: Annotated[bytes, Meta(max_length=32)] = b""
    station: Annotated[str, Meta(max_length=20)] = ""


_FIELDS: Final = dict(enumerate(_Wire.__struct_fields__))
_KEYS: Final = {name: key for key, name in _FIELDS.items()}


def encode(code: TicketCode, key: Ed25519PrivateKey) -> str:
    """The code of a ticket, signed by its station: the same for the same input.

    Raises:
        ValueError: the identity is no UUID.
    """
    import cbor2

    issued = code.issued
    wire = _Wire(
        format=_FORMAT,
        ticket_id=uuid.UUID(code.ticket_id).bytes,
        business=issued.business,
        letter=issued.letter,
        serial=issued.serial,
        day=to_day(issued.day),
        at_ms=issued.at_ms,
        lane=LANES.index(issued.lane),
        priority=issued.priority[:60],
        slot_ms=issued.slot_ms,
        reference=issued.reference[:60],
        person=bytes.fromhex(issued.person),
        station=issued.station[:20],
    )
    told = msgspec.to_builtins(wire, builtin_types=(bytes,))
    return wrap(cbor2.dumps({_KEYS[name]: value for name, value in told.items()}, canonical=True), key, PREFIX)


def decode(text: str, keys: Mapping[bytes, KnownKey], today: dt.date) -> TicketCode:
    """What a scanned ticket says, if a known key of the hall (``keys`` by ``key_id``) signed it and it is of ``today``.

    Raises:
        TicketCodeError: ``ticket_not_one``, ``ticket_altered``, ``ticket_foreign``, ``ticket_revoked``,
            ``ticket_forged``, ``ticket_newer``, ``ticket_of_other_day``.
    """
    try:
        payload, key = unwrap(text, keys, PREFIX)
        code = _read(payload, key.device)
    except ReplicaError as error:
        name, message, hint = _UNLIKE.get(error.code, _ALTERED)
        raise TicketCodeError(name, message, field="code", hint=hint) from None
    if code.issued.day != today:
        raise _of_other_day(code.issued.day.month, code.issued.day.day, code.number)
    return code


def looks_like_ticket(text: str) -> bool:
    """Whether scanned text is meant as a ticket: the signed code of any version, or the line."""
    return text.strip()[:3].upper() == PREFIX[:3] and any(mark in text[:8] for mark in ":-")


def line(number: str, day: dt.date) -> str:
    """The line in Code 128: ``TKT-A012-1122``."""
    return f"TKT-{number}-{day:%m%d}"


def is_number(text: str) -> bool:
    """Whether it is written like the number on a ticket: ``A012``."""
    return _NUMBER.fullmatch(text.strip().upper()) is not None


def read_line(text: str, today: dt.date) -> str:
    """The number in a scanned line of ``today``.

    Raises:
        TicketCodeError: ``ticket_not_one``, ``ticket_of_other_day``.
    """
    found = _LINE.fullmatch(text.strip().upper())
    if found is None:
        name, message, hint = _UNLIKE["replica_not_one"]
        raise TicketCodeError(name, message, field="code", hint=hint)
    letter, serial, month, day = found.groups()
    if (int(month), int(day)) != (today.month, today.day):
        raise _of_other_day(int(month), int(day), letter + serial)
    return letter + serial


def _of_other_day(month: int, day: int, number: str) -> TicketCodeError:
    what = f"这是{month}月{day}日的号票{number}，号票只在当天有效"
    return TicketCodeError("ticket_of_other_day", what, field="code", hint="请重新取号")


def person_digest(secret: bytes, number: str, day: dt.date) -> str:
    """Who takes tickets on a day, in hex: keyed with the hall's secret, another each day, so that nobody can be found
    by it or followed from one day to the next."""
    told = b"ticket-person\0" + day.isoformat().encode() + b"\0" + normalise_number(number).encode()
    return hmac.digest(secret, told, "sha256")[:PERSON_BYTES].hex()


def _read(payload: bytes, device: str) -> TicketCode:
    item = strictly(payload)
    if not isinstance(item, dict) or not isinstance(item.get(0), int):
        raise altered("内容读不出来")
    if item[0] > _FORMAT:
        raise newer()
    try:
        wire = msgspec.convert({_FIELDS[key]: value for key, value in item.items()}, _Wire)
    except (msgspec.ValidationError, KeyError, TypeError):
        raise altered("内容读不出来") from None
    issued = TicketIssued(
        business=wire.business,
        letter=wire.letter,
        serial=wire.serial,
        day=from_day(wire.day),
        at_ms=wire.at_ms,
        lane=LANES[wire.lane],
        priority=wire.priority,
        slot_ms=wire.slot_ms,
        reference=wire.reference,
        person=wire.person.hex(),
        station=wire.station,
    )
    return TicketCode(ticket_id=str(uuid.UUID(bytes=wire.ticket_id)), issued=issued, device=device)
