"""``python -m tests.clerk_tui.terminal.narrow FLAG``: the counter on a database that may not grow while FLAG exists.

SQLite then answers SQLITE_FULL as it does on a full disk.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clerk_tui.app import make_app
from clerk_tui.config import load_config
from clerk_tui.store.connection import Database


def main() -> None:
    """Run the counter."""
    flag = Path(sys.argv[1])
    write = Database.write

    @contextmanager
    def narrow(self: Database, after: Callable[[], None] | None = None) -> Iterator[sqlite3.Connection]:
        pages = self.writer.execute("PRAGMA page_count").fetchone()[0] if flag.exists() else 1 << 30
        self.writer.execute(f"PRAGMA max_page_count = {pages}")
        with write(self, after) as connection:
            yield connection

    Database.write = narrow  # type: ignore[method-assign]
    make_app(load_config()).run(mouse=False)


if __name__ == "__main__":
    main()
