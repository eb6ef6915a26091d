"""Where channels are kept: the database, and a sealed copy beside it for the day it is away."""

import logging
import secrets as random
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from connectors.registry import load
from connectors.settings import read_settings, secret_names
from hub.channels.model import Channel, Rule
from hub.errors import Invalid
from hub.kernel.database import Database, Record, queries
from hub.kernel.secrets import Secrets

log = logging.getLogger(__name__)
QUERIES = queries(__package__)


class ChannelStore:
    """Reads and writes channels; secrets leave it only opened, for connectors, or sealed, for the disk."""

    def __init__(self, database: Database, secrets: Secrets, copy: Path) -> None:
        self._database = database
        self._secrets = secrets
        self._copy = copy

    async def all(self) -> list[Channel]:
        """Every channel. What was read is copied, sealed, for a start without a database."""
        channels = [self._open(row) for row in await self._database.rows(QUERIES.channels)]
        self._remember(channels)
        return channels

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
            Rule(row["queue_id"], row["channel_id"], row["language"], tuple(word.casefold() for word in row["words"] or ()))
            for row in await self._database.rows(QUERIES.rules)
        )

    async def add(
        self,
        connector: str,
        name: str,
        given: Mapping[str, Any],
        *,
        queue: UUID | None = None,
        enabled: bool = True,
        actor: UUID | None = None,
    ) -> Channel:
        """Set up a channel. Raises UnknownConnector, InvalidSettings."""
        kind = load(connector)
        read_settings(kind.settings, given)
        hidden = secret_names(kind.settings)
        id_ = uuid4()
        brand = await self._database.value(QUERIES.first_brand)
        queue = queue or await self._database.value(QUERIES.first_queue)
        if queue is None or brand is None:
            raise Invalid("no_queue", "a channel needs a queue to lead to: make one first, with `hilo queue add`")
        public = {key: value for key, value in given.items() if key not in hidden}
        sealed = self._secrets.seal({key: value for key, value in given.items() if key in hidden}, _place(id_))
        channel = Channel(id_, connector, kind.manifest.kind, name, random.token_urlsafe(12), queue, brand, enabled, given)
        async with self._database.transaction() as connection:
            await connection.execute(
                QUERIES.add_channel, id_, brand, queue, connector, channel.kind, name, channel.hook, public, sealed, enabled
            )
            await connection.execute(
                QUERIES.tell_channel_changed, "channel.created", "human" if actor else "system", actor, id_, {"connector": connector}
            )
        return channel

    async def enable(self, id_: UUID, on: bool, actor: UUID | None = None) -> None:
        """Switch a channel on or off."""
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.enable, id_, on)
            await connection.execute(
                QUERIES.tell_channel_changed, "channel.changed", "human" if actor else "system", actor, id_, {"enabled": on}
            )

    def _open(self, row: Record) -> Channel:
        hidden = self._secrets.open(row["secrets"], _place(row["id"])) if row["secrets"] else {}
        settings = {**row["settings"], **hidden}
        return Channel(
            row["id"], row["connector"], row["kind"], row["name"], row["hook"], row["queue_id"], row["brand_id"], row["enabled"], settings
        )

    def _remember(self, channels: list[Channel]) -> None:
        sealed = self._secrets.seal({"channels": msgspec.to_builtins(channels)}, "channels")
        partial = self._copy.with_suffix(".new")
        partial.write_bytes(sealed)
        partial.replace(self._copy)


def _place(id_: UUID) -> str:
    return f"channel:{id_}"
