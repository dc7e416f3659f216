"""What the centre set aside anywhere in the hall is seen by a supervisor at any window, and has its effect when they
answer for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from central.clock import now_ms
from central.store import clerks as people
from central.store import devices, tokens
from central.store.clerks import ClerkRow
from central.store.tokens import SessionRow
from clerk_tui.services import aside, hall_asides, intake
from clerk_tui.sync import oversight
from clerk_tui.sync.token import token_path, write_token
from hall.errors import BadInput, BrokenChain, HallError
from hall.roles import Actor, Forbidden, Role
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.walkins import restaurant

SUPERVISOR, GONE = "0900", "0001"


class Head(Hall):
    """A hall whose clerk 0001, who sits at every window, was disabled long ago, with a supervisor."""

    def staffed(self) -> None:
        for number, role, active in ((SUPERVISOR, "supervisor", True), (GONE, "clerk", False)):
            row = ClerkRow(office="SL01", clerk_id=number, name="王小明", roles=(role,), active=active)
            inline(self.store.transact(partial(people.save, clerk=row)))
            inline(self.store.transact(partial(people.record_rights, clerk=row, now_ms=1)))

    def seat(self, window: Window) -> None:
        """The supervisor has signed in on line at this window."""
        row = SessionRow("SL01", SUPERVISOR, window.ws.journal.device().device_id, now_ms() + 3_600_000)
        session = f"s.{row.device_id}"
        inline(self.store.transact(lambda db: tokens.add_session(db, session, row, now_ms())))
        window.ws.seat.take(Actor(id=SUPERVISOR, name="王小明", roles=frozenset({Role.SUPERVISOR})), session=session)


@pytest.fixture
def hall(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Head]:
    hall = Head(tmp_path, tmp_path_factory.getbasetemp() / "catalogue-cache")
    with hall:
        monkeypatch.setattr(oversight, "open_http", lambda url: hall.http())
        yield hall


def opened(hall: Head, code: str) -> Window:
    window = hall.open(code)
    write_token(token_path(window.config.store_file, None), window.enrolled.token)
    return window


@pytest.fixture
def other(hall: Head) -> Window:
    """Window A1, whose clerk took a case in after they were disabled; all of it is set aside."""
    other = opened(hall, "A1")
    hall.staffed()
    intake.submit(other.ws, restaurant(other.ws))
    assert other.sync() is None
    assert {item.state for item in aside.worklist(other.ws)} == {"quarantined"}
    return other


def hand_over_all(window: Window) -> None:
    for item in aside.worklist(window.ws):
        aside.hand_over(window.ws, item.seq, "申请人已离开")
    assert window.sync() is None and aside.worklist(window.ws) == []


def test_what_was_handed_over_is_seen_at_another_window_and_read_again_there(hall: Head, other: Window) -> None:
    reference = aside.worklist(other.ws)[0].reference
    hand_over_all(other)
    window = opened(hall, "B1")
    hall.seat(window)
    told = hall_asides.told(window.ws)
    assert told[0].window == "A1" and told[0].reason and told[0].type == "case.received"
    assert told[0].reference == reference, "as it stands on the receipt that the applicant has"
    assert (told[0].dealt_how, told[0].dealt_by, told[0].dealt_words) == ("handed_over", GONE, "申请人已离开")
    for record in told:
        if record.number in {each.number for each in hall_asides.told(window.ws)}:
            hall_asides.retry(window.ws, record, "材料已核对")
    assert hall_asides.told(window.ws) == []
    assert other.sync() is None and window.sync() is None
    case_id = other.ws.journal.read().execute("SELECT subject FROM event WHERE seq = 1").fetchone()[0]
    assert hall.case(case_id).version > 1


def test_the_records_of_a_window_that_was_revoked_are_there_too(hall: Head, other: Window) -> None:
    device = other.ws.journal.device().device_id
    inline(hall.store.transact(lambda db: devices.revoke(db, device, 1)))
    window = opened(hall, "B1")
    hall.seat(window)
    assert all(record.revoked for record in hall_asides.told(window.ws))


def recorded(hall: Head) -> list[tuple[str, str]]:
    rows = inline(hall.store.read(lambda db: db.rows("SELECT actor, target FROM audit WHERE action = 'aside.retried'")))
    return [(row[0], row[1].split(" ", 2)[2]) for row in rows]


def test_why_it_may_have_its_effect_stands_beside_who_answers_for_it(hall: Head, other: Window) -> None:
    hall.seat(other)
    first, *rest = sorted(item.seq for item in aside.worklist(other.ws))
    for nothing in ("", "—", "长" * 201):
        with pytest.raises(BadInput) as error:
            aside.resend(other.ws, first, nothing)
        assert error.value.field == "reason"
        with pytest.raises(BadInput):
            hall_asides.retry(other.ws, hall_asides.HallAside(number=1, window="A1", seq=1, type="", reference="",
                                                              reason="", since_ms=0), nothing)  # fmt: skip
    assert len(aside.worklist(other.ws)) == 1 + len(rest) and recorded(hall) == []
    aside.resend(other.ws, first, "本人到场核实")
    assert aside.worklist(other.ws) == [] and recorded(hall) == [(SUPERVISOR, "本人到场核实")]


def test_at_its_own_window_it_stands_once_until_it_is_handed_over(hall: Head, other: Window) -> None:
    hall.seat(other)
    assert hall_asides.told(other.ws) == []
    first = min(item.seq for item in aside.worklist(other.ws))
    aside.hand_over(other.ws, first, "请核实")
    (record,) = hall_asides.told(other.ws)
    assert record.seq == first
    hall_asides.retry(other.ws, record, "材料已核对")
    assert hall_asides.told(other.ws) == [] and first not in {item.seq for item in aside.worklist(other.ws)}


def test_what_stays_set_aside_is_said_with_its_reason(
    hall: Head, other: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(hall, "B1")
    hall.seat(window)
    record = hall_asides.told(window.ws)[0]

    def unread(*_: object) -> None:
        raise BrokenChain("unreadable_fact", "记录的内容读不出来")

    monkeypatch.setattr("central.decide.open_sealed", unread)
    with pytest.raises(HallError) as error:
        hall_asides.retry(window.ws, record, "材料已核对")
    assert error.value.code == "still_set_aside" and len(error.value.message) > 15


def test_only_who_looks_after_the_hall_sees_it_and_only_on_line(hall: Head, other: Window) -> None:
    ws = opened(hall, "B1").ws
    ws.seat.take(Actor(id="0002", name="李四", roles=frozenset({Role.CLERK})), session="s.head")
    assert not hall_asides.may_see(ws)
    with pytest.raises(Forbidden):
        hall_asides.told(ws)
    ws.seat.take(Actor(id=SUPERVISOR, name="王小明", roles=frozenset({Role.SUPERVISOR})))
    assert not hall_asides.may_see(ws)
    with pytest.raises(HallError) as error:
        hall_asides.told(ws)
    assert error.value.code == "needs_session"
