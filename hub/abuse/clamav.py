"""Asks clamd whether a file holds something that does harm, over its own protocol (INSTREAM)."""

import asyncio
import logging
import struct
from pathlib import Path
from typing import Literal

from hub.errors import Unavailable

log = logging.getLogger(__name__)

PIECE = 64 * 1024
CONNECT_S = 3.0
TOTAL_S = 60.0
ANSWER_LIMIT = 4096


class ClamError(Exception):
    """clamd did not say what is in the file."""


class Clamd:
    """One clamd. `address`: `host:port`, or the path of its socket. `away`: what becomes of files that it does not examine."""

    def __init__(self, address: str, away: Literal["allow", "hold"]) -> None:
        self._address = address
        self._away = away

    async def examine(self, file: Path) -> str | None:
        """The name of what was found; empty: nothing; None: not examined, and allowed all the same. Raises Unavailable when it is held."""
        try:
            async with asyncio.timeout(TOTAL_S):
                return verdict(await self._ask(file))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ClamError) as error:
            log.warning("clamd at %s did not examine a file: %r", self._address, error)
            if self._away == "allow":
                return None
            raise Unavailable("not_examined", "the virus scanner does not answer; the file is held until it does") from error

    async def _ask(self, file: Path) -> bytes:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await self._open()
        try:
            writer.write(b"zINSTREAM\0")
            with await asyncio.to_thread(file.open, "rb") as source:
                while piece := await asyncio.to_thread(source.read, PIECE):
                    writer.write(struct.pack("!I", len(piece)) + piece)
                    await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            return await reader.readuntil(b"\0")
        finally:
            writer.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=ANSWER_LIMIT)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=ANSWER_LIMIT)


def verdict(answer: bytes) -> str:
    """What clamd's answer says was found; empty for nothing. Raises ClamError for anything but a verdict."""
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:200]
    raise ClamError(said[:200])
