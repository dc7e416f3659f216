"""The paper is a replica: the code on it carries the case as far as the next window needs it.

In the code: matter and catalogue version, answers, the state of every material in the order of the list, the codes of
those that are on it no more and have to be given back, whether the law accepted the case, dates,
reference, identity of the case, how many of its facts the paper has seen, and keyed digests of the applicant's
identity number and name. Where other windows worked on an open case: how many facts of each it rests on, and which
window told what has not come. Never in it: the number, the full name, a phone, an address. The texts of the list are
not in it either: they come from the catalogue, and a digest of the list says whether it is the same one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from hall.case import Case, CaseState
from hall.catalogue.conditions import Answer
from hall.catalogue.model import ApplicantKind
from hall.checklist import Row
from hall.facts import Due, PaperKind
from hall.masking import mask_name
from hall.names import says_something
from hall.replica_envelope import MAX_PAYLOAD, PREFIX, KnownKey, ReplicaError, altered, key_id, unwrap, wrap
from hall.replica_limits import MAX_PRINTED, MAX_ROWS
from hall.replica_person import NUMBER_BYTES, bad_credit, case_bytes, digests, matches, name_matches, secret_id
from hall.replica_wire import (
    APPLICANTS,
    CORRECTABLE,
    KINDS,
    PLAIN,
    STATES,
    TICKS,
    TOLD,
    TOLD_BAD,
    UNSURE_PROMISED,
    UNSURE_RESPOND,
    UNSURE_STATUTORY,
    WITH_OTHERS,
    WITH_RETURNS,
    WITH_SILENCE,
    Mark,
    Wire,
    from_day,
    mark_at,
    pack,
    tellings,
    to_day,
    unpack,
)
from hall.verdict import Tick, TickState

__all__ = [
    "KINDS",
    "PREFIX",
    "KnownKey",
    "Mark",
    "Replica",
    "ReplicaError",
    "Signer",
    "bad_credit",
    "decode",
    "encode",
    "key_id",
    "list_digest",
    "looks_like_code",
    "matches",
    "name_matches",
    "tick_in",
    "tick_of",
]

GRACE: Final = dt.timedelta(days=30)
SHORTEST_LIFE: Final = dt.timedelta(days=90)
"""A code is good for a month after the last date that stands in it, and for three months in any case."""
REASON_BYTES: Final = 180
"""Room for reasons in words, in UTF-8; those that find none stand on the paper only."""
OPEN: Final = (CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED)
"""The states in which another window goes on from a paper."""
THERE: Final = (TickState.PRESENT, TickState.HELD, TickState.NOT_APPLICABLE)
ON_PAPER: Final = "见纸质凭证"


class Signer(Struct, frozen=True, kw_only=True):
    """Who signs: the device's key, its code in references, and the secret behind the identity digest (32 bytes)."""

    key: Any
    incarnation: str
    secret: bytes

    def __repr__(self) -> str:
        """Without key and secret."""
        return f"Signer(incarnation={self.incarnation!r})"


class Replica(Struct, frozen=True, kw_only=True):
    """What a code says. ``version`` counts the facts of the case that the issuing window had written by then.

    ``number`` is the part of the paper's number after the reference. ``list_digest`` is that of the rows,
    ``digest`` that of the identity number (empty: none was taken) and ``name_digest`` that of the name, made with the
    secret ``secret_id``. ``to_return`` are the codes of materials that are on the list no more and lie at the window.
    ``deemed``: accepted by law, nobody having told anything in time; ``False`` where the code does not say so.
    ``knows`` is how many facts of which other windows stand behind it.
    """

    matter: str
    catalogue: str
    applicant_kind: ApplicantKind
    agent: bool
    name_masked: str
    answers: dict[str, Answer]
    marks: tuple[Mark, ...]
    list_digest: bytes
    state: CaseState
    received: dt.date
    clock_from: dt.date
    noticed: dt.date | None
    respond_by: dt.date | None
    notices: int
    accepted: dt.date | None
    due: Due
    reference: str
    case_id: str
    incarnation: str
    version: int
    paper: PaperKind
    number: str
    issued: dt.date
    expires: dt.date
    secret_id: bytes
    digest: bytes
    language: str
    device: str = ""
    respond_provisional: bool = False
    name_digest: bytes = b""
    to_return: tuple[str, ...] = ()
    deemed: bool = False
    knows: dict[str, int] = {}


