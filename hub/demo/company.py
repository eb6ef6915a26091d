"""Fills an empty database with a small company: people, queues, channels, customers and what they have written."""

import hashlib
import logging
import secrets
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

from hub.app import Hub
from hub.demo.outside import CHANNELS
from hub.kernel.database import Connection, queries

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

SUPPORT = "support@demo.example"
PEOPLE = (
    ("ana@demo.example", "Ana Ortega", "agent", "es"),
    ("luis@demo.example", "Luis Prieto", "agent", "es"),
    ("sofia@demo.example", "Sofía Vidal", "supervisor", "es"),
    ("admin@demo.example", "Iker Admin", "admin", "es"),
)
QUEUES = (("Pedidos", 0, 300, 60), ("Devoluciones", 5, 600, 60))
RETURNS = ["devol*", "cambi*", "factura*", "return*", "refund*", "roto", "rota", "rotos", "rotas"]
FIELDS = (
    ("order", "text", "Pedido", "Order"),
    ("city", "text", "Ciudad", "City"),
    ("birthday", "date", "Cumpleaños", "Birthday"),
    ("newsletter", "yes_no", "Quiere novedades", "Wants news"),
)


async def fill(hub: Hub, password_hash: str, relay_port: int, smtp_port: int, shop: str, world: int | None) -> None:
    """Make the company. Called once, on a database without people. `world`: the port of the pretend outside world, if it runs."""
    database = hub.storage.database
    async with database.transaction() as connection:
        await connection.execute("SELECT 1")
        await connection.fetchval(QUERIES.add_brand, "Barro y Lino", "#2f5142", "es")
        queue_ids = {name: await connection.fetchval(QUERIES.add_queue, name, *rest) for name, *rest in QUEUES}
        agents = {
            email.split("@")[0]: await _add_agent(connection, email, name, role, locale, password_hash)
            for email, name, role, locale in PEOPLE
        }
        for queue in queue_ids.values():
            for who in ("ana", "luis"):
                await connection.execute(QUERIES.add_member, queue, agents[who])
        await connection.execute(QUERIES.add_rule, 1, RETURNS, queue_ids["Devoluciones"])
        for position, field in enumerate(FIELDS, 1):
            await connection.execute(QUERIES.add_field, field[0], position, *field[1:])
    channels = await _add_channels(hub, queue_ids["Pedidos"], relay_port, smtp_port, shop)
    if world is not None:
        channels |= await add_outside(hub, queue_ids["Pedidos"], world)
    async with database.transaction() as connection:
        for story in _stories(channels):
            await _tell(connection, story, channels, queue_ids, agents)
        await connection.execute(QUERIES.heard_last)
    hub.publisher.wake()


async def _add_agent(connection: Connection, email: str, name: str, role: str, locale: str, password_hash: str) -> UUID:
    id_: UUID = await connection.fetchval(QUERIES.add_agent, email, name, role, password_hash, locale)
    return id_


async def _add_channels(hub: Hub, queue: UUID, relay_port: int, smtp_port: int, shop: str) -> dict[str, UUID]:
    add = hub.channels.add
    chat = await add("webchat", "Chat web", {"origins": shop, "identity_secret": secrets.token_urlsafe(24)}, queue=queue)
    mail = await add(
        "email",
        "Correo",
        {
            "address": SUPPORT,
            "name": "Barro y Lino",
            "relay_host": "127.0.0.1",
            "relay_port": relay_port,
            "relay_tls": "none",
            "listen_port": smtp_port,
        },
        queue=queue,
    )
    http = await add("http", "Tienda (HTTP)", {"secret": secrets.token_urlsafe(24), "company_accounts": True}, queue=queue)
    counter = await add("counter", "Mostrador", {}, queue=queue)
    return {"webchat": chat.id, "email": mail.id, "http": http.id, "counter": counter.id}


async def add_outside(hub: Hub, queue: UUID, world: int) -> dict[str, UUID]:
    """The channels at the providers of the pretend outside world."""
    return {one.connector: (await hub.channels.add(one.connector, one.name, one.given(world), queue=queue)).id for one in CHANNELS}


def _stories(channels: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """Those of the channels that are there, oldest first."""
    stories: list[dict[str, Any]] = tomllib.loads(files(__package__).joinpath("stories.toml").read_text(encoding="utf-8"))["story"]
    return sorted((story for story in stories if story["channel"] in channels), key=lambda story: -story["messages"][0]["ago"])


async def _tell(
    connection: Connection,
    story: Mapping[str, Any],
    channels: Mapping[str, UUID],
    queue_ids: Mapping[str, UUID],
    agents: Mapping[str, UUID],
) -> None:
    customer = topic = None
    for said in story["messages"]:
        if said["from"] == "customer":
            row = await connection.fetchrow(QUERIES.take, _taken(story, said, channels, queue_ids))
            assert row is not None
            customer, topic = row["customer"], row["topic"]
        else:
            row = await connection.fetchrow(QUERIES.write, _written(story, said, customer, topic, channels, agents))
            assert row is not None
        await connection.execute(QUERIES.sent_long_ago, row["message"], said["ago"])
    await connection.execute(QUERIES.backdate_events)
    await connection.execute(QUERIES.backdate_topic, topic)
    await connection.execute(QUERIES.wait_since, topic)
    if "code" in story:
        await connection.execute(QUERIES.complete, topic, agents[story["by"]], story["code"])
    await connection.execute(QUERIES.describe, customer, story.get("fields", {}), story.get("locale", "es"), story["name"])
    for tag in story.get("tags", ()):
        await connection.execute(QUERIES.tag, customer, tag)
    if story["name"].startswith("Lucía"):
        await connection.execute(QUERIES.promise, customer, agents["luis"], "Entregar el cuenco que falta")


def _taken(
    story: Mapping[str, Any], said: Mapping[str, Any], channels: Mapping[str, UUID], queue_ids: Mapping[str, UUID]
) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "channel": str(channels[story["channel"]]),
        "external_id": str(uuid4()),
        "delivery": None,
        "kind": story["kind"],
        "value": story["value"],
        "name": story["name"],
        "subject": story["subject"],
        "text": said["text"],
        "html": None,
        "provider_at": None,
        "answers": [],
        "session": "",
        "automatic": False,
        "language": story.get("locale", "es"),
        "proves": [],
        "claims": story.get("claims", {}),
        "context": {},
        "queue": str(queue_ids[story["queue"]]),
        "attachments": [],
        "reopen_s": 0,
    }


def _written(
    story: Mapping[str, Any],
    said: Mapping[str, Any],
    customer: UUID | None,
    topic: UUID | None,
    channels: Mapping[str, UUID],
    agents: Mapping[str, UUID],
) -> dict[str, Any]:
    note = said.get("note", False)
    return {
        "id": str(uuid4()),
        "customer": str(customer),
        "topic": str(topic),
        "direction": "note" if note else "out",
        "channel": None if note else str(channels[story["channel"]]),
        "address": None if note else {"kind": story["kind"], "value": story["value"], "name": story["name"]},
        "subject": "",
        "text": said["text"],
        "html": None,
        "author_kind": "human",
        "author": str(agents[said["from"]]),
        "uploader": "",
        "attachments": [],
        "reply_to": None,
        "send_at": None,
        "undo_s": 3600,
        "request": {},
        "context": {},
        "body_hash": hashlib.sha256(said["text"].encode()).hexdigest(),
    }
