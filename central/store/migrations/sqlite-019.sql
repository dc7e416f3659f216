-- Facts that could not be read of a damaged journal, once somebody in charge has seen to them: lost for good.
CREATE TABLE loss (
    office      TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    device_end  TEXT NOT NULL,
    first_seq   INTEGER NOT NULL,
    last_seq    INTEGER NOT NULL,
    seen_by     TEXT NOT NULL,
    seen_ms     INTEGER NOT NULL,
    PRIMARY KEY (office, incarnation, device_end, first_seq, last_seq)
) STRICT;
