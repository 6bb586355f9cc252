# Resultados: las tablas y lo que hay que leer con ellas.

results-title = Resultados
column-machine = Equipo
column-device = Dispositivo
column-model = Modelo
column-size = Tamaño
column-batch = Lote
column-streams = Flujos
column-speed-up = Aceleración
column-seconds = { $device } (s)
column-rate = { $device } (imágenes/s)
seconds-unit = (s)

task-batch = lote { $batch }
task-streams =
    { $count ->
        [one] { $count } flujo
       *[other] { $count } flujos
    }
task-threads =
    { $count ->
        [one] { $count } hilo
       *[other] { $count } hilos
    }
task-threads-all = todos los hilos
task-exact = exacto
device-simulated = { $device } (simulado)
product-simulated = { $name } (simulada)
cell-place = { $device } de { $machine }
cell-on = { $what } en { $place }
cells-on =
    { $count ->
        [one] { $count } celda en { $places }
       *[other] { $count } celdas en { $places }
    }

state-queued = en espera
state-offered = ofrecida
state-running = en curso
state-uploading = enviándose
state-unknown = fuera de alcance
state-cancelling = cancelándose
state-succeeded = medida
state-failed = fallida
state-lost = perdida
state-cancelled = cancelada
state-expired = caducada
state-timed_out = agotó su tiempo

ended-failed = { $count ->
    [one] { $count } fallida
   *[other] { $count } fallidas
}
ended-lost = { $count ->
    [one] { $count } perdida
   *[other] { $count } perdidas
}
ended-cancelled = { $count ->
    [one] { $count } cancelada
   *[other] { $count } canceladas
}
ended-expired = { $count ->
    [one] { $count } caducada
   *[other] { $count } caducadas
}
ended-timed_out = { $count ->
    [one] { $count } agotó su tiempo
   *[other] { $count } agotaron su tiempo
}

rehearsal = SIMULADO: los datos marcados con SIM los ha generado un programa que simula un equipo, a modo de ensayo. No se ha calculado nada, de modo que no dicen nada de ninguna CPU ni GPU.
watermark = SIMULADO

basis-sentence = Medido con { $settings }.
basis-beware = Atención: las respuestas { $answers }.
basis-precision = precisión { $value }
basis-threads = hilos: { $value }
basis-engine = motor { $value }
basis-convolutions = convoluciones { $value }
basis-weights = pesos { $value }
basis-image = imagen { $value }
basis-build = versión: { $value }
basis-seed = aleatorios, semilla { $seed }
basis-built-in = incorporada
basis-all = todos
basis-exact = exactas
basis-file = archivo { $digest }
basis-differ = difieren en { $what }: { $answers }
basis-class = clase { $class } en { $by }
basis-but = {" "}pero{" "}

notes-measuring = Cómo se midió
notes-environments = En qué se ejecutó
notes-gpus = GPU
notes-flags = Leer con cautela (*)
notes-trouble = GPU frenadas o calientes
notes-answers = Respuestas
notes-failures = Sin medir
notes-pending = Aún sin medir

measuring-runs =
    { $most ->
        [one] mediana de { $runs } inferencia en caliente por celda, en segundos
       *[other] mediana de { $runs } inferencias en caliente por celda, en segundos
    }
measuring-margin = { $runs }; ± es su intervalo de confianza del 95 %
range = { $low } a { $high }
measuring-streams = con varios flujos se ejecutan otras tantas inferencias a la vez, cada una con su parte de los hilos, y el tiempo es el que pasa hasta que acaban todas
measuring-several-gpus = de varias GPU de un equipo, en la tabla está la más rápida

cores =
    { $count ->
        [one] { $count } núcleo
       *[other] { $count } núcleos
    }
cores-and-threads = { $cores } y { $threads }
memory-ram = { $bytes } de RAM
memory-vram = { $bytes } de VRAM
no-gpu = sin GPU: { $reason }
gpu-capability = capacidad de cómputo { $version }
gpu-driver = controlador { $version }
gpu-power-limit = límite de potencia { $watts } W
gpu-held-down = reloj frenado ({ $reasons })
gpu-hot = caliente ({ $degrees } °C)

flag-noisy = con ruido (rango intercuartílico del { $percent } % de la mediana)
flag-busy = ocupado (otros usaron el { $percent } % de la CPU)
flag-battery = con batería
flag-throttled = frenado (el reloj bajó al { $percent } %)
flag-slept = durmió ({ $seconds } s)
flag-short = corto (el plazo acabó con ±{ $percent } %)
flag-implausible = inverosímil ({ $times } veces el máximo del dispositivo)
flag-noisy-plain = con ruido
flag-busy-plain = ocupado
flag-battery-plain = con batería
flag-throttled-plain = frenado
flag-slept-plain = durmió
flag-short-plain = corto
flag-implausible-plain = inverosímil

answer = { $cell }: { $label } ({ $percent } %)
answer-no-idea = { $cell }: { $label } ({ $percent } %, que no es más que azar: ¿están entrenados estos pesos?)
answer-random-weights = la imagen no tiene respuesta: los pesos son aleatorios, lo que no cambia ningún tiempo; --weights ARCHIVO da unos entrenados

failure-remedy = { $message }. Qué hacer: { $remedy }
pending-cells =
    { $count ->
        [one] { $count } celda { $state }
       *[other] { $count } celdas { $state }
    }
pending-away =
    { $count ->
        [one] { $count } celda espera a { $machine }, fuera de alcance desde { $since }
       *[other] { $count } celdas esperan a { $machine }, fuera de alcance desde { $since }
    }

## Qué hace el proceso de medición

phase-load = cargando
phase-first = primera ejecución
phase-warm-up = calentando
phase-sample = midiendo

## De qué barridos se hizo algo

sweeps-one = Barrido: { $sweep }.
sweeps-several = { $count } barridos, de cada celda el tiempo más reciente: { $sweeps }.
sweeps-more = y { $count } más
sweeps-named = { $name } ({ $date }, { $id })
sweeps-newest = { $sweep }, el más reciente de los { $count } que se llaman así
sweeps-older = { $sweep }, uno de los { $count } que se llaman así
