"""What each step of a mail channel's check is called, and what to do when it fails, in both languages."""

import time
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
    "token": (
        {"es": "Pedir un token de acceso", "en": "Ask for an access token"},
        {
            "es": "Revise id., secreto y token de actualización de la aplicación; quizá haya que dar el consentimiento otra vez.",
            "en": "Check the application's id, secret and refresh token; consent may have to be given again.",
        },
    ),
    "imap_resolve": (
        {"es": "Encontrar el servidor IMAP", "en": "Find the IMAP server"},
        {"es": "Revise el nombre del servidor IMAP: nadie lo conoce.", "en": "Check the IMAP server's name: nobody knows it."},
    ),
    "imap_connect": (
        {"es": "Conectar con él", "en": "Connect to it"},
        {
            "es": "Revise el puerto (993 o 143) y si un cortafuegos lo impide.",
            "en": "Check the port (993 or 143), and whether a firewall is in the way.",
        },
    ),
    "imap_encrypt": (
        {"es": "Cifrar la conexión", "en": "Encrypt the connection"},
        {
            "es": "El detalle dice qué falla del certificado: nombre, caducidad o quién lo firma. O pruebe otro cifrado.",
            "en": "The detail says what is wrong with the certificate: its name, its end or who signed it. Or try another encryption.",
        },
    ),
    "imap_greet": (
        {"es": "Saludar", "en": "Say hello"},
        {
            "es": "Ahí no contesta un servidor IMAP, o espera otro cifrado: lo habitual es tls en el puerto 993.",
            "en": "What answers there is no IMAP server, or it wants another encryption: usual is tls at port 993.",
        },
    ),
    "imap_sign_in": (
        {"es": "Entrar en el buzón", "en": "Sign in to the mailbox"},
        {
            "es": "Revise usuario y contraseña, y que la cuenta permita IMAP; Gmail pide contraseña de aplicación; Microsoft, OAuth.",
            "en": "Check user and password, and that the account allows IMAP; Gmail wants an app password, Microsoft 365 OAuth.",
        },
    ),
    "round_trip": (
        {"es": "Enviar un correo de prueba a la propia dirección y recibirlo", "en": "Send a test mail to the own address and receive it"},
        {
            "es": "El correo salió y no ha vuelto a tiempo. Mire si está en otra carpeta o en correo no deseado, y si la dirección es la "
            "de ese buzón. Algunos servidores retrasan el primer correo unos minutos: pruebe de nuevo.",
            "en": "The mail left and did not come back in time. See whether it is in another folder or in junk, and whether the address "
            "is that mailbox's. Some servers hold back a first mail for some minutes: try again.",
        },
    ),
    "listen": (
        {"es": "Escuchar en el puerto de entrada", "en": "Listen on the incoming port"},
        {
            "es": "Otro programa usa este puerto: elija otro y cámbielo también en su servidor de correo.",
            "en": "Another program has this port: choose another one, and change it at your mail server too.",
        },
    ),
}


FOLDER_TODO = {
    "es": "Escriba la carpeta tal como la llama su servidor (mayúsculas y separadores incluidos), o créela allí.",
    "en": "Write the folder as your server calls it (capitals and separators too), or make it there.",
}


def step(name: str, *, ok: bool, ms: float, detail: str = "") -> Step:
    """A step with its words."""
    label, todo = WORDS[name]
    return Step(name, ok, ms, detail, label, {} if ok else todo)


def folder_step(folder: str, *, ok: bool, ms: float, detail: str) -> Step:
    """The step of opening one folder; an empty name is the folder for junk."""
    label = {
        "es": f"Abrir la carpeta «{folder}»" if folder else "Abrir la carpeta de correo no deseado",
        "en": f"Open the folder “{folder}”" if folder else "Open the junk folder",
    }
    return Step(f"folder {folder}".strip(), ok, ms, detail, label, {} if ok else FOLDER_TODO)


def milliseconds(began: float) -> float:
    """Since a moment of the performance counter."""
    return round((time.perf_counter() - began) * 1000, 1)
