"""Small shapes that answers of several rooms share: somebody, something with a name, a channel, an event that people read."""

from datetime import datetime
from typing import Any, Literal

from hub.kernel.web import View

UNDO_S = 5
"""For how many seconds a message on a slow channel can be taken back."""


class Named(View):
    """Something with an id and a name: a customer, an agent, a queue."""

    id: str
    name: str


class Person(View):
    """Who wrote or did something. `id` is null where nobody in particular did (the system)."""

    kind: Literal["human", "bot", "system", "customer"]
    id: str | None
    name: str


class ChannelRef(View):
    """A channel, as far as a message needs to show it."""

    id: str
    connector: str
    name: str


class ThreadEvent(View):
    """Something that happened, as a colleague reads it: names joined to the ids of the ledger's event."""

    position: int
    at: datetime
    type: str
    actor: Person
    data: dict[str, Any]
