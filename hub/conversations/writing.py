"""Writes into a conversation: replies and notes (each id once), retry, take back, drafts, read marks."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import asyncpg
import msgspec

from connectors.manifest import Manifest
from hub.conversations.checks import File, Way, check_note, check_reply, check_time, check_way, choose_address, copies, refuse
from hub.conversations.mailing import Mailing, Signatures
from hub.conversations.model import AddressView, FirstMessage, GivenAddress, GivenTemplate, NewDraft, NewMessage
from hub.conversations.reading import QUERIES
from hub.errors import Conflict
from hub.kernel.blobs import Stored
from hub.kernel.crash import crash_point
from hub.kernel.database import Connection, Database
from hub.kernel.refusals import settled
from hub.kernel.shapes import UNDO_S, ChannelRef


class Reachable(Way, Protocol):
    """A way to answer, and the channel it is on."""

    @property
    def channel(self) -> ChannelRef: ...


class Customers(Protocol):
    """Knows families and the ways to answer them."""

    async def family(self, root: str) -> list[str]: ...

    async def reach(self, root: str) -> Sequence[Reachable]: ...


class Template(Protocol):
    """A template of a channel's."""

    @property
    def text(self) -> str: ...

    @property
    def variables(self) -> Sequence[str]: ...

    @property
    def state(self) -> str: ...


class Templates(Protocol):
    """Knows the templates of channels, and fills them in."""

    async def one(self, channel: str, name: str, language: str) -> Template | None: ...

    def filled(self, template: Any, given: Mapping[str, str]) -> str: ...


