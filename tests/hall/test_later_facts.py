"""What happens after acceptance, folded: procedures, extension, decision, service, fees, hand-overs, return."""

from __future__ import annotations

import datetime as dt

import pytest

from hall import chain
from hall import facts as f
from hall.case import Case, CaseState
from hall.fold import fold
from tests.builders import DAY, PRESENT, fact, facts, received

LATER = dt.date(2026, 9, 22)
ACCEPT = f.CaseAccepted(accepted=DAY, due=f.Due(promised=dt.date(2026, 9, 24)), article="第五项")
ANNOUNCED = f.ProcedureAnnounced(name="听证", days=20, starts=LATER, basis="行政许可法第四十六条")
EXTENDED = f.LimitExtended(days=10, approver="局长", reason="情况复杂", day=LATER)
SERVED = f.PapersServed(
    documents=(f.Document(name="决定书"), f.Document(name="许可证", copies=2)), day=LATER, place="窗口", how="proxy",
    relation="配偶", reason="本人出差",
)  # fmt: skip
FEE = f.FeeDemanded(
    charges=(f.Charge(name="工本费", fen=1000, basis="财税〔2016〕79号"),), pay_by=LATER, payee="财政局"
)
MOVED = f.MaterialsHandedOver(
    items=(f.Original(name="合同"),), day=LATER, from_place="窗口", giver="周敏", to_place="食品科", taker="陈晨"
)


def after(*bodies: f.FactBody) -> Case:
    case = fold(facts(received(), *bodies))
    assert case is not None
    return case


def test_an_announced_procedure_does_not_stop_the_clock_by_itself() -> None:
    case = after(ACCEPT, ANNOUNCED)
    assert (case.announced, case.pauses) == ((ANNOUNCED,), ())


def test_the_case_keeps_the_first_extension_and_who_approved_it() -> None:
    case = after(ACCEPT, EXTENDED, f.LimitExtended(days=5, approver="他人", reason="再延", day=LATER))
    assert case.extension == EXTENDED
    assert case.extended_days == 10


def test_documents_served_keep_who_took_them_apart_from_what_was_served() -> None:
    run = [*facts(received(), ACCEPT), fact(SERVED, 3, personal=f.Personal(fields={"served.proxy": "李四"}))]
    case = fold(run)
    assert case is not None
    assert (case.services[0].told, case.services[0].proxy) == (SERVED, "李四")
    assert "李四" not in case.timeline[-1].text
    erased = fold([*run[:2], fact(SERVED, 3)])
    assert erased is not None
    assert erased.services[0].proxy == ""


def test_a_refused_case_can_still_be_served() -> None:
    from hall.verdict import Refusal

    refuse = f.CaseRefused(refusal=Refusal("not_needed", "不需要许可"), refused=DAY, article="第一项")
    case = after(refuse, SERVED)
    assert case.state is CaseState.REFUSED
    assert len(case.services) == 1
    assert not case.timeline[-1].misfit


def test_fee_and_originals_stay_with_the_case() -> None:
    back = f.MaterialsHandedOver(items=MOVED.items, day=LATER, from_place="食品科", giver="陈晨", to_place="窗口")
    case = after(ACCEPT, FEE, MOVED, back)
    assert case.fee == FEE
    assert [move.giver for move in case.handovers] == ["周敏", "陈晨"]
    assert "窗口 → 食品科" in case.timeline[-2].text


def test_payments_count_against_the_fee_that_was_demanded() -> None:
    paid = f.FeePaid(fen=400, day=LATER, voucher="99")
    case = after(ACCEPT, FEE, paid)
    assert (case.payments, case.fee_open) == ((paid,), 600)
    assert after(ACCEPT, FEE, paid, FEE).fee_open == 1000
    unasked = after(ACCEPT, paid)
    assert (unasked.payments, unasked.timeline[-1].misfit) == ((), "没有通知缴费")


def test_a_supplement_says_what_came_with_it() -> None:
    from hall.verdict import gaps_of
    from tests.builders import ROWS

    gaps = gaps_of(ROWS, {"form": PRESENT})
    case = fold(
        facts(
            received({"form": PRESENT}),
            f.CaseNoticed(gaps=gaps, respond_by=LATER, article=""),
            f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=LATER, complete=True),
        )
    )
    assert case is not None
    assert case.supplied == ("id",)


def test_a_returned_case_keeps_why() -> None:
    closed = f.CaseClosed(how="returned", day=LATER, reason="期满未补正")
    case = after(f.CaseNoticed(gaps=(), respond_by=LATER, article=""), closed)
    assert (case.state, case.closed) == (CaseState.RETURNED, closed)


@pytest.mark.parametrize("body", [ANNOUNCED, EXTENDED, FEE])
def test_what_needs_an_acceptance_has_no_effect_before_it(body: f.FactBody) -> None:
    case = after(body)
    assert case.timeline[-1].misfit
    assert (case.announced, case.extension, case.fee) == ((), None, None)


@pytest.mark.parametrize("body", [ANNOUNCED, EXTENDED, SERVED, FEE, MOVED, f.FeePaid(fen=1, day=LATER)])
def test_every_later_fact_seals_and_opens_to_itself(body: f.FactBody) -> None:
    original = fact(body)
    start = chain.genesis("device-1", "A1", b"k" * 32)
    assert chain.open_sealed(chain.seal(original, start, b"s" * 16)) == original


def test_a_fact_without_a_language_has_the_bytes_it_always_had() -> None:
    start = chain.genesis("device-1", "A1", b"k" * 32)
    assert b"language" not in chain.seal(fact(received()), start, b"s" * 16).public
    assert b'"language":"en"' in chain.seal(fact(received(language="en")), start, b"s" * 16).public
    case = fold(facts(received(language="en")))
    assert case is not None
    assert case.language == "en"
