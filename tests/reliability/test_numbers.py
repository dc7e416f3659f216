"""R8: images of disks are put back again and again, counters are enrolled anew: no number is ever given twice."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from clerk_tui.store.journal import Entry, Journal, open_journal
from hall import facts as f
from hall import wire
from hall.errors import StoreError
from hall.ids import uuid7
from hall.reference import make_reference
from tests.builders import DAY
from tests.journals import StillClock
from tests.reliability.figures import record
from tests.simulator.centre import OFFICE, Centre

TOGETHER = 50
"""Numbers given in one transaction, so that a million of them take minutes; a walk-in takes one in its own."""


class Window:
    """A counter machine: the folder with its disk, and the witness on another."""

    def __init__(self, folder: Path, centre: Centre) -> None:
        self.folder, self.centre = folder, centre
        self.code = ""
        self.given: list[str] = []
        self.refusals = 0
        self.enrol()

    def enrol(self) -> None:
        """Begin a new journal under a code that the centre gives out, as after a rollback: the old one is put away."""
        if (self.folder / "disk").exists():
            shutil.rmtree(self.folder / "disk")
            (self.folder / "witness").unlink()
        (self.folder / "disk").mkdir(parents=True)
        asked = wire.EnrolRequest(
            one_time_code="", device=uuid7(1, Random(f"{self.folder}{len(self.given)}").randbytes(10)),
            device_code="", public_key=Random(str(self.folder) + self.code).randbytes(32),
        )  # fmt: skip
        self.code = self.centre.enrol(asked).device_code
        self.start().close()

    def start(self) -> Journal:
        return open_journal(
            self.folder / "disk" / "clerk.db",
            device_code=self.code,
            clock=StillClock(),
            witness=self.folder / "witness",
        )

    def work(self, numbers: int) -> None:
        """Give so many numbers, each batch with a fact of its own."""
        journal = self.start()
        for _ in range(0, numbers, TOGETHER):
            with journal.write() as tx:
                for _ in range(TOGETHER):
                    number = journal.next_number(tx, "reference")
                    self.given.append(make_reference(OFFICE, journal.incarnation, number))
                note = f.NoteAdded(text=self.given[-1])
                entry = Entry(event_id=self.given[-1], subject="", body=note, actor="0001", day=DAY)
                journal.append(tx, [entry])
        journal.close()

    def put_back(self, copy: Path) -> None:
        """Somebody puts an older image of the disk back; the counter has to refuse to work with it."""
        shutil.rmtree(self.folder / "disk")
        shutil.copytree(copy, self.folder / "disk")
        with pytest.raises(StoreError) as refused:
            self.start()
        assert refused.value.code == "rolled_back"
        self.refusals += 1


def serve(folder: Path, devices: int, numbers: int, enrolments: int) -> tuple[int, int, int]:
    """Windows that give ``numbers`` each, are set back and enrolled anew; how many were given, different, refused."""
    centre = Centre(folder)
    windows = [Window(folder / f"w{number}", centre) for number in range(devices)]
    rng = Random(8)
    for turn in range(enrolments + 1):
        for window in windows:
            share = numbers // (enrolments + 1)
            before = rng.randrange(TOGETHER, max(TOGETHER + 1, share - TOGETHER))
            window.work(before)
            if turn < enrolments:
                copy = window.folder / "copy"
                shutil.copytree(window.folder / "disk", copy, dirs_exist_ok=True)
                window.work(share - before)
                window.put_back(copy)
                shutil.rmtree(copy)
                window.enrol()
            else:
                window.work(share - before)
    centre.close()
    given = [reference for window in windows for reference in window.given]
    return len(given), len(set(given)), sum(window.refusals for window in windows)


def test_no_number_comes_twice_after_images_were_put_back(fast: Path) -> None:
    given, different, refused = serve(fast, devices=5, numbers=1_000, enrolments=3)
    assert given >= 5 * 1_000
    assert (different, refused) == (given, 15)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_million_numbers_of_a_hundred_windows(fast: Path) -> None:
    given, different, refused = serve(fast, devices=100, numbers=10_000, enrolments=3)
    record(
        "R8",
        "100 devices, 10,000 numbers each over 3 re-enrolments with an old image put back",
        numbers=given,
        twice=given - different,
        old_images_refused=refused,
    )
    assert (different, refused) == (given, 300)
