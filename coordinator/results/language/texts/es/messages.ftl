# Lo que la línea de órdenes dice junto a su salida: qué ha fallado y qué hacer, y qué está haciendo.

message-error = error: { $message }
message-help = ayuda: { $help }
usage-try = pruebe '{ $command }'

## Archivos

problem-stdout = no se puede escribir en la salida estándar: { $error }
problem-folder = no se puede escribir { $file }: es una carpeta
problem-write = no se puede escribir { $file }: { $error }
remedy-write = dé a --output un archivo de una carpeta que exista y en la que se pueda escribir
problem-exists = { $file } ya existe
remedy-exists = nombre otro archivo, o reemplácelo con --force
problem-make-folder = no se puede crear la carpeta { $folder }: { $error }
problem-ending = { $file } no dice en qué formato escribir
problem-chart-ending = { $file } no dice cómo dibujar el gráfico
remedy-ending = haga que su nombre acabe en uno de estos: { $endings }; o dígalo con --format
problem-no-text = { $format } no es texto y no se puede escribir en la salida estándar
remedy-no-text = nombre un archivo, por ejemplo --output { $file }
problem-document = el documento no se puede escribir en este formato: { $error }
problem-results-only = { $format } es un formato solo para resultados
problem-terminal-format = un terminal no puede mostrar { $format }
remedy-name-file = nombre un archivo con --output
problem-charts-folder = no se pueden escribir gráficos en { $folder }: no es una carpeta
remedy-charts-folder = dé a --output una carpeta; si no existe, se crea
news-wrote = se ha escrito { $file }
news-wrote-pages = se han escrito { $count } páginas en { $folder }
problem-page = no se puede escribir la página de { $command }: { $error }
file-any = archivo
file-image = imagen
file-weights = pesos de { $model }
file-bundle = paquete
file-references = archivo de tiempos de referencia
file-sweep = archivo de barrido
problem-read = no se puede leer { $file } ({ $what }): { $error }
problem-not-file = { $file } ({ $what }) no es un archivo
problem-too-large = { $file } ({ $what }) es demasiado grande: se leen { $bytes } bytes como mucho
problem-empty = { $file } ({ $what }) es un archivo vacío
problem-no-sweep-file = { $file } no es un archivo de barrido
remedy-no-sweep-file = ¿quiso decir { $flag }?
problem-image = la imagen { $file } no se puede descodificar: { $error }
remedy-image = dé un archivo JPEG, PNG, BMP o WebP
problem-image-large = la imagen { $file } es demasiado grande: { $width } x { $height } píxeles
remedy-image-large = se leen { $million } millones de píxeles como mucho
problem-references =
    { $count ->
        [one] { $lines }
       *[other] { $count } problemas, y no se importa nada:{ $lines }
    }
remedy-references = docs/references.md y `cotejo reference --help` explican cómo se escribe un archivo así

## Dónde están los resultados

problem-nothing-measured = en este PC aún no se ha medido nada (en { $folder })
remedy-nothing-measured = `cotejo local` lo mide; --coordinator nombra el coordinador de una clase
news-reading-coordinator = se lee el coordinador en { $address } (--local lee los resultados propios de este PC)
news-reading-own = se leen los resultados propios de este PC en { $folder }
news-changing-coordinator = se cambia el coordinador en { $address }
news-changing-unnamed = se cambia el coordinador en { $address } (--local cambia lo guardado en este PC)
news-changing-own = se cambia lo guardado en este PC en { $folder }
news-own-times = la clase no conoce este PC: sus tiempos vienen de sus propios resultados
problem-no-data-folder = este sistema no dice en qué carpeta guardar datos
remedy-no-data-folder = nombre una con --data-dir
problem-no-coordinator = ningún coordinador responde en { $address } ({ $detail })
remedy-no-coordinator = arranque uno con `cotejo-coordinator run`, o indique cuál con --coordinator
problem-not-coordinator = algo responde en { $address }, pero no es un coordinador de Cotejo
remedy-not-coordinator = indique con --coordinator la dirección y el puerto del coordinador, que él mismo muestra al arrancar
problem-locked = otro `cotejo` está midiendo o leyendo con la carpeta de datos { $folder }
remedy-locked = espere a que acabe, o dé a este una carpeta propia con --data-dir

## Equipos

problem-not-this-pc = nada de lo medido aquí es de este PC
remedy-measure-it = `cotejo local` lo mide
remedy-measure-or-take = `cotejo local` lo mide; --machine NOMBRE toma otro: { $machines }
problem-unknown-machine = ningún equipo con resultados se llama `{ $name }`
remedy-nothing-yet = aún no se ha medido nada
remedy-there-are = hay estos: { $machines }
problem-several-machines = varios equipos se llaman `{ $name }`
remedy-identity = nombre uno por su identidad: { $ids }
problem-own-peer = --with: un equipo no puede compararse consigo mismo
remedy-own-peer = quite --with para usar su propia GPU
problem-no-cpu-times = la CPU de { $machine } no tiene tiempos que comparar
remedy-no-cpu-times = mídala: `cotejo local --devices cpu`, o un barrido de la clase
problem-unknown-pc = no se sabe nada de este PC

## Este programa

