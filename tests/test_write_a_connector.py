"""The guide to a connector of one's own: whoever does what it says, word by word, has a channel that keeps every rule and talks."""

import asyncio
import hashlib
import hmac
import json
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.conformance.skeleton import write_skeleton
from hub.kernel.database import Database
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.process import HubProcess
from tests.rig.waiting import eventually
from tests.rig.world import World
from tests.source import ROOT

GUIDE = (ROOT / "docs" / "guide" / "write-a-connector.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`\n```\w+\n(.+?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^    hilo (.+)$", GUIDE, re.MULTILINE)
KEY, SECRET = "a-key-of-the-shop", "a-webhook-secret-of-the-shop"


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
    assert found_there == FILES


def test_the_connector_has_less_than_a_hundred_lines() -> None:
    assert len(FILES["hilo_parrot/connector.py"].splitlines()) < 100


async def test_whoever_follows_it_has_a_channel_that_talks(database_url: str, database: Database, tmp_path: Path) -> None:
    site = await asyncio.to_thread(lambda: installed(written(tmp_path / "parrot"), tmp_path / "site"))
    got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        got.put_nowait((request.headers["Authorization"], await request.json()))
        return web.json_response({"id": "m-900"})

    provider = web.Application()
    provider.router.add_post("/messages", take)
    async with TestServer(provider) as parrot:
        company = await found(database_url, tmp_path / "data")
        environment = {
            "PYTHONPATH": f"{site}:{ROOT}", "HILO_DATA": str(tmp_path / "data"), "HILO_DATABASE_URL": database_url,
            "HILO_EGRESS_PRIVATE": f"127.0.0.1:{parrot.port}", "KEY": KEY, "SECRET": SECRET,
        }  # fmt: skip
        test, listed, add = COMMANDS
        printed = await asyncio.to_thread(hilo, tmp_path / "parrot", test, {**environment, "PYTHONPATH": str(ROOT)})
        assert "BROKEN" not in printed
        assert "parrot" in await asyncio.to_thread(hilo, tmp_path, listed, environment)
        added = await asyncio.to_thread(hilo, tmp_path, f"{add} base_url={parrot.make_url('')}".rstrip("/"), environment)
        id_, _, hook = added.splitlines()[0].split()
        async with HubProcess(tmp_path, database_url, environment=environment) as hub:
            assert await _deliver(hub, hook) == 200
            row = await eventually(lambda: database.row("SELECT text, customer_id FROM message"), what="the message is in the thread")
            assert row is not None
            assert row["text"] == "¿Cuándo llega mi pedido?"
            async with Colleague(hub.address, company.tokens["ana"]) as ana:
                await ana.answer(World(), str(row["customer_id"]), id_, "Mañana")
                assert await asyncio.wait_for(got.get(), 20) == (f"Bearer {KEY}", {"to": "p-7", "text": "Mañana"})


async def _deliver(hub: HubProcess, hook: str) -> int:
    """Parrot delivers a message."""
    body = json.dumps({"items": [{"type": "message", "id": "m-1", "from": "p-7", "text": "¿Cuándo llega mi pedido?"}]}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Parrot-Signature": signature}
    async with aiohttp.ClientSession() as client, client.post(f"{hub.address}/hooks/{hook}", data=body, headers=headers) as answer:
        return answer.status
