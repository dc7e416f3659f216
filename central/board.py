"""What a board in the hall may show: numbers, states and lights of the hall's own cases (domain.md §9: no publication).

Built field by field from the folded case, so that a new field of a case is never shown because somebody forgot it.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from central.store import Db, Store
from hall.calendar import WorkCalendar
from hall.case import Case
from hall.deadlines import case_clock
from hall.telling import STATE_NAMES
from hall.wire_clerks import BoardCase, BoardReply

ZONE = ZoneInfo("Asia/Shanghai")
_cases = msgspec.json.Decoder(Case)


@lru_cache(maxsize=1)
def _calendar() -> WorkCalendar:
    return WorkCalendar.default()


async def cases(store: Store, office: str, limit: int, now_ms: int) -> BoardReply:
    """The cases of a hall that changed last, the newest first."""

    async def look(db: Db) -> list[bytes]:
        rows = await db.rows(
            "SELECT snapshot FROM case_ WHERE office = $1 ORDER BY server_seq DESC LIMIT $2", office, limit
        )
        return [bytes(row[0]) for row in rows]

    today = dt.datetime.fromtimestamp(now_ms / 1000, ZONE).date()
    return BoardReply(cases=[_shown(_cases.decode(body), today) for body in await store.read(look)])


def _shown(case: Case, today: dt.date) -> BoardCase:
    clock = case_clock(case, _calendar(), today)
    return BoardCase(
        reference=case.reference,
        state=str(case.state),
        state_name=STATE_NAMES[case.state],
        light=str(clock.light),
        due=clock.promised.isoformat() if clock.promised else "",
    )
