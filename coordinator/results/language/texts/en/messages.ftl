# What the command line says beside its output: what went wrong and what to do about it, and what it is doing.

message-error = error: { $message }
message-help = help: { $help }
usage-try = try '{ $command }'

## Files

problem-stdout = cannot write to standard output: { $error }
problem-folder = cannot write { $file }: it is a folder
problem-write = cannot write { $file }: { $error }
remedy-write = give --output a file in a folder that exists and can be written
problem-exists = { $file } exists already
remedy-exists = name another file, or replace it with --force
problem-make-folder = cannot make the folder { $folder }: { $error }
problem-ending = { $file } does not say in which format to write
problem-chart-ending = { $file } does not say how to draw the chart
remedy-ending = let its name end in one of { $endings }, or say it with --format
problem-no-text = { $format } is no text, and cannot be written to standard output
remedy-no-text = name a file, such as --output { $file }
problem-document = the document cannot be written in this format: { $error }
problem-results-only = { $format } is a format of results only
problem-terminal-format = a terminal cannot show { $format }
remedy-name-file = name a file with --output
problem-charts-folder = cannot write charts to { $folder }: it is not a folder
remedy-charts-folder = give --output a folder, which is made if there is none
news-wrote = wrote { $file }
news-wrote-pages = wrote { $count } pages to { $folder }
problem-page = cannot write the page of { $command }: { $error }
file-any = file
file-image = image
file-weights = weights of { $model }
file-bundle = bundle
file-references = file of reference times
file-sweep = sweep file
problem-read = cannot read the { $what } { $file }: { $error }
problem-not-file = the { $what } { $file } is not a file
problem-too-large = the { $what } { $file } is too large: at most { $bytes } bytes are read
problem-empty = the { $what } { $file } are an empty file
problem-no-sweep-file = { $file } is no sweep file
remedy-no-sweep-file = did you mean { $flag }?
problem-image = the image { $file } cannot be decoded: { $error }
remedy-image = give a JPEG, PNG, BMP or WebP file
problem-image-large = the image { $file } is too large: { $width } x { $height } pixels
remedy-image-large = at most { $million } million pixels are read
problem-references =
    { $count ->
        [one] { $lines }
       *[other] { $count } problems, and nothing is imported:{ $lines }
    }
remedy-references = docs/references.md, and `cotejo reference --help`, say how such a file is written

## Where results are

