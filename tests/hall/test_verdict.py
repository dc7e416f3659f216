"""The verdict: the five branches of 行政许可法 art. 32, from the ticks alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.model import Exit, Place, Problem, Tolerance
from hall.checklist import Checklist, Row
from hall.errors import BadInput, Unlawful
from hall.verdict import Outcome, Refusal, Tick, TickState, Verdict, article_of, judge

TODAY = dt.date(2026, 9, 18)
LATEST = dt.date(2026, 9, 28)
SEAL = Problem(code="no-seal", text="未加盖公章", remedy="补盖公章", correctable=True)
OLD = Problem(code="expired", text="已过有效期", remedy="更换证件")
POLICE = Place(organ="示例市公安局", address="示例市平安路10号", phone="0990-5550112")
S = TickState


def row(code: str, *, required: bool = True, tolerable: bool = False, held: bool = False) -> Row:
    return Row(
        code=code,
        name=f"材料{code}",
        why="证明",
        source="自备",
        form="原件",
        copies=1,
        required=required,
        tolerable=tolerable,
        held=held,
        problems=(SEAL, OLD),
    )


def checklist(*rows: Row, open_questions: tuple[str, ...] = (), exits: tuple[Exit, ...] = ()) -> Checklist:
    return Checklist(
        matter="m",
        answers={},
        situations=(),
        questions=(),
        open_questions=open_questions,
        materials=rows,
        fields=(),
        exits=exits,
    )


def verdict(rows: Checklist, **options: Any) -> Verdict:
    ticks = options.pop("ticks", {})
    options = {"tolerance": Tolerance(), "latest_promise": LATEST, "today": TODAY, **options}
    return judge(rows, ticks, **options)


A, B = row("A"), row("B", tolerable=True)
PRESENT, MISSING = Tick(S.PRESENT), Tick(S.MISSING)


def promised(day: dt.date | None = LATEST) -> Tick:
    return Tick(S.PROMISED, until=day)


def test_complete_materials_must_be_accepted() -> None:
    found = verdict(checklist(A, B), ticks={"A": PRESENT, "B": PRESENT})
    assert found.outcome is Outcome.ACCEPTED
    assert found.lawful == (Outcome.ACCEPTED,)
    assert found.article.endswith("第五项")
    with pytest.raises(Unlawful) as caught:
        found.require(Outcome.NOTICED)
    assert "受理" in caught.value.hint


def test_a_material_without_a_tick_is_missing_unless_the_hall_holds_it() -> None:
    found = verdict(checklist(A, row("C", held=True)))
    assert [gap.code for gap in found.gaps] == ["A"]
    assert found.outcome is Outcome.NOTICED
    assert found.gaps[0].remedy == "请提交原件1份"


def test_what_is_not_required_is_never_a_gap() -> None:
    assert verdict(checklist(row("C", required=False))).outcome is Outcome.ACCEPTED


def test_an_unacceptable_material_is_told_with_its_reason_and_remedy() -> None:
    found = verdict(checklist(A), ticks={"A": Tick(S.UNACCEPTABLE, "expired")})
    assert (found.gaps[0].problem, found.gaps[0].remedy) == ("已过有效期", "更换证件")
    assert found.lawful == (Outcome.NOTICED,)


def test_what_can_be_put_right_on_the_spot_may_be_corrected() -> None:
    found = verdict(checklist(A), ticks={"A": Tick(S.UNACCEPTABLE, "no-seal")})
    assert Outcome.CORRECTED in found.lawful
    assert found.require(Outcome.CORRECTED) is Outcome.CORRECTED
    both = verdict(checklist(A, B), ticks={"A": Tick(S.UNACCEPTABLE, "no-seal"), "B": MISSING})
    assert Outcome.CORRECTED not in both.lawful
    assert "材料B" in both.unlawful[Outcome.CORRECTED]


def test_tolerable_gaps_with_a_promise_may_be_accepted() -> None:
    found = verdict(checklist(A, B), ticks={"A": PRESENT, "B": promised()})
    assert found.outcome is Outcome.TOLERATED
    assert found.require(None) is Outcome.TOLERATED


def test_tolerance_stands_on_a_written_promise() -> None:
    found = verdict(checklist(A, B), ticks={"A": PRESENT, "B": MISSING})
    assert Outcome.TOLERATED in found.lawful
    with pytest.raises(BadInput, match="承诺") as caught:
        found.require(Outcome.TOLERATED)
    assert caught.value.field == "materials.B.until"


def test_an_error_put_right_on_the_spot_goes_with_a_promise_for_the_rest() -> None:
    """行政许可法 art. 32(3): what can be corrected at once is no gap any more."""
    error = Tick(S.UNACCEPTABLE, "no-date", correctable=True)
    found = verdict(checklist(A, B), ticks={"A": error, "B": promised()})
    assert found.outcome is Outcome.NOTICED, "nobody has corrected it yet"
    assert found.require(Outcome.TOLERATED) is Outcome.TOLERATED
    assert [gap.code for gap in found.corrections] == ["A"]
    with pytest.raises(Unlawful, match="不能当场更正"):
        found.require(Outcome.CORRECTED)
    fault = Tick(S.UNACCEPTABLE, "expired")
    assert "不能容缺" in verdict(checklist(A, B), ticks={"A": fault, "B": promised()}).unlawful[Outcome.TOLERATED]
    with pytest.raises(BadInput, match="承诺"):
        verdict(checklist(A, B), ticks={"A": error, "B": MISSING}).require(Outcome.TOLERATED)
    alone = verdict(checklist(A), ticks={"A": error})
    assert (alone.corrections, alone.lawful) == ((), (Outcome.NOTICED, Outcome.CORRECTED))


def test_the_explanation_is_that_of_the_chosen_outcome() -> None:
    error = Tick(S.UNACCEPTABLE, "no-date", correctable=True)
    mixed = verdict(checklist(A, B), ticks={"A": error, "B": promised()})
    assert "一次告知" in mixed.explained(None) and "一次告知" in mixed.explained(Outcome.NOTICED)
    assert mixed.explained(Outcome.TOLERATED) == "当场更正1项，承诺补齐1项次要材料，可以先予受理"
    alone = verdict(checklist(A), ticks={"A": error})
    assert alone.explained(Outcome.CORRECTED) == "有1项可以当场更正，更正后应当受理"
    promise = verdict(checklist(A, B), ticks={"A": PRESENT, "B": promised()})
    assert "可以先予受理" in promise.explained(Outcome.TOLERATED)
    assert promise.explained(Outcome.NOTICED) == "缺少或不合格1项，应当一次告知全部补正内容"
    assert promise.explained(Outcome.ACCEPTED) == promise.explanation, "what is not on offer is not explained"


@pytest.mark.parametrize(
    ("ticks", "options", "code"),
    [
        ({"A": promised(), "B": PRESENT}, {}, "not_tolerable"),
        ({"A": PRESENT, "B": promised(LATEST + dt.timedelta(days=1))}, {}, "promise_too_late"),
        ({"A": PRESENT, "B": promised(TODAY - dt.timedelta(days=1))}, {}, "promise_in_the_past"),
        ({"A": PRESENT, "B": promised(None)}, {}, "promise_date_needed"),
        ({"A": PRESENT, "B": promised()}, {"tolerance": Tolerance(allowed=False)}, "not_tolerable"),
        ({"A": Tick(S.UNACCEPTABLE), "B": PRESENT}, {}, "needs_reason"),
        ({"A": Tick(S.UNACCEPTABLE, "—"), "B": PRESENT}, {}, "needs_reason"),
        ({"A": Tick(S.NOT_APPLICABLE, " "), "B": PRESENT}, {}, "needs_reason"),
        ({"A": Tick(S.NOT_APPLICABLE, "——"), "B": PRESENT}, {}, "needs_reason"),
        ({"A": Tick(S.HELD), "B": PRESENT}, {}, "not_held"),
    ],
)
def test_a_tick_that_cannot_stand_stops_every_outcome(
    ticks: dict[str, Tick], options: dict[str, Any], code: str
) -> None:
    """Edge case 8: a promise for what may not be promised, or past the promised limit, is refused."""
    found = verdict(checklist(A, B), ticks=ticks, **options)
    assert found.outcome is None
    assert [error.code for error in found.errors] == [code]
    assert found.explanation == found.errors[0].message
    for wish in (None, *Outcome):
        with pytest.raises(BadInput):
            found.require(wish)


def test_bad_credit_excludes_tolerance() -> None:
    found = verdict(checklist(B), good_credit=False)
    assert Outcome.TOLERATED not in found.lawful
    assert "失信" in found.unlawful[Outcome.TOLERATED]


def test_nothing_is_decided_while_questions_are_open() -> None:
    found = verdict(checklist(A, open_questions=("q",)), ticks={"A": PRESENT})
    assert found.outcome is None
    assert found.lawful == ()
    with pytest.raises(Unlawful, match="没有回答"):
        found.require(Outcome.ACCEPTED)


def test_a_refusal_needs_a_reason() -> None:
    """Edge case 5."""
    found = verdict(checklist(A), refusal=Refusal("other", " "))
    assert found.outcome is None
    with pytest.raises(BadInput) as caught:
        found.require(Outcome.REFUSED)
    assert caught.value.field == "refusal.reason"


def test_want_of_authority_needs_the_right_organ() -> None:
    """Edge case 5: 行政许可法 art. 32(2)."""
    nowhere = verdict(checklist(A), refusal=Refusal("not_authority", "不属于本机关职权"))
    with pytest.raises(BadInput) as caught:
        nowhere.require(Outcome.REFUSED)
    assert caught.value.field == "refusal.where.organ"
    assert "机关的名称" in caught.value.hint
    told = verdict(checklist(A), refusal=Refusal("not_authority", "不属于本机关职权", POLICE))
    assert told.require(None) is Outcome.REFUSED
    assert told.article.endswith("第二项")
    assert told.lawful == (Outcome.REFUSED,)


def test_another_ground_needs_the_law_it_stands_on() -> None:
    """行政许可法 art. 32 has no third ground."""
    found = verdict(checklist(A), refusal=Refusal("other", "不合适"))
    with pytest.raises(BadInput) as caught:
        found.require(Outcome.REFUSED)
    assert caught.value.field == "refusal.basis"
    told = verdict(checklist(A), refusal=Refusal("other", "不得申请", basis="食品安全法第一百三十五条"))
    assert (told.require(None), told.article) == (Outcome.REFUSED, "食品安全法第一百三十五条")


def test_a_refusal_says_whether_the_application_was_complete() -> None:
    """行政许可法 art. 32(5), 72(1): only a clerk's own refusal of a complete application."""
    stated = Refusal("not_needed", "不需要取得行政许可")
    assert verdict(checklist(A), ticks={"A": PRESENT}, refusal=stated).conforming
    assert not verdict(checklist(A), refusal=stated).conforming
    assert not verdict(checklist(A, open_questions=("q",)), ticks={"A": PRESENT}, refusal=stated).conforming
    way_out = Exit(code="x", ground="not_needed", when="agent", reason="不需要取得行政许可")
    assert not verdict(checklist(A, exits=(way_out,)), ticks={"A": PRESENT}).conforming


