"""One whole conversation: facts, the feed, scans, and what archived journals still hold."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import Keeper, Trouble
from clerk_tui.sync.sending_archives import send_archives
from clerk_tui.sync.settings import Settings

_OF_THE_FEED = ("not_the_centre", "no_room", "too_large")


def hold(
    client: Client,
    http: httpx.Client,
    outbox: Outbox,
    settings: Settings,
    keep: Keeper,
    should_stop: Callable[[], bool],
) -> Trouble | None:
    """Send and read everything; the trouble that ended it early, if any. A feed that cannot be read holds back neither
    scans nor archives."""
    trouble = client.run(should_stop)
    if trouble is not None and not (client.has_sent and trouble.what in _OF_THE_FEED):
        return trouble
    others = client.send_files(http, should_stop)
    others = others or send_archives(http, outbox.archives(), settings, keep, should_stop)
    return trouble or others
