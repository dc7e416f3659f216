"""A hall on an ordinary morning, as the centre tells a display and a board."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from clerk_tui.services.hall_watch import Choice, Seen
from clerk_tui.services.local_journal import Local
from clerk_tui.widgets.hall_bar import Sign
from hall import queue_wire as q
from hall import wire_board as w
from hall.deadlines import LightRule
from hall.wire_oversight import DeviceStatus

DAY = dt.date(2026, 11, 23)
ZONE = ZoneInfo("Asia/Shanghai")
NOW = int(dt.datetime.combine(DAY, dt.time(10, 40), ZONE).timestamp() * 1000)
MINUTE = 60_000
SIGN = Sign(
    "示例市政务服务中心",
    (
        ("company", "企业开办与市场监管"),
        ("tax-insurance", "税务与社保公积金"),
        ("household", "户籍与出入境"),
        ("construction", "工程建设与不动产"),
        ("livelihood", "民政、卫生与交通"),
    ),
)


def _business(key: str, waiting: int, longest: int, mean: float, windows: int, finished: int) -> q.BusinessFigures:
    return q.BusinessFigures(
        business=key,
        waiting=waiting,
        longest_min=longest,
        wait_min=mean,
        windows=windows,
        finished=finished,
        called=1 if windows else 0,
        serving=max(0, windows - 1),
        passed=finished // 9,
    )


def _window(
    name: str, state: q.WindowState, number: str = "", ticket: str = "", since: int = 5, **more: object
) -> q.WindowFigures:
    values = {"businesses": ["company"], "seen_ms": NOW - 20_000, "since_ms": NOW - 95 * MINUTE} | more
    return q.WindowFigures(
        window=name,
        state=state,
        number=number,
        ticket_state=ticket,
        ticket_since_ms=NOW - since * MINUTE if number else 0,
        **values,  # type: ignore[arg-type]
    )


QUEUE = q.FiguresReply(
    day=DAY,
    now_ms=NOW,
    businesses=[
        _business("company", 7, 18, 11.4, 3, 41),
        _business("construction", 3, 34, 16.0, 1, 12),
        _business("household", 4, 9, 6.2, 2, 38),
        _business("livelihood", 2, 12, 0.0, 0, 0),
        _business("tax-insurance", 0, 0, 4.8, 2, 29),
    ],
    windows=[
        _window("1", "open", "A046", "serving", 6),
        _window("2", "open", "A047", "called", 0, lease_left_ms=64_000),
        _window("3", "open", "A044", "serving", 52),
        _window("4", "open", "B030", "serving", 3, businesses=["tax-insurance"]),
        _window("5", "paused", reason="午餐轮换", since_ms=NOW - 12 * MINUTE, businesses=["tax-insurance"]),
        _window("6", "open", businesses=["household"], seen_ms=NOW - 41 * MINUTE, there=False),
        _window("7", "open", "C039", "serving", 8, businesses=["household", "livelihood"]),
        _window("8", "open", businesses=["construction"]),
        _window("9", "closed", businesses=["construction"], there=False),
    ],
    calls=[
        q.LastCall(number="A047", window="2", at_ms=NOW - 12_000, calls=1, state="called"),
        q.LastCall(number="C039", window="7", at_ms=NOW - 8 * MINUTE, calls=2, state="serving"),
        q.LastCall(number="B030", window="4", at_ms=NOW - 9 * MINUTE, calls=1, state="serving"),
        q.LastCall(number="A046", window="1", at_ms=NOW - 10 * MINUTE, calls=1, state="serving"),
        q.LastCall(number="C038", window="6", at_ms=NOW - 14 * MINUTE, calls=3, state="passed"),
    ],
    hours=[
        q.HourFigures(hour=8, days=1, arrivals=9, taken=9, wait_min=2.1, service_min=7, served=8),
        q.HourFigures(hour=9, days=1, arrivals=63, taken=63, wait_min=14.2, service_min=8.4, served=58),
        q.HourFigures(hour=10, days=1, arrivals=41, taken=41, wait_min=11.0, service_min=8.1, served=30),
    ],
    told_seen=96,
    told_right=0.83,
)


def _open(department: str, holder: str, light: str, count: int) -> w.OpenCases:
    return w.OpenCases(department=department, holder=holder, light=light, count=count)  # type: ignore[arg-type]


def _done(department: str, received: int, decided: int, late: int, past: int, again: int) -> w.Done:
    return w.Done(
        department=department,
        received=received,
        decided=decided,
        noticed=received // 6,
        noticed_again=again,
        refused=received // 40,
        late=late,
        past_law=past,
        on_day=decided // 5,
        early=decided - decided // 5 - late - past,
        window_min=decided * 95,
        unit_min=decided * (2600 + 900 * late),
        accepted=received - received // 6,
    )


BOARD = w.BoardFigures(
    day=DAY,
    now_ms=NOW,
    role="kiosk",
    rule=LightRule(),
    open=[
        _open("市场监管局", "window", "green", 12),
        _open("市场监管局", "unit", "green", 84),
        _open("市场监管局", "unit", "yellow", 9),
        _open("市场监管局", "applicant", "none", 14),
        _open("住建局", "unit", "green", 22),
        _open("住建局", "unit", "yellow", 6),
        _open("住建局", "unit", "red", 4),
        _open("住建局", "unit", "dark_red", 1),
        _open("住建局", "procedure", "green", 3),
        _open("公安局", "unit", "green", 18),
        _open("公安局", "window", "yellow", 2),
        _open("自然资源局", "window", "red", 1),
        _open("自然资源局", "unit", "green", 9),
    ],
    due_today=3,
    due_tomorrow=8,
    today=w.Done(
        received=38,
        accepted=29,
        tolerated=2,
        noticed=5,
        noticed_again=1,
        refused=1,
        decided=21,
        delivered=17,
        early=16,
        on_day=3,
        late=2,
        window_min=1_900,
        unit_min=52_000,
    ),
    period=[
        _done("住建局", 96, 80, 9, 1, 4),
        _done("公安局", 312, 305, 0, 0, 0),
        _done("市场监管局", 644, 610, 3, 0, 2),
        _done("自然资源局", 71, 66, 1, 0, 0),
    ],
    days=[
        w.DayCount(day=DAY - dt.timedelta(days=ahead), received=44 + (ahead * 7) % 19, decided=41 + (ahead * 5) % 17)
        for ahead in range(29, -1, -1)
        if (DAY - dt.timedelta(days=ahead)).weekday() < 5
    ],
    hours=[
        w.HourCount(hour=8, received=3),
        w.HourCount(hour=9, received=21, noticed=3, decided=9),
        w.HourCount(hour=10, received=14, noticed=3, decided=12),
    ],
    devices=[
        DeviceStatus(
            device="d1", role="clerk", codes=["A1"], revoked=False, seen_ms=NOW - 9_000, silent=False, app_v="0.1"
        ),
        DeviceStatus(
            device="d2",
            role="clerk",
            codes=["A2", "W03"],
            revoked=False,
            seen_ms=NOW - 31 * 3_600_000,
            silent=True,
            pending=12,
            oldest_ms=NOW - 31 * 3_600_000,
            app_v="0.1",
        ),
        DeviceStatus(
            device="d3",
            role="clerk",
            codes=["A3"],
            revoked=False,
            seen_ms=NOW - 4 * MINUTE,
            silent=False,
            pending=3,
            oldest_ms=NOW - 5 * MINUTE,
            app_v="0.1",
        ),
        DeviceStatus(
            device="d4", role="station", codes=["T1"], revoked=False, seen_ms=NOW - 2_000, silent=False, app_v="0.1"
        ),
        DeviceStatus(device="d5", role="kiosk", codes=["K1"], revoked=False, seen_ms=NOW - 1_000, silent=False),
        DeviceStatus(
            device="d6", role="clerk", codes=["A0"], revoked=True, seen_ms=NOW - 90 * 86_400_000, silent=False
        ),
    ],
    set_aside=2,
    conflicts=1,
)


def _case(number: int, matter: str, light: str, due: str, **more: object) -> w.BoardCase:
    values = {
        "department": "住建局",
        "holder": "unit",
        "state": "accepted",
        "state_name": "已受理",
        "since_ms": NOW - 9 * 86_400_000,
        "window_min": 96,
        "unit_min": 9 * 1440,
        "statutory": "2026-12-04",
    }
    return w.BoardCase(
        reference=f"SL01-A1-{number:05d}-7",
        matter=matter,
        light=light,
        due=due,
        **(values | more),  # type: ignore[arg-type]
    )


def _had(
    number: int, matter: str, what: w.HappenedWord, day: str, due: str = "2026-11-20", **more: object
) -> w.BoardCase:
    """A case that is listed for what it had."""
    had = {"times": 1, "holder": "nobody", "happened": what, "happened_on": day}
    return _case(number, matter, "none", due, **had | more)


CASES = w.BoardReply(
    cases=[
        _case(
            412,
            "建筑工程施工许可证核发",
            "dark_red",
            "2026-11-02",
            since_ms=NOW - 31 * 86_400_000,
            unit_min=31 * 1440,
            notices=1,
        ),
        _case(437, "特殊建设工程消防设计审查", "red", "2026-11-18", applicant_min=2_900, notices=2),
        _case(440, "建设工程规划许可证核发", "red", "2026-11-20"),
        _case(451, "房屋建筑和市政基础设施工程竣工验收备案", "yellow", "2026-11-24", holder="window", state="received"),
        _case(458, "建筑业企业资质核准", "green", "2026-12-10", holder="procedure", procedure_min=2_200),
    ]
)


COUNTED = {
    "notices": w.BoardReply(
        cases=[
            _had(437, "特殊建设工程消防设计审查", "noticed_again", "2026-11-12", notices=2, times=1),
            _had(466, "建设工程规划许可证核发", "noticed", "2026-11-20", state_name="等待补正", notices=1),
            _had(412, "建筑工程施工许可证核发", "noticed", "2026-10-28", notices=1),
            _had(402, "房屋建筑和市政基础设施工程竣工验收备案", "refused", "2026-11-05", state_name="不予受理"),
        ]
    ),
    "promise": w.BoardReply(
        cases=[
            _had(377, "建筑工程施工许可证核发", "past_law", "2026-11-17", due="2026-10-29", state_name="已办结"),
            _had(
                399,
                "房屋建筑和市政基础设施工程竣工验收备案",
                "late",
                "2026-11-10",
                due="2026-11-09",
                state_name="已送达",
            ),
        ]
    ),
}


def seen(choice: Choice | None = None) -> Seen:
    """The hall as it is seen now; with the cases of a choice."""
    return Seen(queue=QUEUE, board=BOARD, cases=_listed(choice), chosen=choice, at_ms=NOW, local=Local(4_102, 3, 1))


def _listed(choice: Choice | None) -> w.BoardReply | None:
    return None if choice is None else COUNTED[choice.about] if choice.about else CASES


class Watching:
    """Sees the same hall at every look, or what a test puts into ``now``."""

    def __init__(self, now: Seen | None = None) -> None:
        self.now = now
        self.seen = Seen(silent_since_ms=NOW)
        self.looks: list[Choice | None] = []

    def look(self, wanted: Choice | None = None) -> Seen:
        self.looks.append(wanted)
        self.seen = self.now if self.now is not None else seen(wanted)
        return self.seen

    def close(self) -> None:
        """Nothing is open."""
