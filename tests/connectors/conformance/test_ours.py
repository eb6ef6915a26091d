"""Every connector that is installed keeps every rule of the kit."""

import pytest

from connectors.conformance.subject import installed
from connectors.registry import packages
from tests.connectors.conformance.world import broken, verdicts

OURS = sorted(name for name, package in packages().items() if package.startswith("connectors."))


@pytest.mark.parametrize("name", OURS)
async def test_it_keeps_every_rule(name: str) -> None:
    assert broken(await verdicts(installed(name))) == {}
