-- When a piece of an attachment last came: one that nobody goes on with is let go. Those under way count as of now.
ALTER TABLE upload ADD COLUMN touched_ms INTEGER NOT NULL DEFAULT 0;
UPDATE upload SET touched_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
