"""The documentation's pictures: there, and small enough for a page that is read on a phone."""

import pytest

from tests.pictures import FOLDER

LARGEST = 300_000


@pytest.mark.parametrize("name", ["console", "console-dark", "supervise", "settings", "bubble", "sandbox"])
def test_a_picture_is_there_and_small(name: str) -> None:
    assert 10_000 < (FOLDER / f"{name}.png").stat().st_size < LARGEST
