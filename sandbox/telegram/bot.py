"""One bot at pretend Telegram: its updates, its chats, what can be asked of it, and what people do in the chat with it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.telegram import chats, updates
from sandbox.telegram.api import Api
from sandbox.telegram.chats import Chats
from sandbox.telegram.files import Files
from sandbox.telegram.forms import Form
from sandbox.telegram.phones import Phones
from sandbox.telegram.refusals import Refusal
from sandbox.telegram.updates import Updates
from sandbox.trips import Diary


@dataclass(frozen=True, slots=True)
class Known:
    """What outlives a restart."""

    chats: chats.Known
    updates: updates.Known


class Bot:
    """Bots share files and phones, and nothing else: somebody may have blocked one and not the other."""

    def __init__(self, chats: Chats, files: Files, fault: Callable[..., Any], diary: Diary, first: int) -> None:
        self.chats = chats
        self.updates = Updates(fault, self._do, diary)
        self.updates.begin(first)
        self.methods = Api(chats, files, self.updates).methods()
        self._phones = Phones(chats, files, self.updates)
        self._bringing: asyncio.Task[None] | None = None

    def verbs(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """What people do."""
        return self._phones.verbs()

    def known(self) -> Known:
        return Known(self.chats.known(), self.updates.known())

    def recall(self, known: Known) -> None:
        self.chats.recall(known.chats)
        self.updates.recall(known.updates)

    def open(self) -> None:
        """Begin to bring updates to the webhook."""
        self._bringing = asyncio.create_task(self.updates.bring(), name="telegram: webhook")

    async def close(self) -> None:
        """Nobody waits any longer."""
        await self.updates.close()
        if self._bringing is not None:
            self._bringing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._bringing

    def forget(self) -> None:
        self.chats.forget()
        self.updates.pending.clear()

    async def _do(self, given: Any) -> None:
        """The call that a webhook's answer holds; nobody hears what became of it."""
        method = self.methods.get(str(given.get("method", "")).lower()) if isinstance(given, dict) else None
        if method is not None:
            with contextlib.suppress(Refusal):
                await method(Form(given))
