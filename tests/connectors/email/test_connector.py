"""What the mail channel says of itself, and what it does not accept."""

from typing import Any

import pytest

from connectors import registry
from connectors.contract import Connector, Listens
from connectors.email.connector import Settings
from connectors.settings import InvalidSettings, form, read_settings, secret_names
from tests.connectors.email.world import channel, surroundings

GIVEN = {"address": "support@demo.example", "relay_host": "127.0.0.1", "relay_tls": "none"}


def test_it_is_found_with_its_manifest() -> None:
    found = registry.load("email")
    assert (found.manifest.kind, found.manifest.receives, found.manifest.parse) == ("mail", "socket", "worker")
    built = found.build(read_settings(found.settings, GIVEN), surroundings())
    assert isinstance(built, Connector)
    assert isinstance(built, Listens)


def test_the_password_is_the_one_secret() -> None:
    assert secret_names(Settings) == {"relay_password"}


def test_every_field_has_a_label_in_both_languages() -> None:
    for one in form(Settings):
        assert one.label["es"]
        assert one.label["en"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "support"}, "address"),
        ({"address": "support+x@demo.example"}, "address"),
        ({"address": "soporte@señor.example"}, "address"),
        ({"relay_user": "ana"}, "relay_password"),
        ({"relay_password": "x"}, "relay_password"),
        ({"relay_user": "ana", "relay_password": "x", "relay_host": "relay.example"}, "relay_password"),
    ],
)
def test_settings_that_cannot_work_name_the_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSettings) as raised:
        channel(**{**GIVEN, **wrong})
    assert list(raised.value.problems) == [field]
