"""Papers that this workstation issued under an earlier code: printed again from the archived journal they stand in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from clerk_tui.store.connection import open_reader, translated

OLD_PAPERS: Final = (
    """CREATE TABLE old_paper (
        paper_id TEXT PRIMARY KEY, case_id TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
        number TEXT NOT NULL, day TEXT NOT NULL, copies INTEGER NOT NULL, reprints INTEGER NOT NULL,
        archive TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX old_paper_number ON old_paper (number)",
)
_COLUMNS: Final = "paper_id, case_id, seq, kind, number, day, copies, reprints"


def take_over(db: sqlite3.Connection, older: sqlite3.Connection, archive: Path) -> None:
    """Let the new journal know the papers of an archived one, the words they were issued with and what came out of a
    printer, in the caller's transaction."""
    rows = older.execute(f"SELECT {_COLUMNS} FROM paper").fetchall()  # noqa: S608 - constants
    found = [(*row, str(archive)) for row in rows]
    with suppress(sqlite3.OperationalError):  # Of an earlier version there are none.
        found += older.execute(f"SELECT {_COLUMNS}, archive FROM old_paper").fetchall()  # noqa: S608
    db.executemany("INSERT OR IGNORE INTO old_paper VALUES (?,?,?,?,?,?,?,?,?)", found)
    with suppress(sqlite3.OperationalError):
        texts = older.execute("SELECT digest, body FROM paper_text").fetchall()
        db.executemany("INSERT OR IGNORE INTO paper_text (digest, body) VALUES (?,?)", texts)
        prints = older.execute(
            "SELECT paper_id, nth, state, target, path, pages, error, updated_ms, digest FROM print_job"
            " WHERE state = 'printed'"
        ).fetchall()
        db.executemany(
            "INSERT OR IGNORE INTO print_job (paper_id, nth, state, target, path, pages, error, updated_ms, digest)"
            " VALUES (?,?,?,?,?,?,?,?,?)",
            prints,
        )


def reprinted(db: sqlite3.Connection, paper_id: str, nth: int) -> None:
    """Keep how often one was printed again, in the caller's transaction; of this journal's own the facts say it."""
    db.execute("UPDATE old_paper SET reprints = max(reprints, ?) WHERE paper_id = ?", (nth, paper_id))


@contextmanager
def journal_of(db: sqlite3.Connection, path: Path, paper_id: str) -> Iterator[sqlite3.Connection]:
    """The journal that a paper's fact stands in: ``db``, at ``path``, or an archived one.

    Raises:
        StoreError: it cannot be read.
    """
    with translated(path):
        row = db.execute("SELECT archive FROM old_paper WHERE paper_id = ?", (paper_id,)).fetchone()
        if row is None:
            yield db
            return
    archive = Path(row[0])
    with translated(archive), closing(open_reader(archive)) as older:
        yield older
