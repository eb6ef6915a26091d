"""A mail over SMTP ends at its final dot and nowhere else, in whatever pieces it comes."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.transfer import TooMuch, read_transfer

LIMIT = 100_000


async def read(wire: bytes, *, pieces: int = 1, most: int = 64, limit: int = LIMIT) -> tuple[bytes, bytes]:
    """The mail, and what follows it on the wire. `most`: how many bytes the reader likes to hold at once."""
    reader = asyncio.StreamReader(limit=most)
    cuts = sorted(random.Random(pieces).sample(range(1, len(wire)), min(pieces, len(wire) - 1)))

    async def feed() -> None:
        for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
            reader.feed_data(wire[begin:end])
            await asyncio.sleep(0)
        reader.feed_eof()

    feeding = asyncio.create_task(feed())
    try:
        return await read_transfer(reader, limit, lambda: None), await reader.read()
    finally:
        await feeding


def sent(mail: bytes) -> bytes:
    """A mail of whole lines as SMTP carries it."""
    return (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


@given(
    lines=st.lists(st.sampled_from([b"", b".", b"..", b"a", b".a", b"\r", b"a" * 200, b"\n.\n", b"\xff"]), max_size=12),
    pieces=st.integers(1, 20),
)
async def test_every_mail_comes_out_as_it_went_in(lines: list[bytes], pieces: int) -> None:
    mail = b"".join(line + b"\r\n" for line in [b"Subject: x", *lines])
    assert await read(sent(mail) + b"QUIT\r\n", pieces=pieces) == (mail, b"QUIT\r\n")


@pytest.mark.parametrize("mail", [b"", b"\r\n", b"\r\n\r\n", b".\r\n", b"..\r\n", b"a\r\n", b"\r\na\r\n"])
async def test_what_is_nearly_nothing_ends_too(mail: bytes) -> None:
    assert await read(sent(mail) + b"QUIT\r\n") == (mail, b"QUIT\r\n")


async def test_too_much_is_read_to_its_end_and_refused() -> None:
    reader = asyncio.StreamReader(limit=64)
    reader.feed_data(sent(b"a" * 150 + b"\r\n") + b"QUIT\r\n")
    with pytest.raises(TooMuch):
        await read_transfer(reader, 100, lambda: None)
    assert await reader.readline() == b"QUIT\r\n"


@pytest.mark.parametrize("piece", [b"and on\r\n", b"and on and on", b"\r\n"])
async def test_a_mail_without_end_is_hung_up_on(piece: bytes) -> None:
    reader = asyncio.StreamReader(limit=64)
    reader.feed_data(piece * 1000)
    with pytest.raises(ConnectionError):
        await read_transfer(reader, 100, lambda: None)


async def test_a_connection_that_is_lost_gives_no_mail() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        await read(b"Subject: half\r\n\r\na")
