"""Mails made to hurt, through the whole hub: each is read or set aside in time with its bytes, and nobody else waits for it."""

import asyncio
import hashlib
import re
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from connectors.email.payloads import external_id
from tests.connectors.email.test_hostile import SHAPES
from tests.rig.company import MAILBOX
from tests.rig.counts import LONG
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]
IN_TIME_S = 6.0
"""Five for the parser, one for the way there and back."""
ON_TIME_S = 15.0
"""For everybody else's mail: it may find both parsers at work."""
HEARTBEAT_S = 1.0
"""Beside twice of what the machine holds up this process itself, which does nothing."""
PACE_S = 0.2
FEW = ("3 000 nested parts", "15 million lines", "200 000 parts", "100 000 nested tags", "30 MB of HTML text", "60 000 recipients")
WORST = list(SHAPES) if LONG else FEW
ROW = "SELECT state, body, blob FROM delivery WHERE external_id = $1 AND state <> 'new'"
LINE_END = re.compile(rb"\r\n|\r|\n")
LONG_LINE = re.compile(rb"[^\r\n]{100000}")
"""Longer than this is refused by the server at once."""


class Watch:
    """What everybody else sees meanwhile: a customer who writes at a calm pace, and whoever asks the hub how it is."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.waits: list[float] = []
        self.beats: list[float] = []
        self.own: list[float] = []
        self.seen = asyncio.Event()
        """At least one mail went its way meanwhile."""

    async def mails(self) -> None:
        """For ever: the next mail once the last one stands in the thread."""
        rosa = self._scene.world.sender("rosa")
        while True:
            began = perf_counter()
            await self._scene.mail(rosa)
            await _first(self._scene, "SELECT 1 FROM message WHERE text = $1", rosa.said[-1])
            self.waits.append(perf_counter() - began)
            self.seen.set()
            await asyncio.sleep(PACE_S)

    async def heartbeat(self) -> None:
        """For ever: how long the hub's event loop keeps somebody waiting."""
        async with aiohttp.ClientSession() as client:
            while True:
                began = perf_counter()
                async with client.get(f"{self._scene.hub.address}/healthz") as answer:
                    assert answer.status == 200
                self.beats.append(perf_counter() - began)
                await asyncio.sleep(PACE_S / 4)

    async def machine(self) -> None:
        """For ever: how late the machine wakes this process."""
        while True:
            began = perf_counter()
            await asyncio.sleep(PACE_S / 4)
            self.own.append(perf_counter() - began - PACE_S / 4)


@asynccontextmanager
async def watched(scene: Scene, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[Watch]:
    watch = Watch(scene)
    await scene.mail(scene.world.sender("marta"))  # from now on its mail server answers
    tasks = [asyncio.create_task(one) for one in (watch.mails(), watch.heartbeat(), watch.machine())]
    try:
        yield watch
        async with asyncio.timeout(60):
            await watch.seen.wait()
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one for one in ended if not isinstance(one, asyncio.CancelledError)] == []
    slowest = f"heartbeat {max(watch.beats):.3f} s (here {max(watch.own):.3f} s), mail of others {max(watch.waits):.2f} s"
    print(f"slowest {slowest} of {len(watch.waits)}")
    assert max(watch.beats) < heartbeat_s + 2 * max(watch.own)
    assert max(watch.waits) < ON_TIME_S


async def test_no_shape_takes_long_or_holds_anybody_up(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    letters = {shape: made(shape) for shape in WORST}
    async with opened(rig_postgres, tmp_path, mail=True) as scene, watched(scene):
        for shape, letter in letters.items():
            took = await _read(scene, letter)
            print(f"{took:5.2f} s  {shape}")
            assert took < IN_TIME_S, shape
    # the scene's own end says that nobody's mail was lost


async def test_many_at_once_hold_up_nobody_else(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    letters = [made(shape) for shape in (WORST if LONG else FEW[:4])]
    async with opened(rig_postgres, tmp_path, mail=True) as scene, watched(scene, heartbeat_s=2 * HEARTBEAT_S):
        took = await asyncio.gather(*(_read(scene, letter) for letter in letters))
    assert max(took) < IN_TIME_S * len(letters)


@pytest.mark.parametrize("endless", ["body", "line", "header"])
async def test_a_mail_without_end_is_refused_and_holds_nobody_up(rig_postgres: RigPostgres, tmp_path: Path, endless: str) -> None:
    pieces: dict[str, Callable[[], bytes]] = {
        "body": lambda: b"and on\r\n" * 8192,
        "line": lambda: b"and on and on " * 4096,
        "header": lambda: b"X-And: on\r\n" * 8192,
    }
    async with opened(rig_postgres, tmp_path, mail=True) as scene, watched(scene):
        assert await _pour(scene.company.mail_port, pieces[endless]()) in (b"5", b"")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail made beforehand, since making it holds up whoever measures here."""

    wire: bytes
    id: str
    digest: bytes


def made(shape: str) -> Letter:
    raw = LINE_END.sub(b"\r\n", b"X-Number: " + uuid4().hex.encode() + b"\r\n" + SHAPES[shape]() + b"\r\n")
    raw = LONG_LINE.sub(lambda found: found[0] + b"\r\n ", raw)
    return Letter(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n", external_id(raw), hashlib.sha256(raw).digest())


async def _read(scene: Scene, letter: Letter) -> float:
    """Hand a mail over; seconds from its acceptance until it is read or set aside. Its bytes are there."""
    await asyncio.to_thread(_hand_over, scene.company.mail_port, letter.wire)
    began = perf_counter()
    row = await _first(scene, ROW, letter.id)
    took = perf_counter() - began
    assert (row["blob"] or hashlib.sha256(row["body"]).digest()) == letter.digest
    assert row["state"] in ("done", "quarantined")
    return took


def _hand_over(port: int, wire: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=120) as client:
        client.ehlo()
        client.mail("eve@evil.example")
        client.rcpt(MAILBOX)
        client.docmd("DATA")
        client.send(wire)
        code, said = client.getreply()
        assert code == 250, said


async def _first(scene: Scene, sql: str, *arguments: object) -> Any:
    connection = await asyncpg.connect(scene.database_url)
    try:
        return await eventually(lambda: connection.fetchrow(sql, *arguments), what=sql, seconds=60)
    finally:
        await connection.close()


async def _pour(port: int, piece: bytes) -> bytes:
    """Send a mail that does not end; the first digit of what the server says in the end, or nothing where it just hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"EHLO evil.example\r\nMAIL FROM:<eve@evil.example>\r\n")
    writer.write(b"RCPT TO:<" + MAILBOX.encode() + b">\r\nDATA\r\n")
    await reader.readuntil(b"354 ")
    await reader.readline()
    answer = asyncio.create_task(reader.read(1))
    with suppress(ConnectionError):
        while not answer.done():
            writer.write(piece)
            await writer.drain()
    writer.close()
    return b"".join(one for one in await asyncio.gather(answer, return_exceptions=True) if isinstance(one, bytes))
