"""Connecting departments' systems and disconnecting them: nothing that one has still to be told is lost by either."""

from __future__ import annotations

from hashlib import sha256

import msgspec
from msgspec import Struct

from central.store.base import Db
from central.store.deliveries import TOLD, DepartmentRow
from central.store.devices import ensure_hall
from hall.steps import DONE

OPEN = TOLD - DONE
"""The states of a case that concern its department and in which something is still to come."""
_PAGE = 500


class _Department(Struct):
    key: str


class _Matter(Struct):
    department: _Department


class _Whose(Struct):
    """As much of a case as says whose it is."""

    matter: _Matter


_whose = msgspec.json.Decoder(_Whose)


async def connect(db: Db, row: DepartmentRow, token: str, now_ms: int) -> int:
    """Make a department known, or give a known one a new address, secret and token. How many cases it is to be told
    of then: all that are open, those it was not told of while it was not connected, those that waited for a person."""
    await ensure_hall(db, row.office)
    # Who pushes takes the hall's counter last, before it looks whom to tell: a case is either seen here or told there.
    await db.row("SELECT office FROM hall WHERE office = $1 FOR UPDATE", row.office)
    await db.run(
        "INSERT INTO department (office, key, url, secret, token_hash, made_ms) VALUES ($1,$2,$3,$4,$5,$6)"
        " ON CONFLICT (office, key) DO UPDATE SET url = excluded.url, secret = excluded.secret,"
        " token_hash = excluded.token_hash",
        row.office,
        row.key,
        row.url,
        row.secret,
        sha256(token.encode("utf-8", "surrogatepass")).digest(),
        now_ms,
    )
    return await _catch_up(db, row, now_ms) if row.url else 0


async def _catch_up(db: Db, row: DepartmentRow, now_ms: int) -> int:
    """Have a department told of what it may not know. Its system may be a new one, so what is open is told again; it
    knows by their ``id`` those that it has."""
    after = ""
    while page := await db.rows(
        "SELECT case_id, snapshot, server_seq FROM case_ WHERE office = $1 AND state = ANY($2) AND case_id > $3"
        " ORDER BY case_id LIMIT $4",
        row.office,
        sorted(OPEN),
        after,
        _PAGE,
    ):
        after = page[-1][0]
        await db.many(
            "INSERT INTO delivery (office, department, case_id, wanted, state, due_ms) VALUES ($1,$2,$3,$4,'waiting',0)"
            " ON CONFLICT (office, department, case_id) DO UPDATE SET wanted = excluded.wanted, state = 'waiting'",
            [
                (row.office, row.key, case_id, number)
                for case_id, snapshot, number in page
                if _whose.decode(snapshot).matter.department.key == row.key
            ],
        )
    changed = "coalesce((SELECT server_seq FROM case_ WHERE case_id = delivery.case_id), wanted)"
    told = await db.rows(
        f"UPDATE delivery SET state = 'waiting', attempts = 0, error = '', due_ms = $1, wanted = {changed}"  # noqa: S608
        f" WHERE office = $2 AND department = $3 AND (state <> 'sent' OR sent < {changed}) RETURNING case_id",
        now_ms,
        row.office,
        row.key,
    )
    return len(told)


async def disconnect(db: Db, office: str, key: str) -> bool:
    """Disconnect a department: it is told nothing more and reports nothing more. Whether it was known. What it had
    still to be told is kept for when it is connected again."""
    row = await db.row("DELETE FROM department WHERE office = $1 AND key = $2 RETURNING key", office, key)
    return row is not None
