# El ensayo de una clase con ordenadores simulados
demo-begins = Ensayo con { $machines ->
        [one] un ordenador simulado
       *[other] { $machines } ordenadores simulados
    } en { $address }. No se mide nada: todos los tiempos son inventados y van marcados.
demo-pace = Son { $pace } veces más rápidos que los ordenadores de verdad; el tiempo restante es el de los de verdad.
demo-sweep = { $number } de { $total }: { $name }, { $cells } celdas en { $machines ->
        [one] un ordenador
       *[other] { $machines } ordenadores
    }
demo-stays = La clase simulada sigue ahí hasta que pulse Ctrl-C. Para probar con ella, desde otro terminal:
demo-try-machines = Los ordenadores y lo que es cada uno:
demo-try-results = Una fila por ordenador:
demo-try-csv = Todo, para una hoja de cálculo:
demo-try-compare = Un ordenador sin GPU, junto a los tiempos de la GPU de un compañero:
demo-try-analyze = Lo que dicen los números:
demo-try-chart = El tiempo según el tamaño de la imagen, en un gráfico:
demo-try-student = La memoria de un alumno:
demo-try-report = El informe para el profesor:
demo-try-sweep = Otro barrido, en directo:
demo-kept = Los datos de la clase se conservan; así se vuelven a ver: { $command }
demo-over = El ensayo ha terminado; sus datos se han borrado.
