"""Counters that send and read while the centre's processes are killed under them: each fact stored once, and at the end
every counter knows every case. The same for longer in the soak."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from central import enrol as enrolment
from central.clock import now_ms
from central.verify import verify
from clerk_tui.store.journal import Journal
from clerk_tui.sync.enrol import enrol
from clerk_tui.sync.run import sync_once
from clerk_tui.sync.settings import Settings
from hall.fold import fold
from tests.central.counter import OFFICE
from tests.central.hub import Hub
from tests.central.queue_load import Process
from tests.central.test_queue_storm import where
from tests.journals import StillClock, add_case, new_journal
from tests.reliability.figures import record

COUNTERS = 4


class Storm:
    """Counters of one hall at the centre's processes, each in a thread of its own."""

    def __init__(self, hub: Hub, folder: Path, running: list[Process]) -> None:
        self.hub, self.folder, self.running = hub, folder, running
        self.codes = [hub.run(enrolment.new_code(hub.store, OFFICE, now_ms())) for _ in range(COUNTERS)]
        self.synced = threading.Semaphore(0)
        """Released at each conversation that went well."""
        self.interrupted = 0
        self.cases: list[set[str]] = [set() for _ in range(COUNTERS)]
        """What each counter wrote."""

    def settings(self, journal: Journal, rng: random.Random) -> Settings:
        """Any of the processes is as good as another."""
        url = f"http://127.0.0.1:{rng.choice(self.running).port}"
        return Settings(path=journal.path, url=url, token_file=journal.path.with_suffix(".token"))

    def work(self, number: int, cases: int) -> None:
        """A counter's day: it writes a case, and converses with the centre until that goes well."""
        rng = random.Random(number)
        with closing(new_journal(self.folder, f"A{number}")) as journal:
            first = self.settings(journal, rng)
            enrol(journal.database, first.token_file, first.url, self.codes[number], OFFICE)
            for case in range(1, cases + 1):
                self.cases[number].add(add_case(journal, case, notes=rng.randrange(12)))
                while sync_once(journal.database, StillClock(), self.settings(journal, rng)).trouble is not None:
                    self.interrupted += 1
                    time.sleep(0.1)
                self.synced.release()

    def end(self, number: int) -> tuple[int, set[str]]:
        """Once more, now that nobody is killed: how many facts the counter wrote, and which cases the centre tells."""
        with closing(new_journal(self.folder, f"A{number}")) as journal:
            report = sync_once(journal.database, StillClock(), self.settings(journal, random.Random(number)))
            assert (report.pending, report.trouble) == (0, None)
            for case_id in self.cases[number]:
                assert self.hub.case(case_id) == fold(journal.facts_of(case_id))
            known = journal.read().execute("SELECT case_id FROM shared_case").fetchall()
            return journal.head.seq, {case_id for (case_id,) in known}


def storm(hub: Hub, folder: Path, cases: int, kills: int) -> tuple[int, int]:
    """How many facts were stored, and how many conversations were broken off."""
    with ExitStack() as stack:
        running = [Process(*where(hub)) for _ in range(1 if hub.engine == "sqlite" else 2)]
        for process in running:
            stack.callback(process.stop)
        blown = Storm(hub, folder, running)
        with ThreadPoolExecutor(COUNTERS) as pool:
            days = [pool.submit(blown.work, number, cases) for number in range(COUNTERS)]
            for kill in range(kills):
                for _conversation in range(COUNTERS * cases // (kills + 1)):
                    blown.synced.acquire()
                running[kill % len(running)].kill()
                running[kill % len(running)].start()
            for day in days:
                day.result()
        told = [blown.end(number) for _time in ("send", "read") for number in range(COUNTERS)][COUNTERS:]
    facts = sum(count for count, _known in told)
    assert hub.counts() == {"applied": facts, "cases": COUNTERS * cases}
    assert hub.run(verify(hub.store)).facts == facts
    for number, (_count, known) in enumerate(told):
        assert known >= set().union(*blown.cases) - blown.cases[number]
    return facts, blown.interrupted


def test_no_fact_is_lost_or_doubled_when_the_centre_is_killed(hub: Hub, tmp_path: Path) -> None:
    _facts, interrupted = storm(hub, tmp_path, 15, 3)
    assert interrupted, "nobody noticed: the test killed nobody"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_fact_is_lost_or_doubled_over_many_kills_of_the_centre(hub: Hub, tmp_path: Path) -> None:
    facts, interrupted = storm(hub, tmp_path, 400, 60)
    record(
        "centre",
        f"4 counters, centre processes killed 60 times, {hub.engine}",
        facts=facts,
        conversations_broken_off=interrupted,
        facts_lost_or_doubled=0,
    )
