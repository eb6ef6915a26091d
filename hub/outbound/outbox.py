"""The outbox of one channel: takes what is due, sends it, and writes down what became of it. The class of an error is the instruction."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from connectors.contract import Address, Media, Outgoing, Sent
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable
from hub.channels.model import OpenChannel
from hub.kernel.crash import crash_point
from hub.kernel.database import GONE, Database, Record, queries
from hub.kernel.lease import Lease
from hub.outbound.ladder import next_try

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

SLOW_POLL_S = 5.0
SEND_TIMEOUT_S = 90.0
AUTH_PAUSE_S = 60.0


class BlobReader(Protocol):
    """Gives bytes back by their SHA-256."""

    async def read(self, sha256: bytes) -> bytes: ...


class StateWriter(Protocol):
    """Writes down how a channel is."""

    async def __call__(self, channel: UUID, state: str, detail: str) -> None: ...


class Outbox:
    """Sends for the channels that this node holds. One `serve` per channel."""

    def __init__(self, database: Database, blobs: BlobReader, committed: Callable[[], None], set_state: StateWriter) -> None:
        self._database = database
        self._blobs = blobs
        self._committed = committed
        self._set_state = set_state
        self._bells: dict[UUID, asyncio.Event] = {}
        self._sending = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        """Wait until nothing is on its way out."""
        await self._idle.wait()

    def ring(self, channel: UUID) -> None:
        """Something was written for this channel."""
        if bell := self._bells.get(channel):
            bell.set()

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Send what is due, for ever, as long as this node has the channel."""
        bell = self._bells.setdefault(channel.channel.id, asyncio.Event())
        while True:
            token = await lease.held()
            try:
                await self._database.value(QUERIES.recover, channel.channel.id, token, channel.manifest.idempotent)
                await self._serve(channel, lease, token, bell)
            except GONE as error:
                log.warning("outbox of %s: the database is away (%r)", channel.channel.name, error)
                await asyncio.sleep(1)
            except asyncpg.PostgresError as error:
                if error.sqlstate != "HL001":
                    raise
                await lease.forget(token)

    async def _serve(self, channel: OpenChannel, lease: Lease, token: int, bell: asyncio.Event) -> None:
        while lease.token == token:
            bell.clear()
            due = await self._database.rows(QUERIES.claim, channel.channel.id, token, channel.manifest.concurrency)
            if due:
                self._committed()
                await self._send_all(channel, token, due)
            else:
                await self._rest(channel, bell)

    async def _send_all(self, channel: OpenChannel, token: int, due: Sequence[Record]) -> None:
        self._sending += len(due)
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as group:
                for row in due:
                    group.create_task(self._send(channel, token, row))
        finally:
            self._sending -= len(due)
            if not self._sending:
                self._idle.set()
        await self._database.run(QUERIES.touch_out, channel.channel.id)

    async def _rest(self, channel: OpenChannel, bell: asyncio.Event) -> None:
        due_in = await self._database.value(QUERIES.next_due, channel.channel.id)
        seconds = SLOW_POLL_S if due_in is None else min(max(due_in, 0.01), SLOW_POLL_S)
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return

    async def _send(self, channel: OpenChannel, token: int, row: Record) -> None:
        crash_point("outbox.claimed")
        try:
            outgoing = await self._outgoing(row)
            async with asyncio.timeout(SEND_TIMEOUT_S):
                sent = await channel.connector.send(outgoing)
        except TimeoutError:
            await self._failed(channel, token, row, Ambiguous("no answer in time"))
        except ConnectorError as error:
            await self._failed(channel, token, row, error)
        except Exception as error:
            log.exception("channel %s: the connector broke while sending", channel.channel.name)
            await self._failed(channel, token, row, Ambiguous(f"the connector broke: {error!r}"))
        else:
            crash_point("outbox.sent")
            await self._sent(token, row, sent)
        crash_point("outbox.settled")
        self._committed()

    async def _sent(self, token: int, row: Record, sent: Sent) -> None:
        error = (
            {"code": "partly_refused", "detail": ", ".join(f"{who}: {why}" for who, why in sent.refused.items())} if sent.refused else None
        )
        if not await self._surely(QUERIES.settle, row["message_id"], token, sent.state, sent.external_id or None, error):
            log.warning("message %s was sent under a lease that was lost meanwhile", row["message_id"])

    async def _failed(self, channel: OpenChannel, token: int, row: Record, error: ConnectorError) -> None:
        log.info("message %s was not sent: %r", row["message_id"], error)
        said = {"code": error.code, "detail": str(error)[:500]}
        if isinstance(error, Rejected):
            await self._settle(token, row, "failed", said)
        elif isinstance(error, Ambiguous):
            await self._ambiguous(channel, token, row, said)
        else:
            await self._later(channel, token, row, error, said)

    async def _ambiguous(self, channel: OpenChannel, token: int, row: Record, said: dict[str, str]) -> None:
        """It may have left: the same id again where that makes no second message; else only a receipt can tell."""
        wait = next_try(channel.manifest.kind, row["attempts"])
        if channel.manifest.idempotent and wait is not None:
            await self._surely(QUERIES.mark_unknown, row["message_id"], said)
            await self._surely(QUERIES.defer, row["message_id"], token, wait, said)
        else:
            await self._settle(token, row, "unknown", said)

    async def _later(self, channel: OpenChannel, token: int, row: Record, error: ConnectorError, said: dict[str, str]) -> None:
        wait = next_try(channel.manifest.kind, row["attempts"])
        if isinstance(error, RateLimited):
            wait = error.retry_after
        if isinstance(error, AuthFailed):
            wait = AUTH_PAUSE_S
            await self._set_state(channel.channel.id, "down", str(error)[:300])
        if wait is None:
            await self._settle(token, row, "failed", {"code": "gave_up", "detail": said["detail"]})
            return
        await self._surely(QUERIES.defer, row["message_id"], token, wait, said)
        if isinstance(error, Unavailable | AuthFailed) and isinstance(error, RateLimited | AuthFailed):
            await asyncio.sleep(min(wait, 30.0))

    async def _settle(self, token: int, row: Record, state: str, error: dict[str, str]) -> None:
        await self._surely(QUERIES.settle, row["message_id"], token, state, None, error)

    async def _surely(self, sql: str, *arguments: Any) -> Any:
        """Write down what is known of a message, however long the database is away: nobody else knows it. Twice does no harm."""
        while True:
            try:
                return await self._database.value(sql, *arguments)
            except GONE as error:
                log.warning("outbox: the database is away, the fate of a message waits for it (%r)", error)
                await asyncio.sleep(1)

    async def _outgoing(self, row: Record) -> Outgoing:
        request: dict[str, Any] = row["request"]
        before = tuple(reversed(row["before"]))
        address = row["address"]
        return Outgoing(
            id=str(row["message_id"]),
            to=Address(address["kind"], address["value"], address.get("name", "")),
            text=row["text"],
            html=(await self._blobs.read(row["html"])).decode() if row["html"] else "",
            subject=row["subject"] or _answer_subject(row["topic_subject"]),
            cc=tuple(request.get("cc", ())),
            bcc=tuple(request.get("bcc", ())),
            attachments=await self._files(row["attachments"]),
            topic=row["code"],
            answers=row["answers"] or (before[-1] if before else ""),
            references=before,
            author=row["author"] or "",
            attempt=row["attempts"],
            automatic=row["author_kind"] == "system",
        )

    async def _files(self, attachments: Sequence[dict[str, str]]) -> tuple[Media, ...]:
        files = []
        for one in attachments:
            data = await self._blobs.read(bytes.fromhex(one["blob"]))
            files.append(Media(one["name"], one["content_type"], data, content_id=one["content_id"]))
        return tuple(files)


def _answer_subject(subject: str) -> str:
    return subject if not subject or subject.casefold().startswith("re:") else f"Re: {subject}"
