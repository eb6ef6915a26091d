"""Signing in: guesses counted first, the same work for every account there is or is not, a new session each time."""

from hub.errors import Unauthorized
from hub.kernel.database import Database, Record
from hub.people.guesses import Guesses
from hub.people.model import Credentials
from hub.people.passwords import LONGEST, Passwords
from hub.people.sessions import Opened, Sessions
from hub.people.sql import QUERIES


class SignIn:
    """Credentials to session."""

    def __init__(self, database: Database, passwords: Passwords, guesses: Guesses, sessions: Sessions) -> None:
        self._database = database
        self._passwords = passwords
        self._guesses = guesses
        self._sessions = sessions

    async def enter(self, credentials: Credentials, address: str, browser: str) -> Opened:
        """Begin a session. Raises Unauthorized (never saying what was wrong) or TooMany."""
        email = credentials.email.strip().lower()[:LONGEST]
        await self._guesses.take(email, address)
        account = await self._database.row(QUERIES.account, email.replace("\0", ""))
        right = await self._passwords.match(account["password_hash"] if account else None, credentials.password[: LONGEST + 1])
        opened = await self._open(account, credentials.password, address, browser) if account and right else None
        if opened is None:
            await self._database.run(QUERIES.refuse_sign_in, account["id"] if account else None)
            raise Unauthorized("wrong_credentials", "the address or the password is wrong")
        await self._guesses.forgive(email, address)
        return opened

    async def _open(self, account: Record, password: str, address: str, browser: str) -> Opened | None:
        kept = account["password_hash"]
        if self._passwords.outdated(kept):
            newer = await self._passwords.hash(password)
            if await self._database.run(QUERIES.replace_hash, account["id"], kept, newer):
                kept = newer
        return await self._sessions.open(account["id"], kept, address, browser)
