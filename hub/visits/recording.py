"""Writes a visit down: as a delivery of the counter's channel, through the same inbox as everything else."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

import msgspec

from connectors.contract import Delivery
from hub.channels.model import OpenChannel
from hub.errors import HubError, Invalid
from hub.inbound.group import Incoming
from hub.inbound.inbox import read
from hub.inbound.intake import Taken
from hub.kernel.database import Database, queries
from hub.kernel.web import Principal
from hub.visits.model import NewPersonVisit, RecordedVisit, VisitInput

QUERIES = queries(__package__)
COUNTER = "counter"


class Takes(Protocol):
    """Takes a delivery in; see `hub.inbound.intake`."""

    async def take(self, incoming: Incoming) -> Taken: ...


class Assigns(Protocol):
    """Puts work into somebody's hands; see `hub.work.moves`."""

    async def assign(self, who: Principal, work: str, agent: str) -> None: ...


class Visits:
    """What came over the counter."""

    def __init__(self, database: Database, intake: Takes, moves: Assigns, channels: Callable[[], Mapping[UUID, OpenChannel]]) -> None:
        self._database = database
        self._intake = intake
        self._moves = moves
        self._channels = channels

    async def record(self, who: Principal, customer: str | None, said: VisitInput) -> tuple[RecordedVisit, bool]:
        """Write it down, and whether that is new. `customer`: whose, None for somebody new. Raises Invalid naming the field."""
        channel, person = self._counter(said.channel), customer or said.id.lower()
        if not said.text.strip() and not said.attachments:
            raise Invalid("invalid", "a visit has a text or a file", fields={"text": "write what it was about, or add a scan"})
        files = await self._files(who, channel.channel.id, said, person)
        if customer:
            await self._database.run(QUERIES.know_person, customer)
        taken = await self._intake.take(read(channel, Delivery("visit", said.id.lower(), _body(who, said, person, files))))
        if not taken.messages:
            raise Invalid("unreadable", taken.problem or "it was written down already, and lies in the quarantine")
        (message,) = taken.messages
        work = str(message.work) if message.work else await self._database.value(QUERIES.work_of, message.topic)
        recorded = RecordedVisit(customer=str(message.root), message=str(message.id), topic=str(message.topic), work=work)
        if said.mine and work:
            await self._take_charge(who, recorded, work)
        return recorded, message.fresh

    def _counter(self, wanted: str | None) -> OpenChannel:
        open_ = {str(id_): one for id_, one in self._channels().items() if one.channel.connector == COUNTER}
        if wanted is not None and wanted.lower() in open_:
            return open_[wanted.lower()]
        if wanted is None and len(open_) == 1:
            return next(iter(open_.values()))
        names = ", ".join(f"{one.channel.name} ({id_})" for id_, one in open_.items())
        said = f"name one of the counters: {names}" if names else "no counter is open: an admin adds the channel Counter"
        raise Invalid("no_counter", said, fields={"channel": said})

    async def _files(self, who: Principal, channel: UUID, said: VisitInput, person: str) -> list[dict[str, Any]]:
        """The scans, which belong to this visit from now on. Raises Invalid when one is not the caller's."""
        if not said.attachments:
            return []
        ids = [one.lower() for one in said.attachments]
        rows = await self._database.rows(QUERIES.claim_files, ids, f"agent:{who.agent}", f"visitor:{person}")
        known = rows or await self._database.rows(QUERIES.files_of, channel, said.id.lower())
        found = {row["id"]: dict(row) for row in known}
        if missing := [one for one in ids if one not in found]:
            wrong = f"not a file of yours that waits for a message: {', '.join(missing)}"
            raise Invalid("invalid", wrong, fields={"attachments": wrong})
        return [found[one] for one in ids]

    async def _take_charge(self, who: Principal, recorded: RecordedVisit, work: str) -> None:
        """It is written down in any case; whoever is away, or does not serve the queue, leaves the work there."""
        try:
            await self._moves.assign(who, work, who.agent)
            recorded.mine = True
        except HubError as error:
            recorded.why = error.code


def _body(who: Principal, said: VisitInput, person: str, files: list[dict[str, Any]]) -> bytes:
    new = {"name": said.name, "phone": said.phone, "email": said.email} if isinstance(said, NewPersonVisit) else {}
    return msgspec.json.encode(
        {
            "id": said.id.lower(),
            "kind": said.kind,
            "person": {"value": person, "name": new.get("name", "")},
            "by": {"id": who.agent, "name": who.name},
            "text": said.text,
            "at": said.at and said.at.timestamp(),
            "claims": {name: value for name, value in new.items() if value},
            "attachments": files,
        }
    )
