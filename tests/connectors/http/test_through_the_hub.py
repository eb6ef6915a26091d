"""All that another system can say, over real HTTP into a running hub and out of it again."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.http.signing import signature
from hub.channels.store import ChannelStore
from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.secrets import Secrets, read_key
from tests.connectors.http.world import ROSA, SECRET, message
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.process import HubProcess
from tests.rig.waiting import eventually
from tests.rig.world import World

PHONE = {"kind": "phone", "value": "+34611222333"}
PARTS = [f"{word} " * 1200 + word for word in ("primera-parte", "segunda-parte")]


@dataclass
class Shop:
    """A system with a history, and the hub that it talks to."""

    database: Database
    missed: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hook: str = ""
    channel: str = ""
    ana: Colleague = field(init=False)

    async def take(self, request: web.Request) -> web.Response:
        said = json.loads(await request.read())
        self.asked.append(said["type"])
        return web.json_response({"events": self.missed if said["type"] == "sweep" else []})

    async def tell(self, *events: dict[str, Any]) -> None:
        """Deliver events in one request, and be told that they are safe."""
        body, stamp = json.dumps({"id": f"d{len(self.asked)}-{time.monotonic_ns()}", "events": events}).encode(), str(int(time.time()))
        headers = {"X-Hilo-Timestamp": stamp, "X-Hilo-Signature": signature(SECRET, stamp, body)}
        async with aiohttp.ClientSession() as client, client.post(self.hook, data=body, headers=headers) as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})

    async def owner(self, text: str) -> str:
        """Whose message it is, once it is in the thread."""
        sql = "SELECT customer_id::text FROM message WHERE text = $1"
        return await eventually(lambda: self.database.value(sql, text), what=f"{text!r} is in the thread")

    async def state(self, id_: str, wanted: str) -> None:
        """Wait until a message of ours stands so."""
        sql = "SELECT id FROM message WHERE id = $1 AND state = $2"
        await eventually(lambda: self.database.value(sql, id_, wanted), what=f"the message is {wanted}")


@asynccontextmanager
async def opened(url: str, database: Database, folder: Path, *missed: dict[str, Any]) -> AsyncIterator[Shop]:
    """The shop, and a hub with its channel."""
    shop, app = Shop(database, list(missed)), web.Application()
    app.router.add_post("/hilo", shop.take)
    async with TestServer(app) as server:
        company = await found(url, folder / "data")
        async with Database(DatabaseSettings(url, connections=2)) as setting:
            store = ChannelStore(setting, Secrets(read_key(folder / "data" / "key")), folder / "data" / "channels.sealed")
            given = {"secret": SECRET, "url": str(server.make_url("/hilo")), "kinds": "account phone", "company_accounts": True}
            channel = await store.add("http", "The other shop", {**given, "history": True})
        async with HubProcess(folder, url, environment={"HILO_EGRESS_PRIVATE": f"127.0.0.1:{server.port}"}) as hub:
            shop.hook, shop.channel = f"{hub.address}/hooks/{channel.hook}", str(channel.id)
            async with Colleague(hub.address, company.tokens["ana"]) as shop.ana:
                yield shop


async def test_what_the_webhooks_missed_is_asked_for_and_comes_in_once(database_url: str, database: Database, tmp_path: Path) -> None:
    async with opened(database_url, database, tmp_path, message("1", "una vez")) as shop:
        await shop.owner("una vez")
        await shop.tell(message("1", "una vez"), message("2", "después"))
        await shop.owner("después")
        assert await database.value("SELECT count(*) FROM message") == 2
        assert shop.asked[0] == "sweep"


async def test_who_writes_from_a_number_that_was_given_back_is_somebody_else(database_url: str, database: Database, tmp_path: Path) -> None:
    async with opened(database_url, database, tmp_path) as shop:
        await shop.tell({**message("1", "con número"), "from": PHONE, "proves": [ROSA]})
        rosa = await shop.owner("con número")
        await shop.tell({**message("2", "sin número"), "former": [PHONE]})
        assert await shop.owner("sin número") == rosa
        await shop.tell({**message("3", "otra persona"), "from": PHONE})
        assert await shop.owner("otra persona") != rosa


async def test_a_part_that_comes_back_as_an_echo_is_no_new_message_and_is_known_by_its_name(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    async with opened(database_url, database, tmp_path) as shop:
        await shop.tell(message("1", "¿Cuándo?"))
        id_ = await shop.ana.answer(World(), await shop.owner("¿Cuándo?"), shop.channel, "\n\n".join(PARTS))
        await shop.state(id_, "sent")
        await shop.tell({"type": "echo", "id": "shop-77", "to": ROSA, "message": id_, "part": 1, "text": PARTS[1]})
        await shop.tell({"type": "receipt", "message": id_, "part": 0, "state": "read"})
        await shop.tell({"type": "receipt", "id": "shop-77", "state": "read"})
        await shop.state(id_, "read")
        assert await database.value("SELECT count(*) FROM message WHERE direction = 'out'") == 1
