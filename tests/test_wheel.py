"""The wheel works on its own: installed in a fresh environment and started in an empty folder it is a whole Hilo."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import pytest

from tests.source import ROOT

pytestmark = pytest.mark.timeout(300)

CONSOLE = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), cwd=ROOT)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def hilo(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that has the wheel, and finds the packages that it declares in this one."""
    place = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", str(place), cwd=place)
    python = place / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel), cwd=place)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "declared.pth").write_text(sysconfig.get_path("purelib"))
    return place / "bin" / "hilo"


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def clean_environment(**more: str) -> dict[str, str]:
    """Nothing of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HILO_", "PYTHON"))}
    return kept | {"PYTHONUNBUFFERED": "1"} | more


@contextmanager
def demo(hilo: Path, folder: Path) -> Iterator[str]:
    """A running demo in an empty folder, on ports that the system chooses; gives the console's address. Ends it as Ctrl-C would."""
    ports = {"HILO_PORT": "0", "HILO_SMTP_PORT": "0", "HILO_SANDBOX_PORT": "0"}
    process = subprocess.Popen(
        [str(hilo), "demo"],
        cwd=folder,
        env=clean_environment(**ports),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    try:
        yield console_address(process, said)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        assert process.returncode in (0, 130), "".join(said) + rest


def console_address(process: "subprocess.Popen[str]", said: list[str]) -> str:
    """The first address that the demo prints. What it says is kept in `said`."""
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if found := CONSOLE.search(line):
            return found.group()
    raise AssertionError("the demo ended without an address:\n" + "".join(said))


def fetch(address: str) -> tuple[int, str]:
    with urlopen(address, timeout=20) as answer:
        return answer.status, answer.read().decode()


def test_the_wheel_holds_what_is_not_code_too(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [path.relative_to(ROOT) for path in (*ROOT.glob("migrations/*.sql"), *ROOT.glob("connectors/*/manifest.toml"))]
    wanted += [path.relative_to(ROOT) for path in (*ROOT.glob("hub/*/queries.sql"), *ROOT.glob("sandbox/static/**/*")) if path.is_file()]
    assert len(wanted) > 10
    assert [str(path) for path in wanted if path.as_posix() not in names] == []
    assert {"hub/config.toml", "agent_ui/dist/index.html", "agent_ui/dist/widget.js"} <= names
    assert [name for name in names if "node_modules" in name or name.startswith(("tests/", "benchmarks/", "var/"))] == []


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """Not under pytest's own, which every start of pytest closes to other users, and PostgreSQL runs as one."""
    with TemporaryDirectory(prefix="hilo-wheel-") as folder:
        yield Path(folder)


def test_the_demo_runs_in_an_empty_folder_and_shows_the_console(hilo: Path, empty_folder: Path) -> None:
    with demo(hilo, empty_folder) as address:
        assert fetch(f"{address}/readyz")[0] == 200
        status, page = fetch(f"{address}/")
        assert status == 200
        (script,) = re.findall(r'src="(/assets/[^"]+\.js)"', page)
        assert fetch(address + script)[0] == 200
        assert fetch(f"{address}/widget.js")[0] == 200


def test_check_says_in_an_empty_folder_that_all_is_in_order(hilo: Path, empty_folder: Path) -> None:
    assert run(str(hilo), "check", cwd=empty_folder)
