-- Roles of devices, tokens that are renewed, and the people of each hall.
ALTER TABLE enrol_code ADD COLUMN role TEXT NOT NULL DEFAULT 'clerk';
ALTER TABLE device ADD COLUMN role TEXT NOT NULL DEFAULT 'clerk';
ALTER TABLE device ADD COLUMN token_expires_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN next_token_hash BLOB;
ALTER TABLE device ADD COLUMN next_expires_ms INTEGER NOT NULL DEFAULT 0;
UPDATE device SET token_expires_ms = seen_ms + 7776000000;
CREATE UNIQUE INDEX device_by_next_token ON device (next_token_hash);

-- For ever: a request to register a token that once was one must not bring it back.
CREATE TABLE ended_token (
    token_hash BLOB PRIMARY KEY,
    device_id  TEXT NOT NULL
) STRICT;

CREATE TABLE clerk (
    office      TEXT NOT NULL,
    clerk_id    TEXT NOT NULL,
    name        TEXT NOT NULL,
    roles       TEXT NOT NULL,
    active      INTEGER NOT NULL,
    verifier    TEXT NOT NULL,
    pin_version INTEGER NOT NULL,
    must_change INTEGER NOT NULL,
    fails       INTEGER NOT NULL DEFAULT 0,
    failed_ms   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (office, clerk_id)
) STRICT;

CREATE TABLE clerk_session (
    token_hash BLOB PRIMARY KEY,
    office     TEXT NOT NULL,
    clerk_id   TEXT NOT NULL,
    device_id  TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX clerk_session_of ON clerk_session (office, clerk_id);

CREATE TABLE audit (
    at_ms  INTEGER NOT NULL,
    office TEXT NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_office ON audit (office, at_ms);
