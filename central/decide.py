"""What becomes of a batch of facts: pure, with the hall's own fold. Storing is ``central.ingest``'s.

Every well-formed fact is kept; this decides its status and what its case is afterwards (sync.md §4, §10).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from central.queue.told import TicketFacts, is_ticket
from central.store.devices import IncarnationRow
from central.store.facts import CaseRow, NewFact
from hall import wire
from hall.adoption import in_order
from hall.case import Case
from hall.chain import Sealed, follows, open_header, open_sealed
from hall.errors import BrokenChain
from hall.facts import CaseAdopted, Fact, Header
from hall.fold import advance, fold

_cases = msgspec.json.Decoder(Case)
_encode = msgspec.json.Encoder().encode
MAX_NAME = 200
"""Longest identity (of a fact, of a case) that is stored, in characters."""
# Without what PostgreSQL cannot store (NUL, lone surrogates) and what nobody names a thing with.
_FIT = re.compile(rf"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{{1,{MAX_NAME}}}").fullmatch


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


class Known(Struct):
    """What is stored already of what a batch names: used ids, cases, and the facts of cases that two windows wrote."""

    ids: set[str]
    cases: dict[str, CaseRow]
    histories: dict[str, list[Fact]]
    tickets: TicketFacts | None = None


class Decided(Struct):
    """The batch as it is to be stored. ``last`` are the places (in ``facts``) of each case's last fact."""

    facts: list[NewFact]
    cases: dict[str, Case]
    last: dict[str, int]


def read(at: IncarnationRow, facts: Sequence[wire.WireFact], first_seq: int) -> list[Incoming]:
    """The facts from ``at.expected`` on as far as they continue the chain; the first that does not ends it."""
    previous = at.last_hash
    incoming: list[Incoming] = []
    for seq, fact in enumerate(facts, first_seq):
        if seq < at.expected:
            continue
        sealed = Sealed(
            header=fact.header,
            public=fact.public,
            hash=fact.hash,
            personal=fact.personal,
            salt=fact.salt,
            personal_hash=fact.personal_hash,
        )
        if not follows(sealed, previous):
            break
        incoming.append(_read_one(at, seq, sealed))
        previous = fact.hash
    return incoming


def _read_one(at: IncarnationRow, seq: int, sealed: Sealed) -> Incoming:
    try:
        header = open_header(sealed.header)
    except BrokenChain as error:
        return Incoming(seq, sealed, None, None, error.message)
    if not _FIT(header.event_id) or (header.subject and not _FIT(header.subject)):
        return Incoming(seq, sealed, None, None, "抬头里的编号不能用")
    if header.seq != seq or header.incarnation != at.code or header.device != at.device_id:
        return Incoming(seq, sealed, header, None, "抬头写的不是这台设备")
    try:
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
    decided = Decided(facts=[], cases={}, last={})
    for place, each in enumerate(incoming):
        used = each.event_id in known.ids
        status, reason, case = _apply(at, each, used, known, decided)
        if case is not None:
            decided.cases[case.case_id] = case
            decided.last[case.case_id] = place
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
    at: IncarnationRow, each: Incoming, used: bool, known: Known, decided: Decided
) -> tuple[wire.Status, str, Case | None]:
    fact = each.fact
    if used:
        return wire.Status.QUARANTINED, "这条记录的编号已经用过", None
    if fact is None:
        return wire.Status.QUARANTINED, each.fault, None
    subject = fact.header.subject
    if not subject:
        return wire.Status.APPLIED, "", None
    if known.tickets is not None and is_ticket(fact):
        return (*known.tickets.take(fact), None)
    row = known.cases.get(subject)
    if row is not None and row.office != at.office:
        return wire.Status.QUARANTINED, "办件属于另一个大厅", None
    before = decided.cases.get(subject) or (_cases.decode(row.snapshot) if row else None)
    history = known.histories.get(subject)
    if before is not None and history is not None and (before.adopted or isinstance(fact.body, CaseAdopted)):
        misfit, case = _fold_anew(history, fact)
    else:
        case = advance(before, fact)
        misfit = case.timeline[-1].misfit if case else ""
    if case is None:
        return wire.Status.QUARANTINED, "中心没有这个办件的收件记录", None
    if history is not None:
        history.append(fact)
    return (wire.Status.CONFLICT if misfit else wire.Status.APPLIED), misfit, case


def _fold_anew(history: Sequence[Fact], fact: Fact) -> tuple[str, Case | None]:
    """The case of two windows after one more fact: all of it in the order the papers give, not as it came."""
    facts = in_order([*history, fact])
    case = fold(facts)
    place = next(place for place, each in enumerate(facts) if each is fact)
    return (case.timeline[place].misfit if case else ""), case


def case_row(office: str, case: Case, header: Header, server_seq: int) -> CaseRow:
    """A case as it is stored; ``header`` and ``server_seq`` are of its last fact."""
    return CaseRow(
        case_id=case.case_id,
        office=office,
        reference="".join(char for char in case.reference[:MAX_NAME] if char.isprintable()),
        state=case.state.value,
        version=case.version,
        snapshot=_encode(case),
        server_seq=server_seq,
        device=header.device,
        day=header.day.isoformat(),
    )
