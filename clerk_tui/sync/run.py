"""One run of the sync in this process: ``clerk sync --once`` and the headless demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from clerk_tui.clock import Clock
from clerk_tui.store.connection import Database
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.store.sealed_files import folder_of
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Keeper, Trouble
from clerk_tui.sync.reading import read_clock
from clerk_tui.sync.token import read_token, write_token


class SyncReport(Struct, frozen=True, kw_only=True):
    """What one run did. ``pending`` facts and ``scans`` are unsent; ``trouble`` is ``None`` when all went well."""

    pushed: int
    pulled: int
    acked_through: int
    pending: int
    scans: int
    trouble: Trouble | None


def sync_once(database: Database, clock: Clock, url: str, token_file: Path, *, office: str = "") -> SyncReport:
    """Send everything unsent, of archived journals too, and read the feed to its end."""
    keeper = JournalKeeper(database, clock)
    trouble = converse(database.path, url, token_file, keeper, office=office)
    if trouble is not None:
        keeper(trouble)
    outbox = Outbox(database.path)
    try:
        acked, head, scans = outbox.device().acked_through, outbox.head().seq, outbox.scans()
    finally:
        outbox.close()
    return SyncReport(
        pushed=keeper.acked,
        pulled=keeper.changes,
        acked_through=acked,
        pending=head - acked,
        scans=scans,
        trouble=trouble,
    )


def converse(
    path: Path,
    url: str,
    token_file: Path,
    keep: Keeper,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    office: str = "",
) -> Trouble | None:
    """One conversation with the centre over the journal at ``path``; what is learnt goes to ``keep``."""
    token = read_token(token_file)
    if token is None:
        return Trouble(what="not_enrolled", detail="no token file")
    from clerk_tui.sync import conversing
    from clerk_tui.sync.client import Client
    from clerk_tui.sync.settings import Settings
    from clerk_tui.sync.transport import open_http

    outbox = Outbox(path)
    try:
        with open_http(url) as http:
            client = Client(
                http,
                outbox,
                load_key(path),
                token,
                keep,
                save_token=lambda renewed: write_token(token_file, renewed),
                clock=read_clock,
            )
            settings = Settings(path=path, url=url, token_file=token_file, sealed_folder=folder_of(path), office=office)
            return conversing.hold(client, http, outbox, settings, keep, should_stop)
    finally:
        outbox.close()
