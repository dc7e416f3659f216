"""A case's life as a fold over its facts (design.md §3)."""

from __future__ import annotations

import datetime as dt

import pytest

from hall import facts as f
from hall.case import CaseState
from hall.fold import fold
from hall.verdict import Refusal, Tick, TickState, gaps_of
from tests.builders import DAY, PRESENT, ROWS, facts, received

LATER = dt.date(2026, 9, 22)
MISSING_ID = {"form": PRESENT}
ACCEPT = f.CaseAccepted(accepted=DAY, due=f.Due(promised=dt.date(2026, 9, 24)), article="第五项")
NOTICE = f.CaseNoticed(gaps=gaps_of(ROWS, MISSING_ID), respond_by=dt.date(2026, 10, 30), article="第四项")
PROMISE = f.CaseTolerated(
    promises=(f.Promise(code="id", name="身份证", until=dt.date(2026, 9, 24)),),
    accepted=DAY,
    due=f.Due(promised=dt.date(2026, 9, 24)),
    breach="withdrawn",
    article="容缺",
)
REFUSE = f.CaseRefused(refusal=Refusal("not_needed", "依法不需要取得行政许可"), refused=DAY, article="第一项")
ALL_IN = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=LATER, complete=True)


def test_nothing_is_no_case() -> None:
    assert fold([]) is None
    assert fold(facts(ACCEPT)) is None


def test_receipt_begins_a_case_and_knows_its_gaps() -> None:
    case = fold(facts(received(MISSING_ID)))
    assert case is not None
    assert (case.state, [gap.code for gap in case.gaps]) == (CaseState.RECEIVED, ["id"])


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        ([received(), ACCEPT], CaseState.ACCEPTED),
        ([received(MISSING_ID), NOTICE], CaseState.NOTICED),
        ([received(MISSING_ID), PROMISE], CaseState.TOLERATED),
        ([received(), REFUSE], CaseState.REFUSED),
        ([received(MISSING_ID), NOTICE, ALL_IN, ACCEPT], CaseState.ACCEPTED),
        ([received(), ACCEPT, f.CaseDecided(granted=True, day=LATER)], CaseState.DECIDED),
        (
            [
                received(),
                ACCEPT,
                f.CaseDecided(granted=True, day=LATER),
                f.ResultDelivered(day=LATER, how="collected"),
                f.CaseClosed(how="filed", day=LATER),
            ],
            CaseState.FILED,
        ),
        ([received(MISSING_ID), NOTICE, f.CaseClosed(how="withdrawn", day=LATER)], CaseState.WITHDRAWN),
    ],
)
def test_the_branches_of_article_32_and_what_follows(bodies: list[f.FactBody], state: CaseState) -> None:
    case = fold(facts(*bodies))
    assert case is not None
    assert case.state is state
    assert not any(line.misfit for line in case.timeline)


def test_correction_on_the_spot_turns_the_tick_to_present() -> None:
    unsigned = {"form": Tick(TickState.UNACCEPTABLE, reason="未签字", correctable=True), "id": PRESENT}
    case = fold(facts(received(unsigned), f.CaseCorrected(corrections=gaps_of(ROWS, unsigned), article="三"), ACCEPT))
    assert case is not None
    assert case.ticks["form"].state is TickState.PRESENT
    assert [gap.code for gap in case.corrections] == ["form"]


def test_a_partial_supplement_leaves_the_case_waiting() -> None:
    nothing: dict[str, Tick] = {}
    gaps = gaps_of(ROWS, nothing)
    partial = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=LATER, complete=False)
    case = fold(facts(received(nothing), f.CaseNoticed(gaps=gaps, respond_by=LATER, article=""), partial))
    assert case is not None
    assert (case.state, [gap.code for gap in case.gaps]) == (CaseState.NOTICED, ["form"])
    assert case.handed_in == (DAY, LATER)


def test_a_kept_promise_makes_a_tolerated_case_an_accepted_one() -> None:
    promised = {"form": PRESENT, "id": Tick(TickState.PROMISED, until=dt.date(2026, 9, 24))}
    case = fold(facts(received(promised), PROMISE, ALL_IN))
    assert case is not None
    assert (case.state, case.promises) == (CaseState.ACCEPTED, ())


