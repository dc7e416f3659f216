-- The centre's tables. Facts are kept byte for byte; everything in "case_" follows from them.
CREATE TABLE server (
    epoch       text NOT NULL,
    signing_key bytea NOT NULL
);

-- Each hall has its own feed: its cases in the order of their last change, each once.
CREATE TABLE hall (
    office    text PRIMARY KEY,
    feed_head bigint NOT NULL DEFAULT 0,
    codes     bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE enrol_code (
    code_hash  bytea PRIMARY KEY,
    office     text NOT NULL,
    expires_ms bigint NOT NULL,
    used_by    text,
    role       text NOT NULL DEFAULT 'clerk'
);

CREATE TABLE device (
    device_id  text PRIMARY KEY,
    office     text NOT NULL,
    public_key bytea NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    revoked_ms bigint,
    seen_ms    bigint NOT NULL,
    role       text NOT NULL DEFAULT 'clerk',
    token_expires_ms bigint NOT NULL DEFAULT 0,
    next_token_hash  bytea UNIQUE,
    next_expires_ms  bigint NOT NULL DEFAULT 0
);

-- A code is never given to a second device: references are made from it.
CREATE TABLE incarnation (
    office    text NOT NULL,
    code      text NOT NULL,
    device_id text NOT NULL REFERENCES device,
    expected  bigint NOT NULL DEFAULT 1,
    last_hash bytea NOT NULL,
    PRIMARY KEY (office, code)
) WITH (fillfactor = 50);

CREATE TABLE event (
    office        text NOT NULL,
    incarnation   text NOT NULL,
    seq           bigint NOT NULL,
    event_id      text,
    subject       text NOT NULL,
    header        bytea NOT NULL,
    public        bytea NOT NULL,
    personal      bytea NOT NULL,
    salt          bytea NOT NULL,
    personal_hash bytea NOT NULL,
    hash          bytea NOT NULL,
    status        text NOT NULL CHECK (status IN ('applied', 'conflict', 'quarantined')),
    reason        text NOT NULL,
    server_seq    bigint NOT NULL,
    case_version  bigint NOT NULL,
    received_ms   bigint NOT NULL,
    PRIMARY KEY (office, incarnation, seq)
);
-- For ever, not for a day: a retry may come after any time. A second fact with a used id is kept, set aside, without it.
CREATE UNIQUE INDEX event_by_id ON event (event_id);
CREATE INDEX event_by_subject ON event (subject);

CREATE TABLE case_ (
    case_id    text PRIMARY KEY,
    office     text NOT NULL,
    reference  text NOT NULL,
    state      text NOT NULL,
    version    bigint NOT NULL,
    snapshot   bytea NOT NULL,
    server_seq bigint NOT NULL,
    device     text NOT NULL,
    day        text NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX case_by_reference ON case_ (reference);
CREATE UNIQUE INDEX case_by_change ON case_ (office, server_seq);

-- For ever: a request to register a token that once was one must not bring it back.
CREATE TABLE ended_token (
    token_hash bytea PRIMARY KEY,
    device_id  text NOT NULL
);

CREATE TABLE clerk (
    office      text NOT NULL,
    clerk_id    text NOT NULL,
    name        text NOT NULL,
    roles       text NOT NULL,
    active      bigint NOT NULL,
    verifier    text NOT NULL,
    pin_version bigint NOT NULL,
    must_change bigint NOT NULL,
    fails       bigint NOT NULL DEFAULT 0,
    failed_ms   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (office, clerk_id)
);

CREATE TABLE clerk_session (
    token_hash bytea PRIMARY KEY,
    office     text NOT NULL,
    clerk_id   text NOT NULL,
    device_id  text NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE INDEX clerk_session_of ON clerk_session (office, clerk_id);

CREATE TABLE audit (
    at_ms  bigint NOT NULL,
    office text NOT NULL,
    actor  text NOT NULL,
    action text NOT NULL,
    target text NOT NULL
);
CREATE INDEX audit_by_office ON audit (office, at_ms);
