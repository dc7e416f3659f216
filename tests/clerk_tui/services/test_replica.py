"""A case opened from the code on its paper, at a window that never saw it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from clerk_tui.config import Config
from clerk_tui.services import cases, intake, papers, supplement, upkeep
from clerk_tui.services import replica as service
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store.exchange import keep_changes, keep_keys
from hall import facts as f
from hall import wire
from hall.adoption import in_order
from hall.case import Case, CaseState
from hall.deadlines import notice_due
from hall.errors import BadInput, HallError
from hall.fold import fold
from hall.replica import ReplicaError
from hall.verdict import Outcome, Tick, TickState
from tests.clerk_tui.conftest import MONDAY, FixedClock
from tests.clerk_tui.walkins import COMPANY, HARD, MISSING, PERSON, PRESENT, SOFT, promised, restaurant, unacceptable
from tests.receipts.reading import scan_all

NAME = {"name": "示例市好味餐饮有限公司"}


def window(config: Config, tmp_path: Path, code: str, cache: Path) -> Workspace:
    """Another window of the same hall, with a device and a journal of its own."""
    there = structs.replace(
        config,
        device=structs.replace(config.device, code=code),
        store=structs.replace(config.store, path=str(tmp_path / code / "clerk.db")),
    )
    return open_workspace(there, FixedClock(), cache_dir=cache)


def introduce(*windows: Workspace, secret: bytes = b"hall" * 8, revoked: tuple[str, ...] = ()) -> None:
    """What a sync with the centre tells each window: the keys of them all."""
    keys = [
        wire.DeviceKey(
            device=ws.journal.device().device_id,
            public_key=ws.journal.device().public_key,
            revoked=ws.journal.incarnation in revoked,
        )
        for ws in windows
    ]
    for ws in windows:
        reply = wire.KeysReply(device="", epoch="", server_time_ms=len(revoked), secret=secret, keys=keys)
        keep_keys(ws.journal.database, reply, 1)


@pytest.fixture
def there(
    config: Config, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, ws: Workspace
) -> Iterator[Workspace]:
    """The window two floors up; it knows the first one's key and has no network since."""
    workspace = window(config, tmp_path, "W77", tmp_path_factory.getbasetemp() / "catalogue-cache")
    introduce(ws, workspace)
    yield workspace
    workspace.close()


def noticed(ws: Workspace, **ticks: Tick) -> str:
    """A restaurant whose layout is missing, unless ``ticks`` says otherwise; its case's reference."""
    return intake.submit(ws, restaurant(ws, **(ticks or {"layout": MISSING}))).reference


def code_on(ws: Workspace, reference: str, kind: str = "notice") -> str:
    """The code on the last paper of a kind."""
    case = cases.get(ws, reference).case
    bodies = [fact.body for fact in ws.journal.facts_of(case.case_id)]
    return [body.replica for body in bodies if isinstance(body, f.PaperIssued) and body.kind == kind][-1]


def refused(there: Workspace, text: str) -> str:
    """Why a code opens nothing here; nothing was written."""
    before = there.journal.head
    with pytest.raises(ReplicaError) as caught:
        service.open_replica(there, text)
    assert there.journal.head == before
    assert caught.value.hint
    return caught.value.code


def test_receipt_notice_and_acceptance_carry_a_code_and_the_rest_does_not(ws: Workspace) -> None:
    reference = noticed(ws)
    assert code_on(ws, reference, "receipt").startswith("CLK1:")
    assert code_on(ws, reference, "notice").startswith("CLK1:")
    accepted = intake.submit(ws, restaurant(ws)).reference
    assert code_on(ws, accepted, "acceptance").startswith("CLK1:")
    tolerated = intake.submit(ws, restaurant(ws, rules_list=promised(MONDAY + dt.timedelta(days=2)))).reference
    assert code_on(ws, tolerated, "promise") == ""


