"""R12: one byte of a journal row is another: noticed each time, by the program and by somebody who shares no code with
it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from clerk_tui.services import intake, supplement
from clerk_tui.services.workspace import Workspace
from hall.errors import BrokenChain, StoreError
from tests.clerk_tui.walkins import MISSING, PRESENT, restaurant
from tests.journals import Unprotected
from tests.reliability import verifier
from tests.reliability.figures import record

NUMBERS, TEXTS = ("seq", "at_ms"), ("event_id", "type", "subject")
BYTES = ("header", "public", "personal", "salt", "personal_hash", "prev_hash", "hash")


def serve(ws: Workspace) -> None:
    first = intake.submit(ws, restaurant(ws, layout=MISSING))
    back = supplement.open_supplement(ws, first.reference)
    back.ticks = {"layout": PRESENT}
    supplement.submit(ws, back)
    intake.submit(ws, restaurant(ws))


def flip(db: Unprotected, rng: Random) -> tuple[str, str, object, int]:
    """Change one byte of one value of one fact; how to undo it."""
    while True:
        seq = rng.choice(db.execute("SELECT seq FROM event"))[0]
        column = rng.choice((*NUMBERS, *TEXTS, *BYTES))
        value = db.execute(f"SELECT {column} FROM event WHERE seq = ?", (seq,))[0][0]
        if value in (b"", ""):
            continue
        where, changed = seq, value
        if isinstance(value, int):
            changed = value ^ 1 << rng.randrange(8 * max(1, (value.bit_length() + 7) // 8))
            taken = db.execute("SELECT 1 FROM event WHERE seq = ?", (changed,))
            if column == "seq" and (taken or changed == 0):
                continue
            where = changed if column == "seq" else seq
        else:
            data = bytearray(value.encode() if isinstance(value, str) else value)
            data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
            # SQLite keeps the bytes of a text as they are, valid or not.
            changed = bytes(data)
        keep = f"CAST(? AS {'TEXT' if column in TEXTS else 'BLOB'})" if not isinstance(value, int) else "?"
        db.execute(f"UPDATE event SET {column} = {keep} WHERE seq = ?", (changed, seq))
        return column, keep, value, where


def unnoticed(ws: Workspace, times: int, seed: int) -> list[str]:
    """Flip a byte so often, one at a time: what somebody did not notice."""
    serve(ws)
    rng, missed = Random(seed), []
    with closing(Unprotected(ws.journal.path)) as db, closing(sqlite3.connect(ws.journal.path)) as auditor:
        facts = verifier.check(auditor)
        assert facts == ws.journal.verify().facts
        for _ in range(times):
            column, keep, value, where = flip(db, rng)
            try:
                ws.journal.verify()
                missed.append(f"the program: {column}")
            except (BrokenChain, StoreError):
                pass
            try:
                verifier.check(auditor)
                missed.append(f"the auditor: {column}")
            except (ValueError, KeyError, TypeError):
                pass
            undo = value.encode() if isinstance(value, str) else value
            seq = f"UPDATE event SET {column} = {keep} WHERE seq = ?"
            db.execute(seq, (undo, where))
        assert verifier.check(auditor) == ws.journal.verify().facts == facts
    return missed


def test_a_flipped_byte_is_noticed_by_two_who_share_no_code(ws: Workspace) -> None:
    assert unnoticed(ws, 400, 1) == []


def test_the_auditor_shares_no_code_with_the_program() -> None:
    text = Path(verifier.__file__).read_text("utf-8")
    assert not [line for line in text.splitlines() if line.startswith(("from hall", "from clerk", "import hall"))]


@pytest.mark.soak
def test_ten_thousand_flipped_bytes_are_noticed(ws: Workspace) -> None:
    missed = unnoticed(ws, 10_000, 2)
    record("R12", "bytes flipped in journal rows, two verifiers", flips=10_000, not_noticed=len(missed))
    assert missed == []
