-- Papers that windows send to a print station; the PDF apart, erased when it came out.
CREATE TABLE print_job (
    office        TEXT NOT NULL,
    name          TEXT NOT NULL,
    station       TEXT NOT NULL,
    state         TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    window_device TEXT NOT NULL,
    holder        TEXT NOT NULL,
    claim_id      TEXT NOT NULL,
    lease_ms      INTEGER NOT NULL,
    error         TEXT NOT NULL,
    made_ms       INTEGER NOT NULL,
    changed_ms    INTEGER NOT NULL,
    PRIMARY KEY (office, name)
) STRICT;
CREATE INDEX print_job_open ON print_job (office, state, made_ms) WHERE state <> 'printed';
CREATE INDEX print_job_old ON print_job (office, changed_ms);
CREATE TABLE print_body (
    office TEXT NOT NULL,
    name   TEXT NOT NULL,
    body   BLOB NOT NULL,
    PRIMARY KEY (office, name)
) STRICT;
