"""A counter that never stops: submits one walk-in after another and says each reference once it is saved.

Run as a process of its own and killed in mid-work. Arguments: the folder of the store, the cache of the catalogue.
"""

from __future__ import annotations

import sys
from pathlib import Path

from clerk_tui.config import CatalogueSection, Config, StoreSection
from clerk_tui.services import intake, supplement
from clerk_tui.services.workspace import open_workspace
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant


def main() -> None:
    folder, cache = Path(sys.argv[1]), Path(sys.argv[2])
    config = Config(
        catalogue=CatalogueSection(path=str(ROOT / "catalogue")), store=StoreSection(path=str(folder / "clerk.db"))
    )
    ws = open_workspace(config, FixedClock(), cache_dir=cache)
    while True:
        result = intake.submit(ws, restaurant(ws, layout=MISSING))
        print(f"{result.reference} {result.seq} {result.hash} noticed", flush=True)
        back = supplement.open_supplement(ws, result.reference)
        back.ticks = {"layout": PRESENT}
        result = supplement.submit(ws, back)
        print(f"{result.reference} {result.seq} {result.hash} accepted", flush=True)


if __name__ == "__main__":
    main()
