"""Several channels at one webhook address: each verifies a request for itself and takes what is its own; pure but for the connectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.contract import Delivery, Reception, WebhookRequest
from connectors.errors import MalformedPayload, Refused
from hub.channels.model import OpenChannel


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a request: who took what, in the order of the hearers, and why the others did not."""

    taken: Sequence[tuple[OpenChannel, Reception]]
    refused: Sequence[tuple[OpenChannel, Refused | MalformedPayload]]


def heard(hearers: Sequence[OpenChannel], request: WebhookRequest) -> Heard:
    """Show a request to all. What two of them take alike (nobody could read it) is the first one's."""
    taken = list[tuple[OpenChannel, Reception]]()
    refused = list[tuple[OpenChannel, Refused | MalformedPayload]]()
    seen = set[tuple[str, str, bytes]]()
    for one in hearers:
        if one.receives is None:
            continue
        try:
            reception = one.receives.receive(request)
        except (Refused, MalformedPayload) as error:
            refused.append((one, error))
            continue
        own = tuple(delivery for delivery in reception.deliveries if _name(delivery) not in seen)
        seen |= {_name(delivery) for delivery in own}
        taken.append((one, replace(reception, deliveries=own)))
    return Heard(taken, refused)


def _name(delivery: Delivery) -> tuple[str, str, bytes]:
    return delivery.kind, delivery.external_id, delivery.body
