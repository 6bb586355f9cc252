# What the formats of documents add to them: names of sheets and figures.

document-notes = Notes
document-table-sheet = Table { $number }
document-chart-sheet = Chart { $number }
document-margin = { $name }: ± (95 %)
document-below = { $name }: − (95 %)
document-above = { $name }: + (95 %)
document-table = Table
document-figure = Figure
