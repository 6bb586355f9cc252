# Analysis

analysis-title = Lo que dicen las cifras
analysis-cpu-only = Los tiempos de GPU que figuran aquí son del { $group } ({ $gpu }): no se han medido en este PC.
analysis-reference = Los tiempos de GPU que figuran aquí son de referencia ({ $gpu }, «{ $set }»): no se han medido en este PC.
analysis-what = Lo que dicen las cifras
analysis-unknown = Lo que las cifras no permiten saber
finding-simulated = SIM { $sentence }

## Who and where

finding-on-cpu = { $what } en la CPU
finding-on-gpu = { $what } en la GPU
finding-on-peer = { $what } en la GPU del { $group }
finding-with = { $what } ({ $settings })
finding-engine = motor { $engine }
finding-exact = convolución directa
finding-pixels = { $at } px
finding-rows = { $at } filas
finding-batch = lote { $at }
finding-batches = lotes { $at }
finding-range = { $from } a { $to }
finding-task-batch = { $size }, lote { $batch }

## From where on the GPU wins

finding-gpu-wins-once = { $what }: con { $place }, lo único que se ha medido en ambos dispositivos, la GPU es más rápida; la CPU tarda { $ratio } veces lo que la GPU.
finding-gpu-wins = { $what }: la GPU es más rápida en todo lo que se ha medido en ambos dispositivos ({ $places }); la CPU tarda { $first } veces lo que la GPU con { $from } y { $last } veces con { $to }.
finding-cpu-wins-once = { $what }: con { $place }, lo único que se ha medido en ambos dispositivos, la CPU es más rápida; la GPU tarda { $ratio } veces lo que la CPU.
finding-cpu-wins = { $what }: la CPU es más rápida en todo lo que se ha medido en ambos dispositivos ({ $places }); la GPU tarda { $first } veces lo que la CPU con { $from } y { $last } veces con { $to }.
finding-gpu-wins-from = { $what }: la GPU gana a partir de { $at }, aproximadamente; según los intervalos de los tiempos, en algún punto de { $low } a { $high }; la CPU tarda { $first } veces lo que la GPU con { $from } y { $last } veces con { $to }.
finding-gpu-sure-from = { $what }: la GPU gana a partir de { $sure }; por debajo, con { $unsure }, los intervalos de los tiempos se solapan y los datos no permiten saberlo.
finding-cpu-sure-to = { $what }: la CPU gana hasta { $sure }; por encima, con { $unsure }, los intervalos de los tiempos se solapan y los datos no permiten saberlo.
finding-unsure = { $what }: con { $places } los intervalos de los tiempos de CPU y GPU se solapan, así que los datos no permiten saber quién gana; más ejecuciones, o un rango mayor, lo aclararían.
finding-mixed = { $what }: ningún punto separa CPU y GPU: la GPU gana con { $gpu } y la CPU con { $cpu }.
finding-mixed-unsure = { $what }: ningún punto separa CPU y GPU: la GPU gana con { $gpu } y la CPU con { $cpu }, y con { $unsure } los datos no permiten saberlo.
finding-nowhere = ninguno
finding-without-interval = Los tiempos sin intervalo se han tomado tal cual.
finding-none-crossover = Desde dónde gana la GPU: no hay tiempo de GPU junto a uno de CPU; lo daría un PC con GPU en la clase, o `cotejo reference import ARCHIVO`.

## Time against pixels

finding-growth = { $what }: de { $from } a { $to }, el tiempo crece como el número de píxeles elevado a { $exponent }{ $neighbours }; { $verdict } ({ $sizes } tamaños).
finding-growth-neighbours = { " " }(entre tamaños vecinos, de { $least } a { $greatest })
finding-growth-below = menos de 1, que sería tiempo proporcional a los píxeles: las imágenes grandes salen más baratas por píxel
finding-growth-above = más de 1, que sería tiempo proporcional a los píxeles: las imágenes grandes salen más caras por píxel
finding-growth-near = puede ser 1, tiempo proporcional a los píxeles: los datos no permiten distinguirlo; con más tamaños se podría
finding-growth-bare = 1 sería tiempo proporcional a los píxeles; con tan pocas ejecuciones no hay intervalos, y los datos no permiten saber con qué seguridad
finding-growth-two = con dos tamaños el margen es solo el de los tiempos, y nada muestra si es una única potencia; conviene medir más tamaños
finding-none-growth = Cómo crece el tiempo con el tamaño de la imagen: un solo tamaño no basta; `cotejo local --sizes 128,224,384,512,768,1024` mide más.

## Throughput against batch

finding-saturated = { $what }, { $size }: a partir de un lote de { $batch }, aumentarlo mejora menos de un 10 % las imágenes por segundo (como mucho { $gain } veces): { $smallest-rate } con lote { $smallest }, como mucho { $best-rate } con lote { $best }.
finding-saturated-unsure = { $what }, { $size }: a partir de un lote de unas { $batch }, aumentarlo parece mejorar menos de un 10 % las imágenes por segundo, pero los intervalos no permiten distinguirlo del 10 % ({ $gain } veces): { $smallest-rate } con lote { $smallest }, como mucho { $best-rate } con lote { $best }.
finding-growing = { $what }, { $size }: hasta el lote mayor, { $largest }, las imágenes por segundo siguen creciendo, y los datos no permiten saber dónde acaba (conviene medir lotes mayores): { $gain } veces las del lote { $before }; { $smallest-rate } con lote { $smallest }, { $best-rate } con lote { $best }.
finding-none-throughput = Qué aporta el lote: un solo tamaño de lote no basta; `cotejo local --sizes 224 --batches 1,2,4,8,16` mide más.

