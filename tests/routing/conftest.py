"""What the tests of routing share."""

import pytest

from tests.routing.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """An empty floor."""
    return Scene()
