"""The hall's cases as the centre tells them: kept so that any window finds them and goes on with them.

The centre's word is kept as it came (``inbox_change``) and beside it what lists and searches need, masked like a case
of this window's own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from clerk_tui.store import projections as p
from clerk_tui.store.queries import END, ROW_NAMES, CaseRow
from hall import wire
from hall.case import Case, CaseState
from hall.masking import mask_identity, mask_party, mask_phone
from hall.steps import DONE

MAX_NUMBER: Final = 1 << 53
KEPT_MS: Final = 35 * 24 * 3600 * 1000
"""How long a case of the hall stays at a window after it has ended: as long as the window's own records stay unsent at
most, and no longer, for it holds people's data."""
_ENDED: Final = tuple(sorted(state.value for state in (*DONE, CaseState.DELIVERED)))
_told = msgspec.json.Decoder(Case)
_UPSERT: Final = """INSERT INTO shared_case (case_id, server_seq, reference, state, matter_key, matter_name, department,
        received, accepted, promised_due, statutory_due, applicant_masked, id_masked, phone_masked, version, updated_ms,
        flags, stale)
    VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0) ON CONFLICT (case_id) DO UPDATE SET
        server_seq = excluded.server_seq, reference = excluded.reference, state = excluded.state,
        matter_key = excluded.matter_key, matter_name = excluded.matter_name, department = excluded.department,
        received = excluded.received, accepted = excluded.accepted, promised_due = excluded.promised_due,
        statutory_due = excluded.statutory_due, applicant_masked = excluded.applicant_masked,
        id_masked = excluded.id_masked, phone_masked = excluded.phone_masked, version = excluded.version,
        updated_ms = excluded.updated_ms, flags = excluded.flags, stale = 0"""
_ROW: Final = """case_id, reference, state, matter_key, matter_name, department, received, accepted, promised_due,
    statutory_due, applicant_masked, id_masked, phone_masked, version, updated_ms"""


def read_case(body: bytes) -> Case | None:
    """A case as the centre told it; ``None`` in words of another version."""
    try:
        return _told.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def keep(db: sqlite3.Connection, changes: Iterable[wire.Change], now_ms: int) -> None:
    """Keep what the feed says of cases, in the caller's transaction; each case stands as it was told last."""
    for change in changes:
        known = db.execute("SELECT server_seq, stale FROM shared_case WHERE case_id = ?", (change.case_id,)).fetchone()
        if known is not None and known[0] > change.server_seq and not known[1]:
            continue
        db.execute("DELETE FROM inbox_change WHERE case_id = ?", (change.case_id,))
        db.execute(
            "INSERT OR REPLACE INTO inbox_change (server_seq, case_id, body) VALUES (?,?,?)",
            (change.server_seq, change.case_id, change.case),
        )
        case = read_case(change.case)
        if case is not None and case.case_id == change.case_id and _fits(case):
            _write(db, case, change.server_seq, now_ms, change.flags)


def begin_anew(db: sqlite3.Connection) -> None:
    """The feed is read from its beginning: what it said before is kept until it has been read to its end."""
    db.execute("UPDATE shared_case SET stale = 1 WHERE server_seq > 0")


def end_anew(db: sqlite3.Connection) -> None:
    """The feed was read to its end: what it did not say again is not so any more (a centre that was restored)."""
    if db.execute("SELECT 1 FROM shared_case WHERE stale = 1 LIMIT 1").fetchone() is None:
        return
    db.execute("DELETE FROM inbox_change WHERE case_id IN (SELECT case_id FROM shared_case WHERE stale = 1)")
    db.execute("DELETE FROM shared_find WHERE case_id IN (SELECT case_id FROM shared_case WHERE stale = 1)")
    db.execute("DELETE FROM shared_case WHERE stale = 1")


def prune(db: sqlite3.Connection, now_ms: int) -> int:
    """Let go what the centre told of cases that ended longer than ``KEPT_MS`` ago and that nobody has to look at; how
    many. What this window did itself stays in its journal; a case that changes again comes with the feed."""
    marks = ",".join("?" * len(_ENDED))
    found = db.execute(
        f"SELECT case_id FROM shared_case WHERE state IN ({marks}) AND updated_ms < ? AND flags = ''"  # noqa: S608
        " AND server_seq > 0",
        (*_ENDED, now_ms - KEPT_MS),
    ).fetchall()
    for table in ("inbox_change", "shared_find", "shared_case"):
        db.executemany(f"DELETE FROM {table} WHERE case_id = ?", found)  # noqa: S608 - one of three
    return len(found)


