"""The first look at the demo: every channel has a story, with pictures and pressed buttons, and the world outside tells the same."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.kernel.database import Database
from tests.flows.demo import Demo
from tests.rig.waiting import eventually

DOUBLES = {"sms": "twilio", "whatsapp": "meta", "telegram": "telegram", "messenger": "meta", "instagram": "meta"}
SAID = """SELECT c.connector, m.external_id, m.text, m.direction = 'in' AS mine, EXTRACT(epoch FROM m.at)::float8 AS at
FROM message m JOIN channel c ON c.id = m.channel_id WHERE c.connector = ANY ($1)"""
FILES = """SELECT c.connector, a.state, a.content_type FROM attachment a
JOIN message m ON m.id = a.message_id JOIN channel c ON c.id = m.channel_id"""
PRESSED = "SELECT c.connector FROM message m JOIN channel c ON c.id = m.channel_id WHERE m.content ? 'choice' ORDER BY 1"
WAITING = """SELECT DISTINCT c.connector FROM work w JOIN topic t ON t.id = w.topic_id JOIN channel c ON c.id = t.channel_id
WHERE w.state = 'queued'"""
GRATEFUL = "SELECT m.id FROM message m JOIN channel c ON c.id = m.channel_id WHERE c.connector = 'telegram' AND m.text LIKE 'Genial%'"


@pytest.fixture
async def demo(database_url: str, tmp_path: Path) -> AsyncIterator[Demo]:
    demo = Demo(tmp_path, database_url)
    yield demo
    if demo.alive:
        await demo.kill()


async def standing(world: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What stands on the phones, by app and id."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    async with aiohttp.ClientSession() as client:
        for double in set(DOUBLES.values()):
            async with client.get(f"{world}/doubles/{double}") as answer:
                found |= {(one["app"], one["id"]): one for one in (await answer.json())["shown"]}
    return found


async def test_every_channel_has_a_story_that_stands_on_the_phones_too_also_after_a_restart(demo: Demo, database: Database) -> None:
    await demo.start()
    said, shown = await database.rows(SAID, list(DOUBLES)), await standing(demo.world)
    assert {row["connector"] for row in said} == set(DOUBLES)
    assert {(row["connector"], row["external_id"]) for row in said} == shown.keys()
    for row in said:
        one = shown[row["connector"], row["external_id"]]
        assert (one["text"], one["mine"]) == (row["text"], row["mine"])
        assert abs(one["at"] - row["at"]) < 120
    files = await database.rows(FILES)
    assert sorted(row["connector"] for row in files) == ["instagram", "instagram", "messenger"]
    assert {(row["state"], row["content_type"]) for row in files} == {("here", "image/jpeg")}
    assert [row["connector"] for row in await database.rows(PRESSED)] == ["instagram", "messenger"]
    assert {row["connector"] for row in await database.rows(WAITING)} == {*DOUBLES, "email"}
    names = {row["name"] for row in await database.rows("SELECT name FROM customer")}
    assert {"inigo.bastida", "Marina Soler", "Diego Salas"} <= names
    assert await demo.stop() == 0
    await demo.start()
    assert await standing(demo.world) == shown


async def test_a_colleague_reacts_to_a_message_of_a_story_and_it_arrives(demo: Demo, database: Database) -> None:
    await demo.start()
    message = await database.value(GRATEFUL)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        given = {"email": "luis@demo.example", "password": "three words of a demo"}
        async with client.post(f"{demo.address}/api/v1/session", json=given) as answer:
            csrf = (await answer.json())["csrf"]
        address = f"{demo.address}/api/v1/messages/{message}/reaction"
        async with client.put(address, json={"emoji": "👍"}, headers={"X-CSRF-Token": csrf, "Origin": demo.address}) as answer:
            assert answer.status < 300, await answer.text()

    async def has_arrived() -> bool:
        return any(one["reactions"] == {"company": "👍"} for one in (await standing(demo.world)).values())

    await eventually(has_arrived, what="the reaction stands on the phone")
