"""Quarantine: what could not be read, with its raw bytes; looked at, replayed after a mend, or dropped."""

from collections.abc import Mapping
from uuid import UUID

from connectors.contract import Delivery, Event
from connectors.errors import MalformedPayload
from hub.channels.model import OpenChannel
from hub.errors import Conflict, NotFound
from hub.inbound.duties import BlobReader, Parser
from hub.inbound.group import QUERIES, Incoming
from hub.inbound.intake import Intake
from hub.kernel.blobs import BlobMissing
from hub.kernel.database import Database, Record


class Quarantine:
    """Deliveries that were set aside."""

    def __init__(
        self, database: Database, intake: Intake, blobs: BlobReader, parse: Parser, open_channels: Mapping[UUID, OpenChannel]
    ) -> None:
        self._database = database
        self._intake = intake
        self._blobs = blobs
        self._parse = parse
        self._open = open_channels

    async def page(self, before: str | None, limit: int, channel: str | None = None) -> list[Record]:
        """The newest first, of one channel or of all."""
        return await self._database.rows(QUERIES.quarantine, UUID(before) if before else None, limit, UUID(channel) if channel else None)

    async def raw(self, id_: str) -> bytes:
        """The bytes as they came. Raises NotFound, Conflict."""
        return await self._body(await self._one(id_))

    async def replay(self, id_: str) -> str:
        """Read it again; returns what is still wrong, empty when it went well. Raises NotFound, Conflict."""
        row = await self._one(id_)
        channel = self._open.get(row["channel_id"])
        if channel is None:
            raise Conflict("channel_closed", "its channel is not open; enable it first")
        delivery = Delivery(row["kind"], row["external_id"], await self._body(row), row["headers"])
        problem = ""
        events: tuple[Event, ...] = ()
        try:
            events = tuple(await self._parse(channel.channel, delivery))
        except MalformedPayload as error:
            problem = str(error) or "cannot be read"
        taken = await self._intake.take(Incoming(channel.channel, delivery, events, problem[:500], row["id"]))
        return taken.problem

    async def drop(self, id_: str) -> None:
        """It is nothing: keep it no longer in the list. Raises NotFound."""
        row = await self._one(id_)
        await self._database.run(QUERIES.drop_delivery, row["id"])

    async def _one(self, id_: str) -> Record:
        row = await self._database.row(QUERIES.one_delivery, UUID(id_))
        if row is None or row["state"] != "quarantined":
            raise NotFound("not_found", "there is no such delivery in quarantine")
        return row

    async def _body(self, row: Record) -> bytes:
        if row["body"] is not None:
            return bytes(row["body"])
        try:
            return await self._blobs.read(row["blob"])
        except BlobMissing as error:
            raise Conflict("bytes_missing", f"its bytes are not there: {error}; restore the folder of files, or drop it") from error
