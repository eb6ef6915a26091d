"""Pretend Twilio as a whole, under `/twilio/…`: its own paths behind one address instead of three hosts.

Every verb takes `customer` (a number with its country, or a name that gets one) and `app`: sms (the default) or whatsapp.

say      {text?, media?: [{name, type, data, kind}], reply_to?, location?, to?: a number of ours, name?, fields?} → {"id"}
press    {message, id?, title}: a button below a message of ours          read     {}: opens the chat → {"ids"}
stop     {}: STOP by SMS       block, unblock {}                          lapse    {hours}: so long ago was the last message on WhatsApp
username {hidden?}: WhatsApp gives an id of the person, and no number
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.double import Double, Shown
from sandbox.trips import Purpose
from sandbox.twilio import phones
from sandbox.twilio.answers import refused
from sandbox.twilio.api import Api
from sandbox.twilio.company import Company, Number, Sender, Service
from sandbox.twilio.phones import Phones
from sandbox.twilio.purposes import purpose
from sandbox.twilio.records import Record, Records
from sandbox.twilio.sending import Sending
from sandbox.twilio.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Known:
    """What outlives a restart."""

    shown: list[Shown]
    numbers: list[Number]
    services: list[Service]
    senders: list[Sender]
    records: list[Record]
    phones: phones.Known


class Twilio(Double):
    """One account with three numbers, a messaging service and a WhatsApp sender. No webhook is set until the hub sets it."""

    name = "twilio"
    known_as = Known

    def __init__(self) -> None:
        super().__init__()
        self.company = Company()
        self.records = Records()
        self.webhooks = Webhooks(self.fault, self.diary)
        self.phones = Phones(self.company, self.records, self.webhooks, self.show, self.find)
        self._api = Api(self.company, self.records, Sending(self.company, self.records, self.phones, self.webhooks), self._tell_typing)

    def provider_routes(self) -> list[web.RouteDef]:
        return self._api.routes()

    def routes(self) -> list[web.RouteDef]:
        return [web.route(one.method, one.path, self._found(one.handler), **one.kwargs) for one in super().routes()]

    def verbs(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        return self.phones.verbs()

    def known(self) -> Known:
        company = self.company
        return Known(list(self.shown), company.numbers, company.services, company.senders, self.records.all(), self.phones.known())

    def recall(self, known: Known) -> None:
        self.shown.extend(known.shown)
        self.company.numbers, self.company.services, self.company.senders = known.numbers, known.services, known.senders
        for one in known.records:
            self.records.keep(one)
        self.phones.recall(known.phones)

    def purpose(self, request: web.Request, body: bytes) -> Purpose:
        return purpose(request.path, request.method, body)

    async def closed(self) -> None:
        await self.webhooks.close()

    def forget(self) -> None:
        super().forget()
        self.records.forget()
        self.phones.forget()
        self.webhooks.forget()

    def limited(self, _retry_after: int) -> web.Response:
        return refused(429, 20429, "Too Many Requests", {"Retry-After": str(_retry_after)})

    def refused(self) -> web.Response:
        return refused(400, 21211, "Invalid 'To' Phone Number")

    def unauthorised(self) -> web.Response:
        return refused(401, 20003, "Authenticate")

    def _found(self, handler: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Remembers where it is asked, for the addresses of files."""

        async def noted(request: web.Request) -> web.StreamResponse:
            self.phones.address = f"{request.url.origin()}/twilio"
            response: web.StreamResponse = await handler(request)
            return response

        return noted

    def _tell_typing(self, record: Record) -> None:
        """The phone shows for a moment that the company writes."""
        customer = self.phones.customer(self.phones.number_behind(record.from_))
        self.tell({"app": "whatsapp", "customer": customer, "typing": True})
