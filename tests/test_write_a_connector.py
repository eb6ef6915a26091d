"""The guide to a connector of one's own: whoever does what it says, word by word, has a channel that keeps every rule and talks."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from connectors.conformance.skeleton import write_skeleton
from hub.kernel.database import Database
from tests.doubles.node import NODE
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.ports import free_port
from tests.rig.process import HubProcess
from tests.rig.waiting import eventually
from tests.rig.world import World
from tests.source import ROOT

GUIDE = (ROOT / "docs" / "guide" / "write-a-connector.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`\n```\w+\n(.+?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
COMMANDS = {" ".join(line.split()[: 3 if "add" in line else 2]): line for line in re.findall(r"^    hilo (.+)$", GUIDE, re.MULTILINE)}
"""By their first words."""
SECRET = "a-secret-of-the-shop"
SKELETON = {name: text for name, text in FILES.items() if not name.endswith(".mjs")}


def written(folder: Path) -> Path:
    """The files of the guide, as they stand there."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def installed(folder: Path, site: Path) -> Path:
    """The package, built and unpacked as pip does it."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=folder, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


def hilo(folder: Path, line: str, environment: Mapping[str, str]) -> str:
    """One command of the guide; what it printed."""
    command = [sys.executable, "-m", "hub", *shlex.split(line)]
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_and_the_command_give_the_same_files(tmp_path: Path) -> None:
    made = write_skeleton("parrot", tmp_path)
    found_there = {str(one.relative_to(made)): one.read_text(encoding="utf-8") for one in made.rglob("*") if one.is_file()}
    assert found_there == SKELETON


def test_the_connector_has_less_than_a_hundred_lines() -> None:
    assert len(FILES["hilo_parrot/connector.py"].splitlines()) < 100


async def test_whoever_follows_it_has_a_channel_that_talks(database_url: str, database: Database, tmp_path: Path) -> None:
    site = await asyncio.to_thread(lambda: installed(written(tmp_path / "parrot"), tmp_path / "site"))
    assert "BROKEN" not in await typed(tmp_path / "parrot", COMMANDS["connector test"], {"PYTHONPATH": str(ROOT)})
    here = {"PYTHONPATH": f"{site}:{ROOT}"}
    assert "parrot" in await typed(tmp_path, COMMANDS["connector list"], here)
    company = await found(database_url, tmp_path / "data")
    async with program(sys.executable, "-m", "hub", *shlex.split(COMMANDS["connector play"]), "--port", "0", environment=here) as parrot:
        exported, add = await parrot.prints("export "), await parrot.prints("hilo channel add ")
        port = add.rpartition(":")[2]
        assert f"    {exported}\n    {add.removesuffix(port)}9100\n" in GUIDE
        environment = {
            **here, "HILO_DATA": str(tmp_path / "data"), "HILO_DATABASE_URL": database_url, "HILO_EGRESS_PRIVATE": f"127.0.0.1:{port}",
            **dict(one.split("=") for one in exported.split()[1:]),
        }  # fmt: skip
        id_, _, key = (await typed(tmp_path, add.removeprefix("hilo "), environment)).split()
        assert (await typed(tmp_path, f"channel check {id_}", environment)).startswith("ok")
        async with HubProcess(tmp_path, database_url, environment=environment) as hub:
            deliver = COMMANDS["connector deliver"].replace("http://127.0.0.1:8080", hub.address).replace("KEY", key)
            assert await typed(tmp_path, deliver, environment) == "text: answered 200\n"
            customer = await heard(database, "¿Cuándo llega mi pedido?")
            async with Colleague(hub.address, company.tokens["ana"]) as ana:
                await ana.answer(World(), customer, id_, "Mañana")
                await parrot.prints("POST /messages")
                assert json.loads(await parrot.prints("{")) == {"to": "p-7", "text": "Mañana"}


async def test_whoever_writes_one_in_javascript_has_a_channel_that_talks(database_url: str, database: Database, tmp_path: Path) -> None:
    written(tmp_path)
    company, port = await found(database_url, tmp_path / "data"), free_port()
    environment = {
        "PYTHONPATH": str(ROOT), "HILO_DATA": str(tmp_path / "data"), "HILO_DATABASE_URL": database_url,
        "HILO_EGRESS_PRIVATE": f"127.0.0.1:{port}", "SECRET": SECRET,
    }  # fmt: skip
    id_, _, key = (await typed(tmp_path, COMMANDS["channel add http"].replace("9200", str(port)), environment)).split()
    async with HubProcess(tmp_path, database_url, environment=environment) as hub:
        given = {"SECRET": SECRET, "PORT": str(port), "HOOK": f"{hub.address}/hooks/{key}"}
        async with program(str(NODE), str(tmp_path / "shop.mjs"), environment=given) as shop:
            shop.types("¿Tienen pan?")
            customer = await heard(database, "¿Tienen pan?")
            assert (await typed(tmp_path, f"channel check {id_}", environment)).startswith("ok")
            async with Colleague(hub.address, company.tokens["ana"]) as ana:
                long = await ana.answer(World(), customer, id_, "\n\n".join(PARTS))
                for part in PARTS:
                    assert await shop.prints("") == f"Ana: {part}"
                await eventually(lambda: database.row("SELECT id FROM message WHERE id = $1 AND state = 'read'", long), what="it was read")
            assert await forged(port) == 403


PARTS = [f"{word} " * 1200 + word for word in ("primera-parte", "segunda-parte")]
"""Each is less than one message may hold, and more than half of it."""


class Program:
    """One that runs: what it prints, line by line, and what is typed into it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out = process.stdin, process.stdout

    async def prints(self, beginning: str) -> str:
        """The next line that begins so."""
        async with asyncio.timeout(30):
            while line := (await self._out.readline()).decode():
                if line.startswith(beginning):
                    return line.rstrip("\n")
        raise AssertionError(f"it ended without printing {beginning!r}")

    def types(self, line: str) -> None:
        """Type a line."""
        self._in.write(f"{line}\n".encode())


@asynccontextmanager
async def program(*command: str, environment: Mapping[str, str]) -> AsyncIterator[Program]:
    """Run it, until it is done with."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=dict(environment), stdin=pipe, stdout=pipe, limit=2**20)
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def typed(folder: Path, line: str, environment: Mapping[str, str]) -> str:
    """One command; what it printed."""
    return await asyncio.to_thread(hilo, folder, line, environment)


async def heard(database: Database, text: str) -> str:
    """The customer who wrote it, once it is in the thread."""
    sql = "SELECT customer_id FROM message WHERE text = $1"
    row = await eventually(lambda: database.row(sql, text), what="the message is in the thread")
    assert row is not None
    return str(row["customer_id"])


async def forged(port: int) -> int:
    """What a stranger is answered."""
    async with aiohttp.ClientSession() as client, client.post(f"http://127.0.0.1:{port}/", data=b"{}") as answer:
        return answer.status
