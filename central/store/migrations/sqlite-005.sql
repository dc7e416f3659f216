-- The queue: tickets as folded, what happened to each, numbers and blocks of numbers, windows, and each hall's rule.
CREATE TABLE queue_hall (
    office     TEXT PRIMARY KEY,
    rule       TEXT NOT NULL DEFAULT '',
    closed_day TEXT NOT NULL DEFAULT ''
) STRICT;

-- The last serial given out; letter '' is where letters that are new that day begin.
CREATE TABLE queue_serial (
    office TEXT NOT NULL,
    day    TEXT NOT NULL,
    letter TEXT NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (office, day, letter)
) STRICT;

CREATE TABLE queue_block (
    office       TEXT NOT NULL,
    block_id     TEXT NOT NULL,
    device_id    TEXT NOT NULL,
    day          TEXT NOT NULL,
    letter       TEXT NOT NULL,
    first_serial INTEGER NOT NULL,
    last_serial  INTEGER NOT NULL,
    made_ms      INTEGER NOT NULL,
    PRIMARY KEY (office, block_id)
) STRICT;

CREATE TABLE queue_window (
    office     TEXT NOT NULL,
    place      TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    businesses TEXT NOT NULL,
    since_ms   INTEGER NOT NULL,
    seen_ms    INTEGER NOT NULL,
    PRIMARY KEY (office, place)
) STRICT;

-- "person_key" is there while the person waits, for one ticket of a business; "place" is the window.
CREATE TABLE ticket (
    office          TEXT NOT NULL,
    ticket_id       TEXT NOT NULL,
    day             TEXT NOT NULL,
    letter          TEXT NOT NULL,
    serial          INTEGER NOT NULL,
    business        TEXT NOT NULL,
    lane            TEXT NOT NULL,
    state           TEXT NOT NULL,
    place           TEXT NOT NULL,
    person_key      TEXT,
    claim_id        TEXT NOT NULL,
    lease_ms        INTEGER NOT NULL,
    place_ms        INTEGER NOT NULL,
    waits_ms        INTEGER NOT NULL,
    callable_ms     INTEGER NOT NULL,
    issued_ms       INTEGER NOT NULL,
    first_called_ms INTEGER NOT NULL,
    called_ms       INTEGER NOT NULL,
    calls           INTEGER NOT NULL,
    started_ms      INTEGER NOT NULL,
    ended_ms        INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    snapshot        BLOB NOT NULL,
    told            TEXT NOT NULL,
    name            TEXT NOT NULL,
    device_id       TEXT NOT NULL,
    PRIMARY KEY (office, ticket_id)
) STRICT;
CREATE UNIQUE INDEX ticket_by_number ON ticket (office, day, letter, serial);
CREATE UNIQUE INDEX ticket_by_person ON ticket (office, day, person_key);
CREATE INDEX ticket_by_place ON ticket (office, day, business, place_ms, ticket_id) WHERE state = 'waiting';
CREATE INDEX ticket_by_wait ON ticket (office, day, business, waits_ms, ticket_id) WHERE state = 'waiting';
CREATE INDEX ticket_at_window ON ticket (office, day, place) WHERE state IN ('called', 'serving');
CREATE INDEX ticket_by_lease ON ticket (office, lease_ms) WHERE lease_ms > 0;
CREATE INDEX ticket_by_end ON ticket (office, day, ended_ms) WHERE state = 'finished';
CREATE INDEX ticket_by_call ON ticket (office, day, called_ms) WHERE called_ms > 0;
CREATE INDEX ticket_privileged ON ticket (office, day, issued_ms) WHERE lane <> 'normal';
CREATE INDEX ticket_open ON ticket (office, day) WHERE state IN ('waiting', 'called', 'serving', 'held', 'passed');

-- What happened to each ticket, done here or told by a device; "order_ms" is the order in which it is folded.
CREATE TABLE ticket_fact (
    office    TEXT NOT NULL,
    fact_id   TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    order_ms  INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    source    TEXT NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (office, fact_id)
) STRICT;
CREATE INDEX ticket_fact_by_ticket ON ticket_fact (office, ticket_id);
