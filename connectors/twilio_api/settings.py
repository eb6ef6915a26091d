"""The fields that the forms of Twilio's channels share, and what no single field shows."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from connectors.settings import InvalidSettings, Words, setting

ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
KEY = re.compile(r"SK[0-9a-fA-F]{32}")


class Account(Protocol):
    """What every channel by Twilio has been told."""

    @property
    def account_sid(self) -> str: ...
    @property
    def auth_token(self) -> str: ...
    @property
    def senders(self) -> str: ...
    @property
    def messaging_service_sid(self) -> str: ...
    @property
    def api_key_sid(self) -> str: ...
    @property
    def api_key_secret(self) -> str: ...
    @property
    def second_token(self) -> str: ...
    @property
    def webhook_secret(self) -> str: ...
    @property
    def base_url(self) -> str: ...


def account_sid() -> Any:
    return setting(
        "SID de la cuenta",
        "Account SID",
        group="account",
        help_es="Está en la portada de la consola de Twilio. Empieza por AC.",
        help_en="On the first page of Twilio's console. It begins with AC.",
        max_length=34,
        example="AC00000000000000000000000000000000",
    )


def auth_token() -> Any:
    return setting(
        "Auth Token",
        "Auth token",
        secret=True,
        group="account",
        help_es="Está debajo del SID. Con él firma Twilio lo que nos envía; sin él no hay canal.",
        help_en="It stands below the SID. Twilio signs with it what it sends us; without it there is no channel.",
        max_length=100,
    )


def senders(help_es: str, help_en: str, example: str) -> Any:
    return setting(
        "Números propios",
        "Numbers of ours",
        default="",
        shape="lines",
        group="sender",
        help_es=help_es,
        help_en=help_en,
        max_length=2000,
        example=example,
    )


def messaging_service_sid() -> Any:
    return setting(
        "Servicio de mensajería",
        "Messaging service",
        default="",
        group="sender",
        help_es="Opcional. Si lo indica, Twilio elige con qué número se escribe a quien nunca nos escribió. Empieza por MG.",
        help_en="Optional. With it, Twilio chooses the number for people who never wrote to us. It begins with MG.",
        max_length=34,
    )


def api_key_sid() -> Any:
    return setting(
        "Clave de API (SID)",
        "API key (SID)",
        default="",
        group="advanced",
        help_es="Opcional: para llamar a Twilio con una clave revocable en lugar del Auth Token. Empieza por SK.",
        help_en="Optional: to call Twilio with a key that can be revoked, in place of the auth token. It begins with SK.",
        max_length=34,
    )


def api_key_secret() -> Any:
    return setting("Clave de API (secreto)", "API key (secret)", default="", secret=True, group="advanced", max_length=100)


def second_token() -> Any:
    return setting(
        "Segundo Auth Token",
        "Second auth token",
        default="",
        secret=True,
        group="advanced",
        help_es="El token secundario, antes de promoverlo en Twilio: así ninguna firma falla durante el cambio.",
        help_en="The secondary token, before you promote it at Twilio: then no signature fails during the change.",
        max_length=100,
    )


def webhook_secret() -> Any:
    return setting(
        "Secreto de firma (clave compartida)",
        "Signing secret (shared key)",
        default="",
        secret=True,
        group="advanced",
        help_es="Solo si su cuenta firma los webhooks con una clave compartida (HMAC-SHA256) en lugar del Auth Token.",
        help_en="Only if your account signs webhooks with a shared key (HMAC-SHA256) in place of the auth token.",
        max_length=200,
    )


def base_url() -> Any:
    return setting(
        "Dirección de Twilio",
        "Twilio's address",
        default="",
        shape="url",
        group="advanced",
        help_es="Vacío: las de Twilio. Otra, para pruebas o un intermediario.",
        help_en="Empty: Twilio's own. Another one for tests or a proxy.",
    )


def numbers(settings: Account) -> tuple[str, ...]:
    """Our own numbers, the first one being the usual sender; without spaces and without `whatsapp:`."""
    lines = (re.sub(r"[\s().-]", "", line).removeprefix("whatsapp:") for line in settings.senders.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def check_settings(settings: Account, *, sender: re.Pattern[str], like: str) -> None:
    """Raise InvalidSettings for what cannot be right. `sender`: what a number of ours looks like; `like`: an example."""
    paired = bool(settings.api_key_sid) == bool(settings.api_key_secret)
    problems: Mapping[str, Words] = {
        "account_sid": _shaped(ACCOUNT, settings.account_sid, "AC"),
        "messaging_service_sid": _shaped(SERVICE, settings.messaging_service_sid, "MG"),
        "api_key_sid": _shaped(KEY, settings.api_key_sid, "SK"),
        "api_key_secret": {} if paired else UNPAIRED,
        "senders": _senders_problem(settings, sender, like),
        "base_url": {} if re.fullmatch(r"|https?://\S+", settings.base_url) else NO_ADDRESS,
    }
    if found := {name: problem for name, problem in problems.items() if problem}:
        raise InvalidSettings(found)


UNPAIRED = {
    "es": "la clave y su secreto van juntos: ponga los dos o ninguno",
    "en": "key and secret go together: give both or none",
}
NO_ADDRESS = {"es": "debe ser una dirección, como https://twilio.example.com", "en": "must be an address, like https://twilio.example.com"}
NO_SENDER = {
    "es": "ponga al menos un número, o un servicio de mensajería",
    "en": "give at least one number, or a messaging service",
}


def _shaped(shape: re.Pattern[str], value: str, start: str) -> Words:
    """What is wrong with a SID; an optional one may be empty."""
    if shape.fullmatch(value) or (not value and shape is not ACCOUNT):
        return {}
    return {"es": f"debe ser {start} y 32 cifras hexadecimales", "en": f"must be {start} and 32 hexadecimal digits"}


def _senders_problem(settings: Account, sender: re.Pattern[str], like: str) -> Words:
    for one in numbers(settings):
        if not sender.fullmatch(one):
            return {"es": f"{one!r} no es un número; uno por línea, como {like}", "en": f"{one!r} is no number; one a line, like {like}"}
    return {} if numbers(settings) or settings.messaging_service_sid else NO_SENDER
