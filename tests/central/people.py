"""The clerks of a hall as its centre has them, and a hall that took something away after its last copy was made."""

from __future__ import annotations

from pathlib import Path

from central import clerks, tokens
from central.backup import backup
from central.clock import now_ms
from central.store import Db
from central.store import clerks as table
from central.store.clerks import ClerkRow
from hall.wire_clerks import ClerkChange
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import Hub


def person(hub: Hub, number: str, roles: tuple[str, ...] = ("clerk",)) -> None:
    row = ClerkRow(office=OFFICE, clerk_id=number, name="冯春", roles=roles, pin_version=1, verifier="first")
    hub.transact(lambda db: save(db, row, 1_000))


async def save(db: Db, row: ClerkRow, since_ms: int) -> None:
    await table.save(db, row)
    await table.record_rights(db, row, since_ms)


def change(hub: Hub, number: str, wish: ClerkChange) -> None:
    hub.run(clerks.change(hub.store, OFFICE, number, wish, "console", now_ms()))


def clerk(hub: Hub, number: str) -> ClerkRow:
    row = hub.read(lambda db: table.look(db, OFFICE, number))
    assert row is not None
    return row


def taken_away_after(hub: Hub, copy: Path) -> tuple[Device, Device]:
    """Two devices and three clerks of whom ``copy`` knows; then the first device is revoked, 0815 is disabled, 0816
    is a supervisor no more and 0817 stays as they are."""
    stolen, other = Device(hub, "stolen"), Device(hub, "other")
    for number, roles in (("0815", ("clerk",)), ("0816", ("clerk", "supervisor")), ("0817", ("clerk",))):
        person(hub, number, roles)
    hub.run(backup(hub.store, copy))
    hub.run(tokens.revoke(hub.store, OFFICE, "stolen", "console", now_ms()))
    change(hub, "0815", ClerkChange(active=False))
    change(hub, "0816", ClerkChange(roles=["clerk"]))
    return stolen, other
