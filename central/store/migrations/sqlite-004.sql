-- What devices declare, what waits for a person, attachments, and departments' own systems.
ALTER TABLE incarnation ADD COLUMN writes_as TEXT NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN start_seq INTEGER NOT NULL DEFAULT 1;
ALTER TABLE incarnation ADD COLUMN start_hash BLOB;
ALTER TABLE incarnation ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN oldest_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN declared_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN app_v TEXT NOT NULL DEFAULT '';
ALTER TABLE case_ ADD COLUMN flags TEXT NOT NULL DEFAULT '';

-- Facts that were set aside, until a person had them read again.
CREATE TABLE aside (
    office     TEXT NOT NULL,
    server_seq INTEGER NOT NULL,
    subject    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    made_ms    INTEGER NOT NULL,
    settled_ms INTEGER,
    settled_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (office, server_seq)
) STRICT;
CREATE INDEX aside_by_subject ON aside (subject);
INSERT INTO aside (office, server_seq, subject, kind, made_ms)
    SELECT office, server_seq, subject, 'other', received_ms FROM event WHERE status = 'quarantined';

CREATE TABLE conflict (
    office      TEXT NOT NULL,
    conflict_id TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    other       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    made_ms     INTEGER NOT NULL,
    settled_ms  INTEGER,
    settled_by  TEXT NOT NULL DEFAULT '',
    settled_how TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (office, conflict_id, kind)
) STRICT;
CREATE INDEX conflict_by_case ON conflict (case_id);

-- What should belong to one case only (a ticket of a day, a person's application), and who had it first.
-- Keys are digests.
CREATE TABLE claim (
    office  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,
    case_id TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    PRIMARY KEY (office, kind, key)
) STRICT;

-- Between which two instants a start of a device's machine can have been (Unix ms), from every time it spoke to us.
CREATE TABLE clock (
    device_id TEXT NOT NULL,
    boot_id   TEXT NOT NULL,
    lo_ms     INTEGER NOT NULL,
    hi_ms     INTEGER NOT NULL,
    seen_ms   INTEGER NOT NULL,
    PRIMARY KEY (device_id, boot_id)
) STRICT;

-- Dead letters: what a device could not send, as it tells it.
CREATE TABLE report (
    office      TEXT NOT NULL,
    device_id   TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    app_v       TEXT NOT NULL,
    fact        BLOB NOT NULL,
    at_ms       INTEGER NOT NULL,
    PRIMARY KEY (device_id, incarnation, seq)
) STRICT;

CREATE TABLE attachment (
    office   TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    mime     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    have     INTEGER NOT NULL,
    whole    INTEGER NOT NULL,
    made_ms  INTEGER NOT NULL,
    PRIMARY KEY (office, sha256)
) STRICT;
CREATE TABLE attachment_piece (
    office TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at     INTEGER NOT NULL,
    body   BLOB NOT NULL,
    PRIMARY KEY (office, sha256, at)
) STRICT;

CREATE TABLE department (
    office     TEXT NOT NULL,
    key        TEXT NOT NULL,
    url        TEXT NOT NULL,
    secret     BLOB NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    made_ms    INTEGER NOT NULL,
    PRIMARY KEY (office, key)
) STRICT;

-- What a department has still to be told: one row a case, so that a case's changes never overtake each other.
CREATE TABLE delivery (
    office     TEXT NOT NULL,
    department TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    wanted     INTEGER NOT NULL,
    sent       INTEGER NOT NULL DEFAULT 0,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_ms     INTEGER NOT NULL,
    error      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (office, department, case_id)
) STRICT;
CREATE INDEX delivery_by_due ON delivery (state, due_ms);
