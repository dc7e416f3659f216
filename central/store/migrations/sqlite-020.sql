-- The cases that had what a supervisor asks for: told what is missing, refused, decided beyond the promise or the law.
CREATE TABLE board_event (
    office     TEXT NOT NULL,
    what       TEXT NOT NULL,
    day        INTEGER NOT NULL,
    case_id    TEXT NOT NULL,
    department TEXT NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (office, what, day, case_id)
) STRICT, WITHOUT ROWID;
