"""R4: the disk is full, refuses a write or fails to sync, at every k-th call: never a false "saved", and a sound file.

After a failed sync nobody knows what is on the disk, and the next one may lie (fsyncgate): nothing is written any more
until the program has been started again. So each fault is followed by a power cut too.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from clerk_tui.store.journal import Journal, open_journal
from hall.errors import StoreError
from tests.journals import StillClock, add_case
from tests.reliability.disk import FULL, IOERR_FSYNC, IOERR_WRITE, OK, Disk, Operation, needed, watched
from tests.reliability.figures import record as figure
from tests.reliability.recorded import watch_witness

FAULTS: dict[str, tuple[frozenset[Operation], int]] = {
    "disk full": (frozenset({"write", "open"}), FULL),
    "write error": (frozenset({"write", "truncate"}), IOERR_WRITE),
    "sync error": (frozenset({"sync"}), IOERR_FSYNC),
}
COMMITS = 12

pytestmark = needed


class Counting:
    """Fails the ``k``-th matching call, and with ``for_good`` every one after it."""

    def __init__(self, operations: frozenset[Operation], code: int, k: int, *, for_good: bool) -> None:
        self.operations, self.code, self.k, self.for_good = operations, code, k, for_good
        self.calls = 0

    def __call__(self, operation: Operation, path: str) -> int:
        if operation not in self.operations:
            return OK
        self.calls += 1
        return self.code if self.calls == self.k or (self.for_good and self.calls > self.k) else OK


def start(folder: Path) -> Journal:
    return open_journal(folder / "A1.db", device_code="A1", clock=StillClock(), witness=folder / "witness")


def work(folder: Path) -> tuple[list[tuple[int, bytes]], set[str]]:
    """Commit case after case; what was shown as saved, and what else was said. Ends by itself."""
    saved: list[tuple[int, bytes]] = []
    said: set[str] = set()
    try:
        journal = start(folder)
    except StoreError as error:
        return saved, {error.code}
    for number in range(1, COMMITS + 1):
        try:
            add_case(journal, number)
        except StoreError as error:
            said.add(error.code)
            continue
        saved.append((journal.head.seq, journal.head.hash))
        if number % 4 == 0:
            journal.database.fold_wal(over_bytes=0)
    journal.close()
    return saved, said


def damage(folder: Path, saved: list[tuple[int, bytes]]) -> list[str]:
    """What is wrong when the program is started again with a disk that works."""
    journal = start(folder)
    try:
        found = journal.check()
        journal.database.path.stat()
        held = [journal.sealed(seq) for seq, _ in saved]
        found += [
            f"fact {seq} was shown as saved and is gone"
            for (seq, digest), kept in zip(saved, held, strict=True)
            if kept is None or kept.hash != digest
        ]
        add_case(journal, 99)
        return found
    finally:
        journal.close()


def try_fault(disk: Disk, folder: Path, fault: str, k: int, *, for_good: bool) -> tuple[bool, list[str]]:
    """One run with the ``k``-th call failing: whether there was a ``k``-th, and what was wrong afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    disk.files.forget(folder)
    start(folder).close()
    operations, code = FAULTS[fault]
    disk.fail = failing = Counting(operations, code, k, for_good=for_good)
    try:
        saved, said = work(folder)
        image = disk.files.after_power_cut(Random(k))
    finally:
        disk.fail = lambda operation, path: OK
    wrong = damage(folder, saved)
    if said - {"disk_full", "store_io", "store_stopped", "store_failed", "store_read_only"}:
        wrong.append(f"the clerk was told {said}")
    key = (folder / "A1.db.key").read_bytes()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "A1.db.key").write_bytes(key)
    for path, content in image.items():
        Path(path).write_bytes(content)
    disk.files.forget(folder)
    wrong += [f"{what}, after a power cut" for what in damage(folder, saved)]
    return failing.calls >= k, wrong


def every(disk: Disk, folder: Path, fault: str, step: int, *, for_good: bool) -> tuple[int, list[str]]:
    """Let every ``step``-th call fail, each in a run of its own, until there are no more calls."""
    wrong: list[str] = []
    runs, k, reached = 0, 1, True
    while reached:
        reached, found = try_fault(disk, folder / "counter", fault, k, for_good=for_good)
        wrong += [f"{fault} at call {k}: {what}" for what in found]
        k += step
        runs += reached
    return runs, wrong


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize(("fault", "step"), [("disk full", 17), ("write error", 17), ("sync error", 1)])
def test_a_failing_disk_never_makes_a_false_saved(
    fast: Path, monkeypatch, fault: str, step: int, for_good: bool
) -> None:
    with watched() as disk:
        watch_witness(monkeypatch, disk)
        runs, wrong = every(disk, fast, fault, step, for_good=for_good)
    assert runs >= 5
    assert not wrong, wrong[:5]


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_fails_at_any_call(fast: Path, monkeypatch, fault: str, for_good: bool) -> None:
    with watched() as disk:
        watch_witness(monkeypatch, disk)
        runs, wrong = every(disk, fast, fault, 1, for_good=for_good)
    how = "and every later one" if for_good else "only"
    figure("R4", f"{fault} at each call {how}, then also a power cut", runs=runs, false_or_damaged=len(wrong))
    assert not wrong, wrong[:5]


def test_after_a_failed_sync_nothing_is_written_until_a_new_start(fast: Path) -> None:
    with watched() as disk:
        journal = start(fast)
        add_case(journal, 1)
        before = journal.head
        disk.fail = lambda operation, path: IOERR_FSYNC if operation == "sync" else OK
        with pytest.raises(StoreError) as first:
            add_case(journal, 2)
        disk.fail = lambda operation, path: OK
        with pytest.raises(StoreError) as second:
            add_case(journal, 3)
        assert (first.value.code, second.value.code) == ("store_io", "store_stopped")
        journal.close()
        again = start(fast)
        assert again.head.seq >= before.seq
        add_case(again, 4)
        again.close()
