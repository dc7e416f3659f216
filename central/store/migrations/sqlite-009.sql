-- What each clerk was allowed from which time on: counters off line go on with what they were told last.
CREATE TABLE clerk_rights (
    office   TEXT NOT NULL,
    clerk_id TEXT NOT NULL,
    from_ms  INTEGER NOT NULL,
    roles    TEXT NOT NULL,
    active   INTEGER NOT NULL,
    PRIMARY KEY (office, clerk_id, from_ms)
) STRICT;
INSERT INTO clerk_rights (office, clerk_id, from_ms, roles, active)
    SELECT office, clerk_id, 0, roles, active FROM clerk WHERE active = 1;
