# Lo que el agente y el coordinador dicen a quien los arranca en un terminal.

unknown-language = idioma desconocido; hay estos: { $languages }
channel-unreachable = ningún coordinador responde ({ $detail })
channel-not-coordinator = algo responde allí, pero no es un coordinador de Cotejo

## Ajustes

settings-unreadable = no se puede leer el archivo de configuración { $file }: { $error }; indique otro con --config
settings-syntax = { $origin } no es TOML válido: { $problem }
settings-key = { $origin }: { $problem }
settings-value = { $key }: { $problem }
settings-file = el archivo de configuración { $file }
settings-variable = la variable de entorno { $variable }
settings-flag = la opción { $flag }
settings-defaults = los valores incorporados
settings-range = vale { $value }; debe estar entre { $least } y { $most }
settings-no-data-folder = está vacío, y este sistema no dice en qué carpeta guardar datos; indíquela con --data-dir
settings-not-unicode = { $path } no es Unicode válido
settings-text = debe tener entre 1 y { $most } caracteres, sin caracteres de control
settings-labels = son { $count }; se guardan { $most } como mucho
settings-label = { $label }: ambas partes deben tener entre 1 y { $most } caracteres, sin caracteres de control

## El agente

agent-exposed = coordinator = { $address } es otro equipo, y la conexión ni se cifra ni comprueba quién responde; acéptelo con --insecure
agent-folder-unusable = no se puede usar la carpeta de datos: { $path }: { $error }; permita escribir en ella, o indique otra con --data-dir
agent-folder-in-use = otro agente usa la carpeta de datos { $path }; deténgalo, o indique otra carpeta con --data-dir
agent-identity = { $path } no contiene la identidad de un equipo; recupérelo, o bórrelo para que este equipo sea uno nuevo para el coordinador
agent-outbox = no se pueden escribir resultados en { $path }: { $error }; libere espacio, o permita escribir en la carpeta

## El coordinador

coordinator-listening = escuchando en { $address }, datos en { $folder }
coordinator-exposed = listen = { $address } es accesible desde otros equipos, sin cifrado y sin comprobar quién se conecta; quédese en 127.0.0.1, o acéptelo con --insecure
coordinator-folder = no se puede escribir en la carpeta de datos { $folder }: { $error }; indique otra con --data-dir
coordinator-locked = otro coordinador usa la carpeta de datos { $folder }; deténgalo, o dé a este una carpeta propia con --data-dir
coordinator-port-taken = otro programa, quizá otro coordinador, ya usa { $address }; deténgalo, o elija otro puerto con --listen
coordinator-bind = no se puede escuchar en { $address }: { $error }; elija otra dirección con --listen
coordinator-server = el servidor ha fallado: { $error }
coordinator-dispatcher = el despachador ha acabado; comuníquelo, por favor
