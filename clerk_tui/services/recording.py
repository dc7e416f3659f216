"""Turning an action into facts: what every service that writes has in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs, to_builtins

from clerk_tui.services import editions, keeping
from clerk_tui.services.rights import may_write
from clerk_tui.services.signing import code_for
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import wordings
from clerk_tui.store.journal import Entry, Transaction
from clerk_tui.store.queries import queue_print
from clerk_tui.store.traces import REFERENCE_COUNTER, is_given
from clerk_tui.store.verifying import Head
from hall.answering import words_of
from hall.case import Case
from hall.catalogue.model import Matter
from hall.catalogue.project import flow_around
from hall.chain import SCHEMA_V, type_of
from hall.checklist import Checklist
from hall.facts import DepartmentRef, Fact, FactBody, Header, Language, MatterRef, PaperIssued, PaperKind, Personal
from hall.fold import advance
from hall.reference import make_reference, paper_number
from hall.roles import Actor
from hall.telling import PAPER_LETTERS

if TYPE_CHECKING:
    from receipts.edition import Wording

LETTERS: Final = PAPER_LETTERS
COPIES: Final[dict[PaperKind, int]] = {kind: 1 if kind in ("guide", "checking", "served") else 2 for kind in LETTERS}
"""存根 and 回执 for what is signed for (domain.md §1.2), one copy of what is only told or kept."""


class Written(Struct, frozen=True):
    """What an action has written: the case after it, its papers, the last fact, and what a person should know of it."""

    case: Case
    paper_ids: tuple[str, ...]
    head: Head
    warnings: tuple[str, ...] = ()


class Action:
    """Facts of one action on one case, gathered and then written in the caller's transaction."""

    def __init__(
        self,
        ws: Workspace,
        case_id: str,
        reference: str,
        before: Case | None = None,
        *,
        approver: Actor | None = None,
    ) -> None:
        self.ws = ws
        self.approver = approver
        self.case_id = case_id
        self.reference = reference
        self.today = ws.clock.today()
        self.entries: list[Entry] = []
        self.paper_ids: list[str] = []
        self.unprintable: dict[str, None] = {}
        self.warnings: list[str] = []
        self._texts: dict[str, bytes] = {}
        self._issued = Counter(paper.kind for paper in before.papers) if before else Counter()
        self._case, self._folded = before, 0

    def add(self, body: FactBody, personal: Personal | None = None, *, event_id: str = "") -> None:
        """One more fact of this action.

        Raises:
            Forbidden: whoever is signed in may not write it.
        """
        actor = may_write(self.ws, body, self.approver)
        self.entries.append(
            Entry(
                event_id=event_id or self.ws.new_id(),
                subject=self.case_id,
                body=body,
                actor=actor.id,
                day=self.today,
                personal=personal,
            )
        )

    def issue(self, kinds: Iterable[PaperKind]) -> None:
        """One more paper of each kind; its number follows from the case's earlier ones. Their codes say the same."""
        said = self.so_far()
        for kind in kinds:
            own = ""
            case = self.so_far()
            self._issued[kind] += 1
            count = self._issued[kind]
            if case is not None and case.adopted not in ("", self.ws.journal.incarnation):
                own = self.ws.journal.incarnation
            number = paper_number(self.reference, LETTERS[kind], count, own)
            paper_id = self.ws.new_id()
            code, no_code = code_for(self.ws, said, kind, number, self.today) if said else ("", "")
            issued = PaperIssued(
                paper_id=paper_id,
                kind=kind,
                number=number,
                day=self.today,
                copies=COPIES[kind],
                window=self.ws.config.hall.window,
                clerk=self.ws.clerk.name,
                replica=code,
                maker=editions.maker_now(),
            )
            texts, trouble = editions.texts_now(self.ws, kind, partial(_composed, case, issued))
            self.warnings += filter(None, (no_code, trouble))
            self._texts |= texts
            self.paper_ids.append(paper_id)
            self.add(structs.replace(issued, texts=tuple(texts)))

    def so_far(self) -> Case | None:
        """The case as it will be with the facts gathered so far."""
        for entry in self.entries[self._folded :]:
            header = Header(
                event_id=entry.event_id,
                type=type_of(entry.body),
                schema_v=SCHEMA_V,
                device="",
                incarnation=self.ws.journal.incarnation,
                seq=0,
                actor=entry.actor,
                at_ms=0,
                day=entry.day,
                subject=entry.subject,
            )
            self._case = advance(self._case, Fact(header=header, body=entry.body, personal=entry.personal))
        self._folded = len(self.entries)
        return self._case

    def wording_of(self, issued: PaperIssued) -> Wording:
        """The words of a paper that this action issues."""
        from receipts.edition import wording

        return wording(issued.kind, issued.texts, self._texts)

    def write(self, connection: Transaction) -> Written:
        """Append the facts and queue the papers, in the caller's transaction."""
        appended = self.ws.journal.append(connection, self.entries)
        wordings.keep(connection, self._texts)
        for paper_id in self.paper_ids:
            queue_print(connection, paper_id, nth=0, at_ms=self.ws.clock.now_ms())
        assert appended.case is not None, "an action begins with, or follows, the fact that makes its case"
        return Written(appended.case, tuple(self.paper_ids), appended.head, tuple(self.warnings))


