"""A case that was only received is decided at the keyboard: its questions stand where they stood at the intake."""

from __future__ import annotations

import pytest

from clerk_tui.screens.case import CaseScreen
from clerk_tui.screens.result import ResultScreen
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, intake, next_steps, supplement
from clerk_tui.services.intake_json import supplement_from_json
from clerk_tui.services.workspace import Workspace
from hall.case import CaseState
from hall.roles import Actor, Role
from hall.verdict import Outcome, TickState
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.screens.steps import confirm, find_migration
from tests.clerk_tui.walkins import MISSING, PERSON, PRESENT, restaurant


def received(ws: Workspace, **answers: str) -> str:
    """Somebody moves here; nobody has asked why yet."""
    draft = intake.new_draft(ws, ws.catalogue.matter("hukou-migration"))
    draft.applicant = {"kind": "citizen", "name": "李四", "id_number": PERSON}
    draft.answers = dict(answers)
    draft.ticks = dict.fromkeys(("application", "id_card", "hukou_book"), PRESENT)
    return intake.receive(ws, draft).reference


async def come_back(clerk: Clerk, ws: Workspace, reference: str) -> None:
    await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
    await clerk.until(lambda: "迁入地址" in clerk.text)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_questions_are_answered_and_what_they_ask_for_is_ticked(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    reference = received(ws)
    async with counter(size) as clerk:
        await come_back(clerk, ws, reference)
        await clerk.press("f9")
        assert not clerk.asks, "nothing is decided while it is not known what the person needs"
        await clerk.type("1321")
        await clerk.press("f4")
        assert "房屋所有权" in clerk.text and "亲子关系证明" in clerk.text
        await clerk.type("a")
        await confirm(clerk)
        assert isinstance(clerk.screen, ResultScreen)
        case = cases.get(ws, reference).case
        assert (case.state, case.answers["reason"]) == (CaseState.ACCEPTED, "C")


async def test_a_notice_asks_about_what_the_answers_brought_up(counter: OpenCounter, ws: Workspace) -> None:
    """What nobody has looked at is not told as missing without a word."""
    async with counter(NARROW) as clerk:
        await come_back(clerk, ws, received(ws))
        await clerk.type("1321")
        await clerk.press("f4")
        await clerk.until(lambda: "材料 3/5" in clerk.text)
        assert "原告知书" not in clerk.text, "there is no notice yet that could stand"
        await clerk.press("f9")
        assert "2项还没有核对" in clerk.text
        await clerk.press("escape", *["down"] * 3)
        await clerk.type("22")
        await clerk.press("f9")
        assert "确认：一次性告知补正" in clerk.text


async def test_an_answer_that_leads_out_can_only_be_refused(counter: OpenCounter, ws: Workspace) -> None:
    reference = received(ws)
    async with counter() as clerk:
        await come_back(clerk, ws, reference)
        await clerk.type("2")
        assert "不予受理" in clerk.text
        await confirm(clerk)
        assert cases.get(ws, reference).case.state is CaseState.REFUSED


async def test_who_looks_for_another_outcome_is_led_to_the_answer_that_is_wrong(
    counter: OpenCounter, ws: Workspace
) -> None:
    """A withdrawal would cost the applicant his day of receipt."""
    async with counter() as clerk:
        await come_back(clerk, ws, received(ws, destination="elsewhere"))
        await clerk.press("f8")
        assert "没有别的合法结论" in clerk.text and "按 F3 更正" in clerk.text


async def test_f9_leads_to_the_open_question(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await come_back(clerk, ws, received(ws))
        await clerk.type("13")
        await clerk.press("f4", "f9")
        assert clerk.screen.form.has_focus
        assert clerk.screen.form.current == "answers.cross_province"


async def test_answers_put_aside_are_there_again(counter: OpenCounter, ws: Workspace) -> None:
    reference = received(ws)
    async with counter() as clerk:
        await come_back(clerk, ws, reference)
        await clerk.type("13")
        await clerk.press("escape")
        await clerk.press("enter")
        await come_back(clerk, ws, reference)
        assert clerk.screen.draft.answers == {"destination": "here", "reason": "C"}
        assert clerk.screen.form.current == "answers.cross_province"


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_guide_is_not_printed_without_saying_what_is_open(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    async with counter(size) as clerk:
        await find_migration(clerk)
        await clerk.type("13")
        await clerk.press("f7")
        assert "是否跨省迁入" in clerk.text and "是否有未成年人随迁" in clerk.text
        assert "另有1项" in clerk.text
        await clerk.press("escape")
        await clerk.type("22")
        await clerk.press("f7")
        assert "没有回答" not in clerk.text


async def choose_other(clerk: Clerk, words: str) -> None:
    """F8 and the digit of the choice that says so."""
    await clerk.press("f8")
    place = next(n for n, text in enumerate(clerk.screen.spec.options, 1) if words in text)
    await clerk.type(str(place))
    clerk.at += 1.0  # what is asked next is read


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_was_left_is_refused_when_it_is_another_organ_s(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    """行政许可法 art. 32(2): found when somebody looks at what was left, with the organ to go to."""
    reference = received(ws)
    async with counter(size) as clerk:
        await come_back(clerk, ws, reference)
        await choose_other(clerk, "不属于本机关职权")
        await clerk.type("示例省公安厅")
        await clerk.press("enter")
        await clerk.type("省城大道1号")
        await clerk.press("enter")
        assert "问题没有回答" not in clerk.text, "a refusal does not rest on what was left open"
        await confirm(clerk)
    case = cases.get(ws, reference).case
    assert (case.state, [paper.kind for paper in case.papers]) == (CaseState.REFUSED, ["receipt", "refusal"])
    assert case.refusal is not None and case.refusal.where is not None
    assert (case.refusal.ground, case.refusal.where.organ) == ("not_authority", "示例省公安厅")


async def test_a_refusal_of_what_was_left_can_be_taken_back(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await come_back(clerk, ws, received(ws))
        await choose_other(clerk, "不需要办理这个事项")
        await clerk.press("enter")
        assert (clerk.screen.chosen, clerk.screen.draft.refusal.ground) == (Outcome.REFUSED, "not_needed")
        await choose_other(clerk, "撤回不予受理")
        assert (clerk.screen.chosen, clerk.screen.draft.refusal) == (None, None)


async def test_a_complete_case_that_was_left_is_refused_only_with_why(counter: OpenCounter, ws: Workspace) -> None:
    """行政许可法 art. 32(5), 72(1), as at the intake."""
    reference = received(ws, destination="here", reason="A", cross_province="no", minors="no")
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: reference in clerk.text)
        await clerk.press("f4")
        await clerk.type("a")
        await choose_other(clerk, "不需要办理这个事项")
        await clerk.press("enter", "f9")
        assert "应当受理" in clerk.text
        await clerk.type("户籍不变")
        await clerk.press("enter")
        assert "会报给负责人" in clerk.text and "确认：不予受理" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, ResultScreen)
    case = cases.get(ws, reference).case
    assert case.refusal is not None and case.refusal.why == "户籍不变"
    assert next(line for line in case.timeline if line.type == "case.refused").alert


async def test_a_refusal_beside_article_32_says_that_it_is_reported(counter: OpenCounter, ws: Workspace) -> None:
    draft = restaurant(ws)
    draft.matter, draft.answers = ws.catalogue.matter("food-licence-renewal"), {"still_valid": "no"}
    draft.ticks, draft.fields = {}, {}
    reference = intake.receive(ws, draft).reference
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: reference in clerk.text)
        await clerk.press("f9")
        assert "第三十二条之内" in clerk.text and "会报给负责人" in clerk.text and "确认：不予受理" in clerk.text


async def test_where_nothing_was_told_yet_no_further_notice_is_offered(counter: OpenCounter, ws: Workspace) -> None:
    async with counter() as clerk:
        await come_back(clerk, ws, received(ws))
        await clerk.type("1321")
        await clerk.until(lambda: clerk.screen.chosen is Outcome.NOTICED)
        await clerk.press("f8")
        assert clerk.asks and "再出一份告知书" not in clerk.text


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_mistyped_answer_is_put_right_where_it_stands(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    """Moved to his wife, not into a home he bought: one digit, the reason, and the list is another."""
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    async with counter(size) as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: "房屋所有权" in clerk.text)
        # Everything was answered: the materials are looked at first.
        await clerk.until(lambda: clerk.screen.materials.has_focus)
        await clerk.press("f3", "down")
        assert "收件时的回答" in clerk.text
        await clerk.type("1")
        await clerk.press("f3")
        assert "收件时写的是“购房落户”" in clerk.text
        assert "房屋所有权" not in clerk.text
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        assert "购房落户 → " in clerk.text and "会报给负责人" in clerk.text and "材料清单已经跟着变" in clerk.text
        await clerk.press("enter")
        assert "必须写明原因" in clerk.text
        await clerk.type("点错了")
        await clerk.press("enter")
        assert "确认：受理" in clerk.text and "点错了" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, ResultScreen)
    case = cases.get(ws, reference).case
    assert (case.state, case.answers["reason"]) == (CaseState.ACCEPTED, "A")
    assert next(line for line in case.timeline if line.type == "answers.corrected").alert


async def test_a_reason_answers_only_for_what_it_was_given_for(counter: OpenCounter, ws: Workspace) -> None:
    """That an original is gone, too, has a reason of its own; what is put right stands in sight on a small screen."""
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    async with counter(NARROW) as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: "房屋所有权" in clerk.text)
        clerk.screen._changed("answers.reason", "A")
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        await clerk.type("选错了情形")
        await clerk.press("enter")
        assert clerk.text.index("更正收件时的登记") < clerk.text.index("交来的材料")
        await clerk.press("escape", "f9")
        assert "确认：受理" in clerk.text, "what is put right is still the same"
        await clerk.press("escape")
        clerk.screen.tick("hukou_book", TickState.MISSING)
        await clerk.press("f9")
        assert "确认：" not in clerk.text and "居民户口簿：有 → 缺" in clerk.text and "选错了情形" in clerk.text
        await clerk.type("，户口簿也没有交")
        await clerk.press("enter")
        assert "选错了情形，户口簿也没有交" in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, ResultScreen)
    lines = [line.text for line in cases.get(ws, reference).case.timeline if line.alert]
    assert lines and all("户口簿也没有交" in text for text in lines)


