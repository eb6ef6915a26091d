"""The IRC channel: what is said in private to our nick comes in, what agents write is said in private."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Self
from uuid import uuid4

from connectors.answers import step
from connectors.contract import Address, Batch, Delivery, Event, Message, Outgoing, Sent, Step, Surroundings
from connectors.errors import MalformedPayload, Rejected
from hilo_irc.line import ANSWER_S, Line, connected
from hilo_irc.settings import Settings

__all__ = ["Irc", "Settings", "build"]

FORMATS = re.compile(r"\x03(\d{1,2}(,\d{1,2})?)?|[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Colours and bold print of IRC."""
LABEL = {"es": "El servidor nos deja entrar", "en": "The server lets us in"}
TODO = {
    "es": "Compruebe servidor, puerto, cifrado, contraseña y que nadie más use el apodo.",
    "en": "Check server, port, encryption and password, and that nobody else uses the nick.",
}
WAITING = 1000


class Irc:
    """One nick. The line is opened by whoever needs it first, and kept."""

    def __init__(self, settings: Settings, surroundings: Surroundings, *, answer_s: float = ANSWER_S) -> None:
        self._settings = settings
        self._now = surroundings.now
        self._answer_s = answer_s
        self._heard: asyncio.Queue[Delivery] = asyncio.Queue(WAITING)
        self._opening = asyncio.Lock()
        self._line: Line | None = None
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def listen(self, cursor: Mapping[str, object] | None) -> AsyncIterator[Batch]:
        """What is said to us, for ever. IRC keeps nothing: what is said while the line is down is lost. Raises Unavailable."""
        while True:
            line = await self._open()
            waiting = asyncio.ensure_future(self._heard.get())
            ended = asyncio.ensure_future(line.ended.wait())
            try:
                await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    yield Batch((waiting.result(),))
            finally:
                waiting.cancel()
                ended.cancel()

    def parse(self, delivery: Delivery) -> list[Event]:
        """One message. Raises MalformedPayload."""
        try:
            said = json.loads(delivery.body)
            nick, text, at = said["nick"], said["text"], said.get("at")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedPayload(f"cannot be read: {error!r}"[:300]) from error
        if not isinstance(nick, str) or not nick.strip() or not isinstance(text, str) or not isinstance(at, int | float | None):
            raise MalformedPayload("nick and text are words, at is a moment")
        moment = None if at is None or isinstance(at, bool) or not 0 <= at < 4e9 else float(at)
        return [Message(delivery.external_id, Address("irc", nick.strip().lower(), nick.strip()), FORMATS.sub("", text), at=moment)]

    async def send(self, outgoing: Outgoing) -> Sent:
        """Say it, line by line. The server has read it when it answers our ping; whether the customer has, IRC does not tell."""
        lines = [line for line in outgoing.text.splitlines() if line.strip()]
        nick = outgoing.to.value
        if not lines or re.search(r"[\s,:]", nick):
            raise Rejected("there is nothing to say, or nobody to say it to")
        line = await self._open()
        await line.say(nick, lines)
        return Sent(f"{outgoing.id}:{outgoing.part}")

    async def check(self) -> list[Step]:
        """Sign in and leave again, where we are not in already."""

        async def sign_in() -> str:
            if self._line is not None and not self._line.ended.is_set():
                return self._settings.server
            async with connected(self._settings, lambda _nick, _text: None, answer_s=self._answer_s):
                return self._settings.server

        return [await step("sign_in", LABEL, TODO, sign_in)]

    async def _open(self) -> Line:
        async with self._opening:
            if self._line is None or self._line.ended.is_set():
                await self._stack.aclose()
                self._line = await self._stack.enter_async_context(connected(self._settings, self._hear, answer_s=self._answer_s))
            return self._line

    def _hear(self, nick: str, text: str) -> None:
        if not self._heard.full():
            body = json.dumps({"nick": nick, "text": text, "at": self._now()}).encode()
            self._heard.put_nowait(Delivery("said", uuid4().hex, body))


def build(settings: Settings, surroundings: Surroundings) -> Irc:
    """One channel."""
    return Irc(settings, surroundings)
