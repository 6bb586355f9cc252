# Help of the commands

help-heading-options = Opciones
help-heading-global = Opciones generales
help-heading-arguments = Argumentos
help-heading-commands = Órdenes
help-value-command = ORDEN
help-value-options = [OPCIONES]
help-usage = Uso:
help-help = Muestra la ayuda
help-version = Muestra la versión
help-default = [por defecto: { $value }]
help-values = [valores: { $value }]
help-variable = [variable de entorno: { $value }]

# Lo que comparten varias órdenes.
help--coordinator = El coordinador con el que se habla, como URL o equipo:puerto
help--data-dir = Dónde guarda este PC sus propios resultados; por defecto, la carpeta de datos del sistema
help--lang = El idioma en que se dice todo: { $languages }; por defecto, el del sistema
help--verbose = Cuenta más por la salida de error; -vv lo cuenta todo
help--local = Lee los resultados propios de este PC, sin preguntar a ningún coordinador
help--format = En qué formato se escribe
help--output = Lo escribe en este archivo
help--force = Reemplaza el archivo de salida si existe
help--sweeps = Barridos por nombre, identidad o los últimos ocho caracteres de esta; por defecto todos, y de cada celda el tiempo más reciente
help--sweep = Su nombre, su identidad o los últimos ocho caracteres de esta; por defecto, el más reciente
help--newest = Solo el barrido más reciente con resultados
help--file = Un archivo de barrido (TOML); sus claves son los nombres de estas opciones
help--preset = De qué se parte: practice (por defecto), quick o full
help--models = Clasificadores: { $models }
help--sizes = Tamaños de imagen, en píxeles por lado
help--batches = Imágenes por inferencia
help--matmul = Productos de matrices de estos tamaños; si van solos, no se mide otra cosa
help--devices = Dispositivos: cpu, gpu, cuda:0, …; por defecto, todos los que se encuentren
help--threads = Hilos de CPU: all (uno por núcleo físico) o un número
help--precision = Aritmética: f32 (estricta, por defecto); en GPU también tf32, f16, bf16
help--engine = Cómo se calcula: optimized o reference; por defecto, lo mejor que tenga cada dispositivo
help--exact = Limita el motor optimizado de CPU a la convolución directa, sin el redondeo de algoritmos más rápidos
help--streams = Inferencias a la vez, cada una con su parte de los hilos de la CPU (motor optimizado); sus imágenes se suman
help--image = La imagen que se clasifica (JPEG, PNG, BMP, WebP); por defecto, una incorporada
help--weights = Pesos (.safetensors, .pth), MODELO=ARCHIVO para cada uno de varios modelos; por defecto, aleatorios
help--runs = Exactamente tantas ejecuciones de cada celda; por defecto lo decide su dispersión
help--cell-budget = Tiempo para cada celda, como 25s o 2m
help--budget = Tiempo hasta que acabe el equipo más lento, como 25m; lo que no cabe se descarta
help--no-calibrate = Con --budget: no mide antes cuánto rinden los dispositivos de los que aún no se sabe
help--seed = Con qué se barajan las celdas
help--name = Cómo se llama el barrido
help--machines = Equipos por nombre o identidad; por defecto, todos
help--labels = Solo los equipos que tengan todas estas etiquetas, como room=A1

## Lo que clap encuentra mal en una orden

usage-unknown-argument = no se reconoce la opción { $argument }
usage-unknown-command = no se reconoce la orden { $command }
usage-invalid-value = { $value } no vale para { $argument }
usage-no-value = falta el valor de { $argument }
usage-validation = { $value } no vale para { $argument }: { $error }
usage-too-many-values = sobran valores de { $argument }: { $value }
usage-wrong-count = { $argument } lleva otro número de valores
usage-no-equals = el valor de { $argument } va tras un signo igual
usage-conflict = { $argument } no puede ir con { $other }
usage-twice = { $argument } no puede ir dos veces
usage-missing = falta lo que la orden necesita: { $arguments }
usage-missing-command = falta una orden: { $command } las lleva
usage-not-text = la orden no es texto en UTF-8
usage-other = la orden no se entiende: { $error }
usage-values = valores posibles: { $values }
usage-commands = órdenes: { $commands }
usage-similar =
    { $count ->
        [one] algo parecido: { $suggestions }
       *[other] algo parecido: { $suggestions }
    }
