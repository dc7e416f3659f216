-- Papers that windows send to a print station; the PDF apart, erased when it came out.
CREATE TABLE print_job (
    office        text NOT NULL,
    name          text NOT NULL,
    station       text NOT NULL,
    state         text NOT NULL,
    sha256        text NOT NULL,
    window_device text NOT NULL,
    holder        text NOT NULL,
    claim_id      text NOT NULL,
    lease_ms      bigint NOT NULL,
    error         text NOT NULL,
    made_ms       bigint NOT NULL,
    changed_ms    bigint NOT NULL,
    PRIMARY KEY (office, name)
);
CREATE INDEX print_job_open ON print_job (office, state, made_ms) WHERE state <> 'printed';
CREATE INDEX print_job_old ON print_job (office, changed_ms);
CREATE TABLE print_body (
    office text NOT NULL,
    name   text NOT NULL,
    body   bytea NOT NULL,
    PRIMARY KEY (office, name)
);