def _composed(case: Case | None, issued: PaperIssued, wording: Wording) -> None:
    from receipts.compose import compose

    assert case is not None, "a paper is issued on a case"
    compose(issued.kind, case, issued, qr=issued.replica, wording=wording)


def new_reference(ws: Workspace, connection: Transaction) -> str:
    """The next reference of this device that no case has, in the caller's transaction.

    Raises:
        StoreError: ``disk_low``, there is too little room to begin anything new; ``store_corrupt``, the journal is
            damaged (``keeping.require_sound``).
    """
    keeping.require_sound(ws)
    ws.journal.database.disk.require_room()
    while True:
        number = ws.journal.next_number(connection, REFERENCE_COUNTER)
        reference = make_reference(ws.config.hall.office, ws.journal.incarnation, number)
        if not is_given(connection, reference):
            return reference


def matter_ref(ws: Workspace, matter: Matter, checklist: Checklist, language: Language = "") -> MatterRef:
    """The matter as it stands now, to be kept with the case; with its English where the papers are bilingual."""
    department = ws.department(matter.department)
    hall = structs.replace(ws.catalogue.hall, businesses=())
    return MatterRef(
        key=matter.key,
        code=matter.code,
        name=matter.name,
        kind=matter.kind,
        version=ws.catalogue.version,
        department=DepartmentRef(
            key=department.key,
            name=department.name,
            short=department.short,
            uscc=department.uscc,
            address=department.address,
            phone=department.phone,
            reconsideration=department.reconsideration,
            court=department.court,
        ),
        limits=matter.limits,
        hall=hall,
        place=matter.place,
        results=matter.results,
        special_procedures=matter.special_procedures,
        fee=matter.fee,
        tolerance=matter.tolerance,
        basis=matter.basis,
        condition=matter.condition,
        process=matter.process,
        visits=matter.visits,
        partners=tuple(ws.department(key).name for key in matter.partners),
        questions=answer_words(checklist),
        field_labels={field.code: field.label for field in checklist.fields},
        english=_english(ws, matter) if language == "en" else {},
    )


def _english(ws: Workspace, matter: Matter) -> dict[str, str]:
    """What papers of the matter may say, in English, as far as the catalogue lists it."""
    behind = [ws.department(key) for key in (matter.department, *matter.partners)]
    return _listed_english(ws, matter, ws.catalogue.hall, behind, ws.catalogue.problems)


def _listed_english(ws: Workspace, *said: object) -> dict[str, str]:
    told = list(_texts([to_builtins(part) for part in said]))
    # A basis names several provisions, and each has its English.
    texts = {*told, *(part for text in told if "；" in text for part in text.split("；"))}
    return {each.zh: each.en for each in ws.catalogue.english if each.zh in texts}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def with_project(ws: Workspace, matter: Matter, ref: MatterRef) -> MatterRef:
    """The same with the project or 一件事 it is part of, for a guide that draws it; bilingual as ``ref`` is."""
    shorts = {department.key: department.short for department in ws.catalogue.departments}
    project, flow = flow_around(matter, ws.catalogue.matters(), ws.catalogue.bundles, shorts)
    if not flow:
        return ref
    english = ref.english | _listed_english(ws, project, flow) if ref.english else {}
    return structs.replace(ref, project=project, flow=flow, english=english)


def answer_words(checklist: Checklist) -> tuple[tuple[str, str], ...]:
    """What was asked and answered, in the words of both."""
    return tuple(
        (question.text, words_of(question, checklist.answers[question.code]))
        for question in checklist.questions
        if question.code in checklist.answers
    )
