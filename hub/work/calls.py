"""Runs the database's functions that move work, each in one transaction, and tells the publisher that something was written."""

from collections.abc import Callable
from typing import Any

from hub.kernel.crash import crash_point
from hub.kernel.database import Database
from hub.kernel.refusals import settled

Statement = tuple[str, tuple[Any, ...]]


class Calls:
    """Calls functions; again when a transaction met another. Raises NotFound, Conflict or Invalid as the database says."""

    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._database = database
        self._written = written

    async def call(self, sql: str, *arguments: Any) -> Any:
        """The value of one function."""
        return await self.together((sql, arguments))

    async def together(self, *calls: Statement) -> Any:
        """Several functions in one transaction; the value of the last."""
        value = await settled(lambda: self._run(calls))
        crash_point("work.moved")
        self._written()
        return value

    async def _run(self, calls: tuple[Statement, ...]) -> Any:
        value = None
        async with self._database.transaction() as connection:
            for sql, arguments in calls:
                value = await connection.fetchval(sql, *arguments)
        return value
