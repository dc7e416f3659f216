-- What a board shows is counted as facts come, so that looking costs the same however many cases there are: open cases
-- by whose turn it is and the days their lights turn on, what happened by day, and each open case to list them.
CREATE TABLE board_case (
    case_id text PRIMARY KEY,
    office  text NOT NULL,
    place   text NOT NULL
);
CREATE INDEX board_case_by_place ON board_case (office, place, case_id);

CREATE TABLE board_open (
    office     text NOT NULL,
    department text NOT NULL,
    holder     text NOT NULL,
    begins     text NOT NULL,
    yellow_day bigint NOT NULL,
    red_day    bigint NOT NULL,
    dark_day   bigint NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (office, department, holder, begins, yellow_day, red_day, dark_day)
);
CREATE INDEX board_open_none ON board_open (office) WHERE n = 0;

CREATE TABLE board_tally (
    office     text NOT NULL,
    what       text NOT NULL,
    day        bigint NOT NULL,
    hour       bigint NOT NULL,
    department text NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (office, what, day, hour, department)
);

-- How a hall's cases are counted, and by which version of the counting they were: another one counts them anew.
CREATE TABLE board_hall (
    office  text PRIMARY KEY,
    rule    text NOT NULL DEFAULT '',
    counted bigint NOT NULL DEFAULT 0
);
