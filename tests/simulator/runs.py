"""Runs by their seeds, for tests and for whoever wants to see one again."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.journals import empty_database
from tests.reliability.disk import Disk, watched
from tests.simulator.centre import empty_centre
from tests.simulator.chance import drawn_from
from tests.simulator.examine import examine
from tests.simulator.plan import make_plan
from tests.simulator.world import World


@dataclass
class Outcome:
    """What some seeds came to: how many runs, what happened in them, and what went wrong, by seed."""

    runs: int = 0
    events: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    def story(self) -> str:
        """What went wrong and how to see it again."""
        lines = [f"{len(self.wrong)} of {self.runs} runs failed"]
        for seed, what in list(self.wrong.items())[:5]:
            lines += [f"seed {seed}: {'; '.join(what[:4])}", f"  python -m tests.simulator.runs {seed}"]
        return "\n".join(lines)


def run_one(seed: int, disk: Disk) -> tuple[list[str], Counter[str]]:
    """What is wrong after the run of a seed, and what happened in it. An error of the program is wrong too."""
    with drawn_from(str(seed)):
        world = World(make_plan(seed), disk)
        try:
            world.run()
            return examine(world), world.counts
        except Exception as error:
            return [f"raised {type(error).__name__}: {error}"], world.counts
        finally:
            world.close()


def run_many(seeds: Iterable[int], *, stop_at: int = 1_000_000) -> Outcome:
    """Run seeds one after another, until ``stop_at`` of them have failed."""
    outcome = Outcome()
    # Made once a process and out of the disk's sight: the first run would see more files than the others.
    empty_centre()
    empty_database()
    with watched() as disk:
        for seed in seeds:
            wrong, events = run_one(seed, disk)
            outcome.runs += 1
            outcome.events += events
            if wrong:
                outcome.wrong[seed] = wrong
            if len(outcome.wrong) >= stop_at:
                break
    return outcome


def main() -> None:
    """``python -m tests.simulator.runs SEED [UNTIL]``: run it again and say what happened."""
    first = int(sys.argv[1])
    outcome = run_many(range(first, int(sys.argv[2]) if len(sys.argv) > 2 else first + 1))
    print(outcome.story())
    for what, times in sorted(outcome.events.items()):
        print(f"{times:8} {what}")


if __name__ == "__main__":
    main()
