"""A backup made under load is restored into a fresh cluster: everything of before is there once, positions and numbers go on."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg

from tests.rig.colleague import Colleague
from tests.rig.load import acknowledged, mixed_load
from tests.rig.postgres import RigPostgres, private_postgres
from tests.rig.process import HubProcess
from tests.rig.scene import Scene, opened
from tests.rig.webhooks import Webhooks
from tests.rig.world import kept_messages, problems
from tests.source import ROOT

COMMAND_S = 60


async def test_a_backup_under_load_goes_on_in_a_fresh_cluster(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    archive, data = tmp_path / "hilo.tar", tmp_path / "restored" / "data"
    async with opened(rig_postgres, tmp_path / "before", mail=True) as scene:
        async with mixed_load(scene):
            await acknowledged(scene, 20)
            before = await kept_messages(scene.database_url)
            await _hilo(scene.hub.folder / "data", scene.database_url, "backup", str(archive))
            await acknowledged(scene, 5)
        await scene.check()
        await scene.hub.stop()
        async with private_postgres() as fresh:
            url = fresh.url(await fresh.make("template0"))
            await _hilo(data, url, "restore", str(archive))
            assert [one.id for one in await kept_messages(url)][: len(before)] == [one.id for one in before]
            async with HubProcess(tmp_path / "restored", url) as hub:
                await _goes_on(scene, hub, url)


async def _goes_on(scene: Scene, hub: HubProcess, url: str) -> None:
    """New events arrive at those who follow, with positions and numbers above the old ones."""
    head, highest = await _head(url), max(one.number for one in await kept_messages(url))
    async with Colleague(hub.address, scene.company.tokens["luis"]) as luis, Webhooks(hub.address, scene.company.hook) as hooks:
        customer = str((await luis.ask("GET", "/customers?q=rosa"))["items"][0]["id"])
        await luis.sit_down(customer)
        rosa = scene.world.sender("rosa")
        await hooks.say(rosa)
        while rosa.said[-1] not in (one["text"] for one in luis.messages.values()):
            await luis.changed()
        assert luis.position is not None
        assert luis.position > head
    after = await kept_messages(url)
    assert max(one.number for one in after) > highest
    assert [one for one in problems(scene.world, after) if not one.startswith(("lost", "arrived"))] == []


async def _head(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT position FROM ledger_head"))
    finally:
        await connection.close()


async def _hilo(data: Path, url: str, *arguments: str) -> None:
    """A command of `hilo`, which must go well."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HILO_")}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "HILO_DATA": str(data), "HILO_DATABASE_URL": url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", *arguments, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(COMMAND_S):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode(errors="replace")
