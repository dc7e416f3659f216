"""The hall's cases at every window: found, shown, and gone on with where they were never seen before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from clerk_tui.services import cases, handing, intake, next_steps, papers, proceedings, supplement
from clerk_tui.store import nightly
from clerk_tui.store.backup import back_up
from hall.case import CaseState
from hall.errors import BadInput, HallError
from hall.fold import fold
from hall.verdict import Outcome
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.walkins import COMPANY, MISSING, PERSON, PRESENT, restaurant


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with Hall(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache") as hall:
        yield hall


@pytest.fixture
def first(hall: Hall) -> Window:
    return hall.open("A1")


@pytest.fixture
def second(hall: Hall) -> Window:
    return hall.open("B1", FixedClock(dt.date(2026, 11, 4)))


def everybody(*windows: Window) -> None:
    for window in (*windows, *windows):
        assert window.sync() is None


def test_another_window_s_case_is_found_by_everything_and_shown_masked(first: Window, second: Window) -> None:
    reference = intake.submit(first.ws, restaurant(first.ws, layout=MISSING)).reference
    assert cases.find(second.ws, reference) == []
    everybody(first, second)
    for text in (reference, reference[:-2], "好味", "示例市好味餐饮有限公司", COMPANY, COMPANY[-4:], "1234", ""):
        (row,) = cases.find(second.ws, text)
        assert (row.reference, row.state, row.elsewhere) == (reference, "noticed", True)
    (own,) = cases.find(first.ws, "好味")
    assert (own.applicant, own.id_number, own.phone) == (row.applicant, row.id_number, row.phone)
    assert COMPANY not in str(row) and "13800001234" not in str(row)
    detail = cases.get(second.ws, reference)
    assert detail.case == cases.get(first.ws, reference).case
    assert [paper.kind for paper in detail.papers] == ["receipt", "notice"]


def test_a_window_that_never_saw_a_case_goes_on_with_it(hall: Hall, first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws, layout=MISSING))
    everybody(first, second)
    draft = supplement.open_supplement(second.ws, received.reference)
    assert [row.code for row in draft.rows] == ["layout"]
    draft.ticks = {"layout": PRESENT}
    done = supplement.submit(second.ws, draft)
    assert done.accepted == dt.date(2026, 11, 4)
    assert cases.load(second.ws, received.reference).state is CaseState.ACCEPTED
    assert second.ws.journal.verify().facts == second.ws.journal.rebuild()
    everybody(second, first)
    case = hall.case(received.case_id)
    assert case.state is CaseState.ACCEPTED
    assert [line.misfit for line in case.timeline] == [""] * len(case.timeline)
    (taken_over,) = (line for line in case.timeline if line.type == "case.adopted")
    assert taken_over.text == "照中心所存的办件情况，在另一窗口接着办", "nobody showed a paper"
    numbers = [paper.number for paper in case.papers]
    assert len(set(numbers)) == len(numbers) == 3
    for window in (first, second):
        assert cases.get(window.ws, received.reference).case.state is CaseState.ACCEPTED
        assert cases.find(window.ws, received.reference)[0].state == "accepted"
    with pytest.raises(BadInput) as error:
        supplement.open_supplement(first.ws, received.reference)
    assert error.value.code == "nothing_open"


def test_the_first_window_sees_what_the_second_did_and_goes_on(hall: Hall, first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws, layout=MISSING, application=MISSING))
    everybody(first, second)
    draft = supplement.open_supplement(second.ws, received.reference)
    draft.ticks = {"layout": PRESENT}
    supplement.submit(second.ws, draft)
    everybody(second, first)
    first.clock.day = dt.date(2026, 11, 5)
    back = supplement.open_supplement(first.ws, received.reference)
    assert [row.code for row in back.rows] == ["application"]
    back.ticks = {"application": PRESENT}
    assert supplement.submit(first.ws, back).accepted is not None
    everybody(first, second)
    case = hall.case(received.case_id)
    assert (case.state, [line.misfit for line in case.timeline if line.misfit]) == (CaseState.ACCEPTED, [])
    assert cases.get(second.ws, received.reference).case.state is CaseState.ACCEPTED


def test_what_is_not_sent_yet_stands_on_top_of_what_the_hall_knows(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws, layout=MISSING, application=MISSING))
    everybody(first, second)
    draft = supplement.open_supplement(second.ws, received.reference)
    draft.ticks = {"layout": PRESENT}
    supplement.submit(second.ws, draft)
    everybody(second, first)
    cases.show_personal(first.ws, received.reference, ("applicant.phone",), "核对")
    timeline = cases.get(first.ws, received.reference).case.timeline
    assert [line.type for line in timeline][-1] == "personal.shown"
    assert "case.supplemented" in [line.type for line in timeline]


def moving(window: Window) -> str:
    """Somebody moves to his wife; a clerk has only received it, and chose that he had bought a home."""
    draft = intake.new_draft(window.ws, window.ws.catalogue.matter("hukou-migration"))
    draft.applicant = {"kind": "citizen", "name": "李四", "id_number": PERSON}
    draft.answers = {"destination": "here", "reason": "C", "cross_province": "no", "minors": "no"}
    draft.ticks = dict.fromkeys(("application", "id_card", "hukou_book"), PRESENT)
    return intake.receive(window.ws, draft).reference


def put_right(window: Window, reference: str, **answers: str) -> str:
    """A clerk corrects the answers and tells what is missing; the case's identity."""
    draft = supplement.open_supplement(window.ws, reference)
    draft.answers, draft.correction_reason = dict(answers), "收件时点错了"
    return supplement.submit(window.ws, draft, Outcome.NOTICED).case_id


