"""A small company in a fresh database, set up through the hub's own code: colleagues, a queue, three kinds of channel."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.channels.store import ChannelStore
from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.secrets import Secrets, read_key
from hub.people.endings import Endings
from hub.people.tokens import ApiTokens
from sandbox.telegram import BOT_TOKEN

SECRET = "a secret between two systems"
MAILBOX = "support@demo.example"
AGENTS = ("ana", "luis")


@dataclass(frozen=True, slots=True)
class Company:
    """What a rig must know of it."""

    tokens: dict[str, str]
    """Colleague → API token."""
    agents: dict[str, str]
    """Colleague → id."""
    hook: str
    """The end of the webhook's address."""
    bubble: str
    """The public key of the chat bubble."""
    channels: dict[str, str]
    """Connector → id."""
    mail_port: int

    async def add_telegram(self, database_url: str, data: Path, base: str) -> None:
        """One more channel: a bot on the pretend Telegram at `base`."""
        async with Database(DatabaseSettings(database_url, connections=2)) as database:
            store = ChannelStore(database, Secrets(read_key(data / "key")), data / "channels.sealed")
            await store.add("telegram", "Telegram", {"token": BOT_TOKEN, "base_url": f"{base}/telegram"})


async def found(database_url: str, data: Path, *, outside: str = "", relay_port: int = 0, mail_port: int = 0, **mailbox: Any) -> Company:
    """Set it up; `data` is the data folder of the hub that will serve it. `outside` is where answers of the http channel go, `mailbox` are
    more settings of the mail channel.
    """
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    async with Database(DatabaseSettings(database_url, connections=2)) as database:
        agents, tokens = await _people(database)
        store = ChannelStore(database, Secrets(read_key(data / "key")), data / "channels.sealed")
        http = await store.add("http", "Shop system", {"secret": SECRET, "url": outside, "company_accounts": True})
        chat = await store.add("webchat", "Chat", {})
        channels = {"http": str(http.id), "webchat": str(chat.id)}
        if relay_port:
            mail = {"address": MAILBOX, "relay_host": "127.0.0.1", "relay_port": relay_port, "relay_tls": "none", "listen_port": mail_port}
            channels["email"] = str((await store.add("email", "Mail", {**mail, **mailbox})).id)
    return Company(tokens, agents, http.hook, chat.hook, channels, mail_port)


async def _people(database: Database) -> tuple[dict[str, str], dict[str, str]]:
    await database.run("INSERT INTO brand (name) VALUES ('Casa Roja')")
    queue = await database.value("INSERT INTO queue (name) VALUES ('Service') RETURNING id")
    issuing = ApiTokens(database, Endings(lambda: None))
    agents, tokens = {}, {}
    for name in AGENTS:
        sql = "INSERT INTO agent (email, name, role) VALUES ($1, $2, 'agent') RETURNING id"
        agents[name] = str(await database.value(sql, f"{name}@demo.example", name.title()))
        await database.run("INSERT INTO queue_member VALUES ($1, $2)", queue, agents[name])
        await database.run("UPDATE presence SET units_max = 1000 WHERE agent_id = $1", agents[name])
        tokens[name] = (await issuing.issue(agents[name], "rig")).token
    return agents, tokens
