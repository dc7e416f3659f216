"""What the centre tells a board in the hall: counts, numbers of cases and times; nobody's name and nothing made of one.

Whoever asks may be a kiosk, whose credential reads and nothing else.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from msgspec import Struct

from hall.deadlines import LightRule
from hall.wire_oversight import DeviceStatus

MOST_CASES = 200
"""Most cases of one answer."""
PERIOD_DAYS = 30
"""Days that departments are compared over, today among them."""
HolderWord = Literal["window", "unit", "applicant", "procedure"]
LightWord = Literal["green", "yellow", "red", "dark_red", "none"]


AboutWord = Literal["notices", "promise"]
HappenedWord = Literal["", "noticed", "noticed_again", "refused", "late", "past_law"]
HAPPENED: Final[tuple[HappenedWord, ...]] = ("noticed", "noticed_again", "refused", "late", "past_law")


class _Message(Struct, frozen=True, kw_only=True):
    """Base of replies. Unknown keys are kept out, not refused: newer sides may say more."""


class BoardCase(_Message, frozen=True):
    """A case as a board in the hall may show it: no name, no number of a person.

    ``holder`` is whose turn it is (``hall.stages.Holder``) since ``since_ms``; the minutes are how long each side has
    had the case until now, by the clock. ``case_id`` is its identity, which tells it from another case with its number
    (empty: an older centre). Of a case that is listed for what it had in the last ``PERIOD_DAYS``, ``happened`` is the
    gravest of that, on ``happened_on`` (the last time), ``times`` in those days.
    """

    reference: str
    state: str
    state_name: str
    light: str
    due: str = ""
    statutory: str = ""
    matter: str = ""
    department: str = ""
    holder: str = ""
    since_ms: int = 0
    window_min: int = 0
    unit_min: int = 0
    applicant_min: int = 0
    procedure_min: int = 0
    notices: int = 0
    case_id: str = ""
    happened: HappenedWord = ""
    happened_on: str = ""
    times: int = 0


class BoardReply(_Message, frozen=True):
    """Cases of the hall, masked. ``same_number``: further cases, open or not, that bear the number of one of them."""

    cases: list[BoardCase]
    same_number: list[BoardCase] = []


class OpenCases(_Message, frozen=True):
    """How many open cases of a department are with whom under which light."""

    department: str
    holder: HolderWord
    light: LightWord
    count: int


class Done(_Message, frozen=True):
    """What happened in a department (or in the hall) in some days.

    ``early``, ``on_day``, ``late``, ``past_law`` are the decided cases against the promised day and the law's;
    the minutes are sums over the decided cases until the decision. ``noticed`` are first notices, ``noticed_again``
    further ones (行政许可法 art. 72(4): for supervisors).
    """

    department: str = ""
    received: int = 0
    accepted: int = 0
    tolerated: int = 0
    noticed: int = 0
    noticed_again: int = 0
    refused: int = 0
    decided: int = 0
    delivered: int = 0
    withdrawn: int = 0
    returned: int = 0
    terminated: int = 0
    early: int = 0
    on_day: int = 0
    late: int = 0
    past_law: int = 0
    window_min: int = 0
    unit_min: int = 0
    applicant_min: int = 0
    procedure_min: int = 0


class DayCount(_Message, frozen=True):
    """One day of the hall."""

    day: dt.date
    received: int = 0
    noticed: int = 0
    decided: int = 0


class HourCount(_Message, frozen=True):
    """One hour of today."""

    hour: int
    received: int = 0
    noticed: int = 0
    decided: int = 0


class BoardAlarm(_Message, frozen=True):
    """A silent call for help that nobody has seen to: at which window, and when it came in (Unix ms); nobody's name."""

    window: str
    received_ms: int


class BoardFigures(_Message, frozen=True):
    """The hall at a glance. ``due_today`` and ``due_tomorrow`` are open cases whose last promised day that is;
    ``alarms`` the newest that wait; ``period`` the departments over ``PERIOD_DAYS``; ``days`` its days that had
    something. ``role`` is that of the device that asks: a board only works with a kiosk's."""

    day: dt.date
    now_ms: int
    rule: LightRule
    open: list[OpenCases]
    due_today: int
    due_tomorrow: int
    today: Done
    period: list[Done]
    days: list[DayCount]
    hours: list[HourCount]
    devices: list[DeviceStatus]
    role: str = ""
    set_aside: int = 0
    conflicts: int = 0
    dead_letters: int = 0
    deliveries_waiting: int = 0
    deliveries_dead: int = 0
    alarms: list[BoardAlarm] = []
