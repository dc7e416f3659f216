"""The ticket of the queue on 80 mm: the number first and largest, then where to wait and how long, then the codes.

Nobody's name is on it. As a document it is a paper of the kind ``ticket``: ``title`` is the business, ``number`` the
number, ``department`` where to wait, ``reference`` the line in Code 128, ``qr`` the signed code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from hall.queueing import Slot
from hall.ticketing import Lane
from receipts.document import Document, KeyValues, Notice
from receipts.forms import TICKET
from receipts.ops import Box, Strip
from receipts.setter import Setter
from receipts.slip_parts import BODY, GAP, SMALL, bars, qr_over, rule, said

_NUMBER: Final = 76.0
"""Size of the number in points: read from two metres away."""
_QR_DOTS: Final = 5
WaitKind = Literal["range", "unsure", "nobody", "offline"]


class QueueTicket(Struct, frozen=True, kw_only=True):
    """What stands on a ticket. ``issued`` is the hall's local time; ``slot`` that of an appointment.

    ``wait``: ``range`` with ``least`` and ``most`` minutes, ``unsure``: so long that the turn may not come that
    day, ``nobody`` serves the business now, ``offline``: nobody can know. ``ahead`` is -1 where it is not known.
    ``line`` and ``code`` are those of ``hall.ticket_code``.
    """

    hall: str
    business: str
    number: str
    issued: dt.datetime
    line: str
    code: str
    where: str = ""
    lane: Lane = "normal"
    priority: str = ""
    slot: Slot | None = None
    reference: str = ""
    ahead: int = -1
    wait: WaitKind = "offline"
    least: int = 0
    most: int = 0
    reprint: int = 0


def ticket_document(ticket: QueueTicket) -> Document:
    """The content of the paper."""
    slot = ticket.slot
    marks = {
        "normal": "",
        "priority": f"优先　{ticket.priority}",
        "booked": f"您的预约时段 {_hours(slot, '{}起')}" if slot else "预约",
        "return": "补正、取件　优先安排",
    }[ticket.lane]
    # Whoever was promised a time is not told another; past it they wait like everybody and are told how long.
    promised = slot is not None and slot.clock != "after" and ticket.wait != "offline"
    pairs = [("前面还有", f"{ticket.ahead} 人")] if ticket.ahead >= 0 and not promised else []
    if promised and slot is not None:
        pairs.append(("叫号", "到时优先" if slot.clock == "before" else "现在优先"))
    else:
        pairs.append(("预计等候", wait_words(ticket.wait, ticket.least, ticket.most)))
    if ticket.reference:
        pairs.append(("收件编号", ticket.reference))
    taken = f"{ticket.issued:%Y年%m月%d日 %H:%M} 取号"
    return Document(
        kind=TICKET,
        title=ticket.business,
        organisation=ticket.hall,
        department=f"请到{ticket.where}等候叫号" if ticket.where else "请等候叫号",
        number=ticket.number,
        reference=ticket.line,
        blocks=(*((Notice((marks,), second=_in_english(slot)),) if marks else ()), KeyValues(tuple(pairs))),
        qr=ticket.code,
        qr_caption=("到窗口时出示", "网络不通时窗口扫此码叫号"),
        footer=(taken, "当日有效，过号后请尽快到取号机或窗口说明"),
        reprint=ticket.reprint,
    )


def _hours(slot: Slot, begins: str) -> str:
    """The slot by the clock, ``10:00–10:30``; ``begins`` says it of one whose end is not known."""
    return f"{slot.begin:%H:%M}–{slot.end:%H:%M}" if slot.end else begins.format(f"{slot.begin:%H:%M}")


def _in_english(slot: Slot | None) -> tuple[str, ...]:
    return (f"Your appointment: {_hours(slot, 'from {}')}",) if slot else ()


def wait_words(kind: WaitKind, least: int, most: int) -> str:
    """The wait as people are told it: a range, never one number that would be wrong."""
    if kind == "nobody":
        return "暂无窗口办理"
    if kind == "offline":
        return "以叫号为准"
    if kind == "unsure":
        return "很久，今天不一定轮到"
    if most <= 1:
        return "马上"
    return f"约 {least}–{most} 分钟"


def ticket_strips(setter: Setter, document: Document) -> Iterator[Strip]:
    """The ticket from top to bottom."""
    yield from said(setter, document.organisation, BODY, align="center")
    yield rule(setter, heavy=True)
    yield from said(setter, document.title, 15.0, align="center", bold=True, before=4.0)
    yield from said(setter, document.number, _size(setter, document.number), align="center", bold=True, leading=1.12)
    for block in document.blocks:
        if isinstance(block, Notice):
            yield from _mark(setter, block.lines[0])
            for line in block.second:
                yield from said(setter, line, SMALL, align="center", before=1.0)
    yield from said(setter, document.department, 12.0, align="center", bold=True, before=3.0)
    yield rule(setter)
    for block in document.blocks:
        if isinstance(block, KeyValues):
            yield from _pairs(setter, block)
    yield rule(setter)
    yield from qr_over(setter, document.qr, document.qr_caption, most_dots=_QR_DOTS)
    yield from bars(setter, document.reference)
    yield rule(setter)
    again = (f"补打 {document.reprint}",) if document.reprint else ()
    for line in (*again, *document.footer):
        yield from said(setter, line, BODY if line in again else SMALL, align="center", bold=line in again)


def _size(setter: Setter, number: str) -> float:
    """As large as the paper allows; a number of seven characters is set smaller, not broken."""
    wide = setter.fonts.width(number, _NUMBER, True)
    return _NUMBER * min(1.0, setter.width / wide) if wide else _NUMBER


def _mark(setter: Setter, text: str) -> Iterator[Strip]:
    """Why it is called sooner, white on black is what a thermal head prints worst: black in a frame."""
    size = 13.0
    for number, strip in enumerate(said(setter, text, size, align="center", bold=True)):
        frame = Box(setter.left + 14, -1.5, setter.width - 28, strip.height + 3, stroke=1.2, grey=0.0, radius=3.0)
        yield Strip(strip.height + 3, (frame, *strip.ops) if not number else strip.ops, 0.0 if number else 2.0)


def _pairs(setter: Setter, block: KeyValues) -> Iterator[Strip]:
    """Labels at the left, what they say large at the right."""
    for number, (label, value) in enumerate(block.pairs):
        size = 13.0 if setter.fonts.width(value, 13.0, True) < setter.width * 0.68 else BODY
        step = 13.0 * 1.45
        ops = [
            setter.line(label, setter.left, 0, setter.width, 10.0, step / 10.0),
            setter.line(value, setter.left, 0, setter.width, size, step / size, "right", True),
        ]
        yield Strip(step, tuple(ops), 0.0 if number else GAP / 2)
