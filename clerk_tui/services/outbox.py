"""What is known about sending: the outbox is the unsent tail of the journal."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import attachments, exchange, queries, shifts
from clerk_tui.store.connection import translated
from clerk_tui.store.sealed_files import SealedFile as SealedFile
from clerk_tui.store.sealed_files import folder_of, lost_in, to_hand_in

ONLINE_MS: Final = 120_000
"""The centre counts as reachable this long after its last answer."""


class SyncStatus(Struct, frozen=True, kw_only=True):
    """How far the centre has our facts. Times are Unix milliseconds; ``quarantined`` facts need a person's look.
    ``silent`` of the pending ones are calls for help, which no screen at the window may give away. ``scans`` the centre
    does not have whole; of those that it will not take ``scans_aside`` says why. ``sealed`` are the files to be handed
    in to a supervisor, ``lost`` the facts of a damaged journal that could not be read and that nobody has seen to.
    ``trouble`` is what the last conversation with the centre ended with (``sync.messages.TroubleKind``), empty where it
    went well or there was none."""

    pending: int
    oldest_ms: int | None
    last_contact_ms: int | None
    quarantined: int
    online: bool
    enabled: bool
    silent: int = 0
    scans: int = 0
    scans_aside: tuple[str, ...] = ()
    sealed: tuple[SealedFile, ...] = ()
    lost: tuple[SealedFile, ...] = ()
    trouble: str = ""

    @property
    def sealed_facts(self) -> int:
        """How many facts are in the files to be handed in."""
        return sum(each.facts for each in self.sealed)

    @property
    def trouble_words(self) -> str:
        """The trouble in a sentence, with what to do."""
        from clerk_tui.sync.messages import TROUBLES

        return TROUBLES.get(self.trouble, "")


def status(ws: Workspace) -> SyncStatus:
    """How many facts are unsent and since when, and when the centre last answered. A few queries, no network."""
    with translated(ws.journal.path):
        tail = queries.tail(ws.journal.read())
        silent = shifts.unsent_alarms(ws.journal.read()) if tail.pending else 0
        scans = attachments.waiting(ws.journal.read())
        sealed = to_hand_in(ws.journal.read(), folder_of(ws.journal.path))
        trouble = exchange.last_trouble(ws.journal.read()) if ws.config.centre.enabled else ""
    age = ws.clock.now_ms() - tail.last_contact_ms
    return SyncStatus(
        pending=tail.pending,
        oldest_ms=tail.oldest_ms,
        last_contact_ms=tail.last_contact_ms or None,
        quarantined=tail.quarantined,
        online=ws.config.centre.enabled and tail.last_contact_ms > 0 and age <= ONLINE_MS,
        enabled=ws.config.centre.enabled,
        silent=silent,
        scans=scans.count,
        scans_aside=scans.aside,
        sealed=sealed,
        lost=lost_in(folder_of(ws.journal.path)),
        trouble=trouble,
    )
