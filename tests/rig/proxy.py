"""A TCP proxy that misbehaves on request: in front of PostgreSQL (TCP or UNIX socket), of the hub, of any provider."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias

CHUNK = 65536
TAIL = 64
"""How many bytes back a watched word may begin: it can be cut in two by the network."""

Target: TypeAlias = tuple[str, int] | Path
Look: TypeAlias = Callable[[bytes], bytes | None]
"""What is passed on of some bytes; None ends the connection."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one connection fares. The default passes everything on."""

    delay_s: float = 0.0
    """Every chunk waits so long."""
    drip: int = 0
    """At most so many bytes at a time, each after `delay_s`."""
    cut_after: int | None = None
    """Reset when so many bytes have come back from the server."""
    black_hole: bool = False
    """Everything is taken and nothing passed on, either way."""
    swallow: bytes = b""
    """Once the client has said this, it is still passed on, but nothing comes back any more."""
    then: Literal["reset", "silence"] = "reset"
    """What the client sees instead of the swallowed answer."""


HONEST = Manner()


class FaultProxy:
    """Listens on a port of loopback. `manner` holds for new connections unless `script` says otherwise for the next ones."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._script: deque[Manner] = deque()
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None
        self._away = False
        self.manner = HONEST
        self.port = 0
        self.accepted = 0
        self.swallowed = asyncio.Event()
        """Set when an answer has been swallowed."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server is not None:
            self._server.close()
        self.reset_all()
        if self._server is not None:
            await self._server.wait_closed()

    def script(self, manners: Iterable[Manner]) -> None:
        """How the next connections fare, one each."""
        self._script.extend(manners)

    def go_away(self) -> None:
        """Reset everything, and reset whoever comes, until `come_back`."""
        self._away = True
        self.reset_all()

    def come_back(self) -> None:
        """Take connections again."""
        self._away = False

    def reset_all(self) -> int:
        """Reset all connections; returns how many there were."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    def change_all(self, manner: Manner) -> None:
        """From now on every connection, also an open one, fares so."""
        self.manner = manner
        for link in self._links:
            link.manner = manner

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._away:
            _reset(writer)
            return
        link = Link(reader, writer, self._script.popleft() if self._script else self.manner, self.swallowed)
        self._links.add(link)
        try:
            await link.run(self._target)
        finally:
            self._links.discard(link)


class Link:
    """One connection and its two directions."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, manner: Manner, swallowed: asyncio.Event) -> None:
        self._client = (reader, writer)
        self._server: asyncio.StreamWriter | None = None
        self._said = b""
        self._back = 0
        self._swallowing = False
        self._swallowed = swallowed
        self.manner = manner

    async def run(self, target: Target) -> None:
        """Pass bytes both ways until one side ends."""
        try:
            reader, self._server = await _connect(target)
        except OSError:
            self.reset()
            return
        ways = [
            asyncio.create_task(self._pass(self._client[0], self._server, self._heard)),
            asyncio.create_task(self._pass(reader, self._client[1], self._answered)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self.reset()

    def reset(self) -> None:
        """End it with a RST, as a machine that went away does."""
        for writer in (self._client[1], self._server):
            if writer is not None:
                _reset(writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look: Look) -> None:
        with suppress(OSError):
            while data := await reader.read(self.manner.drip or CHUNK):
                if self.manner.delay_s:
                    await asyncio.sleep(self.manner.delay_s)
                passed = look(data)
                if passed is None:
                    return
                writer.write(passed)
                await writer.drain()

    def _heard(self, data: bytes) -> bytes | None:
        """From the client: watched for the word after which the answer is swallowed."""
        if self.manner.black_hole:
            return b""
        word = self.manner.swallow
        if word and not self._swallowing:
            self._said = self._said[-TAIL:] + data
            self._swallowing = word in self._said
        return data

    def _answered(self, data: bytes) -> bytes | None:
        """From the server: what the client is to see of it; None resets."""
        if self.manner.black_hole:
            return b""
        if self._swallowing:
            self._swallowed.set()
            return None if self.manner.then == "reset" else b""
        self._back += len(data)
        if self.manner.cut_after is not None and self._back > self.manner.cut_after:
            return None
        return data


async def _connect(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(target, Path):
        return await asyncio.open_unix_connection(target)
    return await asyncio.open_connection(*target)


def _reset(writer: asyncio.StreamWriter) -> None:
    """A linger of zero seconds makes the kernel send RST instead of FIN."""
    opened = writer.get_extra_info("socket")
    if opened is not None and opened.family != socket.AF_UNIX:
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
