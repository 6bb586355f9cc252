# Charts

chart-size-title = { $what }: tiempo según el tamaño
chart-speed-up-title = { $what }: aceleración con la GPU
chart-throughput-title = { $what }: rendimiento según el tamaño de lote
chart-threads-title = { $what }: aceleración según los hilos
chart-class-title = { $what }: los tiempos de la clase

chart-size-axis = Tamaño de la imagen (píxeles por lado)
chart-rows-axis = Tamaño de la matriz (filas)
chart-batch-axis = Tamaño de lote (imágenes)
chart-threads-axis = Hilos de CPU
chart-machine-axis = Equipo
chart-time-axis = Tiempo (s)
chart-throughput-axis = Rendimiento (imágenes/s)
chart-speed-up-axis = Aceleración (tiempo CPU / tiempo GPU)
chart-thread-speed-up-axis = Aceleración respecto a un hilo
chart-log-axis = { $label }, escala logarítmica

# The legend
chart-device = { $kind }: { $device }
chart-device-of = { $kind } de { $machine }: { $device }
chart-median = { $kind }, mediana de { $count } equipos
chart-speed-up-name = Aceleración
chart-against = { $gpu } frente a { $cpu }
chart-equally-fast = Igual que la CPU
chart-ideal = Ideal
chart-median-line = Mediana { $kind }: { $seconds } s
chart-imported = { $device } (tiempo importado)
chart-simulated-name = { $name } SIM
chart-simulated = SIMULADO
chart-simulated-title = SIMULADO: { $title }

# Remarks under the title
chart-of-one = { $machine }; barras: intervalo de confianza del 95 % de la mediana
chart-of-several = Mediana de los equipos; barras del más rápido al más lento
chart-of-class =
    { $count ->
        [one] 1 equipo
       *[other] { $count } equipos, de la CPU más rápida a la más lenta
    }; barras: intervalo de confianza del 95 % de la mediana
chart-bars = Barras: intervalo de confianza del 95 % de la mediana
chart-machines-left-out =
    { $count ->
        [one] Otro equipo no se muestra
       *[other] Otros { $count } equipos no se muestran
    }
chart-engine-optimized = motor optimizado
chart-engine-reference = motor de referencia
chart-exact = convoluciones exactas
chart-streams = { $count } flujos simultáneos
chart-batch = lote { $count }
chart-weights = pesos { $digest }
chart-others =
    { $count ->
        [one] No incluye 1 medición de otro tipo
       *[other] No incluye { $count } mediciones de otros tipos
    }
chart-care = Conviene leer con cautela { $flagged } de { $count } mediciones

# What a chart is called that cannot be drawn
chart-kind-size = Tiempo según el tamaño de la imagen
chart-kind-speed-up = Aceleración
chart-kind-throughput = Rendimiento según el lote
chart-kind-threads = Escalado con los hilos
chart-kind-class = Tiempos de la clase

# Why there is no chart
chart-nothing-measured = todavía no se ha medido nada; `{ $command }` mide
chart-nothing-chosen = ninguna medición tiene los ajustes pedidos
chart-no-such-machine = no hay mediciones de un equipo { $machine }; medidos: { $known }
chart-no-speed-up = ningún equipo tiene un tiempo de CPU y otro de GPU con el mismo tamaño y los mismos ajustes; en un PC con GPU NVIDIA, `cotejo local` o `cotejo sweep start` proporciona ambos
chart-no-batches = ningún equipo se ha medido con dos tamaños de lote y los demás ajustes iguales; `{ $command } --batches 1,8,32` lo hace
chart-no-threads = ninguna CPU se ha medido con 1 hilo y con más; `{ $command } --threads 1,2,4 --sizes 224` lo hace
chart-no-class = solo se ha medido un equipo, o no hay dos con ajustes iguales; `cotejo sweep start --preset practice` mide una clase
