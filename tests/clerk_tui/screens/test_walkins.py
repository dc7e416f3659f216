"""Whole walk-ins at the keyboard, without a mouse; the keys they take are a budget that cannot grow."""

from __future__ import annotations

import datetime as dt

import pytest

from clerk_tui.screens.case_lines import _pair
from clerk_tui.screens.home import HomeScreen
from clerk_tui.screens.intake import IntakeScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, intake, supplement
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.screens.conftest import NARROW, OpenCounter
from tests.clerk_tui.screens.steps import (
    answer_spouse,
    at_the_desk,
    confirm,
    fill_in_person,
    find_migration,
)
from tests.clerk_tui.walkins import MISSING, promised, restaurant

#: What is written down of a person: number, name, phone.
TYPED = 18 + 2 + 11


async def test_everything_is_there_and_it_is_accepted(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        written = clerk.keys
        await clerk.type("a")
        assert "受 理" in clerk.text
        await confirm(clerk)
        assert isinstance(clerk.screen, ResultScreen)
        case = cases.get(ws, clerk.screen.result.reference).case
        assert case.state is CaseState.ACCEPTED
        assert clerk.keys - written == 3, "all present, F9, Enter"
        assert written <= 4 + 1 + 4 + TYPED + 3 + 4 * 7 + 2, written
        await clerk.press("enter")
        assert isinstance(clerk.screen, HomeScreen), "the next person"


async def test_a_notice_names_every_gap_and_the_supplement_is_accepted(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        before = clerk.keys
        await clerk.type("1231a")
        assert "要补正 2 项" in clerk.text
        await confirm(clerk)
        assert clerk.keys - before == 7
        result = clerk.screen.result
        assert result.gaps == cases.get(ws, result.reference).case.gaps
        # They come back: the reference is scanned, what was missing is there, it is accepted.
        await clerk.press("enter")
        before = clerk.keys
        await clerk.scan(result.reference)
        assert result.reference in clerk.text and isinstance(clerk.screen, HomeScreen), "shown before it acts"
        await clerk.press("enter")
        assert isinstance(clerk.screen, SupplementScreen)
        assert all(gap.name in clerk.text for gap in result.gaps)
        await clerk.type("a")
        await confirm(clerk)
        assert cases.get(ws, result.reference).case.state is CaseState.ACCEPTED
        assert clerk.keys - before == 4, "open, all there, F9, Enter"


@pytest.mark.parametrize(("day", "shown"), [(dt.date(2026, 11, 13), False), (dt.date(2026, 11, 14), True)])
async def test_a_supplement_on_a_day_off_shows_from_when_time_runs(
    counter: OpenCounter, ws: Workspace, clock: FixedClock, day: dt.date, shown: bool
) -> None:
    reference = intake.submit(ws, restaurant(ws, layout=MISSING)).reference
    clock.day = day
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: "上次告知" in clerk.text)
        await clerk.type("a")
        assert ("起算日" in clerk.text and "2026-11-16" in clerk.text) is shown, f"the preview\n{clerk.text}"
        await clerk.press("f9")
        assert ("起算日" in clerk.text and "2026-11-16" in clerk.text) is shown, f"the last look\n{clerk.text}"


async def test_a_tolerable_gap_is_promised_until_the_latest_day(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        before = clerk.keys
        await clerk.type("1")
        await clerk.type("5")
        assert clerk.asks and "容缺" in clerk.text
        await clerk.press("enter")
        await clerk.type("a")
        assert "容 缺 受 理" in clerk.text
        await confirm(clerk)
        case = cases.get(ws, clerk.screen.result.reference).case
        assert case.state is CaseState.TOLERATED and len(case.promises) == 1
        assert clerk.keys - before == 6


async def test_of_two_promises_one_is_brought_and_then_the_other_is_bad_and_good(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    friday = dt.date(2026, 11, 6)
    soon = {"rules_list": promised(friday), "safety_manager": promised(friday)}
    reference = intake.submit(ws, restaurant(ws, **soon)).reference
    async with counter() as clerk:
        for key, state, owed in (("1", "tolerated", 1), ("3", "tolerated", 1), ("1", "accepted", 0)):
            await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
            await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen))
            await clerk.type(key)
            if key == "3":
                await clerk.press("1", "enter")
            assert ("承诺" in clerk.text) and "待核" not in clerk.text, clerk.text
            await confirm(clerk)
            assert isinstance(clerk.screen, ResultScreen), clerk.text
            case = cases.get(ws, reference).case
            assert (case.state, len(case.promises)) == (state, owed)
            await clerk.press("enter")


async def test_another_city_is_refused_with_the_right_address(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await clerk.type("2")
        assert "不 予 受 理" in clerk.text and "迁入地" in clerk.text
        await clerk.press("f3")
        for _ in range(10):
            if clerk.screen.form.current == "applicant.id_number":
                break
            await clerk.press("down")
        await fill_in_person(clerk)
        await confirm(clerk)
        case = cases.get(ws, clerk.screen.result.reference).case
        assert case.state is CaseState.REFUSED
        assert case.refusal is not None and case.refusal.where is not None and case.refusal.where.organ


async def test_who_only_asks_takes_a_guide_home(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.press("f7")
        await clerk.press("enter")
        result = clerk.screen.result
        assert [paper.kind for paper in result.papers] == ["guide"]
        assert cases.get(ws, result.reference).case.applicant is None, "asking needs no name"
        assert clerk.keys == 4 + 1 + 4 + 2


async def test_a_second_notice_for_what_was_visible_needs_a_reason(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("121a")
        await confirm(clerk)
        reference = clerk.screen.result.reference
        await clerk.press("enter")
        await clerk.scan(reference)
        await clerk.press("enter")
        await clerk.type("1")
        # The next row was passed the first time; now it is said to be wrong.
        await clerk.press("down", "3", "1")
        await clerk.press("f9")
        assert clerk.asks and "第二次告知要写明原因" in clerk.text
        await clerk.press("enter")
        assert "必须写明原因" in clerk.text, "an empty reason is none"
        await clerk.type("-")
        await clerk.press("enter")
        assert "必须写明原因" in clerk.text, "nor is a dash"
        await clerk.press("backspace")
        await clerk.type("当时没有看到𱍐")
        await clerk.press("enter")
        assert "确认：再次告知补正" in clerk.text and "原因：当时没有看到" in clerk.text
        assert "[U+31350]" in clerk.text, "no font has that character: said before it is printed"
        await clerk.press("enter")
        case = cases.get(ws, reference).case
        assert len(case.notices) == 2 and case.notices[1].known_before
        assert any(event.alert for event in case.timeline)


async def test_why_a_further_notice_is_given_is_seen_before_it(counter: OpenCounter, ws: Workspace) -> None:
    """Also where nobody is to blame and the program words the reason itself: it stands on the paper."""
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("121a")
        await confirm(clerk)
        reference = clerk.screen.result.reference
        await clerk.press("enter")
        await clerk.scan(reference)
        await clerk.press("enter")
        await clerk.type("31")
        await clerk.press("f9")
        assert "确认：再次告知补正" in clerk.text
        assert "再次告知，原因：新提交的材料不符合要求" in clerk.text
        await clerk.press("enter")
        assert cases.get(ws, reference).case.notices[1].reason == "新提交的材料不符合要求"


async def test_a_narrow_screen_serves_the_same_walk_in(counter: OpenCounter, ws: Workspace) -> None:
    async with counter(NARROW) as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await confirm(clerk)
        assert cases.get(ws, clerk.screen.result.reference).case.state is CaseState.ACCEPTED


async def test_known_values_are_offered_never_forced(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await confirm(clerk)
        await clerk.press("enter")
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.type("110101188001010011")
        assert clerk.screen.draft.applicant.get("name", "") == ""
        assert "张* F6" in clerk.text, "masked until it is taken"
        await clerk.press("f6")
        assert clerk.screen.draft.applicant["name"] == "张三"
        assert clerk.screen.draft.applicant["phone"] == "13800001234"


async def test_f6_takes_the_kind_too(counter: OpenCounter, ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.applicant |= {"kind": "individual_business", "id_number": "92990100MA0000023M"}
    intake.submit(ws, draft)
    async with counter() as clerk:
        await clerk.type("cyxk")
        await clerk.press("enter")
        clerk.screen.form.go_to("applicant.kind")
        await clerk.press("1")
        clerk.screen.form.go_to("applicant.id_number")
        await clerk.type("92990100MA0000023M")
        assert clerk.screen.draft.kind == "company"
        cautions = [item.caution for item in clerk.screen.form.items if item.key == "applicant.id_number"]
        assert cautions == ["这是个体工商户的代码，申请人类型却是企业"]
        await clerk.press("f6")
        assert clerk.screen.draft.kind == "individual_business"
        assert clerk.screen.draft.applicant["legal_person"] == "张三"
        assert not clerk.screen.can_do("take_known")


async def test_unsaved_work_is_asked_about_and_can_be_put_aside(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.press("escape")
        assert clerk.asks
        await clerk.press("escape")
        assert isinstance(clerk.screen, IntakeScreen), "back to the work"
        await clerk.press("f2", "1")
        assert isinstance(clerk.screen, HomeScreen) and "暂存" in clerk.text
        clerk.at += 1.0
        await clerk.press("enter")
        assert clerk.screen.draft.answers["reason"] == "A"


async def test_f9_says_what_is_missing_and_goes_there(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        assert not clerk.asks
        assert clerk.screen.form.current.startswith("applicant.")
        assert "请填写" in clerk.text


async def test_a_case_is_found_by_name_and_shown_in_full_only_with_a_reason(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await confirm(clerk)
        reference = clerk.screen.result.reference
        await clerk.press("f5")
        await clerk.type("张三")
        await clerk.press("enter")
        assert reference in clerk.text and "110101********0011" in clerk.text
        assert "110101188001010011" not in clerk.text
        await clerk.press("f10", "enter")
        assert clerk.asks, "no reason, no data"
        await clerk.type("核对")
        await clerk.press("enter")
        assert "110101188001010011" in clerk.text
        assert any("个人信息" in event.text for event in cases.get(ws, reference).case.timeline)


async def test_every_item_of_the_form_is_reached_by_the_arrows(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await find_migration(clerk)
        await answer_spouse(clerk)
        form = clerk.screen.form
        seen = set()
        for key in ("up", "down"):
            for _ in form.items:
                await clerk.press(key)
                seen.add(form.current)
        assert seen == {item.key for item in form.items}


async def test_escape_takes_back_what_was_typed_into_the_search(counter: OpenCounter) -> None:
    async with counter() as clerk:
        await clerk.type("hkqy")
        assert "户口迁移" in clerk.text
        await clerk.press("escape")
        assert clerk.screen.entry.value == ""
        assert clerk.screen is clerk.app.home


async def test_to_refuse_somebody_who_has_everything_the_clerk_says_why_and_is_told_what_the_law_says(
    counter: OpenCounter, ws: Workspace
) -> None:
    """行政许可法 art. 32(5), 72(1): two questions and a sentence more than to accept."""
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.type("a")
        await clerk.press("f8")
        assert "经核查不符合" not in clerk.text, "a ground of the decision is not on offer at receipt"
        place = next(n for n, text in enumerate(clerk.screen.spec.options, 1) if "不需要办理这个事项" in text)
        await clerk.type(str(place))
        clerk.at += 1.0  # what is asked next is read
        await clerk.press("enter")
        await clerk.press("f9")
        assert clerk.asks, clerk.text
        assert "应当受理" in clerk.text
        await clerk.press("enter")
        assert "必须写明原因" in clerk.text
        await clerk.type("户籍不变")
        await clerk.press("enter")
        assert "会报给负责人" in clerk.text and "确认：不予受理" in clerk.text
        await clerk.press("enter")
        await clerk.until(lambda: bool(cases.find(ws, "")))
        case = cases.get(ws, cases.find(ws, "")[0].reference).case
        assert case.refusal is not None and case.refusal.why == "户籍不变"
        assert next(line for line in case.timeline if line.type == "case.refused").alert


async def test_what_nobody_has_looked_at_is_not_told_as_missing_without_a_word(
    counter: OpenCounter, ws: Workspace
) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        waiting = len(clerk.screen.open_rows())
        await clerk.type("2")
        await clerk.press("f9")
        assert f"{waiting - 1}项还没有核对" in clerk.text
        await clerk.press("escape")
        assert clerk.app.focused is clerk.screen.materials, "to look at them"
        await clerk.press("f9")
        await clerk.press("enter")
        assert "确认：一次性告知补正" in clerk.text
        await clerk.press("escape")
        await clerk.type("a")
        await clerk.press("f9")
        assert "确认：一次性告知补正" in clerk.text, "no key more when everything was looked at"


async def test_what_comes_after_the_day_that_the_notice_gave_wants_a_reason(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    reference = intake.submit(ws, restaurant(ws, layout=MISSING)).reference
    last = cases.get(ws, reference).case.notices[-1].respond_by
    clock.day = last + dt.timedelta(days=1)
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.settle()
        await clerk.type("a")
        await clerk.press("f9")
        assert f"{last} 前补正" in clerk.text
        await clerk.type("住院")
        await clerk.press("enter")
        assert "确认：受理" in clerk.text
        await clerk.press("enter")
        assert any(line.alert and "住院" in line.text for line in cases.get(ws, reference).case.timeline)


async def test_what_comes_after_its_promised_day_wants_a_reason(
    counter: OpenCounter, ws: Workspace, clock: FixedClock
) -> None:
    reference = intake.submit(ws, restaurant(ws, rules_list=promised(dt.date(2026, 11, 6)))).reference
    clock.day = dt.date(2026, 11, 20)
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.settle()
        await clerk.type("a")
        assert "承诺的材料迟交" in clerk.text and "已过补正期限" not in clerk.text
        await clerk.press("f9")
        assert "已过承诺补齐的日期" in clerk.text and "2026-11-06 前补齐" in clerk.text
        await clerk.type("住院")
        await clerk.press("enter", "enter")
        case = cases.get(ws, reference).case
        assert case.state is CaseState.ACCEPTED
        assert any(line.alert and "住院" in line.text for line in case.timeline)


def test_a_long_label_stands_whole_above_its_value() -> None:
    lines = [spans for spans, _fill in _pair("现户口登记地址所在派出所", "李四", 30)]
    assert ["".join(text for text, _ in spans).strip() for spans in lines] == ["现户口登记地址所在派出所", "李四"]
    assert "".join(text for text, _ in next(iter(_pair("姓名", "李四", 30)))[0]).split() == ["姓名", "李四"]


async def test_a_correction_and_a_promise_are_one_outcome(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await at_the_desk(clerk)
        await clerk.press("3", "1", "5", "enter")
        await clerk.type("a")
        assert "F8  当场更正并容缺受理" in clerk.text, "the pane calls it what the menu does"
        await clerk.press("f8")
        choice = next(line for line in clerk.text.splitlines() if "改为：当场更正并容缺受理" in line)
        await clerk.press(choice.split("改为")[0].split()[-1])
        assert "一次告知" not in clerk.text, "the reason beside the outcome is its own"
        await clerk.press("f9")
        assert "确认：当场更正并容缺受理" in clerk.text
        assert "（当场更正）" in clerk.text and "（承诺 20" in clerk.text
        await clerk.press("enter")
        assert "（当场更正）" in clerk.text and "（承诺 20" in clerk.text, "what was put right is not owed"
        case = cases.get(ws, clerk.screen.result.reference).case
        assert (case.state, len(case.corrections), len(case.promises)) == (CaseState.TOLERATED, 1, 1)
