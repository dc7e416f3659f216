"""Checking a chain: every byte of every fact against its hashes, its end against what the centre confirmed."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from typing import Final

from msgspec import Struct

from clerk_tui.store.device import Device
from clerk_tui.store.projections import SEALED, read_sealed
from hall.chain import check_link, open_header, open_sealed
from hall.errors import BrokenChain

_NOBODY: Final = sha256(b"").digest()
"""The personal hash of a fact that never named anybody; any other one without a personal part was erased."""
DAMAGED: Final = (
    "停止使用这个账本，不要改它也不要覆盖它，报告负责人；"
    "有备份的运行 clerk restore 换上备份，原来的账本原样搬进 archive 文件夹"
)
"""What to do about a journal with a record that is not what was sealed (docs/operations.md)."""


class Head(Struct, frozen=True):
    """The last fact: its number (0: none yet) and hash."""

    seq: int
    hash: bytes


class Verified(Struct, frozen=True, kw_only=True):
    """What ``Journal.verify`` has read: how many facts, the head, how many had their personal part erased."""

    facts: int
    head: Head
    erased: int = 0


def verify_own(connection: sqlite3.Connection, device: Device) -> Verified:
    """Check every fact of the journal that is worked with.

    Raises:
        BrokenChain: ``field`` is the number of the first fact that does not fit, ``hint`` what to do about it.
    """
    try:
        return verify_chain(connection, device, first_seq=1)
    except BrokenChain as error:
        raise BrokenChain(error.code, error.message, field=error.field, hint=error.hint or DAMAGED) from error


def verify_chain(connection: sqlite3.Connection, device: Device, *, first_seq: int) -> Verified:
    """Check the facts from ``first_seq`` on: chain, and the columns beside the sealed bytes."""
    previous, seq, erased = device.genesis, first_seq - 1, 0
    if first_seq > 1:
        row = connection.execute("SELECT hash FROM event WHERE seq = ?", (first_seq - 1,)).fetchone()
        previous = row[0] if row else b""
    rows = connection.execute(
        f"""SELECT {SEALED}, seq, CAST(event_id AS BLOB), CAST(type AS BLOB), CAST(subject AS BLOB), at_ms, prev_hash
        FROM event WHERE seq >= ? ORDER BY seq""",  # noqa: S608 - a constant
        (first_seq,),
    )
    for seq, row in enumerate(rows, first_seq):
        sealed = read_sealed(row)
        try:
            check_link(sealed, previous, seq)
            header = open_header(sealed.header)
        except BrokenChain as error:
            raise BrokenChain(error.code, error.message, field=str(seq)) from error
        words = (header.event_id.encode(), header.type.encode(), header.subject.encode())
        beside = (header.seq, *words, header.at_ms, previous)
        if row[6:] != beside or (header.device, header.incarnation) != (device.device_id, device.incarnation):
            raise BrokenChain("changed_fact", f"第{seq}条记录旁边的列与封存的内容不同", field=str(seq))
        open_sealed(sealed)  # its header was read: what fails now names the fact itself
        erased += not sealed.personal and sealed.personal_hash != _NOBODY
        previous = sealed.hash
        if seq == device.acked_through and previous != device.acked_hash:
            raise BrokenChain("acked_otherwise", f"第{seq}条记录与中心确认的不同", field=str(seq))
    if seq < device.acked_through:
        raise BrokenChain(
            "behind_centre", f"中心已确认到第{device.acked_through}条，本机只到第{seq}条", field=str(seq + 1)
        )
    return Verified(facts=seq - first_seq + 1, head=Head(seq, previous), erased=erased)
