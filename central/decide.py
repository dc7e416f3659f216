"""What becomes of a batch of facts: pure, with the hall's own fold. Storing is ``central.saving``'s.

Every well-formed fact is kept; this decides its status, what its case is afterwards, and what a person has to look at
(sync.md §4, §10).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec import Struct, field

from central.queue.told import TicketFacts, is_ticket
from central.store.devices import IncarnationRow
from central.store.facts import CaseRow, NewFact
from hall import facts as f
from hall import wire
from hall.adoption import in_order
from hall.case import Case
from hall.chain import Sealed, check_time, follows, open_header, open_sealed
from hall.disputes import HANDED_OUT, RIGHT
from hall.errors import BrokenChain
from hall.facts import CaseAdopted, Fact, Header
from hall.fold import advance, fold

_cases = msgspec.json.Decoder(Case)
WITHHELD = "中心收不下这条记录的内容，只记了它的抬头；内容还在写它的窗口"
SERVED_TWICE = "served_twice"
"""The kind of conflict of a ticket that two windows served; it stands on the ticket, not on a case."""
MAX_NAME = 200
"""Longest identity (of a fact, of a case) that is stored, in characters."""
# Without what PostgreSQL cannot store (NUL, lone surrogates) and what nobody names a thing with.
_FIT = re.compile(rf"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{{1,{MAX_NAME}}}").fullmatch
_BEGINS = (f.CaseReceived, f.CaseAdopted, f.InquiryAnswered)
AsideKind = Literal["unread", "held", "unallowed", "other"]


class Incoming(Struct, frozen=True):
    """A fact that continues its chain, read as far as it can be read; ``fault`` says in Chinese why no further."""

    seq: int
    sealed: Sealed
    header: Header | None
    fact: Fact | None
    fault: str = ""

    @property
    def subject(self) -> str:
        return self.header.subject if self.header else ""

    @property
    def event_id(self) -> str:
        return self.header.event_id if self.header else ""


class Doubt(Struct, frozen=True):
    """That a fact's writer was (``certain``) or may have been without the right to write it; ``reason`` in Chinese."""

    certain: bool
    reason: str


class Known(Struct, kw_only=True):
    """What is stored already of what a batch names.

    ``ids`` are used; ``histories`` the facts of cases that two windows wrote; ``held`` the cases of which this journal
    has a fact that nobody could read; ``conflicted`` those on which it has an open conflict; ``doubled`` the tickets
    that two windows served and of which the batch settles it; ``doubts`` are about the writers of facts, by number;
    ``sizes`` are the bytes of cases as they grow.
    """

    ids: set[str]
    cases: dict[str, CaseRow]
    histories: dict[str, list[Fact]]
    held: set[str] = field(default_factory=set)
    conflicted: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    doubts: dict[int, Doubt] = field(default_factory=dict)
    tickets: TicketFacts | None = None
    sizes: dict[str, int] = field(default_factory=dict)


class NewConflict(Struct, frozen=True, kw_only=True):
    """Something a person has to look at, on a case (or a ticket: ``SERVED_TWICE``); ``other`` is the second case where
    two are meant."""

    conflict_id: str
    case_id: str
    kind: str
    reason: str
    seq: int
    actor: str
    other: str = ""


class Claim(Struct, frozen=True):
    """What should belong to one case only: a ticket of a day, a person's application (only its digest is stored), and
    the number of a new case, which is looked for among the others'."""

    kind: Literal["same_ticket", "candidate_pair", "same_reference"]
    what: str
    case_id: str
    seq: int
    actor: str


class Settled(Struct, frozen=True):
    """A conflict that a person settled, and how."""

    conflict_id: str
    case_id: str
    how: str
    actor: str


class Decided(Struct):
    """The batch as it is to be stored. ``last`` are the places (in ``facts``) of each case's last fact."""

    facts: list[NewFact] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    asides: dict[int, AsideKind] = field(default_factory=dict)
    conflicts: list[NewConflict] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    numbers: list[Claim] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)


