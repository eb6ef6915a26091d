"""How Socket.IO packets are written: as JSON by msgspec, and never searched for bytes, since no event of ours carries any."""

import json
from typing import Any

import msgspec
from socketio.packet import Packet


class Json:
    """What python-socketio and engine.io ask of a JSON module."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """Any plain value as text."""
        return msgspec.json.encode(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_options: Any) -> Any:
        """The value of a text. Raises ValueError, as the standard module does.

        Browsers write half a character (a text cut inside an emoji) as an escape that only the standard module reads: it must not
        cost the whole packet, which would be sent again for ever.
        """
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return json.loads(text)


class TextPacket(Packet):  # type: ignore[misc]
    """A packet whose data is text. Files go over HTTP."""

    uses_binary_events = False
    json = Json
