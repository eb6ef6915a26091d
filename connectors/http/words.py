"""What another system says to us: one Struct for each type of event. From these come the reading, the checks and the reference."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(max_length=200)]
Short = Annotated[str, Meta(max_length=500)]
Text = Annotated[str, Meta(max_length=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=4_102_444_800, description="Seconds since the epoch, UTC.")]
Kind = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Part = Annotated[int, Meta(ge=0, le=1000)]
Claims = Annotated[dict[str, Annotated[str, Meta(max_length=300)]], Meta(max_length=50)]
MEDIA_BYTES = 2 * 1024 * 1024


class Person(Struct, frozen=True):
    """Somebody: your own id of the customer (`account`); or a phone number, an e-mail address, ..., where the channel's settings allow
    that kind."""

    value: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
    kind: Kind = "account"
    name: Name = ""


class File(Struct, frozen=True):
    """A file: its bytes in base64, or a public https address from which the hub fetches it."""

    name: Name
    content_type: Annotated[str, Meta(max_length=100)] = "application/octet-stream"
    data: Annotated[bytes, Meta(max_length=MEDIA_BYTES)] | None = None
    url: Annotated[str, Meta(max_length=2000, pattern="^https?://")] | None = None
    kind: Literal["file", "image", "audio", "voice", "video", "sticker"] = "file"
    size: Annotated[int, Meta(ge=0, le=2**40)] = 0

    def __post_init__(self) -> None:
        if (self.data is None) == (self.url is None):
            raise ValueError("a file has either data or url")


class Place(Struct, frozen=True):
    """A place on the map, in degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: Name = ""
    address: Short = ""


class Card(Struct, frozen=True):
    """Somebody's card that a customer passes on."""

    name: Name
    phones: Annotated[list[Name], Meta(max_length=20)] = []
    emails: Annotated[list[Name], Meta(max_length=20)] = []


class Pressed(Struct, frozen=True):
    """The button that a customer pressed."""

    id: Id
    title: Short


class MessageWords(Struct, frozen=True, tag="message"):
    """Something a customer wrote. The same `id` again makes no second message."""

    id: Id
    sender: Person = field(name="from")
    text: Text = ""
    subject: Short = ""
    attachments: Annotated[list[File], Meta(max_length=20)] = []
    at: Seconds | None = None
    to: Name = ""
    """Which of your own addresses it was written to."""
    reply_to: Id | None = None
    """The id of the message that it quotes."""
    automatic: bool = False
    proves: Annotated[list[Person], Meta(max_length=10)] = []
    """Other addresses that are the same person's beyond doubt: the histories become one."""
    former: Annotated[list[Person], Meta(max_length=10)] = []
    """Addresses that are this person's no more (a number that was given back): whoever writes from one after this is somebody else."""
    claims: Claims = {}
    """What the customer says of himself: shown, never believed."""
    context: Annotated[dict[str, Any], Meta(max_length=50)] = {}
    language: Annotated[str, Meta(max_length=2)] = ""
    album: Name = ""
    location: Place | None = None
    contacts: Annotated[list[Card], Meta(max_length=20)] = []
    choice: Pressed | None = None


class EchoWords(Struct, frozen=True, tag="echo"):
    """An answer that was written on your side. With `message`, our own id, it is no new one."""

    id: Id
    to: Person
    text: Text = ""
    attachments: Annotated[list[File], Meta(max_length=20)] = []
    at: Seconds | None = None
    message: Name = ""
    part: Part = 0
    """Which part of `message`, where it left in several."""
    author: Name = ""


class ReceiptWords(Struct, frozen=True, tag="receipt"):
    """What became of a message of ours: named by our `message` (and `part`), by your `id`, or all to `peer` up to `until`."""

    state: Literal["sent", "delivered", "read", "failed"]
    message: Annotated[str, Meta(max_length=40)] = ""
    id: Name = ""
    part: Part = 0
    reason: Short = ""
    at: Seconds | None = None
    peer: Person | None = None
    until: Seconds | None = None

    def __post_init__(self) -> None:
        if not (self.message or self.id or (self.peer and self.until is not None)):
            raise ValueError("a receipt names message, id, or peer with until")


class TypingWords(Struct, frozen=True, tag="typing"):
    """The customer is writing, or has stopped."""

    sender: Person = field(name="from")
    on: bool = True


class ReactionWords(Struct, frozen=True, tag="reaction"):
    """The customer put a sign on a message; an empty `emoji` takes it away."""

    id: Id
    sender: Person = field(name="from")
    target: Id
    emoji: Annotated[str, Meta(max_length=40)]
    at: Seconds | None = None


class EditWords(Struct, frozen=True, tag="edit"):
    """The customer changed a message."""

    id: Id
    sender: Person = field(name="from")
    target: Id
    text: Text
    at: Seconds | None = None


class DeleteWords(Struct, frozen=True, tag="delete"):
    """The customer took a message back."""

    id: Id
    sender: Person = field(name="from")
    target: Id
    at: Seconds | None = None


class ProfileWords(Struct, frozen=True, tag="profile"):
    """What you know of a customer who wrote before."""

    sender: Person = field(name="from")
    name: Name = ""
    language: Annotated[str, Meta(max_length=2)] = ""
    claims: Claims = {}


class ConsentWords(Struct, frozen=True, tag="consent"):
    """Whether the customer wants to hear from this channel."""

    sender: Person = field(name="from")
    given: bool
    reason: Literal["stop_word", "start_word", "blocked", "unblocked", "provider"] = "provider"
    text: Short = ""
    at: Seconds | None = None


Words = MessageWords | EchoWords | ReceiptWords | TypingWords | ReactionWords | EditWords | DeleteWords | ProfileWords | ConsentWords


class UnknownWords(Struct, frozen=True):
    """A type that this version does not know: shown as such, if it says from whom it is."""

    type: Annotated[str, Meta(min_length=1, max_length=40)]
    id: Id
    sender: Person = field(name="from")
