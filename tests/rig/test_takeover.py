"""Two hubs on one database: the holder of the leases is frozen past their end, the other takes over, and who wakes does no harm."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from tests.rig.colleague import Colleague
from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.scene import Scene, opened
from tests.rig.webhooks import Webhooks

TAKEOVER_S = 3.5
"""A lease lasts two seconds and is tried for every half; a second for the push and a busy machine."""


@pytest.mark.alone
async def test_a_frozen_holder_is_replaced_and_does_no_harm_when_it_wakes(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene, _second(scene) as second, scene.colleague("luis") as luis:
        customer = await _meet(scene, luis)
        holder, awake = scene.hub, second  # who came first holds the leases
        for number in range(rounds(2, 10)):
            luis.address = awake.address
            await luis.sit_down(customer)
            holder.freeze()
            try:
                assert await _time_to_screen(scene, awake, luis) < TAKEOVER_S
                await luis.answer(scene.world, customer, scene.company.channels["http"], f"answer {number}")
            finally:
                holder.thaw()
            await _say(scene, holder)
            holder, awake = awake, holder
        await scene.check()
        assert await _positions_are_dense(scene.database_url)


@asynccontextmanager
async def _second(scene: Scene) -> AsyncIterator[HubProcess]:
    """Another node of the same installation: the same key and database, a folder of its own."""
    folder = scene.hub.folder / "second"
    await asyncio.to_thread(_copy_key, scene.hub.folder / "data", folder / "data")
    async with HubProcess(folder, scene.hub.database_url) as hub:
        yield hub


def _copy_key(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    shutil.copy(source / "key", target / "key")


async def _meet(scene: Scene, luis: Colleague) -> str:
    await scene.hooks.say(scene.world.sender("rosa"))
    return str((await luis.ask("GET", "/customers"))["items"][0]["id"])


async def _say(scene: Scene, hub: HubProcess) -> None:
    async with Webhooks(hub.address, scene.company.hook) as hooks:
        await hooks.say(scene.world.sender("rosa"))


async def _time_to_screen(scene: Scene, hub: HubProcess, luis: Colleague) -> float:
    start = monotonic()
    await _say(scene, hub)
    while scene.world.sender("rosa").said[-1] not in (one["text"] for one in luis.messages.values()):
        await luis.changed(30)
    return monotonic() - start


async def _positions_are_dense(database_url: str) -> bool:
    connection = await asyncpg.connect(database_url)
    try:
        sql = "SELECT count(*) = max(position) AND count(DISTINCT position) = count(*) FROM event WHERE position IS NOT NULL"
        return bool(await connection.fetchval(sql))
    finally:
        await connection.close()
