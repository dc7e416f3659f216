"""Signing in without a network: bounded, counted before it is looked at, worth nothing on another machine."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress

import pytest
from msgspec import structs

from clerk_tui.services import intake, signing_in
from clerk_tui.services.rights import NotSignedIn
from clerk_tui.services.signing_in import SignInRefused
from clerk_tui.services.workspace import Workspace, open_workspace
from clerk_tui.store import clerks as store
from hall import pins
from hall.errors import BadInput
from hall.lockout import FREE, WAITS_MS
from hall.roles import Permission, Role
from tests.clerk_tui.clerks import PIN, WU, ZHENG, ZHOU, Staff
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import restaurant

WRONG = "739502"


@pytest.fixture
def staff(ws: Workspace) -> Staff:
    """A hall with three clerks; Zhou and Wu have sat at this window before. Nobody sits here now."""
    staff = Staff(ws)
    staff.has_been_here(ZHOU)
    staff.has_been_here(WU)
    signing_in.at_start(ws)
    return staff


def refused(ws: Workspace, clerk: str, pin: str = PIN) -> str:
    with pytest.raises(SignInRefused) as error:
        signing_in.sign_in(ws, clerk, pin)
    assert error.value.hint and pin not in error.value.message
    return error.value.code


def test_where_the_centre_has_told_nobody_the_clerk_of_the_settings_sits(ws: Workspace) -> None:
    assert not signing_in.required(ws)
    assert (ws.clerk.id, ws.clerk.name) == ("0001", "周敏")


def test_a_hall_with_clerks_asks(ws: Workspace, staff: Staff) -> None:
    assert signing_in.required(ws)
    with pytest.raises(NotSignedIn):
        intake.submit(ws, restaurant(ws))
    assert ws.journal.head.seq == 0


def test_nobody_has_to_sign_in_who_was_moved_to_a_centre_that_knows_no_clerks(ws: Workspace, staff: Staff) -> None:
    known, staff.entries = staff.entries, {}
    staff.tell()
    assert signing_in.required(ws), "of its own centre an empty list opens nothing"
    staff.entries = known
    staff.tell()
    staff.move()
    staff.tell()
    assert signing_in.required(ws), "nor does a move to one that knows them"
    staff.entries = {}
    staff.move()
    assert signing_in.required(ws), "nor the move by itself"
    staff.tell()
    assert not signing_in.required(ws)
    signing_in.at_start(ws)
    assert intake.submit(ws, restaurant(ws)).seq == ws.journal.head.seq > 0


def test_whoever_signs_in_stands_in_every_fact_and_on_every_paper(ws: Workspace, staff: Staff) -> None:
    assert signing_in.sign_in(ws, WU, PIN).offline
    result = intake.submit(ws, restaurant(ws))
    facts = ws.journal.facts_of(result.case_id)
    assert {fact.header.actor for fact in facts} == {WU}
    assert {fact.body.clerk for fact in facts if hasattr(fact.body, "clerk")} == {"吴静"}


def test_signing_out_leaves_what_is_unsent(ws: Workspace, staff: Staff) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    intake.submit(ws, restaurant(ws))
    head = ws.journal.head
    signing_in.sign_out(ws)
    assert ws.journal.head == head
    with pytest.raises(NotSignedIn):
        intake.submit(ws, restaurant(ws))


def test_a_wrong_pin_lets_nobody_in_and_a_few_of_them_shut_the_door(ws: Workspace, staff: Staff) -> None:
    assert [refused(ws, ZHOU, WRONG) for _ in range(FREE + 1)] == ["wrong_pin"] * (FREE + 1)
    assert refused(ws, ZHOU, PIN) == "locked_out", "even the right one, for a while"
    assert signing_in.sign_in(ws, WU, PIN).actor.id == WU, "nobody else is kept out"


def test_the_wait_ends_and_the_right_pin_forgets_the_failures(ws: Workspace, staff: Staff, clock: FixedClock) -> None:
    for _ in range(FREE + 1):
        refused(ws, ZHOU, WRONG)
    clock.ticks += WAITS_MS[0] + 1
    signing_in.sign_in(ws, ZHOU, PIN)
    assert refused(ws, ZHOU, WRONG) == "wrong_pin"


def test_a_power_cut_during_the_check_costs_the_try(
    ws: Workspace, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        """The machine goes dark while the PIN is being looked at."""

    def dark(*_: object) -> bool:
        raise PowerCut

    monkeypatch.setattr(pins, "is_right", dark)
    for _ in range(FREE + 1):
        with pytest.raises(PowerCut):
            signing_in.sign_in(ws, ZHOU, PIN)
    monkeypatch.undo()
    assert refused(ws, ZHOU, PIN) == "locked_out"


def test_while_the_door_is_shut_no_pin_is_looked_at(
    ws: Workspace, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FREE + 1):
        refused(ws, ZHOU, WRONG)
    looked: list[object] = []
    monkeypatch.setattr(pins, "is_right", lambda *_: looked.append(1))
    refused(ws, ZHOU, PIN)
    assert not looked


def test_without_the_centre_it_works_for_as_long_as_the_centre_said(
    ws: Workspace, staff: Staff, clock: FixedClock
) -> None:
    clock.day += dt.timedelta(days=6)
    assert signing_in.sign_in(ws, ZHOU, PIN).offline
    clock.day += dt.timedelta(days=2)
    assert refused(ws, ZHOU) == "offline_too_long"


def test_a_clock_that_falls_back_does_not_make_the_time_without_the_centre_longer(
    ws: Workspace, staff: Staff, clock: FixedClock
) -> None:
    clock.day += dt.timedelta(days=9)
    assert refused(ws, ZHOU) == "offline_too_long"
    clock.day -= dt.timedelta(days=400)
    assert refused(ws, ZHOU) == "offline_too_long"
    clock.day += dt.timedelta(days=30)
    assert refused(ws, ZHOU) == "offline_too_long"


def test_a_machine_that_wakes_up_in_the_past_each_morning_is_let_in_for_as_many_days(
    ws: Workspace, staff: Staff, clock: FixedClock
) -> None:
    days = 0
    while days < 30:
        clock.day -= dt.timedelta(days=400)
        try:
            signing_in.sign_in(ws, ZHOU, PIN)
        except SignInRefused:
            break
        signing_in.sign_out(ws)
        days += 1
    assert days == 6, "each costs a day, and the seven days are over a moment after the last"


def test_a_clock_that_fell_back_and_is_put_right_is_believed_again(
    ws: Workspace, staff: Staff, clock: FixedClock
) -> None:
    clock.day += dt.timedelta(days=1)
    assert signing_in.sign_in(ws, ZHOU, PIN).offline
    clock.day -= dt.timedelta(days=2400)
    assert signing_in.sign_in(ws, ZHOU, PIN).offline
    for _ in range(5):
        clock.day += dt.timedelta(days=2400 if clock.day.year < 2026 else 1)
        assert signing_in.sign_in(ws, ZHOU, PIN).offline
    for days in (-2400, 2400) * 9:
        clock.day += dt.timedelta(days=days)
        with suppress(SignInRefused):
            signing_in.sign_in(ws, ZHOU, PIN)
    assert refused(ws, WU) == "offline_too_long", "but nobody gets days by it"


def test_a_clock_that_is_set_right_costs_no_day(ws: Workspace, staff: Staff, clock: FixedClock) -> None:
    clock.day += dt.timedelta(days=6)
    for _ in range(20):
        assert signing_in.sign_in(ws, ZHOU, PIN).offline
        clock.ticks -= 10 * 60_000
        assert signing_in.sign_in(ws, ZHOU, PIN).offline
        clock.ticks += 10 * 60_000
    staff.tell()
    assert signing_in.sign_in(ws, ZHOU, PIN).offline


def test_the_first_time_at_a_window_needs_the_centre(ws: Workspace, staff: Staff) -> None:
    assert refused(ws, ZHENG) == "first_time"
    assert refused(ws, "0099") == "unknown_clerk"


def test_a_new_pin_at_the_centre_makes_the_old_one_worthless_here(ws: Workspace, staff: Staff) -> None:
    staff.entries[ZHOU] = structs.replace(staff.entries[ZHOU], pin_version=2)
    staff.tell()
    assert refused(ws, ZHOU) == "first_time"


def test_a_new_pin_opens_the_door_that_wrong_ones_shut(ws: Workspace, staff: Staff) -> None:
    for _ in range(FREE + 1):
        refused(ws, ZHOU, WRONG)
        refused(ws, ZHENG, WRONG)
    staff.tell()
    assert refused(ws, ZHOU) == "locked_out", "a list that says nothing new lifts nothing"
    staff.entries[ZHOU] = structs.replace(staff.entries[ZHOU], pin_version=2)
    staff.tell()
    assert refused(ws, ZHOU) == "first_time"
    assert refused(ws, ZHENG) == "locked_out", "nobody else's, nor of whoever was never let in here"


def test_a_disabled_clerk_is_out_at_once(ws: Workspace, staff: Staff) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    assert signing_in.may_stay(ws)
    staff.entries[ZHOU] = structs.replace(staff.entries[ZHOU], active=False)
    staff.tell()
    assert not signing_in.may_stay(ws)
    signing_in.sign_out(ws)
    assert refused(ws, ZHOU) == "disabled"


def test_changed_roles_count_at_once(ws: Workspace, staff: Staff) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    staff.entries[ZHOU] = structs.replace(staff.entries[ZHOU], roles=["reviewer"])
    staff.tell()
    assert signing_in.may_stay(ws)
    assert ws.clerk.roles == {Role.REVIEWER}


def test_the_clerk_of_the_settings_leaves_when_the_centre_tells_clerks(ws: Workspace) -> None:
    assert signing_in.may_stay(ws)
    Staff(ws)
    assert not signing_in.may_stay(ws)


def test_signing_in_lasts_a_day_whatever_the_clock_says(ws: Workspace, staff: Staff, clock: FixedClock) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    clock.day += dt.timedelta(days=300)
    assert ws.clerk.id == ZHOU, "a clock that jumps throws nobody out"
    clock.ticks += signing_in.SITS_MS + 1
    with pytest.raises(NotSignedIn):
        _ = ws.clerk


def test_a_copied_database_lets_nobody_in_without_the_key(ws: Workspace, staff: Staff, clock: FixedClock) -> None:
    key = ws.journal.path.with_name(ws.journal.path.name + ".key")
    stolen = key.with_suffix(".other")
    shutil.copy(key, stolen)
    from clerk_tui.store.device import make_key

    make_key(key)
    assert refused(ws, ZHOU) == "wrong_pin"
    shutil.move(stolen, key)
    assert signing_in.sign_in(ws, ZHOU, PIN)


def test_a_list_that_the_centre_did_not_sign_makes_nobody_a_supervisor(ws: Workspace, staff: Staff) -> None:
    with ws.journal.write() as db:
        body = db.execute("SELECT body FROM clerk_list").fetchone()[0].decode()
        db.execute("UPDATE clerk_list SET body = ?", (body.replace('["clerk"]', '["supervisor"]').encode(),))
    assert signing_in.required(ws)
    assert refused(ws, ZHOU) == "unknown_clerk"


def test_no_pin_and_nothing_made_of_it_alone_is_on_the_disk(ws: Workspace, staff: Staff) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    ws.journal.database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    kept = b"".join(path.read_bytes() for path in ws.journal.path.parent.iterdir())
    assert PIN.encode() not in kept and b"$argon2id$" in kept
    assert store.pin_secret(ws.journal.path) not in kept


@pytest.mark.parametrize(
    ("clerk", "pin"), [("", PIN), ("0001; --", PIN), ("x" * 21, PIN), (ZHOU, "12"), (ZHOU, "abcdef")]
)
def test_what_cannot_be_a_number_or_a_pin_is_no_try(ws: Workspace, staff: Staff, clerk: str, pin: str) -> None:
    for _ in range(FREE + 2):
        with pytest.raises(BadInput):
            signing_in.sign_in(ws, clerk, pin)
    assert signing_in.sign_in(ws, ZHOU, PIN)


def test_a_supervisor_stands_by_without_taking_the_seat(ws: Workspace, staff: Staff) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    assert signing_in.approve(ws, WU, PIN, Permission.NOTICE_AGAIN).id == WU
    assert ws.clerk.id == ZHOU


def test_commands_act_for_whoever_signed_in_for_them(ws: Workspace, staff: Staff, clock: FixedClock) -> None:
    signing_in.sign_in(ws, ZHOU, PIN)
    signing_in.keep_for_commands(ws)
    again = open_workspace(ws.config, clock, commands=True)
    assert again.clerk.id == ZHOU
    signing_in.sign_out(again)
    again.close()
    once_more = open_workspace(ws.config, clock, commands=True)
    with pytest.raises(NotSignedIn):
        _ = once_more.clerk
    once_more.close()
