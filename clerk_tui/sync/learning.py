"""What a conversation asks for now and then beside the feed: whose codes on papers to believe, and who may sign in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from clerk_tui.store.device import Device
from clerk_tui.sync.clerks import read_clerks
from clerk_tui.sync.messages import Clerks, Keeper, Keys, Trouble
from clerk_tui.sync.transport import Answer, decode
from hall import wire

CLERKS_EVERY_S: Final = 50.0
"""Seconds between two looks at the hall's clerks."""
KEYS_EVERY_S: Final = 600.0
"""Seconds between two looks at the keys of the hall's devices."""
Ask = Callable[[str, str], "Answer | Trouble"]


class Lists:
    """The centre's signed lists. A centre that does not tell one is no trouble: what was told last stands."""

    def __init__(self, device: Device, keep: Keeper) -> None:
        self._device, self._keep = device, keep
        self._keys_due = self._clerks_due = 0.0

    def learn(self, ask: Ask) -> bool:
        """Ask for what is due; whether there were keys."""
        told = self._learn_keys(ask)
        self._learn_clerks(ask)
        return told

    def _learn_keys(self, ask: Ask) -> bool:
        if time.monotonic() < self._keys_due:
            return False
        answer = ask("GET", "/v1/sync/keys")
        if isinstance(answer, Trouble):
            return False
        self._keys_due = time.monotonic() + KEYS_EVERY_S
        reply = decode(answer.body, wire.KeysReply) if answer.status == 200 else None
        ours = reply is not None and reply.device == self._device.device_id
        if reply is None or not ours or not wire.keys_are_signed(self._device.server_key, reply):
            return False
        self._keep(Keys(reply=reply))
        return True

    def _learn_clerks(self, ask: Ask) -> None:
        if time.monotonic() < self._clerks_due:
            return
        answer = ask("GET", "/v1/clerks")
        if isinstance(answer, Trouble):
            return
        self._clerks_due = time.monotonic() + CLERKS_EVERY_S
        if (told := read_clerks(answer.status, answer.body, self._device)) is not None:
            self._keep(Clerks(reply=told))
