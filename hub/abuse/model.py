"""The shapes of abuse."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from hub.kernel.shapes import ChannelRef, Named
from hub.kernel.web import Input, Page, View

Reason = Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")]
Days = Literal[1, 30]


class Block(View):
    """Whose messages are kept out. `kind`: that of the address, `domain`, or `claimed_domain`. `claimed`: it holds for mail that only
    claims to be from there; what really is gets through. `verdict`: spam, blocked.
    """

    id: str
    kind: str
    value: str
    claimed: bool
    verdict: str
    reason: str
    by: Named
    at: datetime
    until: datetime | None


class BlockPage(View):
    """Newest first."""

    items: list[Block]
    next: str | None


class BlockQuery(Page):
    """A page of the senders that are kept out; `after` is the id that `next` said. `q`: a part of the address."""

    q: Annotated[str, Meta(max_length=200)] = ""
    after: Annotated[str, Meta(pattern=r"^[0-9a-fA-F-]{36}$")] | None = None


class NewSenderBlock(Input):
    """Block the sender of a topic, or the whole domain that the mail comes from; for so many days, or for ever."""

    what: Literal["sender", "domain"] = "sender"
    reason: Reason = ""
    days: Days | None = None


class NewBlock(Input):
    """Block a mail address, or a domain; for so many days, or for ever."""

    value: Annotated[str, Meta(min_length=1, max_length=254, pattern=r"^[^\x00\s]*$")]
    reason: Reason = ""
    days: Days | None = None


class Unblocking(Input):
    """`restore`: what the block had set aside comes back as well."""

    restore: bool = False


class Judged(View):
    """What a program said of a mail: its points, from how many on it is spam, and the names of the signs that it saw."""

    score: float
    limit: float
    signs: list[str]


class Spam(View):
    """A matter among the spam: who wrote, the last words, how many messages, and why it lies here (spam, blocked, judged). `claimed`: whom
    it says it is from is not certain. `judged`: what the program that judged it says.
    """

    topic: str
    customer: Named
    channel: ChannelRef
    address: str
    claimed: bool
    subject: str
    text: str
    count: int
    at: datetime
    number: str
    why: str
    block: Block | None
    judged: Judged | None


class SpamPage(View):
    """Newest first; `total` counts all that lies there, up to 1000."""

    items: list[Spam]
    next: str | None
    total: int


class SpamQuery(Page):
    """A page of the spam; `after` is what `next` said. `q`: words of the subject, the text, the sender's name or address."""

    q: Annotated[str, Meta(max_length=200)] = ""
    after: Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")] | None = None


class SenderQuota(Input):
    """More than `most` messages of one sender within so many minutes are kept and call nobody; 0: no limit."""

    kind: Literal["chat", "message", "mail"]
    most: Annotated[int, Meta(ge=0, le=10000)]
    minutes: Annotated[int, Meta(ge=1, le=1440)]


class SenderQuotas(Input):
    """One for each kind of channel."""

    items: Annotated[list[SenderQuota], Meta(max_length=3)]


class Flood(View):
    """A sender who wrote more in a while than one may; `held`: how many messages call nobody."""

    topic: str
    customer: Named
    channel: ChannelRef
    at: datetime
    held: int


class FloodList(View):
    """Those of the last day, newest first."""

    items: list[Flood]


class FloodAlarm(View):
    """Somebody writes more than one may."""

    customer: Named


class SpamChanged(View):
    """Empty: fetch the spam again when it is open."""
