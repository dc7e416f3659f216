"""下一步 at the counter: from the case to the printed paper without a mouse, in a handful of keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from clerk_tui.screens.case import CaseScreen
from clerk_tui.screens.next_steps import NextStepsScreen
from clerk_tui.screens.step import StepScreen
from clerk_tui.screens.step_forms import Asking, asks_of
from clerk_tui.screens.supplement import SupplementScreen
from clerk_tui.services import cases, intake, next_steps, proceedings
from clerk_tui.services.workspace import Workspace
from hall.case import Case, CaseState
from hall.catalogue.model import Fee
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.screens.conftest import NARROW, WIDE, Clerk, OpenCounter
from tests.clerk_tui.walkins import MISSING, restaurant


def accepted(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws)).reference


def granted(ws: Workspace) -> str:
    return proceedings.decide(ws, accepted(ws), granted=True, result="食品经营许可证").reference


def charged(ws: Workspace) -> str:
    draft = restaurant(ws)
    draft.matter = structs.replace(draft.matter, fee=Fee(fen=2000, basis="发改价格〔2003〕2322号"))
    return intake.submit(ws, draft).reference


def heard(ws: Workspace) -> str:
    reference = accepted(ws)
    proceedings.announce_procedure(ws, reference, name="听证", days=3, basis="行政许可法第四十六条")
    return reference


async def begin(clerk: Clerk, ws: Workspace, reference: str, step: str = "") -> None:
    """Open the case; with ``step`` press F8 and its digit. From there on keys are counted."""
    clerk.app.show_case(reference)
    await clerk.until(lambda: isinstance(clerk.screen, CaseScreen) and clerk.screen._detail is not None)
    clerk.keys = 0
    if step:
        order = [offer.step.id for offer in next_steps.offers(ws, reference)]
        await clerk.press("f8", str(order.index(step) + 1))


def at_field(clerk: Clerk) -> str:
    """The field that has the keys."""
    return str(clerk.screen.form.current)


def asked(clerk: Clerk) -> bool:
    """Whether a dialog is open."""
    return clerk.asks


def papers_of(case: Case) -> list[str]:
    return [paper.kind for paper in case.papers]


async def test_what_is_lawful_has_a_digit_and_the_rest_says_why(counter: OpenCounter, ws: Workspace) -> None:
    reference = accepted(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference)
        await clerk.press("f8")
        rows = clerk.text.splitlines()
        assert any(row.split()[:2] == ["3", "作出准予的决定"] for row in rows), clerk.text
        (pickup,) = [row for row in rows if row.split()[:1] == ["取件"]]
        assert "不能取件" in pickup
        await clerk.press("end", *["down"] * 14)
        assert "现在不能办：" in clerk.text
        assert "怎么办：" in clerk.text
        await clerk.press("enter", "9")
        assert isinstance(clerk.screen, NextStepsScreen), "a step that is not lawful does not open"


@pytest.mark.parametrize(
    ("size", "made", "step", "typed", "most", "kinds", "state"),
    [
        # Keys: F8, the step's digit, what has to be typed, Enter past each field, Enter to confirm.
        (WIDE, accepted, "grant", "f9 enter", 4, ["grant"], CaseState.DECIDED),
        (NARROW, granted, "serve", "f9 enter", 4, ["served"], CaseState.DECIDED),
        (WIDE, granted, "pickup", "1 enter", 4, ["pickup"], CaseState.DELIVERED),
        (NARROW, accepted, "deny", "现 场 不 符 enter enter", 8, ["denial"], CaseState.DECIDED),
        (WIDE, accepted, "extend", "1 0 enter 局 长 enter 核 查 enter enter", 12, ["extension"], CaseState.ACCEPTED),
        (NARROW, accepted, "withdraw", "enter enter enter", 5, ["returned"], CaseState.WITHDRAWN),
        (WIDE, accepted, "announce_procedure", "1 f9 enter", 5, ["procedure"], CaseState.ACCEPTED),
        (NARROW, heard, "end_procedure", "f9 enter", 4, [], CaseState.ACCEPTED),
        (NARROW, accepted, "bring", "1 enter 图 纸 f9 enter", 8, ["receipt"], CaseState.ACCEPTED),
        (WIDE, accepted, "hand_over", "1 2 f9 enter", 6, ["transfer"], CaseState.ACCEPTED),
    ],
)  # fmt: skip
async def test_a_step_takes_a_handful_of_keys_and_no_mouse(
    counter: OpenCounter,
    ws: Workspace,
    printed: list[str],
    size: tuple[int, int],
    made: Callable[[Workspace], str],
    step: str,
    typed: str,
    most: int,
    kinds: list[str],
    state: CaseState,
) -> None:
    reference = made(ws)
    before = papers_of(cases.load(ws, reference))
    async with counter(size) as clerk:
        await begin(clerk, ws, reference, step)
        assert isinstance(clerk.screen, StepScreen), clerk.text
        await clerk.press(*typed.split())
        assert isinstance(clerk.screen, CaseScreen), clerk.text
        assert clerk.keys <= most
        assert "已办：" in clerk.text
        assert "已保存到本机" in clerk.text
    case = cases.load(ws, reference)
    assert papers_of(case)[len(before) :] == kinds
    assert case.state is state
    assert printed


async def test_who_withdraws_is_not_told_when_it_would_have_been_due(counter: OpenCounter, ws: Workspace) -> None:
    reference = accepted(ws)
    async with counter(NARROW) as clerk:
        await begin(clerk, ws, reference, "withdraw")
        await clerk.press("f9")
        assert clerk.asks and "退件通知单" in clerk.text
        assert "承诺办结" not in clerk.text and "法定期限" not in clerk.text


async def test_a_fee_is_demanded_and_paid_in_few_keys(counter: OpenCounter, ws: Workspace) -> None:
    reference = charged(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference, "demand_fee")
        await clerk.type("工本费")
        await clerk.press("enter", "enter")
        await clerk.type("1110")
        assert "2026-11-10" in clerk.text, "what was typed is read out"
        await clerk.press("enter")
        await clerk.type("财政局")
        await clerk.press("enter", "enter")
        fee = cases.load(ws, reference).fee
        assert fee is not None
        assert [(one.name, one.fen) for one in fee.charges] == [("工本费", 2000)]
        await begin(clerk, ws, reference, "pay_fee")
        await clerk.press("3", "enter", "enter")
        assert clerk.keys == 5
    (payment,) = cases.load(ws, reference).payments
    assert (payment.fen, payment.how) == (2000, "扫码支付")


async def test_a_step_without_fields_is_only_confirmed(counter: OpenCounter, ws: Workspace, clock: FixedClock) -> None:
    from tests.clerk_tui.services.test_next_steps import tolerated

    reference = tolerated(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference, "remind_promise")
        assert clerk.asks
        assert "容缺候补通知书" in clerk.text
        await clerk.press("enter")
        assert clerk.keys == 3
    assert papers_of(cases.load(ws, reference))[-1] == "tolerance_due"


async def test_a_mistake_is_said_while_it_is_typed_and_f9_goes_there(counter: OpenCounter, ws: Workspace) -> None:
    reference = accepted(ws)
    before = ws.journal.head
    async with counter() as clerk:
        await begin(clerk, ws, reference, "extend")
        await clerk.type("11")
        assert "1到10个工作日" in clerk.text
        await clerk.press("f9")
        assert not asked(clerk)
        assert at_field(clerk) == "days"
        await clerk.press("backspace")
        await clerk.type("x")
        assert "应当是一个整数" in clerk.text
        await clerk.press("backspace", "f9")
        assert at_field(clerk) == "approver", "F9 goes to what is still empty"
        assert "请填写批准人" in clerk.text
    assert ws.journal.head == before


@pytest.mark.parametrize(("partners", "who"), [((), "行政机关负责人"), (("住房和城乡建设局",), "本级人民政府负责人")])
def test_the_form_of_an_extension_says_whose_approval_it_takes(
    ws: Workspace, partners: tuple[str, ...], who: str
) -> None:
    """行政许可法 art. 42: of a matter that departments handle jointly it is the people's government's."""
    reference = accepted(ws)
    case = cases.load(ws, reference)
    case = structs.replace(case, matter=structs.replace(case.matter, partners=partners))
    (extend,) = [offer.step for offer in next_steps.offers(ws, reference) if offer.step.id == "extend"]
    asking = Asking(case=case, today=case.received, clerk="0001", window="3", typed={})
    (approver,) = [ask for ask in asks_of(extend, asking) if ask.key == "approver"]
    assert who in approver.note


async def test_the_dates_that_follow_are_shown_before_anything_is_confirmed(
    counter: OpenCounter, ws: Workspace
) -> None:
    reference = accepted(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference, "extend")
        assert "2026-11-23" not in clerk.text
        await clerk.type("10")
        assert "2026-11-23" in clerk.text
        assert "延长办理期限通知书" in clerk.text


async def test_a_choice_brings_the_fields_that_it_needs(counter: OpenCounter, ws: Workspace) -> None:
    reference = granted(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference, "pickup")
        assert "邮寄单号" not in clerk.text
        await clerk.press("2")
        assert at_field(clerk) == "waybill"
        await clerk.press("f9")
        assert not asked(clerk), "post needs its number"
        await clerk.scan("EX123456789CN")
        assert asked(clerk)
        assert clerk.screen_below.typed.get("waybill", "") == "", "a scan fills nothing by itself"
        await clerk.press("enter", "f9", "enter")
    delivered = cases.load(ws, reference).delivered
    assert delivered is not None
    assert delivered.waybill == "EX123456789CN"


async def test_a_scan_in_the_list_takes_no_step(counter: OpenCounter, ws: Workspace) -> None:
    reference = accepted(ws)
    before = ws.journal.head
    async with counter() as clerk:
        await begin(clerk, ws, reference)
        await clerk.press("f8")
        await clerk.scan("33333333")
        assert not isinstance(clerk.screen, StepScreen)
    assert ws.journal.head == before


async def test_typed_words_are_not_lost_without_a_question(counter: OpenCounter, ws: Workspace) -> None:
    reference = accepted(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference, "deny")
        await clerk.press("escape")
        assert not asked(clerk), "nothing was typed, nothing is asked"
        await clerk.press("enter")
        await clerk.type("理由")
        await clerk.press("escape")
        assert asked(clerk)
        await clerk.press("escape")
        assert clerk.screen.typed == {"reason": "理由"}


async def test_supplementing_is_one_of_the_steps(counter: OpenCounter, ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws, layout=MISSING)).reference
    async with counter() as clerk:
        await begin(clerk, ws, reference, "supplement")
        assert isinstance(clerk.screen, SupplementScreen)
        assert clerk.keys == 2


async def test_originals_come_back_from_where_they_are(counter: OpenCounter, ws: Workspace) -> None:
    reference = accepted(ws)
    async with counter() as clerk:
        await begin(clerk, ws, reference, "hand_over")
        await clerk.press("1", "f9", "enter")
        await begin(clerk, ws, reference, "hand_over")
        await clerk.press("enter", "enter")
        assert at_field(clerk) == "giver", "who gives them back is asked"
        await clerk.type("陈晨")
        await clerk.press("f9", "enter")
    there, back = cases.load(ws, reference).handovers
    assert (there.to_place, back.from_place) == (back.from_place, there.to_place)
    assert (back.to_place, back.giver, back.taker) == (there.from_place, "陈晨", ws.clerk.name)
    assert [one.name for one in back.items] == [one.name for one in there.items]
