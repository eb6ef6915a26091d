"""How many wrong passwords are borne, per account and per network address: each guess raises a level that sinks with time."""

import hashlib
from datetime import timedelta

from hub.errors import TooMany
from hub.kernel.database import Database
from hub.kernel.proxies import subscriber
from hub.people.sql import QUERIES
from hub.settings import GuessSection


class Guesses:
    """Counts before the password is looked at, so that a hundred at once count as a hundred."""

    def __init__(self, database: Database, settings: GuessSection) -> None:
        self._database = database
        self._settings = settings
        self._window = timedelta(minutes=settings.minutes)

    async def take(self, email: str, address: str) -> None:
        """One more guess. Raises TooMany while the account or the address is locked, whether or not the account exists."""
        await self._count(_address_key(address), self._settings.per_address)
        await self._count(_account_key(email), self._settings.per_account)

    async def forgive(self, email: str, address: str) -> None:
        """It was the right password: no guess at all."""
        await self._database.run(QUERIES.forget_guesses, _account_key(email))
        await self._database.run(QUERIES.return_guess, _address_key(address))

    async def sweep(self) -> None:
        """Remove what has sunk to nothing; once in a while."""
        await self._database.run(QUERIES.sweep_guesses, self._window)

    async def _count(self, key: str, limit: int) -> None:
        if await self._database.value(QUERIES.count_guess, key, float(limit), self._window) is not None:
            return
        wait = await self._database.value(QUERIES.guess_wait, key, float(limit), self._window) or 1.0
        raise TooMany("too_many_attempts", "too many wrong passwords; try again later", retry_after=wait)


def _account_key(email: str) -> str:
    """Nothing that somebody typed stands in the table."""
    return "account:" + hashlib.sha256(email.encode()).hexdigest()[:32]


def _address_key(address: str) -> str:
    return f"address:{subscriber(address)}"
