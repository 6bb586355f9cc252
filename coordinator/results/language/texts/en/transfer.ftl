# Transfer

## What came of `cotejo results import`
import-new = { $count ->
    [0] nothing new
    [one] 1 new result
   *[other] { $count } new results
}
import-duplicates = { $count } known already
import-open = { $count ->
    [one] 1 has not ended here and is left alone
   *[other] { $count } have not ended here and are left alone
}
import-refused = { $count } refused:
import-other-result = { $what } on { $device } of { $machine } (job { $job }): it has another result here, which stays
import-other-cell = { $what } on { $device } of { $machine } (job { $job }): its identity stands for something else here
import-shown = `cotejo results { $sweeps }` shows what it brought

## Below tables
import-title = Imported
import-note = { $machines }: exported { $exported } by Cotejo { $version }, imported { $imported } (bundle { $digest })

## `cotejo results export`
export-written = wrote { $count ->
    [one] 1 result
   *[other] { $count } results
} to { $file } (bundle { $digest })

## `cotejo reference`
references-none = No reference times yet.
references-notice = Reference times: measured elsewhere and imported, not measured by Cotejo.
references-set = Set
references-gpu = GPU
references-task = Computation
references-precision = Precision
references-time = Time (s)
references-origin = Where it comes from
references-batch = { $task }, batch { $batch }
references-runs = { $count ->
    [one] 1 run
   *[other] { $count } runs
}
references-measured = measured { $date }
references-imported = imported { $date }
references-new = { $count ->
    [0] nothing new
    [one] 1 new reference time
   *[other] { $count } new reference times
}
references-replaced = { $count } replaced
references-duplicates = { $count } known already
references-change = { $task } on { $gpu }, { $precision }: { $old } s became { $new } s
references-removed = { $count ->
    [one] removed 1 reference time of the set { $set }
   *[other] removed { $count } reference times of the set { $set }
}
