"""Invitations: a link that brings a known customer to another channel, and joins who follows it to that customer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from connectors.contract import Address, Connector, Invites
from connectors.errors import ConnectorError
from hub.customers.model import Invitation
from hub.customers.records import QUERIES
from hub.errors import Conflict, Invalid, Unavailable
from hub.kernel.database import Database

GOOD_FOR = timedelta(days=7)


class OpenChannel(Protocol):
    """A channel that is open on this node."""

    @property
    def connector(self) -> Connector: ...


OpenChannels = Callable[[], Mapping[UUID, OpenChannel]]


class Inviting:
    """Makes invitations. Roots are given by their ids, already looked up through the caller."""

    def __init__(self, database: Database, channels: OpenChannels, committed: Callable[[], None]) -> None:
        self._database = database
        self._channels = channels
        self._committed = committed

    async def invite(self, agent: str, root: str, channel: str) -> Invitation:
        """A link for one customer. Raises Invalid for no such open channel, Conflict for one that makes none, Unavailable."""
        connector = self._connector(channel)
        made, until = uuid4(), datetime.now(UTC).replace(microsecond=0) + GOOD_FOR
        try:
            link = await connector.invite(Address("invitation", str(made)), until.timestamp())
        except ConnectorError as error:
            raise Unavailable("provider_away", f"the provider did not make a link: {error}") from error
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.make_invitation, made, root, channel, agent, until)
            await connection.execute(QUERIES.tell_of_channel, "customer.invited", agent, root, channel, {"invitation": str(made)})
        self._committed()
        return Invitation(link=link, expires_at=until)

    def _connector(self, channel: str) -> Invites:
        open_ = self._channels().get(UUID(channel))
        if open_ is None:
            raise Invalid("invalid", "channel: there is no such open channel", fields={"channel": "there is no such open channel"})
        if not isinstance(open_.connector, Invites):
            raise Conflict("cannot_invite", "nobody can be invited to this channel by a link")
        return open_.connector
