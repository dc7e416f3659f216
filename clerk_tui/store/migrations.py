"""The tables, made and changed by numbered migrations; each commits together with its record.

Facts are stored once and never migrated: only the tables around them are. ``PRAGMA user_version`` is the number of the
last migration, so that an up-to-date database opens without sqlite-utils being imported.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from clerk_tui import faults
from clerk_tui.store import shifts
from clerk_tui.store.bookings import make_table as _bookings
from clerk_tui.store.old_papers import OLD_PAPERS
from clerk_tui.store.running import Runs
from clerk_tui.store.tickets import make_tables as _tickets
from clerk_tui.store.travelling import ARCHIVE_WITHHELD, ASIDE, TRAVELLING

_FIRST: Final = (
    """CREATE TABLE device (
        one INTEGER PRIMARY KEY CHECK (one = 1), device_id TEXT NOT NULL, code TEXT NOT NULL,
        incarnation TEXT NOT NULL, public_key BLOB NOT NULL, row_hash BLOB NOT NULL,
        server_epoch TEXT NOT NULL DEFAULT '', server_key BLOB NOT NULL DEFAULT x'',
        acked_through INTEGER NOT NULL DEFAULT 0, acked_hash BLOB NOT NULL DEFAULT x'',
        pull_cursor TEXT NOT NULL DEFAULT '', last_contact_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, subject TEXT NOT NULL,
        at_ms INTEGER NOT NULL, header BLOB NOT NULL, public BLOB NOT NULL, personal BLOB NOT NULL, salt BLOB NOT NULL,
        personal_hash BLOB NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX event_subject ON event (subject, seq)",
    """CREATE TRIGGER event_stays BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'facts are never deleted'); END""",
    # Erasing is the one change that the law asks for (PIPL art. 47); the hashes go on proving the rest.
    """CREATE TRIGGER event_unchanged BEFORE UPDATE ON event WHEN NOT (
            NEW.salt = x'' AND NEW.personal = x'' AND NEW.seq IS OLD.seq AND NEW.event_id IS OLD.event_id
            AND NEW.type IS OLD.type AND NEW.subject IS OLD.subject AND NEW.at_ms IS OLD.at_ms
            AND NEW.header IS OLD.header AND NEW.public IS OLD.public AND NEW.personal_hash IS OLD.personal_hash
            AND NEW.prev_hash IS OLD.prev_hash AND NEW.hash IS OLD.hash)
        BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END""",
    """CREATE TABLE event_status (
        seq INTEGER PRIMARY KEY REFERENCES event (seq), server_seq INTEGER NOT NULL, reason TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('applied', 'conflict', 'quarantined', 'sealed')),
        updated_ms INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX event_status_state ON event_status (state) WHERE state <> 'applied'",
    """CREATE TABLE receipt (
        through_seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, server_time_ms INTEGER NOT NULL,
        server_epoch TEXT NOT NULL, signature BLOB NOT NULL
    ) STRICT""",
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE case_view (
        case_seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, reference TEXT NOT NULL, state TEXT NOT NULL,
        matter_key TEXT NOT NULL, matter_name TEXT NOT NULL, department TEXT NOT NULL, received TEXT NOT NULL,
        clock_from TEXT NOT NULL, accepted TEXT, promised_due TEXT, statutory_due TEXT, applicant_masked TEXT NOT NULL,
        id_masked TEXT NOT NULL, phone_masked TEXT NOT NULL, version INTEGER NOT NULL, last_seq INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX case_view_received ON case_view (clock_from) WHERE state = 'received'",
    """CREATE TABLE case_find (
        kind INTEGER NOT NULL, key TEXT NOT NULL, case_seq INTEGER NOT NULL, PRIMARY KEY (kind, key, case_seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE case_name (
        case_seq INTEGER PRIMARY KEY, name TEXT NOT NULL, initials TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE person_view (
        person TEXT PRIMARY KEY, case_seq INTEGER NOT NULL, cases INTEGER NOT NULL, applicant BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Ids are UUIDv7, so these two grow at their end: one page a paper.
    """CREATE TABLE paper (
        paper_id TEXT PRIMARY KEY, case_id TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
        number TEXT NOT NULL, day TEXT NOT NULL, copies INTEGER NOT NULL, reprints INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE print_job (
        paper_id TEXT NOT NULL, nth INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')),
        path TEXT NOT NULL DEFAULT '', pages INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
        updated_ms INTEGER NOT NULL, PRIMARY KEY (paper_id, nth)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX print_job_open ON print_job (paper_id, nth) WHERE state <> 'done'",
    """CREATE TABLE inbox_change (
        server_seq INTEGER PRIMARY KEY, case_id TEXT NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE sync_log (
        id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT""",
)

_PRINTING: Final = (
    # ``target`` is where a print goes or went, empty for where its kind goes. While one is ``printing``, a process
    # holds that printer's lock; when none does, what became of it is ``unknown`` and a person is asked.
    """CREATE TABLE print_job_new (
        paper_id TEXT NOT NULL, nth INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'printed', 'failed', 'unknown')),
        target TEXT NOT NULL DEFAULT '', path TEXT NOT NULL DEFAULT '', pages INTEGER NOT NULL DEFAULT 0,
        error TEXT NOT NULL DEFAULT '', updated_ms INTEGER NOT NULL, PRIMARY KEY (paper_id, nth)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO print_job_new (paper_id, nth, state, path, pages, error, updated_ms)
        SELECT paper_id, nth, replace(state, 'done', 'printed'), path, pages, error, updated_ms FROM print_job""",
    "DROP TABLE print_job",
    "ALTER TABLE print_job_new RENAME TO print_job",
    "CREATE INDEX print_job_open ON print_job (paper_id, nth) WHERE state <> 'printed'",
)
_SENT: Final = (
    """CREATE TABLE print_job_new (
        paper_id TEXT NOT NULL, nth INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'sent', 'printed', 'failed', 'unknown')),
        target TEXT NOT NULL DEFAULT '', path TEXT NOT NULL DEFAULT '', pages INTEGER NOT NULL DEFAULT 0,
        error TEXT NOT NULL DEFAULT '', updated_ms INTEGER NOT NULL, digest TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (paper_id, nth)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO print_job_new (paper_id, nth, state, target, path, pages, error, updated_ms, digest)
        SELECT paper_id, nth, state, target, path, pages, error, updated_ms, digest FROM print_job""",
    "DROP TABLE print_job",
    "ALTER TABLE print_job_new RENAME TO print_job",
    "CREATE INDEX print_job_open ON print_job (paper_id, nth) WHERE state <> 'printed'",
)


def _first_tables(db: Runs) -> None:
    for statement in _FIRST:
        db.execute(statement)


def _known_keys(db: Runs) -> None:
    db.execute(
        """CREATE TABLE known_key (
            kid BLOB PRIMARY KEY, public_key BLOB NOT NULL, device TEXT NOT NULL,
            revoked INTEGER NOT NULL CHECK (revoked IN (0, 1))
        ) STRICT, WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE hall_secret (
            one INTEGER PRIMARY KEY CHECK (one = 1), secret BLOB NOT NULL, told_ms INTEGER NOT NULL
        ) STRICT"""
    )
    db.execute("CREATE INDEX inbox_change_case ON inbox_change (case_id, server_seq)")


def _printing(db: Runs) -> None:
    for statement in _PRINTING:
        db.execute(statement)


def _facts_are_added(db: Runs) -> None:
    # ``INSERT OR REPLACE`` deletes without asking the trigger that keeps facts from being deleted.
    db.execute(
        """CREATE TRIGGER event_once BEFORE INSERT ON event
            WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq OR event_id = NEW.event_id)
            BEGIN SELECT RAISE(ABORT, 'facts are never replaced'); END"""
    )


def _clerks(db: Runs) -> None:
    # The centre's signed list; of those who signed in here a verifier that is worth nothing without the key file.
    db.execute(
        """CREATE TABLE clerk_list (
            one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL, told_ms INTEGER NOT NULL,
            kept_ms INTEGER NOT NULL
        ) STRICT"""
    )
    db.execute(
        """CREATE TABLE clerk_cache (
            clerk_id TEXT PRIMARY KEY, verifier TEXT NOT NULL DEFAULT '', pin_version INTEGER NOT NULL DEFAULT 0,
            fails INTEGER NOT NULL DEFAULT 0, failed_ms INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE clerk_session (
            one INTEGER PRIMARY KEY CHECK (one = 1), clerk_id TEXT NOT NULL, until_ms INTEGER NOT NULL
        ) STRICT"""
    )


def _paper_texts(db: Runs) -> None:
    db.execute("CREATE TABLE paper_text (digest TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID")
    # SHA-256 of the PDF that was sent, so that one made again can be compared.
    db.execute("ALTER TABLE print_job ADD COLUMN digest TEXT NOT NULL DEFAULT ''")


def _travelling(db: Runs) -> None:
    for statement in TRAVELLING:
        db.execute(statement)


def _shifts(db: Runs) -> None:
    db.execute(shifts.INDEX)


def _queue_desk(db: Runs) -> None:
    # The ticket that this window has, what it asked the centre and has no answer to: JSON of ``services.queue_desk``.
    db.execute("CREATE TABLE queue_desk (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL) STRICT")


def _sent_prints(db: Runs) -> None:
    # ``sent``: a print station has it.
    for statement in _SENT:
        db.execute(statement)


def _old_papers(db: Runs) -> None:
    for statement in OLD_PAPERS:
        db.execute(statement)


def _attachments_aside(db: Runs) -> None:
    for statement in ASIDE:
        db.execute(statement)


def _archive_withheld(db: Runs) -> None:
    for statement in ARCHIVE_WITHHELD:
        db.execute(statement)


def _former_lists(db: Runs) -> None:
    # The centre's signed lists of epochs that are over, until it has them back; and the present keys as they came.
    db.execute("ALTER TABLE hall_secret ADD COLUMN body BLOB NOT NULL DEFAULT x''")
    db.execute(
        """CREATE TABLE former_list (
            kind TEXT NOT NULL, epoch TEXT NOT NULL, body BLOB NOT NULL, kept_ms INTEGER NOT NULL,
            PRIMARY KEY (kind, epoch)
        ) STRICT, WITHOUT ROWID"""
    )


def _list_seen(db: Runs) -> None:
    # How late it was when somebody last asked how old the list is: a clock that falls back does not make it younger.
    db.execute("ALTER TABLE clerk_list ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0")


def _list_age(db: Runs) -> None:
    # The latest that it ever was then, and how old the list was at least.
    db.execute("ALTER TABLE clerk_list ADD COLUMN latest_ms INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE clerk_list ADD COLUMN age_ms INTEGER NOT NULL DEFAULT 0")


def _closed_on_paper(db: Runs) -> None:
    db.execute(shifts.CLOSED_ON_PAPER)


_ALL: Final[tuple[tuple[str, Callable[[Runs], None]], ...]] = (
    ("0001_first_tables", _first_tables),
    ("0002_known_keys", _known_keys),
    ("0003_printing", _printing),
    ("0004_facts_are_added", _facts_are_added),
    ("0005_clerks", _clerks),
    ("0006_paper_texts", _paper_texts),
    ("0007_travelling", _travelling),
    ("0008_tickets", _tickets),
    ("0009_queue_desk", _queue_desk),
    ("0010_shifts", _shifts),
    ("0011_bookings", _bookings),
    ("0012_sent_prints", _sent_prints),
    ("0013_attachments_aside", _attachments_aside),
    ("0014_old_papers", _old_papers),
    ("0015_archive_withheld", _archive_withheld),
    ("0016_former_lists", _former_lists),
    ("0017_list_seen", _list_seen),
    ("0018_list_age", _list_age),
    ("0019_closed_on_paper", _closed_on_paper),
)
LATEST: Final = len(_ALL)

PROJECTIONS: Final = ("case_view", "case_find", "case_name", "person_view", "paper", "settled", "ticket_view")
"""Tables that hold nothing the journal does not."""


def version_of(connection: sqlite3.Connection) -> int:
    """The number of the last migration that was applied."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def make(connection: sqlite3.Connection, version: int) -> None:
    """The tables of ``version`` in an empty database that nobody keeps, without sqlite-utils."""
    for _name, step in _ALL[:version]:
        step(connection)


def migrate(connection: sqlite3.Connection) -> int:
    """Apply what is pending, one transaction each; returns the version before."""
    before = version_of(connection)
    if before == LATEST:
        return before
    from sqlite_utils import Database as Utils
    from sqlite_utils.migrations import Migrations

    steps = Migrations("clerk")
    for number, (name, step) in enumerate(_ALL, 1):

        def run(db: Utils, step: Callable[[Runs], None] = step, number: int = number) -> None:
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
            faults.point("migrate.before")

        steps(name=name)(run)
    # Plain functions of SQLite only: what sqlite-utils would register must not be needed to read the schema.
    steps.apply(Utils(connection, use_counts_table=False))
    faults.point("migrate.after")
    return before
