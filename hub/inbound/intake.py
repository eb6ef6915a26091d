"""Intake: deliveries become messages of customers, exactly once, many to a transaction.

Deliveries that wait at the same time share one transaction: a durable commit costs the same for one as for sixteen. One group follows
the other, so that each sender's messages keep their order; the channels take turns in it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

import asyncpg

from connectors.contract import Echo, Media, Message, Receipt, Typing
from hub.channels.model import Channel
from hub.channels.rules import Rule, choose_queue
from hub.inbound import words
from hub.inbound.group import Incoming, Prepared, StoredBlob, TakenMessage, take_group
from hub.inbound.line import Line
from hub.inbound.pictures import BEGINNING, picture_type
from hub.kernel.crash import crash_point
from hub.kernel.database import AGAIN, GONE, Database, DatabaseAway

log = logging.getLogger(__name__)

INLINE_BYTES = 16384
"""A raw body above this is a blob, never a column."""
TRIES = 6
WAITING = 2000
"""How many deliveries of one channel wait for their transaction at most: whoever brings more waits with them."""


class BlobStore(Protocol):
    """Keeps bytes under their SHA-256, on the disk before it answers."""

    async def put(self, source: bytes) -> StoredBlob: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one delivery."""

    messages: tuple[TakenMessage, ...] = ()
    problem: str = ""


