# Peers

peers-title = Tiempos de CPU y GPU de { $machine }
peers-group = Grupo { $code }

## What must stand above everything else (the practice's "Option B")

peers-notice-peer = Los tiempos de GPU de este trabajo se han obtenido de otro grupo: { $group }, con la GPU { $gpu }. No se han medido en este PC.
peers-notice-reference = Los tiempos de GPU de este trabajo son tiempos de referencia, importados y no medidos en esta clase: { $gpu }, de «{ $set }». Fuente: { $source }.
peers-notice-instead = Ningún tiempo de GPU de esta clase puede figurar aquí, así que se muestran los de referencia.
peers-nobody-not-asked = Solo se han leído los resultados de este PC, que no tiene tiempos de GPU. Con --coordinator http://PROFESOR:7420 se piden al coordinador de la clase los de un compañero.
peers-nobody-no-gpu = Ningún otro PC de la clase tiene tiempos de GPU, y este tampoco.
peers-nobody-incomparable =
    { $gpus ->
        [one] Se ha medido una GPU de la clase, pero ninguno de sus tiempos puede figurar junto a un tiempo de CPU de este PC.
       *[other] Se han medido { $gpus } GPU de la clase, pero ninguno de sus tiempos puede figurar junto a un tiempo de CPU de este PC.
    }
peers-nobody-machine =
    { $gpus ->
        [0] El { $group } no tiene tiempos de GPU.
       *[other] El { $group } tiene tiempos de GPU, pero ninguno que pueda figurar junto a un tiempo de CPU de este PC.
    }
peers-nobody-references = No hay tiempos de referencia; el profesorado los da con `cotejo reference import ARCHIVO`.
peers-nobody-matching =
    { $references ->
        [one] El único tiempo de referencia es de otra tarea u otra precisión que las medidas aquí.
       *[other] Los { $references } tiempos de referencia son todos de otras tareas o precisiones que las medidas aquí.
    }

## The table

peers-head-model = Modelo
peers-head-size = Tamaño de la imagen
peers-head-size-mixed = Tamaño
peers-head-batch = Lote
peers-head-cpu = Tiempo CPU (s)
peers-head-gpu-own = Tiempo GPU (s)
peers-head-gpu-peer =
    Tiempo GPU (s)
    (obtenido de otro grupo)
peers-head-gpu-reference =
    Tiempo de referencia (GPU) (s)
peers-head-speed-up = Aceleración
peers-matmul = Producto de matrices
peers-gap-not-measured = sin medir en ese PC
peers-gap-no-reference = sin tiempo de referencia
peers-gap-differs = difiere: { $differences }
peers-gap-nobody = sin tiempo de GPU
peers-no-speed-up = -
peers-settings = Precisión { $precision }; { $threads }; motor { $engine }; pesos: { $weights }; versión: { $build }.
peers-settings-exact = Precisión { $precision }; { $threads }; motor { $engine }, con convolución directa en la CPU; pesos: { $weights }; versión: { $build }.
peers-weights-random = aleatorios, semilla { $seed }
peers-weights-file = archivo { $digest }
peers-weights-none = ninguno
peers-interval = ± es el intervalo de confianza del 95 % de la mediana.
peers-care = * Leer con cautela: { $reasons }.
peers-flag-between = { $least } a { $greatest }
peers-flag-noisy = las muestras se dispersan mucho ({ $figure } % de la mediana)
peers-flag-busy = otros programas usaban la CPU ({ $figure } %)
peers-flag-battery = con batería
peers-flag-throttled = la frecuencia bajó al { $figure } %
peers-flag-slept = el PC se durmió ({ $figure } s)
peers-flag-short = demasiado pocas muestras para un intervalo estrecho (± { $figure } %)
peers-flag-implausible = más rápido de lo que puede ser el dispositivo ({ $figure } veces su máximo)

## Where the times come from

peers-provenance-gpu = De dónde vienen los tiempos de GPU
peers-provenance-cpu = De dónde vienen los tiempos de CPU
peers-who = { $group }: un seudónimo, siempre el mismo para el mismo PC
peers-who-imported = { $group }: un seudónimo, siempre el mismo para el mismo PC; sus resultados se han importado de un archivo
peers-gpu = GPU: { $gpu }
peers-cpu-of-peer = CPU de ese PC: { $cpu }
peers-cpu-unknown = CPU de ese PC: no se conoce
peers-cpu-own = CPU: { $cpu } ({ $machine })
peers-cpu-own-imported = CPU: { $cpu } ({ $machine }); sus resultados se han importado de un archivo
peers-gpu-memory = { $memory } de VRAM
peers-gpu-capability = capacidad de cómputo { $capability }
peers-gpu-driver = controlador { $version }
peers-gpu-simulated = simulada
peers-measured = Medidos el { $first }; cada tiempo es la mediana de { $runs }, con su intervalo de confianza del 95 %
peers-measured-between = Medidos entre el { $first } y el { $last }; cada tiempo es la mediana de { $runs }, con su intervalo de confianza del 95 %
peers-runs =
    { $least ->
        [one] una ejecución
       *[other] { $least } ejecuciones
    }
