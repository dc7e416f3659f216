-- What a board shows is counted as facts come, so that looking costs the same however many cases there are: open cases
-- by whose turn it is and the days their lights turn on, what happened by day, and each open case to list them.
CREATE TABLE board_case (
    case_id TEXT PRIMARY KEY,
    office  TEXT NOT NULL,
    place   TEXT NOT NULL
) STRICT;
CREATE INDEX board_case_by_place ON board_case (office, place, case_id);

CREATE TABLE board_open (
    office     TEXT NOT NULL,
    department TEXT NOT NULL,
    holder     TEXT NOT NULL,
    begins     TEXT NOT NULL,
    yellow_day INTEGER NOT NULL,
    red_day    INTEGER NOT NULL,
    dark_day   INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (office, department, holder, begins, yellow_day, red_day, dark_day)
) STRICT;
CREATE INDEX board_open_none ON board_open (office) WHERE n = 0;

CREATE TABLE board_tally (
    office     TEXT NOT NULL,
    what       TEXT NOT NULL,
    day        INTEGER NOT NULL,
    hour       INTEGER NOT NULL,
    department TEXT NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (office, what, day, hour, department)
) STRICT;

-- How a hall's cases are counted, and by which version of the counting they were: another one counts them anew.
CREATE TABLE board_hall (
    office  TEXT PRIMARY KEY,
    rule    TEXT NOT NULL DEFAULT '',
    counted INTEGER NOT NULL DEFAULT 0
) STRICT;
