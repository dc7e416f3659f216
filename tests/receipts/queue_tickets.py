"""A ticket of the queue as data, for tests and the bench."""

from __future__ import annotations

import datetime as dt

from hall import ticket_code as c
from hall.ticketing import TicketIssued
from receipts.queue_ticket import QueueTicket
from tests.hall.replicas import KEY

DAY = dt.date(2026, 11, 23)
ISSUED = TicketIssued(
    business="construction", letter="D", serial=12, day=DAY, at_ms=1_790_000_000_000, lane="priority",
    priority="重病患者的陪同家属", reference="SL01-A1-00001-T", person="ab" * 8, station="T1",
)  # fmt: skip
CODE = c.encode(c.TicketCode(ticket_id="01a2b3c4-d5e6-7f01-8a2b-3c4d5e6f7081", issued=ISSUED), KEY)
TICKET = QueueTicket(
    hall="示例市政务服务中心", business="工程建设与不动产", number="D012", issued=dt.datetime(2026, 11, 23, 9, 15),
    line=c.line("D012", DAY), code=CODE, where="2层D区", ahead=5, wait="range", least=12, most=25,
)  # fmt: skip
