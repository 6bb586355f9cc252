-- The bundle that brought a job; none of what was measured for this coordinator.
ALTER TABLE jobs ADD COLUMN bundle TEXT;

-- How sweeps came here, and how they came before to where the bundle was made.
CREATE TABLE imports (
    bundle      TEXT NOT NULL,
    sweep       TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
    version     TEXT NOT NULL,
    exported_ms INTEGER NOT NULL,
    imported_ms INTEGER NOT NULL,
    PRIMARY KEY (bundle, sweep)
) STRICT;

-- Times from elsewhere, that no agent measured.
CREATE TABLE reference_times (
    name        TEXT NOT NULL,
    device_name TEXT NOT NULL,
    task        TEXT NOT NULL,
    precision   TEXT NOT NULL,
    source      TEXT NOT NULL,
    software    TEXT,
    seconds     REAL NOT NULL,
    ci_low      REAL,
    ci_high     REAL,
    runs        INTEGER,
    measured_on TEXT,
    imported_ms INTEGER NOT NULL,
    PRIMARY KEY (name, device_name, task, precision),
    CHECK ((ci_low IS NULL) = (ci_high IS NULL))
) STRICT;
