"""The house that is attacked: a whole hub in this process, with a company in it, and those who try the doors."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import aiosmtplib

from hub.app import Hub, opened
from hub.config import load
from hub.log import set_up
from hub.people.passwords import Passwords
from hub.serving import listening
from hub.settings import Settings
from sandbox.mail import MailWorld
from tests.people.conftest import PASSWORD, Browser
from tests.rig.colleague import Colleague
from tests.rig.company import Company, found
from tests.rig.ports import free_port
from tests.rig.sockets import Socket
from tests.rig.waiting import eventually

BOSSES = {"sofia": "supervisor", "olga": "admin"}
SETTINGS = {"HILO_PORT": "0", "HILO_LOG_FORMAT": "json", "HILO_GUESSES_PER_ADDRESS": "100000"}
"""All attackers come from one address here, and so do those who only want to sign in."""
ADD = "INSERT INTO agent (email, name, role, password_hash) VALUES ($1, $2, $3, $4) RETURNING id::text"


class Written(logging.Handler):
    """Everything that is logged, as it stands in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def tracebacks(self) -> list[str]:
        """Lines that say that something broke."""
        return [line for line in self.lines if "Traceback" in line]


@dataclass
class House:
    """A hub, its company, and the way in for everybody."""

    hub: Hub
    url: str
    company: Company
    post: MailWorld
    log: Written
    password_hash: str
    doors: AsyncExitStack
    ids: dict[str, str] = field(default_factory=dict)

    async def new_colleague(self, role: str = "agent") -> str:
        """A colleague for one test; returns the first part of the address."""
        name = f"{role}{uuid4().hex[:8]}"
        self.ids[name] = await self.hub.storage.database.value(ADD, f"{name}@demo.example", name.title(), role, self.password_hash)
        return name

    async def browser(self, name: str = "") -> Browser:
        """A browser; signed in when a name is given."""
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.doors.push_async_callback(client.close)
        made = Browser(client, self.url)
        if name:
            status, _ = await made.sign_in(f"{name}@demo.example")
            assert status == 200
        return made

    async def program(self, name: str) -> Browser:
        """A program with an API token of a colleague."""
        token = await self.hub.people.tokens.issue(self.ids[name], "attack")
        client = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token.token}"})
        self.doors.push_async_callback(client.close)
        return Browser(client, self.url)

    async def visitor(self, token: str | None = None, auth: dict[str, Any] | None = None) -> "Bubble":
        """Somebody with the chat bubble who has said hello."""
        bubble = Bubble(self, {"channel": self.company.bubble, **(auth or {})})
        self.doors.push_async_callback(bubble.socket.close)
        await bubble.open(token)
        return bubble

    @asynccontextmanager
    async def at_work(self, name: str) -> AsyncIterator["Desk"]:
        """A colleague at the console, ready to take work."""
        async with Desk(self.url, (await self.hub.people.tokens.issue(self.ids[name], "desk")).token) as desk:
            await desk.sit_down()
            await desk.ask("PUT", "/me/status", {"activity": "available"})
            try:
                yield desk
            finally:
                await desk.ask("PUT", "/me/status", {"activity": "break"})

    async def blocked(self, table: str) -> None:
        """Somebody waits for a lock on a table."""
        sql = "SELECT count(*) FROM pg_locks WHERE relation = $1::text::regclass AND NOT granted"
        await eventually(lambda: self.hub.storage.database.value(sql, table), what=f"somebody waits for {table}")

    async def thread(self, customer: str, reader: Browser) -> list[dict[str, Any]]:
        """The newest messages of a customer."""
        status, page = await reader.ask("GET", f"/customers/{customer}/conversation")
        assert status == 200, page
        messages: list[dict[str, Any]] = page["messages"]
        return messages

    async def customer_of(self, address: str) -> str:
        """Whose an address is, once it has written."""

        async def look() -> str | None:
            sql = "SELECT c.root_id::text FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.value = $1"
            found: str | None = await self.hub.storage.database.value(sql, address)
            return found

        return str(await eventually(look, what=f"{address} is known", seconds=30))

    async def who_said(self, text: str) -> str:
        """The customer of the message that holds a text, once it is there."""
        sql = "SELECT customer_id::text FROM message WHERE text LIKE '%' || $1 || '%'"
        return str(await eventually(lambda: self.hub.storage.database.value(sql, text), what=f"{text!r} is kept"))

    async def send_bytes(self, raw: bytes, sender: str, recipient: str) -> tuple[int, str]:
        """Hand bytes to the hub's own mail server, whatever they are; code and text of its answer."""
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.company.mail_port, start_tls=False, timeout=30) as client:
            try:
                await client.mail(sender)
                await client.rcpt(recipient)
                reply = await client.data(raw)
            except aiosmtplib.SMTPResponseException as error:
                return error.code, error.message
            return reply.code, reply.message


