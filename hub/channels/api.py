"""HTTP: channels as colleagues see them, and their administration."""

import asyncio
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal, Protocol
from uuid import UUID, uuid4

from msgspec import UNSET

from connectors.manifest import InvalidManifest
from connectors.registry import UnknownConnector, load
from connectors.settings import InvalidSettings, generated_names
from hub.channels import gallery
from hub.channels.checking import Checking
from hub.channels.fitting import amended, with_generated
from hub.channels.model import Channel
from hub.channels.ordering import RuleBook
from hub.channels.reading import ChannelReading
from hub.channels.shapes import (
    Archived,
    ChannelChange,
    ChannelDetail,
    ChannelList,
    Draft,
    Gallery,
    Guide,
    MadeChannel,
    NewAddress,
    NewChannel,
    Opening,
    Passages,
    RuleList,
    RulesInput,
    SecretName,
    Steps,
    Trial,
    Verdict,
)
from hub.channels.store import ChannelStore
from hub.errors import Conflict, Invalid
from hub.kernel.web import Answer, Call, Input, Page, Route, get, patch, post, put

MANAGE = "channel.manage"
OPENING_S = 5.0


class Openings(Protocol):
    """Opens channels on this node."""

    def changed(self) -> None: ...

    async def opened(self, channel: Channel) -> str: ...

    async def closed(self, id_: UUID) -> None: ...


class Language(Input):
    """In which language."""

    lang: Literal["es", "en"] = "en"


