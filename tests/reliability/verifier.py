"""An auditor's check of a journal, from the description of the chain alone (sync.md §3).

It shares no code with the program: SQLite, SHA-256 and JSON, so that an error in the program's own check does not hide
itself. ``python -m tests.reliability.verifier FILE`` says how many facts hold, or the first that does not.

    body_hash = SHA256(SHA256(public) || SHA256(salt || personal))
    hash      = SHA256(0x00 || "evt1" || len(header) as 4 bytes || header || body_hash || hash before)
    first     = SHA256("enrol" || device id || incarnation || public key)
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys


def sha(*parts: bytes) -> bytes:
    """SHA-256 over the parts in a row."""
    return hashlib.sha256(b"".join(parts)).digest()


def check(connection: sqlite3.Connection) -> int:
    """How many facts the journal has, each of them as it was sealed.

    Raises:
        ValueError: the number of the first fact that is not, and why.
    """
    connection.text_factory = bytes
    device, incarnation, key, acked, acked_hash = connection.execute(
        "SELECT device_id, incarnation, public_key, acked_through, acked_hash FROM device"
    ).fetchone()
    previous = sha(b"enrol", device, incarnation, key)
    number = 0
    for row in connection.execute(
        "SELECT seq, event_id, type, subject, at_ms, header, public, personal, salt, personal_hash, prev_hash, hash"
        " FROM event ORDER BY seq"
    ):
        number += 1
        seq, event_id, kind, subject, at_ms, header, public, personal, salt, personal_hash, before, own = row
        if seq != number:
            raise ValueError(f"{number}: missing")
        if (personal or salt) and sha(salt, personal) != personal_hash:
            raise ValueError(f"{number}: the personal part is another")
        body = sha(sha(public), personal_hash)
        if before != previous or own != sha(b"\0evt1", len(header).to_bytes(4, "big"), header, body, previous):
            raise ValueError(f"{number}: it does not continue the chain")
        told = json.loads(header)
        beside = (seq, event_id.decode(), kind.decode(), subject.decode(), at_ms, device.decode(), incarnation.decode())
        named = ("seq", "event_id", "type", "subject", "at_ms", "device", "incarnation")
        if beside != tuple(told.get(name, "") for name in named):
            raise ValueError(f"{number}: the columns say otherwise than the sealed header")
        if json.loads(public)["type"] != told["type"]:
            raise ValueError(f"{number}: header and body are of two kinds")
        if seq == acked and own != acked_hash:
            raise ValueError(f"{number}: the centre holds another one")
        previous = own
    if number < acked:
        raise ValueError(f"{number + 1}: missing, the centre has facts up to {acked}")
    return number


def main() -> int:
    """Check the file that is named."""
    connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    try:
        print(f"{check(connection)} facts, each as it was sealed")
    except ValueError as error:
        print(error)
        return 1
    finally:
        connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
