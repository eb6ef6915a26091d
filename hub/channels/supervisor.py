"""Keeps the channels open: one task each, restarted alone with back-off when it dies; changes take effect without a restart."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from connectors.contract import Receives, Surroundings
from connectors.errors import AuthFailed, ConnectorError
from connectors.registry import manifest
from hub.channels.fitting import UNFIT, built, without_secrets
from hub.channels.model import Channel, OpenChannel
from hub.channels.sharing import hearing
from hub.errors import Unavailable
from hub.kernel.database import GONE
from hub.kernel.lease import Lease, holding

log = logging.getLogger(__name__)

Duty = Callable[[OpenChannel, Lease], Awaitable[None]]
"""Something that is done for an open channel for ever: listening, reading what is stored, sending."""

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 60.0
OPENING_S = 30.0
"""A connector that is not open after this is taken to hang."""
FIRST_OPENING_S = 5.0
"""For so long a start waits for the channels."""


@dataclass(slots=True, eq=False)
class Running:
    """A channel that is switched on, and how its opening went."""

    channel: Channel
    task: "asyncio.Task[None] | None" = None
    outcome: str | None = None
    """None: it is being opened; empty: it is open; else why it is not."""


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
        self._running: dict[UUID, Running] = {}
        self._ending: dict[UUID, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._moved = asyncio.Condition()
        self._open: dict[UUID, OpenChannel] = {}
        self._reachable: dict[UUID, OpenChannel] = {}
        self._known: Sequence[Channel] = ()
        self._loaded = False
        self.ready = asyncio.Event()

    @property
    def open(self) -> Mapping[UUID, OpenChannel]:
        """The channels that are open now."""
        return self._open

    @property
    def reachable(self) -> Mapping[UUID, OpenChannel]:
        """The channels that can take deliveries in and read them: also those whose provider cannot be reached at the moment."""
        return self._reachable

    @property
    def known(self) -> Sequence[Channel]:
        """All channels that there are, also those that are switched off."""
        return self._known

    def at_hook(self, hook: str) -> list[OpenChannel]:
        """The channels that hear what comes to a webhook address, its own first; none when there is no such address.

        Raises Unavailable when one of them is not ready, or may still come.
        """
        hearers = [one.id for one in hearing(hook, self._known) if one.id in self._running]
        found = [self._reachable[id_] for id_ in hearers if id_ in self._reachable]
        opening = any(self._running[id_].outcome is None for id_ in hearers if id_ not in self._reachable)
        if opening or (not found and (hearers or not self._loaded)):
            raise Unavailable("channel_down", "this channel cannot take anything at the moment; try again later")
        return found

    def changed(self) -> None:
        """Channels were added, changed, switched on or off."""
        self._changed.set()

    async def opened(self, channel: Channel) -> str:
        """Wait until a channel has been opened as it is set up now; empty when it is open, else why it is not."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._outcome(channel) is not None)
        return self._outcome(channel) or ""

    async def closed(self, id_: UUID) -> None:
        """Wait until it is known here that a channel was switched off."""
        async with self._moved:
            await self._moved.wait_for(lambda: not any(one.id == id_ and one.enabled for one in self._known))

    def _outcome(self, channel: Channel) -> str | None:
        running = self._running.get(channel.id)
        return running.outcome if running is not None and running.channel == channel else None

    async def run(self) -> None:
        """Keep the tasks in step with what is set up, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                await self._reconcile(group)
                if not self.ready.is_set():
                    await self._first_opening()
                    self.ready.set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(30):
                        await self._changed.wait()

    async def _reconcile(self, group: asyncio.TaskGroup) -> None:
        try:
            self._known = await self._load()
        except GONE as error:
            log.warning("channels: the database is away, they stay as they are (%r)", error)
            return
        self._loaded, wanted = True, {one.id: one for one in self._known if one.enabled}
        self._ending = {id_: task for id_, task in self._ending.items() if not task.done()}
        for id_, running in list(self._running.items()):
            if wanted.get(id_) != running.channel:
                self._end(id_, running)
        for id_, channel in wanted.items():
            if id_ not in self._running:
                running = self._running[id_] = Running(channel)
                running.task = group.create_task(self._keep(running, self._ending.pop(id_, None)), name=f"channel {channel.name}")
        async with self._moved:
            self._moved.notify_all()

    def _end(self, id_: UUID, running: Running) -> None:
        """Close it without waiting: one that does not let go keeps only its own successor waiting."""
        del self._running[id_]
        self._reachable.pop(id_, None)
        if running.task is not None:
            running.task.cancel()
            self._ending[id_] = running.task

    async def _first_opening(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_OPENING_S), self._moved:
                await self._moved.wait_for(lambda: all(one.outcome is not None for one in self._running.values()))

    # ── One channel ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep(self, running: Running, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait({before})
        pause, clock = FIRST_PAUSE_S, asyncio.get_running_loop().time
        while self._running.get(running.channel.id) is running:
            began = clock()
            try:
                await self._serve(running)
            except Exception as error:
                if self._running.get(running.channel.id) is not running:
                    return  # it only closed badly
                pause = FIRST_PAUSE_S if clock() - began > LAST_PAUSE_S else pause
                pause = LAST_PAUSE_S if isinstance(_cause(error), AuthFailed) else pause
                await self._failed(running, _cause(error), pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE_S)

    async def _serve(self, running: Running) -> None:
        channel = running.channel
        connector = built(channel, self._surroundings(channel))
        receives = connector if isinstance(connector, Receives) else None
        one = self._reachable[channel.id] = OpenChannel(channel, manifest(channel.connector), connector, receives)
        async with asyncio.timeout(OPENING_S) as opening, connector:
            opening.reschedule(None)
            async with holding(self._lease(f"channel:{channel.id}")) as lease:
                await self._work(running, one, lease)

    async def _work(self, running: Running, one: OpenChannel, lease: Lease) -> None:
        self._open[one.channel.id] = one
        try:
            await self._tell(running, "")
            with suppress(*GONE):
                await self._set_state(one.channel.id, "up", "")
            async with asyncio.TaskGroup() as group:
                for duty in self._duties:
                    group.create_task(_named(duty, one, lease), name=f"{one.channel.name}: {getattr(duty, '__qualname__', duty)}")
        finally:
            if self._open.get(one.channel.id) is one:
                del self._open[one.channel.id]

    async def _failed(self, running: Running, error: BaseException, pause: float) -> None:
        """It broke: said in the log and on its tile. It is down when nothing but somebody's hand will help, or nothing has for a minute."""
        channel = running.channel
        said = without_secrets(str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__), channel)[
            :300
        ]
        if isinstance(error, (ConnectorError, *UNFIT)):
            log.warning("channel %s stopped, it starts again in %.0f s: %s: %s", channel.name, pause, type(error).__name__, said)
        else:
            told = without_secrets("".join(traceback.format_exception(error)), channel)
            log.error("channel %s broke, it starts again in %.0f s\n%s", channel.name, pause, told)
        await self._tell(running, said)
        down = isinstance(error, (AuthFailed, *UNFIT)) or pause >= LAST_PAUSE_S
        with suppress(*GONE, asyncpg.PostgresError):
            await self._set_state(channel.id, "down" if down else "degraded", said)

    async def _tell(self, running: Running, outcome: str) -> None:
        running.outcome = outcome
        async with self._moved:
            self._moved.notify_all()


async def _named(duty: Duty, channel: OpenChannel, lease: Lease) -> None:
    await duty(channel, lease)


def _cause(error: BaseException) -> BaseException:
    """What lies at the bottom; of several what needs somebody's hand."""
    leaves = list(_leaves(error))
    return next((one for one in leaves if isinstance(one, AuthFailed)), leaves[0])


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error
