"""What a channel can carry, read from its connector's manifest: the one place where its limits become an answer."""

from typing import TypeVar

import msgspec

from connectors.manifest import Manifest
from hub.kernel.web import View


class ChannelLimits(View):
    """What a message on this channel may be. `text`: the most that one part takes, counted in `text_unit` (characters, utf16, utf8, gsm7),
    0 for no limit.
    """

    text: int
    text_unit: str
    html: bool
    subject: bool
    copies: bool
    attachments: int
    attachment_bytes: int


class Limits(ChannelLimits):
    """The same, with all that the console must know before somebody writes. `parts`: into how many a text may be cut. `media_types`: what
    is shown as such, empty for all; the rest goes as a link. `consent`: what writing first takes, `opt_in` or empty.
    """

    parts: int
    media_types: list[str]
    media_bytes: dict[str, int]
    buttons: int
    quotes: bool
    reactions: bool
    emojis: list[str]
    edits: bool
    deletions: bool
    templates: bool
    consent: str


AnyLimits = TypeVar("AnyLimits", bound=ChannelLimits)


def limits_of(shape: type[AnyLimits], manifest: Manifest) -> AnyLimits:
    """Limits of a shape: its fields are called as the manifest's own, but for `text`."""
    said = {name: getattr(manifest, "text_limit" if name == "text" else name) for name in shape.__struct_fields__}
    return msgspec.convert(said, shape)
