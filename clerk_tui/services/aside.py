"""What came back from the centre, and what a person does about it: correct, have it read again, hand over, decide.

A record is never changed or withdrawn: each of these is a fact of its own, and the record stays as it was.
"""

from __future__ import annotations

from contextlib import closing
from typing import Literal

from msgspec import Struct

from clerk_tui.services.hall_cases import look
from clerk_tui.services.recording import Action
from clerk_tui.services.rights import needs, signed_in
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import queries
from clerk_tui.store.connection import translated
from clerk_tui.store.exchange import Outbox, keep_read_again
from hall.differing import Differing, differing
from hall.disputes import barred
from hall.errors import BadInput
from hall.facts import ConflictSettled, NoteAdded, RecordSettled
from hall.moments import day_and_time
from hall.names import clean_text, says_something
from hall.roles import Permission, require
from hall.telling import STATE_NAMES, met, standing, tell
from hall.wire_oversight import LONGEST_WORDS

Side = Literal["first", "second"]
INSTEAD = "定先到的算数，告诉申请人；要另作处理的，打开办件看现在还能办哪一步"
"""What to do about a conflict of which the second side can have no effect any more."""


class Aside(Struct, frozen=True, kw_only=True):
    """A record that a person must look at. ``state``: ``quarantined`` (the centre keeps it without effect),
    ``conflict`` (another window was first) or ``dead`` (the centre would not take its contents); ``reason`` is the
    centre's, in Chinese.

    ``number`` is what the centre calls it (0: it does not have even the outline of a dead one, and what comes later
    waits), ``held`` how many later records of its case wait behind it.
    """

    seq: int
    state: Literal["quarantined", "conflict", "dead"]
    type: str
    reference: str
    case_id: str
    reason: str
    number: int
    held: int


class Sides(Struct, frozen=True, kw_only=True):
    """A conflict: what stands because it came first, and what this window wrote; in words. ``barred``: why that cannot
    be done anew either, as the case stands now; ``first_at`` is when what came first was written, by its window's clock
    (month, day, time). ``values``: what of the form or the materials each of them says."""

    first: str
    second: str
    first_at: str = ""
    barred: str = ""
    values: tuple[Differing, ...] = ()


def worklist(ws: Workspace, limit: int = 50) -> list[Aside]:
    """What nobody has dealt with yet, the newest first."""
    with translated(ws.journal.path):
        rows = queries.set_aside(ws.journal.read(), limit)
    return [
        Aside(
            seq=row.seq,
            state="conflict" if row.state == "conflict" else "dead" if row.state == "dead" else "quarantined",
            type=row.type,
            reference=row.reference,
            case_id=row.case_id,
            reason=row.reason,
            number=row.number,
            held=row.held,
        )
        for row in rows
    ]


@needs(Permission.NOTE)
def correct(ws: Workspace, seq: int, text: str) -> None:
    """Write what is right as a remark on the record's case; the record counts as dealt with.

    Raises:
        BadInput: nothing such is set aside, or there is no text. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    item = _item(ws, seq)
    words = _words(text, "更正要写明正确的内容", "例如：面积应为 120 平方米")
    note = Action(ws, item.case_id, item.reference)
    note_id = ws.new_id()
    if item.case_id:
        note.add(NoteAdded(text=f"更正第{seq}条记录：{words}"), event_id=note_id)
    _write(ws, item, RecordSettled(record=_event_id(ws, seq), seq=seq, how="corrected", by=note_id, reason=words), note)


@needs(Permission.NOTE)
def hand_over(ws: Workspace, seq: int, reason: str) -> None:
    """Hand a record to the supervisor: it leaves this window's list and stays in the centre's.

    Raises:
        BadInput: nothing such is set aside, or there is no reason. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    item = _item(ws, seq)
    words = _words(reason, "交给负责人要写明情况", "例如：申请人已离开，材料在窗口")
    _write(ws, item, RecordSettled(record=_event_id(ws, seq), seq=seq, how="handed_over", reason=words), None)


@needs(Permission.VIEW)
def sides(ws: Workspace, seq: int) -> Sides:
    """Both values of a conflict, in words.

    Raises:
        BadInput: nothing such is in conflict.
    """
    item = _item(ws, seq)
    with translated(ws.journal.path):
        found = look(ws, ws.journal.read(), item.case_id)
    facts = list(ws.journal.facts_of(item.case_id))
    own = next((fact for fact in facts if fact.header.seq == seq), None)
    if found is None or own is None:
        return Sides(first=STATE_NAMES[found.case.state] if found else "", second="")
    case = found.case
    line = met(case, own.header, [fact.header for fact in facts])
    return Sides(
        first=standing(case, line),
        second=tell(case, own),
        first_at=day_and_time(line.at_ms if line else 0, ws.config.timezone),
        barred=barred(case, own),
        values=differing(case, own.header.event_id),
    )


