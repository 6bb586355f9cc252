# Lo que los formatos añaden a los documentos: nombres de hojas y de figuras.

document-notes = Notas
document-table-sheet = Tabla { $number }
document-chart-sheet = Gráfico { $number }
document-margin = { $name }: ± (95 %)
document-below = { $name }: − (95 %)
document-above = { $name }: + (95 %)
document-table = Tabla
document-figure = Figura
