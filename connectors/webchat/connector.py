"""Web chat as a connector: the hub owns the sockets, so sending is handing over at once; reading is in `payloads.py`."""

import re
from dataclasses import dataclass
from typing import Self

from connectors.contract import Delivery, Event, Outgoing, Sent, Step, Surroundings
from connectors.settings import InvalidSettings, setting
from connectors.webchat.payloads import read_delivery

ORIGIN = re.compile(r"https?://[^\s/?#@]+")
ORIGINS = {"es": "Las páginas son orígenes", "en": "The pages are origins"}
ORIGINS_TODO = {
    "es": "Escriba cada página como https://tienda.es, sin ruta ni barra final.",
    "en": "Write each page like https://shop.com, without a path or a slash at the end.",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One chat bubble."""

    origins: str = setting(
        "Páginas donde aparece",
        "Pages where it appears",
        default="",
        help_es="Orígenes separados por espacios. Vacío: solo la dirección pública de Hilo.",
        help_en="Origins separated by spaces. Empty: only Hilo's own public address.",
        group="pages",
        example="https://shop.example",
        max_length=2000,
    )
    identity_secret: str = setting(
        "Secreto para clientes conocidos",
        "Secret for known customers",
        default="",
        secret=True,
        generated=True,
        group="customers",
        help_es="Con él su tienda firma quién ha entrado en su cuenta. Vacío: lo hace Hilo y lo muestra una vez.",
        help_en="Your shop signs with it who is signed in to an account. Left empty, Hilo makes it and shows it once.",
    )


class WebChat:
    """One chat bubble. It needs nothing from the network."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.settings = settings
        self._surroundings = surroundings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return

    def parse(self, delivery: Delivery) -> list[Event]:
        """What a visitor's socket said, as the contract's events."""
        return read_delivery(delivery)

    async def send(self, outgoing: Outgoing) -> Sent:
        """The message is in the thread already; the visitor's sockets take it from there, now or when they come back."""
        return Sent(external_id=outgoing.id)

    async def check(self) -> list[Step]:
        """Whether the settings name real origins."""
        wrong = wrong_origins(self.settings.origins)
        detail = f"not an origin: {' '.join(wrong)}" if wrong else ""
        return [Step("origins", not wrong, 0.0, detail, ORIGINS, ORIGINS_TODO if wrong else {})]


def wrong_origins(origins: str) -> list[str]:
    """Those that no browser would ever name."""
    return [one for one in origins.split() if not ORIGIN.fullmatch(one)]


def check_settings(settings: Settings) -> None:
    """Raise InvalidSettings for origins that are none."""
    if wrong := " ".join(wrong_origins(settings.origins)):
        said = {
            "es": f"cada uno como https://tienda.es, sin ruta; no lo es: {wrong}",
            "en": f"each like https://shop.com, without a path; not so: {wrong}",
        }
        raise InvalidSettings({"origins": said})


def build(settings: Settings, surroundings: Surroundings) -> WebChat:
    """One channel. Raises InvalidSettings."""
    check_settings(settings)
    return WebChat(settings, surroundings)