async def test_a_credit_record_that_was_stated_is_not_left_without_a_question(
    counter: OpenCounter, ws: Workspace
) -> None:
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: "房屋所有权" in clerk.text)
        clerk.screen.state_credit(good=False)
        await clerk.press("escape")
        assert "还没有确认" in clerk.text


def received_with_a_deed(ws: Workspace) -> str:
    """Somebody who bought a flat handed in its deed."""
    draft = intake.new_draft(ws, ws.catalogue.matter("hukou-migration"))
    draft.applicant = {"kind": "citizen", "name": "李四", "id_number": PERSON}
    draft.answers = {"destination": "here", "reason": "C", "cross_province": "no", "minors": "no"}
    draft.ticks = dict.fromkeys(("application", "id_card", "hukou_book", "house"), PRESENT)
    return intake.receive(ws, draft).reference


async def test_what_is_not_needed_any_more_is_given_back_on_the_spot(counter: OpenCounter, ws: Workspace) -> None:
    reference = received_with_a_deed(ws)
    async with counter(NARROW) as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: "房屋所有权" in clerk.text)
        await clerk.press("f3", "down")
        await clerk.type("1")
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        told = "不再需要、请当场退还：房屋所有权"
        assert told in clerk.text
        await clerk.type("点错了")
        await clerk.press("enter")
        assert "确认：受理" in clerk.text and told in clerk.text
        await clerk.press("enter")
        assert isinstance(clerk.screen, ResultScreen)
        assert "请当场退还  房屋所有权" in clerk.text and "退还了就登记" in clerk.text
        await clerk.press("t")
        assert "这些材料退还了吗" in clerk.text
        await clerk.press("escape")
        assert cases.get(ws, reference).case.to_return, "nothing is recorded yet"
        await clerk.press("t", "enter")
        assert "已退还" in clerk.text and "请当场退还" not in clerk.text
        case = cases.get(ws, reference).case
        assert not case.to_return and case.given_back[0].told.codes == ("house",)
        head = ws.journal.head
        await clerk.press("t", "enter")
        assert cases.get(ws, reference).case.given_back == case.given_back and ws.journal.head == head


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_was_given_back_later_is_recorded_on_the_case_with_two_keys(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    reference = received_with_a_deed(ws)
    ready = supplement_from_json(ws, reference, {"answers": {"reason": "A"}, "correction_reason": "点错了"})
    supplement.submit(ws, ready.draft, ready.wish)
    async with counter(size) as clerk:
        await clerk.app.push_screen(CaseScreen(reference))
        await clerk.until(lambda: "退还了就登记" in clerk.text)
        assert "更正后不再需要" in clerk.text
        await clerk.press("t", "enter")
        await clerk.until(lambda: "已办：登记退还材料" in clerk.text)
        assert "应退还" not in clerk.text and "退还了就登记" not in clerk.text
        assert not cases.get(ws, reference).case.to_return


async def test_what_somebody_else_took_is_recorded_with_f8(counter: OpenCounter, ws: Workspace) -> None:
    reference = received_with_a_deed(ws)
    ready = supplement_from_json(ws, reference, {"answers": {"reason": "A"}, "correction_reason": "点错了"})
    supplement.submit(ws, ready.draft, ready.wish)
    async with counter() as clerk:
        await clerk.app.push_screen(CaseScreen(reference))
        await clerk.until(lambda: "应退还" in clerk.text)
        await clerk.press("f8")
        await clerk.until(lambda: "登记退还材料" in clerk.text)
        place = [offer.step.id for offer in clerk.screen.offers].index("return_materials") + 1
        await clerk.type(str(place))
        await clerk.until(lambda: "怎样退还" in clerk.text)
        await clerk.press("down")
        await clerk.type("2")
        await clerk.type("王小明")
        await clerk.press("enter")
        await clerk.type("妻子")
        await clerk.press("f9", "enter")
        await clerk.until(lambda: "已退还" in clerk.text)
        assert "王*明" in clerk.text and "王小明" not in clerk.text
    (done,) = cases.get(ws, reference).case.given_back
    assert (done.told.how, done.told.relation, done.receiver) == ("proxy", "妻子", "王小明")


async def test_an_answer_chosen_back_as_it_was_corrects_nothing(counter: OpenCounter, ws: Workspace) -> None:
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: "房屋所有权" in clerk.text)
        await clerk.press("f3", "down")
        await clerk.type("1")
        assert clerk.screen.draft.answers == {"reason": "A"}
        clerk.screen.form.go_to("answers.reason")
        await clerk.type("3")
        assert clerk.screen.draft.answers == {}


