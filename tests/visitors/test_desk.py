"""What the visitors' desk answers."""

from collections.abc import Collection, Mapping
from uuid import uuid4

from connectors.contract import Surroundings
from connectors.registry import load
from connectors.settings import read_settings
from hub.channels.model import OpenChannel
from hub.conversations.model import NewPlace
from hub.conversations.moving import Moving
from hub.visitors.desk import VisitorDesk, Wait
from hub.visitors.tokens import FileLinks
from tests.inbound.scene import Entrance


class NobodyWaits:
    """Where nobody has a place in a queue."""

    async def waits(self, ids: Collection[str]) -> Mapping[str, Wait]:
        return {}


def open_chat(entrance: Entrance) -> OpenChannel:
    kind = load("webchat")
    connector = kind.build(read_settings(kind.settings, {}), Surroundings(str(entrance.channel.id), "http://127.0.0.1", bytes(32)))
    return OpenChannel(entrance.channel, kind.manifest, connector, None)


async def test_the_same_message_again_gets_the_very_same_answer(entrance: Entrance) -> None:
    desk = VisitorDesk(entrance.database, entrance.intake, NobodyWaits(), FileLinks(bytes(32)))
    chat, said = open_chat(entrance), {"id": str(uuid4()), "text": "is anybody there?"}
    first = await desk.write(chat, "rosa", said, ())
    (shown,) = await desk.history("rosa", 0)
    assert {name: shown[name] for name in first} == first
    assert await desk.write(chat, "rosa", said, ()) == first
    other = await desk.write(chat, "rosa", {"id": str(uuid4()), "text": "is anybody there?"}, ())
    assert other["number"] > first["number"]


async def test_what_a_colleague_files_with_another_visitor_is_shown_to_neither_as_the_others(entrance: Entrance) -> None:
    desk = VisitorDesk(entrance.database, entrance.intake, NobodyWaits(), FileLinks(bytes(32)))
    chat = open_chat(entrance)
    for visitor, text in (("rosa", "mine"), ("pia", "hers")):
        await desk.write(chat, visitor, {"id": str(uuid4()), "text": text}, ())
    root = await desk.root("pia")
    assert root is not None
    message = await entrance.database.value("SELECT id::text FROM message WHERE text = 'mine'")
    await Moving(entrance.database, lambda: None).move(entrance.company.ana, message, NewPlace(customer=root[0]))
    assert [one["text"] for one in await desk.history("pia", 0)] == ["hers"]
    assert [one["text"] for one in await desk.history("rosa", 0)] == ["mine"]


def account(name: str) -> list[dict[str, str]]:
    """What the shop's token proves."""
    return [{"kind": "account", "value": name, "name": name}]


async def test_whoever_signs_in_at_a_shared_computer_is_somebody_else(entrance: Entrance) -> None:
    desk = VisitorDesk(entrance.database, entrance.intake, NobodyWaits(), FileLinks(bytes(32)))
    await desk.write(open_chat(entrance), "browser", {"id": str(uuid4()), "text": "it is Ada"}, account("ada"))
    assert not await desk.is_somebody_elses("browser", account("ada"))
    assert await desk.is_somebody_elses("browser", account("bob"))


async def test_two_accounts_of_a_shop_are_never_joined_by_the_browser_they_share(entrance: Entrance) -> None:
    desk, chat = VisitorDesk(entrance.database, entrance.intake, NobodyWaits(), FileLinks(bytes(32))), open_chat(entrance)
    await desk.write(chat, "bobs own", {"id": str(uuid4()), "text": "it is Bob"}, account("bob"))
    await desk.write(chat, "browser", {"id": str(uuid4()), "text": "it is Ada"}, account("ada"))
    await desk.write(chat, "browser", {"id": str(uuid4()), "text": "and now Bob"}, account("bob"))
    roots = await entrance.database.value(
        "SELECT count(DISTINCT c.root_id) FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.kind = 'account'"
    )
    assert roots == 2


async def test_the_same_account_in_two_browsers_is_one_customer(entrance: Entrance) -> None:
    desk, chat = VisitorDesk(entrance.database, entrance.intake, NobodyWaits(), FileLinks(bytes(32))), open_chat(entrance)
    for browser in ("at home", "at work"):
        await desk.write(chat, browser, {"id": str(uuid4()), "text": "it is Ada"}, account("ada"))
    assert await entrance.database.value("SELECT count(DISTINCT root_id) FROM customer") == 1
