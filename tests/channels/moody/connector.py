"""What the provider does is decided by `PROVIDER.mood`, which tests set."""

import asyncio
from dataclasses import dataclass, field
from typing import Self

from connectors.contract import Address, Delivery, Event, Health, Message, Outgoing, Reception, Sent, Step, Surroundings, WebhookRequest
from connectors.errors import AuthFailed, Refused, Unavailable
from connectors.settings import InvalidSettings, setting


@dataclass
class Provider:
    """The other side."""

    mood: str = "well"
    webhook: str = ""
    health: Health = field(default_factory=lambda: Health("up", "", None, "1000 a day"))
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    opened: int = 0


PROVIDER = Provider()


@dataclass(frozen=True, slots=True)
class Settings:
    """One account."""

    token: str = setting("Código", "Token", secret=True, group="account")
    signing: str = setting("Firma", "Signing secret", secret=True, generated=True, group="account")
    proxy_password: str = setting("Contraseña", "Password", default="", secret=True)
    number: int = setting("Número", "Number", default=1, low=1, high=9)
    region: str = setting("Región", "Region", default="eu", choices=("eu", "us"))
    site: str = setting("Sitio", "Site", default="", shape="url")


class Moody:
    """One channel."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings

    async def __aenter__(self) -> Self:
        PROVIDER.opened += 1
        if PROVIDER.mood == "auth":
            raise AuthFailed(f"https://moody.example/{self._settings.token}/me says 401")
        if PROVIDER.mood == "away":
            raise Unavailable("nobody there")
        if PROVIDER.mood == "bug":
            raise KeyError(self._settings.token)
        if PROVIDER.mood == "hang":
            await asyncio.Event().wait()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if PROVIDER.mood == "clings":
            await asyncio.sleep(3600)

    def receive(self, request: WebhookRequest) -> Reception:
        """The signing secret stands in the query."""
        if request.query.get("key") != self._settings.signing:
            raise Refused("not signed")
        return Reception((Delivery("message", request.query["id"], request.body),))

    def parse(self, delivery: Delivery) -> list[Event]:
        """The body is the text."""
        return [Message(delivery.external_id, Address("account", "rosa"), delivery.body.decode())]

    async def send(self, outgoing: Outgoing) -> Sent:
        """It is always taken."""
        return Sent(outgoing.id)

    async def check(self) -> list[Step]:
        """One step with words of its own, one without."""
        if PROVIDER.mood == "check breaks":
            raise RuntimeError(f"no idea what to do with {self._settings.token}")
        if PROVIDER.mood == "check hangs":
            await asyncio.Event().wait()
        good = self._settings.token == "good"
        todo = {"es": "Cópielo de nuevo.", "en": "Copy it again."}
        return [
            Step("token", good, 1.25, f"said about {self._settings.token}", {"es": "Código", "en": "Token"}, todo),
            Step("reach_it", True, 0.5),
        ]

    async def health(self) -> Health:
        """As the provider says."""
        PROVIDER.asked.set()
        if PROVIDER.mood == "health breaks":
            raise ValueError(self._settings.token)
        return PROVIDER.health

    async def install(self) -> list[Step]:
        """Remember the address."""
        PROVIDER.webhook = self._surroundings.webhook
        return [Step("webhook", True, 2.0)]

    async def uninstall(self) -> None:
        """Forget it."""
        PROVIDER.webhook = ""


def build(settings: Settings, surroundings: Surroundings) -> Moody:
    """One channel. Raises InvalidSettings."""
    if settings.region == "us" and settings.number > 5:
        raise InvalidSettings({"number": {"es": "en us solo hasta 5", "en": "in us only up to 5"}})
    return Moody(settings, surroundings)
