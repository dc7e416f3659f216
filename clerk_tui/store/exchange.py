"""What the sync needs of the store: the unsent tail of the journal, and keeping what the centre answered.

The outbox is the part of the journal after ``acked_through``. An acknowledgement is believed only if it names a hash
that stands at that number in our own journal (sync.md §4).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from clerk_tui.store import attachments, elsewhere, queries, shared
from clerk_tui.store.archives import Archive, archives
from clerk_tui.store.attachments import Attachment
from clerk_tui.store.connection import Database, open_reader, translated
from clerk_tui.store.device import Device, read_device
from clerk_tui.store.former import Former, former_lists, keep_former
from clerk_tui.store.projections import SEALED, read_sealed
from hall import wire
from hall.chain import Sealed
from hall.errors import BadInput, StoreError
from hall.replica_envelope import key_id
from hall.wire_remember import NO_SECRET

MOST_FACT_BYTES = 512 << 10
"""Largest fact that is written: base64 and JSON make it a third larger, and the centre takes 1 MiB."""
LOG_KEPT = 500
LASTING = ("fork", "revoked", "forbidden", "token", "update_needed")
"""What waiting does not end: a person has to see to it."""
LOG_CHARS = 400
"""Lines of the sync log that are kept, and characters of each."""


def require_sendable(sealed: Sealed) -> None:
    """That a fact fits into a request of its own: one that does not would hold up every later one of the device.

    Raises:
        BadInput: ``too_long``.
    """
    size = len(sealed.header) + len(sealed.public) + len(sealed.personal)
    if size > MOST_FACT_BYTES:
        raise BadInput(
            "too_long",
            f"这次要记录的内容有{size // 1024}KB，最多{MOST_FACT_BYTES // 1024}KB",
            hint="删短填写的内容后再确认；什么都没有保存",
        )


def as_wire(sealed: Sealed) -> wire.WireFact:
    """A fact as it is sent."""
    return wire.WireFact(
        header=sealed.header,
        public=sealed.public,
        hash=sealed.hash,
        personal_hash=sealed.personal_hash,
        personal=sealed.personal,
        salt=sealed.salt,
    )


class Outbox:
    """A read-only view of the journal for whoever sends it; for one thread, of this or another process.

    Raises:
        StoreError: there is no database here yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with translated(path):
            self._db = open_reader(path)

    def device(self) -> Device:
        """The device that writes this journal and how far the centre has it."""
        with translated(self.path):
            device = read_device(self._db, self.path)
        if device is None:
            raise StoreError(
                "no_device", f"数据库还没有设备（{self.path}）", field="store.path", hint="先启动一次窗口程序"
            )
        return device

    def trouble(self) -> str:
        """How the last conversation ended, whichever process held it (``last_trouble``)."""
        with translated(self.path):
            return last_trouble(self._db)

    def head(self) -> wire.Head:
        """The last fact of the journal; number 0 and the genesis while there is none."""
        with translated(self.path):
            row = self._db.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        return wire.Head(seq=row[0], hash=row[1]) if row else wire.Head(seq=0, hash=self.device().genesis)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of the fact with this number, the genesis for 0, ``None`` past the end."""
        if seq == 0:
            return self.device().genesis
        with translated(self.path):
            row = self._db.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()
        return row[0] if row else None

    def unsent(self, after: int, limit: int, max_bytes: int) -> list[wire.WireFact]:
        """Facts after number ``after``, in order: at most ``limit``, and at most ``max_bytes`` beyond the first."""
        with translated(self.path):
            rows = self._db.execute(
                f"SELECT {SEALED} FROM event WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - a constant
                (after, limit),
            ).fetchall()
        facts: list[wire.WireFact] = []
        size = 0
        for row in rows:
            sealed = read_sealed(row)
            size += len(sealed.header) + len(sealed.public) + len(sealed.personal) + 128
            if facts and size > max_bytes:
                break
            facts.append(as_wire(sealed))
        return facts

    def queue(self, acked: int) -> wire.Queue:
        """How much is unsent after number ``acked``, and when the oldest of it was written."""
        with translated(self.path):
            row = self._db.execute(
                "SELECT (SELECT max(seq) FROM event), at_ms FROM event WHERE seq = ?", (acked + 1,)
            ).fetchone()
        return wire.Queue(pending=row[0] - acked, oldest_ms=row[1]) if row else wire.Queue()

    def pending(self) -> int:
        """How many facts are to be sent, also of archived journals."""
        with translated(self.path):
            return queries.tail(self._db).pending

    def withheld(self) -> list[int]:
        """The facts of which the centre has the outline only."""
        with translated(self.path):
            found = self._db.execute("SELECT seq FROM dead_letter WHERE reported_ms > 0 ORDER BY seq LIMIT 200")
            return [row[0] for row in found]

    def case_of(self, seq: int) -> frozenset[int]:
        """The numbers of all facts of a fact's case, its own among them; its own alone if it is of none."""
        with translated(self.path):
            found = self._db.execute(
                "SELECT seq FROM event WHERE subject <> '' AND subject = (SELECT subject FROM event WHERE seq = ?)",
                (seq,),
            )
            return frozenset({seq, *(row[0] for row in found)})

    def attachments(self, now_ms: int) -> list[Attachment]:
        """Attachments that the centre does not have whole and that are to be tried now."""
        with translated(self.path):
            return attachments.unsent(self._db, now_ms)

    def scans(self) -> int:
        """How many attachments the centre does not have whole."""
        with translated(self.path):
            return attachments.waiting(self._db).count

    def former_lists(self) -> list[Former]:
        """The centre's lists of epochs that are over, to be handed back."""
        with translated(self.path):
            return former_lists(self._db)

    def archives(self) -> list[Archive]:
        """The archived journals of this workstation, the oldest first."""
        with translated(self.path):
            return archives(self._db)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def keep_receipt(
    database: Database,
    receipt: wire.Receipt,
    results: Sequence[wire.PushResult],
    now_ms: int,
    withheld: Sequence[int] = (),
) -> None:
    """Keep a checked receipt and what became of each fact, in one transaction. Repetitions change nothing.

    Of the facts ``withheld`` the centre has the outline only: they stay dead letters.
    """
    through = wire.told_through(receipt, results)
    with database.write() as db:
        db.executemany(
            "INSERT INTO event_status (seq, state, server_seq, reason, updated_ms) VALUES (?,?,?,?,?)"
            " ON CONFLICT (seq) DO UPDATE SET state = excluded.state, server_seq = excluded.server_seq,"
            " reason = excluded.reason, updated_ms = excluded.updated_ms",
            [(r.seq, r.status.value, r.server_seq, r.reason, now_ms) for r in results],
        )
        outlined = set(withheld)
        db.executemany("DELETE FROM dead_letter WHERE seq = ?", [(r.seq,) for r in results if r.seq not in outlined])
        db.executemany(
            "INSERT INTO dead_letter (seq, reason, reported_ms) VALUES (?,?,?) ON CONFLICT (seq) DO UPDATE SET"
            " reason = excluded.reason, reported_ms = excluded.reported_ms",
            [(r.seq, r.reason, now_ms) for r in results if r.seq in outlined],
        )
        db.execute(
            "INSERT OR IGNORE INTO receipt (through_seq, hash, server_time_ms, server_epoch, signature)"
            " VALUES (?,?,?,?,?)",
            (receipt.acked_through, receipt.acked_hash, receipt.server_time_ms, receipt.epoch, receipt.signature),
        )
        db.execute(
            """UPDATE device SET acked_through = :through, server_epoch = :epoch, last_contact_ms = :now,
                acked_hash = coalesce((SELECT hash FROM event WHERE seq = :through), :hash)
            WHERE acked_through <= :through""",
            {"through": through, "epoch": receipt.epoch, "now": now_ms, "hash": receipt.acked_hash},
        )