usage-more = Más información con { $help }.

help = Compara el tiempo de inferencia de las CPU y las GPU de todos los PC de un aula
help-after =
    Ejemplos:
      cotejo local                                 mide este PC: ResNet18 con 224, 512 y 1024 píxeles
      cotejo local --sizes 128,256 --batches 1,8   otros tamaños y lotes
      cotejo results --format csv                  lo medido, para una hoja de cálculo
      cotejo compare                               mis tiempos de CPU con los de GPU de otro grupo
      cotejo report --output memoria.docx          la memoria de la práctica, para completarla
      cotejo demo                                  una clase de PC simulados en este, para probarlo todo
      cotejo doctor                                qué impide medir bien en este PC
      cotejo sweep start --preset practice --watch mide una clase entera
      cotejo machines list                         los PC de la clase

    Códigos de salida:
      0    hecho: todo se midió, se escribió o se inició
      1    algo falló, o una celda de `cotejo local` no se pudo medir
      2    la orden, un archivo de barrido, una imagen o unos pesos están mal; no se inició nada
      3    ningún coordinador responde
      130  interrumpido con Ctrl-C: `local` conserva lo medido, un barrido que se sigue continúa
help-local = Mide este PC: CPU y GPU, una junto a otra, sin otro PC y sin red
help-local--plan = Escribe las celdas y la duración prevista, sin medir nada
help-local-after =
    Ejemplos:
      cotejo local                                  la práctica: ResNet18 con 224, 512 y 1024 píxeles
      cotejo local --preset quick                   unos segundos
      cotejo local --models resnet18,mobilenet_v2 --sizes 224
      cotejo local --matmul 1024,4096               solo productos de matrices
      cotejo local --precision f32,f16 --devices cpu,gpu
      cotejo local --image gato.jpg --weights resnet18.safetensors
      cotejo local clase.toml --plan                qué pide el archivo y cuánto tarda

    Cada precisión tiene su propia tabla. Este mismo programa mide las GPU; candle sin más en una GPU
    (--engine reference) necesita cotejo-worker-cuda junto a este programa.
    Ctrl-C conserva lo medido (`cotejo results` lo muestra); un segundo acaba al momento.
    Códigos de salida: 0 todo medido, 1 una celda no se pudo medir, 2 entrada errónea, 130 Ctrl-C.
help-doctor = Dice qué impide medir bien en este PC y qué hacer
help-doctor-after =
    Ejemplos:
      cotejo doctor
      cotejo doctor --coordinator http://docente:7420   también su conexión con la clase
      cotejo doctor --format json

    Códigos de salida: 0 todo en orden, 1 un problema, 2 entrada errónea, 3 solo avisos, 130 Ctrl-C.
help-explain = Muestra, capa a capa, cómo calcula una red en este PC el motor optimizado
help-explain--model = Clasificador: { $models }
help-explain--size = Tamaño de imagen, en píxeles por lado
help-explain--batch = Imágenes por inferencia
help-explain--device = Dispositivo: cpu, o una GPU como cuda:0
help-explain--precision = Formato numérico: f32; en GPU también tf32, f16, bf16
help-explain--weights = Pesos (.safetensors, .pth); por defecto, aleatorios
help-explain-after =
    Ejemplos:
      cotejo explain                                  ResNet18 con 224 píxeles, en todos los núcleos
      cotejo explain --model mobilenet_v2 --batch 8
      cotejo explain --exact                          sin Winograd
      cotejo explain --device cuda:0 --precision f16  en una GPU
      cotejo explain --format csv > capas.csv

    Códigos de salida: 0 explicado, 1 no se pudo, 2 entrada errónea, 130 Ctrl-C.
