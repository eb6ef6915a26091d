"""Runs the demo: the hub with its company, and the pretend outside world as a program of its own; prints where everything is."""

import asyncio
import errno
import logging
import os
import secrets
import shutil
import socket
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import msgspec

from hub.app import Hub
from hub.demo.company import PEOPLE, QUERIES, SUPPORT, Company, fill
from hub.demo.outside import CHANNELS, Outside
from hub.demo.stories import tell
from hub.errors import SetupError
from hub.kernel.database import Database
from hub.people.passwords import Passwords
from hub.serving import serve
from hub.settings import Settings

log = logging.getLogger(__name__)

WORLD_START_S = 20.0
WORLD = "pretend-world"
"""The folder of the data in which the world outside remembers."""
TOLD = ("sms", "whatsapp", "messenger", "instagram")
"""Channels that are called by their provider. Telegram is asked."""


class Demo:
    """What one run of the demo needs to remember."""

    def __init__(self, settings: Settings, *, sandbox: bool) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._world: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._port = settings.sandbox.port or _free_port()
        self._relay_port = _free_port()
        self._smtp_port = settings.smtp.port or _free_port()
        self._hub_port = settings.server.port or _free_port()
        self._password = ""
        self._folder = settings.data.path / WORLD

    def settings(self) -> Settings:
        """Those given, and the pretend outside world as the one private server that connectors may call."""
        if not self._sandbox:
            return self._settings
        replace, given = msgspec.structs.replace, self._settings
        private = [*given.egress.private, f"127.0.0.1:{self._port}"]
        return replace(given, egress=replace(given.egress, private=private), server=replace(given.server, port=self._hub_port))

    async def prepare(self, hub: Hub) -> None:
        """The company on the first start; the ports of this start on each."""
        self._check_ports()
        database, shop = hub.storage.database, f"http://127.0.0.1:{self._port} http://localhost:{self._port}"
        file = self._settings.data.path / "demo-password"
        before = await asyncio.to_thread(_read, file)
        self._password = self._settings.demo.password or before or f"hilo-{secrets.token_hex(4)}"
        hash_ = None if self._password == before else await _hash(self._password)
        company = None
        if await database.value(QUERIES.anybody):
            await self._change(database, shop, hash_)
        else:
            # A new company has no customers who remember another one.
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            print("Filling a small company: people, queues, channels, customers ...", flush=True)
            world = self._port if self._sandbox else None
            company = await fill(hub, hash_ or await _hash(self._password), self._relay_port, self._smtp_port, shop, world)
        # Last: a start that was cut short before the database had the password sets it next time.
        await asyncio.to_thread(_write, file, self._password)
        if self._sandbox:
            await self._start_world(hub)
        if company is not None:
            await self._tell(hub, company)

    async def _tell(self, hub: Hub, company: Company) -> None:
        """What happened before, which the world outside knows as well."""
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(Outside(self._port)) if self._sandbox else None
            await tell(hub, company, outside)

    async def _change(self, database: Database, shop: str, hash_: str | None) -> None:
        await database.run(QUERIES.channel_settings, "email", {"relay_port": self._relay_port, "listen_port": self._smtp_port})
        await database.run(QUERIES.channel_settings, "webchat", {"origins": shop})
        for one in CHANNELS:
            await database.run(QUERIES.channel_settings, one.connector, one.there(self._port))
        if hash_:
            await database.run(QUERIES.set_password, [email for email, *_ in PEOPLE], hash_)

    async def started(self, hub: Hub) -> None:
        """Everything answers: tell the world outside, and say where to look."""
        if self._sandbox:
            await self._install(hub)
        print(_welcome(hub.address, self._port if self._sandbox else None, self._smtp_port, self._password), flush=True)

    async def stop(self) -> None:
        """End the world outside."""
        if self._watch is not None:
            self._watch.cancel()
        if self._world is not None and self._world.returncode is None:
            with suppress(ProcessLookupError):
                self._world.terminate()
            try:
                async with asyncio.timeout(3):
                    await self._world.wait()
            except TimeoutError:
                self._world.kill()

    async def _start_world(self, hub: Hub) -> None:
        """Before any channel opens: most of them ask for their provider at once."""
        chat = next(one for one in await hub.channels.all() if one.connector == "webchat")
        options = {
            "--port": self._port,
            "--hub": f"http://127.0.0.1:{self._hub_port}",
            "--smtp-port": self._smtp_port,
            "--relay-port": self._relay_port,
            "--support": SUPPORT,
            "--channel": chat.hook,
            "--folder": self._folder,
        }
        # In one word each: a key may begin with a dash.
        arguments = [f"{name}={value}" for name, value in options.items()]
        environment = {**os.environ, "HILO_SHOP_SECRET": str(chat.settings["identity_secret"])}
        # Tied by its standard input: a hub that is killed leaves nothing behind that holds the ports of the next start.
        self._world = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox", "--tied", *arguments),
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert self._world.stdout is not None
        try:
            async with asyncio.timeout(WORLD_START_S):
                if not await self._world.stdout.readline():
                    raise SetupError("the pretend outside world did not start; its message stands above")
        except TimeoutError:
            raise SetupError(f"the pretend outside world did not start within {WORLD_START_S:.0f} seconds") from None
        self._watch = asyncio.create_task(_say_when_ended(self._world), name="watch the world outside")

    async def _install(self, hub: Hub) -> None:
        """Tell the pretend providers where this hub is, as *Install* in the console does."""
        for channel in await hub.channels.all():
            if channel.enabled and channel.connector in TOLD:
                steps = await hub.administration.checking.install(channel)
                await hub.channels.tell("channel.installed", channel.id, None, {"ok": steps.ok})
                if not steps.ok:
                    log.warning("channel %s: its pretend provider was not told where this hub is: %s", channel.name, steps.steps)

    def _check_ports(self) -> None:
        """Before anything is written. Raises SetupError naming the port and how to choose another."""
        server, smtp = self._settings.server, self._settings.smtp
        wanted = [(server.host, server.port, "the console", "HILO_PORT"), (smtp.host, self._smtp_port, "incoming mail", "HILO_SMTP_PORT")]
        if self._sandbox:
            wanted.append(("127.0.0.1", self._port, "the pretend outside world", "HILO_SANDBOX_PORT"))
        for host, port, what, variable in wanted:
            if not _is_free(host, port):
                raise SetupError(f"port {port} for {what} is taken by another program; choose one with {variable}")


