-- The centre's tables. Facts are kept byte for byte; everything in "case_" and "feed" follows from them.
CREATE TABLE server (
    epoch       TEXT NOT NULL,
    signing_key BLOB NOT NULL,
    feed_head   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE enrol_code (
    code_hash  BLOB PRIMARY KEY,
    office     TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_by    TEXT
) STRICT;

CREATE TABLE device (
    device_id  TEXT PRIMARY KEY,
    office     TEXT NOT NULL,
    public_key BLOB NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    revoked_ms INTEGER,
    seen_ms    INTEGER NOT NULL
) STRICT;

-- A code is never given to a second device: references are made from it.
CREATE TABLE incarnation (
    office    TEXT NOT NULL,
    code      TEXT NOT NULL,
    device_id TEXT NOT NULL REFERENCES device,
    expected  INTEGER NOT NULL DEFAULT 1,
    last_hash BLOB NOT NULL,
    PRIMARY KEY (office, code)
) STRICT;

CREATE TABLE event (
    office        TEXT NOT NULL,
    incarnation   TEXT NOT NULL,
    seq           INTEGER NOT NULL,
    event_id      TEXT,
    subject       TEXT NOT NULL,
    header        BLOB NOT NULL,
    public        BLOB NOT NULL,
    personal      BLOB NOT NULL,
    salt          BLOB NOT NULL,
    personal_hash BLOB NOT NULL,
    hash          BLOB NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('applied', 'conflict', 'quarantined')),
    reason        TEXT NOT NULL,
    server_seq    INTEGER NOT NULL,
    case_version  INTEGER NOT NULL,
    received_ms   INTEGER NOT NULL,
    PRIMARY KEY (office, incarnation, seq)
) STRICT;

-- For ever, not for a day: a retry may come after any time. A second fact with a used id is kept, set aside, without it.
CREATE UNIQUE INDEX event_by_id ON event (event_id);
CREATE INDEX event_by_subject ON event (subject);

CREATE TABLE case_ (
    case_id   TEXT PRIMARY KEY,
    office    TEXT NOT NULL,
    reference TEXT NOT NULL,
    state     TEXT NOT NULL,
    version   INTEGER NOT NULL,
    snapshot  BLOB NOT NULL
) STRICT;
CREATE INDEX case_by_reference ON case_ (reference);

CREATE TABLE feed (
    server_seq INTEGER PRIMARY KEY,
    office     TEXT NOT NULL,
    body       BLOB NOT NULL
) STRICT;
CREATE INDEX feed_by_office ON feed (office, server_seq);
