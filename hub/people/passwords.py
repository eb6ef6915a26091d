"""Passwords: argon2id, in threads of their own; who does not exist takes as long as who does."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import Invalid, Unavailable

Result = TypeVar("Result")

SHORTEST = 10
LONGEST = 256
AT_ONCE = 2
"""Each verification takes 32 MiB and a core for some 40 ms: more of them at once would only starve the rest."""

MOST_WAITING = 100
"""Beyond this the wait would be longer than a browser's patience: better to say so at once."""


class Passwords:
    """Hashes and compares, off the event loop. Raises Unavailable when too many wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1, type=Type.ID)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        return await self._in_thread(partial(self._hasher.hash, _normal(password)))

    async def match(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. With no hash (no such account) the same work is done, and the answer is no."""
        return await self._in_thread(partial(self._verify, kept, _normal(password)))

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= MOST_WAITING:
            raise Unavailable("busy", "too many people are signing in at this moment; try again")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def _verify(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")


def check_strength(password: str, *, field: str, email: str, name: str) -> None:
    """Raises Invalid naming what is allowed. Length is what counts; what everybody can guess is refused."""
    said = ""
    if not SHORTEST <= len(password) <= LONGEST:
        said = f"must have {SHORTEST} to {LONGEST} characters"
    elif _guessable(password.casefold(), email.casefold(), name.casefold()):
        said = "must not be your name, your address or one character repeated"
    if said:
        raise Invalid("weak_password", f"{field}: {said}", fields={field: said})


def _guessable(password: str, email: str, name: str) -> bool:
    return password in (email, email.partition("@")[0], name) or len(set(password)) < 3


def _normal(password: str) -> str:
    """An accent typed as one character or as two is the same password."""
    return unicodedata.normalize("NFKC", password)
