"""A hub in a process of its own: started, killed, frozen, stopped, and asked what it wrote."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.rig.ports import free_port
from tests.rig.waiting import eventually
from tests.source import ROOT

START_S = 30.0
STOP_S = 15.0
TIMEOUT = aiohttp.ClientTimeout(total=3)


class HubProcess:
    """`hilo serve`, or `hilo demo`, with a data folder, a database and ports of its own. The ports stay the same over restarts."""

    def __init__(
        self, folder: Path, database_url: str, *, port: int = 0, environment: Mapping[str, str] | None = None, command: str = "serve"
    ) -> None:
        self.folder = folder
        self.command = command
        self.database_url = database_url
        self.port = port or free_port()
        self.environment = dict(environment or {})
        self._log = folder / "hub.log"
        self._process: asyncio.subprocess.Process | None = None
        folder.mkdir(parents=True, exist_ok=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self.alive:
            self.thaw()
            await self.kill()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the process runs (or is frozen)."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    async def launch(self, **environment: str) -> None:
        """Start it, without waiting until it answers."""
        settings = {
            "HILO_DATA": str(self.folder / "data"),
            "HILO_DATABASE_URL": self.database_url,
            "HILO_PORT": str(self.port),
            "HILO_LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HILO_")}
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hub", self.command,
                cwd=self.folder, env={**inherited, **settings, **self.environment, **environment},
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    async def start(self, **environment: str) -> None:
        """Start it and wait until it can accept. Raises TimeoutError with the end of its log."""
        await self.launch(**environment)
        try:
            await eventually(self.ready, what="the hub is ready", seconds=START_S)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.tail()}") from None

    async def ready(self) -> dict[str, Any]:
        """What /readyz says; empty when it says no, or nothing. Raises RuntimeError when the process has ended."""
        if not self.alive:
            raise RuntimeError(f"the hub ended with {self._process and self._process.returncode}\n{self.tail()}")
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as client, client.get(f"{self.address}/readyz") as answer:
                return dict(await answer.json()) if answer.status == 200 else {}
        except (aiohttp.ClientError, TimeoutError):
            return {}

    async def kill(self) -> None:
        """SIGKILL to it and its workers, at once, as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    async def died(self, seconds: float = START_S) -> int:
        """Wait until it has ended by itself; its exit code (negative: the signal). Leaves no worker behind."""
        assert self._process is not None
        async with asyncio.timeout(seconds):
            code = await self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        return code

    async def stop(self) -> int:
        """Ask it to stop, wait until it has; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self.died(STOP_S)

    def freeze(self) -> None:
        """SIGSTOP: it lives and does nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        if self.alive and self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    @property
    def log(self) -> str:
        """Everything it has written, over all its lives."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def tail(self, lines: int = 30) -> str:
        """The end of what it has written."""
        return "\n".join(self.log.splitlines()[-lines:])