problem-start = no se puede empezar: { $error }
problem-variable = la variable de entorno { $variable }: { $error }
problem-configuration = el archivo de configuración { $file }: { $error }
problem-own-coordinator-broke = el coordinador propio de este PC ha fallado: { $error }
problem-own-program = no se encuentra el archivo de este programa, que inicia los procesos de medición: { $error }
problem-own-agent-ended = el agente propio de este PC ha acabado por sí solo
problem-own-agent-broke = el agente propio de este PC ha fallado: { $error }
problem-own-agent-late = el agente propio de este PC no se ha conectado en { $seconds } s
remedy-own-agent-late = -v dice qué hace; la causa puede ser un cortafuegos que bloquee las conexiones de este PC consigo mismo
problem-simulated-broke = el agente de un PC simulado ha fallado: { $error }
problem-simulated-ended = el agente de un PC simulado ha acabado por sí solo
problem-simulated-late = { $online } de { $count } PC simulados se han conectado en { $seconds } s
remedy-simulated-late = -v dice qué hacen; con menos --agents se exige menos a este PC
problem-demo-folder = no se puede crear una carpeta para los datos de la clase: { $error }
remedy-demo-folder = nombre una con --keep
problem-use-folder = no se puede usar la carpeta { $folder }: { $error }
problem-folder-filled = la carpeta { $folder } no está vacía
remedy-folder-filled = dé a --keep una carpeta nueva o vacía
problem-remove-folder = no se puede quitar { $folder }: { $error }
problem-not-explained = --device: { $device } no se puede explicar
remedy-not-explained = `cotejo local --devices { $device }` lo mide

## Medición

news-interrupted = interrumpido
news-interrupted-nothing = interrumpido antes de medir nada
news-interrupted-class = interrumpido antes de medir la clase
news-interrupted-sweep = interrumpido antes de iniciar el barrido
news-interrupted-kept = interrumpido: { $measured } de { $total } celdas medidas; { $kept }
news-kept = `cotejo results { $sweep } --local` lo vuelve a mostrar (guardado en { $folder })
news-ended-at-once = se ha acabado al momento
news-ending = acabando; otro Ctrl-C acaba al momento
news-worker-stopped = el proceso de medición no acaba por sí solo y se detiene
news-class-ignored = los equipos y las etiquetas eligen entre los PC de una clase; este PC se mide igualmente
news-looking = se examina { $task }, capa a capa
news-sending = Enviando { $file }
news-started = { $name } iniciado ({ $sweep }): { $cells } en { $machines }
news-offline = ahora sin conexión; se medirán cuando la tengan: { $machines }
news-cannot-be-measured =
    { $count ->
        [one] una de ellas no se puede medir; `cotejo results { $sweep }` dice por qué
       *[other] { $count } de ellas no se pueden medir; `cotejo results { $sweep }` dice por qué
    }
news-follow = `cotejo sweep watch { $sweep }` lo sigue, `cotejo results { $sweep }` muestra lo que hay
news-detached = se deja de seguir: el barrido continúa; `cotejo sweep watch { $sweep }` lo sigue de nuevo, `cotejo sweep cancel { $sweep }` lo acaba
problem-none-unfinished = todos los barridos han acabado: no hay nada que cancelar
problem-several-unfinished = hay varios barridos sin acabar; nombre el que quiere cancelar: { $sweeps }
news-cancelled = { $name } cancelado ({ $sweep }): { $progress }
news-stopping =
    { $count ->
        [one] una celda que se está midiendo se detiene ahora
       *[other] { $count } celdas que se están midiendo se detienen ahora
    }
problem-lost = se ha perdido el coordinador en { $address } mientras se seguía un barrido
remedy-lost = el barrido continúa cuando vuelva a estar en marcha; `cotejo sweep watch { $sweep }` lo sigue

## Progreso

progress-summary = { $done } de { $total } celdas, faltan unos { $left }
progress-short = faltan { $left } · { $done } de { $total }
progress-of = { $machine }: { $doing }
progress-doing = { $task } en { $device }, { $how }
progress-several =
    { $count ->
        [one] mide un equipo
       *[other] miden { $count } equipos
    }
progress-away = fuera de alcance: { $machines }
progress-waiting = { $done } de { $total } celdas; lo que falta espera a PC fuera de alcance: { $machines } (Ctrl-C deja de seguirlo, `cotejo sweep cancel { $sweep }` lo acaba)

## El coordinador

problem-address = `{ $address }` no es la dirección de un coordinador: { $why }
remedy-address = escriba una URL como http://192.168.1.10:7420, o equipo:puerto
address-syntax = no es una URL
address-encrypted = esta versión no cifra
address-scheme = solo se entiende http://
address-path = lleva una ruta
address-host = no nombra ningún equipo
address-port = lo que acompaña al equipo no es un puerto
problem-senseless = el coordinador en { $address } ha dado una respuesta sin sentido: { $error }
remedy-another-version = puede ser de otra versión: `cotejo --version` y `cotejo status` lo dicen
problem-no-answer = el coordinador en { $address } no ha respondido a tiempo
remedy-no-answer = puede estar ocupado: inténtelo de nuevo
problem-unknown-request = el coordinador en { $address } no conoce esta petición
problem-coordinator-failed = el coordinador en { $address } ha fallado: { $error }
problem-sweep = el barrido tiene { $count } problemas:{ $lines }
problem-sweep-file = el archivo de barrido tiene { $count } problemas:{ $lines }