class Desk(Colleague):
    """A colleague who waits for work."""

    async def offer_for(self, customer: str) -> dict[str, Any]:
        """The offer about a customer, once it is there; those of other tests' customers are declined."""
        while True:
            for offer in list(self.offers.values()):
                if offer["customer"]["id"] == customer:
                    return offer
                self.offers.pop(offer["id"])
                await self.ask("POST", f"/offers/{offer['id']}/decline", {"reason": "not_mine"})
            if not self.offers:
                await self.changed()


class Bubble:
    """A visitor's socket, spoken to by hand."""

    def __init__(self, house: House, auth: dict[str, Any]) -> None:
        self.heard: list[dict[str, Any]] = []
        self._changed = asyncio.Event()
        self.socket = Socket(house.url, "/visitor", auth, self._hear)
        self.hello: dict[str, Any] = {}

    async def open(self, token: str | None) -> None:
        """Connect and say hello."""
        await self.socket.open()
        self.hello = await self.socket.call("hello", {"token": token, "locale": "en"})

    @property
    def id(self) -> str:
        """The visitor's id."""
        return str(self.hello["visitor"])

    async def hears(self, text: str) -> None:
        """Wait for a message."""
        async with asyncio.timeout(20):
            while text not in str(self.heard):
                self._changed.clear()
                await self._changed.wait()

    def _hear(self, event: dict[str, Any]) -> None:
        self.heard.append(event)
        self._changed.set()

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """One message; the answer."""
        return await self.socket.call("message", {"id": str(uuid4()), "text": text, **more})


@asynccontextmanager
async def lived_in(database_url: str, folder: Path, mailbox: Mapping[str, Any] | None = None, /, **more: str) -> AsyncIterator[House]:
    """Open a house, with more settings if any, also of its mail channel; closes it and everything that was opened in it."""
    data, mail_port = folder / "data", free_port()
    async with AsyncExitStack() as stack:
        post = await stack.enter_async_context(MailWorld(hub_port=mail_port))
        company = await found(database_url, data, relay_port=post.port, mail_port=mail_port, **(mailbox or {}))
        settings = load(None, {**SETTINGS, **more, "HILO_DATA": str(data), "HILO_DATABASE_URL": database_url})
        log = stack.enter_context(_log(settings))
        hub = await stack.enter_async_context(opened(settings))
        url = await stack.enter_async_context(listening(hub))
        running = asyncio.create_task(hub.run(), name="hub")
        stack.push_async_callback(_end, running)
        await asyncio.wait_for(hub.supervisor.ready.wait(), 20)
        house = House(hub, url, company, post, log, await _hashed(), await stack.enter_async_context(AsyncExitStack()))
        await _staff(house)
        yield house


@contextmanager
def _log(settings: Settings) -> Iterator[Written]:
    """What the hub writes while the house is open, in the form that it has on a server."""
    set_up(settings.log)
    root = logging.getLogger()
    own = root.handlers[-1]
    written = Written()
    written.setFormatter(own.formatter)
    root.removeHandler(own)
    root.addHandler(written)
    try:
        yield written
    finally:
        root.removeHandler(written)


async def _staff(house: House) -> None:
    house.ids.update(house.company.agents)
    await house.hub.storage.database.run("UPDATE agent SET password_hash = $1", house.password_hash)
    for name, role in BOSSES.items():
        house.ids[name] = await house.hub.storage.database.value(ADD, f"{name}@demo.example", name.title(), role, house.password_hash)


async def _hashed() -> str:
    passwords = Passwords()
    try:
        return await passwords.hash(PASSWORD)
    finally:
        passwords.close()


async def _end(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