@pytest.mark.parametrize("brought", [False, True])
async def test_the_confirmation_announces_the_papers_that_are_made(
    counter: OpenCounter, ws: Workspace, brought: bool
) -> None:
    """A clerk waits at the printer for what is announced, and hands over what comes out."""
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="yes")
    async with counter() as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: reference in clerk.text)
        await clerk.press("f4")
        clerk.screen.set_tick("parentage", MISSING)
        clerk.screen.set_tick("house", PRESENT if brought else MISSING)
        await clerk.press("f9")
        announced = next(line for line in clerk.text.splitlines() if "将打印" in line)
        assert ("收件凭证" in announced, "补正告知书" in announced) == (brought, True)
        await clerk.press("enter")
        made = [paper.kind for paper in cases.get(ws, reference).case.papers]
        assert made == (["receipt", "receipt", "notice"] if brought else ["receipt", "notice"])


async def test_a_further_notice_is_offered_once_there_is_something_new_to_tell(
    counter: OpenCounter, ws: Workspace
) -> None:
    """Who lost the notice gets it printed again."""
    reference = intake.submit(ws, restaurant(ws, layout=MISSING, rules_list=MISSING)).reference
    async with counter(NARROW) as clerk:
        await clerk.app.push_screen(SupplementScreen(supplement.open_supplement(ws, reference)))
        await clerk.until(lambda: reference in clerk.text)
        clerk.screen.set_tick("layout", PRESENT)
        await clerk.press("f8")
        assert "再出一份告知书" in clerk.text and "补打" not in clerk.text
        await clerk.press("escape")
        clerk.screen.set_tick("layout", None)
        await clerk.press("f8")
        assert "再出一份告知书" not in clerk.text
        await clerk.press("escape")
        await choose_other(clerk, "补打上次的告知书")
        assert isinstance(clerk.screen, CaseScreen)
        assert clerk.screen.detail.papers[clerk.screen.place].kind == "notice"
        assert "申请材料补正告知书" in clerk.text, "what p prints is in view"