def test_a_window_that_never_saw_the_case_shows_what_its_paper_says(ws: Workspace, there: Workspace) -> None:
    reference = noticed(ws, layout=MISSING, application=unacceptable("no-seal"))
    view = service.open_replica(there, code_on(ws, reference))
    case = cases.get(ws, reference).case
    assert view.gaps == case.gaps
    assert view.told == case.notices[0].gaps
    assert view.checklist.materials == case.rows
    assert view.ticks == case.ticks
    assert (view.matter.key, view.replica.received, view.replica.respond_by) == (
        case.matter.key,
        case.received,
        case.notices[0].respond_by,
    )
    assert (view.here, view.can_go_on, view.same_catalogue, view.overdue) == (False, True, True, False)
    assert reference not in view.reference and view.reference.count("-") == 3
    assert NAME["name"] not in view.applicant
    assert there.journal.head.seq == 0, "looking writes nothing"


def test_the_supplement_goes_on_there_and_ends_in_an_acceptance(ws: Workspace, there: Workspace) -> None:
    reference = noticed(ws)
    view = service.open_replica(there, code_on(ws, reference))
    draft = service.to_supplement(there, view, COMPANY, NAME)
    assert [row.code for row in draft.rows] == ["layout"]
    draft.ticks = {"layout": PRESENT}
    result = supplement.submit(there, draft)
    assert (result.outcome, result.state, result.reference) == (Outcome.ACCEPTED, CaseState.ACCEPTED, reference)
    case = cases.get(there, reference).case
    assert case.applicant is not None
    assert (case.applicant.name, case.applicant.id_number, case.applicant.kind) == (NAME["name"], COMPANY, "company")
    assert not [line.misfit for line in case.timeline if line.misfit]
    assert there.journal.verify().facts == there.journal.head.seq


def test_promises_are_kept_there_one_at_a_time_and_no_answered_notice_is_held_against_them(
    ws: Workspace, there: Workspace, clock: FixedClock
) -> None:
    reference = noticed(ws, layout=MISSING, rules_list=MISSING, safety_manager=MISSING)
    clock.day = cases.get(ws, reference).case.notices[0].respond_by
    until = clock.day + dt.timedelta(days=7)
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"layout": PRESENT} | dict.fromkeys(SOFT, promised(until))
    assert supplement.submit(ws, draft).outcome is Outcome.TOLERATED
    there_clock = there.clock
    assert isinstance(there_clock, FixedClock)
    there_clock.day = until
    view = service.open_replica(there, code_on(ws, reference, "acceptance"))
    assert not view.overdue
    went_on = service.to_supplement(there, view, COMPANY, NAME)
    for code, outcome in zip(SOFT, (Outcome.TOLERATED, Outcome.ACCEPTED), strict=True):
        went_on.ticks = {code: PRESENT}
        result = supplement.submit(there, went_on)
        assert (result.outcome, result.late, result.warnings) == (outcome, (), ())
        if outcome is Outcome.TOLERATED:
            went_on = supplement.open_supplement(there, reference)


def test_papers_of_the_two_windows_never_share_a_number(ws: Workspace, there: Workspace) -> None:
    reference = noticed(ws)
    draft = service.to_supplement(there, service.open_replica(there, code_on(ws, reference)), COMPANY, NAME)
    draft.ticks = {"layout": unacceptable("签字页缺失")}
    supplement.submit(there, draft)
    mine = {paper.number for paper in cases.get(ws, reference).papers}
    theirs = {paper.number for paper in cases.get(there, reference).papers}
    assert theirs and not mine & theirs
    own = there.journal.incarnation
    assert all(number.startswith(f"{reference}/") and number.endswith(f"1-{own}") for number in theirs)


def test_both_records_are_one_case_at_the_centre(ws: Workspace, there: Workspace) -> None:
    reference = noticed(ws)
    case = cases.get(ws, reference).case
    draft = service.to_supplement(there, service.open_replica(there, code_on(ws, reference)), COMPANY, NAME)
    draft.ticks = {"layout": PRESENT}
    supplement.submit(there, draft)
    journals = (ws.journal.facts_of(case.case_id), there.journal.facts_of(case.case_id))
    for order in permutations(journals):
        whole = fold(in_order(fact for journal in order for fact in journal))
        assert whole is not None
        assert (whole.state, whole.gaps, whole.accepted) == (CaseState.ACCEPTED, (), MONDAY)
        assert whole.fields == case.fields
        assert whole.applicant == case.applicant
        assert not [line.misfit for line in whole.timeline if line.misfit]


