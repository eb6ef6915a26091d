"""Reads the whole record of a customer in a handful of statements, whatever the size of the family."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from connectors.manifest import Manifest
from hub.customers.finding import display_name
from hub.customers.model import (
    AddressView,
    Claim,
    Commitment,
    ConsentGiven,
    Customer,
    Field,
    Figures,
    Identity,
    Join,
    Reach,
    Suggestion,
    Topic,
    Unreachable,
)
from hub.customers.reach import Known, OpenChannel, Wrote, invitable, open_channels, reachable
from hub.customers.suggestions import Clue, address_evidence, name_evidence, ranked
from hub.errors import NotFound
from hub.kernel.addresses import comparable
from hub.kernel.database import Connection, Database, Record, queries
from hub.kernel.shapes import ChannelRef, Named, Person
from hub.kernel.web import Principal

QUERIES = queries(__package__)
COMMON_NAME = 10
"""A name that so many others have, or nearly, says nothing; the statement `similar_names` looks no further."""


class Records:
    """Customers' records. Everything is looked up through the caller."""

    def __init__(self, database: Database, manifest: Callable[[str], Manifest]) -> None:
        self._database = database
        self._manifest = manifest

    async def customer_for(self, principal: Principal, customer: str) -> Named:
        """The root of a customer that the caller may see: the one place where scope is decided. Raises NotFound."""
        row = await self._database.row(QUERIES.root, customer)
        if row is None or not principal.may("customer.read"):
            raise NotFound("not_found", f"there is no customer {customer}")
        return Named(id=str(row["id"]), name=row["name"])

    async def join_for(self, principal: Principal, join: str) -> None:
        """Whether a join is of a customer that the caller may see. Raises NotFound."""
        parent = await self._database.value(QUERIES.parent_of_join, join)
        if parent is None:
            raise NotFound("not_found", f"there is no join {join}")
        await self.customer_for(principal, str(parent))

    async def commitment_for(self, principal: Principal, commitment: str) -> None:
        """Whether a promise is to a customer that the caller may see. Raises NotFound."""
        owner = await self._database.value(QUERIES.owner_of_commitment, commitment)
        if owner is None:
            raise NotFound("not_found", f"there is no commitment {commitment}")
        await self.customer_for(principal, str(owner))

    async def family(self, root: str) -> list[str]:
        """The ids of all members, the root first."""
        return [str(row["id"]) for row in await self._database.rows(QUERIES.family, root)]

    async def address(self, root: str, identity: str) -> AddressView:
        """One address of a family. Raises NotFound."""
        row = await self._database.row(QUERIES.identity, root, identity)
        if row is None:
            raise NotFound("not_found", f"this customer has no address {identity}")
        return AddressView(kind=row["kind"], value=row["value"])

    async def read(self, principal: Principal, customer: str) -> Customer:
        """The record of the family that a customer belongs to. Raises NotFound."""
        root = (await self.customer_for(principal, customer)).id
        async with self._database.transaction() as connection:
            return await _read(connection, root, self._manifest)

    async def reach(self, root: str) -> list[Reach]:
        """The ways to answer a customer."""
        async with self._database.transaction() as connection:
            members = await connection.fetch(QUERIES.family, root)
            return await _Family(connection, [row["id"] for row in members]).reach(await _channels(connection, self._manifest))


