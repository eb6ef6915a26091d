"""Webhooks: one poisoned item of a batch stands alone, a noisy channel has its quota, and forgers are not listened to for long."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.channels.model import OpenChannel
from hub.inbound.inbox import Inbox
from hub.inbound.webhooks import REFUSALS_A_MINUTE, Webhooks
from hub.kernel.proxies import Proxies
from hub.kernel.spool import Spool
from hub.kernel.web import errors_as_data
from tests.inbound.provider import depot_channel
from tests.inbound.scene import Entrance

WORD = {"X-Word": "sesame"}


def _items(count: int, name: str = "m") -> list[Any]:
    return [{"id": f"{name}{number}", "from": f"{name}{number % 50}", "text": f"{name}{number}"} for number in range(count)]


@asynccontextmanager
async def _door(entrance: Entrance, folder: Path, quota: int = 1000) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """`/hooks/depot` and `/hooks/quiet`, two channels of one kind; `/hooks/both` is heard by them, the quiet one first."""
    async with depot_channel(entrance) as (_, channel):
        quiet = replace(channel, channel=replace(channel.channel, id=_other(entrance)))
        hooks: dict[str, list[OpenChannel]] = {"depot": [channel], "quiet": [quiet], "both": [quiet, channel]}
        inbox = Inbox(entrance.intake, Spool(folder / "spool", 1024 * 1024))
        app = web.Application(middlewares=[errors_as_data])
        proxies = Proxies(["127.0.0.1"])
        Webhooks(inbox, lambda hook: hooks.get(hook, []), lambda: "http://127.0.0.1", proxies, quota=quota).add(app)
        async with TestClient(TestServer(app)) as client:
            yield client


def _other(entrance: Entrance) -> Any:
    return type(entrance.channel.id)(entrance.company.email)


async def _post(client: Any, items: Any, hook: str = "depot", **headers: str) -> tuple[int, Any]:
    async with client.post(f"/hooks/{hook}", data=json.dumps(items), headers={**WORD, **headers}) as answer:
        return answer.status, answer.headers


async def test_a_batch_of_a_thousand_with_one_poisoned_item_keeps_the_others(entrance: Entrance, tmp_path: Path) -> None:
    items = _items(1000)
    items[500] = {"id": "poison"}
    items[501]["text"] = "zero \x00 byte"
    async with _door(entrance, tmp_path) as client, asyncio.timeout(10):
        assert (await _post(client, items))[0] == 200
    assert await entrance.database.value("SELECT count(*) FROM message") == 999
    (problem,) = await entrance.quarantined()
    assert "KeyError" in problem
    assert await entrance.database.value("SELECT body FROM delivery WHERE state = 'quarantined'") == b'{"id": "poison"}'


async def test_a_noisy_channel_is_asked_to_come_back_and_the_others_are_served(entrance: Entrance, tmp_path: Path) -> None:
    async with _door(entrance, tmp_path, quota=10) as client:
        first = asyncio.create_task(_post(client, _items(500, "a")))
        noisy = [asyncio.create_task(_post(client, _items(10, "b"))) for _ in range(5)]
        quiet = await _post(client, _items(3, "c"), hook="quiet")
        statuses = [status for status, _ in await asyncio.gather(first, *noisy)]
        assert (quiet[0], statuses[0]) == (200, 200)
        assert 503 in statuses
        retry = next(headers["Retry-After"] for status, headers in await asyncio.gather(*noisy) if status == 503)
        assert int(retry) >= 1
        assert (await _post(client, _items(10, "b")))[0] == 200, "afterwards there is room again"
    assert await entrance.database.value("SELECT count(*) FROM message") == 513


async def test_a_noisy_neighbour_at_one_address_keeps_nobody_waiting_who_is_not_its_own(entrance: Entrance, tmp_path: Path) -> None:
    async with _door(entrance, tmp_path, quota=10) as client:
        noisy = asyncio.create_task(_post(client, _items(500, "a")))
        quiet = await _post(client, _items(3, "c"), hook="both")
        assert not noisy.done()
        assert (quiet[0], (await noisy)[0]) == (200, 200)


async def test_whoever_forges_is_not_listened_to_for_a_while_and_others_are(entrance: Entrance, tmp_path: Path) -> None:
    async with _door(entrance, tmp_path) as client:
        forged = [(await _post(client, [], **{"X-Word": "", "X-Forwarded-For": "198.51.100.7"}))[0] for _ in range(REFUSALS_A_MINUTE + 5)]
        assert forged[0] == 403
        assert forged[-1] == 429
        assert (await _post(client, _items(1), **{"X-Forwarded-For": "198.51.100.8"}))[0] == 200
        assert (await _post(client, _items(1), hook="quiet", **{"X-Forwarded-For": "198.51.100.7"}))[0] == 200


async def test_forgers_behind_the_providers_own_address_do_not_lock_it_out(entrance: Entrance, tmp_path: Path) -> None:
    async with _door(entrance, tmp_path) as client:
        for round_ in range(3):
            for _ in range(REFUSALS_A_MINUTE - 10):
                assert (await _post(client, [], **{"X-Word": ""}))[0] == 403
            assert (await _post(client, _items(1, f"r{round_}")))[0] == 200