@pytest.mark.parametrize("late", [ACCEPT, NOTICE, PROMISE, f.CaseDecided(granted=True, day=LATER)])
def test_a_refused_case_stays_refused_and_the_late_fact_is_kept_with_its_misfit(late: f.FactBody) -> None:
    case = fold(facts(received(), REFUSE, late))
    assert case is not None
    assert case.state is CaseState.REFUSED
    assert case.timeline[-1].misfit
    assert case.version == 3


def test_only_the_first_extension_counts() -> None:
    extend = f.LimitExtended(days=10, approver="局长", reason="情况复杂", day=LATER)
    case = fold(facts(received(), ACCEPT, extend, extend))
    assert case is not None
    assert case.extended_days == 10


def test_overlapping_procedures_end_one_by_one() -> None:
    start = f.ProcedureStarted(name="听证", starts=DAY, notice_paper="p1", days=5)
    other = f.ProcedureStarted(name="专家评审", starts=LATER, notice_paper="p2", days=5)
    told = (told_in_writing("p1"), told_in_writing("p2"))
    case = fold(facts(received(), ACCEPT, *told, start, other, f.ProcedureEnded(name="专家评审", ends=LATER)))
    assert case is not None
    assert [(pause.name, pause.ends) for pause in case.pauses] == [("听证", None), ("专家评审", LATER)]


def told_in_writing(paper_id: str, kind: f.PaperKind = "procedure") -> f.PaperIssued:
    return f.PaperIssued(paper_id=paper_id, kind=kind, number=f"SL01-A1-00001-X/{paper_id}", day=DAY, copies=2)


@pytest.mark.parametrize("paper", [(), (told_in_writing("p2"),), (told_in_writing("p1", "receipt"),)])
def test_no_procedure_stops_the_clock_without_its_printed_notice(paper: tuple[f.PaperIssued, ...]) -> None:
    start = f.ProcedureStarted(name="听证", starts=DAY, notice_paper="p1", days=5)
    case = fold(facts(received(), ACCEPT, *paper, start))
    assert case is not None
    assert case.pauses == ()
    assert "告知书" in case.timeline[-1].misfit


def test_supervisors_see_a_second_notice_a_deemed_acceptance_and_a_typed_refusal() -> None:
    again = f.CaseNoticed(
        gaps=NOTICE.gaps, respond_by=LATER, article="", second=True, reason="首次漏告", known_before=("id",)
    )
    typed = f.CaseRefused(refusal=Refusal("other", "其他理由", typed=True), refused=DAY, article="")
    complete = f.CaseRefused(
        refusal=Refusal("not_needed", "不需要许可", why="规模小"), refused=DAY, article="", conforming=True
    )
    beyond = f.CaseRefused(
        refusal=Refusal("other", "被禁止申请", basis="某法第一条"), refused=DAY, article="", beyond=True
    )
    # Nobody has looked whether it is complete where an answer leads out of the matter.
    by_answers = f.CaseRefused(refusal=Refusal("other", "另有事项", basis="某法", exit="x"), refused=DAY, article="")
    runs: list[list[f.FactBody]] = [[received(MISSING_ID), NOTICE, again]]
    runs += [[received(), refused] for refused in (typed, complete, beyond, by_answers)]
    for run in runs:
        case = fold(facts(*run))
        assert case is not None
        assert case.timeline[-1].alert
    by_law = f.CaseRefused(refusal=Refusal("not_needed", "不需要许可", exit="x"), refused=DAY, article="")
    told = fold(facts(received(), by_law))
    assert told is not None
    assert not told.timeline[-1].alert, "the catalogue's own answer, not a clerk's"
    deemed = fold(facts(received(), f.CaseAccepted(accepted=DAY, due=f.Due(), article="", deemed=True)))
    assert deemed is not None
    assert deemed.timeline[-1].alert
    assert not any(line.alert for line in deemed.timeline[:-1])


