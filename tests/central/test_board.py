"""What a board shows: sums kept as facts come, the same as counting every case anew, and nobody's name."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import msgspec
import pytest

from central import board
from central.board import ZONE
from central.store import Db
from hall import facts as f
from hall import wire_board as w
from hall.catalogue.model import Limit, Limits
from hall.deadlines import LightRule
from hall.verdict import Gap, Refusal, Tick, TickState
from tests.builders import DAY, PRESENT, matter, received
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import Hub

SUMS = ("board_case", "board_event", "board_open", "board_tally")
GAP = Gap(code="id", name="身份证", problem="没有带来", remedy="补交复印件")
NOTICED = f.CaseNoticed(gaps=(GAP,), respond_by=DAY + dt.timedelta(days=30), article="第四项")
ACCEPTED = f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项")
SUPPLIED = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=DAY, complete=True)
REFUSED = f.CaseRefused(refusal=Refusal("not_needed", "依法不需要取得行政许可"), refused=DAY, article="第一项")
MISSING = {"form": PRESENT, "id": Tick(TickState.MISSING)}
NAME = "王小明"
OTHER = matter(department=f.DepartmentRef(key="gaj", name="示例市公安局", short="公安局"))


def at(day: dt.date, hour: int = 9) -> int:
    return int(dt.datetime.combine(day, dt.time(hour), ZONE).timestamp() * 1000)


class Desk:
    """A device that writes whole cases; ``number`` makes their names."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.device, self.sent = hub, Device(hub, "device-1"), 0

    def case(self, number: int, *told: tuple[int, f.FactBody], ticks: Any = None, **changes: Any) -> str:
        """A case received at nine on ``DAY``; each further fact so many hours later. It is sent."""
        case_id = f"case-{number}"
        who = f.Applicant(kind="citizen", name=NAME, id_type="resident", id_number="110101188001010011")
        personal = f.Personal(applicant=who)
        body = received(ticks, **({"reference": f"{OFFICE}-A1-{number:05d}-Y"} | changes))
        self.device.write(case_id, body, personal=personal, at_ms=at(DAY))
        self.more(case_id, *told)
        return case_id

    def more(self, case_id: str, *told: tuple[int, f.FactBody]) -> None:
        for hours, body in told:
            now = at(DAY) + hours * 3_600_000
            self.device.write(case_id, body, at_ms=now, day=dt.datetime.fromtimestamp(now / 1000, ZONE).date())
        self.sent = self.device.drain(self.sent)

    def figures(self, day: dt.date = DAY, hour: int = 17) -> w.BoardFigures:
        return self.hub.run(board.figures(self.hub.store, OFFICE, at(day, hour)))

    def listed(self, holder: str = "", light: str = "", department: str = "", day: dt.date = DAY) -> list[w.BoardCase]:
        asked = board.open_cases(self.hub.store, OFFICE, holder, department, light, 50, at(day, 17))
        return self.hub.run(asked).cases

    def counted(self, about: w.AboutWord, department: str = "", day: dt.date = DAY) -> list[w.BoardCase]:
        asked = board.cases_that_had(self.hub.store, OFFICE, about, department, 200, at(day, 17))
        return self.hub.run(asked).cases


@pytest.fixture
def desk(hub: Hub) -> Desk:
    return Desk(hub)


def sums(hub: Hub) -> dict[str, list[Any]]:
    """Everything that is counted, less the zeros."""

    async def look(db: Db) -> dict[str, list[Any]]:
        found = {}
        for table in SUMS:
            rows = [tuple(row) for row in await db.rows(f"SELECT * FROM {table}")]
            found[table] = sorted(row for row in rows if table == "board_case" or row[-1])
        return found

    return hub.read(look)


def test_open_cases_are_counted_by_light_and_by_whose_turn_it_is(desk: Desk) -> None:
    desk.case(1)
    desk.case(2, (2, ACCEPTED))
    desk.case(3, (1, NOTICED), ticks=MISSING)
    desk.case(4, (2, ACCEPTED), matter=OTHER)
    told = {(each.department, each.holder): (each.light, each.count) for each in desk.figures().open}
    assert told == {
        ("市场监管局", "window"): ("green", 1),
        ("市场监管局", "unit"): ("green", 1),
        ("市场监管局", "applicant"): ("none", 1),
        ("公安局", "unit"): ("green", 1),
    }


