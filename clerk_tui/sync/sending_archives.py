"""Sending what archived journals still hold, under the incarnation they were written in (sync.md §8)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import httpx

from clerk_tui.store.archives import SENDABLE_MS, Archive, token_file
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import Acked, AnyMessage, ArchiveSent, Keeper, Trouble
from clerk_tui.sync.reading import read_clock
from clerk_tui.sync.sealing import seal_unproven
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token, write_token
from hall.errors import HallError

REFUSED = ("fork", "revoked", "forbidden", "token")


def send_archives(
    http: httpx.Client, found: list[Archive], settings: Settings, keep: Keeper, should_stop: Callable[[], bool]
) -> Trouble | None:
    """Send every archive that is still to be sent; one that the centre does not take is sealed for a supervisor.

    Returns the trouble that concerns the network, not one of the archives.
    """
    now = time.time_ns() // 1_000_000
    for archive in found:
        if should_stop() or archive.state != "sending":
            continue
        # Asked first, sealed afterwards: a clock that was put right by years says nothing about the archive.
        trouble = _send(http, archive, keep, should_stop)
        if trouble is None:
            continue
        is_refused, is_old = trouble.what in REFUSED, now - archive.archived_ms > SENDABLE_MS
        if not is_refused and not is_old:
            return trouble
        _seal(archive, settings, keep, trouble.what if is_refused else "too_old")
    return None


def _send(http: httpx.Client, archive: Archive, keep: Keeper, should_stop: Callable[[], bool]) -> Trouble | None:
    through = archive.acked_through
    state: Literal["sending", "proven"] = "sending"

    def learnt(message: AnyMessage) -> None:
        nonlocal through, state
        if isinstance(message, Acked):
            through = min(max(through, message.receipt.acked_through), archive.head_seq)
            state = "proven" if through >= archive.head_seq else "sending"
            keep(ArchiveSent(device_id=archive.device_id, through=through, state=state))

    try:
        outbox = Outbox(archive.path)
    except HallError as error:
        return Trouble(what="forbidden", detail=error.code)
    try:
        token = read_token(token_file(archive.path)) or "none"
        client = Client(
            http,
            outbox,
            load_key(archive.path),
            token,
            learnt,
            save_token=lambda renewed: write_token(token_file(archive.path), renewed),
            clock=read_clock,
            older=True,
        )
        client.acked = archive.acked_through
        sent = client.send(should_stop)
    except HallError as error:
        return Trouble(what="forbidden", detail=error.code)
    finally:
        outbox.close()
    return sent if isinstance(sent, Trouble) else None


def _seal(archive: Archive, settings: Settings, keep: Keeper, reason: str) -> None:
    """Seal what is left; what is in the way of that is told by ``clerk export-sealed``."""
    try:
        outbox = Outbox(archive.path)
        try:
            done = seal_unproven(
                outbox,
                load_key(archive.path),
                settings.supervisor_key or outbox.device().sealing_key or _present_key(settings),
                settings.sealed_folder,
                office=settings.office,
                reason=reason,
                now_ms=time.time_ns() // 1_000_000,
                after=archive.acked_through,
            )
        finally:
            outbox.close()
    except HallError:
        return
    if done is not None:
        keep(
            ArchiveSent(
                device_id=archive.device_id, through=archive.acked_through, state="sealed", sealed_path=str(done.path)
            )
        )


def _present_key(settings: Settings) -> bytes:
    """Whom to seal for as the present journal knows it, where the archived one did not yet."""
    outbox = Outbox(settings.path)
    try:
        return outbox.device().sealing_key
    finally:
        outbox.close()
