"""Whether this window calls numbers, and its line to the centre, which rests for a moment when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from clerk_tui.services.workspace import Workspace
from clerk_tui.sync.asking import Centre, Refused, Unreachable
from clerk_tui.sync.token import read_token, token_path
from hall.catalogue.businesses import business_of
from hall.catalogue.model import Business

if TYPE_CHECKING:
    from hall.catalogue.search import Hit

__all__ = ["Line", "Refused", "Unreachable", "matters_of", "served_here"]

Reply = TypeVar("Reply")
PATIENCE_S: Final = 2.5
"""How long one question may take, in seconds: the next one waits behind it; no key does."""
SILENCE_MS: Final = 3_000
"""So long after a question without an answer the centre is left alone, unless a person wants it asked."""
_NO_WORD: Final = frozenset({"unknown_token", "token_expired", "not_enrolled"})
"""Refusals that are about this device's token, which is renewed beside: as good as no network."""


def served_here(ws: Workspace) -> tuple[Business, ...]:
    """The businesses that this window calls numbers of; none where the hall has no queue, where the settings want none,
    or while no centre knows this device.

    Raises:
        StoreError: the token cannot be read.
    """
    config, listed = ws.config, ws.catalogue.hall.businesses
    if not (listed and config.queue.enabled and config.centre.enabled):
        return ()
    if not (read_token(token_path(config.store_file, config.token_file)) and ws.journal.device().server_key):
        return ()
    wanted = config.queue.businesses
    return tuple(each for each in listed if not wanted or each.key in wanted)


def matters_of(ws: Workspace) -> dict[str, list[Hit]]:
    """The matters of each business, as a search finds them, in the catalogue's order."""
    from hall.catalogue.search import Hit

    listed = ws.catalogue.hall.businesses
    found: dict[str, list[Hit]] = {each.key: [] for each in listed}
    for matter in ws.catalogue.matters():
        business = business_of(listed, matter)
        if business is not None:
            short = ws.department(matter.department).short
            found[business.key].append(Hit(matter.key, matter.name, short, matter.code, 100, ()))
    return found


class Line:
    """Questions to the centre, one after the other. ``online``: the last one was answered."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._centre: Centre | None = None
        self._url = ""
        self._silent_until = 0
        self.online = True

    def wake(self) -> None:
        """A person wants it asked now."""
        self._silent_until = 0

    def ask(self, question: Callable[[Centre], Reply]) -> Reply:
        """The answer.

        Raises:
            Unreachable: no answer, or nothing was asked.
            Refused: the centre says no and why.
        """
        if self._ws.clock.mono_ms() < self._silent_until:
            raise Unreachable
        try:
            reply = question(self._open())
        except Unreachable:
            self._fail()
            raise
        except Refused as refused:
            if refused.code in _NO_WORD:
                self._fail()
                raise Unreachable from None
            self._answered()
            raise
        self._answered()
        return reply

    def close(self) -> None:
        """Let the connection go."""
        if self._centre is not None:
            self._centre.close()
            self._centre = None

    def _open(self) -> Centre:
        config = self._ws.config
        url = self._ws.seat.centre_url or config.centre.url
        if self._centre is None or url != self._url:
            self.close()
            token = token_path(config.store_file, config.token_file)
            self._centre, self._url = Centre(url, token, patience_s=PATIENCE_S), url
        return self._centre

    def _fail(self) -> None:
        self.online = False
        self._silent_until = self._ws.clock.mono_ms() + SILENCE_MS

    def _answered(self) -> None:
        self.online, self._silent_until = True, 0
