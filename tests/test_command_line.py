"""The command `hilo`: a stranger understands its help, and what cannot begin says why in one sentence."""

import argparse
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.__main__ import parser
from hub.kernel.version import installed_version
from tests.rig.process import HubProcess


def commands(one: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and all below it."""
    yield one
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from commands(below)


@pytest.mark.parametrize("command", list(commands(parser())), ids=lambda one: one.prog)
def test_the_help_says_what_each_command_does_and_what_each_argument_is(command: argparse.ArgumentParser) -> None:
    assert command.description
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert {choice.dest for choice in action._choices_actions if choice.help} == set(action.choices)
        else:
            assert action.help, f"{command.prog}: {action.dest} is not explained"


def test_the_help_tells_the_first_steps_and_what_exit_codes_mean() -> None:
    said = parser().format_help()
    assert "hilo demo" in said
    assert "Exit code 0: done; 1: something broke; 2: it could not begin" in said


async def ended(hub: HubProcess) -> str:
    """What a hub said that could not begin; besides that one line only its log may be there, and no traceback."""
    assert await hub.died() == 2
    assert "Traceback" not in hub.log
    (said,) = [line for line in hub.log.splitlines() if not line.startswith("{")]
    assert said.startswith("hilo: ")
    return said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[server]\nport = 'many'\n", "server.port is 'many'; allowed is a whole number from 0 to 65535"),
        ("[servre]\nport = 1\n", "'servre'"),
        ("[server\n", "is not TOML"),
    ],
)
async def test_a_broken_settings_file_is_one_sentence(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    hub = HubProcess(tmp_path, "")
    await hub.launch()
    said = await ended(hub)
    assert "config.toml" in said
    assert named in said


async def test_a_taken_port_is_one_sentence_that_says_how_to_choose_another(database_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hub = HubProcess(tmp_path, database_url, port=taken.getsockname()[1])
        await hub.launch()
        said = await ended(hub)
    assert f"port {hub.port} on 127.0.0.1 is taken by another program; choose one with HILO_PORT" in said


async def test_a_second_hub_on_the_same_data_is_one_sentence(database_url: str, tmp_path: Path) -> None:
    async with HubProcess(tmp_path, database_url) as first:
        second = HubProcess(tmp_path, database_url)
        second._log = tmp_path / "second.log"
        await second.launch()
        assert f"another Hilo (process {first.pid}) already runs on" in await ended(second)


def test_the_command_says_which_version_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended_with:
        parser().parse_args(["--version"])
    assert ended_with.value.code == 0
    assert capsys.readouterr().out == f"hilo {installed_version()}\n"