def encode(case: Case, *, paper: PaperKind, number: str, day: dt.date, signer: Signer) -> str:
    """The code of a paper of ``case``, issued on ``day`` with ``number`` (``REF/B1``): the same for the same input.

    Raises:
        ValueError: a kind of paper that carries no code, or a case that no code holds: what ``decode`` would not read
            and what no QR code has room for is not made.
    """
    if paper not in KINDS:
        raise ValueError(f"{paper} carries no code")
    if len(case.rows) > MAX_ROWS:
        raise ValueError("the list is too long for a code")
    who = case.applicant
    notice = case.notices[-1] if case.notices else None
    days = (
        *(case.received, case.clock_from, notice.day if notice else None, notice.respond_by if notice else None),
        *(case.accepted, case.due.promised, case.due.statutory, day, _expiry(case, day)),
    )
    identity = case_bytes(case.case_id)
    given = who.id_number if who else ""
    knows, told = rests_on(case, signer.incarnation)
    wire = Wire(
        format=_format(case, others=bool(knows or told)),
        matter=case.matter.key,
        catalogue=case.matter.version,
        list_digest=list_digest(case.rows),
        states=bytes(_state_of(case, row) for row in case.rows),
        days=[None if each is None else to_day(each) for each in days],
        reference=case.reference,
        case_id=identity,
        incarnation=signer.incarnation,
        version=case.writers.get(signer.incarnation, case.version),
        state=STATES.index(case.state),
        paper=KINDS.index(paper),
        number=number.partition("/")[2][:9],
        applicant=APPLICANTS.index(who.kind) if who else 0,
        name=mask_name(who.name)[:60] if who else "",
        answers=case.answers,
        reasons=_reasons(case),
        promises={place: to_day(tick.until) for place, tick in _ticked(case) if tick.until is not None},
        notices=len(case.notices),
        agent=case.agent is not None,
        language=case.language,
        secret_id=secret_id(signer.secret) if given else b"",
        digest=digests(signer.secret, identity, who, good_credit=case.good_credit) if who and given else b"",
        unsure=_unsure(case),
        to_return=tuple(row.code for row in case.to_return),
        deemed=case.deemed,
        knows=knows,
        tellings=tellings([told.get(row.code, {}) for row in case.rows]),
    )
    payload = pack(wire)
    try:
        unpack(payload)
    except ReplicaError as error:
        raise ValueError("the case is beyond what a code says") from error
    code = wrap(payload, signer.key)
    if len(code) > MAX_PRINTED or len(payload) > MAX_PAYLOAD:
        raise ValueError("the case is too long for a code")
    return code


def rests_on(case: Case, own: str) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """What a paper of the window ``own`` has to say for others to know what it knew: how many facts of which other
    windows it has seen, by themselves or by the papers it was shown; and who told what has not come.

    Neither is needed where nobody goes on with the case. What a window that works alone told with the last that it did
    goes without saying; what it told before, not: others may have brought that since without its knowing.
    """
    if case.state not in OPEN:
        return {}, {}
    known = {who: max(count, case.writers.get(who, 0)) for who, count in case.seen.get(own, {}).items()}
    knows = {who: count for who, count in {**case.writers, **known}.items() if who != own}
    open_codes = {row.code for row in case.rows if tick_in(case, row).state not in THERE}
    told = {code: tellers for code, tellers in case.tellings.items() if code in open_codes}
    last = {own: case.writers.get(own, case.version)}
    return knows, told if knows or any(tellers != last for tellers in told.values()) else {}


def decode(text: str, keys: Iterable[KnownKey] | Mapping[bytes, KnownKey], today: dt.date) -> Replica:
    """What a scanned code says, if a known key of the hall signed it and it is still good on ``today``.

    Raises:
        ReplicaError: ``replica_not_one`` (something else was scanned), ``replica_altered`` (damaged or changed),
            ``replica_foreign`` (another hall's, or a key not known here), ``replica_revoked``, ``replica_forged`` (the
            signature is not by the key it names), ``replica_newer``, ``replica_outdated`` (expired).
    """
    known = keys if isinstance(keys, Mapping) else {key_id(key.public_key): key for key in keys}
    payload, key = unwrap(text, known)
    replica = _replica(unpack(payload), key.device)
    if today > replica.expires:
        raise ReplicaError(
            "replica_outdated",
            f"这张凭证上的码已于{replica.expires.isoformat()}失效",
            field="code",
            hint="联网后按收件编号查询，或请原窗口查看办件现状",
        )
    return replica


def looks_like_code(text: str) -> bool:
    """Whether scanned text is meant as a code of this kind, of any version."""
    return text.strip()[:3].upper() == PREFIX[:3] and ":" in text[:8]


def list_digest(rows: Iterable[Row]) -> bytes:
    """Four bytes that differ when the list does: its materials, what is required of them, their known problems."""
    told = [[row.code, row.required, row.tolerable, [problem.code for problem in row.problems]] for row in rows]
    return sha256(msgspec.json.encode(told)).digest()[:4]


def tick_in(case: Case, row: Row) -> Tick:
    """The tick of a row: what was not ticked is missing, unless the hall holds it."""
    return case.ticks.get(row.code) or Tick(TickState.HELD if row.held else TickState.MISSING)


