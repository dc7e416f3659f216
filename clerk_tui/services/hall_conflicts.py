"""What two windows of the hall did that cannot both stand, wherever it happened: seen by everybody, settled by whom it
concerns. On line the centre tells what is open; off line this window knows the cases, and settling waits.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services.aside import INSTEAD, worklist
from clerk_tui.services.hall_cases import look
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs, signed_in
from clerk_tui.services.signing_in import required
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import elsewhere, shared
from clerk_tui.store.connection import translated
from clerk_tui.store.queries import CaseRow
from hall.case import CaseState
from hall.chain import open_sealed
from hall.clock_doubt import is_of_clock
from hall.differing import Differing, differing
from hall.disputes import RIGHT, SIDED, TO_WITHDRAW, VERIFIED
from hall.errors import BadInput, HallError
from hall.facts import ConflictSettled
from hall.ids import beginning_of
from hall.moments import day_and_time
from hall.names import clean_text, says_something
from hall.roles import Forbidden, Permission, require
from hall.steps import DONE, UNDECIDED
from hall.wire_oversight import LONGEST_WORDS, ConflictEntry

Stands = Literal["first", "second", "both"]
SAME_REFERENCE: Final = "same_reference"
SERVED_TWICE: Final = "served_twice"
ALL: Final = 1 << 20


class HallConflict(Struct, frozen=True, kw_only=True):
    """An open conflict of the hall. ``kind`` is a flag of the case, ``reason`` the centre's, in Chinese; it arose from
    record ``seq`` of ``window``, the code of the device that came second, which ``actor`` wrote. ``id`` is empty where
    only the case is known, off line; ``seq`` is 0 there. ``first`` and ``second`` are what stands and what has no
    effect, in words, where both are of one case, or the two windows that served one ticket; ``first_window`` wrote the
    first, at ``first_at`` by its clock (month, day, time); ``barred`` is why the second cannot be done anew. Where two
    cases are meant ``sides`` are these, the earlier one first, masked, as far as this window knows them; ``values`` is
    what each says of the form or the materials, where they differ in that and this window was told the case. ``also``
    are the identities of further doubts that are one with it: of what the same person wrote in one go."""

    id: str
    kind: str
    case_id: str
    reference: str
    other_reference: str = ""
    reason: str = ""
    window: str = ""
    seq: int = 0
    actor: str = ""
    first: str = ""
    second: str = ""
    barred: str = ""
    first_window: str = ""
    first_at: str = ""
    also: tuple[str, ...] = ()
    sides: tuple[CaseRow, ...] = ()
    values: tuple[Differing, ...] = ()

    @property
    def choices(self) -> tuple[Stands, ...]:
        """What may be said of it: that a side stands only where this can be carried out, by doing anew what was
        withheld, or by withdrawing the other case."""
        if self.is_doubt or self.kind == TO_WITHDRAW:
            return ()
        if self.kind in SIDED:
            return ("first",) if self.barred else ("first", "second")
        if self.is_of_ticket:
            return ("first", "second", "both") if self.first and self.second else ("both",)
        if len(self.sides) != 2:
            return ("both",)
        first, second = (CaseState(row.state) in UNDECIDED | DONE for row in self.sides)
        wishes: tuple[tuple[Stands, bool], ...] = (("both", True), ("first", second), ("second", first))
        return tuple(stands for stands, can in wishes if can)

    def still_to_do(self, stands: Stands) -> str:
        """The case to go on with once this was said, to do anew what was withheld or withdraw the other; or ``""``."""
        if self.is_of_ticket:
            return ""
        if len(self.sides) == 2:
            other = next((row for row in self.sides if row.case_id == self.duplicate(stands)), None)
            return other.case_id if other is not None and CaseState(other.state) in UNDECIDED else ""
        return self.case_id if stands == "second" else ""

    def duplicate(self, stands: str) -> str:
        """Of two cases the one that does not count once this was said; or ``""``."""
        if len(self.sides) != 2:
            return ""
        first, second = self.sides
        return {"first": second.case_id, "second": first.case_id}.get(stands, "")

    @property
    def is_of_ticket(self) -> bool:
        """Whether two windows served one ticket, which ``case_id`` then names."""
        return self.kind == SERVED_TWICE

    @property
    def is_doubt(self) -> bool:
        """Whether it has no sides, and somebody in charge says what they found."""
        return self.kind in VERIFIED


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
            sides=(row,) if flag in (SAME_REFERENCE, TO_WITHDRAW) else (),
        )
        for row, flags in flagged
        for flag in flags
        if not is_of_clock(flag)
    ]


@needs(Permission.VIEW)
def told(ws: Workspace) -> list[HallConflict]:
    """What is open in the hall, as the centre says now; what this window's own list has is left out, and what was
    settled here and the centre has not heard yet.

    Raises:
        HallError: the centre cannot be reached.
    """
    return told_and_more(ws)[0]


@needs(Permission.VIEW)
def told_and_more(ws: Workspace, *, all_of_them: bool = False) -> tuple[list[HallConflict], int]:
    """The same, and how many more are open in the hall than are told (``sync.oversight.MOST``), unless it is to be
    ``all_of_them``."""
    from clerk_tui.sync.oversight import MOST, conflicts
    from clerk_tui.sync.token import read_token, token_path

    token = read_token(token_path(ws.config.store_file, ws.config.token_file))
    found, more = conflicts(ws.config.centre.url, token or "", ALL if all_of_them else MOST)
    here = ws.journal.incarnation
    listed = {item.seq for item in worklist(ws, 1 << 20)}
    settled = _settled_unsent(ws)
    shown = [
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
            first=entry.first,
            second=entry.second,
            barred=entry.barred,
            first_window=entry.first_window,
            first_at=day_and_time(entry.first_ms, ws.config.timezone),
            sides=_sides(ws, entry),
            values=_values(ws, entry),
        )
        for entry in found
        if (entry.incarnation != here or entry.seq not in listed) and entry.id not in settled
    ]
    shown = _as_one(shown)
    # What was settled so is no conflict any more; the case is to be seen until it is withdrawn.
    return [*shown, *(each for each in known(ws, ALL) if each.kind == TO_WITHDRAW)], more


def _as_one(found: list[HallConflict]) -> list[HallConflict]:
    """The doubts about what one person wrote in one go (an acceptance and its paper) as one, where the first stands."""
    by_seq: dict[tuple[str, ...], dict[int, HallConflict]] = {}
    for each in found:
        if each.kind == RIGHT:
            by_seq.setdefault(_whose(each), {})[each.seq] = each
    shown = []
    for each in found:
        mine = by_seq.get(_whose(each), {}) if each.kind == RIGHT else {}
        if each.seq - 1 in mine:
            continue  # It is told with the one before it.
        last = each.seq
        while last + 1 in mine:
            last += 1
        shown.append(replace(each, also=tuple(mine[seq].id for seq in range(each.seq + 1, last + 1))))
    return shown


def _whose(each: HallConflict) -> tuple[str, ...]:
    return (each.case_id, each.window, each.actor, each.reason)


def _settled_unsent(ws: Workspace) -> set[str]:
    with translated(ws.journal.path):
        seqs = elsewhere.unsent(ws.journal.read(), "conflict.settled")
    bodies = [open_sealed(sealed).body for seq in seqs if (sealed := ws.journal.sealed(seq)) is not None]
    return {body.conflict for body in bodies if isinstance(body, ConflictSettled)}


def _sides(ws: Workspace, entry: ConflictEntry) -> tuple[CaseRow, ...]:
    if not entry.other:
        return ()
    with translated(ws.journal.path):
        return tuple(shared.rows(ws.journal.read(), (entry.other, entry.case_id)))


def _values(ws: Workspace, entry: ConflictEntry) -> tuple[Differing, ...]:
    if entry.kind not in SIDED:
        return ()
    with translated(ws.journal.path):
        found = look(ws, ws.journal.read(), entry.case_id)
    return differing(found.case, entry.id) if found else ()


@needs(Permission.SETTLE)
def settle(ws: Workspace, conflict: HallConflict, stands: Stands, reason: str = "") -> None:
    """Say which side of a conflict stands; both stay in the journal.

    Raises:
        HallError: only the case is known, off line; it is a doubt, which has no sides; or what it says cannot be
            carried out (``HallConflict.choices``). Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    _require_told(conflict)
    if conflict.is_doubt:
        hint = "由负责人核实，写明原因"
        raise BadInput("no_sides", "这里没有先到和后到的两边", field="stands", hint=hint)
    if stands not in conflict.choices:
        why = f"这样定也办不了：{conflict.barred}" if conflict.barred else "这样定也办不了"
        raise BadInput("cannot_be_done", why, field="stands", hint=INSTEAD)
    _write(ws, conflict, stands, clean_text(reason, field="reason", max_length=LONGEST_WORDS))


