"""Carries out what colleagues do to messages that are there: each once more until the provider has taken or refused it."""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from connectors.contract import Action, Acts, Address
from connectors.errors import ConnectorError, Rejected, Unavailable
from hub.channels.fitting import without_secrets
from hub.channels.model import OpenChannel
from hub.kernel.database import AGAIN, GONE, Database, Record
from hub.outbound.fates import Fate, fate_of
from hub.outbound.sending import QUERIES, SEND_TIMEOUT_S

log = logging.getLogger(__name__)


class Deeds:
    """Does one action. Doing it twice does no more than once, so whatever is in doubt is done again."""

    def __init__(self, database: Database, timeout_s: float = SEND_TIMEOUT_S) -> None:
        self._database = database
        self._timeout_s = timeout_s

    async def do(self, channel: OpenChannel, token: int, row: Record) -> None:
        """Do it, and write down how it ended; when the database is away meanwhile it is begun anew."""
        error = await self._tried(channel, row)
        with suppress(*GONE, *AGAIN):
            if error is None:
                await self._database.value(QUERIES.settle_action, row["id"], token, "done", None, 0.0)
            else:
                await self._failed(channel, token, row, error)

    async def _tried(self, channel: OpenChannel, row: Record) -> ConnectorError | None:
        if not isinstance(channel.connector, Acts):
            return Rejected("this channel cannot do that", code="not_supported")
        if not row["targets"]:
            return Rejected("the message was never sent", code="not_sent")
        try:
            async with asyncio.timeout(self._timeout_s):
                for target in row["targets"] if row["kind"] == "delete" else row["targets"][:1]:
                    await channel.connector.act(_action(row, target))
        except TimeoutError:
            return Unavailable("no answer in time")
        except ConnectorError as error:
            return error
        except Exception as error:
            log.exception("channel %s: the connector broke", channel.channel.name)
            return Rejected(f"the connector broke: {error!r}", code="broken")
        return None

    async def _failed(self, channel: OpenChannel, token: int, row: Record, error: ConnectorError) -> None:
        hide = partial(without_secrets, channel=channel.channel)
        fate = fate_of(error, channel.manifest, row["attempts"], hide)
        if fate.what == "unknown":
            fate = fate_of(Unavailable(str(error)), channel.manifest, row["attempts"], hide)
        log.info("%s of message %s was not done: %s %s", row["kind"], row["message_id"], type(error).__name__, fate.error)
        if fate.what == "hold":
            await self._database.run(QUERIES.hold_only, channel.channel.id, fate.wait_s, fate.reason)
        await self._database.value(QUERIES.settle_action, row["id"], token, _state(fate), fate.error, fate.wait_s)


def _state(fate: Fate) -> str:
    return "failed" if fate.what == "failed" else "queued"


def _action(row: Record, target: str) -> Action:
    address = row["address"]
    to = Address(address["kind"], address["value"], address.get("name", ""), address.get("native") or row["last_native"])
    return Action(str(row["id"]), row["kind"], to, target, emoji=row["emoji"], text=row["text"], sender=row["last_to"])
