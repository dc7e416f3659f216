-- The queue: tickets as folded, what happened to each, numbers and blocks of numbers, windows, and each hall's rule.
CREATE TABLE queue_hall (
    office     text PRIMARY KEY,
    rule       text NOT NULL DEFAULT '',
    closed_day text NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

-- The last serial given out; letter '' is where letters that are new that day begin.
CREATE TABLE queue_serial (
    office text NOT NULL,
    day    text NOT NULL,
    letter text NOT NULL,
    last   bigint NOT NULL,
    PRIMARY KEY (office, day, letter)
) WITH (fillfactor = 50);

CREATE TABLE queue_block (
    office       text NOT NULL,
    block_id     text NOT NULL,
    device_id    text NOT NULL,
    day          text NOT NULL,
    letter       text NOT NULL,
    first_serial bigint NOT NULL,
    last_serial  bigint NOT NULL,
    made_ms      bigint NOT NULL,
    PRIMARY KEY (office, block_id)
);

CREATE TABLE queue_window (
    office     text NOT NULL,
    place      text NOT NULL,
    state      text NOT NULL,
    reason     text NOT NULL,
    businesses text NOT NULL,
    since_ms   bigint NOT NULL,
    seen_ms    bigint NOT NULL,
    PRIMARY KEY (office, place)
) WITH (fillfactor = 50);

-- "person_key" is there while the person waits, for one ticket of a business; "place" is the window.
CREATE TABLE ticket (
    office          text NOT NULL,
    ticket_id       text NOT NULL,
    day             text NOT NULL,
    letter          text NOT NULL,
    serial          bigint NOT NULL,
    business        text NOT NULL,
    lane            text NOT NULL,
    state           text NOT NULL,
    place           text NOT NULL,
    person_key      text,
    claim_id        text NOT NULL,
    lease_ms        bigint NOT NULL,
    place_ms        bigint NOT NULL,
    waits_ms        bigint NOT NULL,
    callable_ms     bigint NOT NULL,
    issued_ms       bigint NOT NULL,
    first_called_ms bigint NOT NULL,
    called_ms       bigint NOT NULL,
    calls           bigint NOT NULL,
    started_ms      bigint NOT NULL,
    ended_ms        bigint NOT NULL,
    version         bigint NOT NULL,
    snapshot        bytea NOT NULL,
    told            text NOT NULL,
    name            text NOT NULL,
    device_id       text NOT NULL,
    PRIMARY KEY (office, ticket_id)
) WITH (fillfactor = 70);
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
    office    text NOT NULL,
    fact_id   text NOT NULL,
    ticket_id text NOT NULL,
    order_ms  bigint NOT NULL,
    number    bigint NOT NULL,
    source    text NOT NULL,
    body      bytea NOT NULL,
    PRIMARY KEY (office, fact_id)
);
CREATE INDEX ticket_fact_by_ticket ON ticket_fact (office, ticket_id);
