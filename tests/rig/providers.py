"""All providers of the pretend world on one port, and a hub with a channel of each, their webhooks set."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.channels.store import ChannelStore
from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.secrets import Secrets, read_key
from sandbox.meta import Meta
from sandbox.meta import company as meta
from sandbox.meta.hooks import Subscription
from sandbox.meta.telling import owner
from sandbox.telegram import BOT_TOKEN, Telegram
from sandbox.telegram.updates import Webhook
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER, WHATSAPP_NUMBER, Twilio
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.proxy import FaultProxy
from tests.rig.webhooks import Webhooks

VERIFY = "the-word-agreed-on"
OBJECTS = {"whatsapp": "whatsapp_business_account", "messenger": "page", "instagram": "instagram"}
SHOWN = 100
"""What the phones remember: looking for a message among thousands is slow, and nobody looks here."""


@dataclass
class Providers:
    """The doubles, and the hub that serves them."""

    twilio: Twilio
    telegram: Telegram
    meta: Meta
    http: Webhooks
    hub: HubProcess
    proxy: FaultProxy
    ana: Colleague
    database_url: str
    """Without the proxy: for the checker."""

    def doubles(self) -> tuple[Twilio, Telegram, Meta]:
        return self.twilio, self.telegram, self.meta

    async def idle(self) -> None:
        """Wait until nothing that was written is under way to the hub any more."""
        await self.twilio.webhooks.settled()
        await self.meta.hooks.idle()
        await self.telegram.updates.until(lambda: not self.telegram.updates.pending)


def settings_of(base: str) -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Name → connector and settings of each channel, with the doubles at `base`."""
    twilio = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "base_url": f"{base}/twilio"}
    app = {"app_id": meta.APP_ID, "app_secret": meta.APP_SECRET, "verify_token": VERIFY, "graph_url": f"{base}/meta"}
    number = {"phone_number_id": meta.PHONE_NUMBER_ID, "account_id": meta.ACCOUNT_ID, "access_token": meta.WHATSAPP_TOKEN}
    telegram = {"token": BOT_TOKEN, "base_url": f"{base}/telegram", "mode": "webhook", "webhook_secret": VERIFY}
    return {
        "sms": ("sms", {**twilio, "senders": SMS_NUMBER}),
        "whatsapp by twilio": ("whatsapp_twilio", {**twilio, "senders": WHATSAPP_NUMBER}),
        "telegram": ("telegram", telegram),
        "whatsapp": ("whatsapp", {**app, **number}),
        "messenger": ("messenger", {**app, "page_id": meta.PAGE_ID, "access_token": meta.PAGE_TOKEN}),
        "instagram": ("instagram", {**app, "account_id": meta.INSTAGRAM_ID, "access_token": meta.INSTAGRAM_TOKEN}),
    }


@asynccontextmanager
async def opened(postgres: RigPostgres, folder: Path, *, speed: float = 1.0, **environment: str) -> AsyncIterator[Providers]:
    """The doubles, and a running hub in a fresh database. `speed`: how much faster than ours Meta's clock runs."""
    name = await postgres.make()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(postgres.drop, name)
        doubles = Twilio(), Telegram(), Meta(speed=speed)
        server = await stack.enter_async_context(TestServer(_world(*doubles)))
        for one in doubles:
            one.shown = deque(maxlen=SHOWN)
            await one.opened()
            stack.push_async_callback(one.closed)
        proxy = await stack.enter_async_context(FaultProxy(postgres.socket))
        company = await found(postgres.url(name), folder / "data")
        hooks = await _add_channels(postgres.url(name), folder / "data", str(server.make_url("")).rstrip("/"))
        named = {"HILO_EGRESS_PRIVATE": f"127.0.0.1:{server.port}", **environment}
        hub = HubProcess(folder, f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}", environment=named)
        stack.push_async_exit(hub.__aexit__)
        await hub.start()
        await set_webhooks(*doubles, lambda channel: f"{hub.address}/hooks/{hooks[channel]}")
        http = await stack.enter_async_context(Webhooks(hub.address, company.hook, at_once=64))
        ana = await stack.enter_async_context(Colleague(hub.address, company.tokens["ana"]))
        yield Providers(*doubles, http, hub, proxy, ana, postgres.url(name))


def _world(*doubles: Twilio | Telegram | Meta) -> web.Application:
    app = web.Application(client_max_size=2**25)
    for one in doubles:
        app.add_routes(one.routes())
    return app


async def _add_channels(database_url: str, data: Path, base: str) -> dict[str, str]:
    async with Database(DatabaseSettings(database_url, connections=2)) as database:
        store = ChannelStore(database, Secrets(read_key(data / "key")), data / "channels.sealed")
        return {name: (await store.add(kind, name, dict(given))).hook for name, (kind, given) in settings_of(base).items()}


async def set_webhooks(twilio: Twilio, telegram: Telegram, meta_: Meta, address: Callable[[str], str]) -> None:
    """Send each provider's webhooks to the hub, as its console would."""
    number, sender = twilio.company.number(SMS_NUMBER), twilio.company.sender(WHATSAPP_NUMBER)
    assert number
    assert sender
    number.webhook = f"{address('sms')}#rc=5&rp=all"
    sender.webhook = {"callback_url": f"{address('whatsapp by twilio')}#rc=5&rp=all", "callback_method": "POST"}
    telegram.updates.webhook = Webhook(address("telegram"), VERIFY)
    for app, object_ in OBJECTS.items():
        await meta_.hooks.shake_hands(address(app), VERIFY)
        meta_.hooks.by_object[object_] = Subscription(address(app), VERIFY)
        meta_.phones.subscribed[owner(app)] = ["messages"]
