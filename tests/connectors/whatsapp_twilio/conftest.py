"""The pretend Twilio, fresh for each test."""

from tests.connectors.twilio_api.conftest import world

__all__ = ["world"]
