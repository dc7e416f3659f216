"""The rules of the protocol, each switched off at one place of the real code (sync.md, the first table)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from central import backup, decide, ingest
from central.refusal import Refused
from central.store import Db, devices, facts
from central.store.devices import DeviceRow
from central.store.sqlite import SqliteStore
from clerk_tui.store import attachments, connection, exchange
from clerk_tui.store import journal as journals
from clerk_tui.store.connection import Database
from clerk_tui.store.exchange import Outbox
from clerk_tui.sync import files, rereading
from clerk_tui.sync.client import Client
from clerk_tui.sync.messages import Acked, Trouble
from clerk_tui.sync.transport import Answer
from hall import wire
from hall.ids import uuid7
from tests.simulator import centre

Patch = pytest.MonkeyPatch
KEYS_LIVE_MS = 10 * 60_000
_NOBODY = bytes(32)


def _acknowledged_when(patch: Patch, believes: Callable[[Client, int, bytes], bool]) -> None:
    """All facts of a batch count as acknowledged where ``believes`` (status, body) says so."""
    real = Client._push

    def push(self: Client, batch: list[wire.WireFact]) -> Trouble | None:
        heard: list[Answer] = []
        ask = self._ask

        def listen(*args: Any, **named: Any) -> Answer | Trouble:
            answer = ask(*args, **named)
            if not isinstance(answer, Trouble):
                heard.append(answer)
            return answer

        first = self.acked + 1
        self._ask = listen  # type: ignore[method-assign]
        try:
            trouble = real(self, batch)
        finally:
            self._ask = ask  # type: ignore[method-assign]
        last = first + len(batch) - 1
        if heard and self.acked < last and believes(self, heard[-1].status, heard[-1].body):
            receipt = wire.Receipt(
                device="", incarnation="", epoch=self._epoch, acked_through=last, acked_hash=_NOBODY, server_time_ms=0
            )
            results = [
                wire.PushResult(seq=seq, status=wire.Status.APPLIED, server_seq=0) for seq in range(first, last + 1)
            ]
            self._keep(Acked(receipt=receipt, results=results))
            self.acked = last
            return None
        return trouble

    patch.setattr(Client, "_push", push)


def bare_200(patch: Patch) -> None:
    """A bare 200 is taken for an acknowledgement."""
    _acknowledged_when(patch, lambda client, status, body: status == 200)


def all_sent(patch: Patch) -> None:
    """All that was sent counts as stored, whatever the receipt says."""

    def is_receipt(client: Client, status: int, body: bytes) -> bool:
        try:
            return status == 200 and client._is_ours(msgspec.json.decode(body, type=wire.PushReply).receipt)
        except msgspec.MsgspecError:
            return False

    _acknowledged_when(patch, is_receipt)


def refusal_deletes(patch: Patch) -> None:
    """What the centre answers with a 4xx is not sent again."""
    _acknowledged_when(patch, lambda client, status, body: 400 <= status < 500)


def dedupe_expires(patch: Patch) -> None:
    """The centre knows for ten minutes what it has stored."""
    real = ingest._take

    async def take(db: Db, device: DeviceRow, request: wire.PushRequest, now_ms: int) -> Any:
        at = await devices.incarnation(db, device.office, request.incarnation)
        first = request.first_seq
        if at is not None and first < at.expected:
            row = await db.row(
                "SELECT max(received_ms) FROM event WHERE incarnation = $1 AND seq >= $2", at.code, first
            )
            before = await db.row("SELECT hash FROM event WHERE incarnation = $1 AND seq = $2", at.code, first - 1)
            if row is not None and row[0] is not None and now_ms - row[0] > KEYS_LIVE_MS and before is not None:
                await devices.advance(db, at, first, before[0])
        return await real(db, device, request, now_ms)

    file = centre.empty_centre()
    with centre.opened(file) as db:
        # The tables' own uniqueness is part of the rule.
        db.execute("CREATE TABLE loose AS SELECT * FROM event")
        db.execute("DROP TABLE event")
        db.execute("ALTER TABLE loose RENAME TO event")
        loose = centre.content_of(db)
    patch.setattr(centre, "empty_centre", lambda: loose)
    patch.setattr(ingest, "_take", take)


def id_per_retry(patch: Patch) -> None:
    """A fact gets its identity when it is sent, not when it is made."""
    real = Outbox.unsent
    attempts = [0]

    def unsent(self: Outbox, after: int, limit: int, max_bytes: int) -> list[wire.WireFact]:
        attempts[0] += 1
        made = []
        for place, fact in enumerate(real(self, after, limit, max_bytes)):
            header = msgspec.json.decode(fact.header)
            header["event_id"] = uuid7(attempts[0], place.to_bytes(10, "big"))
            made.append(msgspec.structs.replace(fact, header=msgspec.json.encode(header)))
        return made

    patch.setattr(Outbox, "unsent", unsent)


def no_epoch(patch: Patch) -> None:
    """A centre that was restored from a copy does not say so."""

    async def silent(db: Db) -> None:
        pass

    patch.setattr(backup, "renew_epoch", silent)


def bad_record_blocks(patch: Patch) -> None:
    """A fact that cannot be applied is refused with all that follows it."""
    real = decide._apply

    def apply(*args: Any) -> Any:
        status, reason, case = real(*args)
        if status is wire.Status.QUARANTINED:
            raise Refused(422, wire.Problem(code="bad_record", message=reason))
        return status, reason, case

    patch.setattr(decide, "_apply", apply)


def cursor_first(patch: Patch) -> None:
    """The feed's cursor is committed before its rows."""
    real = exchange.keep_changes

    def keep(database: Database, changes: Any, next_cursor: str, now_ms: int, **named: Any) -> None:
        with database.write() as db:
            db.execute("UPDATE device SET pull_cursor = ?", (next_cursor,))
        real(database, changes, next_cursor, now_ms, **named)

    patch.setattr(exchange, "keep_changes", keep)


