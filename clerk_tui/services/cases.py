"""Looking cases up. Lists are masked; showing somebody's data in full is an action of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from msgspec import Struct

from clerk_tui.services import naming
from clerk_tui.services.hall_cases import HallCase, look
from clerk_tui.services.naming import case_named, of_case
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import projections as p
from clerk_tui.store import queries, shared
from clerk_tui.store.connection import translated
from clerk_tui.store.journal import Transaction as Reader
from clerk_tui.store.queries import CaseRow, PaperRow
from hall import clock_doubt
from hall.case import Case, Paper
from hall.clock_doubt import ClockDoubt
from hall.deadlines import CaseClock, case_clock, expected_due
from hall.differing import differing
from hall.errors import BadInput
from hall.facts import PersonalShown
from hall.names import clean_text, says_something, search_key
from hall.reference import bare, reference_in, window_of
from hall.roles import Permission

__all__ = ["CaseDetail", "CaseRow", "PaperRow", "find", "get", "show_personal"]

SHORTEST_NUMBER = 4
"""Digits of an identity or phone number, from its end, that are looked up."""


class CaseDetail(Struct, frozen=True, kw_only=True):
    """A case with its clock today and its papers. ``case.applicant`` is in full: screens mask it.

    ``flags`` are what the centre wants a person to look at. ``doubts`` are days that a wrong clock wrote, ``earliest``
    the clock counted from the earliest they can have been, ``None`` without doubts. ``expected_due``: when it will be
    decided by what the papers say, while a special procedure runs.
    ``elsewhere``: another window received it, and this one has done nothing with it. ``twin``: another case has its
    reference, so that only ``case.case_id`` names it.
    """

    case: Case
    clock: CaseClock
    papers: list[PaperRow]
    flags: tuple[str, ...] = ()
    doubts: tuple[ClockDoubt, ...] = ()
    earliest: CaseClock | None = None
    expected_due: dt.date | None = None
    elsewhere: bool = False
    twin: bool = False


@needs(Permission.VIEW)
def find(ws: Workspace, text: str, limit: int = 50) -> list[CaseRow]:
    """Cases by reference (dashes and check character may be missing), ticket, name (whole, beginning, part, initials),
    identity number or phone (whole or the last four digits and more), identity of the case; the newest for no text.
    Masked, best first."""
    connection = ws.journal.read()
    with translated(ws.journal.path):
        return naming.marked(connection, _found(ws, connection, of_case(text), limit))


def _found(ws: Workspace, connection: Reader, wanted: str, limit: int) -> list[CaseRow]:
    """As ``find``, without telling who has a twin."""
    if not wanted:
        return _with_others(connection, queries.newest(connection, limit), shared.newest(connection, limit), limit)
    if by_id := naming.with_identity(connection, wanted, limit):
        own = [row for each in by_id if (row := queries.row_of(connection, each)) is not None]
        return _with_others(connection, own, by_id, limit)
    seen: dict[int, None] = {}
    others: dict[str, None] = {}
    for kind, key, exact in _lookups(ws, wanted):
        if len(seen) < limit:
            search = queries.matching_exactly if exact else queries.matching
            seen.update(dict.fromkeys(search(connection, kind, key, limit)))
        if len(others) < limit:
            others.update(dict.fromkeys(shared.matching(connection, kind, key, limit, exactly=exact)))
    name = search_key(wanted)
    # What was found by a number needs no look through all the names.
    by_number = (seen or others) and any(char.isdigit() for char in name)
    if len(seen) < limit and len(name) > 1 and not by_number:
        seen.update(dict.fromkeys(queries.named_with(connection, name, limit)))
        others.update(dict.fromkeys(shared.named_with(connection, name, limit)))
    return _with_others(connection, queries.rows_of(connection, list(seen)[:limit]), list(others), limit)


def _with_others(connection: Reader, own: list[CaseRow], others: list[str], limit: int) -> list[CaseRow]:
    """Own cases as the hall has them now, then those of other windows."""
    told = {row.case_id: row for row in shared.rows(connection, (row.case_id for row in own))}
    rows = [later if (later := told.get(row.case_id)) and later.version > row.version else row for row in own]
    known = {row.case_id for row in own}
    return (rows + shared.rows(connection, (case_id for case_id in others if case_id not in known)))[:limit]


def _lookups(ws: Workspace, wanted: str) -> Iterator[tuple[int, str, bool]]:
    """Kinds of keys to look for, the most telling first: kind, key, whether exactly."""
    if reference := reference_in(wanted, office_length=len(ws.config.hall.office)):
        yield p.REFERENCE, p.bare(str(reference)), True
    narrow = search_key(wanted)
    compact = narrow.upper()
    if compact.isascii() and len(compact) >= len(ws.config.hall.office) + 2:
        yield p.REFERENCE, compact, False
    if compact.isascii() and compact.isalnum():
        yield p.TICKET, compact, True
        if len(compact) >= SHORTEST_NUMBER and any(char.isdigit() for char in compact):
            yield p.ID_NUMBER, compact[::-1], False
            if compact.isdigit():
                yield p.PHONE, compact[::-1], False
    if narrow:
        for kind in (p.NAME, p.INITIALS):
            yield kind, narrow, True
            yield kind, narrow, False


@needs(Permission.VIEW)
def get(ws: Workspace, reference: str) -> CaseDetail:
    """A case by its reference, however typed, or by its id.

    Raises:
        BadInput: no such case here; the hint says what to look at.
    """
    found = hall_case(ws, reference)
    case = found.case
    with translated(ws.journal.path):
        here = {paper.paper_id: paper for paper in queries.papers_of(ws.journal.read(), case)}
        flags = shared.flags_of(ws.journal.read(), case.case_id)
        twin = naming.has_twin(ws.journal.read(), case.reference, case.case_id)
    papers = [here.get(paper.paper_id) or _paper_elsewhere(case, paper) for paper in case.papers]
    doubts, today = clock_doubt.read(flags), ws.clock.today()
    return CaseDetail(
        case=case,
        clock=case_clock(case, ws.calendar, today),
        papers=papers,
        flags=flags,
        doubts=doubts,
        expected_due=expected_due(case, today),
        elsewhere=not found.own_version,
        twin=twin,
        earliest=case_clock(clock_doubt.in_favour(case, doubts), ws.calendar, today) if doubts else None,
    )


@needs(Permission.VIEW)
def paper_named(ws: Workspace, number: str) -> PaperRow:
    """This window's paper with this number, however typed; before the ``/`` the case's identity may stand.

    Raises:
        BadInput: no such case here or two (``get``), or it has no such paper (``unknown_paper``; the hint names those
            it has), or another window issued it (``paper_elsewhere``), which alone can make it again.
    """
    with translated(ws.journal.path):
        own = queries.paper_numbered(ws.journal.read(), number.strip().upper())
        if own is not None and own.case_id:
            naming.require_one(ws.journal.read(), own.number, own.case_id)
    if own is not None:
        return own
    rows = get(ws, number).papers
    for row in rows:
        if _paper_part(row.number) == _paper_part(number):
            if queries.paper(ws.journal.read(), row.paper_id) is None:
                what = f"这份文书由{window_of(row.number)}窗口出具，本窗口做不出来"
                hint = f"请到{window_of(row.number)}窗口补打"
                raise BadInput("paper_elsewhere", what, field="PAPER", hint=hint)
            return row
    listed = "、".join(row.number for row in rows)
    raise BadInput("unknown_paper", "这个办件没有这份文书", field="PAPER", hint=f"这个办件的文书：{listed}")


def _paper_part(number: str) -> str:
    return bare(number).partition("/")[2]


@needs(Permission.VIEW)
def hall_case(ws: Workspace, reference: str) -> HallCase:
    """The case as the whole hall knows it. Raises ``BadInput`` as ``get`` does."""
    connection = ws.journal.read()
    with translated(ws.journal.path):
        case_id = case_named(ws, connection, reference)
        if case_id is not None and (found := look(ws, connection, case_id)):
            return found
    raise _unknown()


def _paper_elsewhere(case: Case, paper: Paper) -> PaperRow:
    """A paper that another window issued: it stands in the case, and is printed again there."""
    return PaperRow(
        paper_id=paper.paper_id,
        case_id=case.case_id,
        kind=paper.kind,
        number=paper.number,
        day=paper.day.isoformat(),
        copies=paper.copies,
        reprints=paper.reprints,
        seq=paper.seq,
    )


@needs(Permission.VIEW)
def load(ws: Workspace, reference: str) -> Case:
    """The case as this window's own journal has it, to be acted on. Raises ``BadInput`` as ``get`` does."""
    connection = ws.journal.read()
    with translated(ws.journal.path):
        case_id = case_named(ws, connection, reference)
        if case_id is not None:
            if case := queries.case_by(connection, "case_id", case_id):
                return case
            raise BadInput(
                "other_window",
                "这个办件是别的窗口收的，本窗口可以查看和补正，这一步要到原窗口办",
                field="reference",
                hint="先在本窗口补正收件接过来，或请原窗口办理",
            )
    raise _unknown()