help-sweep = Inicia, planifica, sigue y cancela barridos de una clase
help-sweep-start = Inicia un barrido en los equipos de la clase
help-sweep-start--watch = Lo sigue hasta que acabe; Ctrl-C deja de seguirlo y el barrido continúa
help-sweep-start-after =
    Ejemplos:
      cotejo sweep start --preset practice --watch
      cotejo sweep start clase.toml --name "Grupo B" --machines pc-01,pc-02
      cotejo sweep start --sizes 224,512 --labels room=A1 --cell-budget 10s
      cotejo sweep start --preset full --budget 25m     lo que todos los PC pueden hacer en una sesión

    Las opciones van antes que el archivo, y el archivo antes que el preset. Mientras se sigue, Ctrl-C deja de seguirlo
    (código de salida 130): el barrido continúa, y `cotejo sweep cancel` lo acaba.
help-sweep-plan = Escribe las celdas de un barrido y la duración prevista, sin ejecutarlo
help-sweep-plan-after =
    Ejemplos:
      cotejo sweep plan --preset full
      cotejo sweep plan --preset full --budget 25m
      cotejo sweep plan clase.toml --budget 25m --format json

    Con --budget se descartan celdas hasta que todos los equipos acaben a tiempo. Las de la propia práctica (ResNet18 con
    224, 512 y 1024 píxeles, lote 1, f32, todos los hilos) son las últimas en descartarse; las más pesadas y las más
    alejadas de la práctica, las primeras. Todos los equipos siguen el mismo orden, de modo que tienen en común las celdas
    más importantes. Los dispositivos que aún no se midieron se miden antes unos segundos; Ctrl-C lo cancela.
help-sweep-list = Lista los barridos, el más reciente primero
help-sweep-list--limit = Cuántos como mucho; 0 los lista todos
help-sweep-show = Muestra un barrido: qué mide y por dónde va
help-sweep-watch = Sigue un barrido hasta que acabe; Ctrl-C deja de seguirlo
help-sweep-cancel = Cancela lo que un barrido aún no haya medido
help-sweep-cancel--sweep = Su nombre, identidad o los últimos ocho caracteres de esta; por defecto, el que no ha acabado
help-machines = Los equipos de una clase
help-machines-list = Lista los equipos con sus dispositivos
help-results = Muestra lo medido, en muchos formatos; lo lleva a otro sitio, y lo trae aquí
help-results--by = Qué es una fila: size (CPU y GPU, una junto a otra), machine o device
help-results-after =
    Ejemplos:
      cotejo results                        el tiempo más reciente de cada celda, de todos los barridos
      cotejo results --newest               el barrido más reciente con resultados
      cotejo results 1a2b3c4d --by machine  un barrido, una fila por equipo
      cotejo results --format csv --output todo.csv
      cotejo results --output resultados.xlsx --lang es
      cotejo results --csv-dialect es --output resultados.csv
      cotejo results --format samples --output muestras.csv

    Sin --coordinator se lee un coordinador en http://127.0.0.1:7420 si responde, y si no los resultados propios de este
    PC; una línea por la salida de error dice cuál.
help-status = Muestra cómo está el coordinador
help-results--csv-dialect = Quién lee el CSV: una hoja de cálculo con comas decimales no entiende el de los programas
help--with = De quién son los tiempos de GPU: closest-cpu, best-gpu, median-gpu, reference, o el nombre o seudónimo de un PC; por defecto los propios si tiene GPU, si no closest-cpu, si no reference
help--mine = Este PC
help--machine = Otro PC, por nombre, seudónimo, identidad o los últimos ocho caracteres de esta
help-compare = Muestra los tiempos de CPU de un PC con tiempos de GPU al lado: los propios, los de otro grupo o los del docente
help-compare-after =
    Ejemplos:
      cotejo compare --mine                 los tiempos de CPU de este PC y tiempos de GPU: los propios, o los del
                                            compañero con la CPU más parecida
      cotejo compare --mine --with best-gpu los de la GPU más rápida de la clase
      cotejo compare --with reference       los tiempos de referencia del docente
      cotejo compare --machine pc-07 --with pc-12
      cotejo compare --mine --lang es --output tabla.txt

    Solo comparte fila lo que se puede comparar: la misma tarea, precisión, hilos, motor, pesos y versión. Lo que quedó
    fuera se cuenta bajo la tabla. Los PC de otros se nombran con seudónimos, que --with también entiende.
