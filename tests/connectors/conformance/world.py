"""A connector on trial: the old one as it is, or with one thing changed."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from connectors.conformance import kit
from connectors.conformance.subject import Subject, in_folder
from connectors.conformance.verdicts import Verdict

OLD = Path(__file__).parent / "contract_1"
PARROT, MACAW = OLD / "parrot1", OLD / "macaw1"
"""What every channel can; and all that a channel can."""


def changed(place: Path, name: str, edits: Sequence[tuple[str, str, str]], bird: Path = PARROT) -> Subject:
    """A connector of contract 1 in a folder of its own, after (file, what stands there, what stands there now)."""
    folder = place / name
    shutil.copytree(bird, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file, before, after in (*edits, ("manifest.toml", f'id = "{bird.name}"', f'id = "{name}"')):
        text = (folder / file).read_text(encoding="utf-8")
        assert before in text, f"{file} has no {before!r}"
        (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    return in_folder(folder)


async def verdicts(subject: Subject, *rules: str) -> dict[str, Verdict]:
    """Rule -> verdict; all of them, or those that are named."""
    return {rule.name: await rule.judge(subject) for rule in kit.RULES if not rules or rule.name in rules}


def broken(found: dict[str, Verdict]) -> dict[str, str]:
    """What is broken, and why."""
    return {name: "\n".join(one.why) for name, one in found.items() if one.state == "broken"}
