"""Everything of this folder, built and put together."""

from collections.abc import Callable

from aiohttp import web

from hub.kernel.database import Database
from hub.kernel.proxies import Proxies
from hub.kernel.web import Route, same_site
from hub.people.agents import Agents
from hub.people.api import PeopleApi, SessionApi
from hub.people.audit import AuditTrail
from hub.people.door import Cookies, Door
from hub.people.endings import Endings
from hub.people.guesses import Guesses
from hub.people.passwords import Passwords
from hub.people.sessions import Sessions
from hub.people.sign_in import SignIn
from hub.people.tokens import ApiTokens
from hub.settings import Settings


def _nobody_waits() -> None:
    """Nobody has to be woken: the ledger's publisher looks by itself."""


class People:
    """The door, the verbs and the routes. `endings.on_ended` is told when sockets must be cut; run `sweep` once a minute."""

    def __init__(
        self, database: Database, settings: Settings, public_url: Callable[[], str], written: Callable[[], None] = _nobody_waits
    ) -> None:
        self.endings = Endings(written)
        self._passwords = Passwords()
        self._guesses = Guesses(database, settings.guesses)
        self.sessions = Sessions(database, settings.sessions, self.endings)
        self.tokens = ApiTokens(database, self.endings)
        self.agents = Agents(database, self._passwords, self._guesses, self.endings)
        self.same_site: Callable[[web.Request], bool] = same_site(public_url)
        self.door = Door(self.sessions, self.tokens, self.same_site)
        proxies = Proxies(settings.server.trusted_proxies)
        sign_in = SignIn(database, self._passwords, self._guesses, self.sessions)
        self._session_api = SessionApi(sign_in, self.sessions, self.agents, Cookies(proxies, public_url), proxies, self.same_site)
        self._people_api = PeopleApi(self.agents, self.tokens, self.sessions, AuditTrail(database), proxies)

    def routes(self) -> list[Route]:
        """All HTTP routes of this folder."""
        return [*self._session_api.routes(), *self._people_api.routes()]

    async def sweep(self) -> None:
        """End sessions that have run out, forget old guesses."""
        await self.sessions.sweep()
        await self._guesses.sweep()

    def close(self) -> None:
        """End the threads of the password hasher."""
        self._passwords.close()
