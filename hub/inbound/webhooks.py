"""Webhooks: one address per channel; verified by its connector, stored, then answered."""

import logging
import time
from collections.abc import Callable

from aiohttp import web

from connectors.contract import Reception, WebhookRequest
from connectors.errors import MalformedPayload, Refused
from hub.channels.model import OpenChannel
from hub.errors import NotFound
from hub.inbound.inbox import Inbox
from hub.kernel.spool import SpoolFull
from hub.kernel.web import read_body

log = logging.getLogger(__name__)

BODY_LIMIT = 4 * 1024 * 1024


class Webhooks:
    """Answers providers."""

    def __init__(self, inbox: Inbox, by_hook: Callable[[str], OpenChannel | None], public_url: Callable[[], str]) -> None:
        self._inbox = inbox
        self._by_hook = by_hook
        self._public_url = public_url

    def add(self, app: web.Application) -> None:
        """Register the one route."""
        app.router.add_route("*", "/hooks/{hook}{path:(/.*)?}", self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Verify, store, answer. A refusal keeps nothing; a full spool asks the provider to come back."""
        channel = self._by_hook(request.match_info["hook"])
        if channel is None or channel.receives is None:
            raise NotFound("no_such_hook", "there is no such webhook")
        body = await read_body(request, BODY_LIMIT)
        try:
            reception = channel.receives.receive(self._plain(request, body))
        except Refused as error:
            log.warning("channel %s refused a webhook: %s", channel.channel.id, error)
            return web.json_response({"error": {"code": error.code, "message": str(error)}}, status=error.status)
        except MalformedPayload as error:
            return web.json_response({"error": {"code": "malformed", "message": str(error)}}, status=400)
        return await self._store(channel, reception)

    async def _store(self, channel: OpenChannel, reception: Reception) -> web.Response:
        if reception.deliveries:
            try:
                await self._inbox.accept(channel, reception.deliveries)
            except SpoolFull as error:
                log.exception("channel %s: nothing can be kept", channel.channel.id, exc_info=error)
                return web.Response(status=503, headers={"Retry-After": "30"}, text="try again later")
        return web.Response(body=reception.body, status=reception.status, content_type=reception.content_type)

    def _plain(self, request: web.Request, body: bytes) -> WebhookRequest:
        return WebhookRequest(
            method=request.method,
            url=self._public_url() + request.raw_path,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=body,
            at=time.time(),
            path=request.match_info["path"],
        )
