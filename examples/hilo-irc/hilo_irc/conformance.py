"""What the conformance kit needs to try the IRC channel: a server that misbehaves as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from connectors.conformance.pretend import Asked, Nobody, Provider
from connectors.contract import Address, Surroundings
from hilo_irc.connector import Irc
from hilo_irc.settings import Settings

__all__ = ["LACKS", "TO", "build", "provider", "settings"]

TO = Address("irc", "rosa")
LACKS = ("limited", "broken")
"""IRC has no words for these: a server that has enough hangs up."""


def settings(url: str) -> dict[str, Any]:
    """A nick on the server that is there."""
    return {"server": "127.0.0.1", "port": urlsplit(url).port, "tls": False, "nick": "shop", "password": "a-password"}


def build(settings: Settings, surroundings: Surroundings) -> Irc:
    """The channel, with little patience."""
    return Irc(settings, surroundings, answer_s=0.4)


class PretendServer:
    """Speaks as much IRC as it takes."""

    def __init__(self, fault: str) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.arrived = asyncio.Event()
        self._fault = fault
        self._open = 0

    def open(self) -> int:
        """Connections that are open."""
        return self._open

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._open += 1
        try:
            while line := await reader.readline():
                if not self._answer(line.decode().rstrip("\r\n"), writer):
                    break
        except ConnectionError:
            pass
        finally:
            self._open -= 1
            writer.close()

    def _answer(self, line: str, writer: asyncio.StreamWriter) -> bool:
        """Whether the conversation goes on."""
        word, _, rest = line.partition(" ")
        if word == "PASS" and self._fault == "unauthorised":
            writer.write(b":irc.example 464 * :Password incorrect\r\n")
        elif word == "USER" and self._fault != "unauthorised":
            writer.write(b":irc.example 001 shop :Welcome\r\n")
        elif word == "PRIVMSG":
            self.asked.append(Asked("POST", "/", {}, line.encode()))
            self.arrived.set()
            return self._fault != "cut"
        elif word == "PING":
            self._pong(rest, writer)
        return word != "QUIT"

    def _pong(self, token: str, writer: asyncio.StreamWriter) -> None:
        if self._fault == "garbage":
            writer.write(b"\xff\xfe <html>\r\n")
        elif self._fault != "hang":
            writer.write(f":irc.example PONG irc.example :{token.lstrip(':')}\r\n".encode())


@asynccontextmanager
async def provider(fault: str) -> AsyncIterator[Provider]:
    """The server, on a port of its own."""
    if fault == "nobody":
        yield Nobody()
        return
    there = PretendServer(fault)
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.url = f"irc://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield there
    finally:
        server.close()
        await server.wait_closed()