def rewind(database: Database, through: int, epoch: str, now_ms: int) -> None:
    """The centre has less than we thought (a restore): send again from ``through`` + 1 and read its feed anew.

    Of archived journals it may have less too: what is not sealed is sent once more from its beginning. So of scans:
    the centre is asked for each, and gets what it lacks.
    """
    with database.write() as db:
        _doubt_archives(db, epoch)
        attachments.doubt(db)
        db.execute("UPDATE dead_letter SET reported_ms = 0 WHERE seq > ?", (through,))
        db.execute(
            """UPDATE device SET acked_through = min(acked_through, :through), server_epoch = :epoch, pull_cursor = '',
                acked_hash = coalesce((SELECT hash FROM event WHERE seq = min(acked_through, :through)), x''),
                last_contact_ms = :now""",
            {"through": through, "epoch": epoch, "now": now_ms},
        )
        _log(db, now_ms, "rewind", f"epoch {epoch} through {through}")


def keep_changes(
    database: Database,
    changes: Sequence[wire.Change],
    next_cursor: str,
    now_ms: int,
    *,
    anew: bool = False,
    complete: bool = True,
) -> None:
    """Keep a page of the feed and the cursor behind it in one transaction: the cursor is never ahead of the rows.

    ``anew``: the feed is read from its beginning; what it said before (of a centre that was restored) goes once it has
    been read to its end (``complete``).
    """
    with database.write() as db:
        if anew:
            shared.begin_anew(db)
        shared.keep(db, changes, now_ms)
        elsewhere.note(db, changes, now_ms)
        if complete:
            shared.end_anew(db)
        db.execute("UPDATE device SET pull_cursor = ?, last_contact_ms = ?", (next_cursor, now_ms))


