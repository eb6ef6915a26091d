"""Pretend Twilio's REST API: accounts, messages, files, numbers, messaging services, WhatsApp senders, contents."""

import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.twilio import answers
from sandbox.twilio.answers import Refusal, meta_page, page
from sandbox.twilio.company import ACCOUNT_SID, AUTH_TOKEN, Company, new_sid
from sandbox.twilio.records import ROOT, File, Record, Records, media
from sandbox.twilio.sending import Sending

HERE = "/twilio"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """The addresses of api., messaging. and content.twilio.com, all below `/twilio`."""

    def __init__(self, company: Company, records: Records, sending: Sending, typing: Callable[[Record], None]) -> None:
        self._company = company
        self._records = records
        self._sending = sending
        self._typing = typing
        self._links: dict[str, File] = {}

    def routes(self) -> list[web.RouteDef]:
        root = HERE + ROOT
        known: list[tuple[str, str, Handler]] = [
            ("GET", f"{root}.json", self.account),
            ("GET", f"{root}/Balance.json", self.balance),
            ("POST", f"{root}/Messages.json", self.send),
            ("GET", f"{root}/Messages.json", self.messages),
            ("GET", root + r"/Messages/{sid:\w+}.json", self.message),
            ("DELETE", root + r"/Messages/{sid:\w+}.json", self.delete),
            ("GET", root + r"/Messages/{sid:\w+}/Media.json", self.files),
            ("GET", root + r"/Messages/{sid:\w+}/Media/{file:\w+}", self.file),
            ("GET", f"{root}/IncomingPhoneNumbers.json", self.numbers),
            ("POST", root + r"/IncomingPhoneNumbers/{sid:\w+}.json", self.set_number),
            ("GET", HERE + "/v1/Services/{sid}", self.service),
            ("POST", HERE + "/v1/Services/{sid}", self.set_service),
            ("GET", f"{HERE}/v2/Channels/Senders", self.senders),
            ("POST", HERE + "/v2/Channels/Senders/{sid}", self.set_sender),
            ("POST", f"{HERE}/v2/Indicators/Typing.json", self.typing),
            ("GET", f"{HERE}/v1/ContentAndApprovals", self.contents),
        ]
        return [
            *(web.route(method, path, _signed_in(handler)) for method, path, handler in known),
            web.get(HERE + "/cdn/{token}", self.stored),
        ]

    async def account(self, _: web.Request) -> web.Response:
        return web.json_response(answers.account())

    async def balance(self, _: web.Request) -> web.Response:
        return web.json_response({"account_sid": ACCOUNT_SID, "balance": "42.50", "currency": "EUR"})

    async def send(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        record = await self._sending.take(fields, [str(one) for one in form.getall("MediaUrl", [])])
        return web.json_response(record.shown(), status=201)

    async def messages(self, request: web.Request) -> web.Response:
        given = request.query
        found = self._records.listed(
            to=given.get("To", ""),
            from_=given.get("From", ""),
            after=_moment(given.get("DateSent>", "")),
            before=_moment(given.get("DateSent<", "")),
        )
        return page(request, "messages", found, Record.shown)

    async def message(self, request: web.Request) -> web.Response:
        return web.json_response(self._message(request).shown())

    async def delete(self, request: web.Request) -> web.Response:
        self._records.drop(self._message(request).sid)
        return web.Response(status=204)

    async def files(self, request: web.Request) -> web.Response:
        record = self._message(request)
        return page(request, "media_list", record.files, lambda one: media(record, one))

    async def file(self, request: web.Request) -> web.Response:
        """Sends on to where the bytes are, for whoever has that address."""
        found = next((one for one in self._message(request).files if one.sid == request.match_info["file"]), None)
        if found is None:
            raise _not_found(request)
        token = new_sid("")
        self._links[token] = found
        return web.Response(status=307, headers={"Location": str(request.url.origin().with_path(f"{HERE}/cdn/{token}"))})

    async def stored(self, request: web.Request) -> web.Response:
        """The bytes. Credentials have no business here: they would be shown to another's server."""
        found = self._links.get(request.match_info["token"])
        if found is None or "Authorization" in request.headers:
            return web.Response(status=403)
        return web.Response(body=found.data, content_type=found.type)

    async def numbers(self, request: web.Request) -> web.Response:
        wanted = request.query.get("PhoneNumber", "")
        found = [one for one in self._company.numbers if wanted in one.number]
        return page(request, "incoming_phone_numbers", found, answers.number)

    async def set_number(self, request: web.Request) -> web.Response:
        number, form = self._company.number(request.match_info["sid"]), await request.post()
        if number is None:
            raise _not_found(request)
        number.webhook = str(form.get("SmsUrl", number.webhook))
        number.method = str(form.get("SmsMethod", number.method))
        number.application = str(form.get("SmsApplicationSid", number.application))
        return web.json_response(answers.number(number))

    async def service(self, request: web.Request) -> web.Response:
        service = self._company.service(request.match_info["sid"])
        if service is None:
            raise _not_found(request)
        return web.json_response(answers.service(service))

    async def set_service(self, request: web.Request) -> web.Response:
        service, form = self._company.service(request.match_info["sid"]), await request.post()
        if service is None:
            raise _not_found(request)
        service.webhook = str(form.get("InboundRequestUrl", service.webhook))
        service.method = str(form.get("InboundMethod", service.method))
        service.left_to_numbers = str(form.get("UseInboundWebhookOnNumber", service.left_to_numbers)).lower() == "true"
        return web.json_response(answers.service(service))

    async def senders(self, request: web.Request) -> web.Response:
        if request.query.get("Channel") not in ("whatsapp", "rcs"):
            raise Refusal(400, 20001, "Channel is required")
        found = self._company.senders if request.query["Channel"] == "whatsapp" else []
        return meta_page(request, "senders", found, answers.sender)

    async def set_sender(self, request: web.Request) -> web.Response:
        sender, given = self._company.sender(request.match_info["sid"]), await request.json()
        if sender is None:
            raise _not_found(request)
        sender.webhook |= {name: value for name, value in (given.get("webhook") or {}).items() if value is not None}
        return web.json_response(answers.sender(sender), status=202)

    async def typing(self, request: web.Request) -> web.Response:
        form: Mapping[str, Any] = await request.post()
        record = self._records.find(str(form.get("messageId", "")))
        if form.get("channel") != "whatsapp" or record is None or record.direction != "inbound":
            raise Refusal(400, 20001, "messageId must be a message of a WhatsApp user's")
        self._typing(record)
        return web.json_response({"success": True})

    async def contents(self, request: web.Request) -> web.Response:
        return meta_page(request, "contents", self._company.contents, answers.content)

    def _message(self, request: web.Request) -> Record:
        record = self._records.find(request.match_info["sid"])
        if record is None:
            raise _not_found(request)
        return record


def _signed_in(handler: Handler) -> Handler:
    """Only with the account's own credentials, and with Twilio's way to say no."""
    expected = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            return answers.refused(401, 20003, "Authenticate")
        try:
            return await handler(request)
        except Refusal as error:
            return answers.refused(error.status, error.code, str(error))

    return guarded


def _not_found(request: web.Request) -> Refusal:
    return Refusal(404, 20404, f"The requested resource {request.path.removeprefix(HERE)} was not found")


def _moment(written: str) -> float:
    """A day or a moment, in UTC; 0 for none."""
    return datetime.fromisoformat(written.replace("Z", "+00:00")).replace(tzinfo=UTC).timestamp() if written else 0.0
