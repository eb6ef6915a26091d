"""A mailbox at a real Dovecot, read by a hub that is killed, cut off and doubled: every mail is in the thread once, in order."""

import asyncio
import random
import shutil
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.rig.company import MAILBOX
from tests.rig.dovecot import PASSWORD, Dovecot, dovecot
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.proxy import FaultProxy, Manner
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually
from tests.rig.world import kept_messages, problems

AWAY = 2000
"""Mails that came while nobody read them."""
SENDERS = 40
SLOW_S = 150.0


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def at(port: int, **given: Any) -> dict[str, Any]:
    """Settings of a mailbox at a port of loopback."""
    mailbox = {"imap": True, "imap_host": "127.0.0.1", "imap_port": port, "imap_tls": "none", "imap_password": PASSWORD}
    return {**mailbox, "imap_user": MAILBOX, **given}


def written(scene: Scene, name: str) -> bytes:
    """The next mail of a customer's; that it is in the mailbox is a promise that it will be in the thread."""
    sender = scene.world.sender(name)
    mail = EmailMessage()
    text = sender.next_text()
    mail["From"], mail["To"], mail["Subject"] = f"{name}@shop.example", MAILBOX, "Pedido"
    mail["Message-ID"] = f"<{text.replace(' ', '.')}@shop.example>"
    mail.set_content(text)
    sender.acknowledged.add(text)
    return mail.as_bytes().replace(b"\n", b"\r\n")


def mails(scene: Scene, count: int) -> list[bytes]:
    """Mails of forty customers in turn."""
    return [written(scene, f"c{number % SENDERS}") for number in range(count)]


async def settled(scene: Scene, seconds: float = SLOW_S) -> None:
    """Wait until all that was promised is there; then nothing may be wrong."""
    await eventually(scene._all_there, what="every mail is in the thread", seconds=seconds)
    found = problems(scene.world, await kept_messages(scene.database_url))
    assert not found, "\n".join(found)


async def count(scene: Scene, sql: str) -> int:
    connection = await asyncpg.connect(scene.database_url)
    try:
        return int(await connection.fetchval(sql))
    finally:
        await connection.close()


async def test_two_thousand_mails_after_days_away_come_once_each_though_the_hub_dies_twice(
    rig_postgres: RigPostgres, tmp_path: Path, server: Dovecot
) -> None:
    settings = at(server.imap_port, imap_after="move", imap_move_to="Hilo")
    async with opened(rig_postgres, tmp_path, mail=True, start=False, mailbox=settings) as scene:
        away = mails(scene, AWAY)
        await asyncio.to_thread(server.put, MAILBOX, away)
        await scene.hub.start()
        for part in (AWAY // 10, AWAY // 3):
            await eventually(partial(_kept, scene, part), what=f"{part} mails are there", seconds=SLOW_S)
            await scene.hub.kill()
            await scene.hub.start()
        began = time.monotonic()
        await scene.hooks.say(scene.world.sender("rosa"))  # another channel does not wait behind the two thousand
        await eventually(lambda: _has(scene, "rosa says 0"), what="the other channel's message", seconds=10)
        assert time.monotonic() - began < 5
        await settled(scene)
        await eventually(lambda: _moved(server), what="the mailbox is tidied up", seconds=30)


async def _kept(scene: Scene, many: int) -> bool:
    return await count(scene, "SELECT count(*) FROM message") >= many


async def _has(scene: Scene, text: str) -> bool:
    return any(one.text == text for one in await kept_messages(scene.database_url))


async def _moved(server: Dovecot) -> bool:
    told = await asyncio.to_thread(server.admin, "mailbox", "status", "-u", MAILBOX, "messages", "INBOX", "Hilo")
    return f"Hilo messages={AWAY}" in told and "INBOX messages=0" in told


async def test_connections_that_are_cut_at_random_and_the_listener_beside_them(
    rig_postgres: RigPostgres, tmp_path: Path, server: Dovecot
) -> None:
    """The same mails come by the listener too, some before and some after."""
    chance = random.Random(4)
    async with FaultProxy(("127.0.0.1", server.imap_port)) as proxy:
        proxy.script(Manner(cut_after=chance.randrange(3_000, 25_000)) for _ in range(7))
        async with opened(rig_postgres, tmp_path, mail=True, mailbox=at(proxy.port, look_up=False)) as scene:
            many = mails(scene, 160)
            await asyncio.to_thread(server.deliver, MAILBOX, many[:80])
            for one in many[60:100]:
                await scene.post.write(_parsed(one), sender="someone@shop.example", recipients=[MAILBOX])
            await asyncio.to_thread(server.deliver, MAILBOX, many[80:])
            await eventually(scene._all_there, what="every mail is in the thread", seconds=SLOW_S)
            twice = "SELECT count(*) FROM (SELECT text FROM message GROUP BY text HAVING count(*) > 1) x"
            assert (await count(scene, "SELECT count(*) FROM message"), await count(scene, twice)) == (160, 0)
        assert proxy.accepted > 3


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


async def test_of_two_hubs_one_reads_the_mailbox_and_the_other_goes_on_when_it_dies(
    rig_postgres: RigPostgres, tmp_path: Path, server: Dovecot
) -> None:
    async with opened(rig_postgres, tmp_path, mail=True, mailbox=at(server.imap_port)) as scene:
        folder = tmp_path / "other"
        await asyncio.to_thread((folder / "data").mkdir, parents=True)
        for name in ("key", "channels.sealed"):
            await asyncio.to_thread(shutil.copy, scene.hub.folder / "data" / name, folder / "data" / name)
        async with HubProcess(folder, scene.hub.database_url, environment=scene.hub.environment):
            await asyncio.to_thread(server.deliver, MAILBOX, mails(scene, 40))
            await eventually(lambda: _kept(scene, 20), what="some are there", seconds=30)
            await scene.hub.kill()
            await asyncio.to_thread(server.deliver, MAILBOX, mails(scene, 40))
            await settled(scene, 60)
    assert await asyncio.to_thread(_sessions, server) <= 1


def _sessions(server: Dovecot) -> int:
    return sum(MAILBOX in line for line in server.admin("who").splitlines()[1:])
