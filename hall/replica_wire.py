"""The map in a code: small integers for keys, one byte a material, days as numbers; read back strictly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from hall.case import CaseState
from hall.catalogue.model import ApplicantKind
from hall.facts import PaperKind
from hall.replica_envelope import altered, newer, strictly
from hall.replica_limits import MAX_ANSWER, MAX_ANSWERS, MAX_MATTER, MAX_ROWS, MAX_TELLINGS, MAX_VERSION, MAX_WINDOWS
from hall.verdict import TickState

PLAIN, WITH_RETURNS, WITH_SILENCE, WITH_OTHERS = 1, 2, 3, 4
"""Formats: what a window of before reads too, what says of materials that they are to be given back, what says
that the law accepted the case, and what says what its window knew of others."""
FORMAT: Final = WITH_OTHERS
KINDS: Final[tuple[PaperKind, ...]] = ("receipt", "notice", "acceptance")
"""The papers that carry a code. New ones are added at the end: their place is what is written."""
STATES: Final = tuple(CaseState)
TICKS: Final = tuple(TickState)
APPLICANTS: Final[tuple[ApplicantKind, ...]] = (
    "citizen",
    "company",
    "individual_business",
    "organisation",
    "foreigner",
)
UNSURE_PROMISED, UNSURE_STATUTORY, UNSURE_RESPOND = 1, 2, 4
"""Which dates lie in a year whose days off were not known; ``True``, as early codes have it, stands for all."""
TOLD, TOLD_BAD, CORRECTABLE = 8, 16, 32
"""Bits beside the state of a material, which takes the lowest three."""

_DAY_ZERO: Final = dt.date(2020, 1, 1).toordinal()
Place = Annotated[int, Meta(ge=0, lt=MAX_ROWS)]
Day = Annotated[int, Meta(ge=-7305, le=40_000)]
Reason = Annotated[int, Meta(ge=0, le=255)] | Annotated[str, Meta(max_length=200)]
Word = Annotated[str, Meta(max_length=MAX_ANSWER)]
Incarnation = Annotated[str, Meta(max_length=12)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Places = Annotated[bytes, Meta(max_length=MAX_ROWS // 8)]
Answers = dict[Word, Word | tuple[Word, ...]]


class Mark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One material. ``problem`` is the place of a known problem in the row's list (-1: none, ``reason`` has words).

    ``told``: a notice has told it as missing, ``told_bad``: as not acceptable. ``tellers``: who told it, as
    ``Case.tellings`` has them.
    """

    state: TickState
    problem: int = -1
    reason: str = ""
    until: dt.date | None = None
    told: bool = False
    told_bad: bool = False
    correctable: bool = False
    tellers: dict[str, int] = {}


