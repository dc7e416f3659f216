-- What each clerk was allowed from which time on: counters off line go on with what they were told last.
CREATE TABLE clerk_rights (
    office   text NOT NULL,
    clerk_id text NOT NULL,
    from_ms  bigint NOT NULL,
    roles    text NOT NULL,
    active   integer NOT NULL,
    PRIMARY KEY (office, clerk_id, from_ms)
);
INSERT INTO clerk_rights (office, clerk_id, from_ms, roles, active)
    SELECT office, clerk_id, 0, roles, active FROM clerk WHERE active = 1;
