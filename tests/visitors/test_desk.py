"""What the visitors' desk answers."""

from collections.abc import Collection, Mapping
from uuid import uuid4

from connectors.contract import Surroundings
from connectors.registry import load
from connectors.settings import read_settings
from hub.channels.model import OpenChannel
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
