-- What a window did about a fact that was set aside: corrected or handed over, by whom, when by its clock, in its words.
ALTER TABLE aside ADD COLUMN dealt_how TEXT NOT NULL DEFAULT '';
ALTER TABLE aside ADD COLUMN dealt_by TEXT NOT NULL DEFAULT '';
ALTER TABLE aside ADD COLUMN dealt_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE aside ADD COLUMN dealt_words TEXT NOT NULL DEFAULT '';