async def _read(connection: Connection, root: str, manifest: Callable[[str], Manifest]) -> Customer:
    members = [row["id"] for row in await connection.fetch(QUERIES.family, root)]
    record = await connection.fetchrow(QUERIES.record, root)
    assert record is not None
    family = _Family(connection, members)
    identities, claims = await family.identities(), await family.claims()
    topics = await connection.fetch(QUERIES.topics, members)
    channels = await _channels(connection, manifest)
    reach = await family.reach(channels, topics)
    return Customer(
        id=root,
        name=display_name(record["name"], identities),
        created_at=record["created_at"],
        locale=record["locale"],
        fields=[_field(row, record["fields"]) for row in await connection.fetch(QUERIES.fields)],
        tags=[row["tag"] for row in await connection.fetch(QUERIES.tags, members)],
        identities=[_identity(row) for row in identities],
        claims=[Claim(kind=row["kind"], value=row["value"], at=row["at"]) for row in claims],
        figures=_figures(await connection.fetchval(QUERIES.message_count, members), topics),
        suggestions=await family.suggestions(root, record["name"]),
        joins=[_join(row) for row in await connection.fetch(QUERIES.joins, members)],
        topics=[topic_view(row) for row in topics],
        commitments=[commitment_view(row) for row in await connection.fetch(QUERIES.commitments, members)],
        reach=reach,
        invitable=invitable(channels, reach),
    )


async def _channels(connection: Connection, manifest: Callable[[str], Manifest]) -> list[OpenChannel]:
    return open_channels(await connection.fetch(QUERIES.channels), manifest)


class _Family:
    """What is asked of one family, on one connection."""

    def __init__(self, connection: Connection, members: Sequence[UUID]) -> None:
        self._connection = connection
        self._members = members
        self._identities: list[Record] | None = None
        self._claims: list[Record] | None = None

    async def identities(self) -> list[Record]:
        if self._identities is None:
            self._identities = await self._connection.fetch(QUERIES.identities, self._members)
        return self._identities

    async def claims(self) -> list[Record]:
        if self._claims is None:
            self._claims = await self._connection.fetch(QUERIES.claims, self._members)
        return self._claims

    async def reach(self, channels: Sequence[OpenChannel], topics: list[Record] | None = None) -> list[Reach]:
        if topics is None:
            topics = await self._connection.fetch(QUERIES.topics, self._members)
        addresses = await self._addresses(topics)
        used = await self._connection.fetchrow(QUERIES.last_used, self._members)
        last = (str(used["channel_id"]), used["address"]["value"]) if used and used["address"] else None
        return reachable(channels, [*addresses, *self._claimed(addresses, await self.claims())], last, datetime.now(UTC))

    async def _addresses(self, topics: Sequence[Record]) -> list[Known]:
        identities = await self.identities()
        ids = [row["id"] for row in identities]
        met, wrote = defaultdict[UUID, set[str]](set), defaultdict[UUID, dict[str, Wrote]](dict)
        for row in topics:
            met[row["identity_id"]].add(str(row["channel_id"]))
        for row in await self._connection.fetch(QUERIES.last_written, ids):
            wrote[row["identity_id"]][str(row["channel_id"])] = Wrote(row["at"], row["to"], row["native"], row["arrived"])
        consent = defaultdict[UUID, dict[str, ConsentGiven]](dict)
        for row in await self._connection.fetch(QUERIES.consents, ids):
            said = ConsentGiven(given=row["given"], reason=row["reason"], at=row["at"], by=_named(row["agent_id"], row["agent_name"]))
            consent[row["identity_id"]][str(row["channel_id"])] = said
        return [
            Known(
                kind=row["kind"],
                value=row["value"],
                channels=frozenset(met[row["id"]]),
                wrote=wrote[row["id"]],
                consent=consent[row["id"]],
                unreachable=row["unreachable_at"] and Unreachable(why=row["unreachable_why"], at=row["unreachable_at"]),
            )
            for row in identities
        ]

    def _claimed(self, known: Sequence[Known], claims: Sequence[Record]) -> list[Known]:
        told = {(row["kind"], comparable(row["kind"], row["value"])) for row in claims if row["kind"] in ("email", "phone")}
        return [Known(kind, value, claimed=True) for kind, value in sorted(told - {(one.kind, one.value) for one in known})]

    async def suggestions(self, root: str, name: str) -> list[Suggestion]:
        clues = [*await self._address_clues(root), *await self._name_clues(root, name)]
        if not clues:
            return []
        apart = frozenset(str(row["id"]) for row in await self._connection.fetch(QUERIES.told_apart, root, self._members))
        best = ranked(clues, apart)
        names = {str(row["id"]): row["name"] for row in await self._connection.fetch(QUERIES.names, [one for one, _, _ in best])}
        return [Suggestion(customer=Named(id=one, name=names[one]), score=score, evidence=words) for one, score, words in best]

    async def _address_clues(self, root: str) -> list[Clue]:
        mine = {(row["kind"], row["value"]): True for row in await self.identities()}
        for row in await self.claims():
            for value in (row["value"], comparable(row["kind"], row["value"])):
                mine.setdefault((row["kind"], value), False)
        asked = [(kind, value, proved) for (kind, value), proved in mine.items() if kind in ("email", "phone")]
        if not asked:
            return []
        rows = await self._connection.fetch(QUERIES.same_addresses, root, *map(list, zip(*asked, strict=True)))
        words = [(str(row["root_id"]), address_evidence(row["kind"], row["mine"], row["known"])) for row in rows]
        return [Clue(customer, word) for customer, word in words if word]

    async def _name_clues(self, root: str, name: str) -> list[Clue]:
        if " " not in name.strip():
            return []
        rows = await self._connection.fetch(QUERIES.similar_names, root, name)
        if len(rows) == COMMON_NAME:
            return []
        return [Clue(str(row["customer"]), name_evidence(row["likeness"])) for row in rows]


