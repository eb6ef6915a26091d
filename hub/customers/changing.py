"""What colleagues do to a record: change it, tag it, add addresses, join and part. Every change tells the ledger in its own transaction."""

import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from msgspec import UNSET

from hub.customers.fields import checked
from hub.customers.model import Changes, Commitment
from hub.customers.records import commitment_view
from hub.errors import Conflict, Invalid, NotFound
from hub.kernel.addresses import TELLABLE, InvalidAddress, normalise
from hub.kernel.database import Connection, Database, queries
from hub.kernel.refusals import settled
from hub.kernel.shapes import Named

QUERIES = queries(__package__)
LONGEST_TAG = 60


class Changer:
    """Changes records. Roots are given by their ids, already looked up through the caller."""

    def __init__(self, database: Database, committed: Callable[[], None]) -> None:
        self._database = database
        self._committed = committed

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self._database.transaction() as connection:
            yield connection
        self._committed()

    async def change(self, agent: str, root: str, changes: Changes) -> None:
        """Name, language and fields. Raises Invalid naming the field and what is allowed."""
        async with self._transaction() as connection:
            fields = checked(changes.fields, [dict(row) for row in await connection.fetch(QUERIES.fields)])
            name, locale = (None if value is UNSET else value for value in (changes.name, changes.locale))
            name = None if name is None else _plain(name)
            await connection.execute(QUERIES.change, root, name, locale, fields)
            said = [key for key, value in (("name", name), ("locale", locale)) if value is not None]
            await _tell(connection, "customer.changed", agent, root, {"fields": [*said, *fields]})

    async def add_tag(self, agent: str, root: str, tag: str) -> None:
        """Put a tag on. Raises Invalid."""
        tag = clean_tag(tag)
        async with self._transaction() as connection:
            if await connection.fetchval(QUERIES.add_tag, root, tag):
                await _tell(connection, "customer.tagged", agent, root, {})

    async def remove_tag(self, agent: str, root: str, tag: str) -> None:
        """Take a tag off the whole family."""
        async with self._transaction() as connection:
            if await connection.fetchval(QUERIES.remove_tag, root, clean_tag(tag)):
                await _tell(connection, "customer.untagged", agent, root, {})

    async def add_identity(self, agent: str, root: str, kind: str, value: str) -> None:
        """An address that the agent was told. Raises Invalid; Conflict with the customer it belongs to, when that is somebody else."""
        value = _address(kind, value)
        async with self._transaction() as connection:
            made = await connection.fetchval(QUERIES.tell_identity, root, kind, value)
            if made:
                await _tell(connection, "customer.identified", agent, root, {"identity": str(made), "evidence": "told"})
                return
            owner = await connection.fetchrow(QUERIES.owner_of, kind, value)
        if owner is not None and str(owner["id"]) != root:
            fields = {"value": "belongs to another customer", "customer": str(owner["id"]), "customer_name": owner["name"]}
            raise Conflict("identity_taken", f"{value} is known as an address of another customer", fields=fields)

    async def remove_identity(self, agent: str, root: str, identity: str) -> None:
        """Take back an address that was only told. Raises NotFound; Conflict when it is proved or has been written to."""
        async with self._transaction() as connection:
            await self._address_of(connection, root, identity)
            try:
                gone = await connection.fetchval(QUERIES.remove_identity, identity)
            except asyncpg.ForeignKeyViolationError:
                gone = None
            if gone is None:
                raise Conflict("identity_in_use", "only an address that was told and never used can be removed")
            await _tell(connection, "customer.changed", agent, root, {"identity": identity, "removed": True})

    async def record_consent(self, agent: str, root: str, identity: str, channel: str, how: str) -> None:
        """A customer agreed to be written to at one of his addresses. Raises NotFound; Conflict when he said no to us there."""
        async with self._transaction() as connection:
            await self._address_of(connection, root, identity)
            said = await connection.fetchval(QUERIES.record_consent, identity, channel, how, agent)
        if said == "refused":
            raise Conflict("consent_withdrawn", "the customer does not want messages there, and only he or she can change that")

    async def take_consent_back(self, agent: str, root: str, identity: str, channel: str) -> None:
        """What was written down of it does not hold. Raises NotFound."""
        async with self._transaction() as connection:
            await self._address_of(connection, root, identity)
            if not await connection.fetchval(QUERIES.take_consent_back, identity, channel, agent):
                raise NotFound("not_found", "no consent to this channel was written down for this address")

    async def _address_of(self, connection: Connection, root: str, identity: str) -> None:
        if await connection.fetchrow(QUERIES.identity, root, identity) is None:
            raise NotFound("not_found", f"this customer has no address {identity}")

    async def join(self, agent: str, root: str, other: str) -> str:
        """Put another family under this root. Returns the join's id. Raises Conflict when they are one already."""

        async def act() -> Any:
            async with self._transaction() as connection:
                return await connection.fetchval(QUERIES.join, other, root, agent)

        made = await settled(act)
        if made is None:
            raise Conflict("already_joined", "these two are the same customer already")
        return str(made)

    async def part(self, agent: str, join: str) -> list[Named]:
        """Undo a join. Returns who stands alone again, and the root it was under. Raises NotFound, Conflict."""

        async def act() -> list[Named]:
            async with self._transaction() as connection:
                pair = await connection.fetchrow(QUERIES.part, join, agent)
                if pair is None:
                    raise Conflict("already_parted", "this join was undone before")
                names = {row["id"]: row["name"] for row in await connection.fetch(QUERIES.names, list(pair.values()))}
                return [Named(id=str(one), name=names[one]) for one in pair.values()]

        return await settled(act)

    async def set_distinct(self, agent: str, root: str, other: str) -> None:
        """Two roots are not the same person. Raises Conflict when they are joined."""
        if root == other:
            raise Conflict("already_joined", "these two are joined; undo the join first")
        async with self._transaction() as connection:
            if await connection.fetchval(QUERIES.set_distinct, root, other, agent):
                await _tell(connection, "customer.distinct", agent, root, {"other": other})

    async def keep_commitment(self, agent: str, commitment: str, done: bool) -> Commitment:
        """A promise is kept, or not after all. Raises NotFound."""
        async with self._transaction() as connection:
            await connection.execute(QUERIES.keep_commitment, commitment, done, agent)
            row = await connection.fetchrow(QUERIES.commitment, commitment)
        if row is None:
            raise NotFound("not_found", f"there is no commitment {commitment}")
        return commitment_view(row)


def clean_tag(tag: str) -> str:
    """A tag as it is kept: one form for each word, in lower case. Raises Invalid."""
    tag = _plain(tag).lower()
    if not 1 <= len(tag) <= LONGEST_TAG:
        raise Invalid("invalid", f"tag: 1 to {LONGEST_TAG} characters", fields={"tag": f"1 to {LONGEST_TAG} characters"})
    return tag


def _plain(text: str) -> str:
    """Without control and format characters, with single spaces."""
    kept = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFKC", text))
    return " ".join("".join(letter for letter in kept if not unicodedata.category(letter).startswith("C")).split())


def _address(kind: str, value: str) -> str:
    if kind not in TELLABLE:
        expected = f"must be one of {', '.join(TELLABLE)}; other addresses are bound to what their provider says"
        raise Invalid("invalid", f"kind: {expected}", fields={"kind": expected})
    try:
        return normalise(kind, value)
    except InvalidAddress as error:
        raise Invalid("invalid", f"value: {error}", fields={"value": str(error)}) from error


async def _tell(connection: Connection, type_: str, agent: str, root: str, data: dict[str, Any]) -> None:
    await connection.execute(QUERIES.tell, type_, agent, root, msgspec.to_builtins(data))
