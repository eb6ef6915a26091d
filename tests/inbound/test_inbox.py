"""The inbox: what waited in the spool is taken in side by side, and each sender's words stay in their order."""

import asyncio
import json
from pathlib import Path

from connectors.contract import Surroundings
from connectors.registry import load
from connectors.settings import read_settings
from hub.channels.model import OpenChannel
from hub.inbound.inbox import Inbox
from hub.kernel.spool import Spool
from hub.kernel.spool_records import Spooled
from tests.inbound.scene import Entrance
from tests.rig.waiting import eventually

VISITORS = ("rosa", "marta", "pedro")


def _open(entrance: Entrance) -> OpenChannel:
    kind = load("webchat")
    connector = kind.build(read_settings(kind.settings, {}), Surroundings(str(entrance.channel.id), "http://127.0.0.1", bytes(32)))
    return OpenChannel(entrance.channel, kind.manifest, connector, receives=None)


def _spooled(entrance: Entrance, visitor: str, text: str) -> Spooled:
    body = json.dumps({"visitor": visitor, "text": text}).encode()
    return Spooled(str(entrance.channel.id), "message", f"{visitor}:{text}", body, {})


async def test_what_waited_in_the_spool_keeps_each_senders_order(entrance: Entrance, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1024 * 1024)
    said = {visitor: [f"{visitor} {number}" for number in range(40)] for visitor in VISITORS}
    for texts in zip(*said.values(), strict=True):
        for visitor, text in zip(VISITORS, texts, strict=True):
            await spool.append(_spooled(entrance, visitor, text))
    inbox = Inbox(entrance.intake, spool)
    inbox.know({entrance.channel.id: _open(entrance)})
    await _drain(inbox, spool)
    texts_in = await entrance.texts()
    assert {visitor: [text for text in texts_in if text.startswith(visitor)] for visitor in VISITORS} == said


async def test_a_channel_that_does_not_open_does_not_hold_up_the_others(entrance: Entrance, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1024 * 1024)
    await spool.append(Spooled(entrance.company.email, "mail", "m1", b"a mail", {}))
    await spool.append(_spooled(entrance, "rosa", "hello"))
    inbox = Inbox(entrance.intake, spool, patience_s=0)
    inbox.know({entrance.channel.id: _open(entrance)})
    await _drain(inbox, spool)
    assert await entrance.texts() == ["hello"]
    (problem,) = await entrance.quarantined()
    assert "not open" in problem
    assert await entrance.database.value("SELECT body FROM delivery WHERE state = 'quarantined'") == b"a mail"


async def _drain(inbox: Inbox, spool: Spool) -> None:
    """Run the inbox until the spool is empty."""
    draining = asyncio.create_task(inbox.run())

    async def empty() -> bool:
        return not spool.pending

    await eventually(empty, what="the spool is drained")
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
