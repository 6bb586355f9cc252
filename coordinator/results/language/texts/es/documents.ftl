# Lo que los formatos añaden a los documentos: nombres de hojas y de figuras.

document-notes = Notas
document-table-sheet = Tabla { $number }
document-chart-sheet = Gráfico { $number }
document-margin = { $name }: ± (95 %)
document-below = { $name }: − (95 %)
document-above = { $name }: + (95 %)
document-table = Tabla
document-figure = Figura
workbook-times = Tiempos { $date }
workbook-student = Alumnado

## Para qué sirve cada formato

format-table = En este terminal
format-csv = Una fila por celda con todas las cifras, para hojas de cálculo
format-samples = Una fila por inferencia, en CSV
format-json = Todo, para programas
format-md = Markdown; los gráficos quedan en una carpeta junto al documento
format-html = Un solo archivo HTML que no necesita nada más
format-docx = Para procesadores de textos
format-pdf = Páginas
format-latex = LaTeX, con booktabs; los gráficos quedan en una carpeta junto al documento
format-xlsx = Para hojas de cálculo, con las cifras como números y un gráfico
chart-format-term = Caracteres, para el terminal
chart-format-svg = Líneas nítidas a cualquier tamaño, para documentos y páginas web
chart-format-png = Píxeles, para diapositivas y lo que no muestre SVG
