"""Keeps senders and domains out, and lets them in again. The caller was asked for before."""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.abuse.domains import address_of, check_domain
from hub.abuse.model import Block, BlockPage, BlockQuery, NewBlock, NewSenderBlock, SenderQuotas
from hub.abuse.words import literal
from hub.errors import Forbidden, NotFound
from hub.kernel.database import Database, Record, queries
from hub.kernel.refusals import settled
from hub.kernel.shapes import Named
from hub.kernel.web import Principal

QUERIES = queries(__package__)
AT_ONCE = 100
"""How many topics of a domain go aside, or come back, in one transaction."""


class Blocking:
    """The verbs. Each is one transaction, but for what waits of a whole domain."""

    def __init__(self, database: Database, committed: Callable[[], None]) -> None:
        self._database = database
        self._committed = committed

    async def mark(self, who: Principal, topic: str) -> Block:
        """A topic is spam, and so is what its sender writes from now on. Raises NotFound, Conflict, Invalid."""
        return await self._bar_sender(who, topic, {"verdict": "spam", "what": "sender"})

    async def block_sender(self, who: Principal, topic: str, wanted: NewSenderBlock) -> Block:
        """Block whoever wrote in a topic, or the domain. Raises NotFound, Conflict, Invalid, Forbidden."""
        if wanted.what == "domain":
            require_domains(who)
            sender = await settled(lambda: self._database.row(QUERIES.sender_of_topic, topic))
            if sender and sender["kind"].endswith("email"):
                await self._check(sender["value"].rpartition("@")[2])
        made = await self._bar_sender(who, topic, {**msgspec.structs.asdict(wanted), "verdict": "blocked"})
        if wanted.what == "domain":
            await self._in_batches(QUERIES.sweep_domain, made.id, AT_ONCE)
        return made

    async def block(self, who: Principal, wanted: NewBlock) -> Block:
        """Block an address or a domain that somebody typed. Raises Invalid."""
        kind, value = address_of(wanted.value)
        if kind == "domain":
            await self._check(value)
        given = {"kind": kind, "value": value, "verdict": "blocked", "reason": wanted.reason, "days": wanted.days, "agent": who.agent}
        made = str(await settled(lambda: self._database.value(QUERIES.bar, given)))
        self._committed()
        if kind == "domain":
            await self._in_batches(QUERIES.sweep_domain, made, AT_ONCE)
        return await self.one(made)

    async def unblock(self, who: Principal, block: str, restore: bool) -> None:
        """Let in again. Raises NotFound, Forbidden."""
        if (await self.one(block)).kind.endswith("domain"):
            require_domains(who)
        await self._database.value(QUERIES.unbar, block, who.agent)
        if restore:
            await self._in_batches(QUERIES.restore_blocked, block, who.agent, AT_ONCE)
        self._committed()

    async def put_back(self, who: Principal, topic: str) -> None:
        """It is no spam. Raises NotFound, Conflict."""
        await settled(lambda: self._database.value(QUERIES.put_back, topic, who.agent))
        self._committed()

    async def one(self, block: str) -> Block:
        """One block. Raises NotFound."""
        row = await self._database.row(QUERIES.block, block)
        if row is None:
            raise NotFound("not_found", f"there is no block {block}")
        return block_view(row, row["id"])

    async def page(self, query: BlockQuery) -> BlockPage:
        """Whoever is kept out now."""
        rows = await self._database.rows(QUERIES.blocks, literal(query.q), query.after, query.limit + 1)
        items = [block_view(row, row["id"]) for row in rows[: query.limit]]
        return BlockPage(items=items, next=items[-1].id if len(rows) > query.limit else None)

    async def quotas(self) -> SenderQuotas:
        """How much one sender may write in a while, by kind of channel."""
        return msgspec.convert({"items": [dict(row) for row in await self._database.rows(QUERIES.quotas)]}, SenderQuotas)

    async def put_quotas(self, who: Principal, wanted: SenderQuotas) -> SenderQuotas:
        """Other limits, for the kinds that are named."""
        items = msgspec.to_builtins(wanted.items)
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.put_quotas, items)
            await connection.execute(QUERIES.tell_quotas, who.agent, {"items": items})
        self._committed()
        return await self.quotas()

    async def _bar_sender(self, who: Principal, topic: str, wanted: dict[str, Any]) -> Block:
        given = {"reason": "", "days": None, **wanted, "topic": topic, "agent": who.agent, "any": who.may("work.assign_any")}
        made = await settled(lambda: self._database.value(QUERIES.bar_sender, given))
        self._committed()
        return await self.one(str(made))

    async def _check(self, domain: str) -> None:
        check_domain(domain, {row["domain"] for row in await self._database.rows(QUERIES.own_domains)})

    async def _in_batches(self, statement: str, *given: Any) -> None:
        """Transactions stay short whatever a domain has sent."""
        while await settled(lambda: self._database.value(statement, *given)) == AT_ONCE:
            self._committed()
        self._committed()


def require_domains(who: Principal) -> None:
    """A domain is many people: only who manages settings may block one. Raises Forbidden."""
    if not who.may("settings.manage"):
        raise Forbidden("not_allowed", f"your role ({who.role}) may block single senders; a domain needs settings.manage")


def block_view(row: Record, id_: object) -> Block:
    """A row of the statements about blocks."""
    return Block(
        id=str(id_),
        kind=row["kind"],
        value=row["value"],
        claimed=row["kind"].startswith("claimed_"),
        verdict=row["verdict"],
        reason=row["reason"],
        by=Named(id=str(row["agent_id"]), name=row["agent_name"]),
        at=row["at"],
        until=row["until"],
    )
