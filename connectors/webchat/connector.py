"""Web chat as a connector: the hub owns the sockets, so sending is handing over at once; reading is in `payloads.py`."""

from dataclasses import dataclass
from typing import Self

from connectors.contract import Delivery, Event, Outgoing, Sent, Step, Surroundings
from connectors.settings import setting
from connectors.webchat.payloads import read_delivery


@dataclass(frozen=True, slots=True)
class Settings:
    """One chat bubble."""

    origins: str = setting(
        "Páginas donde aparece",
        "Pages where it appears",
        default="",
        help_es="Orígenes separados por espacios, como https://tienda.example. Vacío: solo la dirección pública de Hilo.",
        help_en="Origins separated by spaces, like https://shop.example. Empty: only Hilo's own public address.",
        max_length=2000,
    )
    identity_secret: str = setting(
        "Secreto para clientes conocidos",
        "Secret for known customers",
        default="",
        secret=True,
        help_es="Con él la tienda firma quién ha entrado en su cuenta.",
        help_en="The shop signs with it who is signed in to an account.",
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
        wrong = [one for one in self.settings.origins.split() if not one.startswith(("http://", "https://")) or one.count("/") != 2]
        return [Step("origins", not wrong, 0.0, f"not an origin: {' '.join(wrong)}" if wrong else "")]


def build(settings: Settings, surroundings: Surroundings) -> WebChat:
    """One channel."""
    return WebChat(settings, surroundings)