help-analyze = Dice en frases sencillas qué muestran las cifras y qué no pueden mostrar
help-analyze-after =
    Ejemplos:
      cotejo analyze                        todos los PC
      cotejo analyze --mine                 este PC
      cotejo analyze --newest               todos los PC, solo con el barrido más reciente
      cotejo analyze 1a2b3c4d --machine pc-07

    Cada hallazgo es una frase con sus cifras; a lo que los datos no pueden decir le acompaña qué medir.
help-report = Escribe el informe de la práctica: el de un alumno, para completarlo, o el de la clase para el docente
help-report--class = El informe del docente: todos los equipos, cobertura, comparación y anomalías
help-report-after =
    Ejemplos:
      cotejo report --output informe.docx           el informe de este PC, para completarlo con un procesador de textos
      cotejo report --lang es --output memoria.pdf
      cotejo report --with reference --output memoria.md
      cotejo report --class --output clase.html     el informe del docente sobre todos los barridos
      cotejo report --class Martes --output clase.pdf

    La extensión del archivo elige el formato: { $endings }; o lo dice --format.
help-chart = Dibuja lo medido: tiempo según el tamaño, aceleración, rendimiento, hilos, la clase
help-chart--kind = Qué muestra
help-chart--output = Lo escribe en este archivo, cuya extensión dice cómo: .svg, .png o .txt; con `all`, en esta carpeta
help-chart--format = Cómo se dibuja; por defecto, lo que diga la extensión del archivo, SVG en una carpeta y si no en el terminal
help-chart--force = Reemplaza los archivos de salida que existan
help-chart--model = Solo este modelo: { $models }, o matmul para los productos
help-chart--precision = Solo con esta precisión
help-chart--engine = Solo con este motor
help-chart--threads = Solo con tantos hilos de CPU: all o un número
help-chart--size = Solo con este tamaño de imagen, en píxeles por lado
help-chart--batch = Solo con tantas imágenes por inferencia
help-chart--machine = Solo de este equipo, por nombre o identidad
help-chart-after =
    Ejemplos:
      cotejo chart size                               el gráfico de la práctica, en el terminal
      cotejo chart size --output tiempos.png          para una memoria o un proyector
      cotejo chart class practice --size 512          en qué difieren los PC de una clase
      cotejo chart threads --machine pc-01 --output hilos.svg
      cotejo chart all --output graficos              todos los que tengan datos, en una carpeta

    Un gráfico es de mediciones que se pueden comparar: con el mismo modelo, precisión, hilos, motor, pesos y versión.
    Si hay varios conjuntos así, se dibuja el que más puntos tiene; las opciones eligen otro. Las líneas bajo el título
    dicen cuál es y cuántas mediciones no están en él.

    Códigos de salida: 0 dibujado, 1 no hay datos para ello, 2 entrada errónea, 3 ningún coordinador responde.
help-results-export = Escribe resultados en un solo archivo, para importarlos en otro sitio
help-results-export--bundle = El archivo que se escribe
help-results-export--force = Reemplaza el archivo si existe
help-results-export-after =
    Ejemplos:
      cotejo results export --bundle casa.cotejo             todos los barridos
      cotejo results export --bundle uno.cotejo 1a2b3c4d     uno de ellos

    El archivo contiene todas las muestras, los equipos y los barridos; `cotejo results import` lo recibe en otro sitio.
help-results-import = Recibe los resultados de un archivo que escribió `cotejo results export`
help-results-import--file = El archivo
help-results-import--local = Cambia los resultados propios de este PC, sin preguntar a ningún coordinador
help-results-import-after =
    Ejemplos:
      cotejo results import casa.cotejo
      cotejo results import casa.cotejo --coordinator http://docente:7420

    Lo que ya está se reconoce y nunca se sobrescribe; un archivo dañado se rechaza entero.
    Códigos de salida: 0 importado o ya conocido, 1 algún resultado se rechazó, 2 el archivo no es válido.
help-reference = Tiempos medidos en otro sitio, para quien no tiene GPU
help-reference-after =
    Ejemplos:
      cotejo reference import curso.csv
      cotejo reference import curso.toml --set 2026
      cotejo reference list
      cotejo reference remove 2026

    Un archivo CSV tiene las columnas gpu, model, size, batch, precision, time, unit (s, ms o us) y source, y puede tener
    kind (classify o matmul), software, ci_low, ci_high, runs y measured_on. docs/references.md muestra ambas formas.
