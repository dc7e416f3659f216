"""After the acceptance: procedures, extension, decision, and what passes between hands (domain.md §9a.6, 7, 9, 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from clerk_tui.services import cases, checking, handing, intake, papers, proceedings, supplement
from clerk_tui.services.result import Result
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case, CaseState
from hall.catalogue.model import Fee
from hall.errors import BadDate, BadInput, HallError, Unlawful
from receipts.compose import compose
from receipts.document import texts
from tests.clerk_tui.conftest import MONDAY, FixedClock
from tests.clerk_tui.walkins import MISSING, PRESENT, promised, restaurant, unacceptable

PROMISED = dt.date(2026, 11, 9)
"""Five working days after Monday."""
STATUTORY = dt.date(2026, 11, 30)
HEARING: dict[str, Any] = {"name": "听证", "days": 5, "basis": "行政许可法第四十六条"}
EXTENSION: dict[str, Any] = {"days": 10, "approver": "局长郑和平", "reason": "需要会同消防部门现场核查"}
DENIAL: dict[str, Any] = {"granted": False, "reason": "现场核查不符合要求"}


def accepted(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws)).reference


def tolerated(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws, rules_list=promised(dt.date(2026, 11, 6)))).reference


def noticed(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws, layout=MISSING)).reference


def case_of(ws: Workspace, reference: str) -> Case:
    return cases.load(ws, reference)


def kinds(result: Result) -> list[str]:
    return [paper.kind for paper in result.papers]


def refused(
    ws: Workspace, error: type[HallError], field: str, call: Callable[..., Result], /, *args: Any, **kwargs: Any
) -> str:
    """That the call is refused at this field with a hint and writes nothing; the error's code."""
    before = ws.journal.head
    with pytest.raises(error) as caught:
        call(ws, *args, **kwargs)
    assert caught.value.field == field
    assert caught.value.hint
    assert ws.journal.head == before
    return caught.value.code


def test_every_paper_of_a_step_is_printed(ws: Workspace) -> None:
    reference = accepted(ws)
    proceedings.announce_procedure(ws, reference, **HEARING)
    handing.hand_over(ws, reference, items=(f.Original(name="租赁合同"),), to_place="食品科")
    handing.serve(ws, reference, documents=(f"{reference}/L1",), how="direct")
    proceedings.end_procedure(ws, reference, name="听证")
    proceedings.extend(ws, reference, **EXTENSION)
    proceedings.decide(ws, reference, granted=True, result_number="JY1")
    handing.pickup(ws, reference, how="collected")
    sheet = checking.checking_sheet(ws, restaurant(ws))
    pending = tolerated(ws)
    proceedings.remind_promise(ws, pending)
    assert [done.kind for done in papers.deliver_pending(ws, 100) if done.error] == []
    assert [paper.kind for paper in case_of(ws, reference).papers] == [
        "acceptance", "procedure", "transfer", "served", "extension", "grant", "pickup",
    ]  # fmt: skip
    assert case_of(ws, reference).state is CaseState.DELIVERED
    assert kinds(sheet) == ["checking"]


def test_a_procedure_stops_the_clock_with_its_notice(ws: Workspace, clock: FixedClock) -> None:
    result = proceedings.announce_procedure(ws, accepted(ws), **HEARING, starts=dt.date(2026, 11, 3))
    case = case_of(ws, result.reference)
    assert kinds(result) == ["procedure"]
    told = case.announced[0]
    assert (told.until, told.due) == (dt.date(2026, 11, 9), dt.date(2026, 11, 16))
    assert [pause.starts for pause in case.pauses] == [dt.date(2026, 11, 3)]
    clock.day = dt.date(2026, 11, 9)
    ended = proceedings.end_procedure(ws, result.reference, name="听证")
    assert (ended.due.promised, ended.due.statutory) == (told.due, dt.date(2026, 12, 7))


def test_a_procedure_after_a_missed_promise_expects_no_decision_before_it(ws: Workspace, clock: FixedClock) -> None:
    """The promise has passed, the law's limit has not: only that one moves."""
    reference = accepted(ws)
    clock.day = PROMISED + dt.timedelta(days=3)
    result = proceedings.announce_procedure(ws, reference, **HEARING)
    told = case_of(ws, reference).announced[0]
    assert told.due == PROMISED and told.statutory is not None and told.until is not None
    assert told.statutory > told.until
    assert result.expected_due is None


