"""One connection to an IRC server: signs in, hears what is said in private, and knows when the server has read what we said."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

from irc.client import Event, ServerNotConnectedError
from irc.client_aio import AioConnection, AioReactor
from irc.connection import AioFactory
from jaraco.stream.buffer import LenientDecodingLineBuffer

from connectors.errors import Ambiguous, AuthFailed, Rejected, Unavailable
from hilo_irc.settings import Settings

ANSWER_S = 15.0
REFUSALS = {"nosuchnick": "nobody of that nick is there", "cannotsendtochan": "that nick takes no messages", "norecipient": "no nick"}


class Line:
    """An open connection. `heard` is called with every private message: nick, text."""

    def __init__(self, connection: AioConnection, heard: Callable[[str, str], None], answer_s: float) -> None:
        self._connection = connection
        self._answer_s = answer_s
        self._welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs: dict[str, asyncio.Future[None]] = {}
        self._refused = ""
        self.ended = asyncio.Event()
        connection.buffer_class = LenientDecodingLineBuffer
        handlers: dict[str, Callable[[Any, Event], None]] = {
            "welcome": lambda _, event: _settle(self._welcome),
            "passwdmismatch": lambda _, event: _settle(self._welcome, AuthFailed("the server does not accept the password")),
            "nicknameinuse": lambda _, event: _settle(self._welcome, Unavailable("somebody else has the nick")),
            "erroneusnickname": lambda _, event: _settle(self._welcome, AuthFailed("the server does not accept the nick")),
            "error": lambda _, event: self._thrown_out(str(event.target)),
            "privmsg": lambda _, event: heard(event.source.nick, event.arguments[0]),
            "action": lambda _, event: heard(event.source.nick, f"* {event.arguments[0]}"),
            "pong": lambda _, event: _settle(self._pongs.pop(event.arguments[-1], None)),
            "disconnect": lambda _, event: self._end(),
        }
        handlers |= dict.fromkeys(REFUSALS, self._refuse)
        for name, act in handlers.items():
            connection.add_global_handler(name, act)

    async def welcomed(self) -> None:
        """Signed in. Raises AuthFailed, Unavailable."""
        try:
            async with asyncio.timeout(self._answer_s):
                await self._welcome
        except TimeoutError as error:
            raise Unavailable("the server does not greet us") from error

    async def say(self, nick: str, lines: list[str]) -> None:
        """Say it in private, and wait until the server has read it. Raises Rejected, Ambiguous."""
        token = uuid4().hex
        self._refused = ""
        pong = self._pongs[token] = asyncio.get_running_loop().create_future()
        try:
            for line in lines:
                self._connection.privmsg(nick, line)
            self._connection.ping(token)
            async with asyncio.timeout(self._answer_s):
                await pong
        except ServerNotConnectedError as error:
            raise Unavailable("not connected") from error
        except TimeoutError as error:
            raise Ambiguous("the server does not answer") from error
        finally:
            self._pongs.pop(token, None)
        if self._refused:
            raise Rejected(self._refused, code="unreachable")

    def close(self) -> None:
        """Hang up."""
        self._connection.disconnect("bye")

    def _thrown_out(self, said: str) -> None:
        """The last word of a server. Some say only here that the password is wrong."""
        wrong = "password" in said.lower() or "access denied" in said.lower()
        _settle(self._welcome, AuthFailed(f"the server says: {said}") if wrong else Unavailable(f"the server says: {said}"))

    def _refuse(self, _: Any, event: Event) -> None:
        self._refused = REFUSALS[event.type]

    def _end(self) -> None:
        _settle(self._welcome, Unavailable("the server hung up"))
        for one in self._pongs.values():
            _settle(one, Ambiguous("the line dropped before the server answered"))
        self.ended.set()


def _settle(future: "asyncio.Future[None] | None", error: Exception | None = None) -> None:
    if future is not None and not future.done():
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            future.exception()  # whoever still waits for it hears of it; nobody else need


@contextlib.asynccontextmanager
async def connected(settings: Settings, heard: Callable[[str, str], None], *, answer_s: float = ANSWER_S) -> AsyncIterator[Line]:
    """A connection that is signed in, closed at the end. Raises Unavailable, AuthFailed."""
    reactor = AioReactor(loop=asyncio.get_running_loop())
    line = Line(reactor.server(), heard, answer_s)
    options: dict[str, Any] = {"ssl": ssl.create_default_context(), "server_hostname": settings.server} if settings.tls else {}
    try:
        async with asyncio.timeout(answer_s):
            await line._connection.connect(
                settings.server, settings.port, settings.nick, settings.password or None, connect_factory=AioFactory(**options)
            )
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"cannot connect: {error}") from error
    try:
        await line.welcomed()
        yield line
    finally:
        line.close()