async def run_demo(settings: Settings, *, sandbox: bool) -> None:
    """Run until Ctrl-C."""
    demo = Demo(settings, sandbox=sandbox)
    try:
        await serve(demo.settings(), prepare=demo.prepare, started=demo.started)
    finally:
        await demo.stop()


async def _say_when_ended(world: asyncio.subprocess.Process) -> None:
    code = await world.wait()
    log.error("the pretend outside world has ended (exit code %s): its pages do not answer. Stop with Ctrl-C and start again", code)


async def _hash(password: str) -> str:
    passwords = Passwords()
    try:
        return await passwords.hash(password)
    finally:
        passwords.close()


def _welcome(address: str, sandbox: int | None, smtp: int, password: str) -> str:
    people = "\n".join(f"    {email:<22} {role}" for email, _, role, _ in PEOPLE)
    world = f"  To be a customer      http://127.0.0.1:{sandbox}   (phone, mailbox, chat bubble; nothing leaves here)\n" if sandbox else ""
    return (
        f"\nHilo is running.\n\n{world}  To answer them        {address}\n"
        f"  Mail comes in at      127.0.0.1:{smtp}  for {SUPPORT}\n\n"
        f"  Sign in as\n{people}\n  with the password     {password}\n\n"
        "Ctrl-C stops it; everything is kept for the next start, on the phones and in the mailboxes too.\n"
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _is_free(host: str, port: int) -> bool:
    """Whether nobody listens there; what else is wrong with an address is said by whoever listens."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
