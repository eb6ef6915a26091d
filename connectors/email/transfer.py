"""A mail as it comes over SMTP, read in large pieces.

The library reads it a line at a time: millions of empty lines hold up the event loop for seconds, and a line without an end fills memory.
"""

import asyncio
from collections.abc import Callable

END = b"\r\n.\r\n"
OVERDRAFT = 2
"""Up to so many times the limit is read on, to answer those who sent too much; whoever goes on is hung up on."""
FIRST_LINES = 20
"""Empty lines at the beginning, read one by one: the end may follow each."""


class TooMuch(ValueError):
    """More than the limit. The mail was read to its end, and nothing of it is kept."""


async def read_transfer(reader: asyncio.StreamReader, limit: int, alive: Callable[[], None]) -> bytes:
    """The mail up to its final dot, without the dots that SMTP adds to lines. `alive` is called for each piece that comes.

    Raises TooMuch, and ConnectionError when there is no end.
    """
    pieces: list[bytes] = []
    size = 0
    ended = await _begin(reader, pieces)
    while not ended:
        piece, ended = await _piece(reader)
        alive()
        size += len(piece)
        if size <= limit:
            pieces.append(piece)
        else:
            pieces.clear()
        if size > OVERDRAFT * limit:
            raise ConnectionError("a mail without end")
    if size > limit:
        raise TooMuch
    raw = b"".join(pieces)
    return raw[raw.startswith(b".") :].replace(b"\r\n.", b"\r\n")


async def _begin(reader: asyncio.StreamReader, pieces: list[bytes]) -> bool:
    """Read what the end may follow without a line before it; whether it did."""
    for _ in range(FIRST_LINES):
        first = await reader.readexactly(1)
        second = await reader.readexactly(1) if first in b".\r" else b""
        pieces.append(first + second)
        if first + second == b".\r":
            pieces.append(await reader.readexactly(1))
            if pieces[-1] == b"\n":
                del pieces[-2:]
                return True
        if first + second != b"\r\n":
            return False
    return False


async def _piece(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """The next piece, and whether it was the last."""
    try:
        return (await reader.readuntil(END))[:-3], True
    except asyncio.LimitOverrunError as over:
        return await reader.readexactly(over.consumed), False