def test_a_complete_application_that_an_exit_beside_the_act_turns_away_is_told_to_supervisors() -> None:
    """行政许可法 art. 32 knows no third ground; the catalogue answers for it, so the clerk explains nothing."""
    way_out = Exit(code="x", ground="other", when="agent", reason="请办理另一事项", basis="建筑法第七条")
    found = verdict(checklist(A, exits=(way_out,)), ticks={"A": PRESENT})
    assert found.conforming and not found.needs_why
    assert not verdict(checklist(A, exits=(way_out,))).conforming


@pytest.mark.parametrize(
    ("outcome", "item"), [(Outcome.ACCEPTED, "五"), (Outcome.NOTICED, "四"), (Outcome.CORRECTED, "三")]
)
def test_what_is_no_licence_is_received_by_analogy(outcome: Outcome, item: str) -> None:
    assert article_of(outcome) == f"《中华人民共和国行政许可法》第三十二条第一款第{item}项"
    assert article_of(outcome, kind="行政确认") == f"参照《中华人民共和国行政许可法》第三十二条第一款第{item}项"


def test_an_exit_refuses_at_once_whatever_lies_on_the_desk() -> None:
    way_out = Exit(code="x", ground="not_needed", when="agent", reason="不需要取得行政许可")
    found = verdict(checklist(A, open_questions=("q",), exits=(way_out,)), ticks={"A": promised()})
    assert found.require(None) is Outcome.REFUSED
    assert found.explanation == "不需要取得行政许可"
    assert found.article.endswith("第一项")


