"""Invitations: whoever follows one is joined to the customer who was invited, once, whoever comes first and whatever comes again."""

import asyncio
from uuid import uuid4

import pytest

from hub.customers.changing import Changer
from hub.kernel.database import Database, queries
from tests.scenes import Company, Taken

MAKE = queries("hub.customers").make_invitation
JOINED = "SELECT c.id::text FROM customer c WHERE c.root_id = $1 AND c.id <> $1 ORDER BY c.id"


class Invited:
    """A customer with an invitation to the chat."""

    def __init__(self, company: Company, root: str, invitation: str) -> None:
        self._company = company
        self.root = root
        self._proof = {"kind": "invitation", "value": invitation, "name": ""}

    async def followed_by(self, visitor: str) -> Taken:
        return await self._company.writes("visitor", visitor, text="/start", proves=[self._proof])

    async def joined(self) -> list[str]:
        return [row["id"] for row in await self._company.database.rows(JOINED, self.root)]


@pytest.fixture
async def invited(company: Company, database: Database) -> Invited:
    root, made = await company.customer("Lucía Ferrer"), str(uuid4())
    await database.run(MAKE, made, root, company.webchat, company.ana, await database.value("SELECT now() + interval '7 days'"))
    return Invited(company, root, made)


async def test_of_many_who_follow_one_at_once_one_is_joined(invited: Invited) -> None:
    came = await asyncio.gather(*(invited.followed_by(f"v{number}") for number in range(8)))
    assert len(await invited.joined()) == 1
    assert len({one.root for one in came}) == 8


async def test_after_an_undo_the_same_link_joins_nobody(invited: Invited, company: Company, changer: Changer, database: Database) -> None:
    first = await invited.followed_by("v1")
    assert await invited.joined() == [first.customer]
    await changer.part(company.ana, str(await database.value("SELECT id FROM customer_join")))
    await invited.followed_by("v1")
    await invited.followed_by("v2")
    assert await invited.joined() == []
