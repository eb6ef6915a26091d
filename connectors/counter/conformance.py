"""What the conformance kit needs to try the counter."""

from typing import Any


def settings(_url: str) -> dict[str, Any]:
    """There is nothing to set."""
    return {}
