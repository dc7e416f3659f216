"""No clock and no number in a fact stops a device's queue: whatever its header says, it is stored and acknowledged.

A time that is on no calendar is set aside for a person; no clock of a machine shows one.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from central import board
from hall import facts as f
from hall import ticketing as t
from hall import wire
from hall.moments import on_calendar
from tests.builders import DAY, received
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import NOW, Hub

WILD = (-(2**63), -(2**62), -(2**53), -1, 0, 2**53, 2**62, 2**63 - 1)
BOOT = "boot-1"


def told(device: Device, reading: wire.ClockReading) -> wire.PushRequest:
    """The push of everything, with what the device's clocks show."""
    return msgspec.structs.replace(device.request(), clock=reading)


def usual(mono_ms: int = 1_000) -> wire.ClockReading:
    return wire.ClockReading(wall_ms=NOW, mono_ms=mono_ms, boot_id=BOOT)


@pytest.mark.parametrize("name", ["at_ms", "mono_ms"])
def test_a_header_may_say_any_time(hub: Hub, name: str) -> None:
    device = Device(hub, "wild")
    device.push(told(device, usual()))
    for number, value in enumerate(WILD):
        case = f"case-{number}"
        header: dict[str, Any] = {"boot_id": BOOT, name: value}
        device.write(case, received(reference=f"{OFFICE}-{device.incarnation}-{number:05d}-X"), **header)
        device.write(case, f.CaseAccepted(accepted=DAY, due=f.Due(), article="第五项"), **header)
        device.write(case, f.NoteAdded(text="备注"), **header)
        ticket = t.TicketIssued(business="综合", letter="A", serial=number + 1, day=DAY, at_ms=value)
        device.write(f"ticket-{number}", ticket, **header)
    reply = device.push(told(device, usual()))
    assert reply.receipt.acked_through == len(device.sealed)
    aside = {n for n, value in enumerate(WILD) if name == "at_ms" and not on_calendar(value)}
    for result in reply.results:
        number = (result.seq - 1) // 4
        if result.seq % 4 == 1:
            assert result.status == (wire.Status.QUARANTINED if number in aside else wire.Status.APPLIED)
            assert ("日历" in result.reason) == (number in aside)
    assert sum(each.count for each in hub.run(board.figures(hub.store, OFFICE, NOW)).open) == len(WILD) - len(aside)


@pytest.mark.parametrize("value", [value for value in WILD if abs(value) <= 2**53])
def test_a_clock_may_show_anything(hub: Hub, value: int) -> None:
    device = Device(hub, "wild")
    for reading in (usual(value), wire.ClockReading(wall_ms=value, mono_ms=value, boot_id=BOOT), usual()):
        device.write(f"case-{len(device.sealed)}", received(), boot_id=BOOT, mono_ms=1_000)
        reply = device.push(told(device, reading))
        assert reply.receipt.acked_through == len(device.sealed)
