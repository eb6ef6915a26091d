"""Where channels are kept: the database, and a sealed copy beside it for the day it is away."""

import logging
import secrets as random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from connectors.registry import load
from connectors.settings import secret_names
from hub.channels.fitting import changed, differences, fit, with_generated
from hub.channels.model import Channel
from hub.channels.rules import Rule
from hub.errors import Conflict, Invalid, NotFound
from hub.kernel.database import Connection, Database, Record, queries
from hub.kernel.secrets import Secrets

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

NAME_LENGTH = 100


class ChannelStore:
    """Reads and writes channels; secrets leave it only opened, for connectors, or sealed, for the disk. `actor` None: the command line."""

    def __init__(self, database: Database, secrets: Secrets, copy: Path) -> None:
        self._database = database
        self._secrets = secrets
        self._copy = copy

    # ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def all(self) -> list[Channel]:
        """Every channel; archived ones are switched off. What was read is copied, sealed, for a start without a database."""
        channels = [self._open(row) for row in await self._database.rows(QUERIES.channels)]
        self._remember(channels)
        return channels

    async def one(self, id_: UUID) -> Channel:
        """One channel, archived or not. Raises NotFound."""
        return self._open(_there(await self._database.row(QUERIES.channel, id_)))

    def remembered(self) -> list[Channel]:
        """The channels of the sealed copy; empty when there never was one."""
        try:
            sealed = self._copy.read_bytes()
        except FileNotFoundError:
            return []
        return msgspec.convert(self._secrets.open(sealed, "channels")["channels"], type=list[Channel])

    async def rules(self) -> tuple[Rule, ...]:
        """The queue rules in order."""
        return tuple(
            Rule(row["queue_id"], row["channel_id"], row["language"], tuple(row["words"] or ()), row["address"], row["id"])
            for row in await self._database.rows(QUERIES.rules)
        )

    # ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def add(
        self,
        connector: str,
        name: str,
        given: Mapping[str, Any],
        *,
        queue: UUID | None = None,
        brand: UUID | None = None,
        enabled: bool = True,
        actor: UUID | None = None,
    ) -> Channel:
        """Set up a channel; secrets that the hub makes are made. Raises UnknownConnector, InvalidSettings, Invalid."""
        kind = load(connector)
        values, nobody = with_generated(kind.settings, given), UUID(int=0)
        channel = Channel(uuid4(), connector, kind.manifest.kind, _named(name), _hook(), nobody, nobody, enabled, values)
        fit(channel)
        channel = replace(channel, queue=await self._queue(queue), brand=await self._brand(brand))
        public, sealed = self._parted(channel)
        async with self._database.transaction() as connection:
            await connection.execute(
                QUERIES.add_channel,
                channel.id,
                channel.brand,
                channel.queue,
                connector,
                channel.kind,
                channel.name,
                channel.hook,
                public,
                sealed,
                enabled,
            )
            await _tell(connection, "channel.created", channel.id, actor, {"connector": connector})
        return channel

    async def change(
        self,
        id_: UUID,
        *,
        name: str | None = None,
        queue: UUID | None = None,
        settings: Mapping[str, Any] | None = None,
        actor: UUID | None = None,
    ) -> Channel:
        """Change what is given; of the settings null takes one back to its default. Raises NotFound, InvalidSettings, Invalid."""
        if queue is not None:
            await self._queue(queue)
        async with self._database.transaction() as connection:
            before = await self._locked(connection, id_)
            after = changed(before, None if name is None else _named(name), queue, settings)
            if settings is not None:
                fit(after)
            public, sealed = self._parted(after)
            await connection.execute(QUERIES.change_channel, id_, after.name, after.queue, public, sealed)
            if told := differences(before, after):
                await _tell(connection, "channel.changed", id_, actor, {"fields": told})
        return after

    async def rotate(self, id_: UUID, secret: str, *, actor: UUID | None = None) -> str:
        """Make a new value for a secret that is the hub's to make; returns it. Raises NotFound, Invalid."""
        async with self._database.transaction() as connection:
            before = await self._locked(connection, id_)
            made = with_generated(load(before.connector).settings, {**before.settings, secret: ""}).get(secret)
            if not made:
                raise Invalid("cannot_rotate", f"{secret} is no secret that the hub makes", fields={"secret": "is not made by the hub"})
            after = changed(before, None, None, {secret: made})
            public, sealed = self._parted(after)
            await connection.execute(QUERIES.change_channel, id_, after.name, after.queue, public, sealed)
            await _tell(connection, "channel.changed", id_, actor, {"rotated": secret})
        return str(made)

    async def rotate_address(self, id_: UUID, *, actor: UUID | None = None) -> Channel:
        """A new webhook address (a chat bubble's key); the old one is answered for 24 h. Raises NotFound."""
        async with self._database.transaction() as connection:
            await self._locked(connection, id_)
            await connection.execute(QUERIES.change_hook, id_, _hook())
            await _tell(connection, "channel.changed", id_, actor, {"rotated": "address"})
        return await self.one(id_)

    async def enable(self, id_: UUID, on: bool, actor: UUID | None = None) -> Channel:
        """Switch a channel on or off. Raises NotFound, Conflict when it is archived."""
        async with self._database.transaction() as connection:
            row = _there(await connection.fetchrow(QUERIES.lock_channel, id_))
            if row["archived_at"] is not None and on:
                raise Conflict("archived", "the channel is archived: restore it first")
            if row["enabled"] is not on:
                await connection.execute(QUERIES.enable, id_, on)
                await _tell(connection, "channel.changed", id_, actor, {"enabled": on})
        return await self.one(id_)

    async def archive(self, id_: UUID, archived: bool, actor: UUID | None = None) -> None:
        """Take a channel off the lists, or put it back (switched off). Its messages stay. Raises NotFound."""
        async with self._database.transaction() as connection:
            await self._locked(connection, id_)
            if (await connection.execute(QUERIES.archive, id_, archived)) != "UPDATE 0":
                await _tell(connection, "channel.changed", id_, actor, {"archived": archived})

    async def tell(self, type_: str, id_: UUID, actor: UUID | None, data: Mapping[str, Any]) -> None:
        """Write down that something was done with a channel that changes no row."""
        async with self._database.transaction() as connection:
            await _tell(connection, type_, id_, actor, data)

    # ── In and out of a row ─────────────────────────────────────────────────────────────────────────────────────────

    async def _locked(self, connection: Connection, id_: UUID) -> Channel:
        return self._open(_there(await connection.fetchrow(QUERIES.lock_channel, id_)))

    async def _queue(self, queue: UUID | None) -> UUID:
        found: UUID | None = queue or await self._database.value(QUERIES.first_queue)
        if found is None:
            raise Invalid("no_queue", "a channel needs a queue to lead to: make one first, with `hilo queue add`")
        if queue and not await self._database.value(QUERIES.has_queue, queue):
            raise Invalid("invalid", "queue: there is no such queue", fields={"queue": "there is no such queue"})
        return found

    async def _brand(self, brand: UUID | None) -> UUID:
        found: UUID | None = brand or await self._database.value(QUERIES.first_brand)
        if found is None:
            raise Invalid("no_brand", "a channel needs a company's name to speak for: make the first queue, with `hilo queue add`")
        if brand and not await self._database.value(QUERIES.has_brand, brand):
            raise Invalid("invalid", "brand: there is no such brand", fields={"brand": "there is no such brand"})
        return found

    def _parted(self, channel: Channel) -> tuple[dict[str, Any], bytes]:
        """The settings that anybody may read from the row, and the others, sealed."""
        hidden = secret_names(load(channel.connector).settings)
        public = {key: value for key, value in channel.settings.items() if key not in hidden}
        return public, self._secrets.seal({key: value for key, value in channel.settings.items() if key in hidden}, _place(channel.id))

    def _open(self, row: Record) -> Channel:
        hidden = self._secrets.open(row["secrets"], _place(row["id"])) if row["secrets"] else {}
        return Channel(
            row["id"],
            row["connector"],
            row["kind"],
            row["name"],
            row["hook"],
            row["queue_id"],
            row["brand_id"],
            row["enabled"],
            {**row["settings"], **hidden},
            row["old_hook"],
            row["old_hook_until"],
        )

    def _remember(self, channels: list[Channel]) -> None:
        sealed = self._secrets.seal({"channels": msgspec.to_builtins(channels)}, "channels")
        partial = self._copy.with_suffix(".new")
        partial.write_bytes(sealed)
        partial.replace(self._copy)


async def _tell(connection: Connection, type_: str, id_: UUID, actor: UUID | None, data: Mapping[str, Any]) -> None:
    await connection.execute(QUERIES.tell_channel_changed, type_, "human" if actor else "system", actor, id_, data)


def _there(row: Record | None) -> Record:
    if row is None:
        raise NotFound("not_found", "there is no such channel")
    return row


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        said = f"from 1 to {NAME_LENGTH} printable characters"
        raise Invalid("invalid", f"name: {said}", fields={"name": said})
    return name


def _hook() -> str:
    return random.token_urlsafe(12)


def _place(id_: UUID) -> str:
    return f"channel:{id_}"
