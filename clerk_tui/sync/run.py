"""One run of the sync in this process: ``clerk sync --once`` and the headless demo."""

from __future__ import annotations

from contextlib import closing

from msgspec import Struct

from clerk_tui.clock import Clock
from clerk_tui.store.connection import Database
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.keeper import JournalKeeper
from clerk_tui.sync.messages import Keeper, Trouble, Well
from clerk_tui.sync.reading import read_clock
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token, write_token


class SyncReport(Struct, frozen=True, kw_only=True):
    """What one run did: ``pushed`` facts were sent, and beside them ``pushed_archived`` of archived journals.
    ``pending`` facts, also of archived journals, and ``scans`` are unsent; ``trouble`` is ``None`` when all went well,
    and ``sealed`` the file that the unsent went into where the centre refused this device for good,
    ``sealed_archives`` those of archived journals that it did not take."""

    pushed: int
    pushed_archived: int
    pulled: int
    acked_through: int
    pending: int
    scans: int
    trouble: Trouble | None
    sealed: str = ""
    sealed_archives: tuple[str, ...] = ()


def sync_once(database: Database, clock: Clock, settings: Settings) -> SyncReport:
    """Send everything unsent, of archived journals too, and read the feed to its end."""
    keeper = JournalKeeper(database, clock)
    trouble = _converse(settings, keeper)
    keeper(trouble or Well())
    with closing(Outbox(settings.path)) as outbox:
        acked, pending, scans = outbox.device().acked_through, outbox.pending(), outbox.scans()
    return SyncReport(
        pushed=keeper.acked,
        pushed_archived=keeper.acked_archived,
        pulled=keeper.changes,
        acked_through=acked,
        pending=pending,
        scans=scans,
        trouble=trouble,
        sealed=keeper.sealed,
        sealed_archives=tuple(keeper.sealed_archives),
    )


def _converse(settings: Settings, keep: Keeper) -> Trouble | None:
    """One conversation with the centre; what is learnt goes to ``keep``."""
    token = read_token(settings.token_file)
    if token is None:
        return Trouble(what="not_enrolled", detail="no token file")
    from clerk_tui.sync import conversing
    from clerk_tui.sync.client import Client
    from clerk_tui.sync.transport import open_http

    with closing(Outbox(settings.path)) as outbox, open_http(settings.url) as http:
        client = Client(
            http,
            outbox,
            load_key(settings.path),
            token,
            keep,
            save_token=lambda renewed: write_token(settings.token_file, renewed),
            clock=read_clock,
        )
        return conversing.hold(client, http, outbox, settings, keep, lambda: False)
