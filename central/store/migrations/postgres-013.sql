-- Attachments under way, each device's own until they are whole and what their digest says. Those that had begun
-- begin anew.
CREATE TABLE upload (
    office    text NOT NULL,
    sha256    text NOT NULL,
    device_id text NOT NULL,
    size      bigint NOT NULL,
    have      bigint NOT NULL,
    PRIMARY KEY (office, sha256, device_id)
);
CREATE TABLE upload_piece (
    office    text NOT NULL,
    sha256    text NOT NULL,
    device_id text NOT NULL,
    at        bigint NOT NULL,
    body      bytea NOT NULL,
    PRIMARY KEY (office, sha256, device_id, at)
);
DELETE FROM attachment_piece WHERE EXISTS (
    SELECT 1 FROM attachment AS begun WHERE begun.office = attachment_piece.office
    AND begun.sha256 = attachment_piece.sha256 AND begun.whole = 0
);
DELETE FROM attachment WHERE whole = 0;
ALTER TABLE attachment DROP COLUMN have;
ALTER TABLE attachment DROP COLUMN whole;
