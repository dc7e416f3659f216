"""Rights at the counter: every service says what it needs, and nothing reaches the journal without."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from clerk_tui import services
from clerk_tui.services import cases, intake, papers, proceedings, rights, supplement, upkeep
from clerk_tui.services.recording import Action
from clerk_tui.services.workspace import Workspace
from hall.errors import BadInput
from hall.facts import CaseRefused, NoteAdded
from hall.roles import Actor, Forbidden, Role
from hall.verdict import Refusal
from tests.clerk_tui.conftest import MONDAY, FixedClock
from tests.clerk_tui.services.test_supplement import LATER, bring
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant, unacceptable

#: Services that need no right of their own, and why.
OPEN: dict[str, str] = {
    "editions.printed": "the bytes of a paper that a print makes again",
    "editions.require_the_same": "the bytes of a paper that a print makes again",
    "editions.to_try": "the wording of papers",
    "editions.texts_now": "the wording of papers",
    "editions.wording_of": "the wording of papers",
    "aside.worklist": "types, references and the centre's reasons, nobody's data",
    "keeping.daily": "a backup, whoever sits there",
    "keeping.last": "how the last backup went",
    "keeping.require_sound": "whether the journal may be written on, whoever asks",
    "hall_cases.adoption": "a fact; Action.add asks about it",
    "hall_cases.look": "cases.hall_case and supplement.submit ask before",
    "naming.case_named": "cases asks before; it tells an identity",
    "hall_asides.may_see": "whether somebody may ask what is set aside",
    "health.health": "the disk",
    "correcting.answers_facts": "facts; Action.add asks about them",
    "form_later.form_facts": "facts; Action.add asks about them",
    "intake.credit_fact": "a fact; Action.add asks about it",
    "intake.new_draft": "an empty form of the catalogue",
    "intake.refresh_held": "asks people.held_materials",
    "intake.outcome_facts": "pure; Action.add asks",
    "intake_json.draft_from_json": "a form; committing it needs the right",
    "intake_json.supplement_from_json": "asks supplement.open_supplement",
    "outbox.status": "counts only, shown before anybody signs in",
    "papers.deliver_pending": "what was committed is printed whoever sits there",
    "papers.unprinted": "the print queue: numbers of papers",
    "inquiry.open_in": "pure",
    "previewing.clean_refusal": "pure",
    "previewing.preview": "pure",
    "supplement_draft.form_plan_for": "pure",
    "supplement_draft.plan_for": "pure",
    "supplement_preview.preview": "pure",
    "following.follow": "as deliver_pending",
    "print_places.centre_of": "the address of the centre",
    "print_queue.work": "as deliver_pending",
    "print_queue.deliver": "as deliver_pending",
    "print_queue.waiting": "the print queue: numbers of papers",
    "print_queue.unknown_papers": "the print queue: numbers of papers",
    "print_queue.in_doubt": "the print queue: numbers of papers",
    "print_queue.waits_behind": "the print queue: numbers of papers",
    "print_queue.queue_failed": "as deliver_pending",
    "print_queue.forsake": "what a dead process left is marked",
    "print_queue.outstanding": "counts only",
    "print_places.choices": "names of printers",
    "print_places.place": "names of printers",
    "print_places.target_of": "names of printers",
    "print_queue.job_of": "the print queue: numbers of papers",
    "print_queue.leave": "the end of the program",
    "day_close.forgotten": "dates only",
    "day_close.open_runs": "dates and numbers of records",
    "shift.call_for_help": "whoever is in danger calls, locked out or not",
    "shift.paused": "since when and why the window pauses",
    "shift.tell_window": "as shift.paused",
    "shift.window_state": "as shift.paused",
    "shift.told_state": "as shift.paused",
    "kept_drafts.count_kept": "a number",
    "intake_json.with_latest": "a date",
    "training.begin": "asks intake.submit and supplement.open_supplement",
    "training.is_over": "a sandbox's facts: whether an exercise has ended",
    "training.score": "a sandbox's facts: what was right and what was missed",
    "handing.window_name": "pure",
    "next_steps.offers": "asks cases.load; what may not be done is offered with the reason",
    "next_steps.rehearse": "asks cases.load and the step's service; nothing is kept",
    "next_steps.take": "calls the step's service",
    "proceed_json.proceed": "calls the services of proceedings and handing",
    "proceeding.commit": "asks cases.load; Action.add asks for each fact",
    "proceeding.told": "pure",
    "proceeding.clock_of": "pure",
    "queue_centre.served_here": "the catalogue and the settings",
    "queue_centre.matters_of": "the catalogue",
    "queue_paper.read": "a number, nobody's data",
    "queue_desk.load": "the window's own row; what is done with it asks Queueing.step",
    "queue_desk.keep": "the window's own row, with facts that Queueing.step asked about",
    "recording.new_reference": "a number in a transaction whose facts Action.add asks about",
    "recording.matter_ref": "pure",
    "recording.with_project": "pure",
    "signing.code_for": "part of issuing a paper, which Action.add asks about",
    "signing.signer": "this device's key",
    "signing.device_key": "this device's key",
    "signing.secrets": "this device's key",
    "signing.known_keys": "public keys",
    "numbers.left": "how many numbers are left",
    "queue_desk.gone_with_the_day": "what midnight made void of the window's own numbers",
    "queue_desk.is_past_its_day": "the day of a number that is at the window",
    "ticketing.left_min": "when the hall closes, from the catalogue",
    "ticket_printing.document_of": "pure; print_ticket asks",
    "ticket_printing.is_unsure": "pure",
    "ticketing.business": "the catalogue",
    "ticketing.businesses": "the catalogue",
    "ticketing.entry": "a fact; may_write asks about it",
    "ticketing.keep": "facts that ticketing.entry asks about",
    "ticketing.take_seat": "who sits at a ticket machine: itself",
    "upkeep.by_silence": "a fact; Action.add asks about it",
    "upkeep.run": "the law acts",
    "upkeep.unsure": "references that wait for the calendar, nobody's data",
}


def public_services() -> Iterator[tuple[str, Callable[..., object]]]:
    for module in pkgutil.iter_modules(services.__path__):
        if module.name in ("rights", "signing_in"):
            continue
        loaded = import_module(f"clerk_tui.services.{module.name}")
        for name, service in vars(loaded).items():
            own = inspect.isfunction(service) and service.__module__ == loaded.__name__
            if own and not name.startswith("_") and next(iter(inspect.signature(service).parameters), "") == "ws":
                yield f"{module.name}.{name}", service


def test_every_service_says_what_it_needs() -> None:
    silent = {name for name, service in public_services() if not hasattr(service, "permission")}
    assert silent == set(OPEN)


def sit(ws: Workspace, *roles: Role) -> None:
    ws.seat.take(Actor(id="0007", name="冯春", roles=frozenset(roles)))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.REVIEWER, Role.STATION, Role.KIOSK, Role.ADMIN])
def test_only_a_clerk_takes_a_case_in(ws: Workspace, role: Role) -> None:
    sit(ws, role)
    with pytest.raises(Forbidden) as refused:
        intake.submit(ws, restaurant(ws))
    assert (refused.value.code, ws.journal.head.seq) == ("not_allowed", 0)


def test_a_supervisor_looks_at_everything_and_changes_nothing(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws, layout=MISSING)).reference
    sit(ws, Role.SUPERVISOR)
    head = ws.journal.head
    assert cases.get(ws, reference).case.reference == reference
    with pytest.raises(Forbidden):
        supplement.open_supplement(ws, reference)
    assert ws.journal.head == head


def test_a_clerk_decides_nothing_and_extends_nothing(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    sit(ws, Role.CLERK)
    with pytest.raises(Forbidden):
        proceedings.decide(ws, reference, granted=True)
    with pytest.raises(Forbidden):
        proceedings.extend(ws, reference, days=5, approver="王局长", reason="情况复杂")


def test_a_board_reads_no_case(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    sit(ws, Role.KIOSK)
    for read in (lambda: cases.find(ws, ""), lambda: papers.rebuild(ws, "any")):
        with pytest.raises(Forbidden):
            read()


def test_no_way_around_the_services_leads_to_the_journal(ws: Workspace) -> None:
    sit(ws, Role.KIOSK)
    with pytest.raises(Forbidden):
        Action(ws, "case", "SL01-A1-00001-X").add(NoteAdded(text="x"))
    ws.seat.leave()
    with pytest.raises(rights.NotSignedIn):
        Action(ws, "case", "SL01-A1-00001-X").add(NoteAdded(text="x"))


def test_what_was_to_be_seen_the_first_time_is_told_again_only_with_a_supervisor(
    ws: Workspace, clock: FixedClock
) -> None:
    first = intake.submit(ws, restaurant(ws, layout=MISSING))
    clock.day = LATER
    sit(ws, Role.CLERK)
    draft = bring(ws, first.reference, layout=PRESENT, application=unacceptable("没有签字"))
    head = ws.journal.head
    with pytest.raises(Forbidden) as refused:
        supplement.submit(ws, draft, second_reason="漏看了签名页")
    assert ("负责人" in refused.value.hint, ws.journal.head) == (True, head)
    wu = Actor(id="0002", name="吴静", roles=frozenset({Role.SUPERVISOR}))
    with pytest.raises(BadInput):
        supplement.submit(ws, draft, approver=wu)
    supplement.submit(ws, draft, second_reason="漏看了签名页", approver=wu)
    noticed = next(f for f in reversed(ws.journal.facts_of(first.case_id)) if f.header.type == "case.noticed")
    assert (noticed.header.actor, noticed.body.approved_by) == ("0007", "0002")  # type: ignore[union-attr]


def test_a_refusal_on_a_ground_of_its_own_needs_a_supervisor(ws: Workspace) -> None:
    sit(ws, Role.CLERK)
    draft = restaurant(ws)
    draft.refusal = Refusal("other", "申请人在禁止申请的期限内", basis="食品安全法第一百三十五条", why="核对了处罚决定")
    with pytest.raises(Forbidden) as refused:
        intake.submit(ws, draft)
    assert ("负责人" in refused.value.hint, ws.journal.head.seq) == (True, 0)
    wu = Actor(id="0002", name="吴静", roles=frozenset({Role.SUPERVISOR}))
    result = intake.submit(ws, draft, approver=wu)
    fact = next(f for f in ws.journal.facts_of(result.case_id) if f.header.type == "case.refused")
    body = fact.body
    assert isinstance(body, CaseRefused)
    assert (fact.header.actor, body.approved_by, body.conforming, body.beyond) == ("0007", "0002", True, True)


def test_the_law_acts_when_nobody_sits_there_and_in_its_own_name(ws: Workspace, clock: FixedClock) -> None:
    received = intake.receive(ws, restaurant(ws))
    ws.seat.leave()
    clock.day = LATER
    assert MONDAY < LATER and upkeep.run(ws) == [received.reference]
    assert ws.journal.facts_of(received.case_id)[-1].header.actor == "system"
