"""Files that are still with the provider: fetched once, tried again when it is away, given up when they are gone."""

from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Address, Media, Message
from hub.inbound import fetching
from hub.inbound.fetching import Fetching
from hub.kernel.blobs import Blobs
from tests.inbound.provider import depot_channel, serving
from tests.inbound.scene import Entrance
from tests.rig.waiting import eventually

PNG = b"\x89PNG\r\n\x1a\n and the rest"
ROSA = Address("visitor", "rosa")


async def _arrives(entrance: Entrance, *names: str, content_type: str = "application/pdf") -> None:
    files = tuple(Media(f"../{name}", content_type, reference=name) for name in names)
    await entrance.deliver("d " + " ".join(names), Message(" ".join(names), ROSA, "look", attachments=files))


async def _files(entrance: Entrance) -> list[dict[str, Any]]:
    rows = await entrance.database.rows("SELECT name, state, problem, size, content_type, blob, attempts FROM attachment ORDER BY position")
    return [dict(row) for row in rows]


async def _settled(entrance: Entrance) -> list[dict[str, Any]]:
    async def done() -> list[dict[str, Any]] | None:
        files = await _files(entrance)
        return files if files and all(one["state"] != "waiting" for one in files) else None

    found = await eventually(done, what="no file is waited for")
    assert isinstance(found, list)
    return found


def _fetching(entrance: Entrance, folder: Path) -> Fetching:
    return Fetching(entrance.database, Blobs(folder / "blobs"), lambda: None)


async def test_the_message_is_there_at_once_and_its_file_comes(entrance: Entrance, tmp_path: Path) -> None:
    async with depot_channel(entrance) as (depot, channel):
        depot.files["a.png"] = PNG
        await _arrives(entrance, "a.png", content_type="application/octet-stream")
        assert [one["state"] for one in await _files(entrance)] == ["waiting"]
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            (file,) = await _settled(entrance)
    assert (file["name"], file["state"], file["size"], file["content_type"]) == ("a.png", "here", len(PNG), "image/png")
    assert await Blobs(tmp_path / "blobs").read(file["blob"]) == PNG
    events = await entrance.company.events("message.changed")
    assert [one["data"] for one in events] == [{"what": "file"}]


async def test_a_file_that_comes_while_it_is_served_is_fetched_at_once(entrance: Entrance, tmp_path: Path) -> None:
    async with depot_channel(entrance) as (depot, channel):
        depot.files["a"] = b"words"
        duty = _fetching(entrance, tmp_path)
        async with serving(duty.serve, entrance, channel) as lease:
            await lease.held()
            await _arrives(entrance, "a")
            duty.ring(channel.channel.id)
            assert [one["state"] for one in await _settled(entrance)] == ["here"]


async def test_a_provider_that_is_away_is_asked_again(entrance: Entrance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LADDER_S", (0, 0, 0))
    async with depot_channel(entrance) as (depot, channel):
        depot.files["a"], depot.answers = b"words", [500, 503]
        await _arrives(entrance, "a")
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            (file,) = await _settled(entrance)
    assert (file["state"], file["attempts"], len(depot.asked)) == ("here", 2, 3)


async def test_after_the_last_attempt_it_has_failed(entrance: Entrance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LADDER_S", (0,))
    async with depot_channel(entrance) as (depot, channel):
        depot.answers = [500] * 9
        await _arrives(entrance, "a")
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            (file,) = await _settled(entrance)
    assert (file["state"], file["problem"], len(depot.asked)) == ("failed", "unavailable", 2)


async def test_a_file_that_is_gone_has_failed_at_once_and_the_others_come(entrance: Entrance, tmp_path: Path) -> None:
    async with depot_channel(entrance) as (depot, channel):
        depot.files["b"] = b"words"
        await _arrives(entrance, "a", "b")
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            gone, here = await _settled(entrance)
    assert (gone["state"], gone["problem"]) == ("failed", "file_gone")
    assert here["state"] == "here"


async def test_a_file_that_is_too_large_is_not_kept(entrance: Entrance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FILE_LIMIT", 3)
    async with depot_channel(entrance) as (depot, channel):
        depot.files["a"] = b"words"
        await _arrives(entrance, "a")
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            (file,) = await _settled(entrance)
    assert (file["state"], file["problem"]) == ("failed", "too_large")


async def test_some_are_fetched_side_by_side_and_none_twice(entrance: Entrance, tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(10)]
    async with depot_channel(entrance) as (depot, channel):
        depot.files = {name: name.encode() for name in names}
        depot.gate.clear()
        await _arrives(entrance, *names)
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            await eventually(_enough(depot.asked, fetching.AT_ONCE), what="as many as may be are on their way")
            depot.gate.set()
            await _settled(entrance)
    assert depot.most_at_once == fetching.AT_ONCE
    assert sorted(depot.asked) == names


async def test_what_was_on_its_way_when_the_node_died_is_fetched_by_the_next(entrance: Entrance, tmp_path: Path) -> None:
    async with depot_channel(entrance) as (depot, channel):
        depot.files["a"] = b"words"
        depot.gate.clear()
        await _arrives(entrance, "a")
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            await eventually(_enough(depot.asked, 1), what="the first node asks")
        depot.gate.set()
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel):
            assert [one["state"] for one in await _settled(entrance)] == ["here"]


async def test_a_node_that_lost_the_channel_settles_nothing(entrance: Entrance, tmp_path: Path) -> None:
    async with depot_channel(entrance) as (depot, channel):
        depot.files["a"] = b"words"
        depot.gate.clear()
        await _arrives(entrance, "a")
        async with serving(_fetching(entrance, tmp_path).serve, entrance, channel) as lease:
            await eventually(_enough(depot.asked, 1), what="the node asks")
            sql = "UPDATE lease SET holder = uuidv7(), token = token + 1, until = now() + interval '1 hour' WHERE name = $1"
            await entrance.database.run(sql, lease.name)
            depot.gate.set()
            await eventually(_lost(lease), what="the node knows that it lost the channel")
            assert [one["state"] for one in await _files(entrance)] == ["waiting"]


def _enough(asked: list[str], count: int) -> Any:
    async def look() -> bool:
        return len(asked) >= count

    return look


def _lost(lease: Any) -> Any:
    async def look() -> bool:
        return lease.token is None

    return look
