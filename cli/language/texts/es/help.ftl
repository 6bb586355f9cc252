# Help of the commands

help-heading-options = Opciones
help-heading-global = Opciones generales
help-heading-arguments = Argumentos
help-heading-commands = Órdenes
help-value-command = ORDEN
help-usage = Uso:
help-help = Muestra la ayuda
help-version = Muestra la versión
help-default = [por defecto: { $value }]
help-values = [valores: { $value }]
help-variable = [variable de entorno: { $value }]

# Lo que comparten varias órdenes.
help--coordinator = El coordinador con el que se habla, como URL o equipo:puerto
help--data-dir = Dónde guarda este PC sus propios resultados; por defecto, la carpeta de datos del sistema
help--lang = El idioma de los resultados: en (inglés) o es (español); por defecto, el del sistema
help--verbose = Cuenta más por la salida de error; -vv lo cuenta todo
help--local = Lee los resultados propios de este PC, sin preguntar a ningún coordinador
help--format = En qué formato se escribe
help--output = Lo escribe en este archivo
help--force = Reemplaza el archivo de salida si existe
help--sweeps = Barridos por nombre, identidad o los últimos ocho caracteres de esta; por defecto, el más reciente con resultados
help--sweep = Su nombre, su identidad o los últimos ocho caracteres de esta; por defecto, el más reciente
help--all = Todos los barridos
help--file = Un archivo de barrido (TOML); sus claves son los nombres de estas opciones
help--preset = De qué se parte: practice (por defecto), quick o full
help--models = Clasificadores: resnet18, mobilenet_v2
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
help--seed = Con qué se barajan las celdas
help--name = Cómo se llama el barrido
help--machines = Equipos por nombre o identidad; por defecto, todos
help--labels = Solo los equipos que tengan todas estas etiquetas, como room=A1

help = Compara el tiempo de inferencia de las CPU y las GPU de todos los PC de un aula
help-after =
    Ejemplos:
      cotejo local                                 mide este PC: ResNet18 con 224, 512 y 1024 píxeles
      cotejo local --sizes 128,256 --batches 1,8   otros tamaños y lotes
      cotejo results --format csv                  lo medido, para una hoja de cálculo
      cotejo compare                               mis tiempos de CPU con los de GPU de otro grupo
      cotejo report --output memoria.docx          la memoria de la práctica, para completarla
      cotejo doctor                                qué impide medir bien en este PC
      cotejo sweep start --preset practice --watch mide una clase entera
      cotejo machines list                         los PC de la clase

    Códigos de salida:
      0    hecho: todo se midió, se escribió o se inició
      1    algo falló, o una celda de `cotejo local` no se pudo medir
      2    la orden, un archivo de barrido, una imagen o unos pesos están mal; no se inició nada
      3    ningún coordinador responde
      130  interrumpido con Ctrl-C: `local` conserva lo medido, un barrido que se sigue continúa
help-local = Mide este PC: CPU y GPU lado a lado, sin otro PC y sin red
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

    Cada precisión tiene su propia tabla. Una GPU la mide cotejo-worker-cuda si está junto a este programa.
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
help-explain--model = Clasificador: resnet18, mobilenet_v2
help-explain--size = Tamaño de imagen, en píxeles por lado
help-explain--batch = Imágenes por inferencia
help-explain--device = Dispositivo: cpu, el único cuyas capas se pueden explicar
help-explain--weights = Pesos (.safetensors, .pth); por defecto, aleatorios
help-explain-after =
    Ejemplos:
      cotejo explain                                  ResNet18 con 224 píxeles, en todos los núcleos
      cotejo explain --model mobilenet_v2 --batch 8
      cotejo explain --exact                          sin Winograd
      cotejo explain --format csv > capas.csv

    Códigos de salida: 0 explicado, 1 no se pudo, 2 entrada errónea, 130 Ctrl-C.
help-sweep = Inicia, planifica, sigue y cancela barridos de una clase
help-sweep-start = Inicia un barrido en los equipos de la clase
help-sweep-start--watch = Lo sigue hasta que acabe; Ctrl-C deja de seguirlo y el barrido continúa
help-sweep-start-after =
    Ejemplos:
      cotejo sweep start --preset practice --watch
      cotejo sweep start clase.toml --name "Grupo B" --machines pc-01,pc-02
      cotejo sweep start --sizes 224,512 --labels room=A1

    Las opciones van antes que el archivo, y el archivo antes que el preset. Mientras se sigue, Ctrl-C deja de seguirlo
    (código de salida 130): el barrido continúa, y `cotejo sweep cancel` lo acaba.
help-sweep-plan = Escribe las celdas de un barrido y la duración prevista, sin ejecutarlo
help-sweep-list = Lista los barridos, el más reciente primero
help-sweep-list--limit = Cuántos como mucho; 0 los lista todos
help-sweep-show = Muestra un barrido: qué mide y por dónde va
help-sweep-watch = Sigue un barrido hasta que acabe; Ctrl-C deja de seguirlo
help-sweep-cancel = Cancela lo que un barrido aún no haya medido
help-machines = Los equipos de una clase
help-machines-list = Lista los equipos con sus dispositivos
help-results = Muestra lo medido: tabla, CSV, JSON, Markdown, HTML, XLSX, LaTeX
help-results--by = Qué es una fila: size (CPU y GPU lado a lado), machine o device
help-results-after =
    Ejemplos:
      cotejo results                        el barrido más reciente con resultados
      cotejo results 1a2b3c4d --by machine  un barrido, una fila por equipo
      cotejo results --all --format csv --output todo.csv

    Sin --coordinator se lee un coordinador en http://127.0.0.1:7420 si responde, y si no los resultados propios de este
    PC; una línea por la salida de error dice cuál.
help-status = Muestra cómo está el coordinador
