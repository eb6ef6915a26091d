"""The shapes of a conversation, in and out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from hub.kernel.shapes import ChannelRef, Named, Person, ThreadEvent
from hub.kernel.web import Input, View

Id = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", description="a UUID")]
LONGEST_TEXT = 100_000
Text = Annotated[str, Meta(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]
Line = Annotated[str, Meta(max_length=998, pattern=r"^[^\x00\r\n]*$", description="one line")]
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]

# ── Out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Attachment(View):
    """A file of a message. `inline`: a picture that its HTML shows. `waiting`: it is still with the provider; `failed`: it could not be
    fetched, `problem` says why (gone, too_large, forbidden_address, unavailable, not_supported).
    """

    id: str
    name: str
    content_type: str
    size: int
    inline: bool = False
    kind: Literal["file", "image", "audio", "voice", "video", "sticker"] = "file"
    state: Literal["here", "waiting", "failed"] = "here"
    problem: str = ""


class AddressView(View):
    """Whom a message came from or went to."""

    kind: str
    value: str
    name: str = ""


class ReactionView(View):
    """A sign that somebody put on a message."""

    emoji: str
    by: Person


class LocationView(View):
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class ContactView(View):
    """Somebody's card that a customer passed on."""

    name: str
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


class ChoiceView(View):
    """The button or line that the customer pressed."""

    id: str
    title: str


class QuotedMessage(View):
    """The beginning of the message that another one answers."""

    id: str
    text: str
    direction: Literal["in", "out", "note"]


class MessageVersion(View):
    """What a message said, and since when."""

    at: datetime
    text: str


class MessageVersions(View):
    """What a message said before it was edited, oldest first; nothing of one that was taken back."""

    items: list[MessageVersion]


class Message(View):
    """One message of the thread. `customer` is the member of the family it belongs to: whose address it came from or went to, unless
    a colleague moved it to somebody else's matter. One that was taken back (`deleted_at`) shows nothing of what it said. `aside`: its
    topic is a side conversation; a note in one is shown there alone.
    """

    id: str
    number: int
    at: datetime
    direction: Literal["in", "out", "note"]
    topic: str
    channel: ChannelRef | None
    text: str
    state: str
    customer: str
    author: Person
    subject: str
    has_html: bool
    attachments: list[Attachment]
    address: AddressView | None
    error: dict[str, Any] | None
    state_at: datetime
    reply_to: str | None
    send_at: datetime | None
    context: dict[str, Any]
    mentions: list[str]
    reactions: list[ReactionView]
    edited_at: datetime | None
    deleted_at: datetime | None
    location: LocationView | None
    contacts: list[ContactView]
    choice: ChoiceView | None
    quoted: QuotedMessage | None
    aside: bool


class PushedMessage(Message):
    """A message for the sockets: with the root of its customer."""

    root: str
    customer_name: str


class Draft(View):
    """What a colleague has begun to write."""

    kind: str
    text: str
    channel: str | None
    topic: str | None
    subject: str
    html: str = ""


class ConversationPage(View):
    """A page of the thread, ascending; `next` leads to the page before it. `read`: how far this colleague has read. `scheduled`: on the
    newest page, all that waits for its time, wherever it stands in the thread.
    """

    customer: Named
    messages: list[Message]
    events: list[ThreadEvent]
    next: str | None
    read: int
    draft: Draft | None
    viewers: list[Named]
    scheduled: list[Message]


class Mention(View):
    """A note in which the caller was mentioned."""

    message: str
    number: int
    at: datetime
    text: str
    customer: Named
    author: Named | None
    unread: bool


class Mentions(View):
    """The last hundred, the newest first."""

    items: list[Mention]


class TopicName(View):
    """A topic by its name."""

    id: str
    code: str
    subject: str


class Moved(View):
    """Messages that were moved: the move (to undo it), the topic where they are now, and the root of its customer."""

    move: str
    topic: TopicName
    customer: str


# ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


class PageQuery(Input):
    """Which page: before a number, or the newest; of the whole thread, or of one topic."""

    before: Annotated[str, Meta(pattern=r"^\d{1,18}$", description="what `next` said")] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    topic: Id | None = None


class GivenAddress(Input):
    """An address to write to."""

    kind: Annotated[str, Meta(max_length=40)]
    value: Annotated[str, Meta(min_length=1, max_length=320, pattern=r"^[^\x00]*$")]
    name: Line = ""


