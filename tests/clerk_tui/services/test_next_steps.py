"""What can be done next is what the services would do: all that is lawful is offered, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from msgspec import structs

from clerk_tui.services import cases, handing, intake, next_steps, proceedings
from clerk_tui.services.next_steps import STEPS
from clerk_tui.services.proceed_json import ACTIONS
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput, Unlawful
from hall.roles import Actor, Role
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import MISSING, promised, restaurant


def accepted(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws)).reference


def granted(ws: Workspace) -> str:
    return proceedings.decide(ws, accepted(ws), granted=True).reference


def tolerated(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws, rules_list=promised(dt.date(2026, 11, 6)))).reference


def noticed(ws: Workspace) -> str:
    return intake.submit(ws, restaurant(ws, layout=MISSING)).reference


def lawful(ws: Workspace, reference: str) -> set[str]:
    return {offer.step.id for offer in next_steps.offers(ws, reference) if offer.lawful}


def test_every_service_after_the_receipt_is_among_the_steps() -> None:
    assert {step.action for step in STEPS.values()} == {"", *ACTIONS}


ALWAYS = {"hand_over", "serve"}


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (accepted, ALWAYS | {"bring", "announce_procedure", "extend", "grant", "deny", "withdraw"}),
        (tolerated, ALWAYS | {"bring", "supplement", "remind_promise", "announce_procedure", "extend", "withdraw"}),
        (noticed, ALWAYS | {"supplement", "withdraw"}),
        (granted, ALWAYS | {"pickup"}),
    ],
)
def test_what_the_law_allows_now_is_offered_and_nothing_else(
    ws: Workspace, made: Callable[[Workspace], str], wanted: set[str]
) -> None:
    assert lawful(ws, made(ws)) == wanted


def test_what_cannot_be_done_says_why_and_what_to_do(ws: Workspace) -> None:
    offers = next_steps.offers(ws, accepted(ws))
    assert [offer.lawful for offer in offers] == sorted((offer.lawful for offer in offers), reverse=True)
    for offer in offers:
        if offer.why is not None:
            assert offer.why.message
            assert offer.why.hint, offer.step.id


def test_time_opens_a_step_and_closes_another(ws: Workspace, clock: FixedClock) -> None:
    reference, late = noticed(ws), tolerated(ws)
    last = cases.load(ws, reference).notices[-1].respond_by
    clock.day = last + dt.timedelta(days=1)
    assert "give_back" in lawful(ws, reference)
    clock.day = dt.date(2027, 3, 1)
    assert lawful(ws, late) >= {"terminate"}
    assert "extend" not in lawful(ws, late)


def test_who_may_not_is_told_who_may(ws: Workspace) -> None:
    reference = accepted(ws)
    ws.seat.take(Actor(id="0002", name="李四", roles=frozenset({Role.CLERK})))
    assert lawful(ws, reference) == {"bring", "hand_over", "serve", "withdraw"}
    why = {offer.step.id: offer.why for offer in next_steps.offers(ws, reference)}["extend"]
    assert why is not None
    assert (why.code, why.hint) == ("not_allowed", "请负责人来办")


def test_looking_and_rehearsing_write_nothing(ws: Workspace) -> None:
    reference = accepted(ws)
    before, case = ws.journal.head, cases.load(ws, reference)
    next_steps.offers(ws, reference)
    values = {"days": 10, "approver": "局长", "reason": "会同核查"}
    foreseen = next_steps.rehearse(ws, reference, STEPS["extend"], values)
    assert ws.journal.head == before
    assert cases.load(ws, reference) == case
    done = next_steps.take(ws, reference, STEPS["extend"], values)
    assert (foreseen.due, foreseen.state) == (done.due, done.state)
    assert [paper.number for paper in foreseen.papers] == [paper.number for paper in done.papers]
    assert ws.journal.head != before


def test_a_rehearsal_judges_what_is_there_before_the_rest_is_typed(ws: Workspace) -> None:
    reference = accepted(ws)
    with pytest.raises(Unlawful) as caught:
        next_steps.rehearse(ws, reference, STEPS["extend"], {"days": 11})
    assert caught.value.field == "days"
    with pytest.raises(BadInput) as missing:
        next_steps.take(ws, reference, STEPS["deny"], {})
    assert missing.value.field == "reason"


def test_after_an_error_services_write_again(ws: Workspace) -> None:
    reference = accepted(ws)
    with pytest.raises(Unlawful):
        next_steps.rehearse(ws, reference, STEPS["pickup"], {})
    assert handing.serve(ws, reference, documents=(f"{reference}/L1",), how="direct").papers
    assert cases.load(ws, reference).services


def test_a_hall_without_a_court_offers_no_refusal(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = structs.replace(ws.catalogue.hall, court="")
    monkeypatch.setattr(type(ws.catalogue), "hall", property(lambda catalogue: hall))
    assert "deny" not in lawful(ws, accepted(ws))
