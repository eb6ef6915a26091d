"""The router: on the one node that holds its lease, it keeps the engine fed with what happens."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import asyncpg

from hub.kernel.database import AGAIN, GONE, Database
from hub.kernel.lease import Lease
from hub.kernel.ledger import EventRow
from hub.work.accounts import Explained
from hub.work.term import Term
from routing.model import RoutingError

log = logging.getLogger(__name__)

LEASE_LOST = "HL001"
PAUSE_S = 1.0
"""How long to wait before taking over again after an error."""


class Router:
    """Runs for ever; acts only while this node has the lease. Give it the ledger's events in order of their positions."""

    def __init__(
        self, database: Database, lease: Lease, *, written: Callable[[], None] = lambda: None, explained: Explained | None = None
    ) -> None:
        self._database = database
        self._lease = lease
        self._written = written
        self._explained = explained or _nobody_asks
        self._inbox: list[EventRow] | None = None
        self._woken = asyncio.Event()

    async def on_events(self, events: Sequence[EventRow]) -> None:
        """What happened. Without the lease there is nothing to do: whoever takes over reads the present state."""
        if self._inbox is not None:
            self._inbox.extend(events)
            self._woken.set()

    async def run(self) -> None:
        """Take over whenever this node has the lease, and act until it has not. After an error the present state is read again."""
        while True:
            token = await self._lease.held()
            try:
                await self._act(token)
            except GONE as error:
                log.warning("routing: the database is away (%s)", error)
                await asyncio.sleep(PAUSE_S)
            except asyncpg.PostgresError as error:
                await self._recover(error, token)
            except RoutingError:
                log.exception("routing: the engine refuses what it was told")
                await asyncio.sleep(PAUSE_S)
            finally:
                self._inbox = None

    async def _recover(self, error: asyncpg.PostgresError, token: int) -> None:
        if error.sqlstate == LEASE_LOST:
            log.info("routing: another node has taken over from token %s", token)
            await self._lease.forget(token)
        elif isinstance(error, AGAIN):
            log.info("routing: two transactions met (%s)", error)
        else:
            log.error("routing: the database refuses a statement", exc_info=error)
            await asyncio.sleep(PAUSE_S)

    async def _act(self, token: int) -> None:
        """One term of office. What happens while the present state is read is taken in afterwards: taking it in twice does no harm."""
        self._inbox = []
        term = Term(self._database, token, self._explained)
        await term.load()
        log.info("routing: this node decides, token %s", token)
        while self._lease.token == token:
            if term.wrote:
                term.wrote = False
                self._written()
            await self._pause(term.next_deadline() - term.now())
            self._woken.clear()
            events, self._inbox = self._inbox, []
            await term.step(events)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._woken.wait()
        except TimeoutError:
            return


async def _nobody_asks(ids: Sequence[str]) -> None:
    """The accounts are in the database for whoever looks."""
