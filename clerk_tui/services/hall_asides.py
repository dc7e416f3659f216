"""What was set aside anywhere in the hall, for a supervisor who signed in on line: also of windows that are dead or
revoked, and what a window handed over. The centre tells it and has it read again; this window keeps none of it.
"""

from __future__ import annotations

from contextlib import closing

from msgspec import Struct

from clerk_tui.services.aside import words_to_read_again, worklist
from clerk_tui.services.rights import can, needs
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.exchange import Outbox, keep_read_again
from hall.errors import HallError
from hall.roles import Permission
from hall.wire import Status


class HallAside(Struct, frozen=True, kw_only=True):
    """A record that the centre keeps without effect: its ``number`` in the hall, whose it is (``window`` is the code of
    its journal, ``seq`` its number there, ``revoked`` whether its device has no rights any more), why (Chinese), since
    when (Unix ms), how many later ones of its case wait behind it, and what its window did about it (``handed_over``,
    ``corrected`` or nothing), by whom (a number) and in what words."""

    number: int
    window: str
    seq: int
    type: str
    reference: str
    reason: str
    since_ms: int
    revoked: bool = False
    held: int = 0
    dealt_how: str = ""
    dealt_by: str = ""
    dealt_words: str = ""


def may_see(ws: Workspace) -> bool:
    """Whether whoever sits here looks after the hall and signed in on line."""
    return bool(ws.seat.session) and can(ws, Permission.OVERSEE)


@needs(Permission.OVERSEE)
def told(ws: Workspace) -> list[HallAside]:
    """What is set aside in the hall, as the centre says now, the oldest first; what this window's own list has is left
    out, and what waits behind another is counted there.

    Raises:
        HallError: nobody with a session is signed in, or the centre cannot be reached.
    """
    from clerk_tui.sync.oversight import asides

    entries = asides(ws.config.centre.url, ws.seat.session)
    here = ws.journal.incarnation
    listed = {item.seq for item in worklist(ws, 1 << 20)}
    heads: dict[tuple[str, str], int] = {}
    held: dict[int, int] = {}
    for entry in entries:
        case = (entry.incarnation, entry.case_id)
        if entry.kind == "held" and entry.case_id and case in heads:
            held[heads[case]] = held.get(heads[case], 0) + 1
        else:
            heads.setdefault(case, entry.number)
            held[entry.number] = 0
    return [
        HallAside(
            number=entry.number,
            window=entry.incarnation,
            seq=entry.seq,
            type=entry.type,
            reference=entry.reference,
            reason=entry.reason,
            since_ms=entry.received_ms,
            revoked=entry.revoked,
            held=held[entry.number],
            dealt_how=entry.dealt_how,
            dealt_by=entry.dealt_by,
            dealt_words=entry.dealt_words,
        )
        for entry in entries
        if entry.number in held and (entry.incarnation != here or entry.seq not in listed)
    ]


@needs(Permission.OVERSEE)
def retry(ws: Workspace, record: HallAside, reason: str) -> None:
    """Have a record read again, and with it what waits behind it; whoever is signed in answers for it at the centre,
    where ``reason`` is recorded.

    Raises:
        BadInput: there is no reason.
        HallError: ``still_set_aside`` with the centre's reason; it cannot be reached or refuses.
    """
    from clerk_tui.sync import oversight, rereading

    words = words_to_read_again(reason)
    is_own = record.window == ws.journal.incarnation
    with closing(Outbox(ws.journal.path)) as outbox:
        if is_own:
            question = rereading.of_own(outbox, record.seq)
        else:
            question = rereading.of_another(outbox.device(), record.window, record.seq)
    reply = oversight.retry(ws.config.centre.url, ws.seat.session, record.number, words, question)
    if is_own:
        keep_read_again(ws.journal.database, reply.results, ws.clock.now_ms())
    if reply.status is Status.QUARANTINED:
        raise HallError("still_set_aside", f"中心重读了，仍然搁置：{reply.reason}", hint="照原因办妥以后再重读")
