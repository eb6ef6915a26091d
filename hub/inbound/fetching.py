"""Files that are still with the provider: fetched one by one under the channel's lease, until they are here or are known to be lost."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import asyncpg

from connectors.contract import Fetches, Media
from connectors.egress import FILE_LIMIT
from connectors.errors import ConnectorError, RateLimited, Rejected, Unavailable
from hub.channels.model import OpenChannel
from hub.inbound.group import QUERIES
from hub.inbound.pictures import BEGINNING, picture_type
from hub.kernel.blobs import BlobTooLarge, Stored
from hub.kernel.crash import crash_point
from hub.kernel.database import GONE, Database, Record
from hub.kernel.lease import Lease

log = logging.getLogger(__name__)

AT_ONCE = 4
FETCH_S = 120.0
SLOW_POLL_S = 30.0
LADDER_S = (2, 10, 30, 120, 600, 1800, 3600, 7200, 21600)
"""When it is tried again after each failure that may pass; after the last step the file has failed, and a colleague may ask again."""


class BlobWriter(Protocol):
    """Keeps bytes under their SHA-256, on the disk before it answers."""

    async def put(self, source: AsyncIterator[bytes], limit: int | None = None) -> Stored: ...


class Fetching:
    """Fetches for the channels that this node holds. One `serve` per channel."""

    def __init__(self, database: Database, blobs: BlobWriter, committed: Callable[[], None]) -> None:
        self._database = database
        self._blobs = blobs
        self._committed = committed
        self._bells: dict[UUID, asyncio.Event] = {}

    def ring(self, channel: UUID) -> None:
        """A file of this channel is to be fetched."""
        if bell := self._bells.get(channel):
            bell.set()

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Fetch what is due, for ever, as long as this node has the channel."""
        bell = self._bells.setdefault(channel.channel.id, asyncio.Event())
        while True:
            token = await lease.held()
            round_ = _Round(channel, token, bell)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(AT_ONCE):
                        group.create_task(self._work(round_, lease))
            except* GONE as errors:
                log.warning("files of %s: the database or the disk is away (%r)", channel.channel.name, errors.exceptions[0])
                await asyncio.sleep(1)
            except* asyncpg.PostgresError as errors:
                if any(getattr(one, "sqlstate", "") != "HL001" for one in errors.exceptions):
                    raise
                await lease.forget(token)

    async def _work(self, round_: "_Round", lease: Lease) -> None:
        while lease.token == round_.token:
            row = await self._next(round_)
            if row is not None:
                try:
                    await self._fetch(round_, row)
                finally:
                    round_.busy.discard(row["id"])

    async def _next(self, round_: "_Round") -> Record | None:
        """The next file that is due; None after having waited a while. One at a time looks, so that no two take the same."""
        async with round_.door:
            round_.bell.clear()
            row = await self._database.row(QUERIES.next_file, str(round_.channel.channel.id), list(round_.busy))
            if row is not None and row["due_in"] <= 0:
                round_.busy.add(row["id"])
                return row
            with suppress(TimeoutError):
                async with asyncio.timeout(SLOW_POLL_S if row is None else min(row["due_in"], SLOW_POLL_S)):
                    await round_.bell.wait()
            return None

    async def _fetch(self, round_: "_Round", row: Record) -> None:
        try:
            stored, kind = await self._bring(round_.channel, row)
        except BlobTooLarge:
            await self._fail(round_, row, "too_large")
        except Rejected as error:
            await self._fail(round_, row, error.code)
        except (ConnectorError, TimeoutError) as error:
            await self._later(round_, row, error)
        except GONE:
            raise
        except Exception as error:
            log.exception("files of %s: the connector broke", round_.channel.channel.name)
            await self._later(round_, row, error)
        else:
            crash_point("media.fetched")
            await self._settle(round_, row, stored, kind, "")

    async def _bring(self, channel: OpenChannel, row: Record) -> tuple[Stored, str]:
        """Into the blob store; what kind of picture it is, its bytes say. Raises as `fetch` does, and BlobTooLarge."""
        connector = channel.connector
        if not isinstance(connector, Fetches):
            raise Rejected("this channel's files cannot be fetched", code="not_supported")
        beginning = bytearray()
        async with asyncio.timeout(FETCH_S), connector.fetch(media_of(row)) as pieces:
            stored = await self._blobs.put(_noting(pieces, beginning), FILE_LIMIT)
        return stored, picture_type(bytes(beginning), row["content_type"])

    async def _later(self, round_: "_Round", row: Record, error: Exception) -> None:
        """The provider is away, or asks for patience, which is no failure."""
        if isinstance(error, RateLimited):
            await self._database.run(QUERIES.defer_file, row["id"], float(error.retry_after), 0)
        elif row["attempts"] < len(LADDER_S):
            await self._database.run(QUERIES.defer_file, row["id"], float(LADDER_S[row["attempts"]]), 1)
        else:
            await self._fail(round_, row, "unavailable")
        round_.bell.set()  # whoever waits for the next one that is due looks again

    async def _fail(self, round_: "_Round", row: Record, problem: str) -> None:
        log.info("files of %s: a file cannot be fetched (%s)", round_.channel.channel.name, problem)
        await self._settle(round_, row, None, None, problem)

    async def _settle(self, round_: "_Round", row: Record, stored: Stored | None, kind: str | None, problem: str) -> None:
        sha256, size = (stored.sha256, stored.size) if stored else (None, None)
        await self._database.value(QUERIES.settle_file, row["id"], round_.token, sha256, size, kind, problem)
        self._committed()


class _Round:
    """One stretch under one token: which files are in hand."""

    def __init__(self, channel: OpenChannel, token: int, bell: asyncio.Event) -> None:
        self.channel = channel
        self.token = token
        self.bell = bell
        self.door = asyncio.Lock()
        self.busy: set[UUID] = set()


def media_of(row: Record) -> Media:
    """What the connector said of the file when it came."""
    source = row["source"]
    return Media(
        name=source.get("name", ""),
        content_type=source.get("content_type", ""),
        url=source.get("url"),
        reference=source.get("reference", ""),
        size=source.get("size", 0),
        kind=row["kind"],
    )


async def _noting(pieces: AsyncIterator[bytes], beginning: bytearray) -> AsyncIterator[bytes]:
    """The same pieces; the first bytes are kept aside."""
    try:
        async for piece in pieces:
            if len(beginning) < BEGINNING:
                beginning += piece[:BEGINNING]
            yield piece
    except OSError as error:
        raise Unavailable(f"the file broke off: {error!r}") from error
