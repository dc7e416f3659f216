"""A case opened from the code on its paper, at a window that never saw it and may have no network.

``open_replica`` reads the code and shows what it says, ``confirm_identity`` compares the card on the desk with the
digest in it, ``to_supplement`` writes that this window goes on with the case and opens it as any other. Nothing is
written before that, and a code that is not good opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from clerk_tui.services import naming
from clerk_tui.services.entry import applicant_kind, check_applicant
from clerk_tui.services.hall_cases import nothing_open
from clerk_tui.services.recording import Action, matter_ref
from clerk_tui.services.replica_list import list_of
from clerk_tui.services.rights import needs
from clerk_tui.services.signing import known_keys, secrets
from clerk_tui.services.supplement import SupplementDraft, open_supplement
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from hall import replica as r
from hall.answering import plan_of
from hall.case import Case, CaseState
from hall.catalogue.model import Matter
from hall.checklist import Checklist, Row
from hall.deadlines import notice_due
from hall.errors import BadInput
from hall.facts import Applicant, CaseAdopted, Personal, Promise
from hall.masking import mask_name
from hall.names import clean_name
from hall.paper_news import contradicts
from hall.replica import ReplicaError
from hall.roles import Permission
from hall.telling import STATE_NAMES
from hall.verdict import Gap, Tick, TickState, gaps_of

if TYPE_CHECKING:
    from typing import Literal

OPEN: Final = (CaseState.RECEIVED, CaseState.NOTICED, CaseState.TOLERATED)


class ReplicaView(Struct, frozen=True, kw_only=True):
    """What a code says, to be shown before anything is done.

    ``reference`` has its number masked and ``applicant`` its name; ``gaps`` are still missing, ``promises`` promised,
    ``to_return`` what lies at the window that gave the paper and is not needed any more.
    ``overdue``: the applicant's own limit is past. ``here``: this window has the case, ``reference`` is then in full
    and ``to_supplement`` opens it as any other. ``can_go_on``: something may still be handed in.
    ``deemed``: accepted by law, because nobody told anything in time, as far as the case here or the code says so.
    ``same_catalogue``: the catalogue here is the version the case began with; if not, the list is the same.
    ``twin``: another case has the reference, so that only ``replica.case_id`` names this one.
    """

    replica: r.Replica
    matter: Matter
    department: str
    checklist: Checklist
    ticks: dict[str, Tick]
    told: tuple[Gap, ...]
    gaps: tuple[Gap, ...]
    promises: tuple[Promise, ...]
    to_return: tuple[Row, ...]
    reference: str
    applicant: str
    state_name: str
    overdue: bool
    here: bool
    can_go_on: bool
    deemed: bool
    same_catalogue: bool
    twin: bool
    secrets: tuple[bytes, ...]

    def __repr__(self) -> str:
        """Without what the code says."""
        return f"ReplicaView(matter={self.matter.key!r}, here={self.here})"


@needs(Permission.VIEW)
def open_replica(ws: Workspace, text: str) -> ReplicaView:
    """What the code on a paper says. Writes nothing.

    Raises:
        ReplicaError: as ``hall.replica.decode``; ``replica_outdated`` also when the case is known to have moved on here
            or at the centre, ``replica_answers`` when the applicant was told here by other answers,
            ``replica_catalogue`` when the list of materials here is another one.
    """
    replica = r.decode(text, known_keys(ws), ws.clock.today())
    known, here = _checked_against_what_is_known(ws, replica)
    if not here:
        _check_five_days(ws, replica)
    matter, checklist = list_of(ws.catalogue, replica, known)
    ticks = {row.code: r.tick_of(mark, row) for row, mark in zip(checklist.materials, replica.marks, strict=True)}
    gaps = gaps_of(checklist.materials, ticks)
    promises = _promises(gaps, ticks) if replica.state is CaseState.TOLERATED else ()
    if replica.state not in OPEN:
        gaps = ()
    return ReplicaView(
        replica=replica,
        matter=matter,
        department=ws.department(matter.department).short,
        checklist=checklist,
        ticks=ticks,
        told=_told(checklist, replica, gaps),
        gaps=gaps,
        promises=promises,
        to_return=tuple(_row_of(matter, code) for code in replica.to_return),
        reference=replica.reference if here else _masked(replica.reference),
        applicant=replica.name_masked,
        state_name=STATE_NAMES[replica.state],
        overdue=replica.state is CaseState.NOTICED
        and replica.respond_by is not None
        and replica.respond_by < ws.clock.today(),
        here=here,
        can_go_on=replica.state in OPEN,
        deemed=known.deemed if known is not None and _has_seen(known, replica) else replica.deemed,
        same_catalogue=replica.catalogue == ws.catalogue.version,
        twin=naming.has_twin(ws.journal.read(), replica.reference, replica.case_id),
        secrets=secrets(ws),
    )


def confirm_identity(view: ReplicaView, id_number: str) -> None:
    """Compare the card on the desk with the code.

    Raises:
        BadInput: ``replica_identity`` another person's; ``replica_identity_unknown`` it cannot be told here.
    """
    same = r.matches(view.replica, id_number, view.secrets)
    if same is None:
        raise BadInput(
            "replica_identity_unknown",
            "本窗口不能用这个码核对证件：出具时没有登记证件号码，或出具的窗口还没有联网",
            field="identity",
            hint="联网同步后再试，或请出具凭证的窗口办理",
        )
    if not same:
        raise BadInput(
            "replica_identity",
            "证件号码与凭证上的申请人不符",
            field="identity",
            hint="核对证件和凭证是否同一人；代办的，请用申请人（单位）的证件号码",
        )


@needs(Permission.RECEIVE)
def to_supplement(ws: Workspace, view: ReplicaView, id_number: str, applicant: Mapping[str, str]) -> SupplementDraft:
    """Go on with the case here: written into the journal once, then opened like any case that waits for materials.

    ``applicant`` is what was typed or read from the card (keys as in ``draft.APPLICANT_KEYS``; ``name`` is needed).

    Raises:
        BadInput: the card is not the applicant's, the name does not fit the paper, or nothing is open.
        StoreError: it could not be saved. Nothing is written.
    """
    confirm_identity(view, id_number)
    if not view.can_go_on:
        raise nothing_open(view.replica.state, deemed=view.deemed, field="code")
    if view.here:
        if typed := applicant.get("name", "").strip():
            _confirm_name(view, clean_name(typed, field="applicant.name"))
    else:
        person = _applicant(ws, view, id_number, applicant)
        _confirm_name(view, person.name)
        action = Action(ws, view.replica.case_id, view.replica.reference)
        action.add(_adopted(ws, view, id_number), Personal(applicant=person))
        with ws.journal.write() as connection:
            now = ws.journal.case_in(connection, view.replica.case_id)
            if now is None or not _has_seen(now, view.replica):
                action.write(connection)
    return open_supplement(ws, view.replica.case_id)


def _checked_against_what_is_known(ws: Workspace, replica: r.Replica) -> tuple[Case | None, bool]:
    """The case as it is known here, and whether this window has everything the paper has seen; refuses a paper that
    it has gone beyond."""
    with translated(ws.journal.path):
        connection = ws.journal.read()
        own = queries.case_by(connection, "case_id", replica.case_id)
        told = queries.told_case(connection, replica.case_id)
    for case in (own, told):
        if case is not None and _is_beyond(case, replica):
            raise _outdated(case)
        if case is not None and not _has_seen(case, replica):
            _check_answers(ws, case, replica)
    return own or told, own is not None and _has_seen(own, replica)


def _outdated(case: Case) -> ReplicaError:
    """The paper is overtaken: by what, and what follows."""
    message = f"这张凭证之后办件又有了变化，现在是“{STATE_NAMES[case.state]}”"
    hint = "按收件编号查看办件现状；不在本窗口的，请联网或到原窗口办理"
    if case.state is CaseState.ACCEPTED and case.deemed:
        message = "这张凭证之后办件已依法视为受理，不能再要求补正"
        hint = nothing_open(case.state, deemed=True, field="code").hint
    return ReplicaError("replica_outdated", message, field="code", hint=hint)


def _check_answers(ws: Workspace, case: Case, replica: r.Replica) -> None:
    """Two windows that did not know of each other told the applicant what is missing, by other answers: which list is
    the right one only a person can say."""
    codes = contradicts(case, replica.answers)
    if not codes:
        return
    matter = ws.catalogue.find(case.matter.key)
    texts = {question.code: question.text for question in matter.questions} if matter is not None else {}
    asked = "、".join(texts.get(code, code) for code in codes)
    raise ReplicaError(
        "replica_answers",
        f"这里告知时登记的情形与凭证上的不一致：{asked}",
        field="code",
        hint="问清申请人：凭证上对的，到出具凭证的窗口办理；这里对的，按收件编号打开办理。联网后请负责人处理争议",
    )


def _check_five_days(ws: Workspace, replica: r.Replica) -> None:
    """A receipt that nobody has answered cannot still be true after the last day for an answer (art. 32(4)).

    A last day that was counted without knowing the year's days off says nothing: the doubt is told where the case is
    decided (``deadlines.UNSURE``)."""
    last = notice_due(replica.clock_from, ws.calendar)
    if replica.state is CaseState.RECEIVED and not last.provisional and ws.clock.today() > last.day:
        raise ReplicaError(
            "replica_outdated",
            "收件已满五个工作日：此后要么已经告知，要么依法视为受理，凭证上的情况不再是现状",
            field="code",
            hint="联网后按收件编号查询，或请出具凭证的窗口办理",
        )


def _is_beyond(case: Case, replica: r.Replica) -> bool:
    closed = case.state not in OPEN and replica.state in OPEN
    return closed or (_has_seen(case, replica) and not _says_the_same(case, replica))


def _has_seen(case: Case, replica: r.Replica) -> bool:
    return case.writers.get(replica.incarnation, 0) >= replica.version


def _says_the_same(case: Case, replica: r.Replica) -> bool:
    states = [r.tick_in(case, row).state for row in case.rows]
    return (
        case.state is replica.state
        and len(case.notices) == replica.notices
        and states == [mark.state for mark in replica.marks]
    )


def _told(checklist: Checklist, replica: r.Replica, gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """What the notices have told, as far as the code knows: what is still open, and that the rest was told."""
    still = {gap.code: gap for gap in gaps}
    told = []
    for row, mark in zip(checklist.materials, replica.marks, strict=True):
        if not mark.told:
            continue
        state = TickState.UNACCEPTABLE if mark.told_bad else TickState.MISSING
        told.append(
            still.get(row.code)
            or Gap(code=row.code, name=row.name, problem=r.ON_PAPER, remedy=row.remedy, form=row.form, state=state)
        )
    return tuple(told)


def _row_of(matter: Matter, code: str) -> Row:
    """A material that is on the case's list no more, in the words of the catalogue; by its code where it has none."""
    found = next((each for each in matter.materials if each.code == code), None)
    return Row(
        code=code,
        name=found.name if found else code,
        why=found.why if found else "",
        source=found.source if found else "",
        form=found.form if found else "原件",
        copies=found.copies if found else 1,
        required=False,
        tolerable=False,
    )