def test_two_procedures_at_once_stop_the_clock_once(ws: Workspace, clock: FixedClock) -> None:
    reference = accepted(ws)
    proceedings.announce_procedure(ws, reference, **HEARING)
    proceedings.announce_procedure(ws, reference, name="专家评审", days=3, basis="某法第一条")
    clock.day = dt.date(2026, 11, 4)
    proceedings.end_procedure(ws, reference, name="专家评审")
    done = proceedings.end_procedure(ws, reference, name="听证")
    assert done.due.promised == ws.calendar.add_workdays(PROMISED, 2).day


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"starts": dt.date(2026, 10, 30)}, Unlawful, "starts"),
        ({"starts": dt.date(2026, 12, 1)}, Unlawful, "starts"),
        ({"basis": " "}, BadInput, "basis"),
        ({"name": ""}, BadInput, "name"),
        ({"days": 0}, BadInput, "days"),
        ({"days": 10**9}, BadInput, "days"),
        ({"reason": "\u202e倒"}, BadInput, "reason"),
    ],
)
def test_no_procedure_without_what_its_notice_must_say(
    ws: Workspace, changes: dict[str, Any], error: type[HallError], field: str
) -> None:
    reference = accepted(ws)
    refused(ws, error, field, proceedings.announce_procedure, reference, **(HEARING | changes))


def test_a_procedure_is_no_longer_than_published(ws: Workspace) -> None:
    reference = accepted(ws)
    (listed, *_) = case_of(ws, reference).matter.special_procedures
    longer = {"name": listed.name, "days": listed.days + 1}
    assert refused(ws, Unlawful, "days", proceedings.announce_procedure, reference, **longer)
    result = proceedings.announce_procedure(ws, reference, name=listed.name, days=listed.days, basis="某法第一条")
    assert kinds(result) == ["procedure"]


def test_only_what_runs_can_end_and_not_before_it_began(ws: Workspace, clock: FixedClock) -> None:
    reference = accepted(ws)
    refused(ws, BadInput, "name", proceedings.end_procedure, reference, name="听证")
    proceedings.announce_procedure(ws, reference, **HEARING)
    refused(ws, BadInput, "name", proceedings.announce_procedure, reference, **HEARING)
    for day in (dt.date(2026, 10, 30), dt.date(2026, 11, 3)):
        refused(ws, BadInput, "ends", proceedings.end_procedure, reference, name="听证", ends=day)


def test_an_extension_moves_the_dates_and_says_so(ws: Workspace) -> None:
    result = proceedings.extend(ws, accepted(ws), **EXTENSION)
    assert kinds(result) == ["extension"]
    assert result.due.promised == ws.calendar.add_workdays(PROMISED, 10).day
    extension = case_of(ws, result.reference).extension
    assert extension is not None
    assert extension.due == result.due.promised
    assert extension.statutory == result.due.statutory == ws.calendar.add_workdays(STATUTORY, 10).day


def test_the_extended_paper_gives_both_dates_and_none_before_the_law_s_own(ws: Workspace) -> None:
    reference = accepted(ws)
    proceedings.extend(ws, reference, **EXTENSION)
    case = case_of(ws, reference)
    bodies = [fact.body for fact in ws.journal.facts_of(case.case_id)]
    issued = next(body for body in bodies if isinstance(body, f.PaperIssued) and body.kind == "extension")
    found = "".join(texts(compose("extension", case, issued)))
    assert "延长后，法定期限至2026年12月14日（含当日），预计于2026年11月23日前（含当日）作出决定" in found
    assert "不能在法定期限内" not in found


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"days": 11}, Unlawful, "days"),
        ({"days": 0}, Unlawful, "days"),
        ({"approver": " "}, BadInput, "approver"),
        ({"reason": ""}, BadInput, "reason"),
    ],
)
def test_no_extension_beyond_ten_days_or_without_who_and_why(
    ws: Workspace, changes: dict[str, Any], error: type[HallError], field: str
) -> None:
    reference = accepted(ws)
    refused(ws, error, field, proceedings.extend, reference, **(EXTENSION | changes))


def test_an_extension_comes_in_time_and_once(ws: Workspace, clock: FixedClock) -> None:
    late, reference = accepted(ws), accepted(ws)
    clock.day = STATUTORY
    proceedings.extend(ws, reference, **EXTENSION)
    again = refused(ws, Unlawful, "reference", proceedings.extend, reference, **EXTENSION)
    clock.day = STATUTORY + dt.timedelta(days=1)
    expired = refused(ws, Unlawful, "reference", proceedings.extend, late, **EXTENSION)
    assert (again, expired) == ("extended_before", "limit_expired")


