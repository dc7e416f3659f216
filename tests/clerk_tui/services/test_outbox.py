"""What the centre set aside is told with its case and the centre's reason, the newest first."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from clerk_tui.cli.records import sync_now
from clerk_tui.config import CentreSection, Config
from clerk_tui.services import aside, intake, outbox
from clerk_tui.services.workspace import Workspace
from clerk_tui.store.exchange import LOG_KEPT
from clerk_tui.store.sealed_files import folder_of, path_for
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Trouble, Well
from hall.errors import HallError
from tests.clerk_tui.walkins import restaurant


def answered(ws: Workspace, *rows: tuple[int, str, str]) -> None:
    """What the centre made of facts: number, state, reason."""
    with ws.journal.write() as connection:
        connection.executemany(
            "INSERT INTO event_status (seq, state, server_seq, reason, updated_ms) VALUES (?, ?, 1, ?, 1)", rows
        )


def test_nothing_is_set_aside_while_the_centre_takes_everything(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    answered(ws, (1, "applied", ""))
    assert aside.worklist(ws) == []


def test_what_was_set_aside_names_case_fact_and_reason(ws: Workspace) -> None:
    reference = intake.submit(ws, restaurant(ws)).reference
    answered(
        ws,
        (1, "quarantined", "办件属于另一个大厅"),
        (2, "conflict", "办件已是“已受理”"),
        (3, "sealed", ""),
    )
    newest, oldest = aside.worklist(ws)
    assert (newest.seq, newest.state, newest.type) == (2, "conflict", "case.accepted")
    assert newest.reason == "办件已是“已受理”"
    assert (oldest.seq, oldest.state, oldest.type) == (1, "quarantined", "case.received")
    assert newest.reference == oldest.reference == reference
    assert aside.worklist(ws, 1) == [newest]
    assert outbox.status(ws).quarantined == 2


def test_a_fact_of_no_case_here_has_no_reference(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    answered(ws, (1, "quarantined", "这条记录的编号已经用过"))
    with ws.journal.write() as connection:
        connection.execute("DELETE FROM case_view")
    assert [row.reference for row in aside.worklist(ws)] == [""]


def test_a_sealed_file_is_to_be_handed_in_until_it_is_taken_away_or_the_centre_has_what_is_in_it(ws: Workspace) -> None:
    intake.submit(ws, restaurant(ws))
    folder, own = folder_of(ws.journal.path), ws.journal.device()
    assert outbox.status(ws).sealed == ()
    folder.mkdir()
    longer = path_for(folder, own.incarnation, own.device_id, 1, 2)
    older = path_for(folder, "B7", "0" * 32, 12, 40)
    for path in (longer, older, path_for(folder, own.incarnation, own.device_id, 2, 2), folder / "notes.txt"):
        path.touch()
    told = outbox.status(ws)
    assert {(each.path, each.incarnation, each.first, each.last) for each in told.sealed} == {
        (longer, own.incarnation, 1, 2),
        (older, "B7", 12, 40),
    }, "what is in a longer file too is not told twice"
    assert told.sealed_facts == 2 + 29
    with ws.journal.write() as connection:
        connection.execute("UPDATE device SET acked_through = 2")
    assert [each.path for each in outbox.status(ws).sealed] == [older]
    with ws.journal.write() as connection:
        connection.execute("INSERT INTO dead_letter (seq, reason, reported_ms) VALUES (2, '', 1)")
    assert longer in [each.path for each in outbox.status(ws).sealed], "the centre has an outline of it only"
    older.unlink()
    assert older not in [each.path for each in outbox.status(ws).sealed]


@pytest.mark.parametrize("what", ["fork", "revoked", "update_needed"])
def test_what_waiting_does_not_end_stands_until_a_conversation_goes_well(
    config: Config, ws: Workspace, what: str
) -> None:
    near = dataclasses.replace(ws, config=replace(config, centre=CentreSection(url="http://127.0.0.1:9")))
    keep = JournalKeeper(ws.journal.database, ws.clock)
    keep(Trouble(what=what))  # type: ignore[arg-type]
    for _ in range(LOG_KEPT + 5):
        keep(Trouble(what="offline"))
    assert (outbox.status(near).trouble, outbox.status(near).is_stopped) == (what, True)
    with pytest.raises(HallError) as told:
        sync_now(near, near.config.centre.url)
    assert told.value.code == f"sync_{what}", "not that it goes on by itself when the network is back"
    keep(Well())
    assert (outbox.status(near).trouble, outbox.status(near).is_stopped) == ("", False)
    keep(Trouble(what="offline"))
    assert (outbox.status(near).trouble, outbox.status(near).is_stopped) == ("offline", False)
