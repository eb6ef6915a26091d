"""A company, and its conversations behind real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from hub.conversations.acting import Acting
from hub.conversations.api import ConversationsApi
from hub.conversations.files import Files
from hub.conversations.moving import Moving
from hub.conversations.moving_api import MovingApi
from hub.conversations.reading import Conversations
from hub.conversations.writing import Writer
from hub.customers.changing import Changer
from hub.customers.records import Records
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.signatures.signatures import Signatures
from hub.templates.templates import Templates
from hub.timeline.reading import Timeline
from tests.scenes import Company, found_company, manifest
from tests.scenes_web import Client, serving


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database, manifest)


@pytest.fixture
def changer(database: Database) -> Changer:
    return Changer(database, lambda: None)


@pytest.fixture
def conversations(database: Database, records: Records) -> Conversations:
    return Conversations(database, records, Timeline(database), lambda _root: [])


@dataclass
class Desk:
    """A colleague at work: asks the server, keeps status and answer."""

    client: Client
    company: Company
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and answer of one request under /api/v1."""
        async with self.client.request(
            method, "/api/v1" + path, json=body, headers={**self.headers, **more.pop("headers", {})}, **more
        ) as got:
            return got.status, await got.json() if got.content_type == "application/json" else await got.text()

    async def reply(self, customer: str, text: str = "Hola", **more: Any) -> tuple[int, Any]:
        """Write to a customer by mail, unless told otherwise."""
        body = {"id": str(uuid4()), "kind": "reply", "channel": self.company.email, "text": text, **more}
        return await self.ask("POST", f"/customers/{customer}/messages", {key: value for key, value in body.items() if value is not None})

    async def note(self, customer: str, text: str = "Vip", **more: Any) -> tuple[int, Any]:
        """Write a note."""
        return await self.ask("POST", f"/customers/{customer}/messages", {"id": str(uuid4()), "kind": "note", "text": text, **more})

    async def upload(self, name: str, data: bytes, content_type: str = "text/plain") -> tuple[int, Any]:
        """Send a file up."""
        headers = {**self.headers, "Content-Type": content_type}
        async with self.client.post("/api/v1/attachments", params={"name": name}, data=BytesIO(data), headers=headers) as got:
            return got.status, await got.json()

    async def page(self, customer: str, **query: Any) -> Any:
        """A page of the conversation."""
        status, page = await self.ask("GET", f"/customers/{customer}/conversation", params=query)
        assert status == 200, page
        return page


@pytest.fixture
async def desk(database: Database, company: Company, records: Records, conversations: Conversations, blobs: Blobs) -> AsyncIterator[Desk]:
    signatures = Signatures(database, lambda: None)
    templates = Templates(database, dict, lambda: None)
    writer = Writer(database, blobs, records, templates, signatures, manifest, lambda: None, reopen_hours=24)
    api = ConversationsApi(conversations, writer, Acting(database, manifest, lambda: None), Files(database, blobs, records), blobs, records)
    moving = MovingApi(Moving(database, lambda: None), conversations, records)
    async with serving([*api.routes(), *moving.routes()]) as client:
        yield Desk(client, company, {"Agent": company.ana})
