"""`python -m sandbox` starts, says where it is, stops when told, and answers nonsense with one sentence."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from sandbox.__main__ import options

COMMAND = [sys.executable, "-m", "sandbox", "--relay-port", "0"]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_serves_its_page_and_stops_when_told() -> None:
    with started("--port", "0") as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[3]
        with urlopen(address, timeout=5) as page:
            assert b"Mundo de mentira" in page.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_it_ends_with_the_program_that_it_is_tied_to() -> None:
    with started("--port", "0", "--tied") as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_taken_port_is_one_sentence_and_code_two() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started("--port", port) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert port in errors
    assert len(errors.strip().splitlines()) == 1


@pytest.mark.parametrize(("arguments", "named"), [(["--port", "99999"], "99999"), (["--hub", "hub.example"], "hub.example")])
def test_nonsense_is_named(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        options(arguments)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err
