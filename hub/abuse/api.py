"""HTTP: spam, blocked senders and domains, floods."""

from typing import Protocol

from hub.abuse.blocking import QUERIES, Blocking
from hub.abuse.folder import Folder
from hub.abuse.model import (
    Block,
    BlockPage,
    BlockQuery,
    FloodList,
    NewBlock,
    NewSenderBlock,
    SenderQuotas,
    SpamPage,
    SpamQuery,
    Unblocking,
)
from hub.errors import NotFound
from hub.kernel.database import Database
from hub.kernel.shapes import Named
from hub.kernel.web import Answer, Call, Principal, Route, delete, get, post, put


class Customers(Protocol):
    """Knows customers, and who may see them."""

    async def customer_for(self, principal: Principal, customer: str) -> Named: ...


class AbuseApi:
    """Routes of abuse. A topic is looked up through the caller first."""

    def __init__(self, database: Database, blocking: Blocking, folder: Folder, customers: Customers) -> None:
        self._database = database
        self._blocking = blocking
        self._folder = folder
        self._customers = customers

    def routes(self) -> list[Route]:
        """All routes of this room."""
        write, manage, quotas = "conversation.write", "settings.manage", {200: SenderQuotas}
        return [
            post("/topics/{id}/spam", self.mark, needs=write, answers={201: Block}),
            post("/topics/{id}/not-spam", self.put_back, needs=write),
            post("/topics/{id}/block", self.block_sender, needs=write, body=NewSenderBlock, answers={201: Block}),
            get("/spam", self.spam, needs="conversation.read", query=SpamQuery, answers={200: SpamPage}),
            get("/floods", self.floods, needs="supervise", answers={200: FloodList}),
            get("/blocks", self.blocks, needs="conversation.read", query=BlockQuery, answers={200: BlockPage}),
            post("/blocks", self.block, needs=manage, body=NewBlock, answers={201: Block}),
            delete("/blocks/{id}", self.unblock, needs=write, query=Unblocking),
            get("/sender-quotas", self.quotas, needs=manage, answers=quotas),
            put("/sender-quotas", self.put_quotas, needs=manage, body=SenderQuotas, answers=quotas),
        ]

    async def mark(self, call: Call) -> Answer:
        """A topic is spam: its work ends, it leaves all lists, and what its sender writes from now on goes to the spam."""
        return Answer(201, await self._blocking.mark(call.who, await self._topic(call)))

    async def put_back(self, call: Call) -> None:
        """A topic is no spam: it comes back with its waiting time, and its sender is welcome; a block stands."""
        await self._blocking.put_back(call.who, await self._topic(call))

    async def block_sender(self, call: Call) -> Answer:
        """Block the sender of a topic; or, for who manages settings, the domain. 422 for a public provider's or our own."""
        return Answer(201, await self._blocking.block_sender(call.who, await self._topic(call), call.body))

    async def spam(self, call: Call) -> SpamPage:
        """What lies among the spam, newest first."""
        return await self._folder.page(call.query)

    async def floods(self, call: Call) -> FloodList:
        """Who wrote more than one may in the last day, and how much of it called nobody."""
        return await self._folder.floods()

    async def blocks(self, call: Call) -> BlockPage:
        """Whoever is kept out, newest first."""
        return await self._blocking.page(call.query)

    async def block(self, call: Call) -> Answer:
        """Block a mail address or a domain. 422 for a public provider's or our own."""
        return Answer(201, await self._blocking.block(call.who, call.body))

    async def unblock(self, call: Call) -> None:
        """Let a sender in again; with `restore=true` what the block had set aside comes back. A domain needs settings.manage."""
        await self._blocking.unblock(call.who, call.id(), call.query.restore)

    async def quotas(self, call: Call) -> SenderQuotas:
        """How many messages of one sender may call somebody in a while, by kind of channel."""
        return await self._blocking.quotas()

    async def put_quotas(self, call: Call) -> SenderQuotas:
        """Other limits, for the kinds that are named."""
        return await self._blocking.put_quotas(call.who, call.body)

    async def _topic(self, call: Call) -> str:
        owner = await self._database.value(QUERIES.owner_of_topic, call.id())
        if owner is None:
            raise NotFound("not_found", f"there is no topic {call.id()}")
        await self._customers.customer_for(call.who, str(owner))
        return call.id()
