-- What devices declare, what waits for a person, attachments, and departments' own systems.
ALTER TABLE incarnation ADD COLUMN writes_as text NOT NULL DEFAULT '';
ALTER TABLE incarnation ADD COLUMN start_seq bigint NOT NULL DEFAULT 1;
ALTER TABLE incarnation ADD COLUMN start_hash bytea;
ALTER TABLE incarnation ADD COLUMN pending bigint NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN oldest_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN declared_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE incarnation ADD COLUMN app_v text NOT NULL DEFAULT '';
ALTER TABLE case_ ADD COLUMN flags text NOT NULL DEFAULT '';

-- Facts that were set aside, until a person had them read again.
CREATE TABLE aside (
    office     text NOT NULL,
    server_seq bigint NOT NULL,
    subject    text NOT NULL,
    kind       text NOT NULL,
    made_ms    bigint NOT NULL,
    settled_ms bigint,
    settled_by text NOT NULL DEFAULT '',
    PRIMARY KEY (office, server_seq)
);
CREATE INDEX aside_by_subject ON aside (subject);
INSERT INTO aside (office, server_seq, subject, kind, made_ms)
    SELECT office, server_seq, subject, 'other', received_ms FROM event WHERE status = 'quarantined';

CREATE TABLE conflict (
    office      text NOT NULL,
    conflict_id text NOT NULL,
    case_id     text NOT NULL,
    other       text NOT NULL,
    kind        text NOT NULL,
    reason      text NOT NULL,
    incarnation text NOT NULL,
    seq         bigint NOT NULL,
    actor       text NOT NULL,
    made_ms     bigint NOT NULL,
    settled_ms  bigint,
    settled_by  text NOT NULL DEFAULT '',
    settled_how text NOT NULL DEFAULT '',
    PRIMARY KEY (office, conflict_id, kind)
);
CREATE INDEX conflict_by_case ON conflict (case_id);

-- What should belong to one case only (a ticket of a day, a person's application), and who had it first.
-- Keys are digests.
CREATE TABLE claim (
    office  text NOT NULL,
    kind    text NOT NULL,
    key     text NOT NULL,
    case_id text NOT NULL,
    incarnation text NOT NULL,
    PRIMARY KEY (office, kind, key)
);

-- Between which two instants a start of a device's machine can have been (Unix ms), from every time it spoke to us.
CREATE TABLE clock (
    device_id text NOT NULL,
    boot_id   text NOT NULL,
    lo_ms     bigint NOT NULL,
    hi_ms     bigint NOT NULL,
    seen_ms   bigint NOT NULL,
    PRIMARY KEY (device_id, boot_id)
);

-- Dead letters: what a device could not send, as it tells it.
CREATE TABLE report (
    office      text NOT NULL,
    device_id   text NOT NULL,
    incarnation text NOT NULL,
    seq         bigint NOT NULL,
    reason      text NOT NULL,
    app_v       text NOT NULL,
    fact        bytea NOT NULL,
    at_ms       bigint NOT NULL,
    PRIMARY KEY (device_id, incarnation, seq)
);

CREATE TABLE attachment (
    office   text NOT NULL,
    sha256   text NOT NULL,
    mime     text NOT NULL,
    size     bigint NOT NULL,
    have     bigint NOT NULL,
    whole    bigint NOT NULL,
    made_ms  bigint NOT NULL,
    PRIMARY KEY (office, sha256)
);
CREATE TABLE attachment_piece (
    office text NOT NULL,
    sha256 text NOT NULL,
    at     bigint NOT NULL,
    body   bytea NOT NULL,
    PRIMARY KEY (office, sha256, at)
);

CREATE TABLE department (
    office     text NOT NULL,
    key        text NOT NULL,
    url        text NOT NULL,
    secret     bytea NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    made_ms    bigint NOT NULL,
    PRIMARY KEY (office, key)
);

-- What a department has still to be told: one row a case, so that a case's changes never overtake each other.
CREATE TABLE delivery (
    office     text NOT NULL,
    department text NOT NULL,
    case_id    text NOT NULL,
    wanted     bigint NOT NULL,
    sent       bigint NOT NULL DEFAULT 0,
    state      text NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts   bigint NOT NULL DEFAULT 0,
    due_ms     bigint NOT NULL,
    error      text NOT NULL DEFAULT '',
    PRIMARY KEY (office, department, case_id)
);
CREATE INDEX delivery_by_due ON delivery (state, due_ms);