def test_an_answer_that_another_window_put_right_is_right_everywhere(hall: Hall, first: Window, second: Window) -> None:
    reference = moving(first)
    everybody(first, second)
    case_id = put_right(second, reference, reason="A")
    everybody(second, first)
    case = hall.case(case_id)
    assert (case.answers["reason"], case.state) == ("A", CaseState.NOTICED)
    assert [line.type for line in case.timeline if line.alert] == ["answers.corrected"]
    assert [line.misfit for line in case.timeline if line.misfit] == []
    for window in (first, second):
        assert cases.get(window.ws, reference).case == case
        wanted = {row.code for row in supplement.open_supplement(window.ws, reference).rows}
        assert wanted and "house" not in wanted, "what the first answer asked for is asked for nowhere"
    assert second.ws.journal.verify().facts == second.ws.journal.rebuild()


def test_what_another_window_fills_in_is_in_the_form_everywhere(hall: Hall, first: Window, second: Window) -> None:
    reference = moving(first)
    everybody(first, second)
    draft = supplement.open_supplement(second.ws, reference)
    draft.answers, draft.correction_reason = {"reason": "A"}, "收件时点错了"
    draft.fields = {"host_name": "王小明", "to_address": "示例市乙路2号"}
    case_id = supplement.submit(second.ws, draft, Outcome.NOTICED).case_id
    everybody(second, first)
    case = hall.case(case_id)
    assert case.fields == draft.fields and case.matter.field_labels["host_name"] == "被投靠人姓名"
    for window in (first, second):
        assert cases.get(window.ws, reference).case == case
    first.clock.day = case.notices[-1].day
    back = supplement.open_supplement(first.ws, reference)
    back.ticks = {row.code: PRESENT for row in back.rows}
    supplement.submit(first.ws, back)
    everybody(first, second)
    for each in (hall.case(case_id), *(cases.get(window.ws, reference).case for window in (first, second))):
        assert (each.fields, each.state) == (draft.fields, CaseState.ACCEPTED)
    facts = first.ws.journal.facts_of(case_id)
    alone = fold(facts)
    assert alone is not None and alone.fields == draft.fields, "its own journal says what its papers rest on"
    assert first.ws.journal.verify().facts == first.ws.journal.rebuild()


