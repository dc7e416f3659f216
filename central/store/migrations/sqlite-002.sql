-- Each hall has its own feed: its cases in the order of their last change, each once.
CREATE TABLE hall (
    office    TEXT PRIMARY KEY,
    feed_head INTEGER NOT NULL DEFAULT 0,
    codes     INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO hall (office, feed_head)
    SELECT d.office, coalesce((SELECT max(e.server_seq) FROM event e WHERE e.office = d.office), 0)
    FROM (SELECT DISTINCT office FROM device) d;

ALTER TABLE case_ ADD COLUMN server_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_ ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE case_ ADD COLUMN day TEXT NOT NULL DEFAULT '1970-01-01';
UPDATE case_ SET
    server_seq = (SELECT max(e.server_seq) FROM event e WHERE e.subject = case_.case_id AND e.status <> 'quarantined'),
    device = (SELECT i.device_id FROM event e JOIN incarnation i ON i.office = e.office AND i.code = e.incarnation
        WHERE e.subject = case_.case_id AND e.status <> 'quarantined' ORDER BY e.server_seq DESC LIMIT 1),
    day = (SELECT json_extract(e.header, '$.day') FROM event e
        WHERE e.subject = case_.case_id AND e.status <> 'quarantined' ORDER BY e.server_seq DESC LIMIT 1);
CREATE UNIQUE INDEX case_by_change ON case_ (office, server_seq);

DROP TABLE feed;
CREATE TABLE server_new (
    epoch       TEXT NOT NULL,
    signing_key BLOB NOT NULL
) STRICT;
INSERT INTO server_new SELECT epoch, signing_key FROM server;
DROP TABLE server;
ALTER TABLE server_new RENAME TO server;