help-reference-import = Recibe los tiempos de referencia de un archivo CSV o TOML
help-reference-import--file = El archivo; su extensión dice cómo está escrito
help-reference-import--set = Cómo se llama el conjunto; por defecto, como diga el archivo o como se llame este
help-reference-import--local = Cambia los tiempos guardados en este PC, sin preguntar a ningún coordinador
help-reference-list = Lista los tiempos de referencia
help-reference-remove = Quita un conjunto de tiempos de referencia
help-reference-remove--set = Cómo se llama
help-reference-remove--local = Cambia los tiempos guardados en este PC, sin preguntar a ningún coordinador
help-demo = Ensaya una clase en este PC: PC simulados, tiempos inventados, y todo lo demás, como en la clase real
help-demo--agents = PC simulados, de 1 a 100
help-demo--pace = Cuántas veces más deprisa que un PC real mide cada uno
help-demo--listen = Dónde escucha el coordinador de la clase, en este PC; por defecto, en cualquier puerto libre
help-demo--once = Acaba tras la tabla, en vez de esperar a Ctrl-C
help-demo--keep = Guarda los datos de la clase en esta carpeta, nueva o vacía; por defecto se borran al acabar
help-demo-after =
    Ejemplos:
      cotejo demo                         veinte PC; con ellos se prueban las demás órdenes hasta Ctrl-C
      cotejo demo --agents 5 --once       cinco PC, y solo la tabla
      cotejo demo --seed 7                otra clase
      cotejo demo --sizes 64,128 --pace 5 otro barrido, más despacio

    No se mide nada: todos los tiempos son inventados, y donde aparecen están marcados con SIM o `simulated`.
    Códigos de salida: 0 mostrado, 1 no se pudo, 2 entrada errónea, 130 Ctrl-C antes de la tabla.
help-completions = Escribe el guion con que un intérprete de órdenes completa órdenes y opciones
help-completions--shell = El intérprete de órdenes
help-completions-after =
    Ejemplos:
      cotejo completions bash > ~/.local/share/bash-completion/completions/cotejo
      cotejo completions zsh > ~/.zfunc/_cotejo
      cotejo completions fish > ~/.config/fish/completions/cotejo.fish
      cotejo completions powershell >> $PROFILE

    docs/shell.md dice qué más necesita cada uno.
help-man = Escribe la página de manual de este programa, o las de todas las órdenes
help-man--output = Escribe una página por orden en esta carpeta; las que haya se reemplazan
help-man-after =
    Ejemplos:
      cotejo man | man -l -
      cotejo man --output ~/.local/share/man/man1

    docs/shell.md dice dónde se buscan.

## Lo que significan los valores de algunas opciones

help-doctor--format-text = Para las personas
help-doctor--format-json = Para los programas
help-explain--format-table = Para las personas
help-explain--format-json = Todo, para los programas
help-explain--format-csv = Una fila por capa, para hojas de cálculo
help-sweep-plan--format-table = Para las personas
help-sweep-plan--format-json = Para los programas
help-machines-list--format-table = Para las personas
help-machines-list--format-json = Para los programas
help-reference-list--format-table = Para las personas
help-reference-list--format-json = Para los programas
help-results--csv-dialect-plain = Programas: comas entre los campos, puntos decimales
help-results--csv-dialect-en = Una hoja de cálculo en inglés: comas entre los campos, números como 1.5
help-results--csv-dialect-es = Una hoja de cálculo en español: punto y coma entre los campos, números como 1,5
help-chart--format-term = { chart-format-term }
help-chart--format-svg = { chart-format-svg }
help-chart--format-png = { chart-format-png }
help-chart--kind-size = Tiempo según el tamaño de imagen, CPU y GPU: el gráfico de la práctica
help-chart--kind-speed-up = Cuántas veces más rápida es la GPU que la CPU, según el tamaño de imagen
help-chart--kind-throughput = Imágenes por segundo según el tamaño del lote
help-chart--kind-threads = Cuántas veces más rápida es una CPU con más hilos que con uno
help-chart--kind-class = Los tiempos de todos los equipos con un mismo tamaño de imagen
help-chart--kind-all = Todos ellos

## El agente

