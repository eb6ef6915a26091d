"""Telegram's own words, as far as we read them: what the Bot API calls Update, Message, and what they hold."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Id = Annotated[int, Meta(ge=-(2**52), le=2**52)]
Moment = Annotated[int, Meta(ge=0, le=2**35)]
"""Seconds since the epoch."""


class User(Struct, frozen=True, kw_only=True):
    """A person, or a bot."""

    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(Struct, frozen=True, kw_only=True):
    """Where something was said: private, group, supergroup or channel."""

    id: Id
    type: str
    title: str = ""
    first_name: str = ""
    last_name: str = ""


class Entity(Struct, frozen=True, kw_only=True):
    """A piece of a text that is more than text. Offsets and lengths count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""


class File(Struct, frozen=True, kw_only=True):
    """A file of any kind that is at Telegram's, to be had by its `file_id`."""

    file_id: str
    file_size: int = 0
    file_name: str = ""
    mime_type: str = ""
    width: int = 0
    height: int = 0
    title: str = ""
    is_animated: bool = False
    is_video: bool = False
    emoji: str = ""


class Place(Struct, frozen=True, kw_only=True):
    """A point on the map; with `live_period` the sender goes on telling where he is, for so many seconds."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    live_period: int = 0


class Venue(Struct, frozen=True, kw_only=True):
    """A place with a name."""

    location: Place
    title: str = ""
    address: str = ""


class Card(Struct, frozen=True, kw_only=True):
    """Somebody's card, out of the sender's address book."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: Id = 0
    vcard: str = ""


class Origin(Struct, frozen=True, kw_only=True):
    """Who wrote a forwarded message first."""

    type: str
    date: Moment = 0
    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None


class Quote(Struct, frozen=True, kw_only=True):
    """The piece of a message that a reply quotes."""

    text: str = ""


class Poll(Struct, frozen=True, kw_only=True):
    """A question with answers to choose from."""

    question: str = ""


class Dice(Struct, frozen=True, kw_only=True):
    """A die, a dart, a ball: an emoji with a value."""

    emoji: str = ""
    value: int = 0


class Button(Struct, frozen=True, kw_only=True):
    """A button below a message of ours."""

    text: str
    callback_data: str = ""


class Keyboard(Struct, frozen=True, kw_only=True):
    """The buttons below a message, line by line."""

    inline_keyboard: list[list[Button]] = []


class Answered(Struct, frozen=True, kw_only=True):
    """A message that another one answers; also one that is too old to be shown (then its date is 0)."""

    message_id: Id
    chat: Chat
    date: int = 0
    reply_markup: Keyboard | None = None


class Message(Struct, frozen=True, kw_only=True):
    """Something that was said. `from` is missing only where a chat itself speaks."""

    message_id: Id
    chat: Chat
    date: Moment
    sender: User | None = msgspec.field(name="from", default=None)
    edit_date: Moment = 0
    media_group_id: str = ""
    text: str = ""
    entities: list[Entity] = []
    caption: str = ""
    caption_entities: list[Entity] = []
    photo: list[File] = []
    live_photo: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    sticker: File | None = None
    document: File | None = None
    location: Place | None = None
    venue: Venue | None = None
    contact: Card | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    reply_to_message: Answered | None = None
    quote: Quote | None = None
    forward_origin: Origin | None = None

    @property
    def chat_type(self) -> str:
        """The kind of chat it happened in."""
        return self.chat.type


class Sign(Struct, frozen=True, kw_only=True):
    """One sign of a reaction: an emoji, a picture of somebody's own making (custom_emoji), or a star that was paid for (paid)."""

    type: str
    emoji: str = ""


class ReactionChange(Struct, frozen=True, kw_only=True):
    """What somebody had put on a message, and what stands there now."""

    chat: Chat
    message_id: Id
    date: Moment
    user: User | None = None
    old_reaction: list[Sign] = []
    new_reaction: list[Sign] = []

    @property
    def chat_type(self) -> str:
        """The kind of chat it happened in."""
        return self.chat.type


class Press(Struct, frozen=True, kw_only=True):
    """Somebody pressed a button below a message of ours."""

    id: str
    sender: User = msgspec.field(name="from")
    data: str = ""
    message: Answered | None = None

    @property
    def chat_type(self) -> str:
        """The kind of chat it happened in; none for a message that was sent by way of the bot from elsewhere."""
        return self.message.chat.type if self.message else ""


class Member(Struct, frozen=True, kw_only=True):
    """What the bot is in a chat: member, kicked, left, ..."""

    status: str


class Membership(Struct, frozen=True, kw_only=True):
    """What the bot is in a chat changed: in a private chat, the customer blocked or unblocked it."""

    chat: Chat
    date: Moment
    new_chat_member: Member
    sender: User = msgspec.field(name="from")

    @property
    def chat_type(self) -> str:
        """The kind of chat it happened in."""
        return self.chat.type


class Update(Struct, frozen=True, kw_only=True):
    """One thing that happened. One of its parts is there, the others are not."""

    update_id: Id
    message: Message | None = None
    edited_message: Message | None = None
    message_reaction: ReactionChange | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None


WANTED = ("message", "edited_message", "message_reaction", "callback_query", "my_chat_member")
"""The updates that we ask for; Telegram sends reactions to nobody who does not name them."""
UNWANTED = frozenset(
    {
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
        "guest_message",
    }
)
"""The others, which Telegram may still hold from before we said what we want."""
