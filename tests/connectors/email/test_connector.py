"""What the mail channel says of itself, and what it does not accept."""

from typing import Any

import pytest

from connectors import registry
from connectors.contract import Connector, Listens
from connectors.email.connector import Settings
from connectors.settings import InvalidSettings, form, read_settings, secret_names
from tests.connectors.email.world import channel, surroundings

MAILBOX = {"imap": True, "imap_host": "imap.demo.example", "imap_password": "x"}
OAUTH = {"sign_in": "google", "oauth_client_id": "1", "oauth_client_secret": "2", "oauth_refresh_token": "3"}
GIVEN = {"address": "support@demo.example", "relay_host": "127.0.0.1", "relay_tls": "none"}


def test_it_is_found_with_its_manifest() -> None:
    found = registry.load("email")
    assert (found.manifest.kind, found.manifest.receives, found.manifest.parse) == ("mail", "socket", "worker")
    built = found.build(read_settings(found.settings, GIVEN), surroundings())
    assert isinstance(built, Connector)
    assert isinstance(built, Listens)


def test_passwords_and_tokens_are_secret() -> None:
    assert secret_names(Settings) == {"relay_password", "imap_password", "oauth_client_secret", "oauth_refresh_token"}


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
        ({**MAILBOX, "imap_host": ""}, "imap_host"),
        ({**MAILBOX, "imap_folders": " \n"}, "imap_folders"),
        ({**MAILBOX, "imap_password": ""}, "imap_password"),
        ({**MAILBOX, "imap_tls": "none"}, "imap_tls"),
        ({**MAILBOX, "imap_after": "move"}, "imap_move_to"),
        ({**MAILBOX, "imap_after": "move", "imap_move_to": "INBOX"}, "imap_move_to"),
        ({**OAUTH, "oauth_client_id": ""}, "oauth_client_id"),
        ({**OAUTH, "oauth_client_secret": ""}, "oauth_client_secret"),
        ({**OAUTH, "oauth_refresh_token": ""}, "oauth_refresh_token"),
        ({**OAUTH, "relay_host": "relay.example"}, "relay_tls"),
    ],
)
def test_settings_that_cannot_work_name_the_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSettings) as raised:
        channel(**{**GIVEN, **wrong})
    assert list(raised.value.problems) == [field]
