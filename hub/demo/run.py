"""Runs the demo: the hub with its company, and the pretend outside world as a program of its own; prints where everything is."""

import asyncio
import logging
import os
import secrets
import socket
import sys
from contextlib import suppress
from pathlib import Path

from hub.app import Hub
from hub.demo.company import PEOPLE, QUERIES, SUPPORT, fill
from hub.errors import SetupError
from hub.people.passwords import Passwords
from hub.serving import serve
from hub.settings import Settings

log = logging.getLogger(__name__)


class Demo:
    """What one run of the demo needs to remember."""

    def __init__(self, settings: Settings, *, sandbox: bool) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._world: asyncio.subprocess.Process | None = None
        self._port = settings.sandbox.port or _free_port()
        self._relay_port = _free_port()
        self._smtp_port = settings.smtp.port or _free_port()
        self._password = ""

    async def prepare(self, hub: Hub) -> None:
        """The company on the first start; the ports of this start on each."""
        if self._sandbox and not _is_free(self._port):
            raise SetupError(f"port {self._port} for the pretend outside world is taken; choose one with HILO_SANDBOX_PORT")
        if not _is_free(self._smtp_port):
            raise SetupError(f"port {self._smtp_port} for incoming mail is taken; choose one with HILO_SMTP_PORT")
        database, shop = hub.storage.database, f"http://127.0.0.1:{self._port} http://localhost:{self._port}"
        hash_ = await self._hash_password()
        if await database.value(QUERIES.anybody):
            await database.run(QUERIES.channel_settings, "email", {"relay_port": self._relay_port, "listen_port": self._smtp_port})
            await database.run(QUERIES.channel_settings, "webchat", {"origins": shop})
            if hash_:
                await database.run(QUERIES.set_password, [email for email, *_ in PEOPLE], hash_)
        else:
            print("Filling a small company: people, queues, channels, customers ...", flush=True)
            await fill(hub, hash_ or await _hash(self._password), self._relay_port, self._smtp_port, shop)

    async def started(self, hub: Hub) -> None:
        """Everything answers: start the world outside, and say where to look."""
        if self._sandbox:
            await self._start_world(hub)
        print(_welcome(hub.address, self._port if self._sandbox else None, self._smtp_port, self._password), flush=True)

    async def stop(self) -> None:
        """End the world outside."""
        if self._world is not None and self._world.returncode is None:
            with suppress(ProcessLookupError):
                self._world.terminate()
            try:
                async with asyncio.timeout(3):
                    await self._world.wait()
            except TimeoutError:
                self._world.kill()

    async def _start_world(self, hub: Hub) -> None:
        chat = next(one for one in await hub.channels.all() if one.connector == "webchat")
        options = {
            "--port": self._port,
            "--hub": hub.address,
            "--smtp-port": self._smtp_port,
            "--relay-port": self._relay_port,
            "--support": SUPPORT,
            "--channel": chat.hook,
        }
        arguments = [str(part) for pair in options.items() for part in pair]
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
        async with asyncio.timeout(20):
            if not await self._world.stdout.readline():
                raise SetupError("the pretend outside world did not start; its message stands above")

    async def _hash_password(self) -> str | None:
        """The password to use; its hash when it is not the one from the last start."""
        file = self._settings.data.path / "demo-password"
        before = await asyncio.to_thread(_read, file)
        self._password = self._settings.demo.password or before or f"hilo-{secrets.token_hex(4)}"
        if self._password == before:
            return None
        await asyncio.to_thread(_write, file, self._password)
        return await _hash(self._password)


async def run_demo(settings: Settings, *, sandbox: bool) -> None:
    """Run until Ctrl-C."""
    demo = Demo(settings, sandbox=sandbox)
    try:
        await serve(settings, prepare=demo.prepare, started=demo.started)
    finally:
        await demo.stop()


async def _hash(password: str) -> str:
    passwords = Passwords()
    try:
        return await passwords.hash(password)
    finally:
        passwords.close()


def _welcome(address: str, sandbox: int | None, smtp: int, password: str) -> str:
    people = "\n".join(f"    {email:<22} {role}" for email, _, role, _ in PEOPLE)
    world = (
        f"  To be a customer      http://127.0.0.1:{sandbox}   (chat bubble, mailbox; nothing leaves this computer)\n" if sandbox else ""
    )
    return (
        f"\nHilo is running.\n\n{world}  To answer them        {address}\n"
        f"  Mail comes in at      127.0.0.1:{smtp}  for {SUPPORT}\n\n"
        f"  Sign in as\n{people}\n  with the password     {password}\n\nCtrl-C stops it; everything is kept for the next start.\n"
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
