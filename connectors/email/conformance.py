"""What the conformance kit needs to try the mail channel: a relay that misbehaves as it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from connectors.conformance.pretend import Asked, Nobody, Provider
from connectors.contract import Address, Surroundings
from connectors.email.connector import Email
from connectors.email.settings import Settings

__all__ = ["LACKS", "TO", "build", "provider", "settings"]

TO = Address("email", "ana@shop.example", "Ana")
LACKS = ("limited",)
"""A relay has no word for 'too many' of its own: it says 'later', as when it is broken."""
SAYS: Mapping[str, Mapping[bytes, bytes]] = {
    "broken": {b"MAIL": b"451 4.3.0 try again later"},
    "unauthorised": {b"AUTH": b"535 5.7.8 the password is wrong"},
    "garbage": {b".": b"<html>"},
}
USUAL = {b"EHLO": b"250-relay.example\r\n250 AUTH PLAIN", b"AUTH": b"235 welcome", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


LISTEN_PORT = free_port()


def settings(url: str) -> dict[str, Any]:
    """An address whose relay is there."""
    relay = {"relay_host": "127.0.0.1", "relay_port": urlsplit(url).port, "relay_tls": "none"}
    return {"address": "support@demo.example", **relay, "relay_user": "hilo", "relay_password": "a-password", "listen_port": LISTEN_PORT}


def build(settings: Settings, surroundings: Surroundings) -> Email:
    """The channel, with little patience."""
    return Email(settings, surroundings, timeout=2.0, data_timeout=0.4)


class PretendRelay:
    """Speaks SMTP, one mail at a time."""

    def __init__(self, fault: str) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.arrived = asyncio.Event()
        self._says = {**USUAL, **SAYS.get(fault, {})}
        self._fault = fault
        self._connections = 0

    def open(self) -> int:
        """Connections that are open."""
        return self._connections

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        self._connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections -= 1
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay.example\r\n")
        while line := await reader.readline():
            word = line[:4].strip().upper()
            writer.write(self._says.get(word, b"250 fine") + b"\r\n")
            if word == b"DATA" and not await self._take(await reader.readuntil(b"\r\n.\r\n"), reader, writer):
                return

    async def _take(self, mail: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the conversation goes on."""
        self.asked.append(Asked("POST", "/", {}, mail.replace(b"=\r\n", b"")))
        self.arrived.set()
        if self._fault == "hang":
            await reader.read()
        if self._fault in ("hang", "cut"):
            return False
        writer.write(self._says.get(b".", b"250 taken") + b"\r\n")
        return True


@asynccontextmanager
async def provider(fault: str) -> AsyncIterator[Provider]:
    """The relay, on a port of its own."""
    if fault == "nobody":
        yield Nobody()
        return
    relay = PretendRelay(fault)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, limit=64 * 1024 * 1024)
    relay.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        server.close()
        await server.wait_closed()