def test_another_person_s_card_opens_nothing(ws: Workspace, there: Workspace) -> None:
    view = service.open_replica(there, code_on(ws, noticed(ws)))
    for number, name, code in (
        (PERSON, NAME, "replica_identity"),
        ("", NAME, "replica_identity"),
        (COMPANY, {"name": "别家有限公司"}, "replica_name"),
        (COMPANY, {"name": ""}, "value_missing"),
        (COMPANY, {"name": "坏\x1b名"}, "bad_value"),
    ):
        with pytest.raises(BadInput) as caught:
            service.to_supplement(there, view, number, name)
        assert caught.value.code == code
    assert there.journal.head.seq == 0
    service.confirm_identity(view, COMPANY.lower())


def test_a_look_alike_is_another_name_also_once_the_case_is_here(ws: Workspace, there: Workspace) -> None:
    draft = restaurant(ws, layout=MISSING)
    draft.applicant |= {"kind": "company", "name": "示例市𠮷祥餐饮有限公司"}
    reference = intake.submit(ws, draft).reference
    view = service.open_replica(there, code_on(ws, reference))
    for name in ("示例市吉祥餐饮有限公司", "示例市𠮷祥饮食有限公司", "示例县𠮷祥餐饮有限公司"):
        with pytest.raises(BadInput) as caught:
            service.to_supplement(there, view, COMPANY, {"name": name})
        assert (caught.value.code, caught.value.field) == ("replica_name", "applicant.name")
    assert there.journal.head.seq == 0
    service.to_supplement(there, view, COMPANY, {"name": " 示例市𠮷祥餐饮有限公司 "})
    here = service.open_replica(there, code_on(ws, reference))
    assert here.here
    with pytest.raises(BadInput) as again:
        service.to_supplement(there, here, COMPANY, {"name": "示例市吉祥餐饮有限公司"})
    assert again.value.code == "replica_name"
    assert service.to_supplement(there, here, COMPANY, {}).rows
    applicant = cases.load(there, reference).applicant
    assert applicant is not None and applicant.name == "示例市𠮷祥餐饮有限公司"


def test_before_the_hall_s_secret_is_known_a_card_cannot_be_compared(ws: Workspace, there: Workspace) -> None:
    text = code_on(ws, noticed(ws))
    introduce(ws, there, secret=b"else" * 8)
    with pytest.raises(BadInput) as caught:
        service.confirm_identity(service.open_replica(there, text), COMPANY)
    assert caught.value.code == "replica_identity_unknown"


def test_a_window_without_a_centre_reads_its_own_papers(ws: Workspace) -> None:
    view = service.open_replica(ws, code_on(ws, noticed(ws)))
    service.confirm_identity(view, COMPANY)
    assert view.here


