"""For those who look after a hall: its devices, reading again what was set aside, its conflicts, dead letters."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from central import asides, clocks, losses, saving, standing
from central.alarms import keep as keep_alarms
from central.asides import PAGE
from central.decide import SERVED_TWICE, Doubt, Incoming, decide, plain, read_one
from central.ingest import load
from central.queue.told import served_twice
from central.refusal import Refused
from central.store import Db, Store, alarms, clerks, deliveries, devices, facts, queue, tokens
from central.store import oversight as table
from central.store.base import current_epoch
from hall import wire
from hall import wire_oversight as w
from hall.case import Case
from hall.chain import open_header, open_sealed
from hall.disputes import SIDED, barred
from hall.errors import HallError
from hall.facts import Fact
from hall.names import clean_text, says_something
from hall.roles import NAMES, Permission, allows, read_roles
from hall.telling import met, tell
from hall.telling import standing as standing_of

SHOWN_REPORTS = 50
_cases = msgspec.json.Decoder(Case)


async def status(store: Store, office: str, now_ms: int) -> w.StatusReply:
    """The hall at a glance."""

    async def look(db: Db) -> w.StatusReply:
        aside, open_conflicts = await table.count_open(db, office)
        waiting, dead = await deliveries.waiting_and_dead(db, office)
        return w.StatusReply(
            office=office,
            epoch=await current_epoch(db),
            time_ms=now_ms,
            devices=await table.device_states(db, office, now_ms),
            set_aside=aside,
            conflicts=open_conflicts,
            dead_letters=await table.reports(db, office, SHOWN_REPORTS),
            deliveries_waiting=waiting,
            deliveries_dead=dead,
            alarms=await alarms.count(db, office),
        )

    return await store.read(look)


async def conflicts(store: Store, office: str, after: str) -> w.ConflictsReply:
    """A page of open conflicts behind ``after``: the ``made_ms``, ``id`` and ``kind`` of one that was shown."""
    made, _, place = after.partition(" ")
    if after and not (made.isascii() and made.isdigit() and len(made) < 16):
        raise Refused(400, wire.Problem(code="bad_request", message="从哪里接着读，写得不对"))

    async def look(db: Db) -> w.ConflictsReply:
        entries = await table.conflicts(db, office, int(made or 0), place, PAGE + 1)
        told, has_more = entries[:PAGE], len(entries) > PAGE
        behind = await table.conflicts_behind(db, office, told[-1]) if has_more else 0
        return w.ConflictsReply(conflicts=await _with_sides(db, office, told), has_more=has_more, behind=behind)

    return await store.read(look)


async def _with_sides(db: Db, office: str, entries: list[w.ConflictEntry]) -> list[w.ConflictEntry]:
    """With what stands and what has no effect, in words, where both are of one case or one ticket."""
    of_one = [each for each in entries if each.kind in SIDED]
    sealed = await facts.sealed_as(db, sorted({each.id for each in of_one}))
    rows = await facts.cases_of(db, sorted({each.case_id for each in of_one}))
    tickets = [each.case_id for each in entries if each.kind == SERVED_TWICE]
    histories = await queue.all_happened(db, office, tickets) if tickets else {}
    told = []
    for each in entries:
        if each.kind == SERVED_TWICE and (both := served_twice(each.case_id, histories.get(each.case_id, []))):
            first, second = (f"{window}号窗口" for window in both)
            each = replace(each, first=first, second=second)
        if each.kind in SIDED and each.id in sealed and each.case_id in rows:
            case, fact = _cases.decode(rows[each.case_id].snapshot), open_sealed(sealed[each.id])
            each = await _with_first(db, each, case, fact)
            each = replace(each, second=tell(case, fact), barred=barred(case, fact))
        told.append(each)
    return told


async def _with_first(db: Db, each: w.ConflictEntry, case: Case, fact: Fact) -> w.ConflictEntry:
    """With what the fact collided with, and whose it was."""
    headers = [open_header(one.header) for one in await facts.facts_of(db, each.case_id)]
    line = met(case, fact.header, [one for one in headers if one.incarnation == fact.header.incarnation])
    first = standing_of(case, line)
    if line is None:
        return replace(each, first=first)
    told = (line.type, line.at_ms, line.actor)
    whose = (one.incarnation for one in headers if (one.type, one.at_ms, one.actor) == told)
    return replace(each, first=first, first_window=plain(next(whose, "")), first_ms=line.at_ms)


async def retry(store: Store, office: str, number: int, actor: str, now_ms: int, reason: str) -> w.RetryReply:
    """Read a set-aside fact again, and with it those of its case that waited for it; who asked for it and why is
    recorded.

    Raises:
        Refused: 404 nothing with this number is set aside in this hall; 400 the reason says nothing; 403 ``own_doing``:
            it waits because whoever asks lacked a right themselves.
    """
    words = _words(reason)

    async def work(db: Db) -> w.RetryReply:
        reply = await read_again(db, office, number, actor, now_ms, vouched=True)
        target = f"{number} {reply.status.value} {words}"
        await tokens.record(db, now_ms, office, actor, "aside.retried", target)
        return reply

    return await store.transact(work)


def _words(reason: str) -> str:
    try:
        words = clean_text(reason, field="reason", max_length=w.LONGEST_WORDS)
    except HallError as error:
        raise Refused(400, wire.Problem(code=error.code, message=error.message)) from None
    if not says_something(words):
        raise Refused(400, wire.Problem(code="needs_reason", message="要写明为什么现在可以生效"))
    return words


async def answerable(store: Store, office: str, person: str, permission: Permission) -> str:
    """Who answers for something that is done at the centre's own console: somebody of the hall with the right to it,
    by their number; in a hall without clerks whoever is named.

    Raises:
        Refused: 403 nobody of this number may; 400 nobody is named.
    """

    async def look(db: Db) -> tuple[bool, clerks.ClerkRow | None]:
        return bool(await clerks.clerks_of(db, office, 1)), await clerks.look(db, office, person)

    named = clean_text(person, field="by", max_length=60)
    some, clerk = await store.read(look)
    if some and (clerk is None or not clerk.active or not allows(read_roles(clerk.roles), permission)):
        told = f"工号{named}在本厅没有“{NAMES[permission]}”的权限"
        raise Refused(403, wire.Problem(code="not_allowed", message=told))
    if not named:
        raise Refused(400, wire.Problem(code="needs_person", message="要写明由谁负责"))
    return named


async def read_again(db: Db, office: str, number: int, actor: str, now_ms: int, *, vouched: bool) -> w.RetryReply:
    """The same in the caller's transaction. ``vouched``: ``actor`` answers for facts whose writers may not have been
    allowed to write them, in a hall that knows its clerks apart never for their own."""
    asked = await table.aside(db, office, number)
    if asked is None:
        raise Refused(404, wire.Problem(code="not_set_aside", message="没有这条搁置的记录"))
    subject, code = asked
    # The same order of locks as a push: the journal first, then the cases.
    at = await devices.incarnation(db, office, code)
    assert at is not None, "a fact stands in a journal"
    waiting = await table.waiting_with(db, office, code, number, subject)
    incoming = [read_one(at, seq, sealed) for _, seq, sealed in waiting]
    known = await load(db, at, incoming, now_ms)
    known.ids -= {each.event_id for each in incoming}
    known.held.clear()
    known.doubts = await _doubts(db, office, at, incoming, now_ms)
    if vouched:
        known.doubts = await standing.own_doing(db, office, actor, incoming, known.doubts)
        if any(doubt.certain for doubt in known.doubts.values()):
            raise Refused(403, wire.Problem(code="own_doing", message=standing.not_oneself(actor)))
    decided = decide(at, incoming, known)
    # They take their place in the hall's order now: that is when they have their effect.
    first = await facts.next_numbers(db, office, len(waiting))
    await saving.save_cases(db, office, code, incoming, decided, known.cases, first, {}, now_ms)
    await keep_alarms(db, office, incoming, decided.facts, first, now_ms)
    await asides.keep(db, office, code, incoming, decided.facts)
    await losses.keep(db, office, incoming, decided.facts)
    if known.tickets is not None:
        await known.tickets.save(db)
    reply: w.RetryReply | None = None
    results = []
    others = 0
    for place, ((before, seq, sealed), fact) in enumerate(zip(waiting, decided.facts, strict=True)):
        settled = fact.status is not wire.Status.QUARANTINED
        if before == number:
            reply = w.RetryReply(
                number=number, incarnation=code, seq=seq, hash=sealed.hash, status=fact.status, reason=fact.reason
            )
        else:
            others += settled
        results.append(
            wire.PushResult(
                seq=seq,
                status=fact.status,
                server_seq=first + place if settled else before,
                case_version=fact.case_version,
                reason=fact.reason,
            )
        )
        await facts.decide_again(db, office, code, seq, fact, first + place if settled else before)
        if settled:
            await table.settle_aside(db, office, before, actor, now_ms)
    assert reply is not None, "it waits with those of its case"
    return replace(reply, others=others, results=results)


async def _doubts(
    db: Db, office: str, at: devices.IncarnationRow, incoming: list[Incoming], now_ms: int
) -> dict[int, Doubt]:
    told = await clocks.beginnings(db, at.device_id, None, incoming, now_ms)
    device = await devices.device(db, at.device_id)
    assert device is not None, "a journal has its device"
    return await standing.doubts(db, office, device.role, incoming, told, now_ms)
