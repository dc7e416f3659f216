"""A counter that dies while it prints: run as a process of its own. Arguments: the store's folder, the cache of the
catalogue, the port of a printer that stalls."""

from __future__ import annotations

import sys
from pathlib import Path

from clerk_tui.config import CatalogueSection, Config, PrintSection, StoreSection
from clerk_tui.printing import network
from clerk_tui.printing.ticket import escpos
from clerk_tui.services import intake, papers
from clerk_tui.services.workspace import open_workspace
from tests.clerk_tui.conftest import ROOT, FixedClock
from tests.clerk_tui.printing.tickets import ticket
from tests.clerk_tui.walkins import restaurant


def main() -> None:
    folder, cache, port = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    config = Config(
        catalogue=CatalogueSection(path=str(ROOT / "catalogue")),
        store=StoreSection(path=str(folder / "clerk.db")),
        print=PrintSection(target=f"tcp://127.0.0.1:{port}"),
    )
    ws = open_workspace(config, FixedClock(), cache_dir=cache)
    # The sample hall's papers are for A4; this counter prints tickets.
    job = escpos(ticket())
    vars(network)["escpos"] = lambda pdf: job
    result = intake.submit(ws, restaurant(ws))
    print(result.reference, flush=True)
    papers.deliver_pending(ws)


if __name__ == "__main__":
    main()
