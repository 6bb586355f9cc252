# What is wrong with sweep files, and with files of reference times.

file-line = line { $line }: { $what }
file-place = line { $line }, column { $column }: { $what }
file-field = { $field }: { $what }
file-named = { $file }: { $what }
file-flag = --{ $flag }: { $what }
file-unknown =
    unknown { $kind ->
        [column] column
       *[key] key
    } `{ $name }`; known: { $known }
file-unknown-close =
    unknown { $kind ->
        [column] column
       *[key] key
    } `{ $name }`; did you mean `{ $close }`?
file-expected =
    expected { $expected ->
        [text] a text in quotes
        [whole] a whole number
        [truth] true or false
        [duration] a duration such as "25s", or a number of seconds
        [table] a table such as {"{"} room = "A1" {"}"}
       *[cell] a text or a number
    }, found { $found ->
        [string] string
        [integer] integer
        [float] float
        [boolean] boolean
        [datetime] datetime
        [array] array
       *[table] table
    }
file-out-of-range = { $number } is out of range
file-budget-either = `budget` may mean either: write `cell-budget` for the time of one cell, `sweep-budget` for that of the whole sweep

## Reference times

times-ending = its name must end in .csv or .toml, which says how it is written
times-not-utf8 = this is not UTF-8; save the file as UTF-8 (in Excel: `CSV UTF-8`)
times-same = the same GPU, computation and precision as in line { $line }
times-none = there is no reference time in it
times-many = it has { $count } reference times, at most { $most } are taken
times-missing = is missing
times-one-end = is missing: an interval has two ends, and there is a { $other }
times-not-of-product = a matrix product has none: leave it empty
times-kind = unknown kind `{ $text }`; known: classify, matmul
times-unit = unknown unit `{ $text }`; known: s, ms, us
times-not-whole = `{ $text }` is not a whole number
times-not-number = `{ $text }` is not a number
times-decimal-comma = `{ $text }` is not a number; write a decimal point, or separate the columns by semicolons
times-empty = it is empty: its first line must name the columns
times-column-twice = the column `{ $name }` stands twice
times-columns-missing = these columns are missing: { $columns }
times-fields = has { $count } fields, and the first line names { $columns } columns
times-time-table = write a table `[[time]]` for each time
