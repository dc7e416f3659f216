"""Appointments: read from a file of the hall's booking system, checked in at the station without queueing again.

The station books nothing itself. It takes a list of appointments (JSON or CSV: ``code``, ``business``, ``begin``, and
where there are any ``end`` and ``id_number``), and gives whoever comes with a code or a card a ticket of the lane
``booked``, once for each appointment. A ticket of that lane is called from when its slot begins (domain.md §8).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clerk_tui.services import ticket_moves
from clerk_tui.services.rights import needs
from clerk_tui.services.signing import secrets
from clerk_tui.services.ticketing import Station, Taken, TicketRefused, business, card_number, take, wish_for
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import bookings as store
from clerk_tui.store.bookings import Booking
from clerk_tui.store.connection import translated
from clerk_tui.store.tickets import ticket as ticket_of
from hall.errors import BadIdentity, BadInput, HallError
from hall.moments import local_time
from hall.queueing import Slot
from hall.roles import Permission
from hall.ticket_code import person_digest
from hall.tickets import Ticket, TicketState

MOST: Final = 10_000
"""Most appointments of one file."""
MOST_BYTES: Final = 5_000_000
SLOT: Final = dt.timedelta(hours=1)
"""How long a slot is that says no end (domain.md §8: one-hour slots)."""
_TICKETS: Final = uuid.UUID("9c1d3d0e-5b0f-5f0e-9b1e-7a5a1c0d2e11")
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")
_KEYS: Final = ("code", "business", "begin", "end", "id_number")
_FORM: Final = "每行 code、business、begin（2026-11-23 09:30），可有 end、id_number；写法见手册“取号机”"


class Booked(Struct, frozen=True, kw_only=True):
    """What a file brought: how many appointments it has, how many of them were news."""

    read: int
    news: int


@needs(Permission.TICKETS)
def take_in(ws: Workspace, content: bytes) -> Booked:
    """Take in a file of appointments, whole or not at all; one that is known is changed, unless it has its ticket.

    Raises:
        BadInput: ``bad_bookings``, with the row and what is wrong in it.
    """
    rows = [_booking(ws, number, row) for number, row in enumerate(_rows(content), 1)]
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if row.code in seen:
            raise _wrong(number, f"预约码 {row.code} 前面已经有了")
        seen.add(row.code)
    with ws.journal.write() as tx:
        store.forget(tx, ws.clock.today())
        news = sum(store.keep(tx, row) for row in rows)
    return Booked(read=len(rows), news=news)


@needs(Permission.TICKETS)
def find(ws: Workspace, station: Station, code: str) -> Booking | None:
    """The appointment with this code, of whatever day; ``None`` where the station knows none."""
    clean = code.strip().upper()
    if not _CODE.fullmatch(clean):
        return None
    with translated(ws.journal.path):
        return store.of_code(ws.journal.read(), clean)


@needs(Permission.TICKETS)
def of_card(ws: Workspace, station: Station, id_number: str) -> list[Booking]:
    """Somebody's appointments of today.

    Raises:
        BadIdentity: not an identity number.
    """
    day = ws.hall_clock.today()
    person = person_digest(secrets(ws)[0], card_number(id_number, day), day)
    with translated(ws.journal.path):
        return store.of_person(ws.journal.read(), day, person)


@needs(Permission.TICKETS)
def due(ws: Workspace, station: Station, bookings: Sequence[Booking]) -> Booking:
    """The appointment that somebody comes for: the first that is not over and has no ticket, else the last."""
    now = ws.hall_clock.now_ms()
    return next((each for each in bookings if each.end_ms > now and not each.ticket_id), bookings[-1])


@needs(Permission.TICKETS)
def slot_of(ws: Workspace, ticket: Ticket) -> Slot | None:
    """The slot that a ticket was given for, its end where this device was told of the appointment; ``None`` for one
    that queues like everybody's."""
    if ticket.lane != "booked" or not ticket.slot_ms:
        return None
    with translated(ws.journal.path):
        known = store.of_ticket(ws.journal.read(), ticket.ticket_id)
    zone = ws.config.timezone
    begin, now = local_time(ticket.slot_ms, zone), local_time(ws.hall_clock.now_ms(), zone)
    end = local_time(known.end_ms, zone) if known is not None else None
    over = now > (end or begin + SLOT)
    return Slot(begin=begin, end=end, clock="before" if now < begin else "after" if over else "now")


