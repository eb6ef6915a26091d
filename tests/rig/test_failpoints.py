"""The hub dies between any two effects, as by a power cut, once in each place; after the next start nothing is lost or doubled."""

import ast
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from tests.connectors.telegram import world as telegram
from tests.rig.counts import LONG
from tests.rig.load import acknowledged, mixed_load
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually
from tests.source import python_files

POINTS = (
    "intake.prepared",
    "intake.committed",
    "inbound.stored",
    "ledger.published",
    "work.offered",
    "work.moved",
    "message.written",
    "outbox.claimed",
    "outbox.sent",
    "outbox.settled",
)
WITHOUT_DATABASE = ("inbox.spooling", "inbox.spooled")
BACK_AGAIN = ("spool.drained",)
WITH_FILES = ("media.fetched",)
SIGKILL = -9


async def test_dying_between_any_two_effects_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            for point in POINTS:
                if scene.hub.alive:
                    await scene.hub.kill()
                await _die_at(scene, point)
                if LONG:  # otherwise the next life, which will be short too, does the clearing up
                    await scene.hub.start()
                    await acknowledged(scene, 10)
            if not scene.hub.alive:
                await scene.hub.start()
            await acknowledged(scene, 10)
        await scene.check()


async def test_dying_around_the_spool_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            await acknowledged(scene, 5)
            await scene.hub.kill()
            scene.proxy.go_away()
            for point in WITHOUT_DATABASE:
                await _die_at(scene, point)
            await scene.hub.start()
            await acknowledged(scene, 5)
            await scene.hub.kill()
            scene.proxy.come_back()
            for point in BACK_AGAIN:
                await _die_at(scene, point)
            await scene.hub.start()
            await acknowledged(scene, 10)
        await scene.check()


async def test_dying_before_a_file_is_named_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, start=False) as scene, telegram.opened() as outside:
        await scene.company.add_telegram(scene.database_url, scene.hub.folder / "data", outside.base)
        scene.hub.environment["HILO_EGRESS_PRIVATE"] = urlsplit(outside.base).netloc
        await outside.does("say", text="Look", media=[telegram.file("one.pdf", kind="file"), telegram.file("two.pdf", kind="file")])
        for point in WITH_FILES:
            await _die_at(scene, point)
        await scene.hub.start()
        assert await eventually(lambda: _files(scene), what="both files are here") == [("one.pdf", 1), ("two.pdf", 1)]


async def _files(scene: Scene) -> list[tuple[str, int]]:
    """The names of the files that are here, and how many messages there are, once nothing is waited for."""
    connection = await asyncpg.connect(scene.database_url)
    try:
        sql = "SELECT name, state, (SELECT count(*) FROM message) AS messages FROM attachment ORDER BY name"
        rows = await connection.fetch(sql)
    finally:
        await connection.close()
    return [(row["name"], row["messages"]) for row in rows] if all(row["state"] == "here" for row in rows) else []


async def _die_at(scene: Scene, point: str) -> None:
    await scene.hub.launch(HILO_CRASH_AT=f"{point}:1")
    assert await scene.hub.died() == SIGKILL, f"{point}: {scene.hub.tail()}"


def test_every_failpoint_of_the_hub_is_tried() -> None:
    assert {*POINTS, *WITHOUT_DATABASE, *BACK_AGAIN, *WITH_FILES} == set(_failpoints())


def _failpoints() -> list[str]:
    nodes = (node for source in python_files() if source.name.startswith("hub/") for node in ast.walk(source.tree))
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crash_point"]
    return [ast.literal_eval(call.args[0]) for call in calls]