@pytest.mark.parametrize("good_credit", [True, False])
def test_what_the_hall_gets_by_itself_is_no_gap_of_the_applicant(good_credit: bool) -> None:
    shared = row("S", tolerable=True, held=True)
    found = verdict(checklist(A, shared), ticks={"A": PRESENT, "S": MISSING}, good_credit=good_credit)
    with pytest.raises(BadInput, match="不能要求申请人提交"):
        found.require(Outcome.NOTICED)
    assert (found.errors[0].code, found.errors[0].field) == ("hall_has_it", "materials.S")
    # What is found may still be no good, and an optional paper asks nobody for anything.
    old = verdict(checklist(shared), ticks={"S": Tick(S.UNACCEPTABLE, "expired")}, good_credit=good_credit)
    assert old.require(None) is Outcome.NOTICED
    optional = row("O", required=False, held=True)
    assert verdict(checklist(optional), ticks={"O": MISSING}).require(None) is Outcome.ACCEPTED


rows = st.builds(
    lambda flags: checklist(*(row(f"M{n}", required=r, tolerable=t, held=h) for n, (r, t, h) in enumerate(flags))),
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=6),
)
one_tick = st.one_of(
    st.none(),
    st.builds(
        Tick,
        st.sampled_from(TickState),
        st.sampled_from(["", "no-seal", "expired", "自己写的原因"]),
        st.none() | st.dates(TODAY - dt.timedelta(days=3), LATEST + dt.timedelta(days=3)),
        st.booleans(),
    ),
)