class BlobStore(Protocol):
    """Keeps bytes before the commit that names them."""

    async def put(self, source: bytes, limit: int | None = None) -> Stored: ...

    async def read(self, sha256: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Written:
    """A message that stands in the thread. `fresh`: it was not there before."""

    id: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class _Road:
    """How a reply travels."""

    channel: str
    address: AddressView
    manifest: Manifest
    html: Stored | None
    text: str
    subject: str
    inline: list[str]
    context: dict[str, Any]
    """What the message keeps beside its words: the whole text, what it passes on, that nobody had asked for it."""


class Writer:
    """Writes for colleagues. Roots are given by their ids, already looked up through the caller."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        customers: Customers,
        templates: Templates,
        signatures: Signatures,
        manifest: Callable[[str], Manifest],
        committed: Callable[[], None],
        on_read: Callable[[str, int], None] = lambda _root, _number: None,
        reopen_hours: int = 0,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._customers = customers
        self._reopen_s = reopen_hours * 3600
        self._templates = templates
        self._mailing = Mailing(database, blobs, signatures)
        self._manifest = manifest
        self._committed = committed
        self._on_read = on_read

    async def begin(self, agent: str, body: FirstMessage) -> Written:
        """Write to somebody first: to whoever has the address, who is made when nobody has. Raises as `write` does."""
        body.opens = True
        if isinstance(body.address, str) and body.name.strip():
            row = await self._database.row(QUERIES.channel, body.channel) if body.channel else None
            kind = self._manifest(row["connector"]).address if row else ""
            body.address = GivenAddress(kind=kind, value=body.address, name=body.name.strip())
        return await self.write(agent, "", None, body)

    async def write(self, agent: str, customer: str, root: str | None, body: NewMessage, aside: Mapping[str, Any] | None = None) -> Written:
        """Write a reply or a note. The same id and body again changes nothing.

        `customer` is the id that was asked for; without a root it goes to whoever has the address; `aside`: these are the first words of
        a side conversation, as `open_aside` takes them. Raises Invalid naming the field; Conflict `id_taken` for the same id with another
        body.
        """
        body.id = body.id.lower()
        digest = _digest(customer, body)
        known = await self._database.row(QUERIES.known, body.id)
        if known is not None:
            return _again(body.id, known["body_hash"] == digest)
        family = await self._customers.family(root) if root else []
        await self._check_links(body, family)
        road = None if body.kind == "note" else await self._road(agent, root, family, body)
        if road is None:
            check_note(body)
        topic = body.topic or await self._topic_named(body, family)
        request = _request(agent, root, topic, body, road, digest) | {"reopen_s": self._reopen_s, **(aside or {})}
        written = await settled(lambda: self._commit(request, road))
        crash_point("message.written")
        self._committed()
        return written

    async def retry(self, agent: str, message: str) -> None:
        """Send again what failed, or may not have left. Raises Conflict."""
        async with self._transaction() as connection:
            if not await connection.fetchval(QUERIES.retry, message, agent):
                raise Conflict("not_failed", "only a message that failed, or whose fate nobody knows, is sent again")

    async def cancel(self, agent: str, message: str) -> None:
        """Take a message back before it leaves. Raises Conflict."""
        async with self._transaction() as connection:
            if not await connection.fetchval(QUERIES.cancel, message, agent):
                raise Conflict("already_sent", "the message has left already, or is no reply that waits")

    async def reschedule(self, agent: str, message: str, send_at: datetime | None) -> None:
        """Another time for a message that waits for its time; None sends it now. Raises Invalid, Conflict."""
        if send_at is not None:
            check_time(send_at, datetime.now(UTC))
        async with self._transaction() as connection:
            if not await connection.fetchval(QUERIES.reschedule, message, agent, send_at):
                raise Conflict("already_sent", "the message has left already, or never waited for a time")

    async def keep_draft(self, agent: str, root: str, draft: NewDraft) -> None:
        """Keep what the agent has begun to write; an empty text removes it."""
        family = await self._customers.family(root)
        kept = bool(draft.text.strip())
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.drop_drafts, agent, family, root if kept else None)
            if kept:
                parts = (draft.kind, draft.text, draft.channel, draft.topic, draft.subject or "", draft.html)
                await connection.execute(QUERIES.keep_draft, agent, root, *parts)

    async def mark_read(self, agent: str, root: str, number: int) -> None:
        """The agent has seen everything up to this number; never backwards."""
        if await self._database.run(QUERIES.mark_read, agent, root, number):
            self._committed()
            self._on_read(root, number)

    async def _road(self, agent: str, root: str | None, family: Sequence[str], body: NewMessage) -> _Road:
        channel = await self._open_channel(body.channel)
        id_, manifest, now = str(channel["id"]), self._manifest(channel["connector"]), datetime.now(UTC)
        html = await self._mailing.read_html(body)
        check_reply(body, manifest, [*await self._files(agent, body.attachments), *await self._mailing.passed_on(body)], now)
        address = await self._address(root, id_, manifest, body, now)
        worded = await self._mailing.word(agent, id_, body, html, address, family)
        return _Road(
            channel=id_,
            address=address,
            manifest=manifest,
            html=await self._blobs.put(worded.html.encode()) if worded.html else None,
            text=await self._filled(id_, body.template) if body.template else body.text,
            subject=worded.subject,
            inline=worded.inline,
            context=worded.context,
        )

    async def _address(self, root: str | None, channel: str, manifest: Manifest, body: NewMessage, now: datetime) -> AddressView:
        """Where it goes, if the customer wants it and it may be written now."""
        ways = [way for way in await self._customers.reach(root) if way.channel.id == channel] if root else []
        address = choose_address(body.address, manifest, ways)
        if root is None and (behind := await self._database.value(QUERIES.root_behind, address.kind, address.value)):
            ways = [way for way in await self._customers.reach(str(behind)) if way.channel.id == channel]
        way = next((one for one in ways if one.address.value == address.value), None)
        check_way(way, manifest, body, now)
        return address

    async def _filled(self, channel: str, given: GivenTemplate) -> str:
        """What the customer will read: that stands in the thread."""
        template = await self._templates.one(channel, given.name, given.language)
        if template is None:
            raise refuse("template", f"this channel has no template {given.name} in {given.language}")
        if template.state != "approved":
            raise refuse("template", f"{given.name} is {template.state}; only an approved one can be sent")
        return self._templates.filled(template, given.variables)

    async def _open_channel(self, channel: str | None) -> asyncpg.Record:
        row = await self._database.row(QUERIES.channel, channel) if channel else None
        if row is None or not row["enabled"]:
            names = [one["name"] for one in await self._database.rows(QUERIES.open_channels)]
            problem = "is switched off" if row else "a reply needs one" if channel is None else "there is no such channel"
            raise refuse("channel", f"{problem}; open are {', '.join(names) or 'none'}")
        return row

    async def _files(self, agent: str, ids: Sequence[str]) -> list[File]:
        rows = await self._database.rows(QUERIES.sizes, list(ids), f"agent:{agent}") if ids else []
        if len(rows) != len(ids):
            raise refuse("attachments", "each must be uploaded by you, and sent only once")
        return [File(row["name"], row["size"], row["content_type"]) for row in rows]

    async def _check_links(self, body: NewMessage, family: Sequence[str]) -> None:
        if body.mentions:
            known = {str(row["id"]) for row in await self._database.rows(QUERIES.colleagues, body.mentions)}
            if strangers := [one for one in body.mentions if one.lower() not in known]:
                raise refuse("mentions", f"nobody here is {', '.join(strangers)}")
        named = {"reply_to": body.reply_to, "quote": body.quote, "forward": body.forward and body.forward.message}
        for field, message in named.items():
            if message and await self._topic_of(message, family) is None:
                raise refuse(field, "there is no such message in this conversation")

    async def _topic_named(self, body: NewMessage, family: Sequence[str]) -> str | None:
        """The topic of the message that is answered, or passed on."""
        message = body.forward.message if body.forward else body.reply_to
        return await self._topic_of(message, family) if message else None

    async def _topic_of(self, message: str, family: Sequence[str]) -> str | None:
        topic = await self._database.value(QUERIES.topic_of, message, list(family))
        return None if topic is None else str(topic)

    async def _commit(self, request: dict[str, Any], road: _Road | None) -> Written:
        try:
            async with self._database.transaction() as connection:
                if road and road.html:
                    await connection.execute(QUERIES.name_blob, road.html.sha256, road.html.size)
                row = await connection.fetchrow(QUERIES.write, request)
        except asyncpg.UniqueViolationError as error:
            raise _id_taken(request["id"]) from error
        except asyncpg.PostgresError as error:
            raise _understood(error, request["id"]) from error
        assert row is not None
        return Written(str(row["message"]), row["fresh"])

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self._database.transaction() as connection:
            yield connection
        self._committed()


def _request(agent: str, root: str | None, topic: str | None, body: NewMessage, road: _Road | None, digest: bytes) -> dict[str, Any]:
    """What the database's `write_message` takes."""
    aside = {"cc": copies("cc", body.cc), "bcc": copies("bcc", body.bcc)}
    rich = {"choices": msgspec.to_builtins(body.choices), "template": msgspec.to_builtins(body.template)}
    context = {**aside, **rich, **(road.context if road else {}), "mentions": [one.lower() for one in body.mentions]}
    return {
        "id": body.id,
        "customer": root,
        "direction": "out" if road else "note",
        "channel": road.channel if road else None,
        "address": msgspec.to_builtins(road.address) if road else None,
        "topic": topic,
        "subject": road.subject if road else "",
        "text": road.text if road else body.text,
        "html": road.html.sha256.hex() if road and road.html else None,
        "attachments": [one.lower() for one in body.attachments],
        "uploader": f"agent:{agent}",
        "author_kind": "human",
        "author": agent,
        "reply_to": body.reply_to,
        "send_at": body.send_at and body.send_at.isoformat(),
        "context": {key: value for key, value in context.items() if value},
        "body_hash": digest.hex(),
        "request": aside,
        "undo_s": UNDO_S if road and road.manifest.slow else 0,
        "inline": road.inline if road else [],
        **({"opens": True} if body.opens else {}),
    }


def _digest(customer: str, body: NewMessage) -> bytes:
    """The same question has the same digest; the customer who was asked for is part of it."""
    return hashlib.sha256(customer.encode() + msgspec.json.encode(body)).digest()


def _again(id_: str, same: bool) -> Written:
    if not same:
        raise _id_taken(id_)
    return Written(id_, fresh=False)


def _id_taken(id_: str) -> Conflict:
    return Conflict("id_taken", f"a message {id_} was written before, with another body")


def _understood(error: asyncpg.PostgresError, id_: str) -> Exception:
    """The refusals of `write_message` that have a better word here; everything else as it is."""
    if error.sqlstate == "HL409":
        return _id_taken(id_)
    if error.sqlstate == "HL422":
        return refuse(getattr(error, "hint", None) or "attachments", str(error.args[0]))
    return error
