"""Sweeping a provider's history: what webhooks missed comes in once, from a little before the last time on."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Delivery, Event
from hub.channels.model import Channel
from hub.inbound.duties import Reading
from hub.inbound.group import QUERIES
from hub.inbound.inbox import Inbox
from hub.inbound.sweeping import Sweeping
from hub.kernel.blobs import Blobs
from hub.kernel.spool import Spool
from tests.inbound.provider import DepotConnector, depot_channel, serving
from tests.inbound.scene import Entrance, message
from tests.rig.waiting import eventually


def _said(name: str) -> Delivery:
    return Delivery("message", name, json.dumps({"id": name, "from": "rosa", "text": name}).encode())


def _sweeping(entrance: Entrance, folder: Path, every_s: float = 300) -> tuple[Sweeping, Inbox]:
    async def never(channel: Channel, delivery: Delivery) -> list[Event]:
        raise AssertionError("nothing here is parsed in a worker")

    inbox = Inbox(entrance.intake, Spool(folder / "spool", 1024 * 1024))
    return Sweeping(entrance.database, inbox, Reading(entrance.database, entrance.intake, Blobs(folder), never), every_s=every_s), inbox


async def test_what_the_webhooks_missed_comes_in_and_nothing_twice(entrance: Entrance, tmp_path: Path) -> None:
    sweeping, inbox = _sweeping(entrance, tmp_path)
    async with depot_channel(entrance) as (depot, channel):
        depot.history = [_said("one"), _said("two"), _said("three")]
        await inbox.accept(channel, [_said("two")])
        async with serving(sweeping.serve, entrance, channel):
            await eventually(lambda: _swept(entrance), what="the history was looked through")
    assert sorted(await entrance.texts()) == ["one", "three", "two"]


async def test_it_goes_on_a_little_before_the_last_time(entrance: Entrance, tmp_path: Path) -> None:
    sweeping, _ = _sweeping(entrance, tmp_path, every_s=0.01)
    await entrance.database.run("UPDATE channel SET created_at = now() - interval '3 days'")
    async with depot_channel(entrance) as (depot, channel), serving(sweeping.serve, entrance, channel):
        await eventually(_often(depot.swept_from, 2), what="it was looked through twice")
        first, second, now = *depot.swept_from[:2], await _now(entrance)
    assert abs(now - 3 * 86400 - 600 - first) < 60
    assert abs(now - 600 - second) < 60


async def test_one_that_nobody_can_read_does_not_hold_up_the_sweep(entrance: Entrance, tmp_path: Path) -> None:
    sweeping, _ = _sweeping(entrance, tmp_path)
    async with depot_channel(entrance) as (depot, channel):
        depot.history = [_said("one"), Delivery("message", "poison", b"{"), _said("two")]
        async with serving(sweeping.serve, entrance, channel):
            await eventually(lambda: _swept(entrance), what="the history was looked through")
    assert await entrance.texts() == ["one", "two"]
    assert len(await entrance.quarantined()) == 1


class OnlyTraces(DepotConnector):
    """Its provider keeps no history, and can be asked what became of a message all the same."""

    sweep = None  # type: ignore[assignment]


@pytest.mark.parametrize("kind", [DepotConnector, OnlyTraces])
async def test_what_became_of_ours_is_asked_ten_minutes_after_it_left_and_ever_more_seldom(
    entrance: Entrance, tmp_path: Path, kind: type[DepotConnector]
) -> None:
    sweeping, _ = _sweeping(entrance, tmp_path)
    await entrance.deliver("d1", message("rosa", "hello"))
    sql = """
        INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, address, text,
                             state, external_id, at, state_at)
        SELECT uuidv7(), nextval('message_number'), customer_id, topic_id, channel_id, identity_id, 'out', 'human', address, '',
               'sent', age::text, now() - age * interval '1 minute', now() - age * interval '1 minute'
        FROM message, unnest(ARRAY[2, 11, 15, 22, 35, 1300, 3000]) AS age WHERE direction = 'in'"""
    await entrance.database.run(sql)
    await entrance.database.run(QUERIES.swept, entrance.channel.id, await entrance.database.value("SELECT now() - interval '5 minutes'"))
    before = await _swept(entrance)
    async with depot_channel(entrance, kind) as (depot, channel), serving(sweeping.serve, entrance, channel):
        await eventually(lambda: _later(entrance, before), what="the history was looked through")
    assert sorted(depot.traced) == ["11", "22"]
    rows = await entrance.database.rows("SELECT external_id FROM message WHERE state = 'delivered' ORDER BY external_id")
    assert [row["external_id"] for row in rows] == ["11", "22"]


async def _later(entrance: Entrance, before: Any) -> bool:
    return bool(await _swept(entrance) > before)


async def _swept(entrance: Entrance) -> Any:
    return await entrance.database.value("SELECT swept_at FROM channel_state WHERE channel_id = $1", entrance.channel.id)


async def _now(entrance: Entrance) -> float:
    return float(await entrance.database.value("SELECT EXTRACT(epoch FROM now())"))


def _often(times: list[float], count: int) -> Any:
    async def look() -> bool:
        return len(times) >= count

    return look
