"""The fault proxy itself: each way to misbehave is seen by a real client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from tests.rig.proxy import FaultProxy, Manner


@asynccontextmanager
async def echo(manner: Manner) -> AsyncIterator[tuple[FaultProxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A server that repeats what it hears, behind a proxy, and a client of it."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(repeat, "127.0.0.1", 0)
    async with FaultProxy(server.sockets[0].getsockname()) as proxy:
        proxy.manner = manner
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            yield proxy, reader, writer
        finally:
            writer.transport.abort()
            server.close()


async def test_an_honest_proxy_passes_everything_on() -> None:
    async with echo(Manner()) as (_, reader, writer):
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"


async def test_a_delay_holds_every_answer_back() -> None:
    async with echo(Manner(delay_s=0.1)) as (_, reader, writer):
        start = monotonic()
        writer.write(b"hello")
        await reader.readexactly(5)
        assert monotonic() - start >= 0.2


async def test_a_drip_gives_a_few_bytes_at_a_time() -> None:
    async with echo(Manner(drip=2, delay_s=0.01)) as (_, reader, writer):
        writer.write(b"hello")
        assert len(await reader.read(100)) <= 2
        await reader.readexactly(3)


async def test_a_cut_resets_after_so_many_bytes() -> None:
    async with echo(Manner(cut_after=4)) as (_, reader, writer):
        writer.write(b"hello")
        with pytest.raises(ConnectionResetError):
            await reader.read(100)


async def test_a_black_hole_answers_nothing() -> None:
    async with echo(Manner(black_hole=True)) as (_, reader, writer):
        writer.write(b"hello")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.read(100)


async def test_the_answer_to_one_word_is_swallowed() -> None:
    async with echo(Manner(swallow=b"COMMIT")) as (proxy, reader, writer):
        writer.write(b"BEGIN")
        assert await reader.readexactly(5) == b"BEGIN"
        writer.write(b"COMMIT")
        with pytest.raises(ConnectionResetError):
            await reader.read(100)
        assert proxy.swallowed.is_set()


async def test_who_comes_while_the_proxy_is_away_is_reset() -> None:
    async with echo(Manner()) as (proxy, _, _writer):
        proxy.go_away()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.read(100)
        writer.transport.abort()
