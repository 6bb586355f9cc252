# Transfer

## What came of `cotejo results import`
import-new = { $count ->
    [0] nada nuevo
    [one] 1 resultado nuevo
   *[other] { $count } resultados nuevos
}
import-duplicates = { $count ->
    [one] 1 ya estaba
   *[other] { $count } ya estaban
}
import-open = { $count ->
    [one] 1 no ha terminado aquí y no se toca
   *[other] { $count } no han terminado aquí y no se tocan
}
import-refused = { $count ->
    [one] 1 rechazado:
   *[other] { $count } rechazados:
}
import-other-result = { $what } en { $device } de { $machine } (trabajo { $job }): aquí tiene otro resultado, que se conserva
import-other-cell = { $what } en { $device } de { $machine } (trabajo { $job }): su identificador corresponde aquí a otra cosa
import-shown = `cotejo results { $sweeps }` muestra lo importado

## Below tables
import-title = Importado
import-note = { $machines }: exportado el { $exported } con Cotejo { $version }, importado el { $imported } (paquete { $digest })

## `cotejo results export`
export-written = { $count ->
    [one] se ha guardado 1 resultado
   *[other] se han guardado { $count } resultados
} en { $file } (paquete { $digest })

## `cotejo reference`
references-none = Todavía no hay tiempos de referencia.
references-notice = Tiempos de referencia: medidos en otro lugar e importados; no los ha medido Cotejo.
references-set = Conjunto
references-gpu = GPU
references-task = Cálculo
references-precision = Precisión
references-time = Tiempo (s)
references-origin = Procedencia
references-batch = { $task }, lote de { $batch }
references-runs = { $count ->
    [one] 1 ejecución
   *[other] { $count } ejecuciones
}
references-measured = medido: { $date }
references-imported = importado: { $date }
references-new = { $count ->
    [0] nada nuevo
    [one] 1 tiempo de referencia nuevo
   *[other] { $count } tiempos de referencia nuevos
}
references-replaced = { $count ->
    [one] 1 sustituido
   *[other] { $count } sustituidos
}
references-duplicates = { $count ->
    [one] 1 ya estaba
   *[other] { $count } ya estaban
}
references-change = { $task } en { $gpu }, { $precision }: { $old } s pasa a { $new } s
references-removed = { $count ->
    [one] se ha borrado 1 tiempo de referencia del conjunto { $set }
   *[other] se han borrado { $count } tiempos de referencia del conjunto { $set }
}
