"""A Facebook page on Messenger: what is its own; the rest it shares with Instagram."""

from connectors.contract import Surroundings
from connectors.graph.page import Kind
from connectors.graph.platform import Platform
from connectors.messenger.settings import Settings

__all__ = ["MESSENGER", "Messenger", "Settings", "build"]

FIELDS = (
    "messages",
    "messaging_postbacks",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_echoes",
    "message_edits",
    "messaging_referrals",
)
MESSENGER = Kind(
    object="page",
    address="messenger",
    title="Messenger",
    needs=("pages_messaging", "pages_manage_metadata", "pages_read_engagement"),
    fields=FIELDS,
    page_fields=FIELDS,
    by_link=False,
    upload={},
    reactions={},
)


class Messenger(Platform):
    """One page."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        super().__init__(MESSENGER, settings.page_id, settings, surroundings)


def build(settings: Settings, surroundings: Surroundings) -> Messenger:
    """One channel."""
    return Messenger(settings, surroundings)