def is_gap(material: Row, tick: Tick | None) -> bool:
    state = tick.state if tick else (S.HELD if material.held else S.MISSING)
    return material.required and state in (S.MISSING, S.UNACCEPTABLE, S.PROMISED)


def lawfully(found: Verdict, wish: Outcome | None) -> Outcome | None:
    try:
        return found.require(wish)
    except (BadInput, Unlawful):
        return None


@given(rows, st.lists(one_tick, min_size=6, max_size=6), st.booleans(), st.booleans())
def test_what_the_law_wants_holds_for_all_ticks(
    given_rows: Checklist, given_ticks: list[Tick | None], allowed: bool, good_credit: bool
) -> None:
    materials = given_rows.materials
    ticks = {m.code: tick for m, tick in zip(materials, given_ticks, strict=False) if tick is not None}
    found = verdict(given_rows, ticks=ticks, tolerance=Tolerance(allowed=allowed), good_credit=good_credit)
    missing = [m for m in materials if is_gap(m, ticks.get(m.code))]
    # A notice names exactly the gaps, in the order of the list, each with a problem and a remedy.
    assert [gap.code for gap in found.gaps] == [m.code for m in missing]
    if lawfully(found, Outcome.NOTICED):
        assert missing
        # 国令716 art. 7: nobody is asked for what the hall gets by itself.
        held = {material.code for material in materials if material.held}
        assert not [gap for gap in found.gaps if gap.code in held and gap.state is S.MISSING]
        assert all(gap.problem and gap.remedy for gap in found.gaps)
    # No acceptance while anything required is missing.
    if lawfully(found, Outcome.ACCEPTED):
        assert not missing
    # A promise only for what may be promised, and never past the promised limit.
    if lawfully(found, Outcome.TOLERATED):
        assert allowed
        assert good_credit
        corrected = {gap.code for gap in found.corrections}
        assert corrected < {material.code for material in missing}
        for material in missing:
            tick = ticks[material.code]
            if material.code in corrected:
                assert tick.state is S.UNACCEPTABLE and tick.correctable
                continue
            assert material.tolerable
            assert tick.until is not None
            assert TODAY <= tick.until <= LATEST
    if lawfully(found, Outcome.CORRECTED):
        assert all(gap.state is S.UNACCEPTABLE and gap.correctable for gap in found.gaps)
    assert lawfully(found, Outcome.REFUSED) is None
    # Every outcome is either on offer or explained, never both.
    assert set(found.lawful) | set(found.unlawful) == set(Outcome)
    assert not set(found.lawful) & set(found.unlawful)
    assert found.outcome is None or found.outcome in found.lawful
