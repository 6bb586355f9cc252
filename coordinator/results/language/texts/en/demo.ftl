# The rehearsal of a class with simulated PCs
demo-begins = A rehearsal with { $machines ->
        [one] one simulated PC
       *[other] { $machines } simulated PCs
    } at { $address }. Nothing is measured: every time is made up, and marked.
demo-pace = They are { $pace } times faster than real PCs; the time left is that of real ones.
demo-sweep = { $number } of { $total }: { $name }, { $cells } cells on { $machines ->
        [one] one PC
       *[other] { $machines } PCs
    }
demo-stays = The simulated class stays until Ctrl-C. To try on it, from another terminal:
demo-try-machines = The PCs, and what each of them is:
demo-try-results = A row a PC:
demo-try-csv = Everything, for a spreadsheet:
demo-try-compare = A PC without a GPU, beside a classmate's GPU times:
demo-try-analyze = What the figures say:
demo-try-chart = Time over image size, as a chart:
demo-try-student = A student's report:
demo-try-report = The teacher's report:
demo-try-sweep = Another sweep, watched:
demo-kept = The class's data are kept; this shows them again: { $command }
demo-over = The rehearsal is over; its data are removed.
