"""What a conversation asks for now and then beside the feed: whose codes on papers to believe, and who may sign in.

The last lists of an epoch that is over are handed back (``hall.wire_remember``): the centre was put back to a copy, and
may have forgotten whom it revoked or disabled since.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

import msgspec

from clerk_tui.store.device import Device
from clerk_tui.store.former import Former
from clerk_tui.sync.clerks import read_clerks
from clerk_tui.sync.messages import Clerks, HandedBack, Keeper, Keys, Trouble
from clerk_tui.sync.transport import Answer, decode
from hall import wire
from hall.wire_clerks import ClerksReply
from hall.wire_remember import Remember, Remembered, remembered_is_signed

CLERKS_EVERY_S: Final = 50.0
"""Seconds between two looks at the hall's clerks."""
KEYS_EVERY_S: Final = 600.0
"""Seconds between two looks at the keys of the hall's devices."""
HAND_BACK_EVERY_S: Final = 600.0
"""Seconds between two tries to hand back a list that the centre has not said it looked through."""
Ask = Callable[..., "Answer | Trouble"]


class Lists:
    """The centre's signed lists. A centre that does not tell one is no trouble: what was told last stands."""

    def __init__(self, device: Device, keep: Keeper, former: Callable[[], list[Former]]) -> None:
        self._device, self._keep, self._former = device, keep, former
        self._epoch = device.server_epoch
        self._keys_due = self._clerks_due = self._hand_back_due = 0.0

    def learn(self, ask: Ask, epoch: str) -> bool:
        """Ask for what is due, all of it in an ``epoch`` that is new; whether there were keys."""
        if epoch != self._epoch:
            self._epoch = epoch
            self._keys_due = self._clerks_due = self._hand_back_due = 0.0
        told = self._learn_keys(ask)
        self._learn_clerks(ask)
        self._hand_back(ask)
        return told

    def _learn_keys(self, ask: Ask) -> bool:
        if time.monotonic() < self._keys_due:
            return False
        nonce = os.urandom(16)
        answer = ask("GET", "/v1/sync/keys", params={"nonce": nonce.hex()})
        if isinstance(answer, Trouble):
            return False
        self._keys_due = time.monotonic() + KEYS_EVERY_S
        reply = decode(answer.body, wire.KeysReply) if answer.status == 200 else None
        ours = reply is not None and reply.device == self._device.device_id
        if reply is None or not ours or not wire.keys_are_signed(self._device.server_key, reply):
            return False
        if not wire.asked_now(reply.nonce, nonce):
            return False
        self._keep(Keys(reply=reply))
        return True

    def _learn_clerks(self, ask: Ask) -> None:
        if time.monotonic() < self._clerks_due:
            return
        nonce = os.urandom(16)
        answer = ask("GET", "/v1/clerks", params={"nonce": nonce.hex()})
        if isinstance(answer, Trouble):
            return
        self._clerks_due = time.monotonic() + CLERKS_EVERY_S
        if (told := read_clerks(answer.status, answer.body, self._device, nonce)) is not None:
            self._keep(Clerks(reply=told))

    def _hand_back(self, ask: Ask) -> None:
        if time.monotonic() < self._hand_back_due:
            return
        for former in self._former():
            # Until the centre signs that it has it, whoever else may have answered.
            self._hand_back_due = time.monotonic() + HAND_BACK_EVERY_S
            request = _request(former)
            if request is None:
                continue
            answer = ask("POST", "/v1/sync/remember", content=msgspec.json.encode(request))
            if isinstance(answer, Trouble):
                return
            reply = decode(answer.body, Remembered) if answer.status == 200 else None
            if reply is not None and self._is_for(reply, request):
                self._keep(HandedBack(which=former.kind, epoch=former.epoch))
                if reply.changed:
                    self._keys_due = self._clerks_due = 0.0

    def _is_for(self, reply: Remembered, request: Remember) -> bool:
        named = (reply.device, reply.list_id) == (self._device.device_id, request.list_id)
        return named and remembered_is_signed(self._device.server_key, reply)


def _request(former: Former) -> Remember | None:
    if former.kind == "keys":
        keys = decode(former.body, wire.KeysReply)
        return Remember(keys=keys) if keys is not None else None
    clerks = decode(former.body, ClerksReply)
    return Remember(clerks=clerks) if clerks is not None else None
