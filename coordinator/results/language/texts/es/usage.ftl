# Por qué no tiene sentido el valor de una opción.

value-unknown-name =
    { $what ->
        [model] ningún modelo se llama
        [device] ningún dispositivo se llama
        [precision] ninguna precisión se llama
        [engine] ningún motor se llama
        [preset] ningún preset se llama
        [threads] no es un número de hilos:
        [grouping] no se puede agrupar por
       *[other] no hay nada que se llame
    } `{ $text }`; valen estos: { $known }
value-not-whole = no es un número entero
value-too-large = es demasiado grande
value-too-small = es demasiado pequeño
value-not-number = no es un número
value-not-truth = escriba true o false
value-outside = { $value } no está en { $range }
value-label = una etiqueta se escribe CLAVE=VALOR, por ejemplo room=A1
value-duration = `{ $text }` no es una duración; escriba 25s, 2m o un número de segundos
value-pace = escriba un número a partir de 1
value-listen = escriba una dirección y un puerto, por ejemplo 127.0.0.1:7420
value-listen-here = una demostración solo escucha en este PC: 127.0.0.1 o [::1]
