"""What goes by a channel is said as its manifest has it: both ways, one way, or what agents write down."""

from typing import Any

import pytest

from hub.channels.reading import does, manifest_of
from tests.people.conftest import Browser


@pytest.mark.parametrize(
    ("connector", "filled", "word"),
    [
        ("counter", [], "records"),
        ("telegram", ["token"], "both"),
        ("webchat", [], "both"),
        ("http", ["secret"], "receives"),
        ("http", ["secret", "url"], "both"),
        ("no longer installed", [], "both"),
    ],
)
def test_what_a_channel_does_follows_from_its_manifest_and_what_is_filled_in(connector: str, filled: list[str], word: str) -> None:
    assert does(manifest_of(connector), filled) == word


async def test_the_tile_of_a_counter_says_that_it_records(olga: Browser) -> None:
    made: dict[str, Any] = (await olga.ask("POST", "/channels", {"connector": "counter", "name": "Mostrador", "settings": {}}))[1]
    items = (await olga.ask("GET", "/channels"))[1]["items"]
    (tile,) = [one for one in items if one["id"] == made["channel"]["id"]]
    assert tile["does"] == "records"
    assert (await olga.ask("GET", f"/channels/{tile['id']}"))[1]["does"] == "records"