def test_lights_turn_by_themselves_as_the_days_go_by(desk: Desk) -> None:
    """Accepted on Friday 18 September 2026, promised in 5 and limited to 20 working days; the Sunday after it is one of
    them, 25 to 27 September and the first week of October are off."""
    desk.case(1, (2, ACCEPTED))
    lights: dict[str, dt.date] = {}
    for ahead in range(45):
        day = DAY + dt.timedelta(days=ahead)
        (open_,) = desk.figures(day).open
        lights.setdefault(open_.light, day)
        (one,) = desk.listed(light=open_.light, day=day)
        assert one.light == open_.light, day
    assert lights == {
        "green": DAY,
        "yellow": dt.date(2026, 9, 23),
        "red": dt.date(2026, 9, 25),
        "dark_red": dt.date(2026, 10, 23),
    }


def test_today_stands_against_the_promise(desk: Desk) -> None:
    for number, days in enumerate((1, 6, 12, 45), 1):
        desk.case(number, (2, ACCEPTED))
        decided = f.CaseDecided(granted=True, day=DAY + dt.timedelta(days=days))
        desk.more(f"case-{number}", (24 * days, decided))
    soon = desk.figures(DAY + dt.timedelta(days=1)).today
    assert (soon.decided, soon.early, soon.window_min, soon.unit_min) == (1, 1, 120, 22 * 60)
    on_day = desk.figures(dt.date(2026, 9, 24)).today
    assert (on_day.decided, on_day.on_day) == (1, 1)
    late = desk.figures(dt.date(2026, 9, 30)).today
    assert (late.decided, late.late) == (1, 1)
    assert desk.figures(DAY + dt.timedelta(days=45)).today.past_law == 1


def test_what_is_due_today_and_tomorrow_is_said(desk: Desk) -> None:
    desk.case(1, (2, ACCEPTED))
    assert desk.figures(dt.date(2026, 9, 24)).due_today == 1
    assert desk.figures(dt.date(2026, 9, 23)).due_tomorrow == 1
    assert desk.figures(dt.date(2026, 9, 25)).due_today == 0


def test_a_second_notice_is_counted_apart(desk: Desk) -> None:
    case_id = desk.case(1, (1, NOTICED), ticks=MISSING)
    desk.more(case_id, (2, f.CaseSupplemented(ticks={}, handed_in=DAY, complete=False)))
    desk.more(case_id, (3, msgspec.structs.replace(NOTICED, second=True, reason="申请人换了情形")))
    desk.case(2, (1, NOTICED), ticks=MISSING)
    today = desk.figures().today
    assert (today.received, today.noticed, today.noticed_again) == (2, 2, 1)
    (of,) = desk.figures().period
    assert (of.department, of.noticed, of.noticed_again) == ("市场监管局", 2, 1)


def test_behind_the_notices_are_the_cases_that_were_noticed_the_gravest_first_decided_ones_too(desk: Desk) -> None:
    again = desk.case(1, (1, NOTICED), ticks=MISSING)
    desk.more(again, (2, f.CaseSupplemented(ticks={}, handed_in=DAY, complete=False)))
    desk.more(again, (3, msgspec.structs.replace(NOTICED, second=True, reason="申请人换了情形")))
    desk.more(again, (4, f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=DAY, complete=True)), (5, ACCEPTED))
    desk.more(again, (30, f.CaseDecided(granted=True, day=DAY)))
    desk.case(2, (2, ACCEPTED))
    desk.case(3, (26, NOTICED), ticks=MISSING)
    desk.case(4, (1, NOTICED), ticks=MISSING, matter=OTHER)
    told = [
        (each.reference[8:13], each.happened, each.happened_on, each.notices, each.state)
        for each in desk.counted("notices", day=DAY + dt.timedelta(days=2))
    ]
    assert told == [
        ("00001", "noticed_again", "2026-09-18", 2, "decided"),
        ("00003", "noticed", "2026-09-19", 1, "noticed"),
        ("00004", "noticed", "2026-09-18", 1, "noticed"),
    ]
    assert [each.reference[8:13] for each in desk.counted("notices", "公安局")] == ["00004"]
    later = DAY + dt.timedelta(days=w.PERIOD_DAYS)
    assert [each.reference[8:13] for each in desk.counted("notices", day=later)] == ["00003"], (
        "as long as it is counted"
    )


def test_behind_the_promise_are_the_cases_that_were_decided_too_late(desk: Desk) -> None:
    for number, days in enumerate((1, 6, 12, 45), 1):
        desk.case(number, (2, ACCEPTED))
        decided = f.CaseDecided(granted=True, day=DAY + dt.timedelta(days=days))
        desk.more(f"case-{number}", (24 * days, decided))
    shown = desk.counted("promise", day=DAY + dt.timedelta(days=40))
    assert [(each.reference[8:13], each.happened, each.happened_on, each.due) for each in shown] == [
        ("00003", "late", "2026-09-30", "2026-09-24")
    ]
    shown = desk.counted("promise", day=DAY + dt.timedelta(days=45))
    assert [(each.reference[8:13], each.happened) for each in shown] == [("00004", "past_law")]


