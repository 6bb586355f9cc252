# Lo que encuentran `cotejo doctor` y `cotejo-agent doctor`, y qué hacer; lo que muestra `cotejo-agent probe`.

doctor-ok = bien
doctor-warning = aviso
doctor-problem = PROBLEMA
doctor-well = Todo en orden.
doctor-problems =
    { $count ->
        [one] 1 problema
       *[other] { $count } problemas
    }
doctor-warnings =
    { $count ->
        [one] 1 aviso
       *[other] { $count } avisos
    }
doctor-doing-probe = se examina este PC, y el proceso de medición prueba sus GPU
doctor-doing-libraries = se buscan las bibliotecas CUDA
doctor-doing-coordinator = se pregunta al coordinador

## Qué se examina

doctor-check-processor = procesador
doctor-check-memory = memoria
doctor-check-power-plan = plan de energía
doctor-check-power = alimentación
doctor-check-background-load = carga de fondo
doctor-check-worker = proceso de medición
doctor-check-nvidia-driver = controlador NVIDIA
doctor-check-cuda-worker = proceso para GPU
doctor-check-cuda-library = biblioteca CUDA
doctor-check-compute-capability = capacidad de cómputo
doctor-check-gpu-check = prueba de la GPU
doctor-check-coordinator = coordinador
doctor-check-clock = reloj
doctor-check-data-folder = carpeta de datos

## Este PC

doctor-processor = { $name }: { $cores } núcleos y { $threads } hilos; { $vectors }
doctor-no-vectors = sin extensiones vectoriales
doctor-processor-slow = sin AVX2 ni FMA una red tarda varias veces más; una máquina virtual debe ofrecer el procesador del equipo anfitrión
doctor-memory = { $free } libres de { $total }
doctor-memory-little = cierre otros programas
doctor-memory-less = cierre otros programas: las imágenes y los lotes grandes necesitan más
doctor-governor = regulador { $name }
doctor-governor-driver = regulador { $name } ({ $driver })
doctor-profile = perfil de la plataforma { $name }
doctor-plan-slow = { $plans }: limita la frecuencia de los relojes
doctor-governor-remedy = como administrador: cpupower frequency-set -g performance
doctor-profile-remedy = powerprofilesctl set balanced, o bien performance
doctor-scheme-remedy = elija el plan equilibrado: powercfg /setactive SCHEME_BALANCED
doctor-unknown = el sistema no lo dice
doctor-mains = red eléctrica
doctor-battery-none = no se encontró ninguna batería
doctor-battery = batería: los relojes van más despacio, y las mediciones llevan un aviso
doctor-battery-remedy = enchufe el PC
doctor-load = otros programas ocupan el { $percent } % de los procesadores
doctor-load-remedy = cierre otros programas; las actualizaciones y los análisis de virus en curso acaban por sí solos
doctor-worker = { $build }; motores: { $engines }

## GPU

doctor-not-needed = no hace falta sin una GPU NVIDIA
doctor-no-gpu = no hay ninguna GPU NVIDIA
doctor-driver-cuda = { $version }, hasta CUDA { $cuda }
doctor-without-nvml = CUDA funciona sin NVML; no se registran los relojes ni las temperaturas
doctor-cuda-worker-plain = no está instalado; el proceso de medición normal se ocupa de las GPU
doctor-cuda-worker-instead = { $why }; el proceso de medición normal se ocupa de las GPU
doctor-library-missing = falta: { $why }
doctor-library-remedy = póngala junto al proceso de medición, en la versión con la que se compiló
doctor-library-version = de versión desconocida
doctor-library-path = { $version }, { $path }
doctor-capability-unknown = desconocida
doctor-capability = { $capability }, para la que se compiló el proceso de medición
doctor-capability-untried = { $capability }; no se sabe si el proceso de medición se compiló para ella
doctor-gpu-broken = { $name }: { $why }
doctor-gpu-simulated = { $name } es simulada: sus tiempos son inventados
doctor-gpu-simulated-remedy = indique un proceso de medición real con --cuda-worker
doctor-gpu-works = { $name } calculó bien, en { $seconds } s

## Adónde van los resultados

doctor-none-named = no se indica ninguno
doctor-coordinator-wrong = { $address }: { $why }
doctor-coordinator-wrong-remedy = indique con --coordinator la dirección y el puerto del coordinador
doctor-coordinator-silent = { $address } no responde: { $why }
doctor-coordinator-late = ninguna respuesta en { $seconds } s
doctor-coordinator-remedy = arránquelo allí con `cotejo-coordinator run`, indique la dirección correcta con --coordinator o abra su puerto en el cortafuegos
doctor-coordinator-version = { $address } es de la versión { $version } y habla el protocolo { $protocol }; este PC, del { $oldest } al { $newest }
doctor-coordinator-version-remedy = instale la misma versión de Cotejo en ambos
doctor-coordinator = { $address } responde: versión { $version }, protocolo { $protocol }
doctor-clock-none = no hay coordinador con el que compararlo
doctor-clock-untold = el coordinador es de una versión que no dice su hora
doctor-clock-behind = { $seconds } s de retraso respecto al del coordinador
doctor-clock-ahead = { $seconds } s de adelanto respecto al del coordinador
doctor-clock-remedy = ponga en hora los dos con un servidor de tiempo: { $command }
doctor-folder-unwritable = no se puede escribir en { $path }: { $why }
doctor-folder-unwritable-remedy = permita que escriba en ella el usuario del agente, o indique otra con --data-dir
doctor-folder-absent = { $path } (se crea cuando haga falta)
doctor-folder-writable = se puede escribir en { $path }
doctor-folder-free = { $path }: { $free } libres
doctor-folder-free-remedy = libere espacio en ella, o indique otra carpeta con --data-dir

## El equipo, para las personas

probe-host = equipo
probe-system = sistema
probe-processor = procesador
probe-cores = núcleos
probe-cores-counted = { $physical } físicos, { $logical } lógicos
probe-vectors = vectores
probe-clock = reloj
probe-clock-most = hasta { $mhz } MHz
probe-memory = memoria
probe-power = energía
probe-power-ac = red eléctrica
probe-power-battery = batería
probe-power-unknown = desconocida
probe-load = carga
probe-load-others = { $percent } % de otros programas
probe-gpu = gpu
probe-capability = capacidad de cómputo { $capability }
probe-driver = controlador { $version }
probe-unusable = { $device }; no se puede usar: { $why }
