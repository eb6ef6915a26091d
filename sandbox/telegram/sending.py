"""The methods of the Bot API that write to somebody: a text, a file, an album, a place."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from sandbox.telegram import files
from sandbox.telegram.chats import Chats
from sandbox.telegram.files import Files, Stored
from sandbox.telegram.forms import Form
from sandbox.telegram.refusals import Refusal, bad
from sandbox.telegram.shapes import Kept, Object, Person, message, quoted, units

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT = 4096, 1024, 64
WORDS = ("photo", "document", "voice", "audio", "video", "video_note", "animation", "sticker")


class Sending:
    """Each method gets the form of a call and answers with the message, or raises Refusal."""

    def __init__(self, chats: Chats, kept_files: Files) -> None:
        self._chats = chats
        self._files = kept_files

    def methods(self) -> Mapping[str, Callable[[Form], Awaitable[Any]]]:
        """Method, in small letters -> what it does."""
        return {
            "sendmessage": self.send_message,
            "sendmediagroup": self.send_media_group,
            "sendlocation": self.send_location,
            **{f"send{word.replace('_', '')}": self._send(word) for word in WORDS},
            "sendchataction": self.send_chat_action,
        }

    async def send_message(self, form: Form) -> Object:
        text = form.text("text").strip()
        if not text:
            raise bad("message text is empty")
        if units(text) > TEXT_LIMIT:
            raise bad("message is too long")
        return await self._say(form, {"text": text})

    async def send_location(self, form: Form) -> Object:
        point = {"latitude": float(form.text("latitude") or 0), "longitude": float(form.text("longitude") or 0)}
        return await self._say(form, {"location": point})

    def _send(self, word: str) -> Callable[[Form], Awaitable[Object]]:
        async def send(form: Form) -> Object:
            stored = await self._stored(word, form.text(word) or f"attach://{word}", form)
            return await self._say(form, {**files.content(word, stored), **caption_of(form.text("caption"))}, (stored, word))

        return send

    async def send_media_group(self, form: Form) -> list[Object]:
        """Two to ten: photos and videos together, documents and sounds only with their like."""
        media = form.object("media")
        if not isinstance(media, list) or not 2 <= len(media) <= 10:
            raise bad("wrong number of media: 2-10 are expected")
        kinds = {one["type"] for one in media}
        if len(kinds) > 1 and not kinds <= {"photo", "video"}:
            raise bad("document can't be mixed with other media types")
        group = str(time.time_ns())
        found = [(one, await self._stored(one["type"], one["media"], form)) for one in media]
        return [
            await self._say(
                form,
                {"media_group_id": group, **files.content(one["type"], stored), **caption_of(str(one.get("caption") or ""))},
                (stored, one["type"]),
            )
            for one, stored in found
        ]

    async def _say(self, form: Form, content: Object, file: tuple[Stored, str] | None = None) -> Object:
        who = self._reachable(form)
        content = {**content, **self._answered(form), **buttons_of(form)}
        kept = self._chats.keep(Kept(message(self._chats.next_number(), who, content, self._chats.bot), mine=False))
        await self._chats.show(kept, who, file)
        return kept.body

    def _reachable(self, form: Form) -> Person:
        who = self._chats.by_number(form.number("chat_id"))
        if who is None or not who.started:
            raise bad("chat not found")
        if who.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return who

    def _answered(self, form: Form) -> Object:
        reply = form.object("reply_parameters") or {}
        if not reply:
            return {}
        kept = self._chats.message(form.number("chat_id"), int(reply["message_id"]))
        if kept is None:
            if reply.get("allow_sending_without_reply"):
                return {}
            raise bad("message to be replied not found")
        return {"reply_to_message": quoted(kept)}

    async def _stored(self, word: str, given: str, form: Form) -> Stored:
        """A file that comes along (`attach://`), that is here already (its id), or that is fetched (a link)."""
        upload = form.files.get(given.removeprefix("attach://"))
        if upload is not None:
            stored = self._files.keep(word, upload.name, upload.content_type, upload.data)
        elif given.startswith(("http://", "https://")):
            stored = await self._fetched(word, given)
        else:
            stored = self._files.by_id(given) or _no_file()
        if len(stored.data) > (files.PHOTO_LIMIT if word == "photo" else files.FILE_LIMIT):
            raise Refusal(413, "Request Entity Too Large")
        if word == "photo" and not files.is_picture(stored.data):
            raise bad("IMAGE_PROCESS_FAILED")
        return stored

    async def _fetched(self, word: str, url: str) -> Stored:
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                name = url.rpartition("/")[2].partition("?")[0] or "file"
                return self._files.keep(word, name, response.content_type, await response.read())
        except aiohttp.ClientError:
            raise bad("failed to get HTTP URL content") from None

    async def send_chat_action(self, form: Form) -> bool:
        self._chats.typing(self._reachable(form).customer)
        return True


def _no_file() -> Stored:
    raise bad("wrong file identifier/HTTP URL specified")


def caption_of(text: str) -> Object:
    """What stands below a file. Raises Refusal when it is too long."""
    if units(text) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return {"caption": text} if text else {}


def buttons_of(form: Form) -> Object:
    """The buttons that come with a call. Raises Refusal for ids that are too long."""
    markup = form.object("reply_markup")
    if not isinstance(markup, dict) or not markup.get("inline_keyboard"):
        return {}
    for one in (one for row in markup["inline_keyboard"] for one in row):
        if not 1 <= len(str(one.get("callback_data", "")).encode()) <= BUTTON_LIMIT:
            raise bad("BUTTON_DATA_INVALID")
    return {"reply_markup": markup}
