"""What a colleague wrote down, in the contract's words; pure."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from connectors.contract import Address, Delivery, Event, Media, Message
from connectors.errors import MalformedPayload

Kind = Literal["visit", "letter", "fax", "call", "other"]
Word = Annotated[str, Meta(min_length=1, max_length=300)]


class Person(Struct, frozen=True):
    """Who came; `value` is the hub's own id of the person."""

    value: Word
    name: str = ""


class Colleague(Struct, frozen=True):
    """Who wrote it down."""

    id: Word
    name: str


class Scan(Struct, frozen=True):
    """A file that the colleague has sent up."""

    id: Word
    name: str
    content_type: str
    size: int = 0


class Visit(Struct, frozen=True):
    """A visit, a letter, a fax."""

    id: Word
    kind: Kind
    person: Person
    by: Colleague
    text: str
    at: Annotated[float, Meta(ge=0, le=4_102_444_800)] | None = None
    claims: dict[str, str] = {}
    attachments: list[Scan] = []


DECODER = msgspec.json.Decoder(Visit)


def read_delivery(delivery: Delivery) -> list[Event]:
    """One message. Raises MalformedPayload."""
    try:
        said = DECODER.decode(delivery.body)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload(f"not a visit: {error}"[:300]) from error
    return [
        Message(
            external_id=said.id,
            sender=Address("person", said.person.value, said.person.name),
            text=said.text,
            at=said.at,
            claims=said.claims,
            context={"counter": {"kind": said.kind, "by": {"id": said.by.id, "name": said.by.name}}},
            attachments=tuple(Media(one.name, one.content_type, upload=one.id, size=one.size) for one in said.attachments),
        )
    ]
