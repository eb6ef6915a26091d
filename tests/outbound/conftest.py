"""A company whose channels lead to a provider of the tests' own, which writes down what it gets and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import pytest

from connectors.contract import Address, Delivery, Echo, Event, Outgoing, Sent, Step
from connectors.manifest import Manifest
from hub.channels.model import Channel, OpenChannel
from hub.channels.store import QUERIES as CHANNELS
from hub.inbound.words import event_row
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.kernel.lease import Lease, holding
from hub.outbound.actions import Deeds
from hub.outbound.links import MediaLinks
from hub.outbound.outbox import Outbox
from hub.outbound.sending import Sending
from tests.scenes import MANIFESTS, Company, Taken, found_company

SMS = replace(MANIFESTS["webchat"], id="sms", kind="message", text_limit=10, parts=5, attachments=5, files_per_part=1, caption=10)
"""A channel with small limits that cannot send the same thing twice safely."""


class Provider:
    """Takes what is sent: gives each call a name, or what stands at its place in `script`, which may be an error."""

    def __init__(self) -> None:
        self.got: list[Outgoing] = []
        self.script: dict[int, Exception | asyncio.Event | Sent] = {}
        self._arrived = asyncio.Condition()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return

    def parse(self, _delivery: Delivery) -> list[Event]:
        return []

    async def check(self) -> list[Step]:
        return []

    async def send(self, outgoing: Outgoing) -> Sent:
        number = len(self.got)
        self.got.append(outgoing)
        async with self._arrived:
            self._arrived.notify_all()
        match self.script.get(number):
            case asyncio.Event() as event:
                await event.wait()
            case Exception() as error:
                raise error
            case Sent() as sent:
                return sent
        return Sent(f"p{number}")

    async def calls(self, number: int) -> list[Outgoing]:
        """Wait until so many were made."""
        async with asyncio.timeout(30), self._arrived:
            await self._arrived.wait_for(lambda: len(self.got) >= number)
        return self.got

    @property
    def texts(self) -> list[str]:
        """What was sent so far."""
        return [one.text for one in self.got]


@dataclass
class Post:
    """The outbox at work."""

    company: Company
    outbox: Outbox
    committed: asyncio.Event = field(default_factory=asyncio.Event)

    make: Callable[[], Outbox] | None = None

    def restart(self) -> None:
        """The hub stops, and another process starts."""
        assert self.make is not None
        self.outbox = self.make()

    @property
    def database(self) -> Database:
        return self.company.database

    @asynccontextmanager
    async def serving(self, channel: str, provider: Provider, manifest: Manifest = SMS, **settings: str) -> AsyncIterator[None]:
        """A channel that is open, as long as the block lasts."""
        row = await self.database.row("SELECT * FROM channel WHERE id = $1", channel)
        assert row is not None
        described = Channel(
            row["id"], row["connector"], row["kind"], row["name"], row["hook"], row["queue_id"], row["brand_id"], True, settings
        )
        opened = OpenChannel(described, manifest, provider, None)
        async with holding(Lease(self.database, f"channel:{channel}", uuid4(), ttl_s=60)) as lease:
            task = asyncio.create_task(self.outbox.serve(opened, lease))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def write(self, to: Taken, text: str, **more: Any) -> str:
        """A reply of Ana's, in the chat unless told otherwise."""
        request: dict[str, Any] = {
            "id": str(uuid4()), "customer": to.root, "channel": self.company.webchat, "direction": "out", "author_kind": "human",
            "author": self.company.ana, "subject": "", "text": text, "html": None, "reply_to": None, "send_at": None, "undo_s": 0,
            "topic": to.topic, "attachments": [], "uploader": "", "context": {}, "request": {}, "body_hash": "00",
            "address": await self.database.value("SELECT address FROM message WHERE id = $1", to.message),
        }  # fmt: skip
        written = await self.database.value("SELECT message FROM write_message($1)", {**request, **more})
        self.outbox.ring(UUID(str({**request, **more}["channel"])))
        return str(written)

    async def state(self, message: str) -> str:
        """How a message stands."""
        return str(await self.database.value("SELECT state FROM message WHERE id = $1", message))

    async def parts(self, message: str) -> list[str]:
        """How its parts stand."""
        rows = await self.database.rows("SELECT state FROM message_part WHERE message_id = $1 ORDER BY part", message)
        return [row["state"] for row in rows]

    async def stands(self, message: str, state: str) -> None:
        """Wait until a message stands so."""

        async def so() -> bool:
            return await self.state(message) == state

        await self.until(so)

    async def until(self, so: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a commit after which something is so."""
        async with asyncio.timeout(30):
            while not await so():
                await self.committed.wait()
                self.committed.clear()

    async def receipt(self, message: str | None, state: str, *, name: str = "", part: int = 0) -> None:
        """What the provider reports later."""
        sql = "SELECT take_receipt($1, $2, $3, $4, 'no', $5)"
        await self.database.value(sql, self.company.webchat, message, name, state, part)
        self.outbox.ring(UUID(self.company.webchat))

    async def echo(self, name: str, *, message: str = "", part: int = 0, text: str = "") -> None:
        """A message to Rosa comes back from the provider."""
        row = await self.database.row("SELECT * FROM channel WHERE id = $1", self.company.webchat)
        assert row is not None
        channel = Channel(row["id"], row["connector"], row["kind"], row["name"], row["hook"], row["queue_id"], row["brand_id"], True, {})
        event = event_row(channel, Echo(name, Address("visitor", "rosa"), text, message=message, part=part))
        await self.database.value("SELECT take_event($1)", {**event, "id": str(uuid4()), "delivery": None, "attachments": []})
        self.outbox.ring(channel.id)

    async def retry(self, message: str) -> None:
        """The agent's button."""
        assert await self.database.value("SELECT retry_message($1, $2)", message, self.company.ana)
        self.outbox.ring(UUID(self.company.webchat))


async def post_of(database: Database, folder: Path, timeout_s: float = 90.0) -> Post:
    """A company, and its outbox; a call to a provider may take so long."""
    committed = asyncio.Event()

    async def set_state(channel: UUID, state: str, detail: str) -> None:
        await database.run(CHANNELS.set_state, channel, state, detail)
        committed.set()

    links = MediaLinks(b"k" * 32, lambda: "https://hilo.example")
    sending = Sending(database, Blobs(folder), set_state, lambda channel: f"https://hilo.example/hooks/{channel.hook}", links, timeout_s)

    def outbox() -> Outbox:
        return Outbox(database, sending, Deeds(database, timeout_s), committed.set, set_state)

    return Post(await found_company(database), outbox(), committed, outbox)


@pytest.fixture
async def post(database: Database, tmp_path: Path) -> Post:
    return await post_of(database, tmp_path / "blobs")
