"""Fills an empty database with a small company: people, queues, channels."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

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
QUEUES = (("Pedidos", 0, 300, 60), ("Devoluciones", 5, 600, 60), ("Redes", 0, 900, 60))
SERVED = {"Pedidos": ("ana", "luis"), "Devoluciones": ("ana", "luis"), "Redes": ("sofia",)}
RETURNS = ["devol*", "cambi*", "factura*", "return*", "refund*", "roto", "rota", "rotos", "rotas"]
FIELDS = (
    ("order", "text", "Pedido", "Order"),
    ("city", "text", "Ciudad", "City"),
    ("birthday", "date", "Cumpleaños", "Birthday"),
    ("newsletter", "yes_no", "Quiere novedades", "Wants news"),
)


@dataclass(frozen=True, slots=True)
class Company:
    """What stories happen in: connector -> channel, queue -> id, colleague (their address before the @) -> id."""

    channels: Mapping[str, UUID]
    queues: Mapping[str, UUID]
    agents: Mapping[str, UUID]


async def fill(hub: Hub, password_hash: str, relay_port: int, smtp_port: int, shop: str, world: int | None) -> Company:
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
        for queue, who in ((queue, who) for queue, served in SERVED.items() for who in served):
            await connection.execute(QUERIES.add_member, queue_ids[queue], agents[who])
        await connection.execute(QUERIES.add_rule, 1, RETURNS, queue_ids["Devoluciones"])
        for position, field in enumerate(FIELDS, 1):
            await connection.execute(QUERIES.add_field, field[0], position, *field[1:])
    channels = await _add_channels(hub, queue_ids["Pedidos"], relay_port, smtp_port, shop)
    if world is not None:
        channels |= await add_outside(hub, queue_ids["Pedidos"], world)
    return Company(channels, queue_ids, agents)


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
