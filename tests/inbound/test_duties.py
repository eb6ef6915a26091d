"""Listening moves its cursor under its lease alone; of what is stored, one delivery that cannot be read does not stop those behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from connectors.contract import Batch, Delivery, Event
from connectors.registry import load
from hub.channels.model import Channel, OpenChannel
from hub.inbound.duties import Listening, Reading
from hub.inbound.group import Incoming
from hub.inbound.inbox import Inbox
from hub.inbound.intake import INLINE_BYTES
from hub.kernel.blobs import Blobs
from hub.kernel.lease import Lease, holding
from hub.kernel.spool import Spool
from tests.inbound.scene import Entrance, message
from tests.rig.waiting import eventually

LARGE = b"x" * (INLINE_BYTES + 1)


async def _parse(channel: Channel, delivery: Delivery) -> list[Event]:
    if delivery.body == b"poison":
        raise ZeroDivisionError("a mistake in the parser")
    return [message("rosa", delivery.external_id)]


@asynccontextmanager
async def _reading(entrance: Entrance, blobs: Blobs) -> AsyncIterator["asyncio.Task[None]"]:
    """Reads for the channel of the entrance, as long as the block runs."""
    kind = load("email")
    channel = OpenChannel(entrance.channel, kind.manifest, kind.build, receives=None)  # type: ignore[arg-type]
    reading = Reading(entrance.database, entrance.intake, blobs, _parse)
    async with holding(Lease(entrance.database, "reading", uuid4())) as lease:
        task = asyncio.create_task(reading.serve(channel, lease))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _store(entrance: Entrance, name: str, body: bytes) -> None:
    """A delivery that is kept and not read yet."""
    await entrance.intake.take(Incoming(entrance.channel, Delivery("mail", name, body), None))


def _all_read(entrance: Entrance, running: "asyncio.Task[None]") -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        if running.done():
            running.result()  # what ended it says more than waiting in vain
        return not await entrance.database.value("SELECT count(*) FROM delivery WHERE state = 'new'")

    return look


async def test_a_delivery_whose_bytes_are_gone_is_set_aside_and_the_next_ones_are_read(entrance: Entrance, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    await _store(entrance, "lost", LARGE)
    await _store(entrance, "kept", b"a mail")
    blobs.path(await entrance.database.value("SELECT blob FROM delivery WHERE blob IS NOT NULL")).unlink()
    async with _reading(entrance, blobs) as running:
        await eventually(_all_read(entrance, running), what="everything is read")
    assert await entrance.texts() == ["kept"]
    assert ["its bytes are not there" in problem for problem in await entrance.quarantined()] == [True]


async def test_a_delivery_on_which_the_parser_breaks_is_set_aside_with_the_reason(entrance: Entrance, tmp_path: Path) -> None:
    for name, body in (("one", b"poison"), ("two", b"a mail")):
        await _store(entrance, name, body)
    async with _reading(entrance, Blobs(tmp_path / "blobs")) as running:
        await eventually(_all_read(entrance, running), what="everything is read")
    assert await entrance.texts() == ["two"]
    assert ["a mistake in the parser" in problem for problem in await entrance.quarantined()] == [True]


async def test_a_disk_that_is_away_stops_nothing_for_good(entrance: Entrance, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blobs = Blobs(tmp_path / "blobs")
    await _store(entrance, "large", LARGE)
    path = blobs.path(await entrance.database.value("SELECT blob FROM delivery"))
    path.rename(tmp_path / "away")
    path.mkdir()  # reading it fails as a disk does
    async with _reading(entrance, blobs) as running:

        async def told() -> bool:
            return "IsADirectoryError" in caplog.text

        await eventually(told, what="the log tells of it")
        path.rmdir()
        (tmp_path / "away").rename(path)
        await eventually(_all_read(entrance, running), what="the mail is read")
    assert await entrance.texts() == ["large"]
    assert await entrance.quarantined() == []


class Feed:
    """A provider with a cursor, which gives the next batch when the test says so."""

    def __init__(self) -> None:
        self.begun: list[Mapping[str, object] | None] = []
        self.next: asyncio.Queue[Batch] = asyncio.Queue()
        self.left = asyncio.Event()

    async def listen(self, cursor: Mapping[str, object] | None) -> AsyncIterator[Batch]:
        self.begun.append(cursor)
        try:
            while True:
                yield await self.next.get()
        finally:
            self.left.set()

    def parse(self, delivery: Delivery) -> list[Event]:
        return [message("rosa", delivery.external_id)]

    def give(self, number: int) -> None:
        """One delivery and the cursor behind it."""
        self.next.put_nowait(Batch((Delivery("update", f"u{number}", b"{}"),), {"after": number}))


def _cursor(entrance: Entrance, wanted: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return bool(await entrance.database.value("SELECT cursor->>'after' FROM channel_state WHERE cursor IS NOT NULL") == str(wanted))

    return look


async def test_a_listener_whose_lease_went_to_another_node_moves_no_cursor_and_stops(entrance: Entrance, tmp_path: Path) -> None:
    feed, inbox = Feed(), Inbox(entrance.intake, Spool(tmp_path / "spool", 1024 * 1024))
    channel = OpenChannel(entrance.channel, replace(load("webchat").manifest, receives="poll"), feed, None)  # type: ignore[arg-type]
    reading = Reading(entrance.database, entrance.intake, Blobs(tmp_path / "blobs"), _parse)
    listening = Listening(entrance.database, inbox, reading)
    async with holding(Lease(entrance.database, "listening", uuid4(), ttl_s=60)) as lease:
        running = asyncio.create_task(listening.serve(channel, lease))
        feed.give(1)
        await eventually(_cursor(entrance, 1), what="the cursor moves")
        await entrance.database.run("UPDATE lease SET holder = $1, token = token + 1", uuid4())
        feed.give(2)
        async with asyncio.timeout(10):
            await feed.left.wait()
        assert await _cursor(entrance, 1)()
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await entrance.database.run("UPDATE lease SET until = now()")
    async with holding(Lease(entrance.database, "listening", uuid4(), ttl_s=60)) as lease:
        running = asyncio.create_task(listening.serve(channel, lease))
        for number in (2, 3):
            feed.give(number)
        await eventually(_cursor(entrance, 3), what="the cursor moves on")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert feed.begun == [None, {"after": 1}]
    assert await entrance.texts() == ["u1", "u2", "u3"]
