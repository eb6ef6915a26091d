"""A matter of Rosa's, and a colleague who asks others about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from hub.asides.room import AsideRoom
from hub.conversations.room import ConversationRoom, Ties
from hub.customers.records import Records
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.signatures.signatures import Signatures
from hub.templates.templates import Templates
from hub.timeline.reading import Timeline
from tests.conversations.conftest import Desk
from tests.scenes import Company, Taken, found_company, manifest
from tests.scenes_web import serving

SUPPLIER = "taller@proveedor.es"


@dataclass
class Matter(Desk):
    """Rosa has written by mail; Ana works on it."""

    rosa: Taken = field(kw_only=True)
    room: AsideRoom = field(kw_only=True)

    async def begin(self, text: str = "¿Hay recambio?", **more: Any) -> Any:
        """Ask the supplier about Rosa's matter."""
        status, page = await self.try_to_begin(text, **more)
        assert status == 201, page
        return page

    async def try_to_begin(self, text: str = "¿Hay recambio?", **more: Any) -> tuple[int, Any]:
        """The same, with the answer's status."""
        whom = {} if "colleagues" in more else {"address": SUPPLIER, "channel": self.company.email}
        body = {"id": str(uuid4()), "text": text, "subject": "Recambio", **whom, **more}
        return await self.ask("POST", f"/topics/{self.rosa.topic}/asides", body)

    async def answers(self, page: Any, text: str = "Sí, dos", sender: str = SUPPLIER, **more: Any) -> Taken | None:
        """Somebody answers the last mail of ours in one; the connector proves it only of the one whom its signature was made for."""
        proved = [page["messages"][-1]["id"]] if sender == SUPPLIER else []
        return await self.company.writes("email", sender, text, **{"answers": proved, "subject": "Re: Recambio", **more})

    async def page_of(self, aside: str) -> Any:
        """One as it is."""
        status, page = await self.ask("GET", f"/asides/{aside}")
        assert status == 200, page
        return page

    async def list(self) -> Any:
        """Those about Rosa's matters."""
        status, found = await self.ask("GET", f"/customers/{self.rosa.customer}/asides")
        assert status == 200, found
        return found


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


@pytest.fixture
async def matter(database: Database, company: Company, tmp_path: Path) -> AsyncIterator[Matter]:
    records, templates = Records(database, manifest), Templates(database, dict, lambda: None)
    ties = Ties(lambda: None, lambda _root: [], lambda _root, _number: None)
    sources = (records, Timeline(database), templates, Signatures(database, lambda: None))
    talk = ConversationRoom(database, Blobs(tmp_path / "blobs"), *sources, manifest, ties, 24)
    room = AsideRoom(database, records, talk.conversations, talk.writer, lambda: None)
    rosa = await company.writes("email", "rosa@x.es", "¿Y mi lámpara?", name="Rosa Gil", subject="Lámpara")
    async with serving([*talk.routes(), *room.routes()]) as client:
        yield Matter(client, company, {"Agent": company.ana}, rosa=rosa, room=room)