def test_a_reprint_is_counted_and_never_counted_down() -> None:
    issued = f.PaperIssued(paper_id="p1", kind="acceptance", number="1", day=DAY)
    case = fold(
        facts(
            received(),
            ACCEPT,
            issued,
            f.PaperReprinted(paper_id="p1", nth=2),
            f.PaperReprinted(paper_id="p1", nth=1),
        )
    )
    assert case is not None
    assert case.papers[0].reprints == 2
    assert "受理通知书" in case.timeline[-1].text


def test_waiving_a_mandatory_paper_is_told_and_shown_to_supervisors() -> None:
    """Whatever the reason typed: an acceptance without a mandatory paper is looked at by somebody else."""
    waived = Tick(TickState.NOT_APPLICABLE, "嫌麻烦")
    at_once = fold(facts(received({"form": PRESENT, "id": waived})))
    later = fold(
        facts(
            received({"form": PRESENT, "id": Tick(TickState.MISSING)}),
            f.CaseSupplemented(ticks={"id": waived}, handed_in=DAY, complete=True),
        )
    )
    for case in (at_once, later):
        assert case is not None
        assert case.timeline[-1].alert
        assert "身份证（嫌麻烦）" in case.timeline[-1].text
    assert later is not None and "补交材料0项" in later.timeline[-1].text and not later.timeline[0].alert


@pytest.mark.parametrize(
    ("channel", "words"),
    [("counter", "，2026-09-18到达"), ("post", "，2026-09-18到达，邮寄来件"), ("fax", "，2026-09-18到达，传真来件")],
)
def test_what_was_opened_later_says_when_and_how_it_came(channel: str, words: str) -> None:
    opened = fold(facts(received(MISSING_ID, channel=channel), day=LATER))
    at_once = fold(facts(received(MISSING_ID, channel=channel, received=LATER), day=LATER))
    assert opened is not None and opened.timeline[0].text == f"收到申请材料{words}"
    assert at_once is not None and "到达" not in at_once.timeline[0].text


def test_what_came_by_post_after_a_notice_or_the_acceptance_says_when_it_came() -> None:
    more = f.CaseSupplemented(ticks={"id": PRESENT}, handed_in=DAY, complete=True)
    photo = f.MaterialsBrought(items=(f.Original(name="照片"),), day=DAY)
    case = fold(facts(received(MISSING_ID), NOTICE, more, ACCEPT, photo, day=LATER))
    assert case is not None
    assert case.timeline[2].text == "补交材料1项，已补齐，2026-09-18到达"
    assert case.timeline[4].text == "收下补充材料（申请人自愿提交），2026-09-18到达：照片"


def test_waiving_a_paper_that_is_not_mandatory_is_nobodys_business() -> None:
    case = fold(facts(received({"form": PRESENT, "id": PRESENT, "extra": Tick(TickState.NOT_APPLICABLE)})))
    assert case is not None and case.timeline[0].text == "收到申请材料" and not case.timeline[0].alert


@pytest.mark.parametrize(
    ("ticks", "words"),
    [
        ({"id": Tick(TickState.PRESENT)}, "补交材料1项，"),
        ({"id": Tick(TickState.PROMISED, until=LATER)}, "承诺补齐1项，"),
        ({"id": Tick(TickState.UNACCEPTABLE, reason="过期")}, "不合格1项，"),
        ({"id": Tick(TickState.PRESENT), "form": Tick(TickState.UNACCEPTABLE, reason="x")}, "补交材料1项、不合格1项，"),
    ],
)
def test_only_what_was_taken_counts_as_handed_in(ticks: dict[str, Tick], words: str) -> None:
    more = f.CaseSupplemented(ticks=ticks, handed_in=LATER, complete=False)
    case = fold(facts(received(MISSING_ID), NOTICE, more))
    assert case is not None
    assert case.timeline[-1].text.startswith(words)


def test_the_line_of_a_second_notice_says_whose_fault_and_why() -> None:
    again = f.CaseNoticed(
        gaps=NOTICE.gaps, respond_by=LATER, article="", second=True, reason="漏看了签名页", known_before=("id",)
    )
    case = fold(facts(received(MISSING_ID), NOTICE, again))
    assert case is not None
    assert "1项第一次就能看到" in case.timeline[-1].text and "漏看了签名页" in case.timeline[-1].text
