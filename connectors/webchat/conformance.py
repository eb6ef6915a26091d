"""What the conformance kit needs to try the web chat. The hub holds the sockets, so there is no provider to play."""

from typing import Any


def settings(_url: str) -> dict[str, Any]:
    """A bubble on one page."""
    return {"origins": "https://shop.example", "identity_secret": "a-secret-of-the-shop"}
