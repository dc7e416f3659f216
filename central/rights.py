"""Who asks, and whether they may: the one guard that stands before every route of the centre.

A route says what it needs (``opt=needs(Permission.PUSH)``); one that says nothing is shut. Who asks is a device by its
token, or a person by a session that they opened at a device. Both belong to one hall, and no route takes a hall from
the request: what a route reads or changes is that of ``Principal.office``.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from central import tokens
from central.clock import now_ms
from central.refusal import Refused
from central.store import Store, deliveries, devices
from central.store.devices import DeviceRow
from hall import roles, wire
from hall.errors import StoreError
from hall.roles import Permission

log = logging.getLogger(__name__)
OPTION: Final = "permission"
DEVICES_ONLY: Final = "devices_only"
HEARD_EVERY_MS: Final = 60_000
"""How often it is kept that a device was heard of: a display asks every two seconds."""
DEPARTMENT: Final = "d."
"""What the token of a department's system begins with."""
PUBLIC: Final[dict[str, Any]] = {OPTION: "public"}
"""For what anybody may ask: enrolling (by a one-time code), renewing a token (by the device's signature), health."""


class Principal(Struct, frozen=True, kw_only=True):
    """Who asks: a device, or ``clerk`` (their number) at that device, or a department's system (``device`` then names
    the department and has no key)."""

    device: DeviceRow
    roles: frozenset[roles.Role]
    clerk: str = ""

    @property
    def office(self) -> str:
        """The one hall they belong to."""
        return self.device.office

    @property
    def actor(self) -> str:
        """Who stands in the record of what was changed."""
        return self.clerk or self.device.device_id


def needs(permission: Permission) -> dict[str, Any]:
    """The options of a route that needs this permission."""
    return {OPTION: permission}


def of_devices(permission: Permission) -> dict[str, Any]:
    """The same, for a device's own token only: what is told in full is kept at a counter, never shown to a session."""
    return {OPTION: permission, DEVICES_ONLY: True}


async def guard(connection: ASGIConnection[BaseRouteHandler, Principal, Any, State], handler: BaseRouteHandler) -> None:
    """Let in who may.

    Raises:
        Refused: 401 nobody known, or a token that has run out; 403 revoked, or without the right.
    """
    wanted = handler.opt.get(OPTION)
    if wanted == PUBLIC[OPTION]:
        return
    principal = await _principal(connection)
    connection.scope["user"] = principal
    allowed = isinstance(wanted, Permission) and roles.allows(principal.roles, wanted)
    if not allowed or (principal.clerk and handler.opt.get(DEVICES_ONLY)):
        told = roles.NAMES[wanted] if isinstance(wanted, Permission) else "这个操作"
        raise Refused(403, wire.Problem(code="not_allowed", message=f"没有“{told}”的权限"))


async def _principal(connection: ASGIConnection[BaseRouteHandler, Principal, Any, State]) -> Principal:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > tokens.LONGEST:
        raise tokens.unknown()
    store: Store = connection.app.state.store
    if token.startswith(DEPARTMENT):
        known = await store.read(lambda db: deliveries.department_by_token(db, token))
        if known is None:
            raise tokens.unknown()
        return Principal(
            device=DeviceRow(known.key, known.office, b"", False), roles=frozenset({roles.Role.DEPARTMENT})
        )
    if token.startswith(tokens.SESSION):
        device, clerk = await tokens.of_session(store, token, now_ms())
        principal = Principal(device=device, roles=roles.read_roles(clerk.roles), clerk=clerk.clerk_id)
    else:
        device = await tokens.of_device(store, token, now_ms(), connection.app.state.holders)
        principal = Principal(device=device, roles=roles.read_roles([device.role]))
    await _heard(store, connection.app.state.heard, device.device_id)
    return principal


async def _heard(store: Store, heard: dict[str, int], device_id: str) -> None:
    """Keep that a device was heard of, whatever it asks. ``heard`` is when this process kept it last (Unix ms), by
    device."""
    now = now_ms()
    if now - heard.get(device_id, 0) < HEARD_EVERY_MS:
        return
    heard[device_id] = now
    try:
        await store.transact(lambda db: devices.heard(db, device_id, now))
    except StoreError as error:
        # A full disk takes no note; who only reads is answered all the same.
        log.warning("not kept that a device was heard of: %s", error.code)
