-- Identities and digests are text, so that a person can read the database; structures are JSON of cotejo-model.

CREATE TABLE machines (
    id           TEXT PRIMARY KEY,
    boot         TEXT NOT NULL,
    name         TEXT NOT NULL,
    labels       TEXT NOT NULL,
    capability   TEXT NOT NULL,
    last_seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE sweeps (
    id         TEXT PRIMARY KEY,
    spec       TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    -- The order in which a machine measures its jobs.
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    sweep       TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
    machine     TEXT NOT NULL REFERENCES machines (id),
    spec        TEXT NOT NULL,
    expected_ms INTEGER NOT NULL,
    state       TEXT NOT NULL,
    attempt     INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    failure     TEXT,
    queued_ms   INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL
) STRICT;

CREATE INDEX jobs_by_sweep ON jobs (sweep, machine, state);
CREATE INDEX jobs_queued ON jobs (machine, seq) WHERE state = 'queued';
CREATE INDEX jobs_open ON jobs (state, queued_ms)
    WHERE state IN ('queued', 'offered', 'running', 'uploading', 'unknown', 'cancelling');

CREATE TABLE results (
    seq         INTEGER PRIMARY KEY,
    job         TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt     INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    digest      TEXT NOT NULL,
    -- 1: it counts; 0: it came too late.
    accepted    INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    measurement TEXT,
    failure     TEXT,
    received_ms INTEGER NOT NULL,
    UNIQUE (job, attempt, fence, digest),
    CHECK ((measurement IS NULL) <> (failure IS NULL))
) STRICT;

-- No job counts twice, whatever the program does.
CREATE UNIQUE INDEX results_accepted ON results (job) WHERE accepted = 1;

-- What a device was last seen to do, to expect the duration of the next cell.
CREATE TABLE rates (
    machine          TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    device           TEXT NOT NULL,
    family           TEXT NOT NULL,
    flops_per_second REAL NOT NULL,
    PRIMARY KEY (machine, device, family)
) STRICT;

CREATE TABLE blobs (
    digest     TEXT PRIMARY KEY,
    size       INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
