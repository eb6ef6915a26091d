"""A hub with nothing but people, on a real database and a real port; and browsers that keep cookies."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from hub.config import load
from hub.kernel.database import Database
from hub.kernel.web import WebRooms, errors_as_data
from hub.people.passwords import Passwords
from hub.people.people import People

PASSWORD = "a long way home"
CREW = {"Ana": "agent", "Luis": "agent", "Sofia": "supervisor", "Olga": "admin"}
JOIN = "INSERT INTO agent (email, name, role, password_hash) VALUES ($1, $2, $3, $4) RETURNING id::text"


@dataclass
class Hub:
    """The hub under test."""

    database: Database
    people: People
    url: str
    ended: list[tuple[str, str | None, str]]
    ids: dict[str, str] = field(default_factory=dict)

    async def events(self, type_: str) -> list[dict[str, Any]]:
        """The events of a type, oldest first."""
        rows = await self.database.rows("SELECT actor::text, agent::text, data FROM event WHERE type = $1 ORDER BY id", type_)
        return [dict(row) for row in rows]

    async def publish(self) -> None:
        """Give the events their positions, as the publisher does."""
        holder = "01900000-0000-7000-8000-000000000001"
        token = await self.database.value("SELECT take_lease('publisher', $1, interval '10 seconds')", holder)
        await self.database.run("SELECT count(*) FROM publish_events($1, 100000)", token)


@dataclass
class Browser:
    """One browser: it keeps its cookie and sends the csrf word of its session."""

    client: aiohttp.ClientSession
    url: str
    csrf: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and answer of a request."""
        sent = ({"X-CSRF-Token": self.csrf} if self.csrf else {}) | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(method, f"{self.url}/api/v1{path}", json=body, headers=sent) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def sign_in(self, email: str, password: str = PASSWORD) -> tuple[int, Any]:
        """Sign in; keeps the csrf word when it worked."""
        status, answer = await self.ask("POST", "/session", {"email": email, "password": password})
        if status == 200:
            self.csrf = answer["csrf"]
        return status, answer

    @property
    def cookie(self) -> str | None:
        """The token in the session's cookie."""
        return next((one.value for one in self.client.cookie_jar if one.key == "hilo_session"), None)

    def set_cookie(self, value: str) -> None:
        """Put a cookie in, as an attacker would."""
        self.client.cookie_jar.update_cookies({"hilo_session": value}, URL(self.url))


@pytest.fixture(scope="session")
async def password_hash() -> str:
    """Everybody's password, hashed once."""
    passwords = Passwords()
    try:
        return await passwords.hash(PASSWORD)
    finally:
        passwords.close()


@pytest.fixture
async def hub(database: Database, password_hash: str) -> AsyncIterator[Hub]:
    """Ana and Luis are agents, Sofia a supervisor, Olga an admin."""
    ended: list[tuple[str, str | None, str]] = []
    address = ""
    people = People(database, load(None, {}), lambda: address)

    async def note(agent: str, session: str | None, reason: str) -> None:
        ended.append((agent, session, reason))

    people.endings.on_ended.append(note)
    app = web.Application(middlewares=[errors_as_data])
    WebRooms(people.door, people.same_site).add(app, people.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = "http://127.0.0.1:{1}".format(*runner.addresses[0])
    made = Hub(database, people, address, ended)
    for name, role in CREW.items():
        made.ids[name] = await database.value(JOIN, f"{name.lower()}@shop.example", name, role, password_hash)
    yield made
    await runner.cleanup()
    people.close()


@pytest.fixture
async def browser(hub: Hub) -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Opens browsers."""
    opened: list[aiohttp.ClientSession] = []

    async def open_one() -> Browser:
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        opened.append(client)
        return Browser(client, hub.url)

    yield open_one
    for client in opened:
        await client.close()


@pytest.fixture
async def ana(browser: Callable[[], Awaitable[Browser]]) -> Browser:
    """Ana's browser, signed in."""
    return await signed_in(browser, "ana")


@pytest.fixture
async def olga(browser: Callable[[], Awaitable[Browser]]) -> Browser:
    """The admin's browser, signed in."""
    return await signed_in(browser, "olga")


async def signed_in(browser: Callable[[], Awaitable[Browser]], name: str) -> Browser:
    """One more browser of a colleague."""
    opened = await browser()
    status, _ = await opened.sign_in(f"{name}@shop.example")
    assert status == 200
    return opened
