-- Attachments under way, each device's own until they are whole and what their digest says. Those that had begun
-- begin anew.
CREATE TABLE upload (
    office    TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    device_id TEXT NOT NULL,
    size      INTEGER NOT NULL,
    have      INTEGER NOT NULL,
    PRIMARY KEY (office, sha256, device_id)
) STRICT;
CREATE TABLE upload_piece (
    office    TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    device_id TEXT NOT NULL,
    at        INTEGER NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (office, sha256, device_id, at)
) STRICT;
DELETE FROM attachment_piece WHERE EXISTS (
    SELECT 1 FROM attachment AS begun WHERE begun.office = attachment_piece.office
    AND begun.sha256 = attachment_piece.sha256 AND begun.whole = 0
);
DELETE FROM attachment WHERE whole = 0;
ALTER TABLE attachment DROP COLUMN have;
ALTER TABLE attachment DROP COLUMN whole;