def _promises(gaps: tuple[Gap, ...], ticks: dict[str, Tick]) -> tuple[Promise, ...]:
    return tuple(
        Promise(code=gap.code, name=gap.name, until=until, form=gap.form, copies=gap.copies, remedy=gap.remedy)
        for gap in gaps
        if (until := ticks[gap.code].until) is not None
    )


def _masked(reference: str) -> str:
    """``990100-W01-*****-C``: enough to compare with the paper, too little to look it up."""
    head, _, tail = reference.rpartition("-")
    front, _, number = head.rpartition("-")
    return f"{front}-{'*' * len(number)}-{tail}" if front else "*" * len(reference)


def _applicant(ws: Workspace, view: ReplicaView, id_number: str, typed: Mapping[str, str]) -> Applicant:
    kind = view.replica.applicant_kind
    checked = check_applicant({**typed, "kind": kind, "id_number": id_number}, view.matter, ws.clock.today())
    for where, message in checked.errors.items():
        raise BadInput("bad_value", message, field=where, hint="改正后再确认")
    for where, message in checked.missing.items():
        raise BadInput("value_missing", message, field=where, hint="照证件补填后再确认")
    values = checked.values
    return Applicant(kind=applicant_kind(kind), **{key: values[key] for key in values if key != "kind"})


