# Listas de barridos y equipos, un barrido, y cómo está el coordinador.

## Barridos

sweeps-none = Aún no hay barridos.
sweep-head-sweep = Barrido
sweep-head-name = Nombre
sweep-head-started = Inicio
sweep-head-machines = Equipos
sweep-head-progress = Progreso
sweep-head-left = Falta
sweep-head-models = Modelos
sweep-head-sizes = Tamaños
sweep-head-batches = Lotes
sweep-head-matmul = Productos de matrices
sweep-head-devices = Dispositivos
sweep-head-threads = Hilos
sweep-head-precision = Precisión
sweep-head-engine = Motor
sweep-head-exact = Exacto
sweep-head-streams = Flujos
sweep-head-cell = Cada celda
sweep-head-budget = Presupuesto
sweep-head-seed = Semilla
sweep-head-away = Fuera de alcance
sweep-head-now = Ahora
sweep-progress = { $measured } de { $total } medidas
sweep-finished = acabado: { $progress }
sweep-calibration = { $name } (sin resultados)
sweep-about = unos { $time }
sweep-waits = espera a otros PC
sweep-every-device = todos los que haya
sweep-best-engine = el mejor de cada dispositivo
sweep-yes = sí
sweep-runs =
    { $count ->
        [one] { $count } ejecución
       *[other] { $count } ejecuciones
    }
sweep-at-most = { $time } como mucho
sweep-now = { $machine }: { $task } en { $device }: { $state }

## Equipos fuera de alcance

away-one = { $machine } desde las { $time } ({ $count ->
    [one] { $count } celda
   *[other] { $count } celdas
})
away-many = { $machines } PC ({ $cells } celdas)

## Equipos

machines-none = Aún no se ha conectado ningún equipo.
machine-head-machine = Equipo
machine-head-state = Estado
machine-head-cpu = CPU
machine-head-memory = RAM
machine-head-gpu = GPU
machine-head-labels = Etiquetas
machine-idle = libre
machine-measuring = midiendo
machine-imported = importado
machine-away = sin conexión desde { $time }
machine-cpu = { $cpu } ({ $cores })
machine-no-gpu = ninguna
machine-unusable = { $gpu } { $mark }
machine-cannot-be-used = no se puede usar: { $reason }
machines-alike = { $count } equipos con { $product }: { $online } conectados; { $memory } de memoria
machines-namesakes = { $count } equipos se llaman { $name }: las tablas no los distinguen. `cotejo-agent run --name` da a cada uno su propio nombre.
machines-range = { $median } (de { $least } a { $most })

## El coordinador

status-coordinator = Coordinador
status-version = Versión
status-started = Inicio
status-machines = Equipos
status-sweeps = Barridos
status-cells = Celdas
status-version-of = { $version } (protocolo { $protocol })
status-connected = { $online } de { $machines } conectados
status-unfinished = { $count } sin acabar
status-waiting = { $waiting } en espera, { $measuring } midiéndose

## Cómo calcula una red el motor optimizado

explain-head-layer = Capa
explain-head-algorithm = Algoritmo
explain-head-output = Salida
explain-head-gflop = GFLOP
explain-head-ms = ms
explain-head-share-of = % del
explain-head-time = tiempo
explain-head-per-second = /s
explain-head-peak = máximo
explain-of-peak = { $share } % del máximo
explain-precision = Precisión
explain-instruction-set = Instrucciones
explain-gpu = GPU
explain-threads = Hilos
explain-measured-peak = Máximo medido
explain-measured-copy = Copia medida
explain-forward = Inferencia entera
explain-build = Versión
explain-busy = Léase con cuidado: entretanto, otros programas han usado el { $percent } % de la CPU. Ciérrelos y repítalo.
explain-implausible = más rápida que el máximo medido, lo que no puede ser: la capa o el máximo se midieron mientras otro programa usaba el procesador. Repítalo.
explain-peak = Las operaciones se cuentan como en el algoritmo directo, dos por cada multiplicación y suma, sea cual sea el que calcula una capa: el de Winograd necesita menos, de modo que sus capas pueden superar el 100 % del máximo.