def test_what_two_windows_filled_in_otherwise_is_put_right_once_somebody_knows(
    hall: Hall, first: Window, second: Window
) -> None:
    reference = moving(first)
    everybody(first, second)
    for window, address in ((first, "示例市甲路1号"), (second, "示例市乙路2号")):
        draft = supplement.open_supplement(window.ws, reference)
        draft.fields = {"to_address": address}
        case_id = supplement.submit(window.ws, draft, Outcome.NOTICED).case_id
    everybody(first, second)
    (found,) = (each for each in hall.case(case_id).disputes if each.kind == "same_field")
    assert "拟迁入地址" in found.what and hall.case(case_id).fields == {"to_address": "示例市甲路1号"}
    again = supplement.open_supplement(second.ws, reference)
    again.fields = {"to_address": "示例市乙路2号"}
    supplement.submit(second.ws, again)
    everybody(second, first)
    assert hall.case(case_id).fields == {"to_address": "示例市乙路2号"}
    assert cases.get(first.ws, reference).case.fields == {"to_address": "示例市乙路2号"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_corrections_the_first_stands_and_a_person_is_asked(
    hall: Hall, first: Window, second: Window, order: tuple[int, int]
) -> None:
    reference = moving(first)
    everybody(first, second)
    windows, reasons = (first, second), ("A", "D")
    case_id, _same = (put_right(windows[place], reference, reason=reasons[place]) for place in (0, 1))
    everybody(windows[order[0]], windows[order[1]])
    everybody(first, second)
    case = hall.case(case_id)
    assert (case.answers["reason"], len(case.notices)) == (reasons[order[0]], 1)
    assert "needs_review" in {each.kind for each in case.disputes}
    for window in windows:
        assert cases.get(window.ws, reference).case.answers == case.answers


def test_who_was_slower_is_told_and_nothing_is_written(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws, layout=MISSING))
    everybody(first, second)
    slow = supplement.open_supplement(second.ws, received.reference)
    slow.ticks = {"layout": PRESENT}
    quick = supplement.open_supplement(first.ws, received.reference)
    quick.ticks = {"layout": PRESENT}
    supplement.submit(first.ws, quick)
    everybody(first, second)
    head = second.ws.journal.head
    with pytest.raises(HallError) as error:
        supplement.submit(second.ws, slow)
    assert error.value.code == "case_changed"
    assert second.ws.journal.head == head


def test_looking_at_somebody_s_data_at_another_window_is_recorded_too(
    hall: Hall, first: Window, second: Window
) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    shown = cases.show_personal(second.ws, received.reference, ("applicant.id_number",), "核对身份")
    assert shown == {"applicant.id_number": COMPANY}
    everybody(second)
    assert hall.case(received.case_id).timeline[-1].type == "personal.shown"


