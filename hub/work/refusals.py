"""Runs the SQL functions that move work, and turns their refusals into the hub's errors."""

from collections.abc import Callable
from typing import Any

import asyncpg

from hub.errors import Conflict, HubError, Invalid, NotFound, Unavailable
from hub.kernel.database import AGAIN, Connection, Database

CLASSES: dict[str, type[HubError]] = {"HL404": NotFound, "HL409": Conflict, "HL422": Invalid}
TRIES = 5


def refusal(error: asyncpg.PostgresError) -> HubError | None:
    """The error that the hub answers for one of ours; None for any other."""
    kind = CLASSES.get(error.sqlstate or "")
    return kind(str(getattr(error, "hint", None) or "refused"), str(error.args[0])) if kind else None


class Calls:
    """Calls one function in one transaction; again when it met another transaction. Tells the publisher that there is something."""

    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._database = database
        self._written = written

    async def call(self, sql: str, *arguments: Any) -> Any:
        """The value of the function. Raises NotFound, Conflict or Invalid as the database says."""
        return await self.together((sql, arguments))

    async def together(self, *calls: tuple[str, tuple[Any, ...]]) -> Any:
        """Several functions in one transaction; the value of the last."""
        for _ in range(TRIES):
            try:
                async with self._database.transaction() as connection:
                    value = await _run(connection, calls)
            except AGAIN:
                continue
            except asyncpg.PostgresError as error:
                if known := refusal(error):
                    raise known from error
                raise
            self._written()
            return value
        raise Unavailable("busy", "too many changes at once; nothing was changed. Try again.")


async def _run(connection: Connection, calls: tuple[tuple[str, tuple[Any, ...]], ...]) -> Any:
    value = None
    for sql, arguments in calls:
        value = await connection.fetchval(sql, *arguments)
    return value
