"""What is being typed survives a crash, for its owner alone, and no longer than it is needed."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

from clerk_tui.services import intake
from clerk_tui.services.draft import Draft
from clerk_tui.services.kept_drafts import KEPT_MS, KeptDrafts
from clerk_tui.services.workspace import Workspace
from hall.verdict import Refusal, Tick, TickState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import promised, restaurant


def kept(ws: Workspace, *drafts: Draft) -> Path:
    """Write these drafts as a counter does that is then killed."""
    keeper = KeptDrafts(ws)
    keeper.want(drafts)
    keeper.write()
    keeper.close()
    return ws.config.store_file.with_name(ws.config.store_file.name + ".drafts")


def taken_up(ws: Workspace) -> list[Draft]:
    keeper = KeptDrafts(ws)
    try:
        return keeper.take_up()
    finally:
        keeper.close()


def test_a_walk_in_comes_back_as_it_was_typed(ws: Workspace) -> None:
    draft = restaurant(ws, rules_list=promised(dt.date(2026, 11, 5)), layout=Tick(TickState.MISSING))
    draft.agent = {"name": "王小明", "id_number": "340101189011050030"}
    draft.refusal = Refusal("other", "不在本厅办理", None, typed=True, basis="《示例市办事规定》第五条")
    kept(ws, draft)
    (found,) = taken_up(ws)
    assert found == draft
    assert intake.preview(ws, found) == intake.preview(ws, draft)


def test_the_file_is_for_its_owner_alone_and_goes_with_the_last_draft(ws: Workspace) -> None:
    file = kept(ws, restaurant(ws))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(file.parent.glob("*.new"))
    kept(ws)
    assert not file.exists()


def test_what_was_submitted_before_the_crash_does_not_come_back(ws: Workspace) -> None:
    done, open_ = restaurant(ws), restaurant(ws)
    file = kept(ws, done, open_)
    intake.submit(ws, done)
    assert [draft.case_id for draft in taken_up(ws)] == [open_.case_id]
    assert done.case_id not in file.read_text(), "nor stays it in the file"


def test_a_draft_that_nobody_came_back_for_is_deleted(ws: Workspace, clock: FixedClock) -> None:
    file = kept(ws, restaurant(ws))
    days = KEPT_MS // (24 * 3600 * 1000)
    clock.day += dt.timedelta(days - 1)
    (found,) = taken_up(ws)
    kept(ws, found)
    clock.day += dt.timedelta(2)
    assert taken_up(ws) == [], "taking it up does not make it younger"
    assert not file.exists()


def test_a_second_counter_on_the_same_store_takes_nobody_s_draft(ws: Workspace) -> None:
    draft = restaurant(ws)
    kept(ws, draft)
    first, second = KeptDrafts(ws), KeptDrafts(ws)
    assert len(first.take_up()) == 1 and second.take_up() == []
    second.want([])
    second.write()
    first.close()
    second.close()
    assert taken_up(ws) == [draft], "and deletes none"


def test_a_file_that_makes_no_sense_is_as_good_as_none(ws: Workspace) -> None:
    file = kept(ws, restaurant(ws))
    for content in (b"", b"{", b"[{}]", b"\xff\x00", file.read_bytes().replace(b"food-licence-new", b"gone")):
        file.write_bytes(content)
        assert taken_up(ws) == []
