"""One whole conversation: facts, the feed, scans, and what archived journals still hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import Keeper, Sealed, Trouble
from clerk_tui.sync.sealing import seal_unproven
from clerk_tui.sync.sending_archives import send_archives
from clerk_tui.sync.settings import Settings
from hall.errors import HallError

_OF_THE_FEED = ("not_the_centre", "no_room", "too_large")
_REFUSED = ("revoked", "fork")


def hold(
    client: Client,
    http: httpx.Client,
    outbox: Outbox,
    settings: Settings,
    keep: Keeper,
    should_stop: Callable[[], bool],
    *,
    again: bool = True,
) -> Trouble | None:
    """Send and read everything; the trouble that ended it early, if any. A feed that cannot be read holds back neither
    scans nor archives. What a device that was refused for good has not sent is sealed. ``again``: archives too that
    were refused before."""
    trouble = client.run(should_stop)
    if trouble is not None and not (client.has_sent and trouble.what in _OF_THE_FEED):
        if trouble.what in _REFUSED:
            _seal(outbox, settings, keep, trouble.what)
        return trouble
    others = client.send_files(http, should_stop)
    others = others or send_archives(http, outbox.archives(), settings, keep, should_stop, again=again)
    return trouble or others


def _seal(outbox: Outbox, settings: Settings, keep: Keeper, why: str) -> None:
    """What the centre has not proven to hold goes into a sealed file. Where something is in the way of that, the queue
    stays where it is, and ``clerk export-sealed`` says what."""
    with suppress(HallError):
        done = seal_unproven(
            outbox,
            load_key(settings.path),
            outbox.device().sealing_key,
            settings.sealed_folder,
            office=settings.office,
            reason=why,
            now_ms=time.time_ns() // 1_000_000,
        )
        if done is not None:
            keep(Sealed(path=str(done.path), first=done.first, last=done.last, why=why))
