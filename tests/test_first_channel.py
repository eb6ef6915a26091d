"""The guide to the first channel: whoever does what it says, line by line, has a hub that takes messages in."""

import hashlib
import hmac
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from hub.kernel.database import Database
from tests.rig.ports import free_port
from tests.rig.process import HubProcess
from tests.rig.waiting import eventually
from tests.source import ROOT

GUIDE = (ROOT / "docs" / "guide" / "first-channel.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    hilo (.+)$", GUIDE, re.MULTILINE)
PASSWORD = "three words together\n"


def hilo(folder: Path, database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command, as somebody types it who is asked for a password and gives it."""
    settings = {"HILO_DATA": str(folder / "data"), "HILO_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    settings["SECRET"] = _given("export SECRET")
    command = [sys.executable, "-m", "hub", *arguments]
    return subprocess.run(command, cwd=folder, env=settings, input=PASSWORD, capture_output=True, text=True, check=False, timeout=60)


def follow_the_guide(folder: Path, database_url: str) -> dict[str, str]:
    """Every command of the guide in its order; what each one printed."""
    printed: dict[str, str] = {}
    id_ = ""
    for line in COMMANDS:
        typed = line.replace("2525", str(free_port())).replace(" ID", f" {id_}")
        done = hilo(folder, database_url, *shlex.split(typed))
        assert done.returncode == 0, f"{typed}: {done.stderr}"
        printed[line] = done.stdout
        if line.startswith("channel add"):
            id_ = done.stdout.split()[0]
    return printed


async def test_its_commands_work_and_a_signed_message_comes_to_the_queue(database: Database, database_url: str, tmp_path: Path) -> None:
    printed = follow_the_guide(tmp_path, database_url)
    assert [line.split()[0] for line in COMMANDS[:3]] == ["user", "queue", "queue"]
    (listed,) = [text for line, text in printed.items() if line == "channel list"]
    assert [row.split()[1] for row in listed.splitlines()] == ["webchat", "email", "http"]
    (added,) = [text for line, text in printed.items() if line.startswith("channel add http")]
    async with HubProcess(tmp_path, database_url) as hub:
        status, answer = await _post(hub, key=added.splitlines()[0].split()[-1])
        assert (status, answer) == (200, '{"ok":true}')
        said = "SELECT m.text, q.name FROM message m JOIN work w ON w.topic_id = m.topic_id JOIN queue q ON q.id = w.queue_id"
        row = await eventually(lambda: database.row(said), what="the message is in the queue")
        assert row is not None
        assert tuple(row.values()) == ("Where is my order?", "Service")


async def _post(hub: HubProcess, key: str) -> tuple[int, str]:
    """What the guide's last lines send, signed as they sign it, with the headers that they name."""
    body, secret = _given("BODY").encode(), _given("export SECRET")
    now = str(int(time.time()))
    signature = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    headers = dict(re.findall(r'-H "([A-Za-z-]+): ([^"]+)"', GUIDE))
    assert headers == {"X-Hilo-Timestamp": "$NOW", "X-Hilo-Signature": "sha256=$SIGNATURE"}
    filled = {name: text.replace("$NOW", now).replace("$SIGNATURE", signature) for name, text in headers.items()}
    async with aiohttp.ClientSession() as client, client.post(f"{hub.address}/hooks/{key}", data=body, headers=filled) as answer:
        return answer.status, await answer.text()


def _given(name: str) -> str:
    (line,) = re.findall(rf"^    {name}=(.+)$", GUIDE, re.MULTILINE)
    return shlex.split(line)[0]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("channel add webchat Chat", "make one first, with `hilo queue add`"),
        ("channel add carrier-pigeon Coo", "no connector 'carrier-pigeon'; installed are counter, email, http, "),
        ("channel add telegram Bot", "token: required"),
        ("channel add http Shop secret=x", "secret is a secret and would stay in the shell's history: write secret=- and type it"),
        ("channel add http Shop secret=env:NOWHERE", "there is no variable NOWHERE in the environment"),
        ("channel disable 7", "there is no channel '7'; `hilo channel list` shows them"),
        ("channel guide carrier-pigeon", "there is no kind 'carrier-pigeon'; `hilo channel kinds` shows them"),
        ("rule add Nowhere", "there is no queue 'Nowhere'; `hilo queue list` shows them"),
        ("rule remove 1", "there is no rule 1; `hilo rule list` shows them"),
        ("queue serve Nowhere ana@example.com", "there is no queue 'Nowhere'; `hilo queue list` shows them"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_two(database_url: str, tmp_path: Path, command: str, said: str) -> None:
    done = hilo(tmp_path, database_url, *shlex.split(command))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_queue_that_exists_is_not_made_again_and_shows_who_serves_it(database_url: str, tmp_path: Path) -> None:
    assert hilo(tmp_path, database_url, "queue", "add", "Service").returncode == 0
    assert "there is a queue 'Service' already" in hilo(tmp_path, database_url, "queue", "add", "Service").stderr
    assert hilo(tmp_path, database_url, "user", "add", "ana@example.com", "Ana").returncode == 0
    assert "nobody serves it" in hilo(tmp_path, database_url, "queue", "list").stdout
    assert hilo(tmp_path, database_url, "queue", "serve", "Service", "ana@example.com").returncode == 0
    assert hilo(tmp_path, database_url, "queue", "list").stdout.split() == ["Service", "ana@example.com"]
