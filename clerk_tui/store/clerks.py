"""The clerks of the hall as the centre last told them, and what this device needs to let them in without a network.

``clerk_list`` is the signed list as it came. ``clerk_cache`` holds, for each clerk who has signed in here, a verifier
of their PIN that only works with this device's key file, and the failures in a row: those are counted and committed
before a PIN is looked at.
"""

from __future__ import annotations

import hmac
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from clerk_tui.store.connection import Database
from clerk_tui.store.device import load_key
from clerk_tui.store.former import keep_former
from hall.chain import UNREADABLE
from hall.errors import StoreError
from hall.lockout import Failures
from hall.wire_clerks import ClerksReply, clerks_are_signed

DAY_MS: Final = 24 * 3600 * 1000
CORRECTED_MS: Final = 3600 * 1000
"""A step back of a clock that was set right, and nothing more."""
NEVER_MS: Final = 1 << 62
_lists = msgspec.json.Decoder(ClerksReply)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one clerk: the verifier (empty until they have signed in here) and for which PIN it is."""

    verifier: str = ""
    pin_version: int = 0
    failures: Failures = Failures()


def are_known(connection: sqlite3.Connection) -> bool:
    """Whether the centre has told any clerks: signing in is asked for then."""
    return connection.execute("SELECT 1 FROM clerk_list").fetchone() is not None


def read_list(connection: sqlite3.Connection, path: Path) -> ClerksReply | None:
    """The hall's clerks as last told, ``None`` before the first time.

    Raises:
        StoreError: the list is not the one that the centre signed for this device.
    """
    row = connection.execute("SELECT body, server_key, device_id FROM clerk_list, device").fetchone()
    if row is None:
        return None
    try:
        told = _lists.decode(row[0])
    except UNREADABLE:
        told = None
    if told is None or told.device != row[2] or not clerks_are_signed(row[1], told):
        raise StoreError(
            "clerks_changed",
            f"本机的人员名单与中心签发的不符（{path}）",
            field="store.path",
            hint="联网后会自动重新取得；一直不行请报告管理员",
        )
    return told


def age_ms(database: Database, now_ms: int) -> int:
    """How long ago the list came (ms), as far as this device can tell; very long where there is none.

    Counted on its own clock. While that is behind the latest it ever showed, only what it goes on is added, and a day
    for each fall of more than ``CORRECTED_MS``: the night that a machine without a battery does not know of. Once it is
    put right, it is believed again. A list never gets younger.
    """
    with database.write() as db:
        row = db.execute("SELECT kept_ms, seen_ms, latest_ms, age_ms FROM clerk_list").fetchone()
        if row is None:
            return NEVER_MS
        kept, seen, latest, age = row
        if now_ms >= max(kept, latest):
            age = max(age, now_ms - kept)
        else:
            step = now_ms - (seen or kept)
            age += step if step >= 0 else (DAY_MS if -step > CORRECTED_MS else 0)
        values = (now_ms, max(kept, latest, now_ms), age)
        db.execute("UPDATE clerk_list SET seen_ms = ?, latest_ms = ?, age_ms = ?", values)
    return int(age)


def carry(db: sqlite3.Connection, older: sqlite3.Connection) -> None:
    """Keep asking for a sign-in after a restore, in the caller's transaction: the list of an archived journal was
    signed for its own device, so it lets nobody in here, and stands until the centre tells this one."""
    try:
        row = older.execute("SELECT body, told_ms, kept_ms FROM clerk_list").fetchone()
    except sqlite3.OperationalError:
        return  # Written before there were clerks.
    if row is not None:
        db.execute("INSERT OR IGNORE INTO clerk_list (one, body, told_ms, kept_ms) VALUES (1,?,?,?)", row)


def keep_list(database: Database, told: ClerksReply, now_ms: int) -> None:
    """Keep a checked list. One that answers a question of now (``hall.wire.asked_now``) is the newest whatever the
    centre's clock says; of others an older one than the one kept changes nothing. Neither does an empty one where none
    was known. An empty one of another centre than the kept one's takes that away: nobody signs in there.

    Of clerks who are gone, disabled or have a new PIN nothing that could let them in is kept; a new PIN begins without
    the failures of the one before.
    """
    with database.write() as db:
        row = db.execute("SELECT told_ms, body FROM clerk_list").fetchone()
        if row is None and not told.clerks:
            return
        if row is not None and not told.clerks and not _is_of_the_same_centre(db, row[1]):
            # A centre keeps whom it disables: only one that never had clerks tells none. Whoever the centre before a
            # move knew signs in at no other.
            for table in ("clerk_list", "clerk_cache", "clerk_session"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608
            return
        if row is not None and not told.nonce and row[0] > told.server_time_ms:
            return
        before = _versions(row[1]) if row is not None else {}
        if row is not None:
            keep_former(db, "clerks", row[1], told.device, told.epoch, now_ms)
        db.execute(
            "INSERT OR REPLACE INTO clerk_list (one, body, told_ms, kept_ms) VALUES (1,?,?,?)",
            (msgspec.json.encode(told), told.server_time_ms, now_ms),
        )
        current = {one.id: one.pin_version for one in told.clerks if one.active}
        for clerk, version in db.execute("SELECT clerk_id, pin_version FROM clerk_cache").fetchall():
            if current.get(clerk) != version:
                db.execute("UPDATE clerk_cache SET verifier = '', pin_version = 0 WHERE clerk_id = ?", (clerk,))
        for clerk in [one.id for one in told.clerks if before.get(one.id, one.pin_version) != one.pin_version]:
            db.execute("UPDATE clerk_cache SET fails = 0, failed_ms = 0 WHERE clerk_id = ?", (clerk,))
        signed_in = db.execute("SELECT clerk_id FROM clerk_session").fetchone()
        if signed_in is not None and signed_in[0] not in current:
            db.execute("DELETE FROM clerk_session")


def _is_of_the_same_centre(db: sqlite3.Connection, body: bytes) -> bool:
    """Whether a kept list was signed with the key that this device believes now; also one that cannot be read."""
    (key,) = db.execute("SELECT server_key FROM device").fetchone()
    try:
        return clerks_are_signed(key, _lists.decode(body))
    except UNREADABLE:
        return True


def _versions(body: bytes) -> dict[str, int]:
    """Which PIN each clerk had by a kept list; one that cannot be read says nothing."""
    try:
        return {one.id: one.pin_version for one in _lists.decode(body).clerks}
    except UNREADABLE:
        return {}


def begin_try(database: Database, clerk: str, now_ms: int) -> tuple[Kept, int]:
    """Count a try as failed, on disk, before it is looked at; what is kept of the clerk and how long to wait (ms).

    Where there is a wait, nothing was counted and nothing may be tried.
    """
    with database.write() as db:
        kept = _kept(db, clerk)
        failures = kept.failures.seen_at(now_ms)
        wait = failures.wait_ms(now_ms)
        if not wait:
            failures = failures.begun(now_ms)
        db.execute(
            "INSERT INTO clerk_cache (clerk_id, fails, failed_ms) VALUES (?,?,?) ON CONFLICT (clerk_id)"
            " DO UPDATE SET fails = excluded.fails, failed_ms = excluded.failed_ms",
            (clerk, failures.count, failures.last_ms),
        )
    return kept, wait


def succeeded(database: Database, clerk: str, verifier: str = "", pin_version: int = 0) -> None:
    """The PIN was right: failures are forgotten, and a new verifier is kept if there is one."""
    with database.write() as db:
        db.execute(
            "INSERT INTO clerk_cache (clerk_id) VALUES (?) ON CONFLICT (clerk_id)"
            " DO UPDATE SET fails = 0, failed_ms = 0",
            (clerk,),
        )
        if verifier:
            db.execute(
                "UPDATE clerk_cache SET verifier = ?, pin_version = ? WHERE clerk_id = ?",
                (verifier, pin_version, clerk),
            )


def keep_session(database: Database, clerk: str, until_ms: int) -> None:
    """Who is signed in for the command line, until when; ``""``: nobody."""
    with database.write() as db:
        db.execute("DELETE FROM clerk_session")
        if clerk:
            db.execute("INSERT INTO clerk_session (one, clerk_id, until_ms) VALUES (1,?,?)", (clerk, until_ms))


def session(connection: sqlite3.Connection) -> tuple[str, int] | None:
    """Who is signed in for the command line, and until when."""
    row = connection.execute("SELECT clerk_id, until_ms FROM clerk_session").fetchone()
    return (row[0], row[1]) if row else None


def pin_secret(path: Path) -> bytes:
    """What every verifier of this device is made with (32 bytes); from its key file, so never in the database.

    Raises:
        StoreError: the key cannot be read.
    """
    return hmac.digest(load_key(path).private_bytes_raw(), b"pin-secret", "sha256")


def _kept(db: sqlite3.Connection, clerk: str) -> Kept:
    row = db.execute(
        "SELECT verifier, pin_version, fails, failed_ms FROM clerk_cache WHERE clerk_id = ?", (clerk,)
    ).fetchone()
    if row is None:
        return Kept()
    return Kept(verifier=row[0], pin_version=row[1], failures=Failures(count=row[2], last_ms=row[3]))