def test_as_many_cases_are_behind_a_figure_as_it_says(desk: Desk, hub: Hub) -> None:
    """Whatever happened to which case: first notices and late decisions are one a case, further notices add up."""
    chance = random.Random(11)
    lacking = f.CaseSupplemented(ticks={}, handed_in=DAY, complete=False)
    again = msgspec.structs.replace(NOTICED, second=True, reason="申请人换了情形")
    often: list[f.FactBody] = [NOTICED, again, lacking, lacking, ACCEPTED]
    bodies: list[f.FactBody] = [
        *often * 3, SUPPLIED, SUPPLIED, REFUSED,
        *[f.CaseDecided(granted=True, day=DAY + dt.timedelta(days=days)) for days in (1, 12, 45)],
    ]  # fmt: skip
    names = [desk.case(n, ticks=MISSING, matter=chance.choice([matter(), OTHER])) for n in range(24)]
    for hours in range(200):
        desk.more(chance.choice(names), (hours, chance.choice(bodies)))
    day = DAY + dt.timedelta(days=9)
    seen: set[str] = set()
    for of in desk.figures(day).period:
        notices, promise = desk.counted("notices", of.department, day), desk.counted("promise", of.department, day)
        had = {word: [each for each in (*notices, *promise) if each.happened == word] for word in w.HAPPENED}
        assert sum(each.times for each in had["noticed_again"]) == of.noticed_again
        assert len(had["noticed_again"]) + len(had["noticed"]) >= of.noticed
        assert len({each.case_id for each in notices if each.notices}) == of.noticed
        assert (len(had["late"]), len(had["past_law"])) == (of.late, of.past_law)
        assert all(each.department == of.department for each in (*notices, *promise))
        seen |= {word for word, cases in had.items() if cases}
    assert seen >= set(w.HAPPENED)


def test_behind_a_figure_are_no_more_than_asked_for_and_each_case_once(desk: Desk, hub: Hub) -> None:
    for number in range(7):
        desk.case(number, (1 + 24 * number, NOTICED), ticks=MISSING)
    reply = hub.http.get("/v1/board/cases", params={"about": "notices", "limit": "3"}, headers=desk.device.headers)
    assert reply.status_code == 200
    assert len({each["case_id"] for each in reply.json()["cases"]}) <= 3
    wrong = hub.http.get("/v1/board/cases", params={"about": "everything"}, headers=desk.device.headers)
    assert wrong.status_code == 400


def test_trends_are_told_by_hour_and_by_day(desk: Desk) -> None:
    desk.case(1, (2, ACCEPTED), (30, f.CaseDecided(granted=True, day=DAY)))
    desk.case(2, (1, NOTICED), ticks=MISSING)
    assert desk.figures().hours == [w.HourCount(hour=9, received=2), w.HourCount(hour=10, noticed=1)]
    days = desk.figures(DAY + dt.timedelta(days=1)).days
    assert [(each.day, each.received, each.decided) for each in days] == [
        (DAY, 2, 0),
        (DAY + dt.timedelta(days=1), 0, 1),
    ]


def test_a_case_that_is_listed_says_how_long_each_side_has_had_it(desk: Desk) -> None:
    desk.case(1, (2, ACCEPTED))
    (shown,) = desk.listed(holder="unit", department="市场监管局")
    assert (shown.reference, shown.matter, shown.holder) == ("SL01-A1-00001-Y", "示例许可", "unit")
    assert (shown.window_min, shown.unit_min) == (120, 360)
    assert desk.listed(holder="window") == [] and desk.listed(department="公安局") == []


def test_the_most_overdue_cases_come_first(desk: Desk) -> None:
    for number, days in enumerate((10, 2, 20, 5), 1):
        limits = Limits(promised=Limit(days=days), statutory=Limit(days=30))
        desk.case(number, (2, ACCEPTED), matter=matter(limits=limits))
    assert [each.reference[8:13] for each in desk.listed(holder="unit")] == ["00002", "00004", "00001", "00003"]


def test_the_sums_are_those_of_all_cases_whatever_happened_in_which_order(desk: Desk, hub: Hub) -> None:
    chance = random.Random(7)
    bodies: list[f.FactBody] = [
        ACCEPTED, NOTICED, SUPPLIED, f.CaseDecided(granted=True, day=DAY), f.ResultDelivered(day=DAY, how="collected"),
        f.CaseClosed(how="withdrawn", day=DAY), f.NoteAdded(text="备注"),
    ]  # fmt: skip
    names = [desk.case(number, ticks=chance.choice([None, MISSING])) for number in range(12)]
    for hours in range(60):
        desk.more(chance.choice(names), (hours, chance.choice(bodies)))
    kept = sums(hub)
    assert kept["board_open"] and kept["board_tally"]
    hub.transact(lambda db: board.recount(db, OFFICE))
    assert sums(hub) == kept


