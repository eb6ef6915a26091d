"""The wheel works on its own."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.source import ROOT

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), cwd=ROOT)
    (made,) = folder.glob("*.whl")
    return made


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def clean_environment(**more: str) -> dict[str, str]:
    """Nothing of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HILO_", "PYTHON"))}
    return kept | {"PYTHONUNBUFFERED": "1"} | more


def test_the_wheel_holds_what_is_not_code_too(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [path.relative_to(ROOT) for path in (*ROOT.glob("migrations/*.sql"), *ROOT.glob("connectors/*/manifest.toml"))]
    wanted += [path.relative_to(ROOT) for path in (*ROOT.glob("hub/*/queries.sql"), *ROOT.glob("sandbox/static/**/*")) if path.is_file()]
    assert len(wanted) > 10
    assert [str(path) for path in wanted if path.as_posix() not in names] == []
    assert {"hub/config.toml", "agent_ui/dist/index.html", "agent_ui/dist/widget.js"} <= names
    assert [name for name in names if "node_modules" in name or name.startswith(("tests/", "benchmarks/", "var/"))] == []
