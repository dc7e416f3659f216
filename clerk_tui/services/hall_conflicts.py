"""What two windows of the hall did that cannot both stand, wherever it happened: seen by everybody, settled by whom it
concerns. On line the centre tells what is open; off line this window knows the cases, and settling waits.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from clerk_tui.services.aside import worklist
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import shared
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import CaseRow
from hall.clock_doubt import is_of_clock
from hall.errors import HallError
from hall.facts import ConflictSettled
from hall.names import clean_text
from hall.roles import Permission
from hall.wire_oversight import ConflictEntry

Stands = Literal["first", "second", "both", "neither"]
STANDS: tuple[Stands, ...] = ("first", "second", "both", "neither")
SAME_REFERENCE: Final = "same_reference"


class HallConflict(Struct, frozen=True, kw_only=True):
    """An open conflict of the hall. ``kind`` is a flag of the case, ``reason`` the centre's, in Chinese; it arose from
    record ``seq`` of ``window``, the code of the device that came second, which ``actor`` wrote. ``id`` is empty where
    only the case is known, off line; ``seq`` is 0 there. ``sides`` are the cases that one reference is on, masked, as
    far as this window knows them; empty for any other kind."""

    id: str
    kind: str
    case_id: str
    reference: str
    other_reference: str = ""
    reason: str = ""
    window: str = ""
    seq: int = 0
    actor: str = ""
    sides: tuple[CaseRow, ...] = ()


@needs(Permission.VIEW)
def known(ws: Workspace, limit: int = 50) -> list[HallConflict]:
    """The cases that somebody should look at, as far as this window was told."""
    with translated(ws.journal.path):
        flagged = shared.flagged(ws.journal.read(), limit)
    return [
        HallConflict(
            id="",
            kind=flag,
            case_id=row.case_id,
            reference=row.reference,
            sides=(row,) if flag == SAME_REFERENCE else (),
        )
        for row, flags in flagged
        for flag in flags
        if not is_of_clock(flag)
    ]


@needs(Permission.VIEW)
def told(ws: Workspace) -> list[HallConflict]:
    """What is open in the hall, as the centre says now; what this window's own list has is left out.

    Raises:
        HallError: the centre cannot be reached.
    """
    from clerk_tui.sync.oversight import conflicts
    from clerk_tui.sync.token import read_token, token_path

    token = read_token(token_path(ws.config.store_file, ws.config.token_file))
    found = conflicts(ws.config.centre.url, token or "")
    here = ws.journal.incarnation
    listed = {item.seq for item in worklist(ws, 1 << 20)}
    return [
        HallConflict(
            id=entry.id,
            kind=entry.kind,
            case_id=entry.case_id,
            reference=entry.reference,
            other_reference=entry.other_reference,
            reason=entry.reason,
            window=entry.incarnation,
            seq=entry.seq,
            actor=entry.actor,
            sides=_sides(ws, entry),
        )
        for entry in found
        if entry.incarnation != here or entry.seq not in listed
    ]


def _sides(ws: Workspace, entry: ConflictEntry) -> tuple[CaseRow, ...]:
    if entry.kind != SAME_REFERENCE:
        return ()
    with translated(ws.journal.path):
        return tuple(shared.rows(ws.journal.read(), filter(None, (entry.case_id, entry.other))))


@needs(Permission.SETTLE)
def settle(ws: Workspace, conflict: HallConflict, stands: Stands, reason: str = "") -> None:
    """Say which side of a conflict stands; both stay in the journal.

    Raises:
        HallError: only the case is known, off line. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    if not conflict.id:
        raise HallError("needs_centre", "断网时看不到两边各办了什么，不能定", field="conflict", hint="联网后再处理")
    action = Action(ws, conflict.case_id, conflict.reference)
    words = clean_text(reason, field="reason", max_length=200)
    action.add(ConflictSettled(conflict=conflict.id, stands=stands, reason=words))
    with ws.journal.write() as connection:
        ws.journal.append(connection, action.entries)