problem-nothing-measured = nothing has been measured on this PC yet (in { $folder })
remedy-nothing-measured = `cotejo local` measures it; --coordinator names the coordinator of a class
news-reading-coordinator = reading the coordinator at { $address } (--local reads this PC's own results)
news-reading-own = reading this PC's own results in { $folder }
news-changing-coordinator = changing the coordinator at { $address }
news-changing-unnamed = changing the coordinator at { $address } (--local changes this PC's own store)
news-changing-own = changing this PC's own store in { $folder }
news-own-times = the class does not know this PC: its times come from its own store
problem-no-data-folder = this system names no folder for data
remedy-no-data-folder = name one with --data-dir
problem-no-coordinator = no coordinator answers at { $address } ({ $detail })
remedy-no-coordinator = start one with `cotejo-coordinator run`, or name it with --coordinator
problem-not-coordinator = something answers at { $address }, but it is no Cotejo coordinator
remedy-not-coordinator = name the coordinator's address and port with --coordinator; it says them when it starts
problem-locked = another `cotejo` is measuring or reading with the data folder { $folder }
remedy-locked = wait until it has ended, or give this one a folder of its own with --data-dir

## Machines

problem-not-this-pc = nothing that was measured here is of this PC
remedy-measure-it = `cotejo local` measures it
remedy-measure-or-take = `cotejo local` measures it; --machine NAME takes another: { $machines }
problem-unknown-machine = no machine with results is called `{ $name }`
remedy-nothing-yet = nothing was measured yet
remedy-there-are = there are: { $machines }
problem-several-machines = several machines are called `{ $name }`
remedy-identity = name one by its identity: { $ids }
problem-own-peer = --with: a machine cannot be its own peer
remedy-own-peer = leave --with out for its own GPU
problem-no-cpu-times = the CPU of { $machine } has no times to compare
remedy-no-cpu-times = measure it: `cotejo local --devices cpu`, or a sweep of the class
problem-unknown-pc = nothing is known of this PC

## This program

problem-start = cannot start: { $error }
problem-variable = the environment variable { $variable }: { $error }
problem-configuration = the configuration file { $file }: { $error }
problem-own-coordinator-broke = this PC's own coordinator broke down: { $error }
problem-own-program = cannot find this program's own file, to start workers: { $error }
problem-own-agent-ended = this PC's own agent ended by itself
problem-own-agent-broke = this PC's own agent broke down: { $error }
problem-own-agent-late = this PC's own agent did not connect within { $seconds } s
remedy-own-agent-late = -v says what it does; a firewall that blocks connections of this PC to itself may be the cause
problem-simulated-broke = the agent of a simulated PC broke down: { $error }
problem-simulated-ended = the agent of a simulated PC ended by itself
problem-simulated-late = { $online } of { $count } simulated PCs connected within { $seconds } s
remedy-simulated-late = -v says what they do; fewer --agents need less of this PC
problem-demo-folder = cannot make a folder for the class's data: { $error }
remedy-demo-folder = name one with --keep
problem-use-folder = cannot use the folder { $folder }: { $error }
problem-folder-filled = the folder { $folder } is not empty
remedy-folder-filled = give --keep a new folder, or an empty one
problem-remove-folder = cannot remove { $folder }: { $error }
problem-not-explained = --device: { $device } cannot be explained
remedy-not-explained = `cotejo local --devices { $device }` measures it

## Measuring

news-interrupted = interrupted
news-interrupted-nothing = interrupted before anything was measured
news-interrupted-class = interrupted before the class was measured
news-interrupted-sweep = interrupted before the sweep was started
news-interrupted-kept = interrupted: { $measured } of { $total } cells measured; { $kept }
news-kept = `cotejo results { $sweep } --local` shows it again (kept in { $folder })
news-ended-at-once = ended at once
news-ending = ending; Ctrl-C again ends at once
news-worker-stopped = the worker does not end by itself and is stopped
news-class-ignored = machines and labels choose among the PCs of a class; this PC is measured whatever they say
news-looking = looking at { $task }, layer by layer
news-sending = Sending { $file }
news-started = started { $name } ({ $sweep }): { $cells } on { $machines }
news-offline = not connected now, and measured when they are: { $machines }
news-cannot-be-measured =
    { $count ->
        [one] one of them cannot be measured; `cotejo results { $sweep }` says why
       *[other] { $count } of them cannot be measured; `cotejo results { $sweep }` says why
    }
news-follow = `cotejo sweep watch { $sweep }` follows it, `cotejo results { $sweep }` shows what there is
news-detached = detached: the sweep goes on; `cotejo sweep watch { $sweep }` follows it again, `cotejo sweep cancel { $sweep }` ends it
problem-none-unfinished = every sweep is finished: there is nothing to cancel
problem-several-unfinished = several sweeps are not finished; name the one to cancel: { $sweeps }
news-cancelled = cancelled { $name } ({ $sweep }): { $progress }
news-stopping =
    { $count ->
        [one] one cell that runs now is being stopped
       *[other] { $count } cells that run now are being stopped
    }
problem-lost = lost the coordinator at { $address } while following a sweep
remedy-lost = the sweep goes on once it runs again; `cotejo sweep watch { $sweep }` follows it

## Progress

progress-summary = { $done } of { $total } cells, about { $left } left
progress-short = { $left } left · { $done } of { $total }
progress-of = { $machine }: { $doing }
progress-doing = { $task } on { $device }, { $how }
progress-several =
    { $count ->
        [one] one machine measures
       *[other] { $count } machines measure
    }
progress-away = out of reach: { $machines }
progress-waiting = { $done } of { $total } cells; what is left waits for PCs out of reach: { $machines } (Ctrl-C leaves, `cotejo sweep cancel { $sweep }` ends it)

## The coordinator

problem-address = `{ $address }` is not a coordinator's address: { $why }
remedy-address = write a URL such as http://192.168.1.10:7420, or host:port
address-syntax = it is no URL
address-encrypted = this version does not encrypt
address-scheme = only http:// is understood
address-path = it has a path
address-host = it names no host
address-port = what stands beside the host is not a port
problem-senseless = the coordinator at { $address } gave an answer that makes no sense: { $error }
remedy-another-version = it may be of another version: `cotejo --version` and `cotejo status` tell
problem-no-answer = the coordinator at { $address } did not answer in time
remedy-no-answer = it may be busy: try again
problem-unknown-request = the coordinator at { $address } does not know this request
problem-coordinator-failed = the coordinator at { $address } failed: { $error }
problem-sweep = the sweep has { $count } problems:{ $lines }
problem-sweep-file = the sweep file has { $count } problems:{ $lines }