def keep_keys(database: Database, reply: wire.KeysReply, now_ms: int) -> None:
    """Keep whose codes on papers to believe, and the hall's secret. One that answers a question of now
    (``hall.wire.asked_now``) is the newest whatever the centre's clock says; of others an older one than the one kept
    changes nothing."""
    with database.write() as db:
        kept = db.execute("SELECT told_ms, body FROM hall_secret").fetchone()
        if kept is not None and not reply.nonce and kept[0] > reply.server_time_ms:
            return
        if kept is not None:
            keep_former(db, "keys", kept[1], reply.device, reply.epoch, now_ms)
        db.execute("DELETE FROM known_key")
        db.executemany(
            "INSERT OR REPLACE INTO known_key (kid, public_key, device, revoked) VALUES (?,?,?,?)",
            [(key_id(known.public_key), known.public_key, known.device, known.revoked) for known in reply.keys],
        )
        db.execute(
            "INSERT OR REPLACE INTO hall_secret (one, secret, told_ms, body) VALUES (1,?,?,?)",
            (reply.secret, reply.server_time_ms, msgspec.json.encode(replace(reply, secret=NO_SECRET))),
        )
        db.execute("UPDATE device SET last_contact_ms = ?", (now_ms,))
        if reply.sealing_key:
            db.execute("UPDATE device SET sealing_key = ?", (reply.sealing_key,))


def keep_dead(database: Database, seq: int, reason: str) -> None:
    """Keep that the centre would not take a fact even alone, nor its outline; it stays unsent."""
    with database.write() as db:
        db.execute(
            "INSERT INTO dead_letter (seq, reason) VALUES (?,?) ON CONFLICT (seq) DO UPDATE SET"
            " reason = excluded.reason",
            (seq, reason),
        )


def keep_read_again(
    database: Database, results: Sequence[wire.PushResult], now_ms: int, *, brought: int | None = None
) -> None:
    """Keep what became of facts that the centre had set aside, now that it read them again; of no others. It has the
    contents of the one that was ``brought``."""
    with database.write() as db:
        db.executemany(
            "UPDATE event_status SET state = ?, server_seq = ?, reason = ?, updated_ms = ?"
            " WHERE seq = ? AND state = 'quarantined'",
            [(each.status.value, each.server_seq, each.reason, now_ms, each.seq) for each in results],
        )
        db.execute("DELETE FROM dead_letter WHERE seq = ?", (brought,))


