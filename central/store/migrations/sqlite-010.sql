-- Silent calls for help from the windows, until somebody has seen to them.
CREATE TABLE alarm (
    office      TEXT NOT NULL,
    number      INTEGER NOT NULL,
    device_id   TEXT NOT NULL,
    place       TEXT NOT NULL,
    clerk       TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    settled_ms  INTEGER,
    settled_by  TEXT,
    PRIMARY KEY (office, number)
) STRICT;
CREATE INDEX alarm_open ON alarm (office, number) WHERE settled_ms IS NULL;