def test_departments_together_may_take_fifteen_days(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = restaurant(ws)
    draft.matter = structs.replace(draft.matter, partners=("xfjy",))
    reference = intake.submit(ws, draft).reference
    refused(ws, Unlawful, "days", proceedings.extend, reference, **(EXTENSION | {"days": 16}))
    assert kinds(proceedings.extend(ws, reference, **(EXTENSION | {"days": 15}))) == ["extension"]


def test_a_refusal_gives_its_reasons_and_remedies(ws: Workspace) -> None:
    reference = accepted(ws)
    refused(ws, BadInput, "reason", proceedings.decide, reference, granted=False)
    result = proceedings.decide(ws, reference, **DENIAL)
    assert (kinds(result), result.state) == (["denial"], CaseState.DECIDED)
    assert kinds(handing.pickup(ws, reference, how="collected")) == ["pickup"]


@pytest.mark.parametrize("remedy", ["court", "reconsideration"])
def test_no_refusal_where_the_hall_names_no_remedy(ws: Workspace, monkeypatch: pytest.MonkeyPatch, remedy: str) -> None:
    hall = structs.replace(ws.catalogue.hall, **{remedy: ""})
    monkeypatch.setattr(type(ws.catalogue), "hall", property(lambda catalogue: hall))
    reference = accepted(ws)
    assert case_of(ws, reference).matter.hall == structs.replace(hall, businesses=())
    refused(ws, Unlawful, f"hall.{remedy}", proceedings.decide, reference, **DENIAL)
    assert kinds(proceedings.decide(ws, reference, granted=True)) == ["grant"]


@pytest.mark.parametrize("granted", [True, False])
def test_no_decision_while_something_is_promised(ws: Workspace, clock: FixedClock, granted: bool) -> None:
    reference = tolerated(ws)
    clock.day = PROMISED
    call = DENIAL if not granted else {"granted": True}
    assert refused(ws, Unlawful, "promises", proceedings.decide, reference, **call) == "promise_open"
    draft = supplement.open_supplement(ws, reference)
    draft.ticks, draft.late_reason = {"rules_list": PRESENT}, "住院期间无法补交"
    supplement.submit(ws, draft)
    assert kinds(proceedings.decide(ws, reference, **call)) == ["grant" if granted else "denial"]


def test_no_decision_during_a_procedure_before_acceptance_or_twice(ws: Workspace) -> None:
    reference = accepted(ws)
    proceedings.announce_procedure(ws, reference, **HEARING)
    refused(ws, Unlawful, "reference", proceedings.decide, reference, granted=True)
    proceedings.end_procedure(ws, reference, name="听证")
    proceedings.decide(ws, reference, granted=True)
    for each in (reference, noticed(ws)):
        refused(ws, Unlawful, "reference", proceedings.decide, each, granted=True)


def test_a_result_is_ready_within_ten_days_and_not_collected_before(ws: Workspace, clock: FixedClock) -> None:
    reference = accepted(ws)
    late = dt.date(2026, 11, 17)
    refused(ws, Unlawful, "collect_from", proceedings.decide, reference, granted=True, collect_from=late)
    ready = dt.date(2026, 11, 16)
    proceedings.decide(ws, reference, granted=True, collect_from=ready)
    refused(ws, Unlawful, "reference", handing.pickup, reference, how="collected")
    clock.day = ready
    refused(ws, BadInput, "waybill", handing.pickup, reference, how="posted")
    assert handing.pickup(ws, reference, how="posted", waybill="EX1").state is CaseState.DELIVERED


def test_a_proxy_is_named_with_relation_and_reason_apart_from_the_facts(ws: Workspace) -> None:
    reference = accepted(ws)
    proxy: dict[str, Any] = {"documents": (f"{reference}/L1",), "how": "proxy"}
    proxy |= {"receiver": "王小明", "relation": "员工", "reason": "本人出差", "place": "示例市商贸路12号"}
    for field in ("receiver", "relation", "reason", "place"):
        refused(ws, BadInput, field, handing.serve, reference, **(proxy | {field: " "}))
    assert kinds(handing.serve(ws, reference, **proxy)) == ["served"]
    service = case_of(ws, reference).services[0]
    assert (service.proxy, service.told.documents[0].name) == ("王小明", "受理通知书")
    assert "王小明" not in str(service.told)


def test_who_refuses_to_take_needs_a_witness_and_a_reason(ws: Workspace) -> None:
    reference = accepted(ws)
    turned: dict[str, Any] = {"documents": (f"{reference}/L1",), "how": "refused"}
    turned |= {"witness": "李四", "reason": "对决定有异议", "place": "示例市商贸路12号"}
    for field in ("witness", "reason", "place"):
        refused(ws, BadInput, field, handing.serve, reference, **(turned | {field: ""}))
    assert kinds(handing.serve(ws, reference, **turned)) == ["served"]


def test_what_is_posted_has_its_waybill_and_not_this_window_as_its_place(ws: Workspace) -> None:
    reference = accepted(ws)
    posted: dict[str, Any] = {"documents": (f"{reference}/L1",), "how": "posted"}
    refused(ws, BadInput, "waybill", handing.serve, reference, **posted)
    handing.serve(ws, reference, **posted, waybill="EZ990100015CN")
    handing.serve(ws, reference, documents=(f"{reference}/L1",), how="direct")
    by_post, direct = (service.told for service in case_of(ws, reference).services)
    assert (by_post.place, by_post.waybill) == ("", "EZ990100015CN")
    assert direct.place.endswith("综合窗口3号")
    refused(ws, BadInput, "place", handing.serve, reference, documents=(f"{reference}/L1",), how="electronic")


def test_a_decision_is_served_under_the_title_that_is_printed_on_it(ws: Workspace) -> None:
    reference = accepted(ws)
    proceedings.decide(ws, reference, granted=True)
    handing.serve(ws, reference, documents=(f"{reference}/J1",), how="direct")
    assert case_of(ws, reference).services[0].told.documents[0].name == "准予行政许可决定书"


def test_only_documents_there_are_can_be_served_and_not_tomorrow(ws: Workspace) -> None:
    reference = accepted(ws)
    both = (f"{reference}/L1", f.Document(name="食品经营许可证", copies=2))
    refused(ws, BadInput, "documents", handing.serve, reference, documents=(), how="direct")
    refused(ws, BadInput, "documents[0]", handing.serve, reference, documents=("X/L9",), how="direct")
    tomorrow = MONDAY + dt.timedelta(days=1)
    refused(ws, BadInput, "day", handing.serve, reference, documents=both, how="direct", day=tomorrow)
    handing.serve(ws, reference, documents=both, how="direct")
    assert [one.copies for one in case_of(ws, reference).services[0].told.documents] == [1, 2]


def fee(**changes: Any) -> dict[str, Any]:
    charge = f.Charge(name="工本费", fen=2000, basis="发改价格〔2003〕2322号")
    return {"charges": (charge,), "pay_by": dt.date(2026, 11, 10), "payee": "示例市财政局"} | changes


def charged(ws: Workspace) -> str:
    """An accepted case of a matter that publishes a fee."""
    draft = restaurant(ws)
    draft.matter = structs.replace(draft.matter, fee=Fee(fen=2000, basis="发改价格〔2003〕2322号"))
    return intake.submit(ws, draft).reference


def test_a_fee_needs_a_published_basis(ws: Workspace) -> None:
    free = accepted(ws)
    assert refused(ws, Unlawful, "charges", handing.demand_fee, free, **fee()) == "no_fee"
    reference = charged(ws)
    bare = (f.Charge(name="工本费", fen=2000, basis=" "),)
    naught = (f.Charge(name="工本费", fen=0, basis="某法"),)
    for changes, field in (
        ({"charges": bare}, "fee.charges[0].basis"),
        ({"charges": naught}, "fee.charges[0].fen"),
        ({"charges": ()}, "charges"),
        ({"payee": ""}, "payee"),
        ({"pay_by": dt.date(2026, 11, 1)}, "pay_by"),
    ):
        refused(ws, HallError, field, handing.demand_fee, reference, **fee(**changes))
    assert kinds(handing.demand_fee(ws, reference, **fee())) == ["fee"]


def test_originals_come_back_on_the_sheet_they_left_on(ws: Workspace) -> None:
    reference = accepted(ws)
    refused(ws, BadInput, "items", handing.hand_over, reference, to_place="食品科")
    handing.hand_over(ws, reference, items=(f.Original(name="租赁合同"), f.Original(name="图纸")), to_place="食品科")
    other = (f.Original(name="样品"),)
    typo = {"items": other, "from_place": "食品科", "giver": "陈晨", "to_place": "窗口"}
    refused(ws, BadInput, "items[0].name", handing.hand_over, reference, **typo)
    handing.hand_over(ws, reference, items=other, to_place="检测室")
    handing.hand_over(ws, reference, from_place="食品科", giver="陈晨", to_place="综合窗口", taker="周敏")
    moves = case_of(ws, reference).handovers
    assert [(move.giver, len(move.items), move.at) for move in moves][1] == (ws.config.clerk.name, 1, "09:00")
    assert (moves[2].giver, [one.name for one in moves[2].items]) == ("陈晨", ["租赁合同", "图纸", "样品"])
    assert moves[0].giver == ws.config.clerk.name


def test_a_paid_fee_is_recorded_once_and_stands_on_the_slip(ws: Workspace) -> None:
    reference = charged(ws)
    refused(ws, Unlawful, "reference", handing.pay_fee, reference)
    handing.demand_fee(ws, reference, **fee())
    refused(ws, BadInput, "fen", handing.pay_fee, reference, fen=2001)
    refused(ws, BadDate, "day", handing.pay_fee, reference, day=MONDAY + dt.timedelta(days=1))
    handing.pay_fee(ws, reference, fen=400, how="现金")
    assert case_of(ws, reference).fee_open == 1600
    result = handing.pay_fee(ws, reference, voucher="99012600")
    assert kinds(result) == []
    case = case_of(ws, reference)
    assert ([one.fen for one in case.payments], case.fee_open) == ([400, 1600], 0)
    assert "票据号99012600" in case.timeline[-1].text
    refused(ws, BadInput, "reference", handing.pay_fee, reference)


def test_what_never_waited_is_not_resumed(ws: Workspace) -> None:
    """A case that was only received and decided later was told nothing: there is nothing that starts again."""
    reference = intake.receive(ws, restaurant(ws, layout=MISSING)).reference
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"layout": PRESENT}
    assert supplement.submit(ws, draft).state is CaseState.ACCEPTED
    with pytest.raises(BadInput) as error:
        proceedings.restart(ws, reference)
    assert error.value.code == "never_waited"


