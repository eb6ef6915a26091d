"""Recorded requests of Twilio's for SMS and MMS say what they must."""

from pathlib import Path

import pytest

from connectors.twilio_api.payloads import events_of
from tests.connectors.twilio_api.world import names, plain, recorded

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", names(HERE))
def test_a_recorded_request_says_what_it_must(name: str) -> None:
    delivery, events = recorded(HERE, name)
    assert plain(events_of(delivery)) == events