def test_a_stranger_s_a_forged_and_a_damaged_code_open_nothing(
    ws: Workspace, there: Workspace, config: Config, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = code_on(ws, noticed(ws))
    stranger = window(config, tmp_path, "X01", tmp_path_factory.getbasetemp() / "catalogue-cache")
    try:
        assert refused(there, code_on(stranger, noticed(stranger))) == "replica_foreign"
        assert refused(stranger, text) == "replica_foreign"
    finally:
        stranger.close()
    assert refused(there, text[:-3]) == "replica_altered"
    assert refused(there, "990100-W01-00017-C") == "replica_not_one"
    introduce(ws, there, revoked=(ws.journal.incarnation,))
    assert refused(there, text) == "replica_revoked"


def test_an_expired_code_opens_nothing(ws: Workspace, there: Workspace) -> None:
    text = code_on(ws, noticed(ws))
    assert isinstance(there.clock, FixedClock)
    there.clock.day = service.open_replica(there, text).replica.expires + dt.timedelta(days=1)
    assert refused(there, text) == "replica_outdated"


def test_a_paper_that_its_own_window_has_gone_beyond_is_outdated(ws: Workspace) -> None:
    reference = noticed(ws)
    old = code_on(ws, reference)
    view = service.open_replica(ws, old)
    assert (view.here, view.reference) == (True, reference)
    draft = service.to_supplement(ws, view, COMPANY, {})
    draft.ticks = {"layout": PRESENT}
    supplement.submit(ws, draft)
    assert refused(ws, old) == "replica_outdated"
    assert service.open_replica(ws, code_on(ws, reference, "acceptance")).can_go_on is False


def test_what_the_centre_told_last_counts_too(ws: Workspace, there: Workspace) -> None:
    reference = noticed(ws)
    old = code_on(ws, reference)
    draft = supplement.open_supplement(ws, reference)
    draft.ticks = {"layout": PRESENT}
    supplement.submit(ws, draft)
    case = cases.get(ws, reference).case
    change = wire.Change(
        server_seq=1,
        case_id=case.case_id,
        reference=reference,
        state=case.state.value,
        version=case.version,
        device="",
        day=MONDAY,
        case=msgspec.json.encode(case),
    )
    keep_changes(there.journal.database, [change], "1", 1)
    assert refused(there, old) == "replica_outdated"


def test_looking_or_printing_again_does_not_make_a_paper_outdated(ws: Workspace) -> None:
    reference = noticed(ws)
    cases.show_personal(ws, reference, ("applicant.phone",), "核对身份")
    assert service.open_replica(ws, code_on(ws, reference)).here


def test_a_window_with_another_list_of_materials_does_not_go_on(
    ws: Workspace, there: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = code_on(ws, noticed(ws))
    matter = there.catalogue.matter("food-licence-new")
    shorter = structs.replace(matter, materials=matter.materials[1:])
    monkeypatch.setattr(type(there.catalogue), "matter", lambda self, key: shorter)
    assert refused(there, text) == "replica_catalogue"

    def gone(self: object, key: str) -> None:
        raise BadInput("unknown_matter", "没有")

    monkeypatch.setattr(type(there.catalogue), "matter", gone)
    assert refused(there, text) == "replica_catalogue"


def test_an_open_case_keeps_the_version_it_began_with(
    ws: Workspace, there: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = code_on(ws, noticed(ws))
    version = ws.catalogue.version
    monkeypatch.setattr(type(there.catalogue), "version", "2099.1")
    view = service.open_replica(there, text)
    assert not view.same_catalogue
    assert service.to_supplement(there, view, COMPANY, NAME).case.matter.version == version


def test_promises_are_kept_at_another_window(ws: Workspace, there: Workspace) -> None:
    day = MONDAY + dt.timedelta(days=2)
    reference = intake.submit(ws, restaurant(ws, rules_list=promised(day))).reference
    view = service.open_replica(there, code_on(ws, reference, "acceptance"))
    assert [(each.code, each.until) for each in view.promises] == [("rules_list", day)]
    draft = service.to_supplement(there, view, COMPANY, NAME)
    assert draft.case.promises == cases.get(ws, reference).case.promises
    draft.ticks = {"rules_list": PRESENT}
    assert supplement.submit(there, draft).state is CaseState.ACCEPTED


def test_what_was_only_taken_in_is_decided_there_but_never_by_silence(ws: Workspace, there: Workspace) -> None:
    reference = intake.receive(ws, restaurant(ws)).reference
    draft = service.to_supplement(there, service.open_replica(there, code_on(ws, reference, "receipt")), COMPANY, NAME)
    assert draft.case.state is CaseState.RECEIVED
    for workspace in (ws, there):
        assert isinstance(workspace.clock, FixedClock)
        workspace.clock.day = MONDAY + dt.timedelta(days=14)
    assert upkeep.run(there) == [], "the first window may have answered"
    assert upkeep.run(ws) == [reference]


def test_a_receipt_older_than_the_five_day_rule_cannot_stand_as_it_is(ws: Workspace, there: Workspace) -> None:
    """By then the case is answered or accepted by law (行政许可法 art. 32(4)); only its own window knows which."""
    text = code_on(ws, intake.receive(ws, restaurant(ws)).reference, "receipt")
    assert isinstance(there.clock, FixedClock)
    there.clock.day = MONDAY + dt.timedelta(days=7)
    assert service.open_replica(there, text).can_go_on, "the fifth working day"
    there.clock.day = MONDAY + dt.timedelta(days=8)
    assert refused(there, text) == "replica_outdated"
    assert service.open_replica(ws, text).here


def test_a_third_window_goes_on_from_the_receipt_of_the_second(
    ws: Workspace, there: Workspace, config: Config, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reference = noticed(ws, layout=MISSING, application=MISSING)
    draft = service.to_supplement(there, service.open_replica(there, code_on(ws, reference)), COMPANY, NAME)
    draft.ticks = {"layout": PRESENT}
    assert supplement.submit(there, draft).state is CaseState.NOTICED
    third = window(config, tmp_path, "W78", tmp_path_factory.getbasetemp() / "catalogue-cache")
    introduce(ws, there, third)
    try:
        view = service.open_replica(third, code_on(there, reference, "receipt"))
        assert [gap.code for gap in view.gaps] == ["application"]
        assert {gap.code for gap in view.told} == {"layout", "application"}
        last = service.to_supplement(third, view, COMPANY, NAME)
        last.ticks = {"application": PRESENT}
        assert supplement.submit(third, last).state is CaseState.ACCEPTED
        # Back at the second window with the third's paper: it has moved on, and here nothing is left to bring.
        back = service.open_replica(there, code_on(third, reference, "acceptance"))
        assert (back.can_go_on, back.gaps) == (False, ())
        journals = [w.journal.facts_of(draft.case.case_id) for w in (ws, there, third)]
        for order in permutations(journals):
            whole = fold(in_order(fact for journal in order for fact in journal))
            assert isinstance(whole, Case) and whole.state is CaseState.ACCEPTED
            assert not [line.misfit for line in whole.timeline if line.misfit]
    finally:
        third.close()


def test_a_defect_told_here_again_is_not_mended_by_a_paper_that_knows_of_the_first_time_only(
    ws: Workspace, there: Workspace
) -> None:
    reference = noticed(ws, layout=unacceptable("no-seal"), rules_list=MISSING, safety_manager=MISSING)

    def from_paper(at: Workspace, of: Workspace, kind: str = "receipt") -> supplement.SupplementDraft:
        return service.to_supplement(at, service.open_replica(at, code_on(of, reference, kind)), COMPANY, NAME)

    def left_after(at: Workspace, draft: supplement.SupplementDraft, **ticks: Tick) -> list[str]:
        draft.ticks = dict(ticks)
        return [gap.code for gap in supplement.submit(at, draft, second_reason="开业前又看出").gaps]

    left_after(ws, supplement.open_supplement(ws, reference), layout=PRESENT)
    left_after(there, from_paper(there, ws), layout=unacceptable("no-seal"))
    left_after(ws, supplement.open_supplement(ws, reference), rules_list=PRESENT)
    draft = from_paper(there, ws)
    assert left_after(there, draft, safety_manager=PRESENT) == ["layout"]
    assert len(cases.get(there, reference).case.notices) == 2, "and it is not told a third time"
    # Once the first window knows of it and has seen a good one, its word is taken.
    assert left_after(ws, from_paper(ws, there), layout=PRESENT) == []
    assert cases.get(ws, reference).case.state is CaseState.ACCEPTED


def test_a_second_scan_opens_what_was_taken_over_and_writes_nothing_more(ws: Workspace, there: Workspace) -> None:
    text = code_on(ws, noticed(ws))
    service.to_supplement(there, service.open_replica(there, text), COMPANY, NAME)
    head = there.journal.head
    stale = service.open_replica(there, text)
    assert service.to_supplement(there, stale, COMPANY, NAME).case.state is CaseState.NOTICED
    assert there.journal.head == head


def test_defects_that_were_told_need_no_reason_when_told_again(ws: Workspace, there: Workspace) -> None:
    """What the first window told is known from the code: a paper that is still bad is no new defect."""
    reference = noticed(ws, layout=unacceptable("no-seal"), application=MISSING)
    draft = service.to_supplement(there, service.open_replica(there, code_on(ws, reference)), COMPANY, NAME)
    draft.ticks = {"application": PRESENT}
    ready = supplement.preview(there, draft)
    assert (ready.fresh, ready.known_before, ready.second) == ((), (), True)


def test_a_journal_without_its_key_still_prints(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from clerk_tui.services import signing
    from hall.errors import StoreError

    def no_key(path: Path, public_key: bytes) -> None:
        raise StoreError("device_key", "没有")

    monkeypatch.setattr(signing, "_key", no_key)
    assert code_on(ws, noticed(ws)) == ""


def test_a_case_beyond_any_code_is_told_to_the_clerk_and_its_papers_go_out_without_one(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hall.replica.MAX_PRINTED", 300)
    result = intake.submit(ws, restaurant(ws, layout=MISSING))
    assert [warning for warning in result.warnings if "没有窗口用的码" in warning and "放不下" in warning]
    assert code_on(ws, result.reference) == ""
    assert all(done.state == "printed" for done in papers.deliver_pending(ws))


def test_the_view_does_not_tell_the_secrets_in_a_traceback(ws: Workspace) -> None:
    view = service.open_replica(ws, code_on(ws, noticed(ws)))
    assert "secret" not in repr(view) and "好味" not in repr(view)


def test_every_material_and_state_goes_through_a_real_matter(ws: Workspace, there: Workspace) -> None:
    for states in (dict.fromkeys((*HARD, *SOFT), MISSING), {HARD[0]: unacceptable("字迹不清"), HARD[1]: MISSING}):
        reference = noticed(ws, **states)
        view = service.open_replica(there, code_on(ws, reference))
        assert view.ticks == cases.get(ws, reference).case.ticks
        assert TickState.HELD in {tick.state for tick in view.ticks.values()}, "the licence is the hall's own"


def test_an_error_is_a_hall_error(there: Workspace) -> None:
    with pytest.raises(HallError):
        service.open_replica(there, "CLK1:")


@pytest.mark.parametrize(("number", "asked"), [("110101188001010011", True), (PERSON, False)])
def test_a_list_that_asks_for_an_age_is_found_without_the_code_telling_it(
    ws: Workspace, there: Workspace, monkeypatch: pytest.MonkeyPatch, number: str, asked: bool
) -> None:
    """What an elder must bring and others need not: the digest of the list says which it was."""
    matter = ws.catalogue.matter("food-licence-new")
    first = structs.replace(matter.materials[0], code="elder", when="applicant.age >= 143")
    aged = structs.replace(matter, serves=("citizen",), materials=(*matter.materials, first))
    monkeypatch.setattr(type(ws.catalogue), "matter", lambda self, key: aged)
    draft = restaurant(ws, layout=MISSING)
    draft.applicant = {"kind": "citizen", "name": "王小明", "id_number": number}
    case = cases.get(ws, intake.submit(ws, draft).reference).case
    assert ("elder" in case.ticks) is asked
    view = service.open_replica(there, code_on(ws, case.reference))
    assert view.checklist.materials == case.rows


def test_a_printed_paper_is_scanned_and_opens_its_case(ws: Workspace, there: Workspace) -> None:
    """From the PDF, at a thermal printer's 203 dpi in black and white, to the case at the other window."""
    reference = noticed(ws, layout=MISSING, application=unacceptable("no-seal"))
    for paper in cases.get(ws, reference).papers:
        rendered = papers.rebuild(ws, paper.paper_id)
        pdf = rendered.pdf
        codes = [text for page in range(rendered.pages) for text in scan_all(pdf, page) if text.startswith("CLK1:")]
        assert codes and set(codes) == {code_on(ws, reference, paper.kind)}
        view = service.open_replica(there, codes[0])
        assert [gap.code for gap in view.gaps] == ["application", "layout"]
        assert papers.rebuild(ws, paper.paper_id).pdf == pdf


def migration(ws: Workspace) -> str:
    """Somebody who moves here and whom nobody has asked why yet; the reference of the case, which is only received."""
    draft = intake.new_draft(ws, ws.catalogue.matter("hukou-migration"))
    draft.applicant = {"kind": "citizen", "name": "李四", "id_number": PERSON}
    draft.ticks = dict.fromkeys(("application", "id_card", "hukou_book"), PRESENT)
    return intake.receive(ws, draft).reference


def test_what_was_open_at_the_receipt_is_asked_at_the_window_that_goes_on(ws: Workspace, there: Workspace) -> None:
    view = service.open_replica(there, code_on(ws, migration(ws), "receipt"))
    draft = service.to_supplement(there, view, PERSON, {"name": "李四"})
    with pytest.raises(BadInput) as open_:
        supplement.submit(there, draft)
    assert open_.value.code == "unanswered"
    draft.answers = {"destination": "here", "reason": "C", "cross_province": "no", "minors": "no"}
    assert [gap.code for gap in supplement.preview(there, draft).gaps] == ["house"]
    assert supplement.submit(there, draft, Outcome.NOTICED).gaps[0].code == "house"


def test_a_notice_after_later_answers_opens_at_another_window(ws: Workspace, there: Workspace) -> None:
    reference = migration(ws)
    draft = supplement.open_supplement(ws, reference)
    draft.answers = {"destination": "here", "reason": "C", "cross_province": "no", "minors": "no"}
    supplement.submit(ws, draft, Outcome.NOTICED)
    view = service.open_replica(there, code_on(ws, reference))
    case = cases.get(ws, reference).case
    assert (view.checklist.materials, view.gaps) == (case.rows, case.gaps)


def deemed(ws: Workspace) -> str:
    """A case by post that was opened after its five working days, so that the law has accepted it; its reference."""
    draft = restaurant(ws, layout=MISSING)
    draft.channel, draft.handed_in = "post", dt.date(2026, 10, 23)
    return intake.receive(ws, draft).reference


@pytest.mark.parametrize("kind", ["receipt", "acceptance"])
def test_of_a_case_accepted_by_law_its_paper_says_that_nothing_more_may_be_asked_for(
    ws: Workspace, there: Workspace, kind: str
) -> None:
    """行政许可法 art. 32(4); in the same words as where the case is opened by its reference."""
    reference = deemed(ws)
    with pytest.raises(BadInput) as by_reference:
        supplement.open_supplement(ws, reference)
    for workspace in (ws, there):
        view = service.open_replica(workspace, code_on(ws, reference, kind))
        assert (view.deemed, view.can_go_on) == (True, False)
        with pytest.raises(BadInput) as by_paper:
            service.to_supplement(workspace, view, COMPANY, NAME)
        assert (by_paper.value.code, by_paper.value.field) == ("nothing_open", "code")
        assert (by_paper.value.message, by_paper.value.hint) == (by_reference.value.message, by_reference.value.hint)
        assert "视为受理，不能再要求补正" in by_paper.value.message


def test_an_ordinary_acceptance_is_none_by_law(ws: Workspace, there: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    view = service.open_replica(there, code_on(ws, reference, "acceptance"))
    assert not view.deemed
    with pytest.raises(BadInput, match="“已受理”，没有要补的材料"):
        service.to_supplement(there, view, COMPANY, NAME)


def test_a_kept_promise_is_no_silence(ws: Workspace, there: Workspace, clock: FixedClock) -> None:
    """Accepted on the spot, with no notice; its last receipt is printed long after the five working days."""
    reference = intake.submit(ws, restaurant(ws, rules_list=promised(MONDAY + dt.timedelta(days=7)))).reference
    clock.day = MONDAY + dt.timedelta(days=8)
    draft = supplement.open_supplement(ws, reference)
    draft.ticks, draft.late_reason = {"rules_list": PRESENT}, "邮路延误，当日送达大厅"
    supplement.submit(ws, draft)
    view = service.open_replica(there, code_on(ws, reference, "receipt"))
    assert view.replica.issued > notice_due(view.replica.clock_from, ws.calendar).day
    assert not view.deemed
    with pytest.raises(BadInput, match="“已受理”，没有要补的材料"):
        service.to_supplement(there, view, COMPANY, NAME)


def test_a_receipt_from_before_the_acceptance_by_law_says_so(ws: Workspace, clock: FixedClock) -> None:
    reference = intake.receive(ws, restaurant(ws, layout=MISSING)).reference
    code = code_on(ws, reference, "receipt")
    clock.day = MONDAY + dt.timedelta(days=14)
    assert upkeep.run(ws) == [reference]
    with pytest.raises(ReplicaError) as caught:
        service.open_replica(ws, code)
    assert caught.value.code == "replica_outdated" and "依法视为受理" in caught.value.message