def test_a_procedure_tells_when_it_will_be_decided_as_its_notice_does(ws: Workspace) -> None:
    reference = accepted(ws)
    result = proceedings.announce_procedure(ws, reference, **HEARING)
    assert result.expected_due is not None and cases.get(ws, reference).expected_due == result.expected_due
    assert result.due.promised is not None and result.expected_due > result.due.promised


def test_a_reminder_needs_a_promise_and_a_restart_that_all_is_in(ws: Workspace, clock: FixedClock) -> None:
    reference, plain = tolerated(ws), accepted(ws)
    refused(ws, Unlawful, "kind", proceedings.remind_promise, plain)
    refused(ws, Unlawful, "kind", proceedings.restart, reference)
    assert kinds(proceedings.remind_promise(ws, reference)) == ["tolerance_due"]
    clock.day = dt.date(2026, 11, 5)
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"rules_list": PRESENT}
    supplement.submit(ws, draft)
    assert kinds(proceedings.restart(ws, reference)) == ["restart"]
    refused(ws, BadInput, "reference", proceedings.restart, reference)
    refused(ws, Unlawful, "kind", proceedings.remind_promise, reference)


def test_a_checking_sheet_receives_nothing_and_the_draft_can_still_be_submitted(ws: Workspace) -> None:
    draft = restaurant(ws, layout=unacceptable("比例不对"))
    sheet = checking.checking_sheet(ws, draft)
    kept = case_of(ws, sheet.reference)
    assert (kept.state, kept.ticks["application"]) == (CaseState.INQUIRY, PRESENT)
    assert kept.applicant is not None
    assert "核对" in kept.timeline[0].text
    refused(ws, Unlawful, "reference", handing.serve, sheet.reference, documents=("x",), how="direct")
    result = intake.submit(ws, draft)
    assert result.reference != sheet.reference
    nameless = restaurant(ws)
    nameless.applicant = {}
    refused(ws, BadInput, "applicant.name", checking.checking_sheet, nameless)


def test_the_language_of_a_case_is_that_of_all_its_papers(ws: Workspace) -> None:
    from receipts.compose import compose

    draft = restaurant(ws)
    draft.language = "en"
    reference = intake.submit(ws, draft).reference
    proceedings.decide(ws, reference, **DENIAL)
    facts = ws.journal.facts_of(case_of(ws, reference).case_id)
    case, issued = case_of(ws, reference), facts[-1].body
    assert isinstance(issued, f.PaperIssued)
    assert "Refuse" in compose("denial", case, issued).second_title