def _unknown() -> BadInput:
    return BadInput(
        "unknown_case", "本机没有这个办件", field="reference", hint="核对收件编号；别的窗口收的件要等同步后才能看到"
    )


@needs(Permission.SHOW_PERSONAL)
def show_personal(ws: Workspace, reference: str, fields: tuple[str, ...], reason: str) -> dict[str, str]:
    """Personal data in full, by dotted field (``applicant.id_number``); who looked and why is kept with the case.

    Raises:
        BadInput: no such case or field, or no reason.
    """
    found = hall_case(ws, reference)
    case = found.case
    why = clean_text(reason, field="reason", max_length=200)
    if not says_something(why):
        raise BadInput("needs_reason", "查看完整个人信息要写明理由", field="reason", hint="例如：核对身份")
    everything = _personal(case)
    for field in fields:
        if field not in everything:
            raise BadInput(
                "unknown_field", f"办件里没有“{field}”", field="fields", hint="可看：" + "、".join(everything)
            )
    action = Action(ws, case.case_id, case.reference, case)
    action.add(PersonalShown(fields=tuple(fields), reason=why))
    with ws.journal.write() as connection:
        if found.own_version:
            action.write(connection)
        else:
            # Of another window's case only this stands here; the centre puts it into the case's timeline.
            ws.journal.append(connection, action.entries)
    return {field: everything[field] for field in fields}


def _personal(case: Case) -> dict[str, str]:
    values: dict[str, str] = {}
    for who, person in (("applicant", case.applicant), ("agent", case.agent)):
        if person is not None:
            for key in person.__struct_fields__:
                if key != "kind" and (value := getattr(person, key)):
                    values[f"{who}.{key}"] = value
    values.update({f"fields.{code}": value for code, value in case.fields.items()})
    values.update({each.key: each.second for each in differing(case) if each.personal and each.second})
    values.update({f"given_back.{n}": each.receiver for n, each in enumerate(case.given_back) if each.receiver})
    return values