@needs(Permission.TICKETS)
def check_in(ws: Workspace, station: Station, booking: Booking) -> Taken:
    """The ticket of an appointment; asked again it is the one it has.

    Raises:
        TicketRefused: ``booking_other_day``, ``booking_over``, or as ``ticketing.take``.
    """
    with translated(ws.journal.path):
        read = ws.journal.read()
        now = store.of_code(read, booking.code) or booking
        has = ticket_of(read, now.ticket_id) if now.ticket_id else None
    if has is not None:
        return Taken(ticket=has, already=True, offline=not station.online)
    day = ws.hall_clock.today()
    if now.day != day:
        message = f"这个预约是{now.day.isoformat()}的，今天是{day.isoformat()}"
        raise TicketRefused("booking_other_day", message, field="code", hint="请按预约的日子来，或取普通号")
    if ws.hall_clock.now_ms() > now.end_ms:
        hint = "请取普通号；每个业务照样可以取号"
        raise TicketRefused("booking_over", "预约的时段已经过了", field="code", hint=hint)
    wish = wish_for(ws, now.business, lane="booked", slot_ms=now.begin_ms)
    # The same appointment is the same ticket, also at another station of the hall.
    name = f"{ws.config.hall.office}/{now.day.isoformat()}/{now.code}"
    wish = replace(wish, person=now.person, ticket_id=str(uuid.uuid5(_TICKETS, name)))
    try:
        taken = take(ws, station, wish)
        if taken.already and taken.ticket.lane != "booked" and taken.ticket.state is TicketState.WAITING:
            # They took a number like everybody before they showed the appointment: it counts all the same.
            ticket_moves.void(ws, station, taken.ticket.ticket_id, "改用预约号")
            taken = take(ws, station, wish)
    except TicketRefused as error:
        if error.code != "ticket_of_another":
            raise
        hint = "看看手里有没有号票；没有就到咨询台"
        raise TicketRefused("booking_taken", "这个预约已经在另一台取号机取过号", field="code", hint=hint) from None
    with ws.journal.write() as tx:
        store.gave(tx, now.code, taken.ticket.ticket_id)
    return taken


def _rows(content: bytes) -> list[dict[str, Any]]:
    if len(content) > MOST_BYTES:
        raise _wrong(0, f"文件太大（最多{MOST_BYTES // 1_000_000}MB）")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(0, "不是 UTF-8 编码") from None
    rows: list[Any]
    if text.lstrip()[:1] in ("[", "{"):
        try:
            rows = msgspec.json.decode(text, type=list[dict[str, Any]])
        except (msgspec.MsgspecError, RecursionError):
            raise _wrong(0, "不是由对象组成的 JSON 列表") from None
    else:
        try:
            reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
            rows = [{key: value for key, value in row.items() if value not in ("", None)} for row in reader]
        except csv.Error:
            raise _wrong(0, "不是能读的 CSV") from None
    if not rows or len(rows) > MOST:
        raise _wrong(0, "没有预约" if not rows else f"预约太多（一个文件最多{MOST}条）")
    return rows


def _booking(ws: Workspace, row: int, values: dict[str, Any]) -> Booking:
    unknown = [str(key) for key in values if key not in _KEYS]
    if unknown:
        raise _wrong(row, f"没有“{unknown[0][:20]}”这一列")
    texts = {key: value.strip() for key, value in values.items() if isinstance(value, str)}
    missing = [key for key in ("code", "business", "begin") if not texts.get(key)]
    if missing or len(texts) != len(values):
        raise _wrong(row, f"缺少 {missing[0]}" if missing else "每一列都要是文字")
    code = texts["code"].upper()
    if not _CODE.fullmatch(code):
        raise _wrong(row, "code 要是 4 到 32 位字母、数字或连字符")
    begin = _time(ws, row, "begin", texts["begin"])
    end = _time(ws, row, "end", texts["end"]) if texts.get("end") else begin + SLOT
    if not begin < end <= begin + dt.timedelta(hours=12):
        raise _wrong(row, "end 要晚于 begin，同一天之内")
    try:
        key = business(ws, texts["business"]).key
        person = ""
        if number := texts.get("id_number"):
            person = person_digest(secrets(ws)[0], card_number(number, begin.date()), begin.date())
    except BadIdentity:
        raise _wrong(row, "id_number 不是正确的证件号码") from None
    except HallError as error:
        raise _wrong(row, error.message) from None
    return Booking(
        code=code, day=begin.date(), business=key, begin_ms=_ms(begin), end_ms=_ms(end), person=person
    )  # fmt: skip


def _time(ws: Workspace, row: int, key: str, text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(row, f"{key} 不是时间（2026-11-23 09:30）") from None
    zone = ws.config.timezone
    found = found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
    if not 2020 <= found.year < 2100:
        raise _wrong(row, f"{key} 的年份不对")
    return found


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def _wrong(row: int, what: str) -> BadInput:
    where = f"第{row}条预约：" if row else ""
    return BadInput("bad_bookings", f"{where}{what}", field=f"row {row}" if row else "file", hint=_FORM)