peers-runs-between = { $least } a { $most } ejecuciones
peers-how = Motor { $engine }; precisión { $precision }; versión: { $build }
peers-why-asked = Por qué este: se ha pedido
peers-why-closest =
    { $candidates ->
        [one] Por qué este: es la única GPU de la clase con tiempos comparables; su CPU tarda { $ratio } veces lo que la de este PC ({ $cells ->
            [one] según un tiempo de CPU que ambos tienen
           *[other] media geométrica de { $cells } tiempos de CPU que ambos tienen
        })
       *[other] Por qué este: de { $candidates } GPU de la clase con tiempos comparables, es la del PC con la CPU más parecida a la de este: tarda { $ratio } veces lo que tarda esta ({ $cells ->
            [one] según un tiempo de CPU que ambos tienen
           *[other] media geométrica de { $cells } tiempos de CPU que ambos tienen
        })
    }
peers-why-same-cpu =
    { $candidates ->
        [one] Por qué este: es la única GPU de la clase con tiempos comparables; su CPU es del mismo modelo
       *[other] Por qué este: de { $candidates } GPU de la clase con tiempos comparables, es la primera cuyo PC tiene una CPU del mismo modelo; ningún PC tiene tiempos de CPU en común con este
    }
peers-why-first =
    { $candidates ->
        [one] Por qué este: es la única GPU de la clase con tiempos comparables
       *[other] Por qué este: de { $candidates } GPU de la clase con tiempos comparables, es la primera por nombre; ninguna CPU se ha podido comparar con la de este PC
    }
peers-why-best =
    { $candidates ->
        [one] Por qué este: es la única GPU de la clase con tiempos comparables
       *[other] Por qué este: es la más rápida de { $candidates } GPU de la clase (media geométrica de sus tiempos respecto de los más rápidos)
    }
peers-why-median =
    { $candidates ->
        [one] Por qué este: es la única GPU de la clase con tiempos comparables
       *[other] Por qué este: es la intermedia de { $candidates } GPU de la clase (media geométrica de sus tiempos respecto de los más rápidos)
    }
peers-reference-set = Tiempos de referencia «{ $set }», importados el { $imported }: no los ha medido Cotejo
peers-reference-source = Fuente: { $source }
peers-reference-software = Calculados con { $software }
peers-reference-measured = Medidos: { $when }
peers-reference-runs = Cada tiempo es de { $runs }
peers-reference-no-runs = La fuente no dice de cuántas ejecuciones son
peers-reference-others =
    { $others ->
        [one] Hay tiempos de referencia de una GPU más; estos son de más filas, o los primeros por nombre
       *[other] Hay tiempos de referencia de { $others } GPU más; estos son de más filas, o los primeros por nombre
    }
peers-reference-caveat = Solo se sabe que coinciden la tarea y la precisión: la aceleración compara también los programas
peers-with = `--with best-gpu`, `median-gpu`, el nombre de un PC o `reference` elige otros tiempos.

## What was left out

peers-left-out = Lo que se ha excluido por no ser comparable
peers-left-out-item =
    { $results ->
        [one] un tiempo de GPU
       *[other] { $results } tiempos de GPU
    } de { $machines ->
        [one] un PC
       *[other] { $machines } PC
    }: difiere en { $differences }
peers-left-out-task =
    { $results ->
        [one] un tiempo de GPU
       *[other] { $results } tiempos de GPU
    } de { $machines ->
        [one] un PC
       *[other] { $machines } PC
    }: de tamaños, lotes o modelos que no se han medido en la CPU de este PC
peers-unpaired =
    { $results ->
        [one] un tiempo de CPU de este PC: no hay tiempos de GPU con los mismos ajustes
       *[other] { $results } tiempos de CPU de este PC: no hay tiempos de GPU con los mismos ajustes
    }
peers-difference-precision = precisión
peers-difference-threads = hilos
peers-difference-engine = motor
peers-difference-weights = pesos
peers-difference-build = versión
