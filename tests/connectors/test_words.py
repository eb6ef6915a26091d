"""What a connector says in codes, the console says in sentences, in both languages."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r'\bcode="([a-z_]+)"')


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_reason_why_something_did_not_go_has_a_sentence(language: str) -> None:
    words = json.loads((ROOT / "agent_ui" / "messages" / f"{language}.json").read_text(encoding="utf-8"))
    codes = {code for file in (ROOT / "connectors").rglob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}
    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"undelivered_{code}" not in words] == []