## Threads: Amdahl's law

finding-amdahl = { $what }: según la ley de Amdahl, el { $parallel } % del trabajo se hace en paralelo, de modo que ningún número de hilos lo hace más de { $limit } más rápido; { $most } hilos lo hicieron { $measured } veces más rápido que { $least }.
finding-amdahl-open = { $what }: según la ley de Amdahl, el { $parallel } % del trabajo se hace en paralelo; los datos no permiten saber dónde acaba la ganancia de más hilos, no antes de { $low } veces; { $most } hilos lo hicieron { $measured } veces más rápido que { $least }.
finding-amdahl-broken = { $what }: { $most } hilos lo hicieron { $measured } veces más rápido que { $least }, más que en proporción, lo que la ley de Amdahl no describe (su parte paralela sería el { $parallel } %).
finding-amdahl-nothing = { $what }: más hilos no aportan nada; { $most } hilos lo hicieron { $measured } veces más rápido que { $least } (la parte paralela de la ley de Amdahl sería el { $parallel } %).
finding-limit = { $value } veces
finding-limit-between = { $value } veces (de { $low } a { $high })
finding-amdahl-two = Con dos números de hilos nada muestra si la ley se cumple.
finding-amdahl-beyond =
    { $count ->
        [one] El tiempo con { $threads } hilos no entra en el ajuste: son más que los núcleos.
       *[other] Los tiempos con { $threads } hilos no entran en el ajuste: son más que los núcleos.
    }
finding-none-scaling = Qué aportan los hilos: un solo número de hilos no basta; `cotejo local --sizes 224 --threads { $threads }` mide más.
finding-none-scaling-one-core = Qué aportan los hilos: este PC tiene un solo núcleo, que no permite saberlo.

## Copies

finding-copies-once = { $what }: la transferencia de datos a la GPU y de vuelta supone el { $share } % de una inferencia con { $place } (medido con { $clock }; sin intervalo de confianza).
finding-copies = { $what }: la transferencia de datos a la GPU y de vuelta supone el { $first } % de una inferencia con { $from } y el { $last } % con { $to } (medido con { $clock }; sin intervalo de confianza).
finding-clock-device = el reloj de la propia GPU
finding-clock-host = el reloj del PC

## First run

finding-first-once = { $what }: con { $place }, la primera ejecución tarda { $ratio } veces lo que una en caliente; un script que mide una sola ejecución obtiene precisamente ese primer tiempo.
finding-first = { $what }: la primera ejecución tarda { $first } veces lo que una en caliente con { $from } y { $last } veces con { $to }; un script que mide una sola ejecución obtiene precisamente ese primer tiempo.

## Rate

finding-rate-once = { $what }: { $lowest } GFLOP/s con { $place }, el { $share } % de los { $peak } GFLOP/s del producto de matrices más rápido medido en ella ({ $rows }).
finding-rate = { $what }: de { $lowest } GFLOP/s con { $low-place } a { $highest } GFLOP/s con { $high-place }, del { $low-share } % al { $high-share } % de los { $peak } GFLOP/s del producto de matrices más rápido medido en ella ({ $rows }).
finding-rate-above = Más del 100 % es posible: las operaciones se cuentan como en la convolución directa, y el algoritmo de Winograd necesita menos; o bien el producto era demasiado pequeño o se midió con perturbaciones.
finding-none-rate-cpu = Cuánto se acerca la CPU a su máximo: no se ha medido en ella ningún producto de matrices; `cotejo local --devices cpu --matmul 2048` mide uno.
finding-none-rate-gpu = Cuánto se acerca la GPU a su máximo: no se ha medido en ella ningún producto de matrices; `cotejo local --devices gpu --matmul 4096` en su PC mide uno.

## The class

class-coverage = Lo que se ha medido
class-head-machine = PC
class-head-measured = Medidas
class-head-failed = Fallidas
class-head-pending = Pendientes
class-head-missing = Faltan
class-head-remark = Observación
class-away = fuera de alcance desde { $since }
class-no-gpu = sin GPU
class-simulated = SIM
class-anomalies = PC idénticos que difieren
class-no-anomalies = Ningún PC difiere más de un 10 % de la mediana de los que son como él con intervalos separados.
class-anomaly-slower = { $machine }: { $ratio } veces el tiempo habitual con { $task } ({ $time } s frente a { $usual } s), entre { $alike } PC iguales ({ $twins }); { $cells }; { $why }.
class-anomaly-pair = { $machine }: { $ratio } veces el tiempo de su gemelo con { $task } ({ $time } s frente a { $usual } s; { $twins }); { $cells }; { $why }.
class-cells =
    { $cells ->
        [one] difiere una celda
       *[other] difieren { $cells } celdas
    }
class-why = puede deberse a: { $reasons }
class-why-unknown = ningún aviso lo explica
class-hot = caliente ({ $degrees } °C)
class-held = frecuencia limitada ({ $reason })
class-twins-cpu = { $cpu }, { $cores ->
        [one] un núcleo
       *[other] { $cores } núcleos
    }, { $memory } GiB de RAM, { $os }
class-compared =
    { $machines ->
        [one] comparados: un PC con { $twins }
       *[other] comparados: { $machines } PC con { $twins }
    }
class-alone =
    { $devices ->
        [one] un dispositivo no tiene gemelo en la clase, por lo que no se puede decir nada de él: { $names }
       *[other] { $devices } dispositivos no tienen gemelo en la clase, por lo que no se puede decir nada de ellos: { $names }
    }
class-alone-item = { $machine } ({ $device })
