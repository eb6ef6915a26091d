"""The Telegram channel: hears what customers write to a bot, and answers as that bot."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

from telegram import Bot

from connectors.contract import (
    Action,
    Address,
    Batch,
    Delivery,
    Event,
    Health,
    Media,
    Outgoing,
    Reception,
    Sent,
    Signal,
    Step,
    Surroundings,
    WebhookRequest,
)
from connectors.errors import Refused, Rejected, Unavailable
from connectors.telegram import checking, ids, invitation, payloads
from connectors.telegram.compose import Call, call_of, refuses_kind
from connectors.telegram.failures import asking, translated
from connectors.telegram.polling import Polling
from connectors.telegram.settings import Settings, check_settings
from connectors.telegram.transport import Transport, unnamed
from connectors.telegram.words import WANTED

__all__ = ["Settings", "Telegram", "build"]

SENT_WITH = "x-telegram-bot-api-secret-token"


def build(settings: Settings, surroundings: Surroundings) -> "Telegram":
    """One bot. Raises InvalidSettings for what no single field shows."""
    check_settings(settings)
    return Telegram(settings, surroundings, Transport(surroundings.egress))


class Telegram:
    """One bot. Nothing is open between two calls but the long poll."""

    def __init__(self, settings: Settings, surroundings: Surroundings, transport: Transport, *, first_pause: float = 1.0) -> None:
        base = settings.base_url.rstrip("/")
        self._settings = settings
        self._surroundings = surroundings
        self._bot = Bot(settings.token, f"{base}/bot", f"{base}/file/bot", request=transport, get_updates_request=transport)
        self._polling = Polling(self._bot, surroundings.now, first_pause=first_pause)
        self._webhook = surroundings.webhook if settings.mode == "webhook" else ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    # ── In ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def listen(self, cursor: Mapping[str, object] | None) -> AsyncIterator[Batch]:
        """Ask Telegram for ever; where Telegram calls us, there is nothing to ask."""
        if self._webhook:
            await asyncio.Event().wait()
        await self._leave_webhook()
        async for batch in self._polling.batches(cursor):
            yield batch

    async def _leave_webhook(self) -> None:
        """Take away a webhook that led here: while it is set Telegram answers no question. One that leads elsewhere is not ours to take."""
        try:
            with asking():
                info = await self._bot.get_webhook_info()
                if info.url and info.url == self._surroundings.webhook:
                    await self._bot.delete_webhook()
        except Unavailable as error:
            self._polling.pulse.failed(self._surroundings.now(), str(error))

    def receive(self, request: WebhookRequest) -> Reception:
        """One update, if it comes with our secret. The answer takes the clock off a button that was pressed."""
        if not self._webhook:
            raise Refused("this channel asks Telegram itself", status=404)
        if request.method != "POST":
            raise Refused("only POST is taken", status=405)
        given = request.headers.get(SENT_WITH, "").encode(errors="replace")
        if not hmac.compare_digest(given, self._settings.webhook_secret.encode()):
            raise Refused("the secret token is missing or wrong")
        press = payloads.press_of(request.body)
        answer = json.dumps({"method": "answerCallbackQuery", "callback_query_id": press}).encode() if press else b"{}"
        return Reception((payloads.delivery_of(request.body),), body=answer, content_type="application/json")

    def parse(self, delivery: Delivery) -> list[Event]:
        """What an update says. Raises MalformedPayload."""
        return payloads.events_of(delivery, key=self._surroundings.key)

    @asynccontextmanager
    async def fetch(self, media: Media) -> AsyncIterator[AsyncIterator[bytes]]:
        """A file, which Telegram gives a bot up to 20 MB. Raises Rejected (too_large, file_gone), Unavailable."""
        with asking():
            file = await self._bot.get_file(media.reference)
        if not file.file_path:
            raise Rejected("Telegram gives no way to this file", code="file_gone")
        with unnamed():
            async with self._surroundings.egress.download(file.file_path) as pieces:
                yield pieces

    # ── Out ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send a text, a file or an album, in one call. What Telegram does not take as a photo or a voice note goes as a plain file."""
        call = call_of(outgoing)
        try:
            return await self._sent(call)
        except Rejected as error:
            if error.code not in ("photo_refused", "voice_refused") or not refuses_kind(call):
                raise
        return await self._sent(call_of(outgoing, as_documents=True))

    async def _sent(self, call: Call) -> Sent:
        with translated():
            answer = await self._ask(call.method, call.given)
            messages = answer if isinstance(answer, tuple) else (answer,)
            chat, numbers = messages[0].chat.id, [one.message_id for one in messages]
        return Sent(ids.name(chat, *numbers), also=ids.each(chat, numbers))

    async def act(self, action: Action) -> None:
        """React, edit or delete. What is so already is no error: an action may be done twice."""
        try:
            with translated():
                await {"react": self._react, "edit": self._edit, "delete": self._delete}[action.kind](action)
        except Rejected as error:
            if error.code != "unchanged" and not (error.code == "message_gone" and action.kind == "delete"):
                raise

    async def _react(self, action: Action) -> None:
        place = ids.place(action.target)
        await self._bot.set_message_reaction(place.chat, place.messages[0], [action.emoji] if action.emoji else [])

    async def _edit(self, action: Action) -> None:
        """A text; or, where the message is a file, what stands below it."""
        place = ids.place(action.target)
        where = {"chat_id": place.chat, "message_id": place.messages[0]}
        try:
            with translated():
                await self._ask("edit_message_text", {**where, "text": action.text})
        except Rejected as error:
            if error.code != "no_text":
                raise
            await self._ask("edit_message_caption", {**where, "caption": action.text})

    async def _delete(self, action: Action) -> None:
        """An album goes with all its pictures. Telegram takes nothing back after 48 hours."""
        place = ids.place(action.target)
        if len(place.messages) > 1:
            await self._bot.delete_messages(place.chat, place.messages)
        else:
            await self._bot.delete_message(place.chat, place.messages[0])

    async def signal(self, signal: Signal) -> None:
        """Show that somebody writes, for five seconds. A bot cannot say that it has read."""
        if signal.kind == "typing" and signal.on:
            with translated():
                await self._bot.send_chat_action(ids.chat_of(signal.to.value), "typing")

    async def invite(self, address: Address, until: float) -> str:
        """A link to the bot. Telegram knows how the bot is called now."""
        with asking():
            me = await self._bot.get_me()
        return f"https://t.me/{me.username}?start={invitation.token(self._surroundings.key, address, until)}"

    async def _ask(self, method: str, given: Mapping[str, Any]) -> Any:
        return await getattr(self._bot, method)(**given)

    # ── Administration ──────────────────────────────────────────────────────────────────────────────────────────────

    async def check(self) -> list[Step]:
        """Whether the token holds, and whether what customers write comes here."""
        return await checking.check(self._bot, webhook=self._webhook)

    async def health(self) -> Health:
        """How the asking goes, or what Telegram says of its calls to us."""
        if self._webhook:
            return await checking.webhook_health(self._bot, self._webhook)
        return checking.poll_health(self._polling.pulse, self._surroundings.now())

    async def install(self) -> list[Step]:
        """Have Telegram call us; or, where we ask, have it call nobody. What waits at Telegram's is kept."""
        if not self._webhook:
            return [await checking.asked("receiving", self._bot.delete_webhook)]
        return [await checking.asked("webhook", self._set_webhook), *(await self.check())[1:]]

    async def _set_webhook(self) -> None:
        secret = self._settings.webhook_secret
        await self._bot.set_webhook(self._webhook, allowed_updates=list(WANTED), secret_token=secret)

    async def uninstall(self) -> None:
        """Have Telegram call nobody; what comes waits there for 24 hours."""
        with asking():
            await self._bot.delete_webhook()
