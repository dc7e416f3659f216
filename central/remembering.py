"""What was taken away from devices and clerks after a copy was made, from the lists that counters hand back.

A list counts if this centre signed it, for the device that brings it, in an epoch that is over. Only what it takes away
counts, and of a clerk only what nobody has decided about since its time.
"""

from __future__ import annotations

import logging

from msgspec.structs import replace

from central.refusal import Refused
from central.restrictions import Line, restrict, revoke_again
from central.store import Db, Store
from central.store.base import current_epoch
from central.store.devices import DeviceRow
from hall import wire
from hall.wire_clerks import ClerksReply, clerks_are_signed
from hall.wire_remember import Remember, Remembered, sign_remembered

log = logging.getLogger(__name__)


async def remember(store: Store, device: DeviceRow, told: Remember, now_ms: int) -> Remembered:
    """Take away what the list says was taken away; signed, from how many devices and clerks.

    Raises:
        Refused: 400 no list or two, 422 one that this centre did not sign for this device.
    """
    keys, clerks = told.keys, told.clerks
    if (keys is None) == (clerks is None):
        raise Refused(400, wire.Problem(code="bad_request", message="一次交回一份名单"))
    if keys is not None:
        keys = replace(keys, secret=store.office_secret(device.office))
        if keys.device != device.device_id or not wire.keys_are_signed(store.public_key, keys):
            raise _not_ours()
    if clerks is not None:
        mine = (clerks.device, clerks.office) == (device.device_id, device.office)
        if not mine or not clerks_are_signed(store.public_key, clerks):
            raise _not_ours()

    async def work(db: Db) -> list[Line]:
        epoch = await current_epoch(db)
        lines: list[Line] = []
        if keys is not None and keys.epoch != epoch:
            lines += await _keys(db, device, keys, now_ms)
        if clerks is not None and clerks.epoch != epoch:
            lines += await _clerks(db, device, clerks, now_ms)
        return lines

    lines = await store.transact(work)
    for line in lines:
        log.warning("taken over from a list that %s kept: %s %s %s", device.device_id, line.office, line.action,
                    line.target)  # fmt: skip
    reply = Remembered(device=device.device_id, list_id=told.list_id, changed=len(lines))
    return sign_remembered(store.key, reply)


async def _keys(db: Db, device: DeviceRow, told: wire.KeysReply, now_ms: int) -> list[Line]:
    lines: list[Line] = []
    for known in told.keys:
        if known.revoked:
            lines += await revoke_again(db, device.office, known.device, now_ms, device.device_id)
    return lines


async def _clerks(db: Db, device: DeviceRow, told: ClerksReply, now_ms: int) -> list[Line]:
    lines: list[Line] = []
    for one in told.clerks:
        lines += await restrict(
            db, device.office, one.id, one.roles, one.active, told.server_time_ms, now_ms, device.device_id
        )
    return lines


def _not_ours() -> Refused:
    return Refused(422, wire.Problem(code="not_signed", message="名单不是本中心给这台设备签发的"))