def carry_over(db: sqlite3.Connection, case: Case, now_ms: int) -> bool:
    """A case of a journal that was archived, until the centre tells it: found here, gone on with here; whether it is
    new here. Where a later state of it is known, that one stays."""
    known = db.execute("SELECT server_seq, version FROM shared_case WHERE case_id = ?", (case.case_id,)).fetchone()
    if known is not None and (known[0] > 0 or known[1] >= case.version):
        return False
    db.execute("DELETE FROM inbox_change WHERE case_id = ?", (case.case_id,))
    # Below every number that the centre gives, and a number of its own.
    (lowest,) = db.execute("SELECT min(server_seq) FROM inbox_change").fetchone()
    place = min(lowest or 0, 0) - 1
    db.execute("INSERT INTO inbox_change VALUES (?,?,?)", (place, case.case_id, msgspec.json.encode(case)))
    _write(db, case, place, now_ms, ())
    return known is None


def rows(db: sqlite3.Connection, case_ids: Iterable[str]) -> list[CaseRow]:
    """These cases as rows of a list, in this order; those that are not shared are left out."""
    found = (
        db.execute(f"SELECT {_ROW} FROM shared_case WHERE case_id = ?", (case_id,)).fetchone()  # noqa: S608
        for case_id in case_ids
    )
    return [_case_row(row) for row in found if row is not None]


def newest(db: sqlite3.Connection, limit: int) -> list[str]:
    """The cases that changed last."""
    found = db.execute("SELECT case_id FROM shared_case ORDER BY updated_ms DESC LIMIT ?", (limit,))
    return [row[0] for row in found]


def matching(db: sqlite3.Connection, kind: int, key: str, limit: int, *, exactly: bool) -> list[str]:
    """Cases with a key of this kind that is, or begins with, ``key``."""
    found = db.execute(
        "SELECT DISTINCT case_id FROM shared_find WHERE kind = ? AND key >= ? AND key < ? LIMIT ?",
        (kind, key, key + ("\0" if exactly else END), limit),
    )
    return [row[0] for row in found]


def named_with(db: sqlite3.Connection, part: str, limit: int) -> list[str]:
    """Cases with this part anywhere in the name or its initials."""
    found = db.execute(
        "SELECT DISTINCT case_id FROM shared_find WHERE kind IN (?, ?) AND instr(key, ?) LIMIT ?",
        (p.NAME, p.INITIALS, part, limit),
    )
    return [row[0] for row in found]


def told(db: sqlite3.Connection, case_id: str) -> tuple[int, Case] | None:
    """The case as the centre told it last, with the number it was told at; ``None`` if it never did."""
    row = db.execute(
        "SELECT server_seq, body FROM inbox_change WHERE case_id = ? ORDER BY server_seq DESC LIMIT 1", (case_id,)
    ).fetchone()
    case = read_case(row[1]) if row else None
    return (row[0], case) if case is not None else None


def flagged(db: sqlite3.Connection, limit: int) -> list[tuple[CaseRow, tuple[str, ...]]]:
    """Cases that the centre wants a person to look at, and why."""
    found = db.execute(
        f"SELECT {_ROW}, flags FROM shared_case WHERE flags <> '' ORDER BY case_id DESC LIMIT ?",  # noqa: S608
        (limit,),
    ).fetchall()
    return [(_case_row(row[:-1]), tuple(row[-1].split(","))) for row in found]


def flags_of(db: sqlite3.Connection, case_id: str) -> tuple[str, ...]:
    """Why the centre wants a person to look at a case; empty where it does not."""
    row = db.execute("SELECT flags FROM shared_case WHERE case_id = ?", (case_id,)).fetchone()
    return tuple(row[0].split(",")) if row and row[0] else ()


def _fits(case: Case) -> bool:
    """Whether the case's figures fit the table: the feed is not signed, and a hostile one must not stop the rest."""
    last = case.timeline[-1].at_ms if case.timeline else 0
    return all(-MAX_NUMBER <= number <= MAX_NUMBER for number in (case.version, last))


def _write(db: sqlite3.Connection, case: Case, server_seq: int, now_ms: int, flags: Sequence[str]) -> None:
    who = case.applicant
    db.execute(
        _UPSERT,
        (
            case.case_id,
            server_seq,
            case.reference,
            case.state.value,
            case.matter.key,
            case.matter.name,
            case.matter.department.short,
            case.received.isoformat(),
            case.accepted.isoformat() if case.accepted else None,
            case.due.promised.isoformat() if case.due.promised else None,
            case.due.statutory.isoformat() if case.due.statutory else None,
            mask_party(who.kind, who.name) if who else "",
            mask_identity(who.id_number) if who and who.id_number else "",
            mask_phone(who.phone) if who and who.phone else "",
            case.version,
            case.timeline[-1].at_ms if case.timeline else now_ms,
            ",".join(flags),
        ),
    )
    db.execute("DELETE FROM shared_find WHERE case_id = ?", (case.case_id,))
    db.executemany(
        "INSERT OR IGNORE INTO shared_find (kind, key, case_id) VALUES (?, ?, ?)",
        [(kind, key, case.case_id) for kind, key in p.keys_of(case)],
    )


def _case_row(row: Sequence[object]) -> CaseRow:
    values = dict(zip(ROW_NAMES, row, strict=True))
    return CaseRow(**{**values, "elsewhere": True})  # type: ignore[arg-type]
