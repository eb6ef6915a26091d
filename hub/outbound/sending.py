"""Sends one message, part by part, and writes down what became of each, however long the database is away meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from connectors.contract import Outgoing, Sent
from connectors.errors import Ambiguous, ConnectorError, Rejected
from hub.channels.fitting import without_secrets
from hub.channels.model import Channel, OpenChannel
from hub.kernel.blobs import BlobMissing
from hub.kernel.crash import crash_point
from hub.kernel.database import AGAIN, GONE, Database, Record, queries
from hub.outbound.bucket import Bucket
from hub.outbound.fates import Fate, fate_of
from hub.outbound.ladder import next_try
from hub.outbound.outgoing import Envelope, Part, contents, parts_of

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

SEND_TIMEOUT_S = 90.0
AGAIN_S = 0.02
"""After two transactions met."""


class BlobReader(Protocol):
    """Gives bytes back by their SHA-256."""

    async def read(self, sha256: bytes) -> bytes: ...


class StateWriter(Protocol):
    """Writes down how a channel is."""

    async def __call__(self, channel: UUID, state: str, detail: str) -> None: ...


class Links(Protocol):
    """Makes addresses under which a provider, or a customer, can fetch a file of ours, or say that he or she wants no more."""

    def address(self, file: str, now: float) -> str: ...

    def unsubscribe(self, message: str) -> str: ...


class Sending:
    """What one message's way out needs. `webhook`: the public address of a channel's webhook."""

    def __init__(
        self,
        database: Database,
        blobs: BlobReader,
        set_state: StateWriter,
        webhook: Callable[[Channel], str],
        links: Links,
        timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._set_state = set_state
        self._webhook = webhook
        self._links = links
        self._timeout_s = timeout_s

    async def send(self, channel: OpenChannel, token: int, row: Record, bucket: Bucket) -> bool:
        """Send what is left of a message; the bucket was asked for its first call. Whether all of it went."""
        crash_point("outbox.claimed")
        try:
            parts = await self._parts(channel, token, row)
        except ConnectorError as error:
            await self._failed(channel, token, row, 0, error)
            return False
        for number, part in enumerate(parts):
            if number:
                await bucket.turn()
            if not await self._send_part(channel, token, row, part):
                return False
        return True

    async def _parts(self, channel: OpenChannel, token: int, row: Record) -> list[Part]:
        """Those that wait; a message that has just been cut is written down first. Raises Rejected when the customer said stop."""
        if row["unwanted"]:
            raise Rejected("the customer does not want messages here any more", code="consent_withdrawn")
        now = datetime.now(UTC)
        envelope = Envelope(
            manifest=channel.manifest,
            now=now,
            webhook=self._webhook(channel.channel),
            link=lambda file: self._links.address(file, now.timestamp()),
            unsubscribe=self._links.unsubscribe(str(row["message_id"])),
        )
        html = (await self._read(row["html"])).decode() if row["html"] else ""
        parts = parts_of(row, html, envelope)
        if len(parts) > 1 and not row["parts"]:
            await self._surely(QUERIES.plan_parts, row["message_id"], token, contents(parts, row))
        return [part for part in parts if part.state in {"", "queued"}]

    async def _send_part(self, channel: OpenChannel, token: int, row: Record, part: Part) -> bool:
        outgoing = part.outgoing
        if outgoing.parts > 1 and not await self._surely(QUERIES.begin_part, row["message_id"], token, outgoing.part):
            return False
        try:
            whole = await self._with_bytes(outgoing, row["attachments"])
            async with asyncio.timeout(self._timeout_s):
                sent = await channel.connector.send(whole)
        except TimeoutError:
            error: ConnectorError = Ambiguous("no answer in time")
        except ConnectorError as refused:
            error = refused
        except Exception as broken:
            log.exception("channel %s: the connector broke while sending", channel.channel.name)
            error = Ambiguous(f"the connector broke: {broken!r}")
        else:
            crash_point("outbox.sent")
            await self._went(channel, token, row, outgoing.part, sent)
            crash_point("outbox.settled")
            return True
        await self._failed(channel, token, row, outgoing.part, error)
        crash_point("outbox.settled")
        return False

    async def _went(self, channel: OpenChannel, token: int, row: Record, part: int, sent: Sent) -> None:
        if sent.refused or sent.later or row["request"].get("only"):
            settled = await self._settle_several(token, row, sent, next_try(channel.manifest.kind, row["attempts"]))
        else:
            settled = await self._settle(row["message_id"], token, part, sent)
        if not settled:
            log.warning("message %s was sent under a lease that was lost meanwhile", row["message_id"])
        if sent.also:
            await self._surely(QUERIES.name_also, row["message_id"], part, list(sent.also))

    async def _settle_several(self, token: int, row: Record, sent: Sent, wait_s: float | None) -> bool:
        """Some of its recipients have it, others were refused, or are tried again alone after a while (None: no more)."""
        name, refused, later = sent.external_id or None, dict(sent.refused), dict(sent.later)
        return bool(await self._surely(QUERIES.settle_several, row["message_id"], token, name, refused, later, wait_s))

    async def _settle(self, message: UUID, token: int, part: int, sent: Sent) -> bool:
        """Whether it was still ours to settle. A provider that gives an id which another message has says nothing by it: this one has
        none then, and is known by our own."""
        try:
            return bool(await self._surely(QUERIES.settle, message, token, sent.state, sent.external_id or None, None, part))
        except asyncpg.UniqueViolationError:
            log.warning("message %s was sent; the provider's id of it is another message's", message)
            return bool(await self._surely(QUERIES.settle, message, token, sent.state, None, None, part))

    async def _failed(self, channel: OpenChannel, token: int, row: Record, part: int, error: ConnectorError) -> None:
        fate = fate_of(error, channel.manifest, row["attempts"], partial(without_secrets, channel=channel.channel))
        log.info("message %s was not sent: %s %s", row["message_id"], type(error).__name__, fate.error)
        if (rest := row["request"].get("only")) and fate.what != "hold":
            said = dict.fromkeys(rest, fate.error["detail"])
            await self._settle_several(token, row, Sent("", later=said), fate.wait_s if fate.what == "later" else None)
        elif fate.what in {"failed", "unknown"}:
            await self._surely(QUERIES.settle, row["message_id"], token, fate.what, None, fate.error, part)
        elif fate.what == "later":
            await self._defer(token, row, fate)
        else:
            await self._hold(channel, token, row, fate)

    async def _defer(self, token: int, row: Record, fate: Fate) -> None:
        """It may have left: the same id again makes no second message; meanwhile it stands as unknown."""
        if fate.doubtful:
            await self._surely(QUERIES.mark_unknown, row["message_id"], fate.error)
        await self._surely(QUERIES.defer, row["message_id"], token, fate.wait_s, fate.error)

    async def _hold(self, channel: OpenChannel, token: int, row: Record, fate: Fate) -> None:
        id_ = channel.channel.id
        await self._surely(QUERIES.hold, id_, row["message_id"], token, fate.wait_s, fate.reason, fate.error)
        if fate.reason == "auth":
            with suppress(*GONE, *AGAIN):
                await self._set_state(id_, "down", fate.error["detail"][:300])

    async def _surely(self, sql: str, *arguments: Any) -> Any:
        """Write down what is known of a message, however long the database is away, or lets another one go first: nobody else knows it.
        Twice does no harm."""
        while True:
            try:
                return await self._database.value(sql, *arguments)
            except AGAIN:
                await asyncio.sleep(AGAIN_S)
            except GONE as error:
                log.warning("outbox: the database is away, the fate of a message waits for it (%r)", error)
                await asyncio.sleep(1)

    async def _with_bytes(self, outgoing: Outgoing, attachments: Sequence[dict[str, Any]]) -> Outgoing:
        blobs = {one["id"]: bytes.fromhex(one["blob"]) for one in attachments}
        files = [replace(one, data=await self._read(blobs[one.reference]), reference="") for one in outgoing.attachments]
        return replace(outgoing, attachments=tuple(files))

    async def _read(self, sha256: bytes) -> bytes:
        try:
            return await self._blobs.read(sha256)
        except (BlobMissing, OSError) as error:
            raise Rejected(f"a file of this message is not in the store: {error}", code="file_lost") from error