def serial_ids(patch: Patch) -> None:
    """The feed's numbers are taken when a transaction begins, not when it commits: a slow one appears below others."""
    holes: dict[int, list[int]] = {}
    real = facts.next_numbers

    async def next_numbers(db: Any, office: str, count: int) -> int:
        kept = holes.setdefault(id(db._db), [])
        if len(kept) > count:
            first = kept.pop()
            kept.clear()
            return first
        first = await real(db, office, 2 * count)
        kept[:] = [first] * (count + 1)
        return first + count

    patch.setattr(facts, "next_numbers", next_numbers)


def no_guard(patch: Patch) -> None:
    """An older copy of the database is opened as if it were the newest."""
    patch.setattr(journals, "confront", lambda *args: None)


def normal_sync(patch: Patch) -> None:
    """A commit is not waited for until it is on the disk (synchronous=NORMAL)."""
    real = connection._settle

    def settle(db: Any, path: Any) -> None:
        real(db, path)
        db.execute("PRAGMA synchronous = NORMAL")

    patch.setattr(connection, "_settle", settle)


def normal_sync_at_the_centre(patch: Patch) -> None:
    """The centre signs receipts for what is not on its disk yet (synchronous=NORMAL)."""
    real = SqliteStore._open

    def opened(self: SqliteStore) -> None:
        real(self)
        self._db.execute("PRAGMA synchronous = NORMAL")

    patch.setattr(SqliteStore, "_open", opened)


def old_feed_stays(patch: Patch) -> None:
    """What a centre said before it was restored stays among the cases of the hall."""
    real = exchange.keep_changes
    patch.setattr(exchange, "keep_changes", lambda *args, **named: real(*args, **{**named, "anew": False}))


def refused_fact_blocks(patch: Patch) -> None:
    """A fact that the centre will not take even alone holds up all that follows it."""
    patch.setattr(Client, "_dead_letter", lambda self, fact, problem: Trouble(what="bad_request", detail=problem.code))


def contents_forgotten(patch: Patch) -> None:
    """What went in outline is never brought whole."""
    patch.setattr(Outbox, "withheld", lambda self: [])


def scans_stay_sent(patch: Patch) -> None:
    """What a centre had of scans before it was put back counts as sent for ever."""
    patch.setattr(attachments, "doubt", lambda db: None)


def anybody_has_scans(patch: Patch) -> None:
    """Whoever says that a scan is whole is believed."""
    patch.setattr(files, "is_whole", lambda *signed: True)


def anybody_has_contents(patch: Patch) -> None:
    """Whoever says that contents are there is believed."""
    patch.setattr(rereading.Question, "is_answered_by", lambda self, reply: True)


MUTANTS: tuple[Callable[[Patch], None], ...] = (
    bare_200, all_sent, dedupe_expires, id_per_retry, no_epoch, bad_record_blocks, refusal_deletes, cursor_first,
    serial_ids, no_guard, normal_sync, normal_sync_at_the_centre, old_feed_stays,
    refused_fact_blocks, contents_forgotten, scans_stay_sent, anybody_has_scans, anybody_has_contents,
)  # fmt: skip
