# What the agent and the coordinator say to whoever starts them in a terminal.

unknown-language = unknown language; known: { $languages }
channel-unreachable = no coordinator answers ({ $detail })
channel-not-coordinator = something answers there, but it is no Cotejo coordinator

## Settings

settings-unreadable = cannot read the configuration file { $file }: { $error }; name another one with --config
settings-syntax = { $origin } is not valid TOML: { $problem }
settings-key = { $origin }: { $problem }
settings-value = { $key }: { $problem }
settings-file = the configuration file { $file }
settings-variable = the environment variable { $variable }
settings-flag = the flag { $flag }
settings-defaults = the embedded defaults
settings-range = is { $value }; must be { $least } to { $most }
settings-no-data-folder = is empty, and this system names no folder for data; set it with --data-dir
settings-not-unicode = { $path } is not valid Unicode
settings-text = must be 1 to { $most } characters without control characters
settings-labels = are { $count }; at most { $most } are kept
settings-label = { $label }: both must be 1 to { $most } characters without control characters

## The agent

agent-exposed = coordinator = { $address } is another machine, and the connection is not encrypted and does not ask who answers; accept that with --insecure
agent-folder-unusable = cannot use the data folder: { $path }: { $error }; make it writable, or name another one with --data-dir
agent-folder-in-use = another agent is using the data folder { $path }; stop it, or name another folder with --data-dir
agent-identity = { $path } does not hold a machine's identity; restore it, or delete it so that this machine becomes a new one to the coordinator
agent-outbox = cannot write results to { $path }: { $error }; free some space there, or make the folder writable

## The coordinator

coordinator-listening = listening on { $address }, data in { $folder }
coordinator-exposed = listen = { $address } can be reached from other machines, without encryption and without asking who connects; keep to 127.0.0.1, or accept that with --insecure
coordinator-folder = cannot write the data folder { $folder }: { $error }; give another one with --data-dir
coordinator-locked = another coordinator uses the data folder { $folder }; stop that one, or give this one a folder of its own with --data-dir
coordinator-port-taken = { $address } is taken by another program, perhaps another coordinator; stop that one, or choose another port with --listen
coordinator-bind = cannot listen on { $address }: { $error }; choose another address with --listen
coordinator-server = the server failed: { $error }
coordinator-dispatcher = the dispatcher ended; please report this