@needs(Permission.SETTLE)
def require_may_verify(ws: Workspace, conflict: HallConflict) -> None:
    """That whoever sits here may say that a doubt was seen to: somebody in charge, and not of their own doing where the
    hall knows its clerks apart.

    Raises:
        Forbidden: they may not.
        HallError: only the case is known, off line.
    """
    _require_told(conflict)
    actor = signed_in(ws)
    require(actor, Permission.VERIFY)
    if actor.id == conflict.actor and required(ws):
        told = f"{actor.name or actor.id}（工号 {actor.id}）不能核实自己写的记录"
        raise Forbidden("own_doing", told, field="clerk", hint="请另一位负责人来核实")


@needs(Permission.SETTLE)
def verify(ws: Workspace, conflict: HallConflict, reason: str) -> None:
    """Say what was found about a doubt (``HallConflict.is_doubt``); the record stays as it is.

    Raises:
        Forbidden: whoever sits here may not (``require_may_verify``). Nothing is written.
        BadInput: it is no doubt, or the reason says nothing. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    if not conflict.is_doubt:
        raise BadInput("has_sides", "这是两边各办了什么，不是核实", field="conflict", hint="写明哪边算数")
    require_may_verify(ws, conflict)
    words = clean_text(reason, field="reason", max_length=LONGEST_WORDS)
    if not says_something(words):
        hint = "例如：已核对材料，按规定办的"
        raise BadInput("needs_reason", "核实要写明查到了什么", field="reason", hint=hint)
    _write(ws, conflict, "seen", words)


def _require_told(conflict: HallConflict) -> None:
    if not conflict.id:
        raise HallError("needs_centre", "断网时看不到两边各办了什么，不能定", field="conflict", hint="联网后再处理")


def _write(ws: Workspace, conflict: HallConflict, stands: Stands | Literal["seen"], words: str) -> None:
    entries = []
    for case_id, reference, other in _cases(conflict):
        action = Action(ws, case_id, reference)
        duplicate = other != "" and case_id == conflict.duplicate(stands)
        for each in (conflict.id, *conflict.also):
            action.add(ConflictSettled(conflict=each, stands=stands, reason=words, other=other, gives_way=duplicate))
        entries += action.entries
    with ws.journal.write() as connection:
        ws.journal.append(connection, entries)


def _cases(conflict: HallConflict) -> list[tuple[str, str, str]]:
    """The cases that it is written on, the later one first: identity, number, and how the other one is called."""
    if len(conflict.sides) != 2:
        return [(conflict.case_id, conflict.reference, "")]
    is_by_id = conflict.kind == SAME_REFERENCE
    names = [beginning_of(row.case_id) if is_by_id else row.reference for row in conflict.sides]
    first, second = conflict.sides
    return [(second.case_id, second.reference, names[0]), (first.case_id, first.reference, names[1])]
