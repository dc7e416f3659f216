"""Serials of tickets and blocks of them: each is given out once in a hall's day, whatever happens.

Of every thousand the first half is for tickets that are issued here, the other for blocks, which devices give out
without a network: so the first ticket of a day is A001 whatever was asked for beforehand, and A501 was taken off line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from central.store.base import Db, Row

THOUSAND, HALF = 1000, 500
_NEXT_HERE = (
    "CASE WHEN queue_serial.last % 1000 + $4 <= 500 THEN queue_serial.last + $4"
    " ELSE (queue_serial.last / 1000 + 1) * 1000 + $4 END"
)
_NEXT_BLOCK = (
    "CASE WHEN {last} % 1000 < 500 THEN {last} / 1000 * 1000 + 500 + {count}"
    " WHEN {last} % 1000 + {count} <= 1000 THEN {last} + {count}"
    " ELSE ({last} / 1000 + 1) * 1000 + 500 + {count} END"
)


async def take_serials(db: Db, office: str, day: dt.date, letter: str, count: int) -> int:
    """The first of ``count`` serials for tickets that are issued here, never given before and never again."""
    row = await db.row(
        "INSERT INTO queue_serial (office, day, letter, last) VALUES ($1, $2, $3, $4 + coalesce("  # noqa: S608 -- our own words
        "(SELECT b.last FROM queue_serial b WHERE b.office = $1 AND b.day = $2 AND b.letter = ''), 0))"
        f" ON CONFLICT (office, day, letter) DO UPDATE SET last = {_NEXT_HERE} RETURNING last",
        office,
        day.isoformat(),
        letter,
        count,
    )
    assert row is not None
    return int(row[0]) - count + 1


async def take_block(db: Db, office: str, day: dt.date, letter: str, count: int) -> int:
    """The first of ``count`` serials for a device to give out, at most ``HALF``, never given before and never again."""
    row = await db.row(
        "INSERT INTO queue_serial (office, day, letter, last) SELECT $1, $2, $4, "  # noqa: S608 -- our own words
        f"{_NEXT_BLOCK.format(last='b.last', count='$5')} FROM (SELECT coalesce(max(last), 0) AS last FROM queue_serial"
        " WHERE office = $1 AND day = $2 AND letter IN ('', $3)) b WHERE true ON CONFLICT (office, day, letter)"
        f" DO UPDATE SET last = {_NEXT_BLOCK.format(last='queue_serial.last', count='$5')} RETURNING last",
        office,
        day.isoformat(),
        letter,
        _of_blocks(letter),
        count,
    )
    assert row is not None
    return int(row[0]) - count + 1


async def pass_serial(db: Db, office: str, day: dt.date, letter: str, serial: int) -> None:
    """A device used this serial: nobody gets it, or one before it of its half, from here any more."""
    await db.run(
        "INSERT INTO queue_serial (office, day, letter, last) VALUES ($1, $2, $3, $4) ON CONFLICT (office, day, letter)"
        " DO UPDATE SET last = excluded.last WHERE queue_serial.last < excluded.last",
        office,
        day.isoformat(),
        letter if (serial - 1) % THOUSAND < HALF else _of_blocks(letter),
        serial,
    )


def _of_blocks(letter: str) -> str:
    """Under which name the last serial of the blocks of a letter is kept."""
    return f"{letter}+"


async def skip_serials(db: Db, days: Sequence[dt.date]) -> None:
    """Begin another thousand on these days in every hall: a restored copy does not know the last ones it gave out."""
    for day in days:
        await db.run(
            "INSERT INTO queue_serial (office, day, letter, last) SELECT office, $1, '', 0 FROM hall WHERE true"
            " ON CONFLICT (office, day, letter) DO NOTHING",
            day.isoformat(),
        )
        await db.run("UPDATE queue_serial SET last = (last / 1000 + 2) * 1000 WHERE day = $1", day.isoformat())


async def block(db: Db, office: str, block_id: str) -> Row | None:
    """Device, day, letter, first and last serial of a block, or ``None``."""
    return await db.row(
        "SELECT device_id, day, letter, first_serial, last_serial FROM queue_block WHERE office = $1 AND block_id = $2",
        office,
        block_id,
    )


async def add_block(db: Db, office: str, values: Sequence[object]) -> None:
    """Keep a block: its identity, device, day, letter, first, last and when it was given."""
    await db.run(
        "INSERT INTO queue_block (office, block_id, device_id, day, letter, first_serial, last_serial, made_ms)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
        office,
        *values,
    )


async def serials_in_blocks(db: Db, office: str, device_id: str, day: dt.date, letter: str) -> int:
    """How many serials of a letter and day a device holds in blocks."""
    row = await db.row(
        "SELECT coalesce(sum(last_serial - first_serial + 1), 0) FROM queue_block WHERE office = $1 AND device_id = $2"
        " AND day = $3 AND letter = $4",
        office,
        device_id,
        day.isoformat(),
        letter,
    )
    assert row is not None
    return int(row[0])


async def owner_of_serial(db: Db, office: str, day: dt.date, letter: str, serial: int) -> str:
    """The device whose block holds this serial, empty if it is in none."""
    row = await db.row(
        "SELECT device_id FROM queue_block WHERE office = $1 AND day = $2 AND letter = $3 AND first_serial <= $4"
        " AND last_serial >= $4",
        office,
        day.isoformat(),
        letter,
        serial,
    )
    return row[0] if row else ""


async def number_taken(db: Db, office: str, day: dt.date, letter: str, serial: int) -> bool:
    """Whether a ticket has this number."""
    return (
        await db.row(
            "SELECT 1 FROM ticket WHERE office = $1 AND day = $2 AND letter = $3 AND serial = $4",
            office,
            day.isoformat(),
            letter,
            serial,
        )
        is not None
    )