def commitment_view(row: Record) -> Commitment:
    """A row of the statements about commitments."""
    return Commitment(
        id=str(row["id"]),
        text=row["text"],
        due_at=row["due_at"],
        by=Person(kind="human", id=str(row["agent_id"]), name=row["agent_name"]),
        done_at=row["done_at"],
        topic=None if row["topic_id"] is None else str(row["topic_id"]),
        customer=Named(id=str(row["customer"]), name=row["name"]),
    )


def _field(row: Record, values: dict[str, Any]) -> Field:
    label = {"es": row["label_es"], "en": row["label_en"]}
    return Field(id=row["id"], label=label, kind=row["kind"], choices=row["choices"], value=values.get(row["id"]))


def _identity(row: Record) -> Identity:
    return Identity(
        id=str(row["id"]),
        customer=str(row["customer_id"]),
        kind=row["kind"],
        value=row["value"],
        name=row["name"],
        proved=row["proved"],
        evidence=row["evidence"],
        at=row["created_at"],
    )


def _join(row: Record) -> Join:
    by = Person(kind=row["actor_kind"], id=None if row["actor"] is None else str(row["actor"]), name=row["actor_name"])
    return Join(id=str(row["id"]), customer=Named(id=str(row["child_id"]), name=row["name"]), at=row["at"], by=by, evidence=row["evidence"])


def _channel(row: Record) -> ChannelRef:
    return ChannelRef(id=str(row["channel_id"]), connector=row["connector"], name=row["channel_name"])


def topic_view(row: Record) -> Topic:
    """A row of the statements about topics."""
    return Topic(
        id=str(row["id"]),
        code=row["code"],
        subject=row["subject"],
        state=row["state"],
        spam=row["spam"],
        channel=_channel(row),
        queue=_named(row["queue_id"], row["queue_name"]),
        agent=_named(row["agent_id"], row["agent_name"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        last_at=row["last_at"],
    )


def _named(id_: UUID | None, name: str) -> Named | None:
    return None if id_ is None else Named(id=str(id_), name=name)


def _figures(messages: int, topics: Sequence[Record]) -> Figures:
    """The preferred channel is the one on which the customer wrote in most matters; of several, the one used last."""
    channels = {str(row["channel_id"]): _channel(row) for row in topics}
    often = Counter(str(row["channel_id"]) for row in topics if row["heard"]).most_common(1)
    return Figures(
        messages=messages,
        topics=len(topics),
        first_at=min((row["opened_at"] for row in topics), default=None),
        last_at=max((row["last_at"] for row in topics), default=None),
        preferred_channel=channels[often[0][0]] if often else None,
    )
