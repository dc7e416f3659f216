-- Silent calls for help from the windows, until somebody has seen to them.
CREATE TABLE alarm (
    office      text NOT NULL,
    number      bigint NOT NULL,
    device_id   text NOT NULL,
    place       text NOT NULL,
    clerk       text NOT NULL,
    at_ms       bigint NOT NULL,
    received_ms bigint NOT NULL,
    settled_ms  bigint,
    settled_by  text,
    PRIMARY KEY (office, number)
);
CREATE INDEX alarm_open ON alarm (office, number) WHERE settled_ms IS NULL;
