"""How Socket.IO packets are written: as JSON by msgspec, and never searched for bytes, since no event of ours carries any."""

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
        """The value of a text. Raises ValueError, as the standard module does."""
        return msgspec.json.decode(text)


class TextPacket(Packet):  # type: ignore[misc]
    """A packet whose data is text. Files go over HTTP."""

    uses_binary_events = False
    json = Json
