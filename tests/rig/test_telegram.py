"""A bot's channel in a hub that dies: what customers write is kept once, what agents write is sent once or said to be in doubt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub.channels.store import ChannelStore
from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.secrets import Secrets, read_key
from sandbox.telegram import BOT_TOKEN
from tests.connectors.telegram import world as telegram
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.waiting import eventually
from tests.rig.world import World

SIGKILL = -9


@dataclass
class Shop:
    """A hub with one bot, and Ana at the console."""

    hub: HubProcess
    world: telegram.World
    ana: Colleague
    channel: str

    async def thread(self) -> list[dict[str, Any]]:
        """All messages of the one customer, oldest first; empty while there is none."""
        customers = (await self.ana.insist("GET", "/customers"))["items"]
        assert len(customers) <= 1
        found = (await self.ana.conversation(customers[0]["id"])).values() if customers else []
        return sorted(found, key=lambda one: int(one["number"]))

    async def texts(self, count: int) -> list[str]:
        """What the thread says, once so many messages are there."""

        async def enough() -> list[dict[str, Any]]:
            found = await self.thread()
            return found if len(found) >= count else []

        return [one["text"] for one in await eventually(enough, what=f"{count} messages in the thread")]

    async def writes(self, text: str) -> str:
        """Ana answers; the message's id."""
        customer = (await self.ana.insist("GET", "/customers"))["items"][0]["id"]
        return await self.ana.answer(World(), customer, self.channel, text)

    async def stands(self, text: str, state: str) -> None:
        """Wait until Ana's message is so."""

        async def so() -> bool:
            return any(one["text"] == text and one["state"] == state for one in await self.thread())

        await eventually(so, what=f"{text!r} is {state}")

    def on_phone(self) -> list[str]:
        return [one.text for one in self.world.shown()]


@asynccontextmanager
async def opened(postgres: RigPostgres, folder: Path) -> AsyncIterator[Shop]:
    """The shop in a fresh database; its hub does not run yet."""
    name = await postgres.make()
    try:
        async with telegram.opened() as world:
            company = await found(postgres.url(name), folder / "data")
            async with Database(DatabaseSettings(postgres.url(name), connections=2)) as database:
                store = ChannelStore(database, Secrets(read_key(folder / "data" / "key")), folder / "data" / "channels.sealed")
                settings = {"token": BOT_TOKEN, "base_url": f"{world.base}/telegram"}
                channel = str((await store.add("telegram", "Bot", settings)).id)
            named = folder / "config.toml"
            named.write_text(f'[egress]\nprivate = ["{urlsplit(world.base).netloc}"]\n', encoding="utf-8")
            hub = HubProcess(folder, postgres.url(name), environment={"HILO_CONFIG": str(named)})
            async with Colleague(hub.address, company.tokens["ana"]) as ana:
                try:
                    yield Shop(hub, world, ana, channel)
                finally:
                    await hub.__aexit__()
    finally:
        await postgres.drop(name)


async def test_updates_that_were_stored_and_not_confirmed_are_in_the_thread_once(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.world.does("say", text="uno")
        await shop.world.does("say", text="dos")
        await shop.hub.launch(HILO_CRASH_AT="inbound.stored:1")
        assert await shop.hub.died() == SIGKILL
        assert len(shop.world.double.updates.pending) == 2, "nothing was confirmed"
        await shop.world.does("say", text="tres")
        await shop.hub.start()
        assert await shop.texts(3) == ["uno", "dos", "tres"]


async def test_an_answer_that_left_before_the_hub_died_is_not_sent_again_and_is_said_to_be_in_doubt(
    rig_postgres: RigPostgres, tmp_path: Path
) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.world.does("say", text="Hola")
        await shop.hub.launch(HILO_CRASH_AT="outbox.sent:1")
        await shop.texts(1)
        writing = asyncio.create_task(shop.writes("Buenos días"))
        assert await shop.hub.died() == SIGKILL
        await shop.hub.start()
        await writing
        await shop.stands("Buenos días", "unknown")
        await shop.writes("¿En qué puedo ayudarle?")
        await shop.stands("¿En qué puedo ayudarle?", "sent")
        assert shop.on_phone() == ["Buenos días", "¿En qué puedo ayudarle?"]


async def test_an_album_is_one_message_whose_pictures_are_fetched(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.hub.start()
        await shop.world.does("say", text="Mire", media=[telegram.file(), telegram.file()])
        assert await shop.texts(1) == ["Mire"]

        async def here() -> bool:
            customer = (await shop.ana.ask("GET", "/customers"))["items"][0]["id"]
            (message,) = (await shop.ana.ask("GET", f"/customers/{customer}/conversation"))["messages"]
            return [one["state"] for one in message["attachments"]] == ["here", "here"]

        assert await eventually(here, what="both pictures are here")
