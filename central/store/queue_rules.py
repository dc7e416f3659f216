"""Each hall's rule of calling, and the last day that was closed: the row under which who is next is decided."""

from __future__ import annotations

import msgspec

from central.store.base import Db
from hall.queue_wire import HallRule

_rules = msgspec.json.Decoder(HallRule)
_encode = msgspec.json.Encoder().encode


def read(kept: str | None) -> HallRule:
    """The rule as it is kept; where nobody has set one, the usual one."""
    return _rules.decode(kept) if kept else HallRule()


async def rule_of(db: Db, office: str) -> HallRule:
    """The rule of a hall."""
    row = await db.row("SELECT rule FROM queue_hall WHERE office = $1", office)
    return read(row[0] if row else None)


async def lock(db: Db, office: str) -> tuple[HallRule, str]:
    """The rule, and the last day that was closed; until the transaction ends nobody else calls or moves a ticket of
    this hall: who is next is decided one after the other, in the rule's order."""
    found = "SELECT rule, closed_day FROM queue_hall WHERE office = $1 FOR UPDATE"
    row = await db.row(found, office)
    if row is None:
        await db.run("INSERT INTO queue_hall (office) VALUES ($1) ON CONFLICT (office) DO NOTHING", office)
        row = await db.row(found, office)
    assert row is not None
    return read(row[0]), row[1]


async def set_rule(db: Db, office: str, rule: HallRule) -> None:
    """Change a hall's rule (under ``lock``)."""
    await db.run("UPDATE queue_hall SET rule = $1 WHERE office = $2", _encode(rule).decode(), office)


async def set_closed(db: Db, office: str, day: str) -> None:
    """Keep that every day up to this one is closed (under ``lock``)."""
    await db.run("UPDATE queue_hall SET closed_day = $1 WHERE office = $2", day, office)