def test_a_hall_from_before_the_counting_is_counted_when_the_centre_starts(desk: Desk, hub: Hub) -> None:
    desk.case(1, (2, ACCEPTED))
    kept = sums(hub)

    async def forget(db: Db) -> None:
        for table in (*SUMS, "board_hall"):
            await db.run(f"DELETE FROM {table}")

    hub.transact(forget)
    hub.run(board.make_ready(hub.store))
    assert sums(hub) == kept
    hub.transact(lambda db: db.run("DELETE FROM board_tally"))
    hub.run(board.make_ready(hub.store))
    assert sums(hub)["board_tally"] == [], "what this version counted is not counted again"


def test_the_rule_of_lights_is_the_halls_and_a_supervisors_to_change(desk: Desk, hub: Hub) -> None:
    desk.case(1, (2, ACCEPTED))
    day = dt.date(2026, 9, 20)
    assert [each.light for each in desk.figures(day).open] == ["green"]
    hub.run(board.set_rule(hub.store, OFFICE, LightRule(percent=80)))
    assert [each.light for each in desk.figures(day).open] == ["yellow"]
    assert [each.light for each in desk.listed(light="yellow", day=day)] == ["yellow"]
    asked = hub.http.request("PUT", "/v1/board/rule", content=b'{"percent": 10}', headers=desk.device.headers)
    assert asked.status_code == 403
    reply = hub.http.get("/v1/board/rule", headers=desk.device.headers)
    assert reply.json() == {"percent": 80, "days": 1}


def test_a_board_is_told_no_name_and_nothing_of_another_hall(desk: Desk, hub: Hub) -> None:
    desk.case(1, (1, NOTICED), (2, SUPPLIED), (3, ACCEPTED), ticks=MISSING)
    other = Device(hub, "device-2", "SL02")
    other.case(1)
    other.drain()
    for path in ("/v1/board", "/v1/board/cases", "/v1/board/cases?holder=unit", "/v1/board/cases?about=notices"):
        reply = hub.http.get(path, headers=desk.device.headers)
        assert reply.status_code == 200 and NAME not in reply.text and "188001010011" not in reply.text
        there = hub.http.get(path, headers=other.headers).text
        assert OFFICE not in there and "device-1" not in there
    counts = msgspec.json.decode(hub.http.get("/v1/board", headers=other.headers).content, type=w.BoardFigures)
    assert sum(each.count for each in counts.open) == 1 and [each.device for each in counts.devices] == ["device-2"]


def test_a_date_at_the_end_of_time_from_a_device_that_is_wrong_hides_no_other_case(desk: Desk) -> None:
    desk.case(1, (2, ACCEPTED))
    desk.case(2, received=dt.date.max, clock_from=dt.date.max)
    desk.case(3, (1, f.CaseAccepted(accepted=dt.date.max, due=f.Due(), article="第五项")))
    assert sum(each.count for each in desk.figures().open) == 3
    assert len(desk.listed(department="市场监管局")) == 3


def test_with_a_case_come_the_others_of_this_hall_that_bear_its_number_also_closed_ones(desk: Desk, hub: Hub) -> None:
    number = f"{OFFICE}-A1-00001-Y"
    desk.case(1, (2, ACCEPTED))
    desk.case(2, (2, f.CaseClosed(how="withdrawn", day=DAY)), reference=number)
    desk.case(3, reference=number, matter=OTHER)
    other = Device(hub, "device-2", "SL02")
    other.write("case-4", received(reference=number))
    other.drain()
    asked = board.open_cases(hub.store, OFFICE, "", "公安局", "", 50, at(DAY, 17))
    reply = hub.run(asked)
    assert [each.case_id for each in reply.cases] == ["case-3"]
    assert [each.case_id for each in reply.same_number] == ["case-1", "case-2"]
    assert {each.reference for each in (*reply.cases, *reply.same_number)} == {number}


def test_a_choice_that_no_case_fits_is_an_empty_list_and_one_that_is_none_is_refused(desk: Desk, hub: Hub) -> None:
    desk.case(1)
    for department in ("没有的局", "'; DROP TABLE board_case; --", "x" * 60, "a\u202eb"):
        reply = hub.http.get("/v1/board/cases", params={"department": department}, headers=desk.device.headers)
        assert (reply.status_code, reply.json()) == (200, {"cases": [], "same_number": []})
    for wrong in ({"holder": "me"}, {"light": "blue"}, {"limit": 0}, {"limit": 201}, {"department": "x" * 61}):
        assert hub.http.get("/v1/board/cases", params=wrong, headers=desk.device.headers).status_code == 400