agent-help = Mide este equipo para un coordinador de Cotejo
agent-help-run = Se conecta con el coordinador y mide lo que este le encarga, hasta que se detenga
agent-help-probe = Dice qué es este equipo y qué puede medir
agent-help-doctor = Dice qué impide medir bien en este equipo y qué hacer
agent-help-doctor-after =
    Códigos de salida:
      0  todo en orden
      1  hay un problema: algo no se puede medir o no se puede entregar
      2  los ajustes son erróneos; no se ha examinado nada
      3  solo hay avisos
agent-help-run--coordinator = Dónde escucha el coordinador [por defecto: 127.0.0.1:7420]
agent-help-probe--coordinator = { agent-help-run--coordinator }
agent-help-doctor--coordinator = { agent-help-run--coordinator }
agent-help-run--name = Cómo se llama este equipo [por defecto: su nombre en la red]
agent-help-probe--name = { agent-help-run--name }
agent-help-doctor--name = { agent-help-run--name }
agent-help-run--labels = Con qué eligen los barridos este equipo, por ejemplo room=B12; puede repetirse
agent-help-probe--labels = { agent-help-run--labels }
agent-help-doctor--labels = { agent-help-run--labels }
agent-help-run--data-dir = Identidad, resultados en espera, imágenes y pesos
agent-help-probe--data-dir = { agent-help-run--data-dir }
agent-help-doctor--data-dir = { agent-help-run--data-dir }
agent-help-run--worker = El programa que mide [por defecto: cotejo-worker junto a este]
agent-help-probe--worker = { agent-help-run--worker }
agent-help-doctor--worker = { agent-help-run--worker }
agent-help-run--cuda-worker = El programa que mide en GPU NVIDIA [por defecto: cotejo-worker-cuda junto a este, si está]
agent-help-probe--cuda-worker = { agent-help-run--cuda-worker }
agent-help-doctor--cuda-worker = { agent-help-run--cuda-worker }
help--insecure = Acepta cualquier dirección, sin cifrado y sin comprobar quién está al otro lado
help--config = El archivo de configuración
help--log-format = La forma de las líneas del registro, que van a la salida de error
help--log-format-text = Líneas para las personas
help--log-format-json = Un objeto JSON por línea
agent-help-probe--format-text = Líneas para las personas
agent-help-probe--format-json = JSON
agent-help-doctor--format-text = Líneas para las personas
agent-help-doctor--format-json = JSON

## El coordinador

coordinator-help = Planifica barridos, encarga sus trabajos a los agentes de una clase, guarda las mediciones y las compara
coordinator-help-run = Atiende hasta que se interrumpa
coordinator-help-run--listen = Dónde se conectan los agentes y las personas [por defecto: 127.0.0.1:7420]
coordinator-help-run--data-dir = La carpeta de la base de datos y de los archivos [por defecto: la carpeta de datos del sistema]
coordinator-help-run--config = El archivo de configuración [por defecto: coordinator.toml en la carpeta de configuración del sistema, si está]
coordinator-help-run--insecure = Permite una dirección a la que otros llegan, sin cifrado ni identidad
coordinator-help-run--log-format = La forma del registro en la salida de error [por defecto: text]

## Cómo se llama el lugar de un valor

help-name-address = DIRECCIÓN
help-name-batch = LOTE
help-name-bool = SÍ_O_NO
help-name-count = CANTIDAD
help-name-device = DISPOSITIVO
help-name-dialect = DIALECTO
help-name-dir = CARPETA
help-name-duration = DURACIÓN
help-name-engine = MOTOR
help-name-file = ARCHIVO
help-name-folder = CARPETA
help-name-format = FORMATO
help-name-images = IMÁGENES
help-name-key = CLAVE
help-name-kind = TIPO
help-name-language = IDIOMA
help-name-machine = EQUIPO
help-name-model = MODELO
help-name-name = NOMBRE
help-name-number = NÚMERO
help-name-peer = COMPAÑERO
help-name-pixels = PÍXELES
help-name-precision = PRECISIÓN
help-name-row = FILA
help-name-rows = FILAS
help-name-set = CONJUNTO
help-name-size = TAMAÑO
help-name-sweep = BARRIDO
help-name-threads = HILOS
help-name-times = VECES
help-name-value = VALOR