def read(at: IncarnationRow, facts: Sequence[wire.WireFact], first_seq: int) -> list[Incoming]:
    """The facts from ``at.expected`` on as far as they continue the chain; the first that does not ends it."""
    previous = at.last_hash
    incoming: list[Incoming] = []
    for seq, fact in enumerate(facts, first_seq):
        if seq < at.expected:
            continue
        sealed = as_sealed(fact)
        if not follows(sealed, previous):
            break
        incoming.append(read_one(at, seq, sealed))
        previous = fact.hash
    return incoming


def as_sealed(fact: wire.WireFact) -> Sealed:
    """A fact from the wire as it is stored."""
    return Sealed(
        header=fact.header,
        public=fact.public,
        hash=fact.hash,
        personal=fact.personal,
        salt=fact.salt,
        personal_hash=fact.personal_hash,
    )


def read_one(at: IncarnationRow, seq: int, sealed: Sealed) -> Incoming:
    """One fact, read as far as it can be read."""
    try:
        header = open_header(sealed.header)
    except BrokenChain as error:
        return Incoming(seq, sealed, None, None, error.message)
    if not _FIT(header.event_id) or (header.subject and not _FIT(header.subject)):
        return Incoming(seq, sealed, None, None, "抬头里的编号不能用")
    if header.seq != seq or header.incarnation != at.named or header.device != at.device_id:
        return Incoming(seq, sealed, header, None, "抬头写的不是这台设备")
    if sealed.public_hash:
        return Incoming(seq, sealed, header, None, WITHHELD)
    try:
        check_time(header)
        return Incoming(seq, sealed, header, open_sealed(sealed, header))
    except BrokenChain as error:
        return Incoming(seq, sealed, header, None, error.message)


def needs_history(incoming: Iterable[Incoming], cases: dict[str, CaseRow]) -> set[str]:
    """The cases of the batch that two windows wrote: they are folded anew, in the order their papers give."""
    # A snapshot names no key whose value is the default; a hit elsewhere in it only loads a history in vain.
    adopting = {each.subject for each in incoming if each.fact and isinstance(each.fact.body, CaseAdopted)}
    adopted = {case_id for case_id, row in cases.items() if b'"adopted":' in row.snapshot}
    return adopting | adopted


def decide(at: IncarnationRow, incoming: Sequence[Incoming], known: Known) -> Decided:
    """What becomes of each fact, in order."""
    decided = Decided()
    for place, each in enumerate(incoming):
        used = each.event_id in known.ids
        status, reason, case = _apply(at, each, used, known, decided, place)
        if case is not None:
            decided.cases[case.case_id] = case
            decided.last[case.case_id] = place
            _look_at(each, status, reason, case, known, decided)
        event_id = None if used or not each.event_id else each.event_id
        if event_id:
            known.ids.add(event_id)
        decided.facts.append(
            NewFact(
                seq=each.seq,
                event_id=event_id,
                subject=each.subject,
                sealed=each.sealed,
                status=status,
                reason=reason,
                case_version=case.version if case else 0,
            )
        )
    return decided


def _apply(
    at: IncarnationRow, each: Incoming, used: bool, known: Known, decided: Decided, place: int
) -> tuple[wire.Status, str, Case | None]:
    def aside(kind: AsideKind, reason: str) -> tuple[wire.Status, str, None]:
        decided.asides[place] = kind
        if kind != "other" and each.subject:
            known.held.add(each.subject)
        return wire.Status.QUARANTINED, reason, None

    fact = each.fact
    if used:
        return aside("other", "这条记录的编号已经用过")
    if fact is None:
        readable = each.header is not None and each.header.incarnation == at.named
        return aside("unread" if readable else "other", each.fault)
    subject = fact.header.subject
    if not subject:
        if (doubt := known.doubts.get(each.seq)) is not None and doubt.certain:
            return aside("unallowed", doubt.reason)
        return wire.Status.APPLIED, "", None
    if known.tickets is not None and is_ticket(fact):
        status, reason = known.tickets.take(fact)
        if (why := known.tickets.doubled.get(each.event_id)) is not None:
            decided.conflicts.append(_conflict(each, SERVED_TWICE, why, subject))
        return aside("other", reason) if status is wire.Status.QUARANTINED else (status, reason, None)
    if isinstance(fact.body, f.ConflictSettled) and subject in known.doubled:
        decided.settled.append(_settled(fact.body, fact))
        return wire.Status.APPLIED, "", None
    row = known.cases.get(subject)
    if row is not None and row.office != at.office:
        return aside("other", "办件属于另一个大厅")
    before = decided.cases.get(subject) or (_cases.decode(row.snapshot) if row else None)
    if subject in known.held and not (before is None and isinstance(fact.body, _BEGINS)):
        return aside("held", "这个办件前面有一条记录搁置，本条等它处理")
    doubt = known.doubts.get(each.seq)
    if doubt is not None and doubt.certain:
        return aside("unallowed", doubt.reason)
    history = known.histories.get(subject)
    if before is not None and history is not None and (before.adopted or isinstance(fact.body, CaseAdopted)):
        misfit, case = _fold_anew(history, fact)
    else:
        case = advance(before, fact)
        misfit = case.timeline[-1].misfit if case else ""
    if case is None:
        return aside("unread", "中心没有这个办件的收件记录")
    sizes = known.sizes
    sizes[subject] = (
        sizes.get(subject, len(row.snapshot) if row else 0) + len(each.sealed.public) + len(each.sealed.personal)
    )
    if sizes[subject] > wire.MAX_CASE:
        return aside("other", "这个办件的记录太多太长，中心不再往里记；原文仍然保存，请另开一件或联系管理员")
    if history is not None:
        history.append(fact)
    return (wire.Status.CONFLICT if misfit else wire.Status.APPLIED), misfit, case


