"""Waiting for the hall's next change, beside the sending: the centre answers when there is one (sync.md §5).

While all is well a second connection holds one request open. Anything out of the ordinary ends the wait and wakes the
conversation, which alone decides what it means. A centre that answers at once without a change is asked rarely; one
that used to wait is stopping or overcrowded, and the conversation finds out which.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from clerk_tui.store.device import load_key
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import Keeper, Trouble
from clerk_tui.sync.settings import Settings
from clerk_tui.sync.token import read_token
from clerk_tui.sync.transport import open_http
from hall import wire
from hall.errors import HallError

ASK_S: Final = 3.0
"""Seconds between looks at the feed of a centre that does not wait."""
WATCHED_S: Final = 60.0
"""Seconds until the conversation looks by itself while the feed is watched."""


class Watch:
    """Watches the feed from the cursor that the journal has. ``say`` gets what came, ``wake`` the conversation."""

    def __init__(self, settings: Settings, say: Keeper, wake: Callable[[], None], ended: Callable[[], bool]) -> None:
        self._settings, self._say, self._wake, self._ended = settings, say, wake, ended
        self._may = threading.Event()
        self._waits = False
        threading.Thread(target=self._work, name="feed", daemon=True).start()

    def begin(self) -> float:
        """Go on watching; how long the conversation may rest meanwhile, in seconds."""
        self._may.set()
        return WATCHED_S if self._waits else ASK_S

    def pause(self) -> None:
        """Stop watching until ``begin``."""
        self._may.clear()

    def _work(self) -> None:
        with open_http(self._settings.url) as http:
            while not self._ended():
                self._may.wait()
                try:
                    outbox = Outbox(self._settings.path)
                except HallError:
                    self._stumble()
                    continue
                try:
                    token = read_token(self._settings.token_file)
                    if token is not None:
                        self._watch(Client(http, outbox, load_key(self._settings.path), token, self._say))
                except HallError:
                    pass
                finally:
                    outbox.close()
                self._stumble()

    def _watch(self, client: Client) -> None:
        while self._may.is_set() and not self._ended():
            begun = time.monotonic()
            found = client.watch(wire.MAX_WAIT_S)
            if isinstance(found, Trouble):
                return
            if not found and time.monotonic() - begun <= 1.0:
                return
            self._waits = True

    def _stumble(self) -> None:
        """Let the conversation look; it says when to go on."""
        if self._may.is_set():
            self._may.clear()
            if self._waits:
                self._waits = False
                self._wake()
