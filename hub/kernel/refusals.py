"""What the database's own functions refuse, as errors of ours; and what two transactions did to each other, tried again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.kernel.database import AGAIN

Result = TypeVar("Result")
ATTEMPTS = 5
REFUSALS: dict[str | None, tuple[type[HubError], str]] = {
    "HL404": (NotFound, "not_found"),
    "HL409": (Conflict, "conflict"),
    "HL422": (Invalid, "invalid"),
}


async def settled(act: Callable[[], Awaitable[Result]]) -> Result:
    """Do something that is one transaction, again when it met another one. Raises NotFound, Conflict, Invalid for HL404, HL409, HL422."""
    attempt = 1
    while True:
        try:
            return await act()
        except AGAIN:
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311 - spreads the two apart, no secret
            attempt += 1
        except asyncpg.PostgresError as error:
            if error.sqlstate not in REFUSALS:
                raise
            kind, code = REFUSALS[error.sqlstate]
            # The hint, where there is one, is a word of ours that says more than the class.
            raise kind(str(getattr(error, "hint", None) or code), str(error.args[0])) from error
