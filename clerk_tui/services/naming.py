"""Which case is meant by what somebody typed or scanned: a reference however typed, a paper's number, a case's
identity or its beginning.

Two cases of two people can bear one reference (``store.naming``). Whoever names both is told so, and says which by its
identity: nothing is guessed, for the other case is another person's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import naming, queries, shared
from clerk_tui.store.journal import Transaction as Reader
from clerk_tui.store.queries import CaseRow
from hall.errors import BadInput
from hall.ids import beginning_of
from hall.reference import parse_reference

LISTED: Final = 5
_IDENTITY: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f-]*)?")


def case_named(ws: Workspace, connection: Reader, text: str) -> str | None:
    """The identity of the one case that is meant; ``None`` for none here.

    Raises:
        BadInput: ``ambiguous``, more than one is meant, and the hint tells them apart, masked; or this is neither a
            reference nor an identity (``parse_reference``).
    """
    wanted = of_case(text)
    if _known(connection, wanted):
        return wanted
    begun = with_identity(connection, wanted, LISTED)
    try:
        found = naming.bearing(connection, str(parse_reference(wanted, office=ws.config.hall.office))) or begun
    except BadInput:
        if not begun:
            raise
        found = begun
    if len(found) > 1:
        raise _ambiguous(connection, found[:LISTED], text)
    return found[0] if found else None


def require_one(connection: Reader, number: str, case_id: str) -> None:
    """That the number of this case's paper is no other case's. Raises ``BadInput``: ``ambiguous``."""
    found = sorted({*naming.bearing(connection, of_case(number)), case_id})
    if len(found) > 1:
        raise _ambiguous(connection, found[:LISTED], number)


def with_identity(connection: Reader, text: str, limit: int) -> list[str]:
    """The cases whose identity begins with ``text``, where it is eight characters of one or more."""
    begun = text.lower()
    return naming.beginning(connection, begun, limit) if _IDENTITY.fullmatch(begun) else []


def has_twin(connection: Reader, reference: str, case_id: str) -> bool:
    """Whether a case other than this one has its reference."""
    return any(each != case_id for each in naming.bearing(connection, reference))


def marked(connection: Reader, rows: Sequence[CaseRow]) -> list[CaseRow]:
    """The rows, those whose reference another case has too with ``twin``."""
    twice = naming.borne_twice(connection, (row.reference for row in rows)) if rows else frozenset[str]()
    return [replace(row, twin=True) if row.reference in twice else row for row in rows] if twice else list(rows)


def of_case(text: str) -> str:
    """What is looked for; of a paper's number (``REF/B1``, also scanned) the case's part."""
    return text.strip().replace("／", "/").partition("/")[0]


def _known(connection: Reader, case_id: str) -> bool:
    return queries.row_of(connection, case_id) is not None or bool(shared.rows(connection, (case_id,)))


def _ambiguous(connection: Reader, case_ids: Sequence[str], typed: str) -> BadInput:
    """``typed`` named these cases, or with a ``/`` a paper of each."""
    paper = "".join(typed.strip().replace("／", "/").partition("/")[1:])
    told = []
    short = len({beginning_of(each) for each in case_ids}) == len(case_ids)
    for case_id in case_ids:
        row = queries.row_of(connection, case_id) or next(iter(shared.rows(connection, (case_id,))), None)
        who = " ".join(filter(None, (row.applicant, row.id_number))) if row is not None else ""
        told.append(f"{beginning_of(case_id) if short else case_id}{paper}（{who or '—'}）")
    listed = "、".join(told)
    return BadInput(
        "ambiguous",
        f"有{len(case_ids)}个办件用这个编号，没有打开，也没有改动",
        field="reference",
        hint=f"核对证件，写明办件号，或按 F5 查到以后选其中一件：{listed}",
    )
