# Planes de los barridos

plan-machine = Equipo
plan-device = Dispositivo
plan-what = Qué
plan-precision = Precisión
plan-threads = Hilos
plan-engine = Motor
plan-expected = Previsto
plan-cannot = imposible
plan-by = Ritmo
plan-by-measured = medido
plan-by-assumed = supuesto

plan-product = producto de matrices
plan-batch = lote de { $count }
plan-streams = { $count } flujos
plan-exact = exacta
plan-simulated = { $device } (simulado)
plan-cell = { $what } en { $device } de { $machine }

plan-cells = { $count ->
    [one] { $count } celda
   *[other] { $count } celdas
}
plan-machines = { $count ->
    [one] { $count } equipo
   *[other] { $count } equipos
}
plan-total = { $cells } en { $machines }; unos { $time } en total
plan-slowest = Equipo más lento: { $machine }
plan-budget = Presupuesto de { $budget }: el equipo más lento, { $machine }, debería terminar en unos { $time }.
plan-all-measured = Fiabilidad: estos dispositivos ya se midieron antes; los tiempos se deducen de lo que hicieron entonces.
plan-all-assumed = Fiabilidad: es una conjetura. En estos dispositivos aún no se ha medido nada parecido, así que se suponen ritmos habituales.
plan-some-assumed = Fiabilidad: { $count ->
    [one] una celda de { $machines } es una conjetura
   *[other] { $count } celdas de { $machines } son conjeturas
} (allí aún no se ha medido nada parecido); los demás tiempos se deducen de lo que los dispositivos hicieron antes.
plan-core = Núcleo común, que conserva todo equipo capaz de medirlo: { $workloads }
plan-offline = Sin conexión ahora; se medirán cuando la tengan: { $machines }
plan-nothing-dropped = Todo cabe en el presupuesto: no se ha descartado nada.
plan-dropped = { $count ->
    [one] Se ha descartado una celda
   *[other] Se han descartado { $count } celdas
} para que todos los equipos terminen a tiempo:
plan-dropped-on = {"  "}{ $what }: descartado en { $machines }
plan-dropped-everywhere = {"  "}{ $what }: descartado en todos los equipos
plan-refused = No se puede medir: { $cells }: { $reason }
plan-remedy = . Qué hacer: { $remedy }

plan-calibrating = Primero, calibración: { $cells } en { $machines } muestran lo rápidos que son estos dispositivos, en unos { $time } (--no-calibrate planifica sin ella).
plan-calibrated = Calibración hecha en { $time }.
plan-calibrated-in-part = Calibración hecha en { $time }; { $count ->
    [one] una celda no se pudo medir
   *[other] { $count } celdas no se pudieron medir
}, y ahí se supone lo habitual.
plan-calibration-cancelled = Calibración cancelada; no se ha planificado ni iniciado nada.
plan-left-out = { $count ->
    [one] Una celda no cabe en { $budget } y se deja fuera
   *[other] { $count } celdas no caben en { $budget } y se dejan fuera
}; `cotejo sweep plan` con los mismos argumentos dice cuáles.
