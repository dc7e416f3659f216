"""Tokens: whose they are, how a device renews its own, how it loses it.

A device makes its next token itself and registers only the hash, signed with its key. So an expired token can be
renewed, a lost reply costs nothing (the same request again is answered the same), and whoever repeats a recorded
request has won nothing. The present token lives until the next one is first used.
"""

from __future__ import annotations

from typing import Final

from central.refusal import Refused
from central.store import Db, Store, devices
from central.store import clerks as people
from central.store import tokens as table
from central.store.clerks import ClerkRow
from central.store.devices import TOKEN_LIFE_MS, DeviceRow
from central.together import Together
from hall import wire
from hall.wire_clerks import DeviceInfo, RotateReply, RotateRequest, rotation_is_signed

SESSION: Final = "s."
"""What a person's token begins with; a device's has no full stop."""
LONGEST: Final = 100
SESSION_MS: Final = 12 * 3600 * 1000
"""How long a person's session lasts."""


def unknown() -> Refused:
    """Nobody known holds this token."""
    return Refused(401, wire.Problem(code="unknown_token", message="令牌无效，请重新登记设备"))


def _revoked() -> Refused:
    return Refused(403, wire.Problem(code="device_revoked", message="设备已被注销"))


Holders = Together[str, table.Holder | None]
"""Who holds a device's token: looked up at every request, for those together that ask at the same time. Nothing is
remembered, so that a device that is revoked at one process is revoked at all."""


def lookup(store: Store) -> Holders:
    """The lookup of a process."""

    async def look(db: Db, asked: list[str]) -> list[table.Holder | Refused | None]:
        return list(await table.holders(db, asked))

    return Together(store.glance, look)


async def of_device(store: Store, token: str, now_ms: int, holders: Holders | None = None) -> DeviceRow:
    """The device that holds a token.

    Raises:
        Refused: 401 nobody does or it has run out, 403 the device is revoked.
    """
    if holders is not None:
        held = await holders.ask(token)
    else:
        (held,) = await store.glance(lambda db: table.holders(db, [token]))
    if held is None:
        raise unknown()
    if held.device.revoked:
        raise _revoked()
    if now_ms > held.expires_ms:
        raise Refused(401, wire.Problem(code="token_expired", message="令牌已过期，请用设备密钥更换"))
    if held.is_next:
        await store.transact(lambda db: table.take_next(db, held.device.device_id, token))
    return held.device


async def of_session(store: Store, token: str, now_ms: int) -> tuple[DeviceRow, ClerkRow]:
    """The person a session belongs to, as they are now, and the device they sit at.

    Raises:
        Refused: 401 no such session, run out, or the clerk is disabled; 403 the device is revoked.
    """

    async def look(db: Db) -> tuple[DeviceRow | None, ClerkRow | None]:
        session = await table.session(db, token)
        if session is None or now_ms > session.expires_ms:
            return None, None
        found = await people.look(db, session.office, session.clerk_id)
        return await devices.device(db, session.device_id), found

    device, clerk = await store.read(look)
    if device is None or clerk is None or not clerk.active or device.office != clerk.office:
        raise Refused(401, wire.Problem(code="session_over", message="签到已失效，请重新签到"))
    if device.revoked:
        raise _revoked()
    return device, clerk


async def rotate(store: Store, request: RotateRequest, now_ms: int) -> RotateReply:
    """Register a device's next token.

    Raises:
        Refused: 403 not signed by a known device's key or revoked, 409 a token that was used before.
    """

    async def work(db: Db) -> int:
        device = await devices.device(db, request.device)
        if device is None or not rotation_is_signed(device.public_key, request):
            raise Refused(403, wire.Problem(code="bad_signature", message="签名与设备不符"))
        if device.revoked:
            raise _revoked()
        expires = now_ms + TOKEN_LIFE_MS
        if not await table.register_next(db, device.device_id, request.token_hash, expires):
            raise Refused(409, wire.Problem(code="token_used", message="这个令牌用过了，请另换一个"))
        return expires

    return RotateReply(device=request.device, expires_ms=await store.transact(work))


async def revoke(store: Store, office: str, device_id: str, actor: str, now_ms: int) -> bool:
    """Take the rights of a device of this hall away for ever; ``False`` if the hall has no such device."""

    async def work(db: Db) -> bool:
        device = await devices.device(db, device_id)
        if device is None or device.office != office:
            return False
        await devices.revoke(db, device_id, now_ms)
        await table.record(db, now_ms, office, actor, "device.revoked", device_id)
        return True

    return await store.transact(work)


async def devices_of(store: Store, office: str) -> list[DeviceInfo]:
    """The devices of a hall, revoked ones too."""
    return await store.read(lambda db: table.infos(db, office))
