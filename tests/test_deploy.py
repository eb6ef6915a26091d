"""The files and pages for running Hilo name only settings and commands that there are."""

import re
from pathlib import Path

import pytest

from hub.__main__ import parser
from hub.config import variables
from tests.source import ROOT

PAGES = [
    *sorted((ROOT / "deploy").iterdir()),
    ROOT / "docs" / "install.md",
    ROOT / "README.md",
    ROOT / "docs" / "guide" / "first-channel.md",
]
OTHERS = {"HILO_CONFIG", "HILO_KEY", "HILO_DOMAIN"}
"""The settings file, the key, and what compose.yaml asks for."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_variable_it_names_is_read(page: Path) -> None:
    named = set(re.findall(r"\bHILO_[A-Z_]+\b", page.read_text(encoding="utf-8")))
    assert named <= set(variables()) | OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_it_names_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"(?:bin/|`)hilo ([a-z]+)", page.read_text(encoding="utf-8")))
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    listed = set(re.findall(r"^    ([a-z]+)\b", capsys.readouterr().out, re.MULTILINE))
    assert {"serve", "demo", "migrate", "check", "user", "channel", "backup", "restore", "drain"} <= listed
    assert named <= listed


def test_the_container_is_asked_on_the_port_that_it_serves() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "EXPOSE 8080 2525" in text
    assert "http://127.0.0.1:8080/readyz" in text
