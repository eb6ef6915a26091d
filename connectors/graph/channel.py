"""What every channel of Meta's begins with: its settings, its token's Graph API, the app behind it, its webhooks."""

from typing import Protocol, Self

from connectors.contract import Delivery, Reception, Surroundings, WebhookRequest
from connectors.graph import webhook
from connectors.graph.app import App
from connectors.graph.client import Graph


class Secured(Protocol):
    """The settings that all have."""

    @property
    def app_id(self) -> str: ...
    @property
    def app_secret(self) -> str: ...
    @property
    def access_token(self) -> str: ...
    @property
    def verify_token(self) -> str: ...
    @property
    def graph_version(self) -> str: ...
    @property
    def graph_url(self) -> str: ...


class MetaChannel:
    """A number, a page or an account. Nothing is open between two calls."""

    def __init__(self, settings: Secured, surroundings: Surroundings) -> None:
        where = {"url": settings.graph_url, "version": settings.graph_version, "app_secret": settings.app_secret}
        self._settings = settings
        self._surroundings = surroundings
        self._graph = Graph(surroundings.egress, token=settings.access_token, **where)
        self._app = App(surroundings, app_id=settings.app_id, verify_token=settings.verify_token, **where)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Nothing is open."""

    def receive(self, request: WebhookRequest) -> Reception:
        """Answer the handshake, or verify a batch and take it apart."""
        if request.method == "GET":
            return webhook.handshake(request, self._settings.verify_token)
        return Reception(self.split(webhook.verified(request, self._settings.app_secret)), body=b"EVENT_RECEIVED")

    def split(self, body: bytes) -> tuple[Delivery, ...]:
        """All items of a batch that are this channel's."""
        raise NotImplementedError
