"""What an admin sets for another system."""

import re
from dataclasses import dataclass

from connectors.http.people import ACCOUNT
from connectors.settings import InvalidSettings, setting

KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS_WANTED = {
    "es": "deben ser palabras como account, phone o email, separadas por espacios",
    "en": "must be words such as account, phone or email, separated by spaces",
}
SHORTEST = 16
SECRET_WANTED = {
    "es": f"al menos {SHORTEST} letras y cifras al azar; vacío, lo crea Hilo",
    "en": f"at least {SHORTEST} random letters and digits; left empty, Hilo makes it",
}
NOWHERE_TO_ASK = {"es": "necesita la dirección de salida", "en": "needs the outgoing address"}


@dataclass(frozen=True, slots=True)
class Settings:
    """One other system."""

    secret: str = setting(
        "Secreto",
        "Secret",
        secret=True,
        generated=True,
        group="signing",
        help_es="Firma cada entrega, en los dos sentidos. Vacío: se crea uno.",
        help_en="Signs every delivery, both ways. Empty: one is made.",
    )
    second_secret: str = setting(
        "Segundo secreto",
        "Second secret",
        default="",
        secret=True,
        group="signing",
        help_es="Mientras se cambia: vale también, y lo que sale lleva las dos firmas. Bórrelo al terminar.",
        help_en="While it is changed: holds as well, and what leaves carries both signatures. Remove it at the end.",
    )
    url: str = setting(
        "Dirección de salida",
        "Outgoing address",
        default="",
        group="out",
        shape="url",
        help_es="Adónde se entregan las respuestas. Vacío: solo se recibe.",
        help_en="Where answers are delivered. Empty: it only receives.",
        example="https://shop.example/hilo",
        leads=False,  # no secret goes there: only signatures
    )
    history: bool = setting(
        "Tiene un historial",
        "It has a history",
        default=False,
        group="out",
        help_es="Activado: cada pocos minutos Hilo le pregunta qué se perdió, y qué fue de los mensajes de los que no se supo más.",
        help_en="On: every few minutes Hilo asks it what was missed, and what became of messages of which nothing more was heard.",
    )
    kinds: str = setting(
        "Clases de dirección",
        "Kinds of address",
        default=ACCOUNT,
        group="people",
        help_es="De qué personas puede hablar, separadas por espacios: account es su propio número de cliente; añada phone o email solo si "
        "sabe con certeza de quién son.",
        help_en="Of whom it may speak, separated by spaces: account is its own customer number; add phone or email only if it knows beyond "
        "doubt whose they are.",
        example="account phone email",
        max_length=200,
    )
    company_accounts: bool = setting(
        "Sus números de cliente son los de la empresa",
        "Its customer numbers are the company's",
        default=False,
        group="people",
        help_es="Activado: el cliente 4711 es el mismo que en el chat web y en los demás canales con esta opción. Si no, es otra persona.",
        help_en="On: customer 4711 is the same as in web chat, and in other channels with this switch. Off: somebody else.",
    )


def check_settings(settings: Settings) -> None:
    """Raises InvalidSettings for what no single field shows."""
    problems = {name: SECRET_WANTED for name in ("secret", "second_secret") if 0 < len(getattr(settings, name).strip()) < SHORTEST}
    if settings.history and not settings.url.strip():
        problems["history"] = NOWHERE_TO_ASK
    if problems:
        raise InvalidSettings(problems)


def kinds_of(settings: Settings) -> frozenset[str]:
    """The kinds of address that it may name. Raises InvalidSettings."""
    kinds = settings.kinds.split() or [ACCOUNT]
    if not all(map(KIND.fullmatch, kinds)):
        raise InvalidSettings({"kinds": KINDS_WANTED})
    return frozenset(kinds)
