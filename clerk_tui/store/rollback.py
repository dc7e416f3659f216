"""The guard at start: a database that is older than its witness gives no number and takes no fact (sync.md §8)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from clerk_tui.store.connection import Database, translated
from clerk_tui.store.device import Device
from clerk_tui.store.traces import given, set_forward
from clerk_tui.store.witness import Mark, Witness
from hall.errors import StoreError

HINT: Final = (
    "不要再用这个账本收件，否则编号会重复。请管理员在中心领一个登记码，运行 clerk restore 重新登记："
    "原来的账本原样封存，没有上传的记录会继续上传或封存上交，办件从中心取回"
)


def confront(database: Database, device: Device, mark: Mark) -> None:
    """Compare the database with the mark, which was read before it was opened.

    Raises:
        StoreError: ``rolled_back``. Nothing was written.
    """
    with translated(database.path):
        compare(database, device, mark)
        behind = given(database.writer) < mark.counter
    if behind:
        with database.write() as connection:
            set_forward(connection, device.incarnation, mark.counter)


def attest(database: Database, device: Device, witness: Witness, mark: Mark | None) -> None:
    """Bring the witness up to the database, if its mark is not."""
    path = database.path
    with database.locked(), translated(path):
        row = database.writer.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        seq, digest = row or (0, device.genesis)
        number = given(database.writer)
        if mark is None or (seq, number) != (mark.seq, mark.counter):
            witness.write(device.device_id, device.incarnation, seq, digest, number)


def missing(path: Path, mark: Mark) -> StoreError:
    """The database is gone, and the witness knows that it had begun."""
    return StoreError(
        "rolled_back",
        f"账本文件不见了（{path}）：设备 {mark.incarnation} 曾写到第{mark.seq}条，收件编号到{mark.counter}号",
        field="store.path",
        hint=HINT,
    )


def compare(database: Database, device: Device, mark: Mark) -> None:
    """That the database is not older than the mark, which was read before it.

    Raises:
        StoreError: ``rolled_back``.
    """
    if (mark.device_id, mark.incarnation) != (device.device_id, device.incarnation):
        raise _rolled_back(database.path, f"见证文件记的是设备 {mark.incarnation} 的另一个账本，已写到第{mark.seq}条")
    row = database.writer.execute("SELECT hash FROM event WHERE seq = ?", (mark.seq,)).fetchone()
    found = device.genesis if mark.seq == 0 else row[0] if row else None
    if found is None:
        last = database.writer.execute("SELECT max(seq) FROM event").fetchone()[0] or 0
        raise _rolled_back(database.path, f"账本只到第{last}条，曾经写到第{mark.seq}条")
    if found != mark.hash:
        raise _rolled_back(database.path, f"账本的第{mark.seq}条不是当时写下的那一条")


def _rolled_back(path: Path, what: str) -> StoreError:
    return StoreError("rolled_back", f"账本被换回了旧的一份（{path}）：{what}", field="store.path", hint=HINT)
