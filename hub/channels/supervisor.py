"""Keeps the channels open: one task each, restarted alone with back-off when it dies; changes take effect without a restart."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg

from connectors.contract import Connector, Receives, Surroundings
from connectors.errors import AuthFailed
from connectors.registry import load
from connectors.settings import read_settings
from hub.channels.model import Channel, OpenChannel
from hub.kernel.database import GONE
from hub.kernel.lease import Lease, holding

log = logging.getLogger(__name__)

Duty = Callable[[OpenChannel, Lease], Awaitable[None]]
"""Something that is done for an open channel for ever: listening, reading what is stored, sending."""

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 60.0


class ChannelSupervisor:
    """All channels of this node."""

    def __init__(
        self,
        load_channels: Callable[[], Awaitable[Sequence[Channel]]],
        surroundings: Callable[[Channel], Surroundings],
        lease: Callable[[str], Lease],
        duties: Sequence[Duty],
        set_state: Callable[[UUID, str, str], Awaitable[None]],
    ) -> None:
        self._load = load_channels
        self._surroundings = surroundings
        self._lease = lease
        self._duties = duties
        self._set_state = set_state
        self._tasks: dict[UUID, tuple[Channel, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._open: dict[UUID, OpenChannel] = {}
        self.ready = asyncio.Event()

    @property
    def open(self) -> Mapping[UUID, OpenChannel]:
        """The channels that are open now."""
        return self._open

    def by_hook(self, hook: str) -> OpenChannel | None:
        """The open channel of a webhook address."""
        return next((one for one in self._open.values() if one.channel.hook == hook), None)

    def changed(self) -> None:
        """Channels were added, changed, switched on or off."""
        self._changed.set()

    async def run(self) -> None:
        """Keep the tasks in step with what is set up, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                await self._reconcile(group)
                self.ready.set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(30):
                        await self._changed.wait()

    async def _reconcile(self, group: asyncio.TaskGroup) -> None:
        try:
            wanted = {one.id: one for one in await self._load() if one.enabled}
        except GONE as error:
            log.warning("channels: the database is away, they stay as they are (%r)", error)
            return
        for id_, (known, task) in list(self._tasks.items()):
            if wanted.get(id_) != known:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                del self._tasks[id_]
        for id_, channel in wanted.items():
            if id_ not in self._tasks:
                opened = asyncio.Event()
                self._tasks[id_] = (channel, group.create_task(self._keep(channel, opened), name=f"channel {channel.name}"))
                await _briefly(opened)

    async def _keep(self, channel: Channel, opened: asyncio.Event) -> None:
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self._serve(channel, opened)
            except Exception as error:
                opened.set()
                log.exception("channel %s stopped; it starts again in %.0f s", channel.name, pause)
                state = "down" if isinstance(_first(error), AuthFailed) else "degraded"
                with suppress(*GONE, asyncpg.PostgresError):
                    await self._set_state(channel.id, state, str(_first(error))[:300])
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE_S)

    async def _serve(self, channel: Channel, opened: asyncio.Event) -> None:
        kind = load(channel.connector)
        connector: Connector = kind.build(read_settings(kind.settings, channel.settings), self._surroundings(channel))
        async with connector, holding(self._lease(f"channel:{channel.id}")) as lease:
            one = OpenChannel(channel, kind.manifest, connector, connector if isinstance(connector, Receives) else None)
            self._open[channel.id] = one
            opened.set()
            try:
                with suppress(*GONE):
                    await self._set_state(channel.id, "up", "")
                async with asyncio.TaskGroup() as group:
                    for duty in self._duties:
                        group.create_task(_named(duty, one, lease), name=f"{channel.name}: {getattr(duty, '__qualname__', duty)}")
            finally:
                self._open.pop(channel.id, None)


async def _named(duty: Duty, channel: OpenChannel, lease: Lease) -> None:
    await duty(channel, lease)


async def _briefly(opened: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await opened.wait()


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
