"""The shapes of side conversations, in and out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from hub.conversations.model import AddressView, Id, Line, Mail, Message, Number, PushedMessage, Text
from hub.kernel.shapes import ChannelRef, Named
from hub.kernel.web import Input, View


class LastWords(View):
    """The beginning of the newest message, who wrote it, and what became of it."""

    id: str
    text: str
    direction: Literal["in", "out", "note"]
    who: str
    at: datetime
    state: str
    error: dict[str, Any] | None


class Aside(View):
    """A side conversation about `topic`, a matter of the customer `root`. Outside: `address` is who is asked, and `other` the record of
    that address; among colleagues both are null. `heard`: the number of the newest answer, 0 before there is one.
    """

    id: str
    topic: str
    root: str
    state: Literal["waiting", "answered", "done", "canceled"]
    at: datetime
    state_at: datetime
    by: Named
    subject: str
    address: AddressView | None
    other: str | None
    channel: ChannelRef | None
    colleagues: list[Named]
    last: LastWords
    messages: int
    heard: int


class AsideList(View):
    """Those of a customer's matters, oldest first; `read`: how far the caller has read each, by its id."""

    items: list[Aside]
    read: dict[str, int]


class AsidePage(View):
    """One with all that was said."""

    aside: Aside
    messages: list[Message]


class AsideChanged(View):
    """For the sockets: one as it is now, and the message that made the difference, if one did."""

    aside: Aside
    message: PushedMessage | None


class NewWords(Input):
    """What a colleague writes in one. `files`: those of the customer's matter, or of this conversation, to send along."""

    id: Id
    text: Text
    attachments: list[Id] = field(default_factory=list)
    files: Annotated[list[Id], Meta(max_length=10)] = field(default_factory=list)
    signed: bool = False


class NewAside(NewWords, kw_only=True):
    """The first words of one: by mail to an `address` through a `channel`, or to `colleagues`."""

    subject: Line
    address: Mail | None = None
    channel: Id | None = None
    colleagues: Annotated[list[Id], Meta(max_length=50)] = field(default_factory=list)


class ReadUpTo(Input):
    """The number of the last message that was seen."""

    number: Number
