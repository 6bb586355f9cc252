-- Whether an attempt at a job is under way or to come. The program writes it beside the state: which states are open is
-- its rule, and no query repeats it.
ALTER TABLE jobs ADD COLUMN open INTEGER NOT NULL DEFAULT 0 CHECK (open IN (0, 1));
UPDATE jobs SET open = 1 WHERE state IN ('queued', 'offered', 'running', 'uploading', 'unknown', 'cancelling');

DROP INDEX jobs_open;
CREATE INDEX jobs_open ON jobs (state, queued_ms) WHERE open = 1;
