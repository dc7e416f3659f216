"""The daily look at the journal: once a day, backed up where a folder is set, and told when it fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from clerk_tui.services import cases, intake, keeping, supplement
from clerk_tui.services.health import health
from clerk_tui.services.supplement import open_supplement
from clerk_tui.services.workspace import Workspace
from clerk_tui.store import nightly
from clerk_tui.store.backup import examine
from hall.errors import StoreError
from hall.verdict import Tick, TickState
from tests.clerk_tui.conftest import FixedClock
from tests.clerk_tui.walkins import MISSING, restaurant
from tests.journals import Unprotected


def with_folder(ws: Workspace, folder: Path) -> Workspace:
    store = msgspec.structs.replace(ws.config.store, backup_dir=str(folder))
    object.__setattr__(ws, "config", msgspec.structs.replace(ws.config, store=store))
    return ws


def test_the_journal_is_read_and_backed_up_once_a_day(ws: Workspace, clock: FixedClock, tmp_path: Path) -> None:
    import datetime as dt

    intake.submit(ws, restaurant(ws))
    with_folder(ws, tmp_path / "backups")
    found = keeping.daily(ws)
    assert found is not None and found.ok
    (backup,) = (tmp_path / "backups").glob("*.db")
    assert examine(backup).head == ws.journal.head
    assert keeping.daily(ws) is None
    clock.day += dt.timedelta(days=1)
    assert keeping.daily(ws) is not None
    assert len(list((tmp_path / "backups").glob("*.db"))) == 2
    assert health(ws).look is None


def test_a_backup_that_fails_is_told_until_one_succeeds(ws: Workspace, tmp_path: Path) -> None:
    intake.submit(ws, restaurant(ws))
    (tmp_path / "full").write_text("a file where the folder should be")
    with_folder(ws, tmp_path / "full")
    found = keeping.daily(ws)
    assert found is not None and not found.ok
    look = health(ws).look
    assert look == found and look.what == "backup" and look.hint
    (tmp_path / "full").unlink()
    again = keeping.daily(ws)
    assert again is not None and again.ok
    assert health(ws).look is None


def test_a_changed_byte_in_the_middle_of_the_journal_is_found(ws: Workspace) -> None:
    for _ in range(12):
        intake.submit(ws, restaurant(ws))
    with closing(Unprotected(ws.journal.path)) as db:
        db.execute("UPDATE event SET public = CAST(CAST(public AS TEXT) || ' ' AS BLOB) WHERE seq = 1")
    found = keeping.daily(ws)
    assert found is not None and found.what == "journal" and "第1条" in found.detail and "clerk restore" in found.hint
    assert health(ws).look == found


def test_nothing_is_built_on_a_journal_that_was_found_damaged_until_a_look_finds_it_whole(ws: Workspace) -> None:
    sound = "UPDATE event SET public = substr(public, 1, length(public) - 1) WHERE seq = 1"
    results = [intake.submit(ws, restaurant(ws, layout=MISSING)) for _ in range(8)]
    with closing(Unprotected(ws.journal.path)) as db:
        db.execute("UPDATE event SET public = CAST(CAST(public AS TEXT) || ' ' AS BLOB) WHERE seq = 1")
    brought = open_supplement(ws, results[-1].reference)
    brought.ticks["layout"] = Tick(TickState.PRESENT)
    assert keeping.daily(ws) is not None
    head = ws.journal.head
    refused: list[Callable[[], object]] = [
        lambda: intake.submit(ws, restaurant(ws)),
        lambda: intake.receive(ws, restaurant(ws)),
        lambda: supplement.submit(ws, brought),
    ]
    for action in refused:
        with pytest.raises(StoreError, match="第1条") as caught:
            action()
        assert caught.value.code == "store_corrupt" and "clerk restore" in caught.value.hint
    assert ws.journal.head == head
    assert cases.get(ws, results[0].reference).case.reference == results[0].reference, "reading goes on"
    with closing(Unprotected(ws.journal.path)) as db:
        db.execute(sound)
    again = keeping.daily(ws)
    assert again is not None and again.ok
    assert supplement.submit(ws, brought).outcome == "accepted"


@pytest.mark.parametrize("code", ["store_locked", "disk_full"])
def test_a_journal_that_could_not_be_read_just_now_is_not_called_damaged(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def unreadable(_path: Path) -> None:
        raise StoreError(code, "现在读不了", hint="稍后再试")

    monkeypatch.setattr(nightly, "examine", unreadable)
    assert nightly.work(ws.journal.path) == {"what": "backup", "detail": "现在读不了", "hint": "稍后再试"}


@pytest.mark.parametrize("detail", ["", "no json"])
def test_a_look_that_says_nothing_counts_as_failed(ws: Workspace, monkeypatch: pytest.MonkeyPatch, detail: str) -> None:
    import sys

    monkeypatch.setattr(sys, "executable", "/bin/true" if not detail else "/bin/echo")
    found = keeping.daily(ws)
    assert found is not None and not found.ok


def test_cases_of_the_hall_that_ended_long_ago_are_let_go_and_nothing_else(ws: Workspace, clock: FixedClock) -> None:
    import datetime as dt

    from clerk_tui.services import cases
    from clerk_tui.store import shared
    from clerk_tui.store.exchange import keep_changes
    from hall import wire
    from hall.case import CaseState

    own = intake.submit(ws, restaurant(ws))
    pattern = cases.load(ws, own.reference)

    def told(number: int, state: CaseState, *flags: str) -> wire.Change:
        name = f"SL01-B1-0000{number}-X"
        case = msgspec.structs.replace(pattern, case_id=f"case-{number}", reference=name, state=state)
        return wire.Change(
            server_seq=number, case_id=case.case_id, reference=name, state=state.value, version=case.version,
            device="d", day=clock.day, case=msgspec.json.encode(case), flags=list(flags),
        )  # fmt: skip

    changes = [
        told(1, CaseState.FILED), told(2, CaseState.ACCEPTED), told(3, CaseState.REFUSED, "needs_review"),
        told(4, CaseState.DELIVERED),
    ]  # fmt: skip
    keep_changes(ws.journal.database, changes, "e:4", ws.clock.now_ms())

    def left() -> set[str]:
        read = ws.journal.read()
        tables = ("shared_case", "inbox_change", "shared_find")
        found = [{row[0] for row in read.execute(f"SELECT case_id FROM {table}")} for table in tables]
        assert found[0] == found[1] == found[2], "nothing of it stays in one table only"
        return found[0]

    clock.day += dt.timedelta(days=34)
    assert keeping.daily(ws) is not None
    assert left() == {"case-1", "case-2", "case-3", "case-4"}
    clock.day += dt.timedelta(days=2)
    head = ws.journal.head
    assert keeping.daily(ws) is not None
    assert left() == {"case-2", "case-3"}, "what is open or disputed stays"
    assert ws.journal.head == head and cases.get(ws, own.reference).case == pattern
    keep_changes(ws.journal.database, [msgspec.structs.replace(changes[0], server_seq=9)], "e:9", ws.clock.now_ms())
    assert "case-1" in left(), "what changes again comes again"
    assert shared.KEPT_MS == 35 * 86_400_000