class ChannelsApi:
    """Routes of channels."""

    def __init__(self, store: ChannelStore, reading: ChannelReading, checking: Checking, openings: Openings) -> None:
        self._store = store
        self._reading = reading
        self._checking = checking
        self._openings = openings

    def routes(self) -> list[Route]:
        """All routes of this room."""
        detail, one = {200: ChannelDetail}, "/channels/{id}"
        return [
            get("/channels", self.all, needs="channel.read", query=Archived, answers={200: ChannelList}),
            post("/channels", self.add, needs=MANAGE, body=NewChannel, answers={201: MadeChannel}),
            post("/channels/check", self.check_draft, needs=MANAGE, body=Draft, answers={200: Steps}),
            get(one, self.one, needs=MANAGE, answers=detail),
            patch(one, self.change, needs=MANAGE, body=ChannelChange, answers=detail),
            post(f"{one}/rotate", self.rotate, needs=MANAGE, body=SecretName, answers={200: MadeChannel}),
            post(f"{one}/rotate-address", self.rotate_address, needs=MANAGE, answers={200: NewAddress}),
            post(f"{one}/check", self.check, needs=MANAGE, answers={200: Steps}),
            post(f"{one}/enable", self.enable, needs=MANAGE, answers={200: Opening}),
            post(f"{one}/disable", self.disable, needs=MANAGE, answers=detail),
            post(f"{one}/install", self.install, needs=MANAGE, answers={200: Steps}),
            post(f"{one}/uninstall", self.uninstall, needs=MANAGE, answers={200: Steps}),
            post(f"{one}/archive", self.archive, needs=MANAGE, answers=detail),
            post(f"{one}/restore", self.restore, needs=MANAGE, answers=detail),
            get(f"{one}/events", self.passages, needs=MANAGE, query=Page, answers={200: Passages}),
        ]

    # ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def all(self, call: Call) -> ChannelList:
        """Every channel with its state, its limits and what waits on it.

        `webhook` is null for those who do not administer channels. `archived=true` lists those too that are off the lists.
        """
        administers = call.who.may(MANAGE)
        return ChannelList(items=await self._reading.views(archived=call.query.archived and administers, administers=administers))

    async def one(self, call: Call) -> ChannelDetail:
        """One channel with its settings; of its secrets only which are set."""
        return await self._detail(call)

    async def passages(self, call: Call) -> Passages:
        """What came in and went out on it, newest first: messages, and deliveries that made none.

        A delivery that is `quarantined` can be looked at and replayed under its id.
        """
        return await self._reading.passages(UUID(call.id()), call.query.after, call.query.limit)

    # ── Setting up ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def add(self, call: Call) -> Answer:
        """Set a channel up, switched off. Secrets that the hub makes are in this answer and in no other.

        422 `invalid_settings`: `fields` says of each setting what is wrong, in the caller's language.
        """
        new: NewChannel = call.body
        queue, brand = _optional_id("queue", new.queue), _optional_id("brand", new.brand)
        with _refusals(call):
            channel = await self._store.add(
                new.connector, new.name, new.settings, queue=queue, brand=brand, enabled=False, actor=_actor(call)
            )
            made = {name: channel.settings[name] for name in _generated(channel) if not new.settings.get(name)}
        return Answer(201, MadeChannel(channel=await self._reading.detail(channel.id, call.who.locale), generated=made))

    async def change(self, call: Call) -> ChannelDetail:
        """Change name, queue or settings; an open channel is opened anew with them.

        A setting that is absent stays, null takes it back to its default. 422 `invalid_settings` as when it is set up; and naming the
        secrets that have to be given again, when an address to which they go is another one.
        """
        given: ChannelChange = call.body
        with _refusals(call):
            await self._store.change(
                UUID(call.id()),
                name=None if given.name is UNSET else given.name,
                queue=None if given.queue is UNSET else _optional_id("queue", given.queue),
                settings=None if given.settings is UNSET else given.settings,
                actor=_actor(call),
            )
        self._openings.changed()
        return await self._detail(call)

    async def rotate(self, call: Call) -> MadeChannel:
        """Make a new value for a secret that the hub makes. It is in this answer and in no other; the old one is void at once."""
        name = call.body.secret
        with _refusals(call):
            made = await self._store.rotate(UUID(call.id()), name, actor=_actor(call))
        self._openings.changed()
        return MadeChannel(channel=await self._detail(call), generated={name: made})

    async def rotate_address(self, call: Call) -> NewAddress:
        """Give it a new webhook address; the old one is answered for 24 hours.

        Where the webhook can be set at the provider's from here, that is done: `steps` says how it went.
        """
        with _refusals(call):
            channel = await self._store.rotate_address(UUID(call.id()), actor=_actor(call))
            self._openings.changed()
            steps = (await self._checking.install(channel)).steps if channel.enabled and self._checking.installs(channel) else []
        return NewAddress(channel=await self._detail(call), steps=steps)

    # ── Trying, switching ───────────────────────────────────────────────────────────────────────────────────────────

    async def check_draft(self, call: Call) -> Steps:
        """Try settings out before they are kept; nothing reaches a customer. Secrets left out are those of `channel`.

        422 `invalid_settings` names the secrets to give again when an address is another than that of `channel`.
        """
        draft: Draft = call.body
        with _refusals(call):
            return await self._checking.check(await self._drafted(draft))

    async def check(self, call: Call) -> Steps:
        """Try a channel out as it is set up; nothing reaches a customer."""
        with _refusals(call):
            return await self._checking.check(await self._store.one(UUID(call.id())))

    async def enable(self, call: Call) -> Opening:
        """Switch it on; the answer comes when it is open, or after five seconds at most with the reason why it is not."""
        channel = await self._store.enable(UUID(call.id()), True, _actor(call))
        self._openings.changed()
        problem: str | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENING_S):
                problem = await self._openings.opened(channel)
        said = "it is still being opened: its tile will say how it went" if problem is None else problem
        return Opening(channel=await self._detail(call), open=not said, problem=said)

    async def disable(self, call: Call) -> ChannelDetail:
        """Switch it off; what is queued stays queued."""
        await self._store.enable(UUID(call.id()), False, _actor(call))
        await self._closed(UUID(call.id()))
        return await self._detail(call)

    async def install(self, call: Call) -> Steps:
        """Set the provider's webhook to this channel's address. 409 `cannot_install` where that has to be done at the provider's."""
        return await self._at_provider(call, "channel.installed")

    async def uninstall(self, call: Call) -> Steps:
        """Take the provider's webhook away."""
        return await self._at_provider(call, "channel.uninstalled")

    async def archive(self, call: Call) -> ChannelDetail:
        """Switch it off and take it off the lists. It is never deleted: its messages stay."""
        return await self._shelve(call, True)

    async def restore(self, call: Call) -> ChannelDetail:
        """Put an archived channel back on the lists, switched off."""
        return await self._shelve(call, False)

    async def _shelve(self, call: Call, archived: bool) -> ChannelDetail:
        await self._store.archive(UUID(call.id()), archived, _actor(call))
        await self._closed(UUID(call.id()))
        return await self._detail(call)

    async def _closed(self, id_: UUID) -> None:
        """Until this node has let go of it: whoever shares its address is then alone with it."""
        self._openings.changed()
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENING_S):
                await self._openings.closed(id_)

    async def _at_provider(self, call: Call, type_: str) -> Steps:
        with _refusals(call):
            channel = await self._store.one(UUID(call.id()))
            act = self._checking.install if type_ == "channel.installed" else self._checking.uninstall
            steps = await act(channel)
        await self._store.tell(type_, channel.id, _actor(call), {"ok": steps.ok})
        return steps

    async def _drafted(self, draft: Draft) -> Channel:
        """A channel that is not kept, to try out."""
        if draft.channel is not None:
            known = await self._store.one(_id("channel", draft.channel))
            if known.connector != draft.connector:
                raise Invalid("invalid", "channel: is of another kind", fields={"channel": "is of another kind"})
            return dataclasses.replace(known, settings=amended(known, draft.settings))
        settings, nobody = with_generated(load(draft.connector).settings, draft.settings), UUID(int=0)
        return Channel(uuid4(), draft.connector, "", draft.connector, "draft", nobody, nobody, False, settings)

    async def _detail(self, call: Call) -> ChannelDetail:
        return await self._reading.detail(UUID(call.id()), call.who.locale)


