"""What an applicant may ask about their case with what stands on its papers: the reference and the query code.

Whoever has both is told how the case stands, what is missing by the names of materials, dates, and where to go: no
name, number or address of anybody, and no word that somebody typed. Without the right code nobody learns whether a
case exists.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections import OrderedDict
from typing import Final

import msgspec
from msgspec import Struct

from central.counting import ZONE, calendar
from central.store import Db, Store
from hall.case import Case, CaseState
from hall.deadlines import CaseClock, case_clock
from hall.errors import BadInput
from hall.moments import local_time
from hall.reference import OFFICE_LENGTH, parse_reference, query_code
from hall.telling import STATE_NAMES
from hall.verdict import TickState

S = CaseState
AT_ONCE: Final = 20
EVERY_MS: Final = 3_000
"""How many times in a row an address may ask, and how long each further time takes to come back."""
ADDRESSES: Final = 10_000
"""Addresses that are remembered; the one that asked longest ago is forgotten first."""
_LETTERS: Final = str.maketrans("ILOU", "110V")
_cases = msgspec.json.Decoder(Case)

NEXT: Final[dict[CaseState, str]] = {
    S.RECEIVED: "窗口已收下材料，正在核对。五个工作日内会告知是否受理；逾期没有告知，自收件之日起就算受理。",
    S.NOTICED: "还缺下面的材料，补齐后交到大厅任何一个综合窗口。",
    S.ACCEPTED: "已经受理，正在办理。",
    S.TOLERATED: "已经容缺受理，正在办理。下面的材料请在承诺的日期前补齐。",
    S.REFUSED: "不予受理，理由和救济途径写在《不予受理通知书》上。",
    S.DECIDED: "已经作出决定，请凭证件和取件单领取。",
    S.DELIVERED: "结果已经领取或寄出。",
    S.FILED: "已经办结归档。",
    S.WITHDRAWN: "申请已经撤回。",
    S.RETURNED: "已经退件，理由写在《退件通知单》上。",
    S.TERMINATED: "已经终止办理，理由写在《终止办理通知书》上。",
}
_LACKS: Final[dict[TickState, str]] = {TickState.MISSING: "没有交", TickState.PROMISED: "还没有补交"}


class Answer(Struct, frozen=True, kw_only=True):
    """What is told of a case. ``dates`` are labels, days in order and whether each may move, ``missing`` names of
    materials and what is wrong, ``fee_open`` what is still to be paid, in fen."""

    reference: str
    state: str
    next: str
    matter: str
    department: str
    dates: tuple[tuple[str, dt.date, bool], ...]
    missing: tuple[tuple[str, str], ...]
    fee_open: int
    hall: str
    address: str
    hours: str
    phone: str
    now: dt.datetime


class Unknown(Exception):
    """No case has this reference and this code. ``hint`` says what may be mistyped, from the reference alone."""

    def __init__(self, hint: str = "") -> None:
        super().__init__("unknown")
        self.hint = hint


async def ask(store: Store, reference: str, code: str, now_ms: int) -> Answer:
    """How a case stands.

    Raises:
        Unknown: there is none with this reference and code.
    """
    return await store.read(lambda db: _look(db, reference[:80], code, now_ms))


async def _look(db: Db, typed: str, code: str, now_ms: int) -> Answer:
    rows = []
    for reference in await _meant(db, typed):
        rows += await db.rows("SELECT case_id FROM case_ WHERE reference = $1", reference)
    # Whether there is such a case takes as long to find out as whether the code is right.
    right = [row[0] for row in rows or [("",)] if hmac.compare_digest(_tidy(query_code(row[0])), _tidy(code))]
    if not rows or not right:
        raise Unknown
    (row,) = await db.rows("SELECT snapshot FROM case_ WHERE case_id = $1", right[0])
    return told(_cases.decode(bytes(row[0])), now_ms)


async def _meant(db: Db, typed: str) -> list[str]:
    """The references that may be meant: without its dashes one reads differently for offices of other lengths.

    Raises:
        Unknown: it is none.
    """
    offices = await db.rows("SELECT DISTINCT LENGTH(office) FROM incarnation")
    try:
        return sorted({str(parse_reference(typed, office_length=row[0])) for row in offices or [(OFFICE_LENGTH,)]})
    except BadInput as error:
        raise Unknown(error.message) from None


def told(case: Case, now_ms: int) -> Answer:
    """The case in the words of the page, field by field."""
    now = local_time(now_ms, ZONE)
    clock = case_clock(case, calendar(), now.date())
    hall = case.matter.hall
    return Answer(
        reference=case.reference,
        state=STATE_NAMES[case.state],
        next=NEXT.get(case.state, ""),
        matter=case.matter.name,
        department=case.matter.department.name,
        dates=_dates(case, clock),
        missing=tuple((gap.name, _LACKS.get(gap.state, "需要更正或重交")) for gap in case.gaps) if _waits(case) else (),
        fee_open=max(0, case.fee_open),
        hall=hall.name,
        address=hall.address,
        hours=hall.hours,
        phone=hall.phone,
        now=now,
    )


def _waits(case: Case) -> bool:
    return case.state in (S.NOTICED, S.TOLERATED)


def _dates(case: Case, clock: CaseClock) -> tuple[tuple[str, dt.date, bool], ...]:
    """Label, day, and whether it may still move: the days off of its year are not known."""
    promised = min((promise.until for promise in case.promises), default=None)
    found = (
        ("收件", case.received, False),
        ("告知不晚于", clock.notice_due, clock.provisional),
        ("补正截止", clock.respond_by, clock.provisional),
        ("受理", case.accepted, False),
        ("承诺补齐", promised if case.state is S.TOLERATED else None, False),
        ("承诺办结", clock.promised, clock.provisional),
        ("法定办结", clock.statutory, clock.provisional),
        ("决定", case.decision.day if case.decision else None, False),
        ("可领取", case.decision.collect_from if case.decision and case.state is S.DECIDED else None, False),
    )
    return tuple((label, day, moves) for label, day, moves in found if day is not None)


def _tidy(code: str) -> bytes:
    """A code as typed: any case, with or without dash and blanks, letters for digits that look like them."""
    kept = "".join(char for char in code[:40].upper() if char.isascii() and char.isalnum())
    return kept.translate(_LETTERS).encode()


class Throttle:
    """How often each address may ask; in the memory of this process, for a while."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_ms(self, address: str, now_ms: int) -> int:
        """Count one more time that ``address`` asks: 0, or how long it must wait first."""
        left, at = self._left.pop(address, (float(AT_ONCE), now_ms))
        left = min(float(AT_ONCE), left + max(0, now_ms - at) / EVERY_MS)
        wait = 0 if left >= 1 else int((1 - left) * EVERY_MS) + 1
        self._left[address] = (left if wait else left - 1, now_ms)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return wait
