"""Webhooks: one address per channel; verified by its connector, stored, then answered.

Where a provider calls several channels at one address (the pages of one Meta app), each of them is shown what comes to any.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from aiohttp import web

from connectors.contract import Reception, WebhookRequest
from connectors.errors import MalformedPayload, Refused
from hub.channels.model import OpenChannel
from hub.errors import NotFound, TooMany
from hub.inbound.hearers import heard
from hub.inbound.inbox import Inbox
from hub.kernel.proxies import Proxies, subscriber
from hub.kernel.rate import Rate
from hub.kernel.spool import SpoolFull
from hub.kernel.web import read_body

log = logging.getLogger(__name__)

BODY_LIMIT = 4 * 1024 * 1024
QUOTA = 1000
"""Deliveries of one channel on their way in at once; a single request may always bring more, its own channel waits for them."""

COME_BACK = 503
REFUSALS_A_MINUTE = 120
"""Requests from one network address that are not the provider's, before its next ones are not looked at."""


class Webhooks:
    """Answers providers."""

    def __init__(
        self,
        inbox: Inbox,
        at_hook: Callable[[str], Sequence[OpenChannel]],
        public_url: Callable[[], str],
        proxies: Proxies,
        *,
        quota: int = QUOTA,
    ) -> None:
        self._inbox = inbox
        self._at_hook = at_hook
        self._public_url = public_url
        self._proxies = proxies
        self._quota = quota
        self._inside: Counter[UUID] = Counter()
        self._refusals = Rate(REFUSALS_A_MINUTE, 60.0)

    def add(self, app: web.Application) -> None:
        """Register the one route."""
        app.router.add_route("*", "/hooks/{hook}{path:(/.*)?}", self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Verify, store, answer. A refusal keeps nothing; a channel with too much on its way, or a full spool, is asked to come back."""
        hearers = [one for one in self._at_hook(request.match_info["hook"]) if one.receives is not None]
        if not hearers:
            raise NotFound("no_such_hook", "there is no such webhook")
        stranger = f"{hearers[0].channel.id} {subscriber(self._proxies.address(request))}"
        if wait := self._refusals.wait(stranger):
            raise TooMany("too_many", "too many requests from this network address were not the provider's", retry_after=wait)
        found = heard(hearers, self._plain(request, await read_body(request, BODY_LIMIT)))
        if not found.taken:
            self._refusals.take(stranger)
            return _refusal(*found.refused[0])
        self._refusals.forget(stranger)  # whoever forges from the provider's own address must not lock the provider out
        return await self._keep(found.taken)

    async def _keep(self, taken: Sequence[tuple[OpenChannel, Reception]]) -> web.Response:
        """Each one's part; what is asked to come back comes back for all, and what is kept already is known by its id. Whose part is empty
        has no say: one that is noisy keeps only itself waiting.
        """
        answers = list[web.Response]()
        for channel, reception in taken:
            answers.append(await self._store(channel, reception))
            if answers[-1].status == COME_BACK:
                return answers[-1]
        return answers[0]

    async def _store(self, channel: OpenChannel, reception: Reception) -> web.Response:
        id_, count = channel.channel.id, len(reception.deliveries)
        if count and self._inside[id_] and self._inside[id_] + count > self._quota:
            log.warning("channel %s: %d deliveries are on their way in; more are asked to come back", id_, self._inside[id_])
            return _come_back(2)
        self._inside[id_] += count
        try:
            if count:
                await self._inbox.accept(channel, reception.deliveries)
        except SpoolFull as error:
            log.exception("channel %s: nothing can be kept", id_, exc_info=error)
            return _come_back(30)
        finally:
            self._inside[id_] -= count
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


def _refusal(channel: OpenChannel, error: Refused | MalformedPayload) -> web.Response:
    if isinstance(error, MalformedPayload):
        return web.json_response({"error": {"code": "malformed", "message": str(error)}}, status=400)
    log.warning("channel %s refused a webhook: %s", channel.channel.id, error)
    return web.json_response({"error": {"code": error.code, "message": str(error)}}, status=error.status)


def _come_back(seconds: int) -> web.Response:
    return web.Response(status=COME_BACK, headers={"Retry-After": str(seconds)}, text="try again later")