class Intake:
    """Takes deliveries in. Open channels call `take`; `run` makes the transactions."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        *,
        group_size: int,
        reopen_hours: int,
        committed: Callable[[], None],
        on_typing: Callable[[Channel, Typing], None] = lambda _channel, _typing: None,
        arrived: Callable[[Iterable[UUID]], None] = lambda _channels: None,
        waits: Callable[[UUID], None] = lambda _channel: None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._group_size = group_size
        self._reopen_s = reopen_hours * 3600
        self._committed = committed
        self._on_typing = on_typing
        self._arrived = arrived
        self._waits = waits
        self._line = Line(WAITING)
        self.rules: tuple[Rule, ...] = ()

    async def take(self, incoming: Incoming) -> Taken:
        """Take one delivery in; returns after the commit. Raises what asyncpg raises when the database is away."""
        (taken,) = await self.take_all([incoming])
        return taken

    async def take_all(self, incomings: Sequence[Incoming]) -> list[Taken]:
        """Take several in, in this order and with as few commits as may be; otherwise as `take`."""
        together = [await self._prepare(incomings[0])] if len(incomings) == 1 else await asyncio.gather(*map(self._prepare, incomings))
        crash_point("intake.prepared")
        for one in together:
            await self._line.put(one)
        taken: list[Taken] = [await together[0].done] if len(together) == 1 else await asyncio.gather(*(one.done for one in together))
        for incoming in incomings:
            for event in incoming.events or ():
                if isinstance(event, Typing):
                    self._on_typing(incoming.channel, event)
        return taken

    async def run(self) -> None:
        """One transaction after the other, for ever: each takes whoever waits."""
        while True:
            await self._take_group(await self._line.group(self._group_size))

    async def _take_group(self, group: Sequence[Prepared]) -> None:
        """All in one transaction; when one of them breaks it, each alone, so that only that one is set aside."""
        try:
            results = await self._commit(group)
        except GONE as error:
            _fail(group, error)
        except Exception:
            for one in group:
                await self._take_alone(one)
        except BaseException:
            _fail(group, DatabaseAway("the hub is stopping"))
            raise
        else:
            self._settle(group, results)

    async def _take_alone(self, one: Prepared) -> None:
        """Again when two transactions met; what cannot be taken in is set aside with its bytes, so that its stream goes on."""
        for attempt in range(TRIES):
            try:
                results = await self._commit([one])
            except AGAIN:
                await asyncio.sleep(0.01 * 2**attempt)
            except GONE as error:
                return _fail([one], error)
            except Exception as error:
                if isinstance(error, asyncpg.UniqueViolationError) and attempt == 0:
                    continue  # another node has taken the same in at this very moment: now it is known
                if one.incoming.problem:
                    return _fail([one], error)
                _set_aside(one, error)
            else:
                return self._settle([one], results)
        return _fail([one], DatabaseAway("the database could not decide who was first"))

    def _settle(self, group: Sequence[Prepared], results: Sequence[Taken]) -> None:
        crash_point("intake.committed")
        for one, taken in zip(group, results, strict=True):
            if not one.done.done():
                one.done.set_result(taken)
        self._committed()
        self._arrived({one.incoming.channel.id for one in group})
        for channel in {one.incoming.channel.id for one in group if one.waits}:
            self._waits(channel)

    # ── One transaction ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _commit(self, group: Sequence[Prepared]) -> list[Taken]:
        messages = await take_group(self._database, group)
        return [Taken(tuple(messages[number]), one.incoming.problem) for number, one in enumerate(group)]

    # ── Before it ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _prepare(self, incoming: Incoming) -> Prepared:
        prepared = Prepared(incoming, asyncio.get_running_loop().create_future())
        if incoming.stored is None and len(incoming.delivery.body) > INLINE_BYTES:
            prepared.raw = await self._blobs.put(incoming.delivery.body)
            prepared.blobs[prepared.raw.sha256] = prepared.raw.size
        for event in incoming.events or ():
            if isinstance(event, Message):
                prepared.messages.append(await self._message(prepared, event))
            elif isinstance(event, Echo):
                files = await self._files(prepared, event.attachments)
                prepared.events.append({**words.event_row(incoming.channel, event), "id": str(uuid4()), "attachments": files})
            elif isinstance(event, Receipt) and event.peer is None:
                prepared.receipts.append(event)
            elif not isinstance(event, Typing):
                prepared.events.append(words.event_row(incoming.channel, event))
        return prepared

    async def _message(self, prepared: Prepared, message: Message) -> dict[str, Any]:
        channel, html = prepared.incoming.channel, None
        if message.html:
            stored = await self._blobs.put(message.html.encode())
            prepared.blobs[stored.sha256] = stored.size
            html = stored.sha256.hex()
        return {
            **words.message_row(channel, message),
            "html": html,
            "queue": self._queue(channel, message),
            "attachments": await self._files(prepared, message.attachments),
            "reopen_s": self._reopen_s,
        }

    def _queue(self, channel: Channel, message: Message) -> UUID:
        addresses = (message.sender.value, message.to)
        return choose_queue(channel, self.rules, f"{message.subject}\n{message.text}", message.language, addresses)

    async def _files(self, prepared: Prepared, files: Iterable[Media]) -> list[dict[str, Any]]:
        """What is given with the message is written now; what the provider still has is fetched once the message is there."""
        rows = []
        for media in files:
            row = words.file_row(prepared.incoming.channel, media)
            prepared.waits |= "source" in row
            if "source" not in row and not media.upload:
                stored = await self._blobs.put(media.data or b"")
                prepared.blobs[stored.sha256] = stored.size
                kind = picture_type((media.data or b"")[:BEGINNING], row["content_type"])
                row |= {"blob": stored.sha256.hex(), "size": stored.size, "content_type": kind}
            rows.append(row)
        return rows


def stream_of(incoming: Incoming) -> str:
    """What must stay in order with this: what came from the same sender; from the same channel, when nobody has read yet who sent it."""
    for event in incoming.events or ():
        if (peer := words.peer_of(event)) is not None:
            return f"{peer.kind} {peer.value}"
    return str(incoming.channel.id)


def _with_problem(incoming: Incoming, problem: str) -> Incoming:
    return Incoming(incoming.channel, incoming.delivery, (), problem[:500], incoming.stored, incoming.id)


def _set_aside(one: Prepared, error: Exception) -> None:
    log.error("a delivery of channel %s cannot be taken in; it is set aside", one.incoming.channel.id, exc_info=error)
    one.messages, one.receipts, one.events = [], [], []
    one.incoming = _with_problem(one.incoming, f"{type(error).__name__}: {error}")


def _fail(group: Sequence[Prepared], error: Exception) -> None:
    for one in group:
        if not one.done.done():
            one.done.set_exception(error)
