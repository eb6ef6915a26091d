"""What arrives: raw deliveries, and the events that a connector finds in them. Times are seconds since the epoch, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody can be reached: kind (email, phone, visitor, account, telegram, ...), normalised value, name as shown by the provider.

    The value never changes for the same person: a provider's immutable id, or a phone number in E.164 as `connectors.phones` writes it.
    """

    kind: str
    value: str
    name: str = ""
    native: str = ""
    """How the provider itself writes it, where that differs from `value`: what it wants to see again when we send."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file. Incoming: `data`, or what `fetch` needs (`url` or `reference`). Outgoing: `data`, and `url`, a signed link to it."""

    name: str
    content_type: str
    data: bytes | None = None
    url: str | None = None
    content_id: str = ""
    """Set for a picture inside HTML (`cid:`), empty for a file of its own."""
    upload: str = ""
    """The id of a file that the hub has already, because the sender uploaded it there (web chat)."""
    reference: str = ""
    """The provider's own name of a file that is still there (a file id); what else it takes to fetch it, the connector knows."""
    size: int = 0
    """Bytes, as far as they are known before the file is here."""
    kind: Literal["file", "image", "audio", "voice", "video", "sticker"] = "file"
    """How it is shown. A voice note is played in the thread, a sticker has no frame."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody's card that a customer passes on: shown, never bound to the customer."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or a line of a list: its id, and what stands on it. In a message of a customer: the one that was pressed."""

    id: str
    title: str


# ── Raw ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Delivery:
    """One raw thing that arrived, exactly as it came; stored before anything is acknowledged.

    One delivery is one item: a webhook that brings a thousand is a thousand deliveries, so that one that nobody can read is set aside
    alone.
    """

    kind: str
    """The connector's own word: what `parse` will find in `body`."""
    external_id: str
    """The provider's id of this delivery; the same delivery again has the same id (content hash where there is none)."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a poll or socket channel yields: deliveries, and the cursor that follows them. Asking for the next one confirms it."""

    deliveries: tuple[Delivery, ...]
    cursor: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request to a channel's webhook, body unread by anybody else. `headers` have lower-case names."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: float
    path: str = ""
    """What follows the channel's webhook address, with its slash: `/status/<our id>`. Empty for the address itself."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Verified deliveries and the answer to give once they are stored."""

    deliveries: tuple[Delivery, ...] = ()
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


# ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Message:
    """Something a customer wrote."""

    external_id: str
    sender: Address
    text: str = ""
    html: str = ""
    """Already sanitised by the connector; shown only inside a sandboxed frame."""
    subject: str = ""
    attachments: tuple[Media, ...] = ()
    at: float | None = None
    to: str = ""
    """Our address that it was sent to, where a channel has several: answers leave from it."""
    answers: tuple[str, ...] = ()
    """Ids of messages of ours that it answers, *proved* (a signature verified, or the provider's word). Never a mere claim."""
    reply_to: tuple[str, ...] = ()
    """External ids it answers, as claimed by the sender; for showing, not for joining."""
    session: str = ""
    """The live session it belongs to (web chat), where there is one."""
    automatic: bool = False
    """Written by a machine, or for one (vacation notice, list, STOP): shown, never answered automatically."""
    proves: tuple[Address, ...] = ()
    """Other addresses that this delivery proves to be the same person's (a signed token of the shop, the provider's word)."""
    former: tuple[Address, ...] = ()
    """Addresses that are the sender's no more, by the provider's word: whoever writes from one after this is somebody else."""
    claims: Mapping[str, str] = field(default_factory=dict)
    """What the sender says of himself (name, email, phone, order): a hint for the agent, never a join."""
    context: Mapping[str, object] = field(default_factory=dict)
    """Where it was written: page, campaign, story, cc, whole text with quotes. `{"unsupported": word}`: a kind the parser does not know."""
    language: str = ""
    album: str = ""
    """The provider's id of the album it is part of: messages of one album and sender become one message with several files."""
    location: Location | None = None
    contacts: tuple[Contact, ...] = ()
    choice: Choice | None = None
    """The button or line that the customer pressed; `text` then says what stood on it."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A message of ours that was written elsewhere: in the provider's own app, or by us, if the answer to our sending was lost."""

    external_id: str
    to: Address
    text: str = ""
    attachments: tuple[Media, ...] = ()
    at: float | None = None
    message: str = ""
    """Our own id, when it comes back: then this is no new message."""
    author: str = ""
    part: int = 0
    """Which part of `message`, where it left in several."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fate of a message of ours. States only climb: sent, delivered, read; failed is final unless a higher one comes."""

    state: Literal["sent", "delivered", "read", "failed"]
    external_id: str = ""
    """The provider's id of our message; or `message`, when our own id comes back."""
    message: str = ""
    reason: str = ""
    """Of `failed`: `word: what the provider said`. The word is stable, as `ConnectorError.code`: the console has a sentence for it.
    Of `sent`: `delayed: …` when the provider goes on trying."""
    recipient: str = ""
    """Whom it is about, where a message went to several; empty: all of them."""
    at: float | None = None
    part: int = 0
    """Which part of the message, beside `message`, where it left in several."""
    peer: Address | None = None
    """With `until`, instead of an id: all that was sent to this address up to this moment (a watermark)."""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """The customer is writing (or has stopped)."""

    sender: Address
    on: bool = True


@dataclass(frozen=True, slots=True)
class Reaction:
    """The customer put a sign on a message; an empty `emoji` takes it away. The last one of a sender on a message holds."""

    external_id: str
    sender: Address
    target: str
    """External id of the message, of theirs or of ours."""
    emoji: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """The customer changed a message: what it said before is kept."""

    external_id: str
    sender: Address
    target: str
    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """The customer took a message back."""

    external_id: str
    sender: Address
    target: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the provider says of the sender: a name, a language, a picture's address. Makes no customer."""

    sender: Address
    name: str = ""
    language: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether the customer wants to hear from this channel. `reason`: stop_word, start_word, blocked, unblocked, provider."""

    sender: Address
    given: bool
    reason: str
    text: str = ""
    """The word that was written."""
    at: float | None = None


Event = Message | Echo | Receipt | Typing | Reaction | Edit | Delete | Profile | Consent
