"""What each step of a mail channel's check is called, and what to do when it fails, in both languages."""

from collections.abc import Mapping

from connectors.contract import Step

WORDS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "resolve": (
        {"es": "Encontrar el servidor de salida", "en": "Find the outgoing server"},
        {"es": "Revise el nombre del servidor de salida: nadie lo conoce.", "en": "Check the outgoing server's name: nobody knows it."},
    ),
    "connect": (
        {"es": "Conectar con él", "en": "Connect to it"},
        {
            "es": "Revise el puerto (587, 465 o 25) y si un cortafuegos lo impide.",
            "en": "Check the port (587, 465 or 25), and whether a firewall is in the way.",
        },
    ),
    "greet": (
        {"es": "Saludar", "en": "Say hello"},
        {"es": "Ahí contesta algo que no es un servidor de correo.", "en": "What answers there is no mail server."},
    ),
    "encrypt": (
        {"es": "Cifrar la conexión", "en": "Encrypt the connection"},
        {
            "es": "Pruebe con «tls» en el puerto 465, o revise el certificado del servidor.",
            "en": "Try `tls` at port 465, or check the server's certificate.",
        },
    ),
    "sign_in": (
        {"es": "Iniciar sesión", "en": "Sign in"},
        {
            "es": "Revise usuario y contraseña; muchos proveedores piden una contraseña de aplicación.",
            "en": "Check user and password; many providers want an app password.",
        },
    ),
    "sender": (
        {"es": "Aceptar nuestra dirección", "en": "Take our address"},
        {
            "es": "El servidor no deja enviar con esta dirección: permítala en su cuenta.",
            "en": "The server does not let this address send: allow it in its account.",
        },
    ),
    "withdraw": (
        {"es": "Retirarse sin enviar nada", "en": "Withdraw, with nothing sent"},
        {"es": "Pruebe de nuevo en un minuto.", "en": "Try again in a minute."},
    ),
    "listen": (
        {"es": "Escuchar en el puerto de entrada", "en": "Listen on the incoming port"},
        {
            "es": "Otro programa usa este puerto: elija otro y cámbielo también en su servidor de correo.",
            "en": "Another program has this port: choose another one, and change it at your mail server too.",
        },
    ),
}


def step(name: str, *, ok: bool, ms: float, detail: str = "") -> Step:
    """A step with its words."""
    label, todo = WORDS[name]
    return Step(name, ok, ms, detail, label, {} if ok else todo)
