-- A fact that the centre would not take stands in its journal in outline: its header, and here the digest of the rest.
DROP TABLE report;
CREATE TABLE report (
    office      TEXT NOT NULL,
    device_id   TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    app_v       TEXT NOT NULL,
    public_hash BLOB NOT NULL,
    at_ms       INTEGER NOT NULL,
    PRIMARY KEY (office, incarnation, seq)
) STRICT;
