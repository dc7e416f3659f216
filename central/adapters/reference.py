"""A department's system as the contract wants it, whole and small: for whoever connects one to read, and for the tests.

It keeps what it is told and what it decided, and knows of each decision under which epoch of the centre that was
answered. A centre that was put back to a copy says another epoch: what it answered under the one before may be lost
there, so the decisions of the last ``w.AGAIN_DAYS`` days go to it once more.
"""

from __future__ import annotations

import hmac
import re
import sqlite3
from pathlib import Path

import msgspec

from hall import wire_departments as w
from hall.chain import UNREADABLE

_SIGNED = re.compile(r"t=([0-9]{1,12}),v1=[0-9a-f]{64}")
_LATE_S = 300
"""How old a signature may be, in seconds."""
_DAY_MS = 24 * 3600 * 1000
_FOR_A_PERSON = frozenset({400, 409, 422})
_TABLES = """
CREATE TABLE IF NOT EXISTS centre (one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS told (case_id TEXT PRIMARY KEY, epoch TEXT NOT NULL, version INTEGER NOT NULL,
    body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS decision (id TEXT PRIMARY KEY, body BLOB NOT NULL, decided_ms INTEGER NOT NULL,
    answered TEXT NOT NULL DEFAULT '', epoch TEXT NOT NULL DEFAULT '');
"""


class ReferenceDepartment:
    """Takes what the centre tells and keeps what is to be sent to it, in the database file ``path``. ``secret``: the
    one that ``clerk-central department add`` printed."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self._secret = secret
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_TABLES)

    def take(self, signature: str, body: bytes, now_s: int) -> tuple[int, bytes]:
        """Store what the centre tells; the status and body to answer with. A message of another epoch than the one
        kept replaces it whatever its version: that history of the centre is over."""
        if not self._is_signed(signature, body, now_s):
            return 403, b"{}"
        try:
            told = msgspec.json.decode(body, type=w.CaseTold)
        except UNREADABLE:
            return 400, b"{}"
        self._heard(told.epoch)
        self._db.execute(
            "INSERT INTO told (case_id, epoch, version, body) VALUES (?,?,?,?) ON CONFLICT (case_id) DO UPDATE SET"
            " epoch = excluded.epoch, version = excluded.version, body = excluded.body"
            " WHERE epoch <> excluded.epoch OR version < excluded.version",
            (told.case_id, told.epoch, told.version, body),
        )
        return 200, msgspec.json.encode(w.Taken(taken=told.id))

    def case(self, case_id: str) -> w.CaseTold | None:
        """A case as it was last told, or ``None``."""
        row = self._db.execute("SELECT body FROM told WHERE case_id = ?", (case_id,)).fetchone()
        return msgspec.json.decode(row[0], type=w.CaseTold) if row else None

    def decide(self, decision: w.Decision, now_ms: int) -> None:
        """Keep a decision, to be sent. The ``id`` is for ever: another one under the same changes nothing."""
        self._db.execute(
            "INSERT INTO decision (id, body, decided_ms) VALUES (?,?,?) ON CONFLICT (id) DO NOTHING",
            (decision.id, msgspec.json.encode(decision), now_ms),
        )

    def due(self, now_ms: int) -> list[w.Decision]:
        """What is to be sent now: what was never answered, and of the last days what was answered under another epoch
        than the centre has now."""
        rows = self._db.execute(
            "SELECT body FROM decision WHERE answered = ''"
            " OR (epoch <> (SELECT epoch FROM centre) AND decided_ms > ?) ORDER BY decided_ms, id",
            (now_ms - w.AGAIN_DAYS * _DAY_MS,),
        )
        return [msgspec.json.decode(row[0], type=w.Decision) for row in rows]

    def answered(self, decision: w.Decision, status: int, body: bytes) -> None:
        """Keep what the centre answered to a decision. 404 is no answer for ever: a centre that was put back gets the
        case from its windows, so the decision stays due, as after every answer that is none."""
        if status == 200:
            try:
                reply = msgspec.json.decode(body, type=w.DecisionReply)
            except UNREADABLE:
                return
            self._heard(reply.epoch)
            self._settle(decision, str(reply.status))
        elif status in _FOR_A_PERSON:
            self._settle(decision, "refused")

    def _settle(self, decision: w.Decision, answer: str) -> None:
        self._db.execute(
            "UPDATE decision SET answered = ?, epoch = coalesce((SELECT epoch FROM centre), '') WHERE id = ?",
            (answer, decision.id),
        )

    def _heard(self, epoch: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO centre (one, epoch) VALUES (1, ?)", (epoch,))

    def _is_signed(self, signature: str, body: bytes, now_s: int) -> bool:
        found = _SIGNED.fullmatch(signature)
        if found is None or abs(now_s - int(found[1])) > _LATE_S:
            return False
        return hmac.compare_digest(signature, w.sign_told(self._secret, body, int(found[1])))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
