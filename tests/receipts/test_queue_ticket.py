"""The ticket of the queue: its number is the largest thing on it, its codes scan, and it says what it knows only."""

from __future__ import annotations

import datetime as dt

import pytest
import zxingcpp
from msgspec.structs import replace

from clerk_tui.printing.ticket import escpos
from hall import ticket_code as c
from hall.queueing import Slot
from hall.replica_envelope import KnownKey, key_id
from receipts.document import decode, encode
from receipts.fonts import FontSet
from receipts.ops import Text
from receipts.queue_ticket import QueueTicket, ticket_document
from receipts.render import render
from receipts.slip import slip
from receipts.slip_parts import DOT, HEAD_DOTS, PAPER_DOTS
from tests.clerk_tui.printing.tickets import printed
from tests.hall.replicas import KEY
from tests.receipts.queue_tickets import CODE, DAY, ISSUED, TICKET
from tests.receipts.reading import joined, read_text

HALF_PAST_NINE = Slot(
    begin=dt.datetime(2026, 11, 23, 9, 30), end=dt.datetime(2026, 11, 23, 10), clock="before"
)  # fmt: skip


def words(ticket: QueueTicket) -> str:
    return joined(read_text(render(ticket_document(ticket), form="slip").pdf))


def test_both_codes_scan_as_a_thermal_head_prints_them_and_open_offline() -> None:
    (ticket,) = printed(escpos(render(ticket_document(TICKET), form="slip").pdf))
    found = {code.text for code in zxingcpp.read_barcodes(ticket)}
    assert found == {CODE, "TKT-D012-1123"}
    public = KEY.public_key().public_bytes_raw()
    keys = {key_id(public): KnownKey(public_key=public)}
    assert c.decode(max(found, key=len), keys, DAY).issued == ISSUED


@pytest.mark.parametrize("number", ["A001", "D012", "A10234", "AB1000000"])
def test_the_number_is_the_largest_thing_and_never_broken(number: str, fonts: FontSet) -> None:
    (page,) = slip(ticket_document(replace(TICKET, number=number)), fonts)
    texts = [op for op in page.ops if isinstance(op, Text)]
    largest = max(texts, key=lambda op: op.size)
    assert largest.text == number
    assert largest.size > 2 * max(op.size for op in texts if op is not largest)
    left, right = (PAPER_DOTS - HEAD_DOTS) / 2 * DOT, (PAPER_DOTS + HEAD_DOTS) / 2 * DOT
    for op in texts:
        assert left - 0.01 <= op.x and op.x + fonts.width(op.text, op.size, op.bold) <= right + 0.01


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        ({}, ("前面还有", "5人", "约12–25分钟", "请到2层D区等候叫号"), ("优先", "预约", "补打")),
        ({"ahead": 0, "least": 0, "most": 1}, ("0人", "马上"), ("约",)),
        ({"wait": "nobody"}, ("暂无窗口办理",), ("分钟",)),
        ({"wait": "offline", "ahead": -1}, ("以叫号为准",), ("前面还有", "分钟")),
        ({"lane": "priority", "priority": "孕妇"}, ("优先孕妇",), ()),
        (
            {"lane": "booked", "slot": HALF_PAST_NINE},
            ("您的预约时段09:30–10:00", "Yourappointment:09:30–10:00", "叫号到时优先"),
            ("分钟", "前面还有", "预计等候"),
        ),
        (
            {"lane": "booked", "slot": replace(HALF_PAST_NINE, end=None, clock="now")},
            ("您的预约时段09:30起", "Yourappointment:from09:30", "叫号现在优先"),
            ("分钟", "前面还有"),
        ),
        (
            {"lane": "booked", "slot": replace(HALF_PAST_NINE, clock="after")},
            ("您的预约时段09:30–10:00", "5人", "约12–25分钟"),
            ("到时优先", "现在优先"),
        ),
        (
            {"lane": "booked", "slot": HALF_PAST_NINE, "wait": "offline", "ahead": -1},
            ("您的预约时段09:30–10:00", "以叫号为准"),
            ("到时优先", "现在优先"),
        ),
        ({"lane": "return", "reference": "SL01-A1-00001-T"}, ("补正、取件", "SL01-A1-00001-T"), ()),
        ({"reprint": 2, "where": ""}, ("补打2", "请等候叫号"), ()),
    ],
)
def test_it_says_what_is_known_and_nothing_else(
    changes: dict[str, object], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    found = words(replace(TICKET, **changes))
    assert all(word in found for word in (*said, "D012", "工程建设与不动产", "2026年11月23日09:15取号")), found
    assert not any(word in found for word in unsaid), found


def test_the_same_ticket_is_the_same_paper_also_after_a_journey() -> None:
    document = ticket_document(TICKET)
    assert decode(encode(document)) == document
    assert render(document, form="slip").pdf == render(document, form="slip").pdf