def _fold_anew(history: Sequence[Fact], fact: Fact) -> tuple[str, Case | None]:
    """The case of two windows after one more fact: all of it in the order the papers give, not as it came."""
    facts = in_order([*history, fact])
    case = fold(facts)
    place = next(place for place, each in enumerate(facts) if each is fact)
    return (case.timeline[place].misfit if case else ""), case


def _look_at(each: Incoming, status: wire.Status, reason: str, case: Case, known: Known, decided: Decided) -> None:
    """What a person has to look at because of this fact."""
    fact = each.fact
    assert fact is not None
    body, header = fact.body, fact.header

    def conflict(kind: str, why: str) -> None:
        decided.conflicts.append(_conflict(each, kind, why, case.case_id))

    if status is wire.Status.CONFLICT:
        disputed = next((dispute for dispute in case.disputes if dispute.id == header.event_id), None)
        conflict(disputed.kind if disputed else "conflict", reason)
        known.conflicted.add(case.case_id)
    elif isinstance(body, f.PaperIssued) and case.case_id in known.conflicted:
        conflict(HANDED_OUT, "文书所依据的记录与中心冲突，但已交给申请人")
    doubt = known.doubts.get(each.seq)
    if doubt is not None and status is wire.Status.APPLIED:
        conflict(RIGHT, doubt.reason)
    if isinstance(body, f.ConflictSettled):
        decided.settled.append(_settled(body, fact))
    if case.version == 1 and (number := plain(case.reference)):
        decided.numbers.append(Claim("same_reference", number, case.case_id, each.seq, plain(header.actor)))
    if isinstance(body, f.CaseReceived) and status is wire.Status.APPLIED:
        decided.claims += _claims(each, fact, body)


def _conflict(each: Incoming, kind: str, why: str, subject: str) -> NewConflict:
    assert each.header is not None
    return NewConflict(
        conflict_id=each.event_id,
        case_id=subject,
        kind=kind,
        reason=why,
        seq=each.seq,
        actor=plain(each.header.actor),
    )


def _settled(body: f.ConflictSettled, fact: Fact) -> Settled:
    return Settled(plain(body.conflict), fact.header.subject, body.stands, plain(fact.header.actor))


def _claims(each: Incoming, fact: Fact, body: f.CaseReceived) -> list[Claim]:
    actor, case_id = plain(fact.header.actor), each.subject
    claims = []
    if body.ticket:
        claims.append(Claim("same_ticket", f"{body.received}|{body.ticket}", case_id, each.seq, actor))
    who = fact.personal.applicant if fact.personal else None
    if who is not None and who.id_number:
        what = f"{who.id_type}|{who.id_number}|{body.matter.key}"
        claims.append(Claim("candidate_pair", what, case_id, each.seq, actor))
    return claims


def plain(text: str) -> str:
    """A word that somebody else wrote, as it can be stored in every database."""
    return "".join(char for char in text[:MAX_NAME] if char.isprintable())
