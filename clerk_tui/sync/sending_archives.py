"""Sending what archived journals still hold, under the incarnation they were written in (sync.md §8)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

import httpx

from clerk_tui.store.archives import SENDABLE_MS, Archive, token_file
from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.store.sealed_files import at_centre
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import Acked, AnyMessage, ArchiveOffered, ArchiveSent, Keeper, Trouble
from clerk_tui.sync.reading import read_clock
from clerk_tui.sync.sealing import seal_unproven, sealing_key_at
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token, write_token
from hall.errors import HallError
from hall.wire import told_through

REFUSED = ("fork", "revoked", "forbidden", "token")
OFFER_EVERY_MS: Final = 3600 * 1000
"""Between two tries to bring the centre what it would not take of an archived journal."""


def send_archives(
    http: httpx.Client,
    found: list[Archive],
    settings: Settings,
    keep: Keeper,
    should_stop: Callable[[], bool],
    *,
    again: bool = True,
) -> Trouble | None:
    """Send every archive that is still to be sent; one that the centre does not take is sealed for a supervisor, and
    sent ``again`` when that is asked for: nobody signs a refusal, so a stranger on the way may have spoken it. What
    the centre has of a sent one in outline only is offered to it once an hour: it may be a newer one by now.

    Returns the trouble that concerns the network, not one of the archives.
    """
    now = time.time_ns() // 1_000_000
    for archive in found:
        if archive.state == "proven" and archive.withheld and abs(now - archive.tried_ms) >= OFFER_EVERY_MS:
            _offer(http, archive, keep, should_stop)
        is_old = now - archive.archived_ms > SENDABLE_MS
        refused_before = archive.state == "sealed"
        if should_stop() or archive.state == "proven" or (refused_before and (is_old or not again)):
            continue
        # Asked first, sealed afterwards: a clock that was put right by years says nothing about the archive.
        through, trouble = _send(http, archive, settings.sealed_folder, keep, should_stop)
        if trouble is None:
            continue
        is_refused = trouble.what in REFUSED
        if not is_refused and not is_old:
            if refused_before:
                continue  # Its facts are sealed; of one that was never enrolled no answer can be believed.
            return trouble
        if not refused_before or through > archive.acked_through:
            _seal(archive, settings, keep, trouble.what if is_refused else "too_old")
    return None


def _send(
    http: httpx.Client, archive: Archive, lost_in: Path, keep: Keeper, should_stop: Callable[[], bool]
) -> tuple[int, Trouble | None]:
    """Send it: how far the centre has it then, and the trouble. What the centre has of what was missed of it here is
    lost no more (``lost_in``: where that is named)."""
    through = archive.acked_through
    state: Literal["sending", "proven"] = "sending"

    def learnt(message: AnyMessage) -> None:
        nonlocal through, state
        if isinstance(message, Acked):
            far, digest = message.receipt.acked_through, message.receipt.acked_hash
            at_centre(lost_in, archive.incarnation, archive.device_id, far, digest)
            through = min(max(through, told_through(message.receipt, message.results)), archive.head_seq)
            state = "proven" if through >= archive.head_seq else "sending"
            facts = len(message.results)
            keep(
                ArchiveSent(
                    device_id=archive.device_id, through=through, state=state, withheld=message.withheld, facts=facts
                )
            )

    try:
        with _speaking(http, archive, learnt) as client:
            client.acked = archive.acked_through
            sent = client.send(should_stop)
            for _ in range(2):  # Nothing to send: it is asked; once more, where it was restored since.
                if isinstance(sent, bool) and state == "sending" and not should_stop():
                    sent = client.ask_how_far() or client.send(should_stop)
    except HallError as error:
        return through, Trouble(what="forbidden", detail=error.code)
    return through, sent if isinstance(sent, Trouble) else None


def _offer(http: httpx.Client, archive: Archive, keep: Keeper, should_stop: Callable[[], bool]) -> None:
    """Offer the centre the contents of what it has in outline only. Whatever is in the way, it is tried again later."""
    with suppress(HallError), _speaking(http, archive, lambda message: None) as client:
        for seq in archive.withheld:
            results = [] if should_stop() else client.offer(seq)
            if should_stop() or isinstance(results, Trouble):
                return
            keep(ArchiveOffered(device_id=archive.device_id, seq=seq, is_read=bool(results)))


@contextmanager
def _speaking(http: httpx.Client, archive: Archive, learnt: Keeper) -> Iterator[Client]:
    """The archived journal's own conversation with the centre.

    Raises:
        HallError: it, its key or its token cannot be read.
    """
    with closing(Outbox(archive.path)) as outbox:
        yield Client(
            http,
            outbox,
            load_key(archive.path),
            read_token(token_file(archive.path)) or "none",
            learnt,
            save_token=lambda renewed: write_token(token_file(archive.path), renewed),
            clock=read_clock,
            older=True,
        )


def _seal(archive: Archive, settings: Settings, keep: Keeper, reason: str) -> None:
    """Seal what is left; what is in the way of that is told by ``clerk export-sealed``."""
    try:
        outbox = Outbox(archive.path)
        try:
            done = seal_unproven(
                outbox,
                load_key(archive.path),
                sealing_key_at(settings.path) or outbox.device().sealing_key,
                settings.sealed_folder,
                office=settings.office,
                reason=reason,
                now_ms=time.time_ns() // 1_000_000,
                after=archive.acked_through,
                withheld=archive.withheld,
            )
        finally:
            outbox.close()
    except HallError:
        return
    path = str(done.path) if done is not None else ""
    keep(ArchiveSent(device_id=archive.device_id, through=archive.acked_through, state="sealed", sealed_path=path))
