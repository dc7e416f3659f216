"""What comes into an accepted case: of the applicant's own accord, or because the department asks for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from clerk_tui.services import cases, ending, handing, intake, next_steps, papers, supplement, upkeep
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.adoption import Standing, standing_of
from hall.errors import BadDate, BadInput, Unlawful
from tests.clerk_tui.conftest import MONDAY, FixedClock
from tests.clerk_tui.services.test_supplement import bring as supplied
from tests.clerk_tui.walkins import MISSING, PRESENT, promised, restaurant
from tests.receipts.reading import joined, read_text

LEASE = f.Original(name="租赁合同（续签）")
PLAN = f.Original(name="经营布局图（更正）", form="复印件", copies=2)


def accepted_by_silence(ws: Workspace, clock: FixedClock) -> str:
    reference = intake.receive(ws, restaurant(ws, layout=MISSING)).reference
    clock.day = MONDAY + dt.timedelta(days=14)
    assert upkeep.run(ws) == [reference]
    return reference


def receipt_of(ws: Workspace, reference: str) -> str:
    """What the last receipt of the case says."""
    paper = [each for each in cases.get(ws, reference).papers if each.kind == "receipt"][-1]
    return joined(read_text(papers.rebuild(ws, paper.paper_id).pdf))


def test_each_hand_in_gets_a_receipt_and_neither_acceptance_nor_limits_move(ws: Workspace, clock: FixedClock) -> None:
    """domain.md §9a.4; 行政许可法 art. 32(4): of a case that the law has accepted nothing may be asked for."""
    reference = accepted_by_silence(ws, clock)
    before = cases.get(ws, reference).case
    first = handing.bring(ws, reference, items=(LEASE,))
    clock.day += dt.timedelta(days=1)
    second = handing.bring(ws, reference, items=(PLAN,), purpose="更正布局图上的面积")
    assert [[paper.kind for paper in each.papers] for each in (first, second)] == [["receipt"], ["receipt"]]
    case = cases.get(ws, reference).case
    for kept in ("state", "deemed", "accepted", "due", "ticks", "gaps", "notices", "handed_in"):
        assert getattr(case, kept) == getattr(before, kept), kept
    assert [one.name for each in case.brought for one in each.items] == [LEASE.name, PLAN.name]
    assert case.course[-2].text == f"收下补充材料（申请人自愿提交）：{PLAN.name}；更正布局图上的面积"
    said = receipt_of(ws, reference)
    assert joined(PLAN.name) in said and "2份" in said and "不改变受理，也不改变办理期限" in said
    assert joined(LEASE.name) not in said, "the one before has a receipt of its own"
    assert "即为受理凭证" not in said and "下列补充材料（申请人自愿提交）" in said


def test_what_a_department_asks_for_is_taken_with_its_reason_and_shown_to_supervisors(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    with pytest.raises(BadInput) as why:
        handing.bring(ws, reference, items=(PLAN,), asked=True)
    assert why.value.field == "purpose"
    handing.bring(ws, reference, items=(PLAN,), asked=True, purpose="现场核查要核对面积")
    line = next(each for each in cases.get(ws, reference).case.timeline if each.type == "materials.brought")
    assert line.alert and "承办部门要求" in line.text and "现场核查要核对面积" in line.text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"items": ()}, "items"),
        ({"items": (f.Original(name=" "),)}, "items[0].name"),
        ({"items": (LEASE, f.Original(name="图纸", copies=0))}, "items[1].copies"),
        ({"items": (LEASE,), "day": dt.date(2099, 1, 1)}, "day"),
        ({"items": (LEASE,), "day": dt.date(2000, 1, 1)}, "day"),
    ],
)
def test_what_is_not_said_rightly_writes_nothing(ws: Workspace, values: dict[str, object], field: str) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    head = ws.journal.head
    with pytest.raises((BadInput, BadDate)) as wrong:
        handing.bring(ws, reference, **values)  # type: ignore[arg-type]
    assert (wrong.value.field, ws.journal.head) == (field, head)


def test_a_case_that_still_waits_for_its_materials_is_supplemented_instead(ws: Workspace) -> None:
    for reference in (
        intake.submit(ws, restaurant(ws, layout=MISSING)).reference,
        intake.receive(ws, restaurant(ws)).reference,
    ):
        with pytest.raises(Unlawful):
            handing.bring(ws, reference, items=(LEASE,))


def test_what_was_promised_is_supplemented_and_something_else_may_come_beside_it(ws: Workspace) -> None:
    day = MONDAY + dt.timedelta(days=2)
    reference = intake.submit(ws, restaurant(ws, rules_list=promised(day))).reference
    (promise,) = cases.get(ws, reference).case.promises
    with pytest.raises(BadInput) as refused:
        handing.bring(ws, reference, items=(f.Original(name=promise.name),))
    assert refused.value.code == "promised_material" and "收下补交的材料" in (refused.value.hint or "")
    handing.bring(ws, reference, items=(LEASE,))
    assert cases.get(ws, reference).case.promises == (promise,)
    result = supplement.submit(ws, supplied(ws, reference, rules_list=PRESENT))
    assert result.state == "accepted"
    assert "下列补充材料" not in receipt_of(ws, reference), "the receipt is of what came in last"


def test_what_was_brought_is_given_back_with_the_rest(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    handing.bring(ws, reference, items=(LEASE,))
    ending.withdraw(ws, reference)
    paper = cases.get(ws, reference).papers[-1]
    assert paper.kind == "returned"
    assert joined(LEASE.name) in joined(read_text(papers.rebuild(ws, paper.paper_id).pdf))


def test_the_step_is_offered_for_a_case_that_runs_and_the_way_to_it_is_told(ws: Workspace, clock: FixedClock) -> None:
    reference = accepted_by_silence(ws, clock)
    offered = {offer.step.id for offer in next_steps.offers(ws, reference) if offer.lawful}
    assert "bring" in offered and "supplement" not in offered
    with pytest.raises(BadInput) as refused:
        supplement.open_supplement(ws, reference)
    assert f"“{next_steps.STEPS['bring'].name}”" in (refused.value.hint or "")


def test_scripts_take_it_in_too(ws: Workspace, tmp_path: Path) -> None:
    from clerk_tui.services.proceed_json import proceed

    reference = intake.submit(ws, restaurant(ws)).reference
    data = {"action": "bring", "items": [{"name": "图纸", "form": "电子"}], "asked": False}
    assert [paper.kind for paper in proceed(ws, reference, data).papers] == ["receipt"]


def test_another_window_that_goes_on_with_the_case_knows_what_was_brought(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    handing.bring(ws, reference, items=(LEASE,))
    case = cases.get(ws, reference).case
    standing = msgspec.convert(standing_of(case), Standing)
    assert (standing.brought, standing.brought_at) == (case.brought, case.brought_at)
