"""Tables of what travels: the hall's cases, archived journals, attachments, what people did about what came back."""

from __future__ import annotations

from typing import Final

TRAVELLING: Final = (
    # Cases of the whole hall as the centre tells them, to be found and gone on with at this window too. ``stale`` ones
    # were told before the feed was begun anew. Below zero: of an archived journal, not yet told by the centre.
    """CREATE TABLE shared_case (
        case_id TEXT PRIMARY KEY, server_seq INTEGER NOT NULL, reference TEXT NOT NULL, state TEXT NOT NULL,
        matter_key TEXT NOT NULL, matter_name TEXT NOT NULL, department TEXT NOT NULL, received TEXT NOT NULL,
        accepted TEXT, promised_due TEXT, statutory_due TEXT, applicant_masked TEXT NOT NULL, id_masked TEXT NOT NULL,
        phone_masked TEXT NOT NULL, version INTEGER NOT NULL, updated_ms INTEGER NOT NULL, flags TEXT NOT NULL,
        stale INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX shared_case_newest ON shared_case (updated_ms)",
    "CREATE INDEX shared_case_flagged ON shared_case (case_id) WHERE flags <> ''",
    """CREATE TABLE shared_find (
        kind INTEGER NOT NULL, key TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (kind, key, case_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX shared_find_case ON shared_find (case_id)",
    # What people did about records that the centre set aside: made from the facts that say so.
    """CREATE TABLE settled (
        seq INTEGER PRIMARY KEY, how TEXT NOT NULL, by_seq INTEGER NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT""",
    # Journals of earlier incarnations, and how far the centre has each.
    """CREATE TABLE archive (
        device_id TEXT PRIMARY KEY, incarnation TEXT NOT NULL, path TEXT NOT NULL, head_seq INTEGER NOT NULL,
        acked_through INTEGER NOT NULL, archived_ms INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('sending', 'proven', 'sealed')), sealed_path TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE attachment (
        sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, mime TEXT NOT NULL, added_ms INTEGER NOT NULL,
        sent_through INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX attachment_unsent ON attachment (added_ms) WHERE sent_through < size",
    # Records that the centre would not take even alone; reported: it has their outline, and the rest goes on.
    """CREATE TABLE dead_letter (
        seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, reported_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    # When the last backup and the last check of the whole journal were, and how they ended.
    """CREATE TABLE kept (
        name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, ok INTEGER NOT NULL, detail TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "ALTER TABLE device ADD COLUMN sealing_key BLOB NOT NULL DEFAULT x''",
    # The feed is read anew, so that every case of the hall can be found.
    "UPDATE device SET pull_cursor = ''",
)
ARCHIVE_WITHHELD: Final = (
    # Facts of archived journals that the centre has in outline only, and when their contents were last offered to it.
    """CREATE TABLE archive_withheld (
        device_id TEXT NOT NULL, seq INTEGER NOT NULL, tried_ms INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (device_id, seq)
    ) STRICT, WITHOUT ROWID""",
)
ASIDE: Final = (
    # Why an attachment is not sent for now, and when it was tried.
    "ALTER TABLE attachment ADD COLUMN aside TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE attachment ADD COLUMN tried_ms INTEGER NOT NULL DEFAULT 0",
)
