"""The hub dies between two parts of a long message: what left is never sent again by itself, what did not leave still does."""

import asyncio
from pathlib import Path

from tests.rig.postgres import RigPostgres
from tests.rig.test_telegram import SIGKILL, Shop, opened

PARTS = [f"{word} " * 500 + word for word in ("primera", "segunda", "tercera")]
LONG = "\n\n".join(PARTS)
"""Each part is as long as one message may be, give or take a word."""


async def _killed_while_sending(shop: Shop, point: str) -> str:
    """The message's id."""
    await shop.world.does("say", text="Hola")
    await shop.hub.launch(HILO_CRASH_AT=point)
    await shop.texts(1)
    writing = asyncio.create_task(shop.writes(LONG))
    assert await shop.hub.died() == SIGKILL
    await shop.hub.start()
    return await writing


async def test_a_death_between_two_parts_costs_neither_a_loss_nor_a_double(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await _killed_while_sending(shop, "outbox.settled:1")
        await shop.stands(LONG, "sent")
        assert shop.on_phone() == PARTS


async def test_a_part_in_doubt_holds_the_later_ones_until_the_agent_says_so(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        message = await _killed_while_sending(shop, "outbox.sent:2")
        await shop.stands(LONG, "unknown")
        assert shop.on_phone() == PARTS[:2]
        await shop.ana.ask("POST", f"/messages/{message}/retry")
        await shop.stands(LONG, "sent")
        assert shop.on_phone() == [*PARTS[:2], *PARTS[1:]]
