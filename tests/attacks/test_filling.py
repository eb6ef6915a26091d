"""Strangers who want to fill the disk: what nobody sent with a message has its bounds, each visitor's, each address's and all together."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from tests.attacks.house import Bubble, House, lived_in

MEGABYTE = 1024 * 1024
NARROW = {
    "HILO_VISITORS_NEW_PER_ADDRESS": "4",
    "HILO_VISITORS_UPLOAD_MEGABYTES_PER_ADDRESS": "5",
    "HILO_VISITORS_UNUSED_MEGABYTES_EACH": "1",
    "HILO_VISITORS_UNUSED_MEGABYTES": "2",
}
HALF = b"x" * (MEGABYTE // 2)


@pytest.fixture
async def house(postgres: EmbeddedPostgres, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house whose bounds are narrow enough to reach."""
    await migrate(database_url)
    async with lived_in(database_url, tmp_path, **NARROW) as opened:
        yield opened


async def _up(house: House, visitor: Bubble, data: bytes, number: int = 0) -> tuple[int, str]:
    """Status, and the id or the code of the refusal."""
    headers = {"Authorization": f"Visitor {visitor.hello['token']}"}
    url = f"{house.url}/widget/files?name=a{number}.bin"
    async with aiohttp.ClientSession() as client, client.post(url, data=data, headers=headers) as answer:
        body = await answer.json()
        return answer.status, str(body.get("id") or body["error"]["code"])


def _bytes_kept(house: House) -> int:
    return sum(file.stat().st_size for file in (house.hub.settings.data.path / "blobs").rglob("*") if file.is_file())


async def test_a_visitor_who_sends_many_files_at_once_keeps_no_more_than_the_quota(house: House) -> None:
    rosa = await house.visitor()
    answers = await asyncio.gather(*(_up(house, rosa, bytes([number]) * (MEGABYTE // 2), number) for number in range(8)))
    assert sorted(status for status, _ in answers) == [201] * 2 + [429] * 6
    assert {said for status, said in answers if status == 429} == {"no_room"}
    assert _bytes_kept(house) <= MEGABYTE


async def test_files_that_a_message_uses_make_room_for_others(house: House) -> None:
    rosa = await house.visitor()
    files = [(await _up(house, rosa, HALF, number))[1] for number in range(2)]
    assert (await _up(house, rosa, HALF))[0] == 429
    await rosa.say("these two", attachments=files)
    assert (await _up(house, rosa, HALF))[0] == 201


async def test_many_visitors_keep_no_more_than_all_may_together(house: House) -> None:
    visitors = [await house.visitor() for _ in range(4)]
    answers = [await _up(house, visitor, HALF, number) for visitor in visitors for number in range(2)]
    assert [status for status, _ in answers].count(201) == 4
    assert _bytes_kept(house) <= 2 * MEGABYTE


async def test_tiny_files_count_as_more_than_they_are(house: House) -> None:
    rosa = await house.visitor()
    answers = [await _up(house, rosa, b"x", number) for number in range(20)]
    assert [status for status, _ in answers].count(201) == 16


async def test_one_address_sends_no_more_than_its_share_however_often_its_files_are_used(house: House) -> None:
    rosa = await house.visitor()
    said = []
    for number in range(12):
        status, file = await _up(house, rosa, HALF, number)
        said.append(status)
        if status == 201:
            await rosa.say(f"file {number}", attachments=[file])
    assert said == [201] * 10 + [429] * 2


async def test_one_address_brings_no_endless_stream_of_new_visitors(house: House) -> None:
    first = await house.visitor()
    for _ in range(3):
        await house.visitor()
    refused = await house.visitor()
    assert refused.hello["error"]["code"] == "too_many"
    again = await house.visitor(first.hello["token"])
    assert again.id == first.id
