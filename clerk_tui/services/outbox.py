"""What is known about sending: the outbox is the unsent tail of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import attachments, exchange, queries, shifts
from clerk_tui.store.connection import translated
from clerk_tui.store.sealed_files import SealedFile as SealedFile
from clerk_tui.store.sealed_files import folder_of, lost_in, to_hand_in

ONLINE_MS: Final = 120_000
"""The centre counts as reachable this long after its last answer."""


class Loss(Struct, frozen=True, kw_only=True):
    """Lost facts of one journal whose numbers follow on each other, told as one; ``parts`` are the files that name
    them, in order. Files that a hash tells to be of two histories are never of one."""

    parts: tuple[SealedFile, ...]

    @property
    def path(self) -> Path:
        """The first of its files."""
        return self.parts[0].path

    @property
    def incarnation(self) -> str:
        """Whose facts they were."""
        return self.parts[0].incarnation

    @property
    def first(self) -> int:
        """The number of the first one."""
        return self.parts[0].first

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.parts[-1].last

    def goes_on_with(self, one: SealedFile) -> bool:
        """Whether ``one`` is what follows."""
        end = self.parts[-1]
        whose = (end.incarnation, end.device_end, end.last + 1)
        return whose == (one.incarnation, one.device_end, one.first) and end.history in ("", one.history)


def as_runs(lost: Iterable[SealedFile]) -> tuple[Loss, ...]:
    """What was lost, with what follows on each other as one."""
    runs: list[Loss] = []
    for one in sorted(lost, key=lambda one: (one.incarnation, one.device_end, one.first, one.last, one.history)):
        place = next((place for place, run in enumerate(runs) if run.goes_on_with(one)), None)
        if place is None:
            runs.append(Loss(parts=(one,)))
        else:
            runs[place] = Loss(parts=(*runs[place].parts, one))
    return tuple(runs)


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
    def losses(self) -> tuple[Loss, ...]:
        """``lost``, with what follows on each other as one."""
        return as_runs(self.lost)

    @property
    def sealed_facts(self) -> int:
        """How many facts are in the files to be handed in."""
        return sum(each.facts for each in self.sealed)

    @property
    def is_stopped(self) -> bool:
        """Whether the centre takes nothing more until a person has seen to it."""
        return self.trouble in exchange.LASTING

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