def test_a_paper_of_another_window_is_to_be_printed_there(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    (paper,) = cases.get(second.ws, received.reference).papers
    assert cases.paper_named(first.ws, paper.number).paper_id == paper.paper_id
    with pytest.raises(BadInput) as refused:
        cases.paper_named(second.ws, paper.number.lower())
    assert refused.value.code == "paper_elsewhere" and refused.value.hint == "请到A1窗口补打"
    with pytest.raises(BadInput) as refused:
        papers.reprint(second.ws, paper.paper_id)
    assert "到那个窗口补打" in refused.value.hint


def test_a_new_window_goes_on_with_the_case_of_one_that_has_written_more(
    first: Window, second: Window, tmp_path: Path
) -> None:
    """The other window's papers have that window's numbers: they say nothing about how long this journal is."""
    for _ in range(3):
        received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    done = proceedings.decide(second.ws, received.reference, granted=True)
    ws = second.ws
    papers_there = cases.get(ws, received.reference).papers
    assert max(paper.seq for paper in papers_there) > ws.journal.head.seq, "a number that this journal does not have"
    assert ws.journal.verify().facts == ws.journal.head.seq
    assert nightly.work(ws.journal.path)["what"] == "", "the daily look finds nothing"
    assert back_up(ws.journal.path, tmp_path / "backup", "now").head == ws.journal.head
    with ws.journal.write() as connection:  # as earlier versions kept it
        connection.execute("INSERT INTO paper VALUES ('p', ?, 999, 'receipt', 'n', '', 1, 0)", (received.case_id,))
    assert ws.journal.verify().facts == ws.journal.rebuild(), "an older table is no damage, and mended"
    assert intake.submit(ws, restaurant(ws)).reference
    with pytest.raises(BadInput) as refused:
        cases.paper_named(ws, papers_there[0].number)
    assert (refused.value.code, refused.value.hint) == ("paper_elsewhere", "请到A1窗口补打")
    assert done.papers and all(papers.rebuild(ws, paper.paper_id).pdf for paper in done.papers), "its own as ever"


def test_what_wants_the_window_s_own_journal_says_where_to_go(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    with pytest.raises(BadInput) as error:
        cases.load(second.ws, received.reference)
    assert error.value.code == "other_window" and "原窗口" in error.value.message


def test_the_feed_begun_anew_keeps_what_it_said_until_it_is_read_to_its_end(hall: Hall, first: Window) -> None:
    second = hall.open("B1")
    references = [intake.submit(first.ws, restaurant(first.ws)).reference for _ in range(3)]
    everybody(first, second)
    with second.ws.journal.write() as connection:
        connection.execute("UPDATE device SET pull_cursor = ''")
        connection.execute("UPDATE shared_case SET reference = reference || 'x' WHERE reference = ?", (references[0],))
    everybody(second)
    assert sorted(row.reference for row in cases.find(second.ws, "")) == sorted(references)
    assert second.ws.journal.read().execute("SELECT count(*) FROM inbox_change").fetchone()[0] == 3


def test_the_case_of_two_windows_is_the_fold_of_both_journals(hall: Hall, first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws, layout=MISSING))
    everybody(first, second)
    draft = supplement.open_supplement(second.ws, received.reference)
    draft.ticks = {"layout": PRESENT}
    supplement.submit(second.ws, draft)
    everybody(second)
    both = first.ws.journal.facts_of(received.case_id) + second.ws.journal.facts_of(received.case_id)
    assert fold(both) == hall.case(received.case_id)


def test_a_step_rests_on_what_the_hall_knows_and_takes_the_case_over(hall: Hall, first: Window, second: Window) -> None:
    """The first window told what is missing, the second accepted: the first neither accepts again nor acts on its older
    view; it goes on from what the second did."""
    received = intake.submit(first.ws, restaurant(first.ws, layout=MISSING))
    everybody(first, second)
    draft = supplement.open_supplement(second.ws, received.reference)
    draft.ticks = {"layout": PRESENT}
    supplement.submit(second.ws, draft)
    everybody(second, first)
    with pytest.raises(HallError) as error:
        supplement.open_supplement(first.ws, received.reference)
    assert "已受理" in error.value.message and error.value.hint
    head = first.ws.journal.head
    lawful = {offer.step.id for offer in next_steps.offers(first.ws, received.reference) if offer.lawful}
    there = {offer.step.id for offer in next_steps.offers(second.ws, received.reference) if offer.lawful}
    assert lawful == there and "grant" in lawful
    assert first.ws.journal.head == head, "looking writes nothing"
    done = proceedings.decide(first.ws, received.reference, granted=True)
    case = first.ws.journal.case_in(first.ws.journal.read(), received.case_id)
    assert case is not None and case.state is CaseState.DECIDED
    assert case.accepted == hall.case(received.case_id).accepted, "its journal holds what its papers say"
    for paper in done.papers:
        assert papers.rebuild(first.ws, paper.paper_id).pdf
    everybody(first, second)
    assert (hall.case(received.case_id).state, hall.case(received.case_id).disputes) == (CaseState.DECIDED, ())
    for window in (first, second):
        assert cases.get(window.ws, received.reference).case == hall.case(received.case_id)


def test_every_step_goes_on_at_a_window_that_never_saw_the_case(hall: Hall, first: Window) -> None:
    """People come once: what one window begins any other ends, back and forth."""
    second = hall.open("B1")
    received = intake.submit(first.ws, restaurant(first.ws))
    reference = received.reference
    everybody(first, second)
    proceedings.announce_procedure(second.ws, reference, name="现场核查", days=5, basis="食品经营许可管理办法")
    everybody(second, first)
    proceedings.end_procedure(first.ws, reference, name="现场核查")
    everybody(first, second)
    proceedings.extend(second.ws, reference, days=3, approver="李四", reason="需要复核")
    everybody(second, first)
    proceedings.decide(first.ws, reference, granted=True)
    everybody(first, second)
    result = handing.pickup(second.ws, reference, how="collected")
    everybody(second, first)
    case = hall.case(received.case_id)
    assert case.state is CaseState.DELIVERED and case.extended_days == 3
    assert [line.misfit for line in case.timeline if line.misfit] == []
    assert case.disputes == ()
    numbers = [paper.number for paper in case.papers]
    assert len(set(numbers)) == len(numbers)
    for window in (first, second):
        own = window.ws.journal.case_in(window.ws.journal.read(), received.case_id)
        assert own is not None
        assert window.ws.journal.verify().facts == window.ws.journal.rebuild()
        assert cases.get(window.ws, reference).case == case
    own = second.ws.journal.case_in(second.ws.journal.read(), received.case_id)
    assert own is not None
    for name in ("decision", "extension", "pauses", "due", "accepted", "papers", "applicant", "handed_in", "ticks"):
        assert getattr(own, name) == getattr(case, name), name
    assert papers.rebuild(second.ws, result.papers[0].paper_id).pdf
    both = first.ws.journal.facts_of(received.case_id) + second.ws.journal.facts_of(received.case_id)
    assert len(both) == case.version


def test_two_windows_that_decide_off_line_are_both_kept_and_a_person_is_asked(
    hall: Hall, first: Window, second: Window
) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    proceedings.decide(second.ws, received.reference, granted=True)
    proceedings.decide(first.ws, received.reference, granted=False, reason="不符合条件")
    everybody(second, first)
    case = hall.case(received.case_id)
    assert case.decision is not None and case.decision.granted, "the first stands"
    assert case.disputes or [line for line in case.timeline if line.misfit]


def test_nobody_s_name_is_in_what_is_taken_over(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    proceedings.decide(second.ws, received.reference, granted=True)
    (fact,) = [each for each in second.ws.journal.facts_of(received.case_id) if each.header.type == "case.adopted"]
    assert fact.personal is not None and fact.personal.applicant is not None
    public = msgspec.json.encode(fact.body).decode()
    assert fact.personal.applicant.name not in public and COMPANY not in public


def test_a_standing_that_cannot_be_read_is_as_if_there_were_none(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    proceedings.decide(second.ws, received.reference, granted=True)
    adopted, *later = second.ws.journal.facts_of(received.case_id)
    hostiles: list[dict[str, object]] = [{"version": "x"}, {"version": 1, "writers": {"A1": []}}, {"papers": {}}]
    for hostile in hostiles:
        body = msgspec.structs.replace(adopted.body, standing=hostile)
        assert fold([msgspec.structs.replace(adopted, body=body), *later]) is not None


def test_somebody_s_look_at_another_window_hinders_no_step(first: Window, second: Window) -> None:
    received = intake.submit(first.ws, restaurant(first.ws))
    everybody(first, second)
    cases.show_personal(second.ws, received.reference, ("applicant.phone",), "核对")
    everybody(second, first)
    assert cases.hall_case(first.ws, received.reference).news
    assert proceedings.decide(first.ws, received.reference, granted=True).papers


def test_a_hostile_feed_stops_nobody(first: Window) -> None:
    """Figures beyond any table, a case under another's name, no case at all: kept as told, and found nowhere."""
    import json

    from clerk_tui.store.exchange import keep_changes
    from hall import wire

    received = intake.submit(first.ws, restaurant(first.ws))
    good = json.loads(msgspec.json.encode(cases.load(first.ws, received.reference)))
    bodies = [
        {**good, "case_id": "x1", "version": 2**70},
        {**good, "case_id": "another"},
        {**good, "case_id": "x3", "timeline": [{**good["timeline"][0], "at_ms": 10**30}]},
        {"case_id": "x4"},
        [],
    ]
    changes = [
        wire.Change(
            server_seq=place, case_id=f"x{place}", reference="R", state="accepted", version=1, device="d",
            day=dt.date(2026, 11, 2), case=json.dumps(body).encode(),
        )
        for place, body in enumerate(bodies, 1)
    ]  # fmt: skip
    keep_changes(first.ws.journal.database, changes, "e:9", 1, anew=True)
    assert [row.reference for row in cases.find(first.ws, "")] == [received.reference]
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"seq":1,"status":"applied","server_seq":9999999999999999999999}', type=wire.PushResult)


@pytest.mark.parametrize("at_ms", [2**63 - 1, -(2**63), 2**53, 10**30])
def test_a_time_that_no_calendar_has_is_shown_as_its_nearest_end(first: Window, at_ms: int) -> None:
    from clerk_tui.cli.lookup import as_data
    from clerk_tui.screens.case_lines import case_lines

    zone = first.ws.config.timezone
    detail = cases.get(first.ws, intake.submit(first.ws, restaurant(first.ws)).reference)
    event = msgspec.structs.replace(detail.case.timeline[0], at_ms=at_ms)
    detail = msgspec.structs.replace(detail, case=msgspec.structs.replace(detail.case, timeline=(event,)))
    assert as_data(detail, None, zone)["timeline"][0]["at"][:4] in ("0001", "9999")
    assert any("12-30" in str(line) or "01-02" in str(line) for line in case_lines(detail, zone, 80))
