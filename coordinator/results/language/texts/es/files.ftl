# Qué hay de erróneo en los archivos de barrido y en los de tiempos de referencia.

file-line = línea { $line }: { $what }
file-place = línea { $line }, columna { $column }: { $what }
file-field = { $field }: { $what }
file-named = { $file }: { $what }
file-flag = --{ $flag }: { $what }
file-unknown =
    { $kind ->
        [column] columna desconocida
       *[key] clave desconocida
    } `{ $name }`; hay estas: { $known }
file-unknown-close =
    { $kind ->
        [column] columna desconocida
       *[key] clave desconocida
    } `{ $name }`; ¿quiso decir `{ $close }`?
file-expected =
    se espera { $expected ->
        [text] un texto entre comillas
        [whole] un número entero
        [truth] true o false
        [duration] una duración como "25s", o un número de segundos
        [table] una tabla como {"{"} room = "A1" {"}"}
       *[cell] un texto o un número
    }, y hay { $found ->
        [string] un texto
        [integer] un número entero
        [float] un número con decimales
        [boolean] un valor lógico
        [datetime] una fecha
        [array] una lista
       *[table] una tabla
    }
file-out-of-range = { $number } está fuera de los límites
file-budget-either = `budget` puede ser dos cosas: escriba `cell-budget` para el tiempo de una celda, o `sweep-budget` para el de todo el barrido

## Tiempos de referencia

times-ending = su nombre debe acabar en .csv o .toml, que dice cómo está escrito
times-not-utf8 = esto no es UTF-8; guarde el archivo como UTF-8 (en Excel: `CSV UTF-8`)
times-same = la misma GPU, el mismo cálculo y la misma precisión que en la línea { $line }
times-none = no contiene ningún tiempo de referencia
times-many = tiene { $count } tiempos de referencia; se aceptan { $most } como mucho
times-missing = falta
times-one-end = falta: un intervalo tiene dos extremos, y solo está { $other }
times-not-of-product = un producto de matrices no lo tiene: déjelo vacío
times-kind = ningún cálculo se llama `{ $text }`; hay estos: classify, matmul
times-unit = ninguna unidad se llama `{ $text }`; hay estas: s, ms, us
times-not-whole = `{ $text }` no es un número entero
times-not-number = `{ $text }` no es un número
times-decimal-comma = `{ $text }` no es un número; escriba un punto decimal, o separe las columnas con punto y coma
times-empty = está vacío: su primera línea debe nombrar las columnas
times-column-twice = la columna `{ $name }` está dos veces
times-columns-missing = faltan estas columnas: { $columns }
times-fields = tiene { $count } campos, y la primera línea nombra { $columns } columnas
times-time-table = escriba una tabla `[[time]]` para cada tiempo
