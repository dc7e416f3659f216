-- Facts that could not be read of a damaged journal, once somebody in charge has seen to them: lost for good.
CREATE TABLE loss (
    office      text NOT NULL,
    incarnation text NOT NULL,
    device_end  text NOT NULL,
    first_seq   bigint NOT NULL,
    last_seq    bigint NOT NULL,
    seen_by     text NOT NULL,
    seen_ms     bigint NOT NULL,
    PRIMARY KEY (office, incarnation, device_end, first_seq, last_seq)
);
