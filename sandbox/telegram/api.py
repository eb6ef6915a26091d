"""The methods of the Bot API, with the refusals in Telegram's own words; here those about the bot itself and its updates."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.telegram import files
from sandbox.telegram.changing import Changing
from sandbox.telegram.chats import Chats
from sandbox.telegram.files import Files
from sandbox.telegram.forms import Form
from sandbox.telegram.refusals import Refusal, bad
from sandbox.telegram.sending import Sending
from sandbox.telegram.shapes import ABILITIES, Object
from sandbox.telegram.updates import Replaced, Updates

LONGEST_POLL_S = 50


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
            "answercallbackquery": self.answer_callback_query,
            "getfile": self.get_file,
            **Sending(self._chats, self._files).methods(),
            **Changing(self._chats).methods(),
        }

    async def get_me(self, _: Form) -> Object:
        return {**self._chats.bot, **ABILITIES}

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

    async def answer_callback_query(self, form: Form) -> bool:
        if form.text("callback_query_id") not in self._chats.presses:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self._chats.presses.remove(form.text("callback_query_id"))
        return True

    async def get_file(self, form: Form) -> Object:
        stored = self._files.by_id(form.text("file_id"))
        if stored is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(stored.data) > files.GIVEN_LIMIT:
            raise bad("file is too big")
        return {**stored.described(), "file_path": stored.path}
