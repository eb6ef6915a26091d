"""A mail channel at work: what it is given to send goes out by the outbox, over SMTP, to a relay of the test's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from connectors.registry import load
from tests.connectors.email.world import channel
from tests.outbound.conftest import Post
from tests.rig.rogue_smtp import RogueRelay


class Mailing:
    """Writes mails, and sees what arrived at the other end."""

    def __init__(self, post: Post, relay: RogueRelay) -> None:
        self.post, self.relay = post, relay

    async def write(self, text: str = "Está en camino", **more: Any) -> str:
        """An answer to Ana at the shop."""
        ana = await self.post.company.writes("email", "ana@shop.example")
        address = {"kind": "email", "value": "ana@shop.example"}
        return await self.post.write(ana, text, channel=self.post.company.email, address=address, **more)

    async def tried(self, message: str, times: int) -> None:
        """Wait until it was tried so often and waits for the next time, or will not be tried again."""
        sql = "SELECT count(*) FROM outbox WHERE message_id = $1 AND (state = 'sending' OR attempts < $2)"

        async def so() -> bool:
            return not await self.post.database.value(sql, message, times)

        await self.post.until(so)

    async def hurry(self) -> None:
        """The minutes until the next try are over."""
        await self.post.database.run("UPDATE outbox SET next_at = now()")
        self.post.outbox.ring(UUID(self.post.company.email))

    async def error(self, message: str) -> Any:
        return await self.post.database.value("SELECT error FROM message WHERE id = $1", message)


@asynccontextmanager
async def mailing(post: Post, relay: RogueRelay, port: int, **settings: Any) -> AsyncIterator[Mailing]:
    """The channel hands its mails over at `port`; they arrive at `relay`."""
    connector = channel(relay_port=port, **settings)
    async with connector, post.serving(post.company.email, connector, load("email").manifest):  # type: ignore[arg-type]
        yield Mailing(post, relay)
