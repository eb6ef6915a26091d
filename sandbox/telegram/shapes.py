"""Telegram's objects as it writes them: users, chats, messages. Only fields that the Bot API documents."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.people import CUSTOMERS

Object = dict[str, Any]
BOT_TOKEN = "7000000001:AAEhilo-demo-bot-of-the-pretend-world"  # noqa: S105  # the pretend world has no secrets
SECOND_TOKEN = "7000000002:AAEhilo-next-bot-of-the-pretend-world"  # noqa: S105
"""Of a bot that is there for whoever adds a channel."""
BOTS: Mapping[str, Object] = {
    BOT_TOKEN: {"id": 7000000001, "is_bot": True, "first_name": "Tienda Demo", "username": "tienda_demo_bot"},
    SECOND_TOKEN: {"id": 7000000002, "is_bot": True, "first_name": "Taller Demo", "username": "taller_demo_bot"},
}
"""Token -> the bot as a user."""
ABILITIES = {
    "can_join_groups": False,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
    "has_topics_enabled": False,
    "allows_users_to_create_topics": False,
    "can_manage_bots": False,
    "supports_guest_queries": False,
}


@dataclass(slots=True)
class Person:
    """Somebody with Telegram on the phone."""

    customer: str
    id: int
    first_name: str
    last_name: str = ""
    language: str = "es"
    started: bool = False
    blocked: bool = False

    def user(self) -> Object:
        said = {"id": self.id, "is_bot": False, "first_name": self.first_name, "last_name": self.last_name}
        return _filled({**said, "username": self.customer, "language_code": self.language})

    def chat(self) -> Object:
        said = {"id": self.id, "first_name": self.first_name, "last_name": self.last_name, "username": self.customer}
        return _filled({**said, "type": "private"})


@dataclass(slots=True)
class Kept:
    """A message that stands in a chat: as the Bot API writes it, and whether the customer wrote it."""

    body: Object
    mine: bool
    reactions: dict[str, list[Object]] = field(default_factory=dict)
    """customer or company -> what they put on it."""


def person(customer: str, *, name: str = "", language: str = "") -> Person:
    """The person of that id; always the same Telegram user for the same id."""
    known = next((one.name for one in CUSTOMERS if one.id == customer), customer.capitalize())
    first, _, last = (name or known).partition(" ")
    number = int.from_bytes(hashlib.sha256(customer.encode()).digest()[:4], "big") + 1_000_000_000
    return Person(customer, number, first, last, language or ("en" if customer == "grace" else "es"))


def message(number: int, who: Person, content: Object, bot: Object | None) -> Object:
    """A message in somebody's chat with a bot; `bot`: the one that wrote it. `content`: text, photo, ... and what belongs to them."""
    return {"message_id": number, "from": bot or who.user(), "chat": who.chat(), "date": int(time.time()), **content}


def quoted(kept: Kept) -> Object:
    """A message as it stands inside one that answers it: without what it answered itself."""
    return {name: value for name, value in kept.body.items() if name != "reply_to_message"}


def units(text: str) -> int:
    """How long Telegram finds a text: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def name_of(kept: Kept) -> str:
    """The id of a message on the phones' page: chat and number."""
    return f"{kept.body['chat']['id']}:{kept.body['message_id']}"


def _filled(said: Object) -> Object:
    return {name: value for name, value in said.items() if value != ""}
