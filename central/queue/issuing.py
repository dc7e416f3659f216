"""Tickets and blocks of numbers: a number is given once in a hall's day, a request repeated gets the same ticket."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from central.queue.days import day_of
from central.queue.views import AsTold, refuse, standing, view
from central.queue.waits import Waits
from central.refusal import Refused, said
from central.store import Db, Store
from central.store import queue as table
from central.store import queue_numbers as numbers
from central.store.queue import Happened, TicketRow, person_key
from hall import queue_wire as w
from hall.staffing import may_be_today_no_more
from hall.ticketing import TicketIssued
from hall.tickets import Ticket, number

_encode = msgspec.json.Encoder().encode
_told = msgspec.json.Decoder(w.Told)
AHEAD_DAYS = 7
"""How many days before its day a block may be asked for."""
MOST_OF_A_DEVICE = 2_000
"""Most serials that one device gets in blocks of a letter and day."""


class Issue(Struct, frozen=True):
    """A ticket that is asked for: by which device of which hall, and when (Unix ms by the centre's clock)."""

    office: str
    device_id: str
    request: w.IssueRequest
    now_ms: int


async def issue(db: Db, asked: list[Issue]) -> list[w.IssueReply | Refused]:
    """Answer requests that came together, in their order."""
    answers: dict[int, w.IssueReply | Refused] = {}
    for office in dict.fromkeys(one.office for one in asked):
        mine = {place: one for place, one in enumerate(asked) if one.office == office}
        answers |= await _issue(db, office, mine)
    return [answers[place] for place in range(len(asked))]


async def _issue(db: Db, office: str, asked: dict[int, Issue]) -> dict[int, w.IssueReply | Refused]:
    hall, known = await table.rule_and_tickets(db, office, (one.request.ticket_id for one in asked.values()))
    rule = hall.rule
    now_ms = max(one.now_ms for one in asked.values())
    day = day_of(now_ms)
    keys = {
        place: key
        for place, one in asked.items()
        if one.request.ticket_id not in known and (key := person_key(_ticket(one, day, "", now_ms)))
    }
    persons = await table.of_persons(db, office, day, keys.values()) if keys else {}
    new = _that_are_new(asked, known, keys, persons)
    serials = await _serials(db, office, day, Counter(asked[place].request.letter for place in new))
    waits = Waits(db, office, day, now_ms, rule)
    rows: dict[str, TicketRow] = {}
    for place in new:
        one = asked[place]
        serial = serials[one.request.letter].pop(0)
        ticket = _ticket(one, day, number(one.request.letter, serial), now_ms)
        told = await waits.tell(ticket)
        rows[ticket.ticket_id] = TicketRow(
            letter=one.request.letter,
            serial=serial,
            ticket=ticket,
            told=_encode(_as_told(told, one.request)).decode(),
            name=one.request.name,
            device_id=one.device_id,
        )
    if rows:
        await table.add(db, office, list(rows.values()), rule)
        await table.add_happened(db, office, [(row.ticket.ticket_id, _issued(row)) for row in rows.values()])
    persons |= {key: row for row in rows.values() if (key := person_key(row.ticket))}
    known |= rows
    return {place: _answer(one, known, persons.get(keys.get(place, "")), now_ms) for place, one in asked.items()}


def _as_told(told: w.Told, request: w.IssueRequest) -> AsTold:
    long = may_be_today_no_more(told.wait_min, told.most_min, request.left_min)
    return AsTold(**asdict(told), unsaid=long or told.wait_min < 0 or request.lane == "booked")


def _that_are_new(
    asked: dict[int, Issue], known: dict[str, TicketRow], keys: dict[int, str], persons: dict[str, TicketRow]
) -> list[int]:
    """The places of those who get a number; of two for one person, or with one identity, the first."""
    new: list[int] = []
    taken: set[str] = set(known) | set(persons)
    for place, one in asked.items():
        names = {one.request.ticket_id} | ({keys[place]} if place in keys else set())
        if not names & taken:
            new.append(place)
            taken |= names
    return new


async def _serials(db: Db, office: str, day: dt.date, wanted: Counter[str]) -> dict[str, list[int]]:
    # Always in the same order, so that two transactions never wait for each other.
    serials = {}
    for letter, count in sorted(wanted.items()):
        first = await numbers.take_serials(db, office, day, letter, count)
        serials[letter] = list(range(first, first + count))
    return serials


def _ticket(one: Issue, day: dt.date, printed: str, now_ms: int) -> Ticket:
    request = one.request
    return Ticket(
        ticket_id=request.ticket_id,
        business=request.business,
        number=printed,
        day=day,
        issued_ms=now_ms,
        lane=request.lane,
        priority=request.priority,
        slot_ms=request.slot_ms,
        reference=request.reference,
        person=request.person,
    )


def _issued(row: TicketRow) -> Happened:
    ticket = row.ticket
    body = TicketIssued(
        business=ticket.business,
        letter=row.letter,
        serial=row.serial,
        day=ticket.day,
        at_ms=ticket.issued_ms,
        lane=ticket.lane,
        priority=ticket.priority,
        slot_ms=ticket.slot_ms,
        reference=ticket.reference,
        person=ticket.person,
    )
    # No device can have given a fact this identity: the tab is refused there.
    name = f"{ticket.ticket_id}\tissued"
    return Happened(fact_id=name, order_ms=ticket.issued_ms, number=1, source="", body=body)


def _answer(one: Issue, known: dict[str, TicketRow], waiting: TicketRow | None, now_ms: int) -> w.IssueReply | Refused:
    row = known.get(one.request.ticket_id)
    already = row is None
    row = row or waiting
    assert row is not None, "who has no ticket yet got one, or waits already"
    if not already and row.device_id != one.device_id:
        return refuse(409, "ticket_of_another", "这个号票编号已由别的设备用过")
    told = _told.decode(row.told) if row.told else w.Told(ahead=0)
    return w.IssueReply(
        ticket=view(standing(row, now_ms), now_ms),
        letter=row.letter,
        serial=row.serial,
        told=told,
        now_ms=now_ms,
        already=already,
    )


def check(request: w.IssueRequest, now_ms: int) -> None:
    """What a ticket needs.

    Raises:
        Refused: 400 no reason for a priority, no slot or one of another day for an appointment.
    """
    if request.lane == "priority":
        said(request.priority, "priority", "priority_reason", "优先号要写明优先的理由")
    if request.lane == "booked" and (not request.slot_ms or day_of(request.slot_ms) != day_of(now_ms)):
        raise refuse(400, "booked_slot", "预约号要有今天的预约时段")


async def block(store: Store, office: str, device_id: str, request: w.BlockRequest, now_ms: int) -> w.BlockReply:
    """Serials for a device, to be given out off line; the same request again gets the same ones.

    Raises:
        Refused: 400 a day that is over or too far ahead, 409 the identity is another's, 429 too many serials.
    """
    today = day_of(now_ms)
    if not today <= request.day <= today + dt.timedelta(days=AHEAD_DAYS):
        raise refuse(400, "block_day", f"号段只能领今天到{AHEAD_DAYS}天以内的")

    async def work(db: Db) -> w.BlockReply:
        known = await numbers.block(db, office, request.block_id)
        if known is None:
            held = await numbers.serials_in_blocks(db, office, device_id, request.day, request.letter)
            if held + request.count > MOST_OF_A_DEVICE:
                raise refuse(429, "too_many_numbers", f"一台设备一天一个字母最多领{MOST_OF_A_DEVICE}个号")
            first = await numbers.take_block(db, office, request.day, request.letter, request.count)
            last = first + request.count - 1
            values = (request.block_id, device_id, request.day.isoformat(), request.letter, first, last, now_ms)
            await numbers.add_block(db, office, values)
        else:
            if (known[0], known[1], known[2]) != (device_id, request.day.isoformat(), request.letter):
                raise refuse(409, "block_of_another", "这个号段编号已经用过")
            first, last = known[3], known[4]
        return w.BlockReply(block_id=request.block_id, letter=request.letter, day=request.day, first=first, last=last)

    return await store.transact(work)