def keep_sealed(database: Database, path: str, first: int, last: int, why: str, now_ms: int) -> None:
    """Keep that facts went into a sealed file. Those of a revoked device do not go any other way any more."""
    with database.write() as db:
        _log(db, now_ms, "sealed", f"{why} {first}-{last} {path}")
        if why == "revoked":
            db.executemany(
                "INSERT OR IGNORE INTO event_status (seq, state, server_seq, reason, updated_ms)"
                " VALUES (?, 'sealed', 0, '', ?)",
                [(seq, now_ms) for seq in range(first, last + 1)],
            )


def keep_uploaded(database: Database, digest: str, through: int, aside: str, now_ms: int) -> None:
    """Keep how much of an attachment the centre has, or why it is set aside."""
    with database.write() as db:
        if aside:
            attachments.set_aside(db, digest, aside, now_ms)
        else:
            attachments.sent(db, digest, through)


def keep_contact(database: Database, now_ms: int) -> None:
    """Keep when the centre last answered."""
    with database.write() as db:
        db.execute("UPDATE device SET last_contact_ms = ?", (now_ms,))


def keep_trouble(database: Database, kind: str, detail: str, now_ms: int) -> None:
    """Write a line into the sync log; the oldest lines go."""
    with database.write() as db:
        _log(db, now_ms, kind, detail)


def last_trouble(db: sqlite3.Connection) -> str:
    """How the last conversation with the centre ended, empty where it went well or none is known of. What waiting does
    not end (``LASTING``) stands until one goes well, whatever is in the way of the next ones."""
    since = "id > (SELECT coalesce(max(id), 0) FROM sync_log WHERE kind = 'well')"
    row = db.execute(
        f"SELECT kind FROM sync_log WHERE {since} AND kind NOT IN ('sealed', 'rewind')"  # noqa: S608 -- our own words
        f" ORDER BY kind IN {LASTING} DESC, id DESC LIMIT 1"
    ).fetchone()
    return "" if row is None else str(row[0])


def keep_well(database: Database, now_ms: int) -> None:
    """Write into the sync log that the trouble before is over, where there was any."""
    with database.write() as db:
        if last_trouble(db):
            _log(db, now_ms, "well", "")


def pin_centre(database: Database, server_key: bytes, epoch: str, sealing_key: bytes = b"") -> None:
    """Keep the centre's public key: from now on only receipts signed by it count; and the key to seal for.

    Where another history of the centre has acknowledged facts, its epoch stays, so that the two sides compare: this one
    may lack some of them.
    """
    with database.write() as db:
        _doubt_archives(db, epoch)
        if db.execute("SELECT server_epoch FROM device").fetchone() != (epoch,):
            attachments.doubt(db)
        db.execute(
            "UPDATE device SET server_key = ?, sealing_key = ?,"
            " server_epoch = CASE WHEN acked_through > 0 AND server_epoch <> '' THEN server_epoch ELSE ? END",
            (server_key, sealing_key, epoch),
        )


def _doubt_archives(db: sqlite3.Connection, epoch: str) -> None:
    """What another history of the centre acknowledged of archived journals is sent once more."""
    db.execute(
        "UPDATE archive SET state = 'sending', acked_through = 0"
        " WHERE state <> 'sealed' AND head_seq > 0 AND :epoch <> (SELECT server_epoch FROM device)",
        {"epoch": epoch},
    )


def _log(db: sqlite3.Connection, now_ms: int, kind: str, detail: str) -> None:
    db.execute("INSERT INTO sync_log (at_ms, kind, detail) VALUES (?,?,?)", (now_ms, kind, detail[:LOG_CHARS]))
    db.execute(
        "DELETE FROM sync_log WHERE id <= (SELECT max(id) FROM sync_log) - ?"  # noqa: S608 -- our own words
        f" AND id NOT IN (SELECT max(id) FROM sync_log WHERE kind IN {LASTING} OR kind = 'well' GROUP BY kind)",
        (LOG_KEPT,),
    )
