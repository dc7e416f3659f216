"""What the tables beside the journal say that it once held: facts cut off its end leave no hole in the chain.

A cut is seen as long as one of them still tells; beyond doubt is only what the centre has confirmed (sync.md §3).
"""

from __future__ import annotations

import sqlite3
from typing import Final

from msgspec import Struct

from clerk_tui.store.projections import REFERENCE, bare
from hall.errors import BrokenChain, StoreError

REFERENCE_COUNTER: Final = "reference"
#: Whether a reference (OFFICE-DEV-NNNNN-C) was given by this incarnation.
_OWN: Final = "substr(reference, instr(reference, '-') + 1, length(:who) + 1) = :who || '-'"
# A case that came from another window can have its papers, with that window's numbers; of a case its own row tells.
_TRACES: Final = f"""SELECT
    (SELECT max(seq) FROM (SELECT max(last_seq) AS seq FROM case_view
        UNION ALL SELECT max(seq) FROM paper WHERE case_id NOT IN (SELECT case_id FROM case_view)
        UNION ALL SELECT max(seq) FROM event_status UNION ALL SELECT max(through_seq) FROM receipt)),
    (SELECT value FROM counter WHERE name = 'reference'),
    (SELECT max(CAST(substr(reference, instr(reference, '-') + length(:who) + 2) AS INTEGER))
        FROM case_view WHERE {_OWN})"""  # noqa: S608 - constants


class Traces(Struct, frozen=True):
    """The last fact that any table was made from, the last number given for a reference, the highest one in a case."""

    last: int
    given: int
    found: int

    def check(self, head: int) -> None:
        """Compare with the journal's last number, read after these.

        Raises:
            BrokenChain: ``missing_facts``; ``field`` is the number of the first one that is missing.
            StoreError: ``counter_behind``, a reference would be given twice.
        """
        if self.last > head:
            raise BrokenChain(
                "missing_facts",
                f"账本只到第{head}条，各表里有到第{self.last}条的",
                field=str(head + 1),
                hint="停止使用，文件留在原处，报告管理员用 clerk restore 从备份恢复",
            )
        if self.given > self.found:
            raise BrokenChain(
                "missing_facts",
                f"收件编号已发到{self.given}号，账本里只到{self.found}号",
                field=str(head + 1),
                hint="停止使用，文件留在原处，报告管理员用 clerk restore 从备份恢复",
            )
        if self.given < self.found:
            raise StoreError(
                "counter_behind",
                f"收件编号的计数是{self.given}，账本里已发到{self.found}号",
                field="store.path",
                hint="计数被改动过；打开窗口工作站时会跳过已发的编号，请报告管理员",
            )


def read_traces(connection: sqlite3.Connection, incarnation: str) -> Traces:
    """The traces as they are now, all of one moment. Reads every case: some 100 ms for 100,000."""
    last, given, found = connection.execute(_TRACES, {"who": incarnation}).fetchone()
    return Traces(last or 0, given or 0, found or 0)


def is_behind(connection: sqlite3.Connection, incarnation: str) -> bool:
    """Whether the counter of references was set back, told from a few rows, cheap enough for every opening."""
    newest = connection.execute(
        f"SELECT reference FROM case_view WHERE {_OWN} ORDER BY case_seq DESC LIMIT 1",  # noqa: S608 - a constant
        {"who": incarnation},
    ).fetchone()
    if newest is None:
        return False
    last = given(connection)
    office, _device, number, _check = newest[0].split("-")
    low, end = f"{office}{incarnation}{last + 1:05d}", f"{office}{incarnation}:"
    later = connection.execute(
        "SELECT 1 FROM case_find WHERE kind = ? AND key > ? AND key < ? AND length(key) > ? LIMIT 1",
        (REFERENCE, low, end, len(low)),
    ).fetchone()
    return int(number) > last or later is not None


def given(connection: sqlite3.Connection) -> int:
    """The last number that was given to a reference, 0 for none yet."""
    row = connection.execute("SELECT value FROM counter WHERE name = ?", (REFERENCE_COUNTER,)).fetchone()
    return int(row[0]) if row else 0


def set_forward(connection: sqlite3.Connection, incarnation: str, through: int = 0) -> None:
    """Set the counter to the highest number any case has, ``through`` at least, in the caller's transaction: numbers
    are skipped, never given twice."""
    connection.execute(
        """INSERT INTO counter (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)""",
        (REFERENCE_COUNTER, max(through, read_traces(connection, incarnation).found)),
    )


def is_given(connection: sqlite3.Connection, reference: str) -> bool:
    """Whether a case of the journal, own or taken over, has this reference."""
    found = connection.execute(
        "SELECT 1 FROM case_find WHERE kind = ? AND key = ? LIMIT 1", (REFERENCE, bare(reference))
    )
    return found.fetchone() is not None
