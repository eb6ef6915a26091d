"""A company, and its spam behind real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from hub.abuse.room import AbuseRoom
from hub.customers.records import Records
from hub.kernel.database import Database
from hub.people.permissions import PERMISSIONS
from tests.scenes import Company, found_company, manifest
from tests.scenes_web import Client, serving


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


@dataclass
class Guard:
    """Somebody who keeps order: asks the server, keeps status and answer."""

    client: Client
    company: Company
    database: Database

    async def ask(self, method: str, path: str, body: Any = None, *, role: str = "agent", agent: str = "", **query: Any) -> tuple[int, Any]:
        """Status and answer of one request under /api/v1."""
        headers = {"Agent": agent or self.company.ana, "May": " ".join(PERMISSIONS[role])}
        async with self.client.request(method, "/api/v1" + path, json=body, headers=headers, params=query) as got:
            return got.status, await got.json() if got.content_type == "application/json" else await got.text()

    async def done(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The answer of what must go well."""
        status, answer = await self.ask(method, path, body, **more)
        assert status < 300, answer
        return answer

    async def spam(self, **query: Any) -> list[Any]:
        """What lies among the spam."""
        page = await self.done("GET", "/spam", **query)
        return list(page["items"])

    async def work(self, topic: str) -> list[dict[str, Any]]:
        """The items of a topic, in order."""
        return [dict(row) for row in await self.database.rows("SELECT * FROM work WHERE topic_id = $1 ORDER BY id", topic)]

    async def topic(self, topic: str) -> dict[str, Any]:
        """A topic."""
        row = await self.database.row("SELECT * FROM topic WHERE id = $1", topic)
        assert row is not None
        return dict(row)


@pytest.fixture
async def guard(database: Database, company: Company) -> AsyncIterator[Guard]:
    room = AbuseRoom(database, Records(database, manifest), lambda: None)
    async with serving(room.routes()) as client:
        yield Guard(client, company, database)
