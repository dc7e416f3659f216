"""What a centre of an earlier version stored of doubts is read as what it is."""

from __future__ import annotations

from typing import Literal, cast

from central.store import Db
from central.store.migrations import migrations
from hall import wire_oversight as w
from tests.builders import received
from tests.central.counter import OFFICE
from tests.central.device import Device
from tests.central.hub import NOW, Hub
from tests.central.test_sync_routes import ask

RIGHT = "写这条记录时工号0815可能没有“收件、受理和告知”的权限，等负责人核实"
FEES = "另一窗口已告知缴费，金额不同"
CLOCK = "clock_suspect"
NUMBER = 16
"""The migration after which a doubt of a right is one."""


def as_before(hub: Hub, rows: dict[str, tuple[str, str]]) -> None:
    """Each case with the flags and, for every reason, the open dispute that the earlier version kept."""

    async def write(db: Db) -> None:
        for case_id, (flags, reasons) in rows.items():
            await db.run("UPDATE case_ SET flags = $1 WHERE case_id = $2", flags, case_id)
            for place, reason in enumerate(reasons.split(";")):
                await db.run(
                    "INSERT INTO conflict (office, conflict_id, case_id, other, kind, reason, incarnation, seq, actor,"
                    " made_ms) VALUES ($1,$2,$3,'','needs_review',$4,'A1',1,'0815',$5)",
                    OFFICE, f"{case_id}-{place}", case_id, reason, NOW + place,
                )  # fmt: skip

    hub.transact(write)


def bring_up_to_date(hub: Hub) -> None:
    script = dict(migrations(cast(Literal["sqlite", "postgres"], hub.engine)))[NUMBER]

    async def run(db: Db) -> None:
        for statement in script.split(";\n"):
            if statement.strip():
                await db.run(statement)

    hub.transact(run)


def test_a_right_in_doubt_that_was_kept_as_a_dispute_is_a_doubt_and_its_case_is_told_anew(hub: Hub) -> None:
    device = Device(hub, "device-1")
    for number, case_id in enumerate(("doubt", "dispute", "both", "clean")):
        device.write(case_id, received(reference=f"SL01-A1-0000{number}-X"), at_ms=NOW)
    device.push()
    as_before(
        hub,
        {
            "doubt": (f"{CLOCK} needs_review", RIGHT),
            "dispute": ("needs_review", FEES),
            "both": ("needs_review same_reference", f"{RIGHT};{FEES}"),
        },
    )
    told = hub.feed()
    bring_up_to_date(hub)

    found = ask(hub, "/v1/conflicts", w.ConflictsReply, device.headers).conflicts
    assert {(each.case_id, each.kind, each.reason) for each in found} == {
        ("doubt", "right_in_doubt", RIGHT),
        ("both", "right_in_doubt", RIGHT),
        ("both", "needs_review", FEES),
        ("dispute", "needs_review", FEES),
    }
    anew = hub.feed(told.next_cursor).changes
    assert [(each.case_id, each.flags) for each in anew] == [
        ("doubt", [CLOCK, "right_in_doubt"]),
        ("both", ["needs_review", "right_in_doubt", "same_reference"]),
    ]
    device.write("later", received(reference="SL01-A1-00009-X"), at_ms=NOW)
    device.push()
    assert [each.case_id for each in hub.feed(told.next_cursor).changes] == ["doubt", "both", "later"]


def test_what_is_up_to_date_is_told_no_second_time(hub: Hub) -> None:
    device = Device(hub, "device-1")
    device.write("doubt", received(), at_ms=NOW)
    device.push()
    as_before(hub, {"doubt": ("needs_review", RIGHT)})
    bring_up_to_date(hub)
    cursor = hub.feed().next_cursor
    bring_up_to_date(hub)
    assert hub.feed(cursor).changes == []
