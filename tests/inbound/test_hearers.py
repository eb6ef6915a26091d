"""One request, several channels: each takes its own, what refuses does not stop the others, nothing is taken twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from connectors.contract import Delivery, Reception, WebhookRequest
from connectors.errors import MalformedPayload, Refused
from connectors.registry import load
from hub.channels.model import Channel, OpenChannel
from hub.inbound.hearers import heard

REQUEST = WebhookRequest("POST", "https://hub/hooks/a", {}, {}, b"", 0.0)


@dataclass
class Ear:
    """Takes what it is made to take."""

    hears: Callable[[], Reception]

    def receive(self, _request: WebhookRequest) -> Reception:
        return self.hears()


def channel(hears: Callable[[], Reception]) -> OpenChannel:
    row = Channel(uuid4(), "messenger", "message", "Página", "hook", uuid4(), uuid4(), True, {})
    ear: Any = Ear(hears)
    return OpenChannel(row, load("messenger").manifest, ear, ear)


def takes(*ids: str) -> OpenChannel:
    return channel(lambda: Reception(tuple(Delivery("message", one, one.encode()) for one in ids)))


def refuses(error: Exception) -> OpenChannel:
    def hears() -> Reception:
        raise error

    return channel(hears)


def test_each_takes_its_own_and_what_both_take_alike_is_the_first_one_s() -> None:
    first, second = takes("a", "unreadable"), takes("unreadable", "b")
    found = heard([first, second], REQUEST)
    assert [(one, [delivery.external_id for delivery in taken.deliveries]) for one, taken in found.taken] == [
        (first, ["a", "unreadable"]),
        (second, ["b"]),
    ]


def test_who_refuses_does_not_stop_the_others() -> None:
    wrong, broken, right = refuses(Refused("wrong secret")), refuses(MalformedPayload("?")), takes("a")
    found = heard([wrong, broken, right], REQUEST)
    assert [one for one, _ in found.taken] == [right]
    assert [(one, type(error)) for one, error in found.refused] == [(wrong, Refused), (broken, MalformedPayload)]


def test_who_takes_no_webhooks_is_not_asked() -> None:
    deaf = replace(takes("a"), receives=None)
    found = heard([deaf], REQUEST)
    assert (found.taken, found.refused) == ([], [])
