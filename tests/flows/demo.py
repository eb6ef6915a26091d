"""`hilo demo` as one program that can be killed and started again: the hub with its company, and the world outside that it brings."""

from pathlib import Path

import aiohttp

from tests.rig.ports import free_port
from tests.rig.process import TIMEOUT, HubProcess
from tests.rig.waiting import eventually

PASSWORD = "three words of a demo"
SUPPORT = "support@demo.example"
START_S = 60.0


class Demo(HubProcess):
    """The demo on ports and a database of its own. A kill takes the world outside with it; a start brings both."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._world_port = free_port()
        settings = {"HILO_DEMO_PASSWORD": PASSWORD, "HILO_SANDBOX_PORT": str(self._world_port), "HILO_SMTP_PORT": str(free_port())}
        super().__init__(folder, database_url, environment=settings, command="demo")

    @property
    def world(self) -> str:
        """Where the world outside answers."""
        return f"http://127.0.0.1:{self._world_port}"

    async def start(self, **environment: str) -> None:
        """Start both and wait until both can accept."""
        await super().start(**environment)
        await eventually(self._world_ready, what="the world outside is ready", seconds=START_S)

    async def _world_ready(self) -> bool:
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as client, client.get(f"{self.world}/world") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
