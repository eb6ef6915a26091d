"""The kit names what is wrong with a broken connector, and lets a good one pass."""

import sys
from pathlib import Path

import pytest

from connectors.conformance import kit
from connectors.conformance.subject import Unfit, in_folder, installed
from connectors.registry import UnknownConnector
from tests.connectors.conformance import broken_verbs
from tests.connectors.conformance.broken import MISTAKES, Broken
from tests.connectors.conformance.world import MACAW, OLD, PARROT, broken, changed, verdicts


@pytest.mark.parametrize(
    ("bird", "silent"),
    [
        (PARROT, {"files", "listening", "acts", "signals", "fetch", "questions", "install", "health"}),
        (MACAW, {"listening"}),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
async def test_a_connector_written_for_contract_1_keeps_every_rule(bird: Path, silent: set[str]) -> None:
    found = await verdicts(in_folder(bird))
    assert broken(found) == {}
    assert {name for name, one in found.items() if one.state == "does_not_apply"} == silent


ALL = (*MISTAKES, *broken_verbs.MISTAKES)


@pytest.mark.parametrize("mistake", ALL, ids=lambda one: one.name)
async def test_a_mistake_is_found_under_the_rule_that_it_breaks(mistake: Broken, tmp_path: Path) -> None:
    subject = changed(tmp_path, f"broken_{mistake.name}", mistake.edits, OLD / mistake.bird)
    found = broken(await verdicts(subject, mistake.rule))
    for session in getattr(sys.modules[f"{subject.package}.connector"], "LEFT", ()):
        await session.close()
    assert mistake.rule in found
    assert mistake.says in found[mistake.rule]


def test_every_rule_has_a_connector_that_breaks_it() -> None:
    assert {one.rule for one in ALL} == {rule.name for rule in kit.RULES}


def test_what_cannot_be_tried_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=r"has no manifest\.toml"):
        in_folder(tmp_path)
    with pytest.raises(UnknownConnector, match="no connector 'pigeon'; installed are"):
        installed("pigeon")
