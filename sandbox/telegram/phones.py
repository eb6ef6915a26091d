"""What somebody with Telegram can do in the chat with one bot: write, send files, change, react, press, block.

A bot is told neither of reading nor of deleting.
"""

import time
import uuid
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.telegram import files
from sandbox.telegram.chats import Chats
from sandbox.telegram.files import Files
from sandbox.telegram.shapes import Kept, Object, Person, message, name_of, quoted
from sandbox.telegram.updates import Updates

WORDS = {"image": "photo", "voice": "voice", "audio": "audio", "video": "video", "sticker": "sticker"}


class Phones:
    """The verbs. Each gets the request's object and answers with what the page may want to know."""

    def __init__(self, chats: Chats, kept_files: Files, updates: Updates) -> None:
        self._chats = chats
        self._files = kept_files
        self._updates = updates

    def verbs(self) -> Mapping[str, Callable[[Object], Awaitable[Any]]]:
        return {
            "say": self.say,
            "past": self.past,
            "edit": self.edit,
            "react": self.react,
            "press": self.press,
            "block": self.block,
            "unblock": self.unblock,
        }

    async def say(self, given: Object) -> Object:
        """{"customer", "name"?, "language"?, "text", "media"?: [{"name", "type", "data", "kind"}], "reply_to"?, "location"?, "contact"?,
        "fields"?: whatever else the Bot API's message may hold} → {"ids"}: an album is several messages."""
        who = self._someone(given)
        if who.blocked:
            raise web.HTTPConflict(text=f"{who.customer} has blocked the bot")
        who.started = True
        media = [self._file(one) for one in given.get("media") or []]
        album = {"media_group_id": str(time.time_ns())} if len(media) > 1 else {}
        common = {**album, **self._answered(given.get("reply_to")), **given.get("fields", {})}
        if not media:
            return {"ids": [await self._write(who, {**_words(given, "text"), **_place(given), **_card(given, who), **common})]}
        return {
            "ids": [
                await self._write(
                    who, {**files.content(word, stored), **(_words(given, "caption") if index == 0 else {}), **common}, (stored, word)
                )
                for index, (stored, word) in enumerate(media)
            ]
        }

    async def _write(self, who: Person, content: Object, file: Any = None) -> str:
        kept = self._chats.keep(Kept(message(self._chats.next_number(), who, content, None), mine=True))
        await self._chats.show(kept, who, file)
        await self._updates.add("message", kept.body)
        return name_of(kept)

    async def past(self, given: Object) -> Object:
        """Somebody said so then; it stands in the chat, and the bot is not told."""
        who, mine = self._someone(given), bool(given.get("mine"))
        who.started = True
        media = [self._file(one) for one in given.get("media") or []][:1]
        content = files.content(media[0][1], media[0][0]) | _words(given, "caption") if media else _words(given, "text")
        body = message(
            self._chats.next_number(), who, {**content, **self._answered(given.get("reply_to"))}, None if mine else self._chats.bot
        )
        kept = self._chats.keep(Kept({**body, "date": int(given["at"])}, mine=mine))
        await self._chats.show(kept, who, media[0] if media else None)
        return {"id": name_of(kept)}

    async def edit(self, given: Object) -> Object:
        """{"id", "text"}: one of their own messages."""
        kept = self._named(given)
        if not kept.mine:
            raise web.HTTPConflict(text="only one's own messages can be edited")
        kept.body["text" if "text" in kept.body else "caption"] = given["text"]
        kept.body["edit_date"] = int(time.time())
        await self._chats.changed(kept, text=given["text"], edited=True)
        await self._updates.add("edited_message", kept.body)
        return {}

    async def react(self, given: Object) -> Object:
        """{"customer", "id", "emoji"}; an empty emoji takes it away."""
        kept, who = self._named(given), self._someone(given)
        before, after = kept.reactions.get("customer", []), [{"type": "emoji", "emoji": given["emoji"]}] if given.get("emoji") else []
        await self._chats.react(kept, "customer", after)
        change = {"chat": who.chat(), "message_id": kept.body["message_id"], "user": who.user(), "date": int(time.time())}
        await self._updates.add("message_reaction", {**change, "old_reaction": before, "new_reaction": after})
        return {}

    async def press(self, given: Object) -> Object:
        """{"customer", "id", "button"}: a button's id below a message of the bot's."""
        kept, who = self._named(given), self._someone(given)
        titles = {one["callback_data"] for row in kept.body.get("reply_markup", {}).get("inline_keyboard", []) for one in row}
        if given.get("button") not in titles:
            raise web.HTTPConflict(text=f"its buttons are {', '.join(sorted(titles)) or 'none'}")
        press = uuid.uuid4().hex[:18]
        self._chats.presses.add(press)
        said = {"id": press, "from": who.user(), "message": kept.body, "chat_instance": str(who.id), "data": given["button"]}
        await self._updates.add("callback_query", said)
        return {"press": press}

    async def block(self, given: Object) -> Object:
        """{"customer"}."""
        return await self._member(self._someone(given), blocked=True)

    async def unblock(self, given: Object) -> Object:
        """{"customer"}."""
        return await self._member(self._someone(given), blocked=False)

    async def _member(self, who: Person, *, blocked: bool) -> Object:
        was, who.blocked = who.blocked, blocked
        before, after = (_membership(self._chats.bot, blocked=one) for one in (was, blocked))
        change = {"chat": who.chat(), "from": who.user(), "date": int(time.time()), "old_chat_member": before, "new_chat_member": after}
        await self._updates.add("my_chat_member", change)
        return {}

    def _someone(self, given: Object) -> Person:
        customer = str(given.get("customer") or "")
        if not customer:
            raise web.HTTPBadRequest(text="'customer' is missing")
        return self._chats.person(customer, name=str(given.get("name") or ""), language=str(given.get("language") or ""))

    def _named(self, given: Object) -> Kept:
        kept = self._chats.named(str(given.get("id") or ""))
        if kept is None:
            raise web.HTTPNotFound(text=f"no message {given.get('id')!r}")
        return kept

    def _answered(self, name: Any) -> Object:
        kept = self._chats.named(str(name)) if name else None
        return {"reply_to_message": quoted(kept)} if kept else {}

    def _file(self, given: Object) -> tuple[files.Stored, str]:
        word = given.get("as") or WORDS.get(given.get("kind", ""), "document")
        try:
            return self._files.keep(word, given["name"], given["type"], b64decode(given["data"], validate=True)), word
        except (KeyError, TypeError, ValueError):
            raise web.HTTPBadRequest(text="a file has 'name', 'type' and 'data', which is base64") from None


def _words(given: Object, word: str) -> Object:
    text = str(given.get("text") or "")
    command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])} if text.startswith("/") else None
    return {**({word: text} if text else {}), **({"entities": [command]} if command and word == "text" else {})}


def _place(given: Object) -> Object:
    place = given.get("location")
    if not place:
        return {}
    point = {"latitude": place["latitude"], "longitude": place["longitude"]}
    if not place.get("name"):
        return {"location": point}
    return {"location": point, "venue": {"location": point, "title": place["name"], "address": place.get("address", "")}}


def _card(given: Object, who: Person) -> Object:
    card = given.get("contact")
    if not card:
        return {}
    first, _, last = card["name"].partition(" ")
    said = {"phone_number": card["phone"], "first_name": first, **({"last_name": last} if last else {})}
    return {"contact": {**said, **({"user_id": who.id} if card.get("own") else {})}}


def _membership(bot: Object, *, blocked: bool) -> Object:
    return {"user": bot, "status": "kicked", "until_date": 0} if blocked else {"user": bot, "status": "member"}
