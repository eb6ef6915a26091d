"""What the settings of a mail channel must be together, and the words for what they are not."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from connectors.email.settings import ADDRESS, Settings, folders_of, imap_user, networks, place_of
from connectors.settings import InvalidSettings

Problem: TypeAlias = tuple[str, Mapping[str, str]]
LOOPBACK = ("localhost", "127.0.0.1", "::1")

ADDRESS_WANTED = {
    "es": "debe ser como soporte@empresa.es, en ASCII y sin +",
    "en": "must be like support@company.com, in ASCII and without +",
}
BOTH = {"es": "usuario y contraseña van juntos: dé los dos o ninguno", "en": "user and password go together: give both or neither"}
UNENCRYPTED = {
    "es": "nunca se envía sin cifrar por la red: elija starttls o tls",
    "en": "never sent unencrypted over a network: choose starttls or tls",
}
NETWORKS_WANTED = {
    "es": "deben ser direcciones o redes como 10.0.0.0/8, separadas por espacios",
    "en": "must be addresses or networks such as 10.0.0.0/8, separated by spaces",
}
NAME_SERVER_WANTED = {
    "es": "debe ser una dirección como 192.0.2.53 o 192.0.2.53:5353",
    "en": "must be an address such as 192.0.2.53 or 192.0.2.53:5353",
}
NEEDED = {"es": "obligatorio cuando se recoge el correo por IMAP", "en": "required when mail is collected by IMAP"}
NEEDED_OAUTH = {"es": "obligatorio con google y microsoft", "en": "required with google and microsoft"}
NEEDED_GOOGLE = {"es": "obligatorio con google", "en": "required with google"}
NEEDED_MOVE = {"es": "diga a qué carpeta se lleva el correo leído", "en": "say to which folder the mail goes that was read"}
READ_AND_MOVED = {
    "es": "es una de las carpetas que se leen: elija otra",
    "en": "is one of the folders that are read: choose another one",
}


def check_settings(settings: Settings) -> None:
    """Raise InvalidSettings for what no single field shows."""
    if problems := dict([*_general(settings), *_mailbox(settings), *_account(settings)]):
        raise InvalidSettings(problems)


def _general(settings: Settings) -> Iterator[Problem]:
    if not ADDRESS.fullmatch(settings.address):
        yield "address", ADDRESS_WANTED
    if settings.sign_in == "password" and bool(settings.relay_user) != bool(settings.relay_password):
        yield "relay_password", BOTH
    elif _is_open(settings.relay_host, settings.relay_tls) and (settings.relay_password or settings.sign_in != "password"):
        yield "relay_password" if settings.sign_in == "password" else "relay_tls", UNENCRYPTED
    try:
        networks(settings.relays)
    except ValueError:
        yield "relays", NETWORKS_WANTED
    try:
        place_of(settings.name_server or "127.0.0.1")
    except ValueError:
        yield "name_server", NAME_SERVER_WANTED


def _mailbox(settings: Settings) -> Iterator[Problem]:
    if not settings.imap:
        return
    if not settings.imap_host:
        yield "imap_host", NEEDED
    if not folders_of(settings):
        yield "imap_folders", NEEDED
    if settings.sign_in == "password" and not (imap_user(settings) and (settings.imap_password or settings.relay_password)):
        yield "imap_password", NEEDED
    if settings.imap_host and _is_open(settings.imap_host, settings.imap_tls):
        yield "imap_tls", UNENCRYPTED
    if settings.imap_after == "move" and not settings.imap_move_to.strip():
        yield "imap_move_to", NEEDED_MOVE
    if settings.imap_after == "move" and settings.imap_move_to in folders_of(settings):
        yield "imap_move_to", READ_AND_MOVED


def _account(settings: Settings) -> Iterator[Problem]:
    if settings.sign_in == "password":
        return
    if not settings.oauth_client_id:
        yield "oauth_client_id", NEEDED_OAUTH
    if not settings.oauth_client_secret:
        yield "oauth_client_secret", NEEDED_OAUTH
    if settings.sign_in == "google" and not settings.oauth_refresh_token:
        yield "oauth_refresh_token", NEEDED_GOOGLE


def _is_open(host: str, tls: str) -> bool:
    """Whether what is said to a server can be read by others on the way."""
    return tls == "none" and host not in LOOPBACK
