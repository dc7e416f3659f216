"""The texts that papers were issued with, whole, each once under its digest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping


def keep(connection: sqlite3.Connection, texts: Mapping[str, bytes]) -> None:
    """Keep texts, within a write transaction; what is there already stays."""
    connection.executemany("INSERT OR IGNORE INTO paper_text (digest, body) VALUES (?, ?)", texts.items())


def kept(connection: sqlite3.Connection, digests: Iterable[str]) -> dict[str, bytes]:
    """Those of the texts that are here."""
    found: dict[str, bytes] = {}
    for digest in digests:
        row = connection.execute("SELECT body FROM paper_text WHERE digest = ?", (digest,)).fetchone()
        if row:
            found[digest] = bytes(row[0])
    return found


def digest_of_print(connection: sqlite3.Connection, paper_id: str, nth: int) -> tuple[str, str]:
    """SHA-256 (hex) of the PDF that was sent to a printer and which target that was; both empty where none was."""
    row = connection.execute(
        "SELECT digest, target FROM print_job WHERE paper_id = ? AND nth = ?", (paper_id, nth)
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else ("", "")
