"""R1: the power fails at any moment: what was shown as saved is there, the file is sound, no number comes twice."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from clerk_tui.services import cases
from clerk_tui.services.workspace import open_workspace
from clerk_tui.store import connection
from tests.clerk_tui.conftest import FixedClock
from tests.reliability.disk import needed, watched
from tests.reliability.figures import record as figure
from tests.reliability.recorded import Recording, Saved, cut, record, watch_witness

pytestmark = needed


def put(recording: Recording, image: dict[str, bytes], folder: Path) -> None:
    """The disk after the cut; the key was on it before the first fact, its last name perhaps not yet."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(recording.folder / "clerk.db.key", folder / "clerk.db.key.first")
    for path, content in image.items():
        (folder / Path(path).name).write_bytes(content)


def lost(recording: Recording, folder: Path, saved: list[Saved], cache: Path, *, go_on: bool) -> list[str]:
    """What is wrong with a counter that starts on this disk."""
    ws = open_workspace(recording.config(folder), FixedClock(), cache_dir=cache)
    try:
        journal = ws.journal
        journal.verify()
        wrong = journal.check()
        for fact in saved:
            kept = journal.sealed(fact.seq)
            if kept is None or kept.hash.hex() != fact.hash:
                wrong.append(f"fact {fact.seq} was shown as saved and is gone")
        rows = dict(journal.read().execute("SELECT name, value FROM counter").fetchall())
        if rows.get("reference", 0) < len({fact.reference for fact in saved}):
            wrong.append("the counter of references is behind")
        if go_on and saved:
            cases.load(ws, saved[-1].reference)
        return wrong
    finally:
        ws.close()


def cut_often(recording: Recording, folder: Path, cache: Path, times: int, seed: int) -> list[str]:
    """So many power cuts at random moments of the recording; what was wrong after them."""
    rng = Random(seed)
    moments = sorted(rng.randrange(1, len(recording.events) + 1) for _ in range(times))
    wrong: list[str] = []
    for number, (image, saved) in enumerate(cut(recording, moments, rng)):
        put(recording, image, folder / "after")
        try:
            found = lost(recording, folder / "after", saved, cache, go_on=number % 10 == 0)
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        wrong += [f"cut {number} of seed {seed} after {moments[number]} operations: {what}" for what in found]
    return wrong


def test_what_was_saved_survives_a_power_cut_at_any_moment(fast: Path, cache: Path, monkeypatch) -> None:
    with watched() as disk:
        watch_witness(monkeypatch, disk)
        recording = record(disk, fast / "counter", cache, 15)
    assert not cut_often(recording, fast, cache, 250, 1)


def test_without_waiting_for_the_disk_something_is_lost(fast: Path, cache: Path, monkeypatch) -> None:
    """The cuts are honest: with synchronous=NORMAL they lose what was shown as saved."""
    settle = connection._settle

    def settle_less(db, path) -> None:
        settle(db, path)
        db.execute("PRAGMA synchronous = NORMAL")

    with watched() as disk, monkeypatch.context() as patch:
        patch.setattr(connection, "_settle", settle_less)
        watch_witness(patch, disk)
        recording = record(disk, fast / "counter", cache, 5)
    assert len(cut_often(recording, fast, cache, 30, 1)) > 5


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_power_cuts_lose_nothing(fast: Path, cache: Path, monkeypatch, part: int) -> None:
    with watched() as disk:
        watch_witness(monkeypatch, disk)
        recording = record(disk, fast / "counter", cache, 40)
    wrong = cut_often(recording, fast, cache, 1000, 100 + part)
    figure("R1", "power cuts of a recorded day, torn by sectors", cuts=1000, losses_or_damages=len(wrong))
    assert not wrong