@needs(Permission.SETTLE)
def settle(ws: Workspace, seq: int, stands: Side, reason: str = "") -> None:
    """Say which side of a conflict stands; both stay in the journal. What is to stand and was withheld is done anew.

    Raises:
        BadInput: nothing such is in conflict, or what was withheld cannot be done anew. Nothing is written.
        StoreError: it could not be saved. Nothing is written.
    """
    item = _item(ws, seq)
    if item.state != "conflict":
        raise BadInput("no_conflict", "这条记录没有冲突", field="seq", hint="用更正、重办或交负责人")
    if stands == "second" and (why := sides(ws, seq).barred):
        raise BadInput("cannot_be_done", f"本窗口的算数也办不了：{why}", field="stands", hint=INSTEAD)
    action = Action(ws, item.case_id, item.reference)
    words = clean_text(reason, field="reason", max_length=LONGEST_WORDS)
    action.add(ConflictSettled(conflict=_event_id(ws, seq), stands=stands, reason=words))
    with ws.journal.write() as connection:
        ws.journal.append(connection, action.entries)


@needs(Permission.NOTE)
def resend(ws: Workspace, seq: int, reason: str = "") -> str:
    """Have the centre read a record again, now that what was in the way is done away with; what became of it.

    Of a record that it would not take, this device sends the contents again, for which nobody answers; any other only a
    supervisor has read again, and why (``reason``) stands beside their number in the centre's record.

    Raises:
        BadInput: nothing such is set aside, it is to be decided, not read again, or the reason is missing or not
            wanted.
        HallError: the centre cannot be reached or refuses, or whoever is signed in may not ask for it.
    """
    from clerk_tui.sync import oversight, rereading
    from clerk_tui.sync.token import read_token, token_path

    item = _item(ws, seq)
    url, is_dead = ws.config.centre.url, item.state == "dead"
    if item.state == "conflict":
        raise BadInput("is_conflict", "有冲突的记录重办也一样", field="seq", hint="写明哪边算数")
    if is_dead and reason:
        hint = "不写原因再试一次"
        raise BadInput("no_reason", "中心没有收下的内容只是再送一次，不用写原因", field="reason", hint=hint)
    with closing(Outbox(ws.journal.path)) as outbox:
        question = rereading.of_own(outbox, seq)
        if is_dead:
            token = read_token(token_path(ws.config.store_file, ws.config.token_file)) or ""
            reply = oversight.bring(url, token, rereading.whole(outbox, question), question)
        else:
            require(signed_in(ws), Permission.OVERSEE)
            oversight.require_session(ws.seat.session)
            reply = oversight.retry(url, ws.seat.session, item.number, words_to_read_again(reason), question)
    now_ms = ws.clock.now_ms()
    keep_read_again(ws.journal.database, reply.results, now_ms, brought=seq if is_dead else None)
    return reply.reason


def words_to_read_again(reason: str) -> str:
    """Why a record may have its effect now, as it is recorded. Raises ``BadInput`` where that says nothing."""
    return _words(reason, "请中心重读要写明原因", "例如：材料已核对，可以生效", field="reason")


def _item(ws: Workspace, seq: int) -> Aside:
    for item in worklist(ws, 1 << 20):
        if item.seq == seq:
            return item
    raise BadInput("not_set_aside", f"第{seq}条没有被退回，或已经处理", field="seq", hint="用 clerk aside 查看")


def _event_id(ws: Workspace, seq: int) -> str:
    from hall.chain import open_header

    sealed = ws.journal.sealed(seq)
    assert sealed is not None, "what is set aside stands in the journal"
    return open_header(sealed.header).event_id


def _words(text: str, missing: str, example: str, field: str = "text") -> str:
    words = clean_text(text, field=field, max_length=LONGEST_WORDS)
    if not says_something(words):
        raise BadInput("needs_text", missing, field=field, hint=example)
    return words


def _write(ws: Workspace, item: Aside, settled: RecordSettled, before: Action | None) -> None:
    """Beside no case: the centre has set this very case's record aside, and this one must not follow it there."""
    about = Action(ws, "", item.reference)
    about.add(settled)
    with ws.journal.write() as connection:
        ws.journal.append(connection, [*(before.entries if before else ()), *about.entries])