async def test_by_its_reference_it_opens_ready_to_be_decided(counter: OpenCounter, ws: Workspace) -> None:
    """Five working days run: nothing stands between the receipt in the hand and the decision."""
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    async with counter() as clerk:
        clerk.app.open_case(reference)
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen) and "房屋所有权" in clerk.text)
        await clerk.press("f1")
        assert "帮助：审查材料" in clerk.text and "帮助：补正收件" not in clerk.text


async def test_whoever_may_not_receive_looks_at_the_case(counter: OpenCounter, ws: Workspace) -> None:
    reference = received(ws)
    ws.seat.take(Actor(id="0099", name="王小明", roles=frozenset({Role.SUPERVISOR})))
    async with counter() as clerk:
        clerk.app.open_case(reference)
        await clerk.until(lambda: isinstance(clerk.screen, CaseScreen) and reference in clerk.text)


@pytest.mark.parametrize(("told", "step", "key"), [(False, "审查材料", "审查"), (True, "收下补交的材料", "补正")])
async def test_nothing_is_called_a_supplement_before_anything_was_told(
    counter: OpenCounter, ws: Workspace, told: bool, step: str, key: str
) -> None:
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    if told:
        supplement.submit(ws, supplement.open_supplement(ws, reference))
    assert next_steps.offers(ws, reference)[0].step.name.startswith(step)
    async with counter() as clerk:
        clerk.app.show_case(reference)
        await clerk.until(lambda: isinstance(clerk.screen, CaseScreen) and f"F4 {key}" in clerk.text)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_an_answer_asks_for_is_filled_in_where_it_is_answered(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    """The form is the matter's own: what is blank is said before it is confirmed, and one key leads there."""
    reference = received(ws, destination="here", reason="C", cross_province="no")
    async with counter(size) as clerk:
        await come_back(clerk, ws, reference)
        assert "随迁未成年人姓名" not in clerk.text
        await clerk.type("1")
        await clerk.until(lambda: "随迁未成年人姓名" in clerk.text)
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        assert "还有必填项空着" in clerk.text and "去填空着的" in clerk.text
        await clerk.press("escape")
        assert clerk.screen.form.has_focus and clerk.screen.form.current == "fields.from_address"
        clerk.screen.form.go_to("fields.minor_names")
        await clerk.type("zhang")
        assert clerk.screen.draft.fields == {"minor_names": "zhang"}
        clerk.screen._changed("fields.minor_names", "Zoe\u0301")
        await clerk.press("up")
        assert clerk.screen.draft.fields == {"minor_names": "Zo\u00e9"}, "as it is stored"
        assert "已按标准写法保存" in clerk.text
        await confirm(clerk)
        assert isinstance(clerk.screen, ResultScreen)
    case = cases.get(ws, reference).case
    assert (case.state, case.fields) == (CaseState.ACCEPTED, {"minor_names": "Zo\u00e9"})


async def test_f9_leads_to_the_value_that_is_wrong(counter: OpenCounter, ws: Workspace) -> None:
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="yes")
    async with counter() as clerk:
        clerk.app.open_case(reference)
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen) and "房屋所有权" in clerk.text)
        await clerk.press("f3")
        clerk.screen.form.go_to("fields.minor_names")
        clerk.screen._changed("fields.minor_names", "小" * 201)
        await clerk.press("f4", "f9")
        assert not clerk.asks and clerk.screen.form.has_focus
        assert clerk.screen.form.current == "fields.minor_names"


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_the_notice_left_blank_is_filled_in_with_f8(
    counter: OpenCounter, ws: Workspace, size: tuple[int, int]
) -> None:
    """Beside the materials stands what the notice said; the form takes its place and gives it back."""
    reference = received(ws, destination="here", reason="C", cross_province="no", minors="no")
    supplement.submit(ws, supplement.open_supplement(ws, reference))
    async with counter(size) as clerk:
        clerk.app.open_case(reference)
        await clerk.until(lambda: isinstance(clerk.screen, SupplementScreen) and "房屋所有权" in clerk.text)
        await choose_other(clerk, "补填事项表格")
        await clerk.until(lambda: "F3 表格" in clerk.text)
        assert clerk.screen.form.has_focus and clerk.screen.form.current == "fields.from_address"
        await clerk.type("A1")
        await clerk.press("f4")
        await clerk.type("a")
        await clerk.press("f9")
        assert "确认：受理" in clerk.text and "还有必填项空着" in clerk.text
        await clerk.press("escape")
        assert clerk.screen.form.current == "fields.to_address"
        await choose_other(clerk, "看上次告知的内容")
        await clerk.until(lambda: "F3 上次告知" in clerk.text)
        await confirm(clerk)
        assert isinstance(clerk.screen, ResultScreen)
    case = cases.get(ws, reference).case
    assert (case.state, case.fields) == (CaseState.ACCEPTED, {"from_address": "A1"})
