# What the formats of documents add to them: names of sheets and figures.

document-notes = Notes
document-table-sheet = Table { $number }
document-chart-sheet = Chart { $number }
document-margin = { $name }: ± (95 %)
document-below = { $name }: − (95 %)
document-above = { $name }: + (95 %)
document-table = Table
document-figure = Figure
workbook-times = Times { $date }
workbook-student = Student

## What each format is for

format-table = In this terminal
format-csv = One row a cell with every figure, for spreadsheets
format-samples = One row a forward pass, as CSV
format-json = Everything, for programs
format-md = Markdown; its charts lie in a folder beside it
format-html = One HTML file that needs nothing beside it
format-docx = For word processors
format-pdf = Pages
format-latex = LaTeX, with booktabs; its charts lie in a folder beside it
format-xlsx = For spreadsheets, with figures as numbers and a chart
chart-format-term = Characters, for the terminal
chart-format-svg = Lines that stay sharp at any size, for documents and web pages
chart-format-png = Pixels, for slides and whatever cannot show SVG
