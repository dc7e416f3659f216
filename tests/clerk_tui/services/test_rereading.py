"""Whoever says that a record was read again, or that its contents were taken: only the centre's signature for this very
request counts, and only for this record and its case."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest

from central.store import Db
from clerk_tui.services import aside, hall_asides, intake
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.archives import archives
from clerk_tui.store.exchange import keep_read_again
from clerk_tui.sync import rereading
from hall import wire
from hall.errors import HallError
from hall.wire_oversight import Contents, RetryReply
from tests.central.inline import inline
from tests.clerk_tui.hall_rig import Hall, Window
from tests.clerk_tui.services.test_aside import refuse, window
from tests.clerk_tui.services.test_hall_asides import Head, hand_over_all, opened
from tests.clerk_tui.services.test_hall_asides import hall as hall
from tests.clerk_tui.services.test_hall_asides import other as other
from tests.clerk_tui.services.test_outbox import answered
from tests.clerk_tui.services.test_renewal import begin_anew, send_old
from tests.clerk_tui.walkins import restaurant

__all__ = ["hall", "other", "window"]
EVERYTHING = [wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=1) for seq in range(1, 9)]


def aside_in(ws: Workspace) -> list[tuple[Any, ...]]:
    """What is set aside here, and whose contents are still to be brought."""
    db = ws.journal.read()
    states = db.execute("SELECT seq, state, reason FROM event_status WHERE state <> 'applied' ORDER BY seq").fetchall()
    letters = db.execute("SELECT seq, reason FROM dead_letter ORDER BY seq").fetchall()
    return [tuple(row) for row in (*states, *letters)]


def lie(hall: Hall, path: str, *, bend_the_centre: bool = False) -> None:
    """Somebody answers for the centre under this path: all is taken. ``bend_the_centre``: the centre answers, and its
    reply is changed on the way."""
    inner = Hall.carry

    def carry(request: httpx.Request) -> httpx.Response:
        if path not in request.url.path:
            return inner(hall, request)
        if bend_the_centre:
            true = msgspec.json.decode(inner(hall, request).content, type=RetryReply)
            reply = msgspec.structs.replace(true, status=wire.Status.APPLIED, reason="", results=EVERYTHING)
        else:
            asked = msgspec.json.decode(request.read() or b"{}")
            named = msgspec.convert(asked, Contents, strict=False) if "fact" in asked else None
            reply = RetryReply(
                number=1, incarnation=named.incarnation if named else "A1", seq=named.seq if named else 1,
                hash=named.fact.hash if named else bytes(32), status=wire.Status.APPLIED, results=EVERYTHING,
            )  # fmt: skip
        return httpx.Response(200, content=msgspec.json.encode(reply))

    hall.carry = carry  # type: ignore[method-assign]


def truth(hall: Hall) -> None:
    """Nobody answers for the centre any more."""
    hall.carry = Hall.carry.__get__(hall)  # type: ignore[method-assign]


def outlined(window: Window) -> str:
    """A case whose second fact the centre has in outline only."""
    case_id = intake.submit(window.ws, restaurant(window.ws)).case_id
    refuse(window, 2)
    assert window.sync() is None
    assert window.ws.journal.read().execute("SELECT seq FROM dead_letter").fetchall()[0][0] == 2
    return case_id


def is_whole(hall: Hall, incarnation: str) -> bool:
    """Whether the centre has the second fact of this journal with its contents."""

    async def length(db: Db) -> int:
        row = await db.row("SELECT length(public) FROM event WHERE incarnation = $1 AND seq = 2", incarnation)
        return row[0] if row else 0

    return inline(hall.store.read(length)) > 0


def test_contents_that_a_stranger_takes_are_brought_to_the_centre_afterwards(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = outlined(window)
    before = aside_in(window.ws)
    monkeypatch.setattr(rereading, "EVERY_S", -1.0)
    lie(window.hall, "/v1/sync/contents")
    trouble = window.sync()
    assert trouble is not None and trouble.what == "not_the_centre"
    assert aside_in(window.ws) == before
    truth(window.hall)
    assert window.sync() is None
    assert aside_in(window.ws) == [] and window.hall.case(case_id).version > 2


@pytest.mark.parametrize("bend_the_centre", [False, True])
def test_the_key_for_sending_again_believes_no_stranger_either(window: Window, bend_the_centre: bool) -> None:
    outlined(window)
    before = aside_in(window.ws)
    if bend_the_centre:
        refuse(window, 2, still=False)
    lie(window.hall, "/v1/sync/contents", bend_the_centre=bend_the_centre)
    with pytest.raises(HallError) as error:
        aside.resend(window.ws, 2)
    assert error.value.code == "sync_not_the_centre" and aside_in(window.ws) == before
    truth(window.hall)
    aside.resend(window.ws, 2)
    assert aside_in(window.ws) == [], "also where the centre took them, and its first reply was changed"


def test_an_archived_journal_is_offered_again_after_a_stranger_took_it(
    hall: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(hall, "W07")
    outlined(window)
    incarnation = window.ws.journal.incarnation
    window.ws.close()
    begin_anew(window)
    lie(hall, "/v1/sync/contents")
    send_old(window)
    (archive,) = archives(window.ws.journal.read())
    assert archive.withheld == (2,)
    truth(hall)
    later = window.clock.now_ms() + 10 * 3_600_000
    monkeypatch.setattr("clerk_tui.sync.sending_archives.time", SimpleNamespace(time_ns=lambda: later * 1_000_000))
    send_old(window)
    (archive,) = archives(window.ws.journal.read())
    assert archive.withheld == () and is_whole(hall, incarnation)


@pytest.mark.parametrize("bend_the_centre", [False, True])
def test_a_supervisor_is_not_told_by_strangers_that_a_record_was_read_again(
    hall: Head, other: Window, bend_the_centre: bool
) -> None:
    hall.seat(other)
    before, first = aside_in(other.ws), min(item.seq for item in aside.worklist(other.ws))
    lie(hall, "/retry", bend_the_centre=bend_the_centre)
    with pytest.raises(HallError) as error:
        aside.resend(other.ws, first, "材料已核对")
    assert error.value.code == "sync_not_the_centre" and aside_in(other.ws) == before


def test_nor_of_another_window_s_record(hall: Head, other: Window) -> None:
    window = opened(hall, "B1")
    hall.seat(window)
    record = hall_asides.told(window.ws)[0]
    lie(hall, "/retry")
    with pytest.raises(HallError) as error:
        hall_asides.retry(window.ws, record, "材料已核对")
    assert error.value.code == "sync_not_the_centre"


def test_a_record_that_was_handed_over_unread_is_still_brought_after_a_supervisor_asked(
    hall: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The centre can only say that the contents are at the window."""
    window = opened(hall, "W07")
    outlined(window)
    hall.staffed()
    hand_over_all(window)
    hall.seat(window)
    record = next(each for each in hall_asides.told(window.ws) if each.seq == 2)
    with pytest.raises(HallError) as error:
        hall_asides.retry(window.ws, record, "材料已核对")
    assert error.value.code == "still_set_aside"
    assert [row[0] for row in window.ws.journal.read().execute("SELECT seq FROM dead_letter")] == [2]
    monkeypatch.setattr(rereading, "EVERY_S", -1.0)
    refuse(window, 2, still=False)
    assert window.sync() is None
    assert is_whole(hall, window.ws.journal.incarnation)


def test_only_what_is_set_aside_here_changes_by_being_read_again(ws: Workspace) -> None:
    for _ in range(2):
        intake.submit(ws, restaurant(ws))
    states = ("applied", "quarantined", "conflict", "quarantined")
    answered(ws, *[(seq, state, "") for seq, state in enumerate(states, 1)])
    results = [wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=90 + seq) for seq in range(1, 4)]
    keep_read_again(
        ws.journal.database, [*results, wire.PushResult(seq=5, status=wire.Status.CONFLICT, server_seq=0)], 9
    )
    rows = ws.journal.read().execute("SELECT seq, state, server_seq > 90 FROM event_status ORDER BY seq").fetchall()
    assert [tuple(row) for row in rows] == [
        (1, "applied", 0), (2, "applied", 1), (3, "conflict", 0), (4, "quarantined", 0),
    ]  # fmt: skip
