"""The shapes of signatures."""

from typing import Annotated

from msgspec import Meta

from hub.kernel.shapes import Named
from hub.kernel.web import Input, View


class SignatureView(View):
    """The signatures of one brand: the brand's and the caller's own, as they were written (empty: none); and the one that stands below
    the caller's mails, filled in, as text and as HTML. `channels`: those of the brand.
    """

    brand: Named
    channels: list[str]
    html: str
    own: str
    text: str
    shown: str


class SignatureList(View):
    """What a colleague who writes mail has to know. `title`: what the caller is, as customers read it; `addresses`: our own of mail."""

    items: list[SignatureView]
    title: str
    addresses: list[str]


class NewSignature(Input):
    """A signature, with `{{agent.name}}`, `{{agent.role}}` and `{{brand.name}}` where those go. An empty one removes it."""

    html: Annotated[str, Meta(max_length=10_000, pattern=r"^[^\x00]*$")]


class NewTitle(Input):
    """What a colleague is, as customers read it."""

    title: Annotated[str, Meta(max_length=100, pattern=r"^[^\x00\r\n]*$")]
