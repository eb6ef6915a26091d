"""A real IRC server on a port of its own, and a customer at it."""

import asyncio
import getpass
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from tests.rig.ports import free_port

CONFIG = """[Global]
Name = irc.shop.example
Info = A shop
Listen = 127.0.0.1
Ports = {port}
Password = a-password
ServerUID = {user}
[Options]
DNS = no
Ident = no
PAM = no
[Limits]
MaxConnectionsIP = 0
"""
GREETS_S = 10.0


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[int]:
    """ngircd; its port."""
    program = shutil.which("ngircd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "the tests need ngircd: bash .ci/system-packages"
    port = free_port()
    config = folder / "ngircd.conf"
    config.write_text(CONFIG.format(port=port, user=getpass.getuser()))
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(program, "-n", "-f", str(config), stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    try:
        assert running.stdout is not None
        async with asyncio.timeout(GREETS_S):
            while b"istening on" not in (line := await running.stdout.readline()):
                assert line, "ngircd ended"
        yield port
    finally:
        running.terminate()
        await running.communicate()


class Customer:
    """Somebody with an IRC client."""

    def __init__(self, port: int, nick: str) -> None:
        self._port = port
        self.nick = nick

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._write("PASS a-password", f"NICK {self.nick}", f"USER {self.nick} 0 * :{self.nick}")
        await self.hears(" 001 ")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    def say(self, to: str, text: str) -> None:
        """A private message."""
        self._write(f"PRIVMSG {to} :{text}")

    def ask(self, line: str) -> None:
        """Anything else of the protocol."""
        self._write(line)

    async def hears(self, word: str) -> str:
        """The first line that holds it."""
        async with asyncio.timeout(GREETS_S):
            while True:
                line = (await self._reader.readline()).decode()
                assert line, "the server hung up"
                if line.startswith("PING"):
                    self._write(line.replace("PING", "PONG").strip())
                if word in line:
                    return line.strip()

    def _write(self, *lines: str) -> None:
        self._writer.write("".join(f"{one}\r\n" for one in lines).encode())
