# Why the value of a flag makes no sense.

value-unknown-name =
    unknown { $what ->
        [model] model
        [device] device
        [precision] precision
        [engine] engine
        [preset] preset
        [threads] number of threads
        [grouping] grouping
       *[other] name
    } `{ $text }`; known: { $known }
value-not-whole = it is not a whole number
value-too-large = it is too large
value-too-small = it is too small
value-not-number = it is not a number
value-not-truth = write true or false
value-outside = { $value } is not in { $range }
value-label = a label is written KEY=VALUE, such as room=A1
value-duration = `{ $text }` is not a duration; write 25s, 2m or a number of seconds
value-pace = write a number from 1 on
value-listen = write an address and a port, such as 127.0.0.1:7420
value-listen-here = a demonstration listens on this PC alone: 127.0.0.1 or [::1]
