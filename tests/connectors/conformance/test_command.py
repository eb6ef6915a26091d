"""`hilo connector`: what a developer sees in a terminal."""

import asyncio
import json
import sys
from pathlib import Path

from tests.connectors.conformance.broken import MISTAKES
from tests.connectors.conformance.world import PARROT, changed
from tests.source import ROOT


async def hilo(*arguments: str, place: Path) -> tuple[int, str, str]:
    """Exit code, what it printed, what it complained."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "connector", *arguments, stdout=pipe, stderr=pipe, cwd=place, env={"PYTHONPATH": str(ROOT)}
    )
    said, complaint = await child.communicate()
    return child.returncode or 0, said.decode(), complaint.decode()


async def test_a_good_connector_ends_with_0_and_every_rule_by_name(tmp_path: Path) -> None:
    code, said, _ = await hilo("test", "--path", str(PARROT), place=tmp_path)
    assert code == 0
    assert "ok      signature" in said
    assert "BROKEN" not in said


async def test_a_broken_one_ends_with_1_and_says_why(tmp_path: Path) -> None:
    mistake = next(one for one in MISTAKES if one.name == "believes_everybody")
    folder = tmp_path / changed(tmp_path, "broken_in_a_terminal", mistake.edits).package
    code, said, _ = await hilo("test", "--path", str(folder), "--json", place=tmp_path)
    verdicts = {one["rule"]: one for one in json.loads(said)["verdicts"]}
    assert code == 1
    assert verdicts["signature"]["state"] == "broken"
    assert "a request without a signature is taken" in verdicts["signature"]["why"]


async def test_a_new_connector_is_written_and_tried(tmp_path: Path) -> None:
    code, said, _ = await hilo("new", "cuckoo", place=tmp_path)
    assert (code, said.splitlines()[-1].strip()) == (0, "hilo connector test --path hilo-cuckoo/hilo_cuckoo")
    assert (await hilo("test", "--path", "hilo-cuckoo/hilo_cuckoo", place=tmp_path))[0] == 0


async def test_what_cannot_begin_says_so_in_one_sentence(tmp_path: Path) -> None:
    assert await hilo("test", place=tmp_path) == (2, "", "hilo: name one connector, or --all, or the folder of one with --path\n")
    code, _, complaint = await hilo("test", "pigeon", place=tmp_path)
    assert (code, complaint[:40]) == (2, "hilo: no connector 'pigeon'; installed a")


async def test_the_connectors_that_are_here_are_listed(tmp_path: Path) -> None:
    _, said, _ = await hilo("list", place=tmp_path)
    assert {"email", "http", "webchat"} <= {line.split()[0] for line in said.splitlines()}
