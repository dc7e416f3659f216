-- A fact that the centre would not take stands in its journal in outline: its header, and here the digest of the rest.
DROP TABLE report;
CREATE TABLE report (
    office      text NOT NULL,
    device_id   text NOT NULL,
    incarnation text NOT NULL,
    seq         bigint NOT NULL,
    reason      text NOT NULL,
    app_v       text NOT NULL,
    public_hash bytea NOT NULL,
    at_ms       bigint NOT NULL,
    PRIMARY KEY (office, incarnation, seq)
);