def tick_of(mark: Mark, row: Row) -> Tick:
    """The tick that a mark stands for; the reason in the words of the row's own problems."""
    reason = mark.reason
    if 0 <= mark.problem < len(row.problems):
        reason = row.problems[mark.problem].code
    if not says_something(reason) and mark.state in (TickState.UNACCEPTABLE, TickState.NOT_APPLICABLE):
        reason = ON_PAPER
    return Tick(mark.state, reason=reason, until=mark.until, correctable=mark.correctable)


def _format(case: Case, *, others: bool) -> int:
    """The earliest format that says it all."""
    return WITH_OTHERS if others else WITH_SILENCE if case.deemed else WITH_RETURNS if case.to_return else PLAIN


def _expiry(case: Case, day: dt.date) -> dt.date:
    dates = [tick.until for _, tick in _ticked(case)] + [case.due.promised, case.due.statutory]
    dates += [notice.respond_by for notice in case.notices]
    return max([day + SHORTEST_LIFE, *(each + GRACE for each in dates if each is not None)])


def _ticked(case: Case) -> list[tuple[int, Tick]]:
    return [(place, case.ticks[row.code]) for place, row in enumerate(case.rows) if row.code in case.ticks]


def _unsure(case: Case) -> int:
    notice = case.notices[-1] if case.notices else None
    marks = (
        (UNSURE_PROMISED, case.due.promised is not None and case.due.promised_provisional),
        (UNSURE_STATUTORY, case.due.statutory is not None and case.due.statutory_provisional),
        (UNSURE_RESPOND, notice is not None and notice.provisional),
    )
    return sum(bit for bit, holds in marks if holds)


def _due(promised: dt.date | None, statutory: dt.date | None, unsure: int) -> Due:
    """The limits with what is unsure of each."""
    some = bool(unsure & (UNSURE_PROMISED | UNSURE_STATUTORY))
    return Due(
        promised=promised,
        statutory=statutory,
        provisional=some,
        promised_known=some and promised is not None and not unsure & UNSURE_PROMISED,
        statutory_known=some and statutory is not None and not unsure & UNSURE_STATUTORY,
    )


def _state_of(case: Case, row: Row) -> int:
    tick = tick_in(case, row)
    told = [gap for notice in case.notices for gap in notice.gaps if gap.code == row.code]
    bad = bool(told) and told[-1].state is TickState.UNACCEPTABLE
    return TICKS.index(tick.state) | (TOLD if told else 0) | (TOLD_BAD if bad else 0) | (CORRECTABLE * tick.correctable)


def _reasons(case: Case) -> dict[int, int | str]:
    """Known problems by their place, typed reasons in words as long as there is room."""
    reasons: dict[int, int | str] = {}
    room = REASON_BYTES
    for place, tick in _ticked(case):
        if not tick.reason:
            continue
        known = [n for n, p in enumerate(case.rows[place].problems) if tick.reason in (p.code, p.text)]
        size = len(tick.reason.encode())
        if known and known[0] < 256:
            reasons[place] = known[0]
        elif size <= room and len(tick.reason) <= 200:
            reasons[place] = tick.reason
            room -= size
    return reasons


def _replica(wire: Wire, device: str) -> Replica:
    days = [None if each is None else from_day(each) for each in wire.days]
    received, clock_from, noticed, respond_by, accepted, promised, statutory, issued, expires = days
    unsure = wire.unsure if wire.unsure is not True else UNSURE_PROMISED | UNSURE_STATUTORY | UNSURE_RESPOND
    if received is None or clock_from is None or issued is None or expires is None:
        raise altered("缺少日期")
    return Replica(
        matter=wire.matter,
        catalogue=wire.catalogue,
        applicant_kind=APPLICANTS[wire.applicant],
        agent=wire.agent,
        name_masked=wire.name,
        answers=dict(wire.answers),
        marks=tuple(mark_at(wire, place) for place in range(len(wire.states))),
        list_digest=wire.list_digest,
        state=STATES[wire.state],
        received=received,
        clock_from=clock_from,
        noticed=noticed,
        respond_by=respond_by,
        notices=wire.notices,
        accepted=accepted,
        due=_due(promised, statutory, unsure),
        respond_provisional=bool(unsure & UNSURE_RESPOND),
        reference=wire.reference,
        case_id=_case_id(wire.case_id),
        incarnation=wire.incarnation,
        version=wire.version,
        paper=KINDS[wire.paper],
        number=wire.number,
        issued=issued,
        expires=expires,
        secret_id=wire.secret_id,
        digest=wire.digest[:NUMBER_BYTES],
        language=wire.language,
        device=device,
        name_digest=wire.digest[NUMBER_BYTES:],
        to_return=wire.to_return,
        deemed=wire.deemed,
        knows=dict(wire.knows),
    )


def _case_id(data: bytes) -> str:
    if len(data) == 16:
        return str(uuid.UUID(bytes=data))
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise altered("办件标识不对") from None
