"""The kit names what is wrong with a broken connector, and lets a good one pass."""

import sys
from pathlib import Path

import pytest

from connectors.conformance import kit
from connectors.conformance.subject import Unfit, in_folder, installed
from connectors.registry import UnknownConnector
from tests.connectors.conformance.broken import MISTAKES, Broken
from tests.connectors.conformance.world import PARROT, broken, changed, verdicts


async def test_a_connector_written_for_contract_1_keeps_every_rule() -> None:
    found = await verdicts(in_folder(PARROT))
    assert broken(found) == {}
    assert {name for name, one in found.items() if one.state == "does_not_apply"} == {"files", "listening"}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
async def test_a_mistake_is_found_under_the_rule_that_it_breaks(mistake: Broken, tmp_path: Path) -> None:
    subject = changed(tmp_path, f"broken_{mistake.name}", mistake.edits)
    found = broken(await verdicts(subject, mistake.rule))
    for session in getattr(sys.modules[f"{subject.package}.connector"], "LEFT", ()):
        await session.close()
    assert mistake.rule in found
    assert mistake.says in found[mistake.rule]


def test_every_rule_has_a_connector_that_breaks_it() -> None:
    assert {one.rule for one in MISTAKES} == {rule.name for rule in kit.RULES}


def test_what_cannot_be_tried_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=r"has no manifest\.toml"):
        in_folder(tmp_path)
    with pytest.raises(UnknownConnector, match="no connector 'pigeon'; installed are"):
        installed("pigeon")
