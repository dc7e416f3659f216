"""Looking cases up. Lists are masked; showing somebody's data in full is an action of its own."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import projections as p
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import CaseRow, PaperRow
from hall.case import Case
from hall.deadlines import CaseClock, case_clock
from hall.errors import BadInput
from hall.facts import PersonalShown
from hall.names import clean_text, search_key
from hall.reference import looks_like_reference, parse_reference
from hall.roles import Permission

__all__ = ["CaseDetail", "CaseRow", "PaperRow", "find", "get", "show_personal"]

SHORTEST_NUMBER = 4
"""Digits of an identity or phone number, from its end, that are looked up."""


class CaseDetail(Struct, frozen=True, kw_only=True):
    """A case with its clock today and its papers. ``case.applicant`` is in full: screens mask it."""

    case: Case
    clock: CaseClock
    papers: list[PaperRow]


@needs(Permission.VIEW)
def find(ws: Workspace, text: str, limit: int = 50) -> list[CaseRow]:
    """Cases by reference (dashes and check character may be missing), ticket, name (whole, beginning, part, initials),
    identity number or phone (whole or the last four digits and more); the newest for no text. Masked, best first."""
    connection = ws.journal.read()
    with translated(ws.journal.path):
        wanted = _of_paper(text)
        if not wanted:
            return queries.newest(connection, limit)
        seen: dict[int, None] = {}
        for kind, key, exact in _lookups(ws, wanted):
            if len(seen) >= limit:
                break
            search = queries.matching_exactly if exact else queries.matching
            seen.update(dict.fromkeys(search(connection, kind, key, limit)))
        name = search_key(wanted)
        # What was found by a number needs no look through all the names.
        by_number = seen and any(char.isdigit() for char in name)
        if len(seen) < limit and len(name) > 1 and not by_number:
            seen.update(dict.fromkeys(queries.named_with(connection, name, limit)))
        return queries.rows_of(connection, list(seen)[:limit])


def _lookups(ws: Workspace, wanted: str) -> Iterator[tuple[int, str, bool]]:
    """Kinds of keys to look for, the most telling first: kind, key, whether exactly."""
    if looks_like_reference(wanted):
        try:
            reference = parse_reference(wanted, office_length=len(ws.config.hall.office))
            yield p.REFERENCE, p.bare(str(reference)), True
        except BadInput:
            pass
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
    case = load(ws, reference)
    with translated(ws.journal.path):
        papers = queries.papers_of(ws.journal.read(), case)
    return CaseDetail(case=case, clock=case_clock(case, ws.calendar, ws.clock.today()), papers=papers)


@needs(Permission.VIEW)
def load(ws: Workspace, reference: str) -> Case:
    """The case alone. Raises ``BadInput`` as ``get`` does."""
    connection = ws.journal.read()
    with translated(ws.journal.path):
        wanted = _of_paper(reference)
        if case := queries.case_by(connection, "case_id", wanted):
            return case
        parsed = str(parse_reference(wanted, office_length=len(ws.config.hall.office)))
        if case := queries.case_by(connection, "reference", parsed):
            return case
    raise BadInput(
        "unknown_case", "本机没有这个办件", field="reference", hint="核对收件编号；别的窗口收的件要等同步后才能看到"
    )


def _of_paper(text: str) -> str:
    """What is looked for; of a paper's number (``REF/B1``, also scanned) the case's part."""
    return text.strip().partition("/")[0]


@needs(Permission.SHOW_PERSONAL)
def show_personal(ws: Workspace, reference: str, fields: tuple[str, ...], reason: str) -> dict[str, str]:
    """Personal data in full, by dotted field (``applicant.id_number``); who looked and why is kept with the case.

    Raises:
        BadInput: no such case or field, or no reason.
    """
    case = load(ws, reference)
    why = clean_text(reason, field="reason", max_length=200)
    if not why:
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
        action.write(connection)
    return {field: everything[field] for field in fields}


def _personal(case: Case) -> dict[str, str]:
    values: dict[str, str] = {}
    for who, person in (("applicant", case.applicant), ("agent", case.agent)):
        if person is not None:
            for key in person.__struct_fields__:
                if key != "kind" and (value := getattr(person, key)):
                    values[f"{who}.{key}"] = value
    values.update({f"fields.{code}": value for code, value in case.fields.items()})
    return values
