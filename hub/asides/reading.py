"""Reads side conversations. Each is looked up through the customer whose matter it is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from hub.asides.model import Aside, AsideList, AsidePage, LastWords
from hub.conversations.model import AddressView, Message, PushedMessage
from hub.errors import NotFound
from hub.kernel.database import Database, Record, queries
from hub.kernel.shapes import ChannelRef, Named
from hub.kernel.web import Principal

QUERIES = queries(__package__)


class Customers(Protocol):
    """Knows customers, and who may see them."""

    async def customer_for(self, principal: Principal, customer: str) -> Named: ...

    async def family(self, root: str) -> list[str]: ...


class Pushed(Protocol):
    """A message for the sockets."""

    @property
    def view(self) -> PushedMessage: ...


class Messages(Protocol):
    """Shows messages."""

    async def message_views(self, ids: Sequence[str | UUID]) -> dict[str, Message]: ...

    async def pushed(self, ids: Sequence[str | UUID]) -> Sequence[Pushed]: ...


class Asides:
    """Side conversations as colleagues read them."""

    def __init__(self, database: Database, customers: Customers, messages: Messages) -> None:
        self._database = database
        self._customers = customers
        self._messages = messages

    async def of_customer(self, principal: Principal, customer: str) -> AsideList:
        """All about the matters of a customer's family. Raises NotFound."""
        family = await self._customers.family((await self._customers.customer_for(principal, customer)).id)
        rows = await self._database.rows(QUERIES.of_family, family, principal.agent)
        views = await self.views([row["id"] for row in rows])
        return AsideList(items=list(views.values()), read={str(row["id"]): row["read"] for row in rows})

    async def page(self, principal: Principal, aside: str) -> AsidePage:
        """One with all that was said. Raises NotFound."""
        await self.place_for(principal, aside)
        ids = [row["id"] for row in await self._database.rows(QUERIES.words, aside)]
        messages = await self._messages.message_views(ids)
        return AsidePage(aside=await self.one(aside), messages=list(messages.values()))

    async def one(self, aside: str) -> Aside:
        """One, which is there."""
        return (await self.views([aside]))[aside]

    async def views(self, ids: Collection[str | UUID]) -> dict[str, Aside]:
        """Those with these ids, oldest first."""
        rows = await self._database.rows(QUERIES.views, list(ids)) if ids else []
        return {str(row["id"]): _view(row) for row in rows}

    async def messages(self, ids: Sequence[UUID]) -> Mapping[str, PushedMessage]:
        """Messages for the sockets, by their ids."""
        return {one.view.id: one.view for one in await self._messages.pushed(ids)}

    async def among(self, topics: Collection[UUID]) -> set[UUID]:
        """Which of these topics are side conversations."""
        return {row["id"] for row in await self._database.rows(QUERIES.touched, list(topics))} if topics else set()

    async def at_work(self, asides: Collection[str]) -> dict[str, str]:
        """Who has in hand what they are about."""
        return {str(row["id"]): str(row["agent_id"]) for row in await self._database.rows(QUERIES.at_work, list(asides))}

    async def place_for(self, principal: Principal, aside: str) -> Record:
        """Where one is held, for a caller who may see the customer whom it is about. Raises NotFound."""
        row = await self._database.row(QUERIES.place, aside)
        if row is None:
            raise NotFound("not_found", f"there is no side conversation {aside}")
        await self._customers.customer_for(principal, str(row["about"]))
        return row


def _view(row: Record) -> Aside:
    address = row["address"] and msgspec.convert(row["address"], type=AddressView)
    channel = row["channel_id"] and ChannelRef(id=str(row["channel_id"]), connector=row["connector"], name=row["channel_name"])
    return Aside(
        id=str(row["id"]),
        topic=str(row["topic_id"]),
        root=str(row["root"]),
        state=row["state"],
        at=row["at"],
        state_at=row["state_at"],
        by=Named(id=str(row["agent_id"]), name=row["agent_name"]),
        subject=row["subject"],
        address=address,
        other=row["other"] and str(row["other"]),
        channel=channel,
        colleagues=[Named(**one) for one in row["colleagues"]],
        last=_last(row),
        messages=row["messages"],
        heard=row["heard"],
    )


def _last(row: Record) -> LastWords:
    return LastWords(
        id=str(row["last_id"]),
        text=row["text"],
        direction=row["direction"],
        who=row["who"],
        at=row["last_at"],
        state=row["last_state"],
        error=row["error"],
    )
