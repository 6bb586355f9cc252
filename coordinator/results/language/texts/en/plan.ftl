# Plans of sweeps

plan-machine = Machine
plan-device = Device
plan-what = What
plan-precision = Precision
plan-threads = Threads
plan-engine = Engine
plan-expected = Expected
plan-cannot = cannot
plan-by = Rate
plan-by-measured = measured
plan-by-assumed = assumed

plan-product = matmul
plan-batch = batch { $count }
plan-streams = { $count } streams
plan-exact = exact
plan-simulated = { $device } (simulated)
plan-cell = { $what } on { $device } of { $machine }

plan-cells = { $count ->
    [one] { $count } cell
   *[other] { $count } cells
}
plan-machines = { $count ->
    [one] { $count } machine
   *[other] { $count } machines
}
plan-total = { $cells } on { $machines }; about { $time } in all
plan-slowest = Slowest machine: { $machine }
plan-budget = Budget { $budget }: the slowest machine, { $machine }, should be done after about { $time }.
plan-all-measured = How sure: these devices were measured before; the times follow from what they did then.
plan-all-assumed = How sure: a guess. Nothing like this was measured on these devices yet, so usual rates are assumed.
plan-some-assumed = How sure: { $count ->
    [one] one cell of { $machines } is a guess
   *[other] { $count } cells of { $machines } are guesses
} (nothing like it was measured there yet); the other times follow from what the devices did before.
plan-core = Common core, kept by every machine that can measure it: { $workloads }
plan-offline = Not connected now, and measured when they are: { $machines }
plan-nothing-dropped = Everything fits the budget: nothing was dropped.
plan-dropped = { $count ->
    [one] One cell was dropped
   *[other] { $count } cells were dropped
}, so that every machine ends in time:
plan-dropped-on = {"  "}{ $what }: dropped on { $machines }
plan-dropped-everywhere = {"  "}{ $what }: dropped on every machine
plan-refused = Cannot be measured: { $cells }: { $reason }
plan-remedy = . What to do: { $remedy }

plan-calibrating = Calibrating first: { $cells } on { $machines } show how fast these devices are, in about { $time } (--no-calibrate plans without).
plan-calibrated = Calibrated in { $time }.
plan-calibrated-in-part = Calibrated in { $time }; { $count ->
    [one] one cell
   *[other] { $count } cells
} could not be measured, and what is usual is assumed there.
plan-calibration-cancelled = Calibration cancelled; nothing was planned or started.
plan-left-out = { $count ->
    [one] One cell does not fit { $budget } and is left out
   *[other] { $count } cells do not fit { $budget } and are left out
}; `cotejo sweep plan` with the same arguments says which.
