"""The counter as a connector: the hub hands it what a colleague wrote down; nothing leaves by it."""

from dataclasses import dataclass
from typing import Self

from connectors.contract import Delivery, Event, Outgoing, Sent, Step, Surroundings
from connectors.counter.payloads import read_delivery
from connectors.errors import Rejected

READY = {"es": "No hace falta nada", "en": "Nothing is needed"}


@dataclass(frozen=True, slots=True)
class Settings:
    """One counter; there is nothing to set."""


class Counter:
    """One counter."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    def parse(self, delivery: Delivery) -> list[Event]:
        """What was written down. Raises MalformedPayload."""
        return read_delivery(delivery)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Nobody stands there any more: answer by mail, by phone, or write a note."""
        raise Rejected("nothing can be sent over the counter", code="only_receives")

    async def check(self) -> list[Step]:
        """It is always there."""
        return [Step("ready", True, 0.0, "", READY)]


def build(settings: Settings, surroundings: Surroundings) -> Counter:
    """One counter."""
    return Counter(settings, surroundings)
