"""How soon a hub answers, and how much memory it takes: idle, and for each agent's socket. PostgreSQL's own memory is not in it."""

from collections.abc import Iterable

import psutil
import uvloop

from benchmarks.figure import Figure, figure
from benchmarks.hub import Running, company, running, signed_in

STARTS, SOCKETS = 3, 100
START_LIMIT_S, IDLE_LIMIT_MB, SOCKET_LIMIT_KB = 3, 200, 100


async def measure() -> list[Figure]:
    """Starts on existing data, from the command to the line that says where it answers; the best of three."""
    async with company() as made:
        starts = []
        for _ in range(STARTS):
            async with running(made.folder, "serve") as hub:
                starts.append(hub.started_s)
                idle = memory(hub)
                crowded = await with_sockets(hub)
    return [
        figure("start", min(starts), "s", START_LIMIT_S),
        figure("memory_idle", idle / 1e6, "MB", IDLE_LIMIT_MB),
        figure("memory_per_agent", (crowded - idle) / SOCKETS / 1e3, "kB", SOCKET_LIMIT_KB),
    ]


async def with_sockets(hub: Running) -> int:
    """Bytes with a hundred registered sockets."""
    async with signed_in(hub.address, "ana@demo.example") as ana:
        for _ in range(SOCKETS):
            await ana.listen(lambda _event: None)
        return memory(hub)


def memory(hub: Running) -> int:
    """Bytes of the hub and its workers; pages that they share are counted once."""
    process = psutil.Process(hub.pid)
    return sum(int(one.memory_full_info().pss) for one in (process, *process.children(recursive=True)))


def run() -> Iterable[Figure]:
    """All three."""
    return uvloop.run(measure())
