"""Writes in side conversations: the first words, the next ones; ends them, takes them up again or back."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID, uuid5

from hub.asides.model import NewAside, NewWords
from hub.asides.reading import QUERIES, Asides, Customers
from hub.conversations.model import NewMessage
from hub.errors import Conflict, Invalid, NotFound
from hub.kernel.database import Database, Record
from hub.kernel.refusals import settled
from hub.kernel.web import Principal


class Written(Protocol):
    """A message that stands. `fresh`: it was not there before."""

    @property
    def id(self) -> str: ...

    @property
    def fresh(self) -> bool: ...


class Writer(Protocol):
    """Writes replies and notes; each id once."""

    async def write(
        self, agent: str, customer: str, root: str | None, body: NewMessage, aside: Mapping[str, Any] | None = None
    ) -> Written: ...


class Asking:
    """What colleagues do with side conversations. Everything is looked up through the caller."""

    def __init__(self, database: Database, asides: Asides, customers: Customers, writer: Writer, committed: Callable[[], None]) -> None:
        self._database = database
        self._asides = asides
        self._customers = customers
        self._writer = writer
        self._committed = committed

    async def begin(self, who: Principal, topic: str, given: NewAside) -> tuple[str, bool]:
        """Ask somebody about a topic: the side conversation, and whether it is new. The same id and body again changes nothing.

        Raises NotFound; Invalid naming the field; Conflict as a reply does.
        """
        owner = await self._database.value(QUERIES.customer_of_topic, topic)
        if owner is None:
            raise NotFound("not_found", f"there is no topic {topic}")
        root = (await self._customers.customer_for(who, str(owner))).id
        await self._check(given)
        body = NewMessage(id=given.id, kind="note" if given.colleagues else "reply", text=given.text)
        body.attachments = await self._files(who.agent, root, given)
        opening: dict[str, Any] = {"aside": topic}
        if given.colleagues:
            body.mentions = given.colleagues
            opening |= {"colleagues": [one.lower() for one in given.colleagues], "subject": given.subject}
        else:
            body.channel, body.address, body.subject, body.signed = given.channel, given.address, given.subject, given.signed
        written = await self._writer.write(who.agent, f"aside of {topic}", root if given.colleagues else None, body, opening)
        return str(await self._database.value(QUERIES.of_message, written.id)), written.fresh

    async def go_on(self, who: Principal, aside: str, given: NewWords) -> Written:
        """Write the next words. Raises as `begin` does; Conflict `canceled` for one that was taken back."""
        place = await self._asides.place_for(who, aside)
        if place["state"] == "canceled":
            raise Conflict("canceled", "this was taken back before it left: begin another one")
        root = (await self._customers.customer_for(who, str(place["about"]))).id
        body = NewMessage(id=given.id, kind="note" if place["colleagues"] else "reply", text=given.text, topic=aside)
        body.attachments = await self._files(who.agent, root, given)
        if place["colleagues"]:
            others = {*place["colleagues"], place["agent_id"]}
            body.mentions = sorted(str(one) for one in others if str(one) != who.agent)
        else:
            _address(body, place, given)
        held_by = (await self._customers.customer_for(who, str(place["held_by"]))).id
        return await self._writer.write(who.agent, f"aside {aside}", held_by, body)

    async def settle(self, who: Principal, aside: str, *, done: bool) -> None:
        """End it, or take it up again. Raises NotFound, Conflict."""
        await self._asides.place_for(who, aside)
        await self._do(QUERIES.settle, aside, who.agent, done)

    async def cancel(self, who: Principal, aside: str) -> None:
        """Take it back before its first words leave. Raises NotFound, Conflict `already_sent`."""
        await self._asides.place_for(who, aside)
        await self._do(QUERIES.cancel, aside, who.agent)

    async def read(self, who: Principal, aside: str, number: int) -> None:
        """The caller has seen what was said up to this number. Raises NotFound."""
        await self._asides.place_for(who, aside)
        await self._do(QUERIES.read, aside, who.agent, number)

    async def _do(self, statement: str, *given: Any) -> None:
        await settled(lambda: self._database.value(statement, *given))
        self._committed()

    async def _check(self, given: NewAside) -> None:
        """Whom it goes to: one address outside, or colleagues."""
        if (given.address is None) == (not given.colleagues):
            told = "name either an address or colleagues"
            raise Invalid("invalid", f"address: {told}", fields={"address": told, "colleagues": told})
        if not given.subject.strip():
            raise Invalid("invalid", "subject: what is it about?", fields={"subject": "what is it about?"})
        rows = await self._database.rows(QUERIES.colleagues, given.colleagues) if given.colleagues else []
        if strangers := {one.lower() for one in given.colleagues} - {str(row["id"]) for row in rows}:
            told = f"nobody who may sign in is {', '.join(sorted(strangers))}"
            raise Invalid("invalid", f"colleagues: {told}", fields={"colleagues": told})

    async def _files(self, agent: str, root: str, given: NewWords) -> list[str]:
        """What was sent up, and copies of the files chosen from the matter: the same ids at every attempt, so that the body is the same."""
        if not given.files:
            return given.attachments
        copies = [str(uuid5(UUID(given.id), one.lower())) for one in given.files]
        family = await self._customers.family(root)
        found = await self._database.value(QUERIES.pass_on, given.files, copies, family, f"agent:{agent}")
        if found != len(set(copies)):
            told = "only files that are here, of this customer's conversation or of what was asked about it"
            raise Invalid("invalid", f"files: {told}", fields={"files": told})
        return [*given.attachments, *copies]


def _address(body: NewMessage, place: Record, given: NewWords) -> None:
    """By mail to whoever was asked, below what he or she wrote last."""
    body.channel, body.address, body.signed = str(place["channel_id"]), place["address"]["value"], given.signed
    body.reply_to = place["heard"] and str(place["heard"])
