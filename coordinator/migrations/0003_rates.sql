-- What a device was last seen to do with a workload of a family, by the operations of a run: one amount says little of
-- another that is a hundred times as large. What was kept without the amount is learnt again.

DROP TABLE rates;

CREATE TABLE rates (
    machine          TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    device           TEXT NOT NULL,
    family           TEXT NOT NULL,
    flops            REAL NOT NULL,
    flops_per_second REAL NOT NULL,
    -- Interquartile range of the runs over their median.
    spread           REAL,
    load_seconds     REAL NOT NULL,
    PRIMARY KEY (machine, device, family, flops)
) STRICT;
