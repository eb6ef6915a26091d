"""HTTP: the customer's record."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hub.customers.changing import Changer
from hub.customers.finding import Finder
from hub.customers.inviting import Inviting, OpenChannels
from hub.customers.model import (
    Agreed,
    Changes,
    Commitment,
    Commitments,
    Customer,
    Done,
    FoundPage,
    Invitation,
    Invited,
    Joined,
    Other,
    Parted,
    Search,
    Tags,
    TagSearch,
    TimelinePage,
    ToldAddress,
    Whose,
)
from hub.customers.records import QUERIES, Records, commitment_view
from hub.errors import Invalid
from hub.kernel.database import Database
from hub.kernel.shapes import ThreadEvent
from hub.kernel.web import Answer, Call, Page, Route, delete, get, patch, post, put

CONSENT = "/identities/{identity}/consents/{channel}"


class Timeline(Protocol):
    """Reads the ledger for people."""

    async def newest(self, family: Sequence[str], before: int | None, limit: int) -> list[ThreadEvent]: ...


class CustomersApi:
    """Routes of customers. Each looks the customer up through the caller first."""

    def __init__(
        self, database: Database, records: Records, timeline: Timeline, channels: OpenChannels, committed: Callable[[], None]
    ) -> None:
        self._database = database
        self._records = records
        self._timeline = timeline
        self._inviting = Inviting(database, channels, committed)
        self._finder = Finder(database)
        self._changer = Changer(database, committed)

    def routes(self) -> list[Route]:
        """All routes of this room."""
        read, write, join = "customer.read", "customer.write", "customer.join"
        one = "/customers/{id}"
        return [
            get("/customers", self.search, needs=read, query=Search, answers={200: FoundPage}),
            get(one, self.read, needs=read, answers={200: Customer}),
            patch(one, self.change, needs=write, body=Changes, answers={200: Customer}),
            put(one + "/tags/{tag}", self.add_tag, needs=write, answers={200: Tags}),
            delete(one + "/tags/{tag}", self.remove_tag, needs=write, answers={200: Tags}),
            get("/tags", self.tags, needs=read, query=TagSearch, answers={200: Tags}),
            post(one + "/identities", self.add_identity, needs=write, body=ToldAddress, answers={201: Customer}),
            delete(one + "/identities/{identity}", self.remove_identity, needs=write, answers={200: Customer}),
            put(one + CONSENT, self.record_consent, needs=write, body=Agreed, answers={200: Customer}),
            delete(one + CONSENT, self.take_consent_back, needs=write, answers={200: Customer}),
            post(one + "/invitations", self.invite, needs=write, body=Invited, answers={201: Invitation}),
            post(one + "/joins", self.join, needs=join, body=Other, answers={201: Joined}),
            delete("/joins/{id}", self.part, needs=join, answers={200: Parted}),
            post(one + "/distinct", self.set_distinct, needs=join, body=Other, answers={204: None}),
            get(one + "/timeline", self.timeline, needs=read, query=Page, answers={200: TimelinePage}),
            get("/commitments", self.commitments, needs=read, query=Whose, answers={200: Commitments}),
            put("/commitments/{id}", self.keep_commitment, needs=write, body=Done, answers={200: Commitment}),
        ]

    async def search(self, call: Call) -> FoundPage:
        """Find customers by name, address or tracking code; the newest activity first when nothing is asked."""
        return await self._finder.find(call.query.q, call.query.after, call.query.limit)

    async def read(self, call: Call) -> Customer:
        """The whole record of a customer; any member of a family answers with its root's."""
        return await self._records.read(call.who, call.id())

    async def change(self, call: Call) -> Customer:
        """Change name, language or fields."""
        root = await self._root(call)
        await self._changer.change(call.who.agent, root, call.body)
        return await self._records.read(call.who, root)

    async def add_tag(self, call: Call) -> Tags:
        """Put a tag on a customer."""
        root = await self._root(call)
        await self._changer.add_tag(call.who.agent, root, call.text("tag"))
        return await self._tags_of(root)

    async def remove_tag(self, call: Call) -> Tags:
        """Take a tag off a customer."""
        root = await self._root(call)
        await self._changer.remove_tag(call.who.agent, root, call.text("tag"))
        return await self._tags_of(root)

    async def tags(self, call: Call) -> Tags:
        """Tags in use that begin with some letters, the most used first."""
        text = call.query.q.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return Tags(tags=[row["tag"] for row in await self._database.rows(QUERIES.tags_like, f"{text}%")])

    async def add_identity(self, call: Call) -> Answer:
        """Add an address that the customer told; 409 names the customer it belongs to when that is somebody else."""
        root = await self._root(call)
        await self._changer.add_identity(call.who.agent, root, call.body.kind, call.body.value)
        return Answer(201, await self._records.read(call.who, root))

    async def remove_identity(self, call: Call) -> Customer:
        """Take back an address that was only told and never used."""
        root = await self._root(call)
        await self._changer.remove_identity(call.who.agent, root, call.id("identity"))
        return await self._records.read(call.who, root)

    async def record_consent(self, call: Call) -> Customer:
        """Write down how a customer agreed to be written to at an address of his on a channel.

        409 `consent_withdrawn` when he said no to us there: only he can change that.
        """
        root, channel = await self._root(call), call.id("channel")
        await self._check_way(root, call.id("identity"), channel)
        await self._changer.record_consent(call.who.agent, root, call.id("identity"), channel, call.body.how)
        return await self._records.read(call.who, root)

    async def take_consent_back(self, call: Call) -> Customer:
        """Take back a consent that a colleague had written down."""
        root = await self._root(call)
        await self._changer.take_consent_back(call.who.agent, root, call.id("identity"), call.id("channel"))
        return await self._records.read(call.who, root)

    async def invite(self, call: Call) -> Answer:
        """Make a link to a channel for this customer, good once and for seven days: whoever follows it is joined to him.

        409 `cannot_invite` where the channel makes no such links.
        """
        return Answer(201, await self._inviting.invite(call.who.agent, await self._root(call), call.body.channel))

    async def join(self, call: Call) -> Answer:
        """Join another customer to this one. Nothing is merged: it can be undone."""
        root = await self._root(call)
        other = await self._records.customer_for(call.who, call.body.customer)
        made = await self._changer.join(call.who.agent, root, other.id)
        return Answer(201, Joined(join=made, customer=await self._records.read(call.who, root)))

    async def part(self, call: Call) -> Parted:
        """Undo a join: each customer has his own messages again."""
        await self._records.join_for(call.who, call.id())
        return Parted(customers=await self._changer.part(call.who.agent, call.id()))

    async def set_distinct(self, call: Call) -> None:
        """Say that two customers are not the same person: never suggested again."""
        root = await self._root(call)
        other = await self._records.customer_for(call.who, call.body.customer)
        await self._changer.set_distinct(call.who.agent, root, other.id)

    async def timeline(self, call: Call) -> TimelinePage:
        """Everything that happened with a customer, newest first."""
        before, limit = _position(call.query.after), call.query.limit
        family = await self._records.family(await self._root(call))
        events = await self._timeline.newest(family, before, limit + 1)
        more = str(events[limit - 1].position) if len(events) > limit else None
        return TimelinePage(items=events[:limit], next=more)

    async def commitments(self, call: Call) -> Commitments:
        """Promises that are still to be kept, the next due first."""
        whose = call.who.agent if call.query.mine else None
        return Commitments(items=[commitment_view(row) for row in await self._database.rows(QUERIES.open_commitments, whose)])

    async def keep_commitment(self, call: Call) -> Commitment:
        """Mark a promise as kept, or not."""
        await self._records.commitment_for(call.who, call.id())
        return await self._changer.keep_commitment(call.who.agent, call.id(), call.body.done)

    async def _check_way(self, root: str, identity: str, channel: str) -> None:
        """Whether a channel reaches an address. Raises Invalid, NotFound."""
        address = await self._records.address(root, identity)
        if not any(way.channel.id == channel and way.address == address for way in await self._records.reach(root)):
            raise Invalid("invalid", "channel: does not reach this address", fields={"channel": "does not reach this address"})

    async def _root(self, call: Call) -> str:
        return (await self._records.customer_for(call.who, call.id())).id

    async def _tags_of(self, root: str) -> Tags:
        family = await self._records.family(root)
        return Tags(tags=[row["tag"] for row in await self._database.rows(QUERIES.tags, family)])


def _position(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdecimal() and len(after) <= 18):
        raise Invalid("invalid", "after: pass what `next` said", fields={"after": "pass what `next` said"})
    return int(after)
