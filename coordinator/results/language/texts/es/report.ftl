# La memoria que entrega un alumno, en el orden de la propia práctica, y el informe de la clase para el docente.

report-title = CPU frente a GPU: tiempo de inferencia en reconocimiento de imágenes
report-author = Nombre y grupo:
report-about = Las tablas, los gráficos y las cifras de este documento los ha generado Cotejo a partir de mediciones. Los recuadros son para el texto de quien entrega el trabajo.

report-option-b = OPCIÓN B: esta práctica se ha realizado con un PC que no dispone de GPU utilizable ({ $reason }). Los tiempos de GPU se han obtenido de otro grupo: { $peer }.
report-option-b-reference = OPCIÓN B: esta práctica se ha realizado con un PC que no dispone de GPU utilizable ({ $reason }). Los tiempos de GPU son tiempos de referencia que ha dado el docente: { $source }.
report-option-b-alone = OPCIÓN B: esta práctica se ha realizado con un PC que no dispone de GPU utilizable ({ $reason }). Ningún otro grupo ha aportado tiempos de GPU, por lo que solo se ha medido la CPU.
report-option-b-nobody = OPCIÓN B: esta práctica se ha realizado con un PC que no dispone de GPU utilizable ({ $reason }). { $why } Por eso este informe solo tiene los tiempos de la CPU.
report-option-b-not-asked = OPCIÓN B: esta práctica se ha realizado con un PC que no dispone de GPU utilizable ({ $reason }). No se han pedido a la clase tiempos de GPU, por lo que este informe contiene solo los de la CPU.
report-no-gpu-found = no se midió ninguna GPU en él

report-environment = Entorno
report-environment-machine = { $machine }: { $description }
report-environment-cuda-yes = ¿CUDA disponible? Sí: { $gpus }.
report-environment-cuda-no = ¿CUDA disponible? No: { $reason }.
report-environment-workload = Qué se midió: { $models }; tamaños de imagen { $sizes } px; precisión { $precision }; motor { $engine }.
report-environment-random = Los pesos son aleatorios: eso no cambia ningún tiempo, pero la red no conoce clases.
report-environment-dates = Medido el { $date } con Cotejo ({ $build }).

report-reflection = Reflexión sobre lo aprendido
report-reflection-summary = Un breve resumen de la práctica.
report-reflection-hardware = Análisis y discusión sobre cómo afectó la elección del hardware (CPU o GPU) al tiempo de ejecución.
report-reflection-hardware-b = Análisis y discusión sobre la ejecución en CPU y cómo podría mejorarse el rendimiento.
report-reflection-parallelism = Una explicación de los conceptos de paralelismo y por qué las GPU son más eficientes en ciertas tareas.
report-reflection-parallelism-b = Reflexión sobre los conceptos de paralelismo y qué beneficios podría ofrecer una GPU si estuviera disponible.

report-results = Tabla de resultados comparativos
report-results-b = Tabla de resultados de ejecución en CPU
report-reference = Comparación con tiempos de GPU de otro grupo
report-reference-reference = Comparación con tiempos de referencia de GPU
report-reference-reflection = Reflexión sobre las diferencias observadas.
report-charts = Gráficos

report-analysis = Análisis sobre las diferencias de rendimiento
report-analysis-data = Datos para la discusión
report-analysis-data-about = Estas frases recogen lo que dicen las mediciones. Explicarlas corresponde a quien entrega el trabajo.
report-questions = Preguntas
report-question-faster = ¿Por qué la GPU es más rápida (o no) en este caso?
report-question-size = ¿Qué pasa cuando aumenta el tamaño de las imágenes? ¿Cómo afecta la cantidad de datos al rendimiento?
report-question-first = ¿Por qué la primera ejecución tarda más que las siguientes?
report-question-cpu = ¿Qué factores influyen en el tiempo de la CPU, y cómo cambiaría con una GPU?
report-question-real = ¿En qué tipo de situaciones reales este conocimiento sería clave?
report-analysis-explain = Explicación, con las cifras anteriores, de por qué los tiempos de la GPU son más cortos (o no).
report-analysis-size = Discusión sobre cómo afectan al rendimiento el tamaño de la imagen y la cantidad de datos procesados.

report-proposals = Propuestas de optimización (no es necesario implementarlas)
report-proposals-consider = Opciones que se pueden considerar:
report-proposal-model = modelos más ligeros (por ejemplo, MobileNet en lugar de ResNet)
report-proposal-size = imágenes más pequeñas
report-proposal-parallel = más paralelismo: lotes en la GPU, varios núcleos y varias imágenes a la vez en la CPU
report-proposal-memory = una mejor gestión de la memoria de la GPU
report-proposals-yours = Propuestas propias, razonadas.

report-rubric = Rúbrica, como lista de comprobación
report-rubric-structure = Estructura del informe (10 %): estructura clara y ordenada, con secciones diferenciadas; redacción coherente y bien organizada.
report-rubric-results = Resultados experimentales (20 %): la tabla incluye tiempos de ejecución para diferentes tamaños de imagen en CPU y GPU (o CPU y tiempos de referencia); resultados claros y precisos.
report-rubric-analysis = Análisis de los resultados (30 %): explicación detallada de las diferencias entre CPU y GPU; reflexión sobre cómo afecta el paralelismo al rendimiento; justificación técnica correcta.
report-rubric-proposals = Propuestas de optimización (20 %): originales y bien fundamentadas; se consideran modelos ligeros, paralelismo adicional y una gestión eficiente de la GPU.
report-rubric-application = Reflexión y aplicación práctica (20 %): reflexión profunda sobre lo aprendido y su aplicación en otros escenarios; relación con casos reales (inteligencia artificial en situaciones críticas).

report-annex = Cómo se midió y qué leer con cautela

class-title = Informe de la clase: { $title }
class-summary =
    { $machines ->
        [one] { $machines } equipo, { $measured } de { $cells } celdas medidas.
       *[other] { $machines } equipos, { $measured } de { $cells } celdas medidas.
    }
class-comparison = Comparación
class-comparison-machine = Equipo a equipo
class-comparison-device = Dispositivos, del más rápido al más lento

cells-what = Qué
cells-device = Dispositivo
cells-time = Tiempo (s)
cells-first = Primera ejecución (s)
cells-runs = Ejecuciones
report-annex-about = Todas las mediciones de este PC: la mediana de las inferencias en caliente con su intervalo de confianza del 95 %; la primera ejecución, aparte.
cells-low = intervalo del 95 %, inferior (s)
cells-high = intervalo del 95 %, superior (s)
cells-caption = Todas las mediciones
