"""Pretend Meta as a whole: WhatsApp, Messenger and Instagram behind one Graph API, under `/meta/v…/…`.

Every verb takes `app` (whatsapp, messenger, second_page, instagram) and `customer`: on WhatsApp a number in digits, elsewhere an id.

say     {name?, text?, media?: [{name, type, data, kind}], reply_to?, location?, contact?: {name, phone}, forwarded?} → {"ids": […]}
album   {media}: on WhatsApp as many webhooks as there are pictures           batch   {count}: one webhook with so many messages
react   {message, emoji}      edit {message, text}      delete {message}      press   {message, id}      read {}
block, unblock {}             username {username}: WhatsApp hides the number  number  {to}: WhatsApp's user moves to another number
echo    {text}: somebody writes in the company's own app                      lapse   {hours}: so long ago was the last message
raw     {object, entry}: any webhook, signed
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.double import Asked, Double, Shown
from sandbox.meta.answers import body
from sandbox.meta.customers import Customers
from sandbox.meta.files import File
from sandbox.meta.graph import GraphApi, token_of
from sandbox.meta.hooks import Hooks, Subscription
from sandbox.meta.people import Person
from sandbox.meta.purposes import purpose
from sandbox.meta.telling import Phones
from sandbox.trips import Purpose


@dataclass(frozen=True, slots=True)
class Known:
    """What outlives a restart."""

    shown: list[Shown]
    subscriptions: dict[str, Subscription]
    overrides: dict[str, str]
    subscribed: dict[str, list[str]]
    people: list[Person]
    files: list[File]


class Meta(Double):
    """One app with one number, one page and one account. `speed`: how much faster than ours Meta's clock runs."""

    name = "meta"
    known_as = Known

    def __init__(self, *, speed: float = 1.0) -> None:
        super().__init__()
        self.hooks = Hooks(self.fault, self._unsubscribe, self.diary, speed=speed)
        self.phones = Phones(self, self.hooks)
        self.customers = Customers(self.phones)

    def provider_routes(self) -> list[web.RouteDef]:
        routes = GraphApi(self.hooks, self.phones).routes()
        return [web.route(one.method, one.path, self._answered(one.handler)) for one in routes]

    def verbs(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        return self.customers.verbs()

    def known(self) -> Known:
        phones, hooks = self.phones, self.hooks
        return Known(list(self.shown), hooks.by_object, hooks.overrides, phones.subscribed, phones.people.all(), phones.files.all())

    def recall(self, known: Known) -> None:
        self.shown.extend(known.shown)
        self.hooks.recall(known.subscriptions, known.overrides)
        self.phones.subscribed = known.subscribed
        self.phones.people.recall(known.people)
        self.phones.files.recall(known.files)

    def purpose(self, request: web.Request, body: bytes) -> Purpose:
        return purpose(request.path, request.method, body, token_of(request))

    async def closed(self) -> None:
        await self.hooks.close()

    def forget(self) -> None:
        super().forget()
        self.phones.forget()

    def limited(self, _retry_after: int) -> web.Response:
        said = body(4, "Application request limit reached")
        return web.json_response(said, status=400, headers={"Retry-After": str(_retry_after)})

    def refused(self) -> web.Response:
        return web.json_response(body(551, "This person isn't available right now.", sub=1545041), status=400)

    def unauthorised(self) -> web.Response:
        return web.json_response(body(190, "Error validating access token: Session has expired"), status=401)

    def _answered(self, handler: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """An error is an answer too, so that a fault can befall it; and the double learns where it is."""

        async def answered(request: web.Request) -> web.StreamResponse:
            self.phones.address = str(request.url.origin())
            try:
                response: web.StreamResponse = await handler(request)
            except web.HTTPException as error:
                return web.Response(status=error.status, text=error.text, content_type=error.content_type)
            return response

        return answered

    def _unsubscribe(self, object_: str) -> None:
        """Meta has had enough; it stands in the ledger, where a test or a person sees it."""
        self.phones.subscribed.pop(object_, None)
        self.asked.append(Asked(time.time(), "UNSUBSCRIBED", f"/{object_}", "an hour of webhooks failed", 0))