class Wire(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The map in the code, strictly; in the code its keys are the places of these names, from 0.

    ``digest``: 8 bytes of the identity number's, then 4 of the name's. ``deemed``: accepted by law, nobody having told
    anything in time; absent says nothing, early codes do not have it. ``knows``: how many facts of which other windows
    it rests on; ``tellings``: which window told, with how many facts, what has not come (a bit for each place).
    """

    format: Annotated[int, Meta(ge=0)]
    matter: Annotated[str, Meta(max_length=MAX_MATTER)]
    catalogue: Annotated[str, Meta(max_length=MAX_VERSION)]
    list_digest: Annotated[bytes, Meta(min_length=4, max_length=4)]
    states: Annotated[bytes, Meta(max_length=MAX_ROWS)]
    days: Annotated[list[Day | None], Meta(min_length=9, max_length=9)]
    reference: Annotated[str, Meta(max_length=60)]
    case_id: Annotated[bytes, Meta(min_length=1, max_length=40)]
    incarnation: Incarnation
    version: Count
    state: Annotated[int, Meta(ge=0, lt=len(STATES))]
    paper: Annotated[int, Meta(ge=0, lt=len(KINDS))]
    number: Annotated[str, Meta(max_length=9)]
    applicant: Annotated[int, Meta(ge=0, lt=len(APPLICANTS))] = 0
    name: Annotated[str, Meta(max_length=60)] = ""
    answers: Annotated[Answers, Meta(max_length=MAX_ANSWERS)] = {}
    reasons: Annotated[dict[Place, Reason], Meta(max_length=MAX_ROWS)] = {}
    promises: Annotated[dict[Place, Day], Meta(max_length=MAX_ROWS)] = {}
    notices: Annotated[int, Meta(ge=0, le=1000)] = 0
    agent: bool = False
    language: Annotated[str, Meta(max_length=8)] = ""
    secret_id: Annotated[bytes, Meta(max_length=2)] = b""
    digest: Annotated[bytes, Meta(max_length=12)] = b""
    unsure: bool | Annotated[int, Meta(ge=0, le=7)] = 0
    to_return: Annotated[tuple[Word, ...], Meta(max_length=MAX_ROWS)] = ()
    deemed: bool = False
    knows: Annotated[dict[Incarnation, Count], Meta(max_length=MAX_WINDOWS)] = {}
    tellings: Annotated[tuple[tuple[Incarnation, Count, Places], ...], Meta(max_length=MAX_TELLINGS)] = ()


_FIELDS: Final = dict(enumerate(Wire.__struct_fields__))
_KEYS: Final = {name: key for key, name in _FIELDS.items()}


def pack(wire: Wire) -> bytes:
    """The map as canonical CBOR."""
    import cbor2

    told = msgspec.to_builtins(wire, builtin_types=(bytes,))
    return cbor2.dumps({_KEYS[name]: value for name, value in told.items()}, canonical=True)


def unpack(payload: bytes) -> Wire:
    """The map in a payload. Raises ``ReplicaError``: ``replica_altered`` or ``replica_newer``."""
    item = strictly(payload)
    if not isinstance(item, dict) or not isinstance(item.get(0), int):
        raise altered("内容读不出来")
    if item[0] > FORMAT:
        raise newer()
    try:
        wire = msgspec.convert({_FIELDS[key]: value for key, value in item.items()}, Wire)
    except (msgspec.ValidationError, KeyError, TypeError):
        raise altered("内容读不出来") from None
    rows = len(wire.states)
    bits = (int.from_bytes(places, "little").bit_length() for _who, _nth, places in wire.tellings)
    if any(place >= rows for place in (*wire.reasons, *wire.promises)) or any(size > rows for size in bits):
        raise altered("材料对不上")
    return wire


def mark_at(wire: Wire, place: int) -> Mark:
    """The material at a place of the list. Raises ``ReplicaError``."""
    state = wire.states[place]
    if state & 7 >= len(TICKS) or state > (7 | TOLD | TOLD_BAD | CORRECTABLE):
        raise altered("材料的状态不认识")
    reason, until = wire.reasons.get(place, -1), wire.promises.get(place)
    return Mark(
        state=TICKS[state & 7],
        problem=reason if isinstance(reason, int) else -1,
        reason=reason if isinstance(reason, str) else "",
        until=None if until is None else from_day(until),
        told=bool(state & TOLD),
        told_bad=bool(state & TOLD_BAD),
        correctable=bool(state & CORRECTABLE),
        tellers={who: nth for who, nth, places in wire.tellings if int.from_bytes(places, "little") >> place & 1},
    )


def tellings(tellers: Sequence[Mapping[str, int]]) -> tuple[tuple[str, int, bytes], ...]:
    """The ``tellers`` of each place, as a code has them."""
    told: dict[tuple[str, int], int] = {}
    for place, each in enumerate(tellers):
        for teller in each.items():
            told[teller] = told.get(teller, 0) | 1 << place
    return tuple(
        (who, nth, places.to_bytes((places.bit_length() + 7) // 8, "little")) for (who, nth), places in told.items()
    )


def to_day(day: dt.date) -> int:
    """A day as the number of days since 2020-01-01."""
    return day.toordinal() - _DAY_ZERO


def from_day(number: int) -> dt.date:
    """The day with this number."""
    return dt.date.fromordinal(number + _DAY_ZERO)
