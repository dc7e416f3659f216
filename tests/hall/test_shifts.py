"""A window's day in figures: from its facts alone."""

from __future__ import annotations

import datetime as dt

from hall import facts as f
from hall import ticketing as t
from hall.chain import type_of
from hall.shifts import Printed, Run, ShiftPaused, ShiftResumed, Work, figures_of, runs
from hall.verdict import Refusal
from tests.builders import DAY, received

NEXT = DAY + dt.timedelta(days=1)
MINUTE = 60_000


def told(*bodies: tuple[str, f.FactBody], every_ms: int = MINUTE) -> list[f.Fact]:
    """Facts (subject, body), a minute apart."""
    return [
        f.Fact(
            header=f.Header(
                event_id=f"e{seq}", type=type_of(body), schema_v=1, device="d", incarnation="A1", seq=seq,
                actor="0001" if seq % 2 else "0007", at_ms=seq * every_ms, day=DAY, subject=subject,
            ),
            body=body,
        )
        for seq, (subject, body) in enumerate(bodies, 1)
    ]  # fmt: skip


def noticed(**more: object) -> f.CaseNoticed:
    return f.CaseNoticed(gaps=(), respond_by=NEXT, article="", **more)  # type: ignore[arg-type]


def test_a_run_ends_with_its_date_and_never_by_the_hour() -> None:
    late = [(1, DAY), (2, DAY), (3, NEXT), (4, DAY), (5, DAY)]
    assert runs(late) == [Run(DAY, 1, 2), Run(NEXT, 3, 3), Run(DAY, 4, 5)]
    assert runs([]) == []


def test_outcomes_are_counted_by_what_became_of_the_case() -> None:
    accepted = f.CaseAccepted(accepted=DAY, due=f.Due(), article="")
    figures = figures_of(
        told(
            ("a", received()), ("a", accepted),
            ("b", received()), ("b", f.CaseCorrected(corrections=(), article="")), ("b", accepted),
            ("c", received()), ("c", noticed()),
            ("d", noticed(second=True, reason="漏看", known_before=("form",))),
            ("e", noticed(second=True, reason="新的问题")),
            ("f", received()), ("f", f.CaseRefused(refusal=Refusal("not_needed", "x"), refused=DAY, article="")),
            ("g", f.CaseAccepted(accepted=DAY, due=f.Due(), article="", deemed=True)),
        ),
        lambda paper: "",
    )  # fmt: skip
    assert {one.what: one.count for one in figures.work} == {
        "accepted": 1, "corrected": 1, "noticed": 3, "refused": 1, "deemed": 1,
    }  # fmt: skip
    assert (figures.served, figures.received) == (4, 4)
    assert (figures.notices, figures.second_notices, figures.blamed) == (3, 2, 1)
    assert figures.clerks == ("0001", "0007")


def test_reprints_are_counted_with_the_kind_of_their_paper_also_of_another_day() -> None:
    issued = f.PaperIssued(paper_id="p", kind="notice", number="R/B1", day=DAY)
    facts = told(
        ("a", issued), ("a", f.PaperReprinted(paper_id="p", nth=1)), ("b", f.PaperReprinted(paper_id="old", nth=3))
    )
    figures = figures_of(facts, {"p": "notice", "old": "receipt"}.__getitem__)
    assert figures.papers == (
        Printed(kind="notice", issued=1, reprinted=1), Printed(kind="receipt", issued=0, reprinted=1),
    )  # fmt: skip


def test_a_visit_without_a_case_is_served_and_told_by_what_it_came_to() -> None:
    def visit(name: str, *outcomes: str, references: tuple[str, ...] = ()) -> list[tuple[str, f.FactBody]]:
        end = t.TicketFinished(window="3", at_ms=2, outcomes=outcomes, references=references)
        return [(name, t.TicketCalled(window="3", at_ms=1)), (name, t.TicketStarted(window="3", at_ms=1)), (name, end)]

    figures = figures_of(
        told(
            *visit("a", "inquiry"), *visit("b", "collected"), *visit("c", "丢了东西"),
            ("x", received()), *visit("e", "accepted", references=("R",)),
        ),
        lambda paper_id: "",
    )  # fmt: skip
    found = {each.what: each.count for each in figures.work}
    assert found == {"visit_inquiry": 1, "visit_collected": 1, "visit_other": 1}
    assert (figures.served, figures.finished) == (4, 4), "nobody is counted twice"


def test_tickets_and_pauses() -> None:
    facts = told(
        ("t", t.TicketCalled(window="3", at_ms=1)), ("t", t.TicketCalled(window="3", at_ms=2)),
        ("t", t.TicketFinished(window="3", at_ms=3)), ("u", t.TicketCalled(window="3", at_ms=4)),
        ("u", t.TicketPassed(window="3", at_ms=5, reason="三次未到")), ("u", t.TicketCalled(window="3", at_ms=6)),
        ("u", t.TicketPassed(window="3", at_ms=7, reason="三次未到")),
        ("", ShiftPaused(window="3", reason="用餐")), ("", ShiftResumed(window="3")),
    )  # fmt: skip
    figures = figures_of(facts, lambda paper: "")
    assert (figures.called, figures.finished, figures.passed) == (2, 1, 1), "tickets, however often one was called"
    assert (figures.pauses, figures.paused_min) == (1, 1)
    back = figures_of(told(*[("", one.body) for one in facts[-2:]], every_ms=-MINUTE), lambda paper: "")
    assert back.paused_min == 0, "a clock that was set back makes no pause"
    assert Work(what="accepted", count=1) not in figures.work
