"""Intake as it runs in a hub, on a real database: deliveries go in, rows come out."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

from connectors.contract import Address, Delivery, Event, Message, Receipt
from hub.channels.model import Channel
from hub.inbound.group import Incoming
from hub.inbound.intake import Intake, Taken
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from tests.scenes import Company, found_company


class Entrance:
    """One channel of a small company, with its intake running."""

    def __init__(self, company: Company, intake: Intake) -> None:
        self.company = company
        self.database = company.database
        self.intake = intake
        queue = UUID(company.queue)
        self.channel = Channel(UUID(company.webchat), "webchat", "chat", "Chat", "webchat", queue, uuid4(), True, {})

    async def deliver(self, name: str, *events: Event, body: bytes = b"{}", channel: Channel | None = None) -> Taken:
        """One delivery; `name` is what it is deduplicated by."""
        return await self.intake.take(self.incoming(name, *events, body=body, channel=channel))

    def incoming(self, name: str, *events: Event, body: bytes = b"{}", channel: Channel | None = None) -> Incoming:
        """One delivery that was read."""
        return Incoming(channel or self.channel, Delivery("message", name, body), events)

    async def new_channel(self, kind: str, name: str) -> Channel:
        """One more channel, that of a connector which is not there: intake needs none."""
        sql = (
            "INSERT INTO channel (brand_id, queue_id, connector, kind, name, hook, enabled)"
            " SELECT id, $1, 'depot', $2, $3, $3, true FROM brand LIMIT 1 RETURNING id, brand_id"
        )
        row = await self.database.row(sql, self.company.queue, kind, name)
        assert row is not None
        return Channel(row["id"], "depot", kind, name, name, UUID(self.company.queue), row["brand_id"], True, {})

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(await self.database.value(f"SELECT count(*) FROM {table}"))

    async def roots(self) -> int:
        """How many people there are, families counted once."""
        return int(await self.database.value("SELECT count(DISTINCT root_id) FROM customer"))

    async def deliver_together(self, deliveries: Iterable[tuple[str, Event]]) -> list[Taken]:
        """Several at the same moment: they share transactions."""
        return list(await asyncio.gather(*(self.deliver(name, event) for name, event in deliveries)))

    async def quarantined(self) -> list[str]:
        """What is wrong with each delivery that was set aside."""
        rows = await self.database.rows("SELECT problem FROM delivery WHERE state = 'quarantined' ORDER BY received_at")
        return [row["problem"] for row in rows]

    async def texts(self) -> list[str]:
        """All texts that came in, by number."""
        return [row["text"] for row in await self.database.rows("SELECT text FROM message WHERE direction = 'in' ORDER BY number")]


def message(visitor: str, text: str, name: str = "", claims: dict[str, str] | None = None) -> Message:
    """What a visitor says; the provider's id is the text unless it is given."""
    return Message(external_id=name or text, sender=Address("visitor", visitor, visitor.title()), text=text, claims=claims or {})


def receipt(external_id: str, state: str) -> Receipt:
    """What a provider says of a message of ours."""
    assert state in ("sent", "delivered", "read", "failed")
    return Receipt(state, external_id=external_id)  # type: ignore[arg-type]


@asynccontextmanager
async def open_entrance(database: Database, folder: Path) -> AsyncIterator[Entrance]:
    """Intake runs inside the block."""
    company = await found_company(database)
    async with running_intake(database, folder) as intake:
        yield Entrance(company, intake)


@asynccontextmanager
async def running_intake(database: Database, folder: Path) -> AsyncIterator[Intake]:
    """Intake as one node runs it."""
    intake = Intake(database, Blobs(folder / "blobs"), group_size=16, reopen_hours=1, committed=lambda: None)
    running = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