class GalleryApi:
    """Routes of the kinds of channel."""

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return [
            get("/connectors", self.all, needs=MANAGE, answers={200: Gallery}),
            get("/connectors/{id}/guide", self.guide, needs=MANAGE, query=Language, answers={200: Guide}),
        ]

    async def all(self, _call: Call) -> Gallery:
        """Every kind of channel that can be set up, with its form."""
        return await asyncio.to_thread(gallery.gallery)

    async def guide(self, call: Call) -> Guide:
        """How to get what its form asks for, step by step: sanitised HTML."""
        return await asyncio.to_thread(gallery.guide, call.text("id"), call.query.lang)


class RulesApi:
    """Routes of the queue rules."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return [
            get("/queue-rules", self.all, needs=MANAGE, answers={200: RuleList}),
            put("/queue-rules", self.write, needs=MANAGE, body=RulesInput, answers={200: RuleList}),
            post("/queue-rules/try", self.try_one, needs=MANAGE, body=Trial, answers={200: Verdict}),
        ]

    async def all(self, _call: Call) -> RuleList:
        """Which queue takes what: the first rule that fits wins, else the channel's own queue."""
        return await self._book.all()

    async def write(self, call: Call) -> RuleList:
        """Put these rules, in this order, in the place of all. 422 names the line and its field, and says in the caller's language why."""
        return await self._book.write(call.body.items, _actor(call), call.who.locale)

    async def try_one(self, call: Call) -> Verdict:
        """Which rule a message would meet, and in which queue it would wait."""
        return await self._book.try_one(call.body)


@contextmanager
def _refusals(call: Call) -> Iterator[None]:
    """What connectors say about settings, as answers."""
    try:
        yield
    except InvalidSettings as error:
        raise Invalid("invalid_settings", str(error), fields=error.said_in(call.who.locale)) from None
    except UnknownConnector as error:
        raise Invalid("unknown_connector", str(error), fields={"connector": "is not installed"}) from None
    except (InvalidManifest, ImportError) as error:
        raise Conflict("connector_broken", f"the connector cannot be used: {error}") from error


def _generated(channel: Channel) -> frozenset[str]:
    return generated_names(load(channel.connector).settings)


def _actor(call: Call) -> UUID:
    return UUID(call.who.agent)


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("invalid", f"{name}: is not an id", fields={name: "is not an id"}) from None


def _optional_id(name: str, text: Any) -> UUID | None:
    return None if text is None else _id(name, text)
