"""Lets go of what is older than the settings say: day by day from where it stopped, in short transactions."""

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from hub.kernel.database import Database, queries
from hub.settings import Retention as Times

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

AT_ONCE = 1000
STEP = timedelta(days=1)
MONTH = re.compile(r"event_\d{4}_\d{2}")

Forget = Callable[[datetime, datetime], Awaitable[object]]


class Retention:
    """Run `let_go` once an hour, on one node."""

    def __init__(self, database: Database, times: Times) -> None:
        self._database = database
        self._times = times

    async def let_go(self) -> None:
        """Raw deliveries, signs of presence, and whole months of the ledger."""
        await self._walk("raw", QUERIES.oldest_delivery, self._times.raw_days, self._forget_raw)
        await self._walk("presence", QUERIES.oldest_event, self._times.presence_days, self._forget_presence)
        if self._times.ledger_months:
            await self._drop_months(self._times.ledger_months)

    async def _walk(self, what: str, oldest: str, days: int, forget: Forget) -> None:
        begin = await self._database.value(QUERIES.mark, what) or await self._database.value(oldest)
        end = await self._database.value(QUERIES.end, timedelta(days=days))
        while begin and begin < end:
            upto = min(begin + STEP, end)
            await forget(begin, upto)
            await self._database.run(QUERIES.set_mark, what, upto)
            begin = upto

    async def _forget_raw(self, begin: datetime, upto: datetime) -> None:
        while await self._database.run(QUERIES.forget_raw, begin, upto, AT_ONCE) == AT_ONCE:
            continue

    async def _forget_presence(self, begin: datetime, upto: datetime) -> None:
        await self._database.run(QUERIES.forget_presence, begin, upto)

    async def _drop_months(self, months: int) -> None:
        for row in await self._database.rows(QUERIES.old_months, months):
            if not MONTH.fullmatch(name := row["relname"]):
                continue
            async with self._database.transaction() as connection:
                await connection.execute("SET LOCAL lock_timeout = '2s'")  # writers do not queue up behind us: next hour will do
                await connection.execute(f"DROP TABLE {name}")
            log.info("the ledger's month %s is older than %d months and was dropped", name, months)