Mail = Annotated[str, Meta(min_length=3, max_length=320)]


class GivenChoice(Input):
    """A button of a reply; where the channel has none it becomes a numbered line."""

    id: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00\r\n]*$")]
    title: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00\r\n]*$")]


class GivenTemplate(Input):
    """A template of the channel's, and the value of each of its variables."""

    name: Annotated[str, Meta(min_length=1, max_length=512, pattern=r"^[^\x00]*$")]
    language: Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[^\x00]*$")]
    variables: dict[Annotated[str, Meta(max_length=100)], Annotated[str, Meta(pattern=r"^[^\x00]*$")]] = field(default_factory=dict)


class GivenForward(Input):
    """A message of this customer's to pass on to the address: with its files or without, and with the form it had or as text."""

    message: Id
    files: bool = True
    html: bool = True


class NewMessage(Input):
    """A reply to a customer, or a note among colleagues. `address` may be left out, be its value alone, or name its kind. With a
    `template` the text is the template's: leave it empty. With an `html` the text may be left empty: it is made from it; a picture that it
    shows is one of the attachments, as `cid:` and the file's id.

    `signed`: with the signature below. `quote`: a message to quote below it. `forward`: a message to pass on to somebody else. `opens`: it
    begins a matter of its own. `zone`: in which zone of the IANA's the times are told that stand in a quotation.
    """

    id: Id
    kind: Literal["reply", "note"]
    text: Text
    channel: Id | None = None
    address: GivenAddress | Annotated[str, Meta(min_length=1, max_length=320, pattern=r"^[^\x00]*$")] | None = None
    topic: Id | None = None
    subject: Line | None = None
    cc: Annotated[list[Mail], Meta(max_length=50)] = field(default_factory=list)
    bcc: Annotated[list[Mail], Meta(max_length=50)] = field(default_factory=list)
    html: Annotated[str, Meta(max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")] | None = None
    attachments: list[Id] = field(default_factory=list)
    reply_to: Id | None = None
    send_at: datetime | None = None
    mentions: Annotated[list[Id], Meta(max_length=50)] = field(default_factory=list)
    choices: Annotated[list[GivenChoice], Meta(max_length=10)] = field(default_factory=list)
    template: GivenTemplate | None = None
    signed: bool = False
    quote: Id | None = None
    forward: GivenForward | None = None
    opens: bool = False
    zone: Annotated[str, Meta(max_length=60, pattern=r"^[A-Za-z0-9_+/-]+$")] = "UTC"


class FirstMessage(NewMessage, kw_only=True):
    """The first message to somebody, or the first about something new to somebody who is known. `name`: who that is, if nobody knows."""

    kind: Literal["reply"] = "reply"
    name: Annotated[str, Meta(max_length=200, pattern=r"^[^\x00\r\n]*$")] = ""


class NewTime(Input):
    """When a message is to leave; null: now."""

    send_at: datetime | None


class NewReaction(Input):
    """A sign to put on a message."""

    emoji: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*$", description="an emoji")]


class NewText(Input):
    """What a message of ours shall say."""

    text: Text


class NewDraft(Input):
    """What a colleague has begun to write; an empty text removes it."""

    kind: Literal["reply", "note"]
    text: Text
    channel: Id | None = None
    topic: Id | None = None
    subject: Line | None = None
    html: Text = ""


class ReadMark(Input):
    """The number of the last message that was seen."""

    number: Number


class FileName(Input):
    """What an uploaded file is called."""

    name: Annotated[str, Meta(max_length=1000)] = ""


class HtmlQuery(Input):
    """Whether pictures from elsewhere are fetched."""

    images: bool = False


class Inline(Input):
    """Whether a picture is shown in place; everything else is a download."""

    inline: bool = False


class NewTopic(Input):
    """A matter of its own; without a subject it has that of its first message, without a queue that of the matter it was part of."""

    subject: Line | None = None
    queue: Id | None = None


class NewPlace(Input):
    """Where a message belongs: a topic, or a customer with whom it becomes one. `onward`: with all that follow it in its topic."""

    topic: Id | None = None
    customer: Id | None = None
    onward: bool = False
    subject: Line | None = None
    queue: Id | None = None
