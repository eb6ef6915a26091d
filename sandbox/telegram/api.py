"""The methods of the Bot API, with the refusals in Telegram's own words."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from sandbox.telegram import files
from sandbox.telegram.chats import Chats
from sandbox.telegram.files import Files, Stored
from sandbox.telegram.forms import Form
from sandbox.telegram.shapes import ME, Kept, Object, Person, message, quoted, units
from sandbox.telegram.signs import SIGNS
from sandbox.telegram.updates import Replaced, Updates

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT = 4096, 1024, 64
TAKEN_BACK_S = 48 * 3600
LONGEST_POLL_S = 50
WORDS = ("photo", "document", "voice", "audio", "video", "video_note", "animation", "sticker")


class Refusal(Exception):
    """What Telegram answers when it will not: a status, and its reason."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def bad(said: str) -> Refusal:
    return Refusal(400, f"Bad Request: {said}")


class Api:
    """The methods. Each gets the form of a call and answers with its `result`, or raises Refusal."""

    def __init__(self, chats: Chats, kept_files: Files, updates: Updates) -> None:
        self._chats = chats
        self._files = kept_files
        self._updates = updates

    def methods(self) -> Mapping[str, Callable[[Form], Awaitable[Any]]]:
        """Method, in small letters -> what it does."""
        return {
            "getme": self.get_me,
            "getupdates": self.get_updates,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
            "sendmessage": self.send_message,
            "sendmediagroup": self.send_media_group,
            "sendlocation": self.send_location,
            **{f"send{word.replace('_', '')}": self._send(word) for word in WORDS},
            "editmessagetext": self.edit_text,
            "editmessagecaption": self.edit_caption,
            "deletemessage": self.delete_message,
            "deletemessages": self.delete_messages,
            "setmessagereaction": self.set_reaction,
            "answercallbackquery": self.answer_callback_query,
            "sendchataction": self.send_chat_action,
            "getfile": self.get_file,
        }

    async def get_me(self, _: Form) -> Object:
        return ME

    # ── Updates ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get_updates(self, form: Form) -> list[Object]:
        """Waits for what is new. Refuses while a webhook is set, and when another call takes its place."""
        if self._updates.webhook.url:
            raise Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._allow(form)
        limit, timeout = form.number("limit", 100), min(form.number("timeout"), LONGEST_POLL_S)
        try:
            return await self._updates.get(form.number("offset"), max(1, min(limit, 100)), timeout)
        except Replaced:
            raise Refusal(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            ) from None

    async def set_webhook(self, form: Form) -> bool:
        """Telegram wants https; here loopback may do without."""
        url = form.text("url")
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self._allow(form)
        hook = self._updates.webhook
        hook.url, hook.secret, hook.last_error_date, hook.last_error_message = url, form.text("secret_token"), 0, ""
        hook.max_connections = form.number("max_connections", 40)
        self._drop(form)
        await self._updates.wake()
        return True

    async def delete_webhook(self, form: Form) -> bool:
        self._updates.webhook.url = ""
        self._drop(form)
        return True

    async def get_webhook_info(self, _: Form) -> Object:
        hook = self._updates.webhook
        info: Object = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(self._updates.pending)}
        if hook.url:
            info["max_connections"] = hook.max_connections
        if hook.last_error_date:
            info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
        return {**info, **({"allowed_updates": self._updates.allowed} if self._updates.allowed else {})}

    def _allow(self, form: Form) -> None:
        """What is not said stays as it was."""
        allowed = form.object("allowed_updates")
        if isinstance(allowed, list):
            self._updates.allowed = [str(one) for one in allowed]

    def _drop(self, form: Form) -> None:
        if form.text("drop_pending_updates").lower() == "true":
            self._updates.pending.clear()

    # ── Messages ────────────────────────────────────────────────────────────────────────────────────────────────────

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
            return await self._say(form, {**files.content(word, stored), **_caption(form.text("caption"))}, (stored, word))

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
                {"media_group_id": group, **files.content(one["type"], stored), **_caption(str(one.get("caption") or ""))},
                (stored, one["type"]),
            )
            for one, stored in found
        ]

    async def _say(self, form: Form, content: Object, file: tuple[Stored, str] | None = None) -> Object:
        who = self._reachable(form)
        content = {**content, **self._answered(form), **_buttons(form)}
        kept = self._chats.keep(Kept(message(self._chats.next_number(), who, content, mine=False), mine=False))
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

    # ── What is there already ───────────────────────────────────────────────────────────────────────────────────────

    async def edit_text(self, form: Form) -> Object:
        kept, text = self._ours(form, "message to edit not found"), form.text("text").strip()
        if "text" not in kept.body:
            raise bad("there is no text in the message to edit")
        if units(text) > TEXT_LIMIT:
            raise bad("message is too long")
        return await self._change(kept, form, "text", text)

    async def edit_caption(self, form: Form) -> Object:
        kept, caption = self._ours(form, "message to edit not found"), form.text("caption").strip()
        return await self._change(kept, form, "caption", _caption(caption).get("caption", ""))

    async def _change(self, kept: Kept, form: Form, word: str, text: str) -> Object:
        if kept.body.get(word, "") == text and _buttons(form).get("reply_markup") == kept.body.get("reply_markup"):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content "
                "and reply markup of the message"
            )
        kept.body.pop("reply_markup", None)
        kept.body |= {word: text, "edit_date": int(time.time()), **_buttons(form)}
        await self._chats.changed(kept, text=text, edited=True)
        return kept.body

    async def delete_message(self, form: Form) -> bool:
        kept = self._chats.message(form.number("chat_id"), form.number("message_id"))
        if kept is None:
            raise bad("message to delete not found")
        if time.time() - kept.body["date"] > TAKEN_BACK_S:
            raise bad("message can't be deleted for everyone")
        await self._chats.remove(kept)
        return True

    async def delete_messages(self, form: Form) -> bool:
        """What is not there is passed over."""
        for number in form.object("message_ids") or []:
            if kept := self._chats.message(form.number("chat_id"), int(number)):
                await self._chats.remove(kept)
        return True

    async def set_reaction(self, form: Form) -> bool:
        kept = self._chats.message(form.number("chat_id"), form.number("message_id"))
        if kept is None:
            raise bad("message to react not found")
        signs = [one for one in form.object("reaction") or [] if isinstance(one, dict)]
        if len(signs) > 1 or any(one.get("emoji") not in SIGNS for one in signs):
            raise bad("REACTION_INVALID")
        await self._chats.react(kept, "company", signs)
        return True

    async def answer_callback_query(self, form: Form) -> bool:
        if form.text("callback_query_id") not in self._chats.presses:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self._chats.presses.remove(form.text("callback_query_id"))
        return True

    async def send_chat_action(self, form: Form) -> bool:
        self._chats.typing(self._reachable(form).customer)
        return True

    def _ours(self, form: Form, missing: str) -> Kept:
        kept = self._chats.message(form.number("chat_id"), form.number("message_id"))
        if kept is None:
            raise bad(missing)
        if kept.mine:
            raise bad("message can't be edited")
        return kept

    async def get_file(self, form: Form) -> Object:
        stored = self._files.by_id(form.text("file_id"))
        if stored is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(stored.data) > files.GIVEN_LIMIT:
            raise bad("file is too big")
        return {**stored.described(), "file_path": stored.path}


def _no_file() -> Stored:
    raise bad("wrong file identifier/HTTP URL specified")


def _caption(text: str) -> Object:
    if units(text) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return {"caption": text} if text else {}


def _buttons(form: Form) -> Object:
    markup = form.object("reply_markup")
    if not isinstance(markup, dict) or not markup.get("inline_keyboard"):
        return {}
    for one in (one for row in markup["inline_keyboard"] for one in row):
        if not 1 <= len(str(one.get("callback_data", "")).encode()) <= BUTTON_LIMIT:
            raise bad("BUTTON_DATA_INVALID")
    return {"reply_markup": markup}
