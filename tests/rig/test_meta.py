"""WhatsApp, Messenger and Instagram in a whole hub: both ways with ticks, and a database that is gone for an hour of Meta's patience."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.channels.store import ChannelStore
from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.secrets import Secrets, read_key
from sandbox.meta import Meta, company
from sandbox.meta.hooks import PATIENCE_S, Subscription
from sandbox.meta.telling import owner
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.proxy import FaultProxy
from tests.rig.waiting import eventually
from tests.rig.world import World

VERIFY = "the-word-agreed-on"
APP = {"app_id": company.APP_ID, "app_secret": company.APP_SECRET, "verify_token": VERIFY}
SETTINGS = {
    "whatsapp": {"phone_number_id": company.PHONE_NUMBER_ID, "account_id": company.ACCOUNT_ID, "access_token": company.WHATSAPP_TOKEN},
    "messenger": {"page_id": company.PAGE_ID, "access_token": company.PAGE_TOKEN},
    "instagram": {"account_id": company.INSTAGRAM_ID, "access_token": company.INSTAGRAM_TOKEN},
}
OBJECTS = {"whatsapp": "whatsapp_business_account", "messenger": "page", "instagram": "instagram"}
PEOPLE = {"whatsapp": "34600111222", "messenger": "7001112223334445", "instagram": "8001112223334445"}


@dataclass
class Shop:
    """A hub with Meta's three channels, and Ana at the console."""

    meta: Meta
    hub: HubProcess
    proxy: FaultProxy
    ana: Colleague
    channels: dict[str, str]

    async def says(self, app: str, text: str) -> None:
        await self.meta.verbs()["say"]({"app": app, "customer": PEOPLE[app], "name": app.title(), "text": text})

    async def threads(self) -> list[list[dict[str, Any]]]:
        """The messages of each customer, oldest first."""
        customers = (await self.ana.insist("GET", "/customers"))["items"]
        found = [(await self.ana.conversation(one["id"])).values() for one in customers]
        return [sorted(one, key=lambda message: int(message["number"])) for one in found]

    async def has(self, *texts: str) -> None:
        """Wait until exactly this stands in the threads, each once."""

        async def so() -> bool:
            return sorted(one["text"] for thread in await self.threads() for one in thread) == sorted(texts)

        await eventually(so, what=f"{texts} in the threads", seconds=30)

    async def stands(self, text: str, state: str) -> None:
        async def so() -> bool:
            return any((one["text"], one["state"]) == (text, state) for thread in await self.threads() for one in thread)

        await eventually(so, what=f"{text!r} is {state}")


@asynccontextmanager
async def opened(postgres: RigPostgres, folder: Path, *, speed: float = 1.0) -> AsyncIterator[Shop]:
    """The shop in a fresh database, with its webhooks at the hub."""
    name, meta = await postgres.make(), Meta(speed=speed)
    graph = web.Application(client_max_size=2**25)
    graph.add_routes(meta.routes())
    async with AsyncExitStack() as stack:
        stack.push_async_callback(postgres.drop, name)
        server = await stack.enter_async_context(TestServer(graph))
        stack.push_async_callback(meta.closed)
        proxy = await stack.enter_async_context(FaultProxy(postgres.socket))
        tokens = (await found(postgres.url(name), folder / "data")).tokens
        hooks, channels = await _channels(postgres.url(name), folder / "data", str(server.make_url("/meta")))
        (folder / "config.toml").write_text(f'[egress]\nprivate = ["127.0.0.1:{server.port}"]\n', encoding="utf-8")
        environment = {"HILO_CONFIG": str(folder / "config.toml")}
        hub = HubProcess(folder, f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}", environment=environment)
        stack.push_async_exit(hub.__aexit__)
        await hub.start()
        for app, hook in hooks.items():
            await _subscribe(meta, app, f"{hub.address}/hooks/{hook}")
        ana = await stack.enter_async_context(Colleague(hub.address, tokens["ana"]))
        yield Shop(meta, hub, proxy, ana, channels)


async def _channels(database_url: str, data: Path, graph_url: str) -> tuple[dict[str, str], dict[str, str]]:
    hooks, channels = {}, {}
    async with Database(DatabaseSettings(database_url, connections=2)) as database:
        store = ChannelStore(database, Secrets(read_key(data / "key")), data / "channels.sealed")
        for app, settings in SETTINGS.items():
            channel = await store.add(app, app.title(), {**APP, **settings, "graph_url": graph_url})
            hooks[app], channels[app] = channel.hook, str(channel.id)
    return hooks, channels


async def _subscribe(meta: Meta, app: str, address: str) -> None:
    """As the app's dashboard does it, with the hub's answer to the challenge."""
    await meta.hooks.shake_hands(address, VERIFY)
    meta.hooks.by_object[OBJECTS[app]] = Subscription(address, VERIFY)
    meta.phones.subscribed[owner(app)] = ["messages"]


@pytest.mark.parametrize("app", list(SETTINGS))
async def test_a_customer_is_answered_and_the_ticks_climb(rig_postgres: RigPostgres, tmp_path: Path, app: str) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.says(app, "¿Abren hoy?")
        await shop.has("¿Abren hoy?")
        customer = (await shop.ana.insist("GET", "/customers"))["items"][0]["id"]
        await shop.ana.answer(World(), customer, shop.channels[app], "Hasta las ocho")
        shown = await shop.meta.wait_for(lambda one: not one.mine)
        assert (shown.app, shown.customer, shown.text) == (app, PEOPLE[app], "Hasta las ocho")
        await shop.stands("Hasta las ocho", "sent" if app == "instagram" else "delivered")
        await shop.meta.verbs()["read"]({"app": app, "customer": PEOPLE[app]})
        await shop.stands("Hasta las ocho", "read")
        await shop.has("¿Abren hoy?", "Hasta las ocho")


async def test_what_failed_after_it_was_taken_says_why_in_a_word(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.says("whatsapp", "¿Abren hoy?")
        await shop.has("¿Abren hoy?")
        await shop.meta.verbs()["lapse"]({"app": "whatsapp", "customer": PEOPLE["whatsapp"], "hours": 25})
        customer = (await shop.ana.insist("GET", "/customers"))["items"][0]["id"]
        await shop.ana.answer(World(), customer, shop.channels["whatsapp"], "Hasta las ocho")
        await shop.stands("Hasta las ocho", "failed")
        messages = (await shop.ana.insist("GET", f"/customers/{customer}/conversation"))["messages"]
        (error,) = [one["error"] for one in messages if one["state"] == "failed"]
        assert (error["code"], "131047" in error["detail"]) == ("window_closed", True)


async def test_an_hour_without_a_database_loses_nothing_and_meta_never_loses_patience(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    speed = 900.0
    async with opened(rig_postgres, tmp_path, speed=speed) as shop:
        shop.proxy.go_away()
        end, said = time.monotonic() + 1.5 * PATIENCE_S / speed, list[str]()
        while time.monotonic() < end:
            for app in SETTINGS:
                said.append(f"{app} {len(said)}")
                await shop.says(app, said[-1])
            await shop.meta.hooks.idle()
        assert {one.status for one in shop.meta.hooks.tried} == {200}
        assert not [one for one in shop.meta.asked if one.method == "UNSUBSCRIBED"]
        shop.proxy.come_back()
        await shop.has(*said)
