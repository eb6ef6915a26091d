"""An Instagram professional account: what is its own; the rest it shares with Messenger."""

from connectors.contract import Surroundings
from connectors.graph.page import Kind
from connectors.graph.platform import Platform
from connectors.instagram.settings import Settings

__all__ = ["INSTAGRAM", "Instagram", "Settings", "build"]

INSTAGRAM = Kind(
    object="instagram",
    address="instagram",
    title="Instagram",
    needs=("instagram_manage_messages", "instagram_basic", "pages_manage_metadata"),
    fields=("messages", "messaging_postbacks", "messaging_seen", "message_reactions", "messaging_referral"),
    page_fields=("messages",),
    by_link=True,
    upload={"platform": "instagram"},
    reactions={"❤️": "love", "❤": "love"},
)


class Instagram(Platform):
    """One account."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        super().__init__(INSTAGRAM, settings.account_id, settings, surroundings)


def build(settings: Settings, surroundings: Surroundings) -> Instagram:
    """One channel."""
    return Instagram(settings, surroundings)