def _confirm_name(view: ReplicaView, name: str) -> None:
    """The name on the card against the code: to the character where the code has its digest, else as far as it is
    shown."""
    same = r.name_matches(view.replica, name, view.secrets)
    if same is None:
        same = not view.applicant or mask_name(name) == view.applicant
    if not same:
        raise BadInput(
            "replica_name",
            f"姓名（名称）与凭证上的“{view.applicant}”不符",
            field="applicant.name",
            hint="照证件逐字核对姓名，形近的字（如“吉”和“𠮷”）也算不同；更了名的，请联网或到原窗口办理",
        )


def _adopted(ws: Workspace, view: ReplicaView, id_number: str) -> CaseAdopted:
    replica = view.replica
    if not replica.case_id or replica.state not in OPEN:
        raise nothing_open(replica.state, deemed=view.deemed, field="code")
    state: Literal["received", "noticed", "tolerated"] = (
        "received"
        if replica.state is CaseState.RECEIVED
        else "noticed"
        if replica.state is CaseState.NOTICED
        else "tolerated"
    )
    return CaseAdopted(
        reference=replica.reference,
        origin=replica.incarnation,
        seen=replica.version,
        paper=replica.paper,
        number=replica.number,
        issued=replica.issued,
        # An open case keeps the version it began with (domain.md §9a.11).
        matter=structs.replace(
            matter_ref(ws, view.matter, view.checklist, "en" if replica.language == "en" else ""),
            version=replica.catalogue,
        ),
        answers=view.checklist.answers,
        situations=view.checklist.situations,
        rows=view.checklist.materials,
        ticks=view.ticks,
        state=state,
        received=replica.received,
        clock_from=replica.clock_from,
        told=view.told,
        noticed=replica.noticed,
        respond_by=replica.respond_by,
        respond_provisional=replica.respond_provisional,
        notices=replica.notices,
        accepted=replica.accepted,
        due=replica.due,
        promises=view.promises,
        to_return=view.to_return,
        window=ws.config.hall.window,
        clerk=ws.clerk.name,
        language="en" if replica.language == "en" else "",
        good_credit=not r.bad_credit(replica, id_number, view.secrets),
        plan=plan_of(view.matter, view.checklist, ws.catalogue.problems, agent=replica.agent)
        if state == "received"
        else None,
        knows=replica.knows,
        tellings={
            row.code: mark.tellers
            for row, mark in zip(view.checklist.materials, replica.marks, strict=True)
            if mark.tellers
        },
    )
