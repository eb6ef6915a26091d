"""Sessions of browsers: the token is only in the cookie, its hash in the database, and for a few seconds in memory."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from hub.kernel.database import Connection, Database
from hub.kernel.web import Principal
from hub.people.endings import Endings
from hub.people.model import Agent, SignedIn
from hub.people.permissions import PERMISSIONS
from hub.people.sql import QUERIES
from hub.settings import SessionSection

REMEMBERED_S = 5.0
"""How long a session found is not asked for again. Endings heard from any node make it forgotten at once."""
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has just begun. `token` goes into the cookie and nowhere else."""

    token: str
    max_age_s: int
    answer: SignedIn


class Sessions:
    """Opens, finds and ends them."""

    def __init__(self, database: Database, settings: SessionSection, endings: Endings) -> None:
        self._database = database
        self._idle = timedelta(hours=settings.idle_hours)
        self._longest = timedelta(days=settings.days)
        self._endings = endings
        self._remembered: dict[bytes, tuple[float, Principal]] = {}
        self._forgotten = 0
        endings.on_ended.append(self.forget)

    async def open(self, agent: UUID, password_hash: str, address: str, browser: str) -> Opened | None:
        """Begin one for an account whose password was just checked; None when the account was changed meanwhile."""
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        row = await self._database.row(
            QUERIES.open_session, digest(token), agent, password_hash, csrf, self._longest, address, _plain(browser), session_name(token)
        )
        if row is None:
            return None
        who = Agent(id=str(row["id"]), email=row["email"], name=row["name"], role=row["role"], locale=row["locale"])
        return Opened(token, int(self._longest.total_seconds()), SignedIn(agent=who, csrf=csrf))

    async def find(self, token: str) -> Principal | None:
        """Who a token belongs to, if its session is alive."""
        hashed = digest(token)
        remembered = self._remembered.get(hashed)
        if remembered and remembered[0] > time.monotonic():
            return remembered[1]
        forgotten = self._forgotten
        found = await self._find(hashed, session_name(token))
        if found and forgotten == self._forgotten:  # otherwise it may have been ended while we asked
            self._remember(hashed, found)
        return found

    async def end(self, token: str, reason: str) -> None:
        """End the session of a token, if there is one."""
        agent = await self._database.value(QUERIES.end_session, digest(token), session_name(token), reason)
        if agent is not None:
            await self._endings.tell(str(agent), session_name(token), reason)

    async def sweep(self) -> int:
        """End those that have run out; returns how many. Sockets that only listen are cut by this."""
        rows = await self._database.rows(QUERIES.sweep_sessions, self._idle)
        for row in rows:
            await self._endings.tell(str(row["agent"]), row["session"], "expired")
        return len(rows)

    async def forget(self, agent: str, session: str | None, _reason: str) -> None:
        """Ask the database again about a colleague's session, or all of them."""
        self._forgotten += 1
        ended = [key for key, (_, who) in self._remembered.items() if who.agent == agent and session in (None, who.session)]
        for key in ended:
            del self._remembered[key]

    def _remember(self, hashed: bytes, found: Principal) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[hashed] = (time.monotonic() + REMEMBERED_S, found)

    async def _find(self, hashed: bytes, name: str) -> Principal | None:
        row = await self._database.row(QUERIES.find_session, hashed, self._idle)
        if row is None:
            return None
        if row["stale"]:
            await self._database.run(QUERIES.touch_session, hashed)
        return Principal(str(row["id"]), row["name"], row["role"], row["locale"], PERMISSIONS[row["role"]], row["csrf"], name)


async def end_all(connection: Connection, agent: UUID, *, keep: str | None, reason: str, by: UUID | None) -> list[str]:
    """End a colleague's sessions in a transaction, but the one named `keep`; returns their names."""
    return [row[0] for row in await connection.fetch(QUERIES.end_sessions, agent, keep, reason, by)]


def digest(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _plain(header: str) -> str:
    """A header may hold bytes that are no text; the database takes only text."""
    return header[:300].encode(errors="replace").decode()


def session_name(token: str) -> str:
    """What a session is called in events: no credential."""
    return digest(token).hex()[:16]
