"""Albums: several pictures of one album are one message, however they come; pictures without one are messages of their own."""

import asyncio
from pathlib import Path

from connectors.contract import Address, Media, Message
from tests.inbound.scene import Entrance, running_intake

ROSA = Address("visitor", "rosa", "Rosa")


def picture(number: int, album: str = "", text: str = "") -> Message:
    file = Media(f"{number}.jpg", "image/jpeg", data=f"picture {number}".encode(), kind="image")
    return Message(f"m{number}", ROSA, text, attachments=(file,), album=album)


async def _counts(entrance: Entrance) -> tuple[int, int, int, int]:
    tables = ("customer", "topic", "message", "attachment")
    return tuple([await entrance.database.value(f"SELECT count(*) FROM {table}") for table in tables])


async def test_an_album_from_a_stranger_all_at_once_is_one_message_with_all_its_pictures(entrance: Entrance) -> None:
    pictures = [picture(number, "a1", "Look!" if number == 3 else "") for number in range(10)]
    await entrance.deliver_together([(one.external_id, one) for one in reversed(pictures)])
    assert await _counts(entrance) == (1, 1, 1, 10)
    assert await entrance.texts() == ["Look!"]


async def test_an_album_one_picture_after_the_other_is_one_message(entrance: Entrance) -> None:
    for number in range(3):
        await entrance.deliver(f"d{number}", picture(number, "a1"))
    assert await _counts(entrance) == (1, 1, 1, 3)
    created = await entrance.database.value("SELECT count(*) FROM event WHERE type = 'message.created'")
    changed = await entrance.database.value("SELECT count(*) FROM event WHERE type = 'message.changed'")
    assert (created, changed) == (1, 2)


async def test_the_same_picture_of_an_album_twice_is_one_picture(entrance: Entrance) -> None:
    for _ in range(2):
        for number in range(3):
            await entrance.deliver(f"d{number}", picture(number, "a1"))
    assert await _counts(entrance) == (1, 1, 1, 3)


async def test_two_albums_are_two_messages(entrance: Entrance) -> None:
    await asyncio.gather(*(entrance.deliver(f"d{number}", picture(number, f"a{number % 2}")) for number in range(8)))
    assert await _counts(entrance) == (1, 1, 2, 8)


async def test_ten_pictures_at_once_from_a_stranger_are_one_customer_one_conversation_ten_messages(entrance: Entrance) -> None:
    await entrance.deliver_together([(f"d{number}", picture(number)) for number in range(10)])
    assert await _counts(entrance) == (1, 1, 10, 10)
    assert await entrance.database.value("SELECT count(*) FROM work") == 1


async def test_an_old_album_takes_no_more_pictures(entrance: Entrance) -> None:
    await entrance.deliver("d0", picture(0, "a1"))
    await entrance.database.run("UPDATE message SET at = now() - interval '2 minutes'")
    await entrance.deliver("d1", picture(1, "a1"))
    assert await _counts(entrance) == (1, 1, 2, 2)


async def test_an_album_that_two_nodes_take_in_at_once_is_one_message(entrance: Entrance, tmp_path: Path) -> None:
    pictures = [picture(number, "a1") for number in range(12)]
    async with running_intake(entrance.database, tmp_path) as other:
        takes = [(entrance.intake, other)[number % 2].take(entrance.incoming(f"d{number}", one)) for number, one in enumerate(pictures)]
        await asyncio.gather(*takes)
    assert await _counts(entrance) == (1, 1, 1, 12)
    assert await entrance.quarantined() == []


async def test_the_pictures_of_an_album_stand_in_the_providers_order_however_they_come(entrance: Entrance) -> None:
    for number in (9, 11, 10, 8):
        await entrance.deliver(f"d{number}", picture(number, "a1"))
    rows = await entrance.database.rows("SELECT name FROM attachment ORDER BY position")
    assert [row["name"] for row in rows] == ["8.jpg", "9.jpg", "10.jpg", "11.jpg"]
