"""A small company in a fresh database: colleagues, channels, customers who write. What tests of several rooms begin with."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from connectors.manifest import Manifest
from hub.kernel.database import Database
from hub.kernel.web import Principal

PERMISSIONS = frozenset({"customer.read", "customer.write", "customer.join", "conversation.read", "conversation.write"})

MANIFESTS = {
    "email": Manifest(
        contract=1,
        id="email",
        title={"es": "Correo", "en": "E-mail"},
        kind="mail",
        icon="mail",
        receives="socket",
        address="email",
        html=True,
        subject=True,
        copies=True,
        attachments=10,
        attachment_bytes=18_000_000,
        starts=True,
        slow=True,
    ),
    "webchat": Manifest(
        contract=1,
        id="webchat",
        title={"es": "Chat", "en": "Chat"},
        kind="chat",
        icon="chat",
        receives="live",
        address="visitor",
        text_limit=80,
        attachments=2,
        attachment_bytes=1000,
    ),
}
"""What the two channels of the scene can do; the chat's limits are small so that tests reach them."""


def manifest(name: str) -> Manifest:
    """The manifest of a channel of the scene."""
    return MANIFESTS[name]


def principal_of(agent: str, name: str = "Ana", permissions: frozenset[str] = PERMISSIONS) -> Principal:
    """A colleague who is signed in by a token."""
    return Principal(agent, name, "agent", "es", permissions, None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken in."""

    message: str
    number: int
    customer: str
    root: str
    topic: str
    work: str


class Company:
    """Ana and Luis, a queue, a mailbox and a chat; and customers who write in."""

    def __init__(self, database: Database, ids: Mapping[str, str]) -> None:
        self.database = database
        self.ana, self.luis, self.queue, self.email, self.webchat = (ids[name] for name in ("ana", "luis", "queue", "email", "webchat"))
        self._number = itertools.count(1)

    @property
    def principal(self) -> Principal:
        """Ana."""
        return principal_of(self.ana)

    async def writes(self, kind: str, value: str, text: str = "Hola", **more: Any) -> Taken:
        """A customer writes: to the mailbox from an e-mail address, to the chat as a visitor."""
        channel = {"email": self.email, "visitor": self.webchat}[kind]
        message: dict[str, Any] = {
            "id": str(uuid4()), "channel": channel, "queue": self.queue, "delivery": None, "external_id": f"x{next(self._number)}",
            "kind": kind, "value": value, "name": "", "text": text, "subject": "", "html": None, "provider_at": None,
            "answers": [], "proves": [], "claims": {}, "session": "", "reopen_s": 3600, "automatic": False, "language": "",
            "context": {}, "attachments": [],
        }  # fmt: skip
        row = await self.database.row("SELECT * FROM take_message($1)", {**message, **more})
        assert row is not None
        ids = {name: str(row[name]) for name in ("message", "customer", "root", "topic", "work")}
        return Taken(number=row["number"], **ids)

    async def customer(self, name: str) -> str:
        """Somebody who is on record and never wrote."""
        made = await self.database.value(
            "INSERT INTO customer (id, root_id, name) SELECT id, id, $1 FROM (SELECT uuidv7() AS id) made RETURNING id", name
        )
        return str(made)

    async def publish(self) -> None:
        """Give positions to all that happened."""
        holder = uuid4()
        token = await self.database.value("SELECT take_lease('publisher', $1, '1 hour')", holder)
        await self.database.row("SELECT * FROM publish_events($1, 100000)", token)
        await self.database.run("DELETE FROM lease WHERE holder = $1", holder)

    async def events(self, type_: str) -> list[dict[str, Any]]:
        """All events of a type, in order."""
        return [dict(row) for row in await self.database.rows("SELECT * FROM event WHERE type = $1 ORDER BY id", type_)]


async def found_company(database: Database) -> Company:
    """Open the company in a fresh database."""
    ids: dict[str, str] = {}
    for name, email in (("Ana", "ana"), ("Luis", "luis")):
        sql = "INSERT INTO agent (email, name, role) VALUES ($1, $2, 'agent') RETURNING id"
        ids[email] = str(await database.value(sql, f"{email}@demo.example", name))
    brand = await database.value("INSERT INTO brand (name) VALUES ('Casa Roja') RETURNING id")
    ids["queue"] = str(await database.value("INSERT INTO queue (name) VALUES ('General') RETURNING id"))
    for connector, one in MANIFESTS.items():
        sql = (
            "INSERT INTO channel (brand_id, queue_id, connector, kind, name, hook, enabled)"
            " VALUES ($1, $2, $3::text, $4, $5, $3, true) RETURNING id"
        )
        ids[connector] = str(await database.value(sql, brand, ids["queue"], connector, one.kind, one.title["en"]))
        await database.run("INSERT INTO channel_state (channel_id, state) VALUES ($1, 'up')", ids[connector])
    return Company(database, ids)
