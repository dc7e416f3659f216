-- The cases that had what a supervisor asks for: told what is missing, refused, decided beyond the promise or the law.
CREATE TABLE board_event (
    office     text NOT NULL,
    what       text NOT NULL,
    day        bigint NOT NULL,
    case_id    text NOT NULL,
    department text NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (office, what, day, case_id)
);
