"""Joined, ten messages, parted, joined again, by the API: no row is lost, and each message stays with whom it belongs to."""

from pathlib import Path
from typing import Any

from tests.rig.colleague import Colleague
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened


async def test_join_ten_messages_undo_join_loses_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene, scene.colleague("ana") as ana:
        rosa, marta = await _somebody(scene, ana, "rosa"), await _somebody(scene, ana, "marta")
        join = await _join(ana, rosa, marta)
        for _ in range(5):
            await scene.hooks.say(scene.world.sender("rosa"))
            await scene.hooks.say(scene.world.sender("marta"))
        whole = await ana.conversation(rosa)
        assert len(whole) == 12
        assert await ana.conversation(marta) == whole
        await ana.ask("DELETE", f"/joins/{join}")
        assert await _texts(ana, rosa) == scene.world.sender("rosa").said
        assert await _texts(ana, marta) == scene.world.sender("marta").said
        await _join(ana, rosa, marta)
        assert await ana.conversation(marta) == whole
        await scene.check()


async def test_messages_that_arrive_while_joins_come_and_go_keep_their_order(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene, scene.colleague("ana") as ana:
        rosa, marta = await _somebody(scene, ana, "rosa"), await _somebody(scene, ana, "marta")
        for _ in range(5):
            join = await _join(ana, rosa, marta)
            await scene.hooks.say(scene.world.sender("rosa"))
            await ana.ask("DELETE", f"/joins/{join}")
            await scene.hooks.say(scene.world.sender("marta"))
        await scene.check()
        assert await _texts(ana, rosa) == scene.world.sender("rosa").said


async def _somebody(scene: Scene, ana: Colleague, name: str) -> str:
    await scene.hooks.say(scene.world.sender(name))
    found: list[dict[str, Any]] = (await ana.ask("GET", f"/customers?q={name}"))["items"]
    return str(found[0]["id"])


async def _join(ana: Colleague, one: str, other: str) -> str:
    return str((await ana.ask("POST", f"/customers/{one}/joins", {"customer": other}))["join"])


async def _texts(ana: Colleague, customer: str) -> list[str]:
    messages = (await ana.conversation(customer)).values()
    return [one["text"] for one in sorted(messages, key=lambda one: one["number"])]
