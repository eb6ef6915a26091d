"""What the people with the phones can do: write, press a button, open, stop. And what Twilio tells the company of it."""

import contextlib
import json
import zlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.double import Shown
from sandbox.twilio.company import ACCOUNT_SID, SERVICE_SID, SMS_NUMBER, WHATSAPP_NUMBER, Company, new_sid
from sandbox.twilio.records import ROOT, File, Record, Records, message_sid
from sandbox.twilio.webhooks import Webhooks

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
GOODBYE = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
WELCOME = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe."

MESSAGE_TYPES = {"image": "image", "video": "video", "audio": "audio", "voice": "audio", "sticker": "sticker", "file": "document"}
PHONE_STATES = {"delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed"}

Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the phones, as Phones names it."""

    opted_out: set[tuple[str, str]]
    blocked: set[str]
    unreachable: set[str]
    wrote: dict[str, float]
    names: dict[str, str]
    user_ids: dict[str, str]
    hidden: set[str]


class Phones:
    """The customers. A customer is a number (`+34…`), or a name that gets one."""

    def __init__(
        self, company: Company, records: Records, webhooks: Webhooks, note: Callable[[Shown], Awaitable[Any]], find: Callable[[str], Shown]
    ) -> None:
        self.address = ""
        """Where pretend Twilio is, for the addresses of files."""
        self.opted_out: set[tuple[str, str]] = set()
        """(number of ours or service, customer's number)."""
        self.blocked: set[str] = set()
        self.unreachable: set[str] = set()
        self.wrote: dict[str, float] = {}
        """WhatsApp: when somebody last wrote (seconds since the epoch)."""
        self._company = company
        self._records = records
        self._webhooks = webhooks
        self.note = note
        self._find = find
        self._names: dict[str, str] = {}
        self._user_ids: dict[str, str] = {}
        self._hidden: set[str] = set()

    def forget(self) -> None:
        for one in (self.opted_out, self.blocked, self.unreachable, self.wrote, self._user_ids, self._hidden):
            one.clear()

    def known(self) -> Known:
        return Known(self.opted_out, self.blocked, self.unreachable, self.wrote, self._names, self._user_ids, self._hidden)

    def recall(self, known: Known) -> None:
        self.opted_out, self.blocked, self.unreachable, self.wrote = known.opted_out, known.blocked, known.unreachable, known.wrote
        self._names, self._user_ids, self._hidden = known.names, known.user_ids, known.hidden

    def verbs(self) -> Mapping[str, Callable[[Given], Awaitable[Any]]]:
        return {
            "say": self.say,
            "past": self.past,
            "press": self.press,
            "read": self.read,
            "stop": self.stop,
            "block": self.block,
            "unblock": self.unblock,
            "lapse": self.lapse,
            "username": self.username,
        }

    def customer(self, number: str) -> str:
        """What the phone's page calls whoever has this number."""
        return self._names.get(number, number)

    def number_behind(self, address: str) -> str:
        """The number of an address: of `whatsapp:+34…`, of WhatsApp's id of a person."""
        bare = address.removeprefix("whatsapp:")
        return next((phone for phone, id_ in self._user_ids.items() if id_ == bare), bare)

    def number(self, given: Given) -> str:
        """The phone of who acts. Raises HTTPBadRequest."""
        customer = str(given.get("customer") or "")
        if not customer:
            raise web.HTTPBadRequest(text="'customer' is missing: a number with its country (+34…), or a name")
        number = customer if customer.startswith("+") else f"+3461{zlib.crc32(customer.encode()) % 10**7:07}"
        self._names[number] = customer
        return number

    # ── Verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, given: Given) -> Given:
        """{"customer", "app"?: sms|whatsapp, "to"?: a number of ours, "text", "media"?, "reply_to"?, "location"?, "name"?, "fields"?: more
        of the webhook's} → {"id"}."""
        files = [_file(one) for one in given.get("media") or ()]
        record = self._incoming(given, str(given.get("text") or ""), files)
        shown = self._shown(given, record, files)
        await self.note(shown)
        await self._bring(record, given, self._more(given, shown))
        return {"id": record.sid}

    async def past(self, given: Given) -> Given:
        """Somebody said so then; it stands on the phone and in Twilio's history, and nobody is told."""
        files, text, at = [_file(one) for one in given.get("media") or ()], str(given.get("text") or ""), float(given["at"])
        number, mine = self.number(given), bool(given.get("mine"))
        wrote = self.wrote.get(number, 0.0)
        record = self._incoming(given, text, files)
        record.at = record.updated = at
        shown = self._shown(given, record, files)
        shown.at = at
        if record.whatsapp:
            self.wrote[number] = at if mine else wrote
        if not mine:
            record.direction, record.status, record.from_, record.to = "outbound-api", "delivered", record.to, record.from_
            shown.mine, shown.state = False, "delivered"
        await self.note(shown)
        return {"id": record.sid}

    async def press(self, given: Given) -> Given:
        """{"customer", "app": whatsapp, "message": our message's id, "id"?, "title"}: a button below it → {"id"}."""
        title = str(given.get("title") or "")
        button = {"ButtonText": title, "ButtonPayload": str(given.get("id") or title), "MessageType": "button"}
        return await self.say({**given, "app": "whatsapp", "text": title, "reply_to": given.get("message"), "fields": button})

    async def read(self, given: Given) -> Given:
        """{"customer", "app": whatsapp}: opens the chat; all of ours that stand there are read → {"ids"}. SMS tells nobody."""
        number, read = f"whatsapp:{self.number(given)}", list[str]()
        for record in self._records.listed(to=number):
            if record.status == "delivered":
                read.append(record.sid)
                await self.status(record, "read")
        return {"ids": read}

    async def stop(self, given: Given) -> Given:
        """{"customer"}: writes STOP by SMS."""
        return await self.say({**given, "text": given.get("text") or "STOP"})

    async def block(self, given: Given) -> Given:
        """{"customer"}: nothing reaches this phone any more, and the company is told so only message by message."""
        self.blocked.add(self.number(given))
        return {}

    async def unblock(self, given: Given) -> Given:
        """{"customer"}."""
        self.blocked.discard(self.number(given))
        return {}

    async def lapse(self, given: Given) -> Given:
        """{"customer", "hours"}: so long ago was the last message on WhatsApp."""
        number = self.number(given)
        self.wrote[number] = self.wrote.get(number, 0.0) - float(given.get("hours") or 25) * 3600
        return {}

    async def username(self, given: Given) -> Given:
        """{"customer", "hidden"?}: WhatsApp gives the company an id of the person from now on, and if hidden no number → {"id"}."""
        number = self.number(given)
        if given.get("hidden"):
            self._hidden.add(number)
        id_ = f"ES.{zlib.crc32(number.encode())}{zlib.adler32(number.encode())}"
        self._user_ids[number] = id_
        return {"id": id_}

    # ── What happens at Twilio ──────────────────────────────────────────────────────────────────────────────────────

    async def status(self, record: Record, state: str, code: int | None = None, message: str | None = None) -> None:
        """A message of ours got on: on the phone, in the history, and to the hub."""
        record.status, record.error_code, record.error_message = state, code, message
        with contextlib.suppress(web.HTTPNotFound):
            shown = self._find(record.sid)
            shown.state = PHONE_STATES.get(state, "sent")
            await self.note(shown)
        fields = {
            "MessageSid": record.sid,
            "SmsSid": record.sid,
            "AccountSid": ACCOUNT_SID,
            "MessageStatus": state,
            "SmsStatus": state,
            "From": record.from_,
            "To": record.to,
            "ApiVersion": "2010-04-01",
            **({"MessagingServiceSid": record.service} if record.service else {}),
            **({"ErrorCode": str(code)} if code else {}),
            **({"ErrorMessage": message} if message else {}),
            **({"ChannelPrefix": "whatsapp"} if record.whatsapp else {}),
            **({"EventType": state.upper()} if record.whatsapp and state in ("delivered", "read") else {}),
        }
        await self._webhooks.tell(record.callback, fields)

    def _incoming(self, given: Given, text: str, files: list[File]) -> Record:
        app, number = self.app(given), self.number(given)
        prefix = "whatsapp:" if app == "whatsapp" else ""
        ours = str(given.get("to") or (WHATSAPP_NUMBER if app == "whatsapp" else SMS_NUMBER))
        _, _, service = self._company.webhook(ours, whatsapp=app == "whatsapp")
        shown_as = self._user_ids[number] if app == "whatsapp" and number in self._hidden else number
        record = Record(
            message_sid(with_files=bool(files)), "inbound", prefix + shown_as, prefix + ours, text, "received", service=service, files=files
        )
        if app == "whatsapp":
            self.wrote[number] = record.at
        return self._records.keep(record)

    def app(self, given: Given) -> str:
        app = str(given.get("app") or "sms")
        if app not in ("sms", "whatsapp"):
            raise web.HTTPBadRequest(text=f"'app' must be sms or whatsapp, not {app!r}")
        return app

    def _shown(self, given: Given, record: Record, files: list[File]) -> Shown:
        return Shown(
            record.sid,
            str(given["customer"]),
            mine=True,
            text=record.body,
            app=self.app(given),
            account=record.to.removeprefix("whatsapp:"),
            media=[one.shown(whatsapp=record.whatsapp) for one in files],
            reply_to=str(given.get("reply_to") or ""),
            extra={"location": given["location"]} if given.get("location") else {},
        )

    def _more(self, given: Given, shown: Shown) -> dict[str, str]:
        """The fields that only some messages have."""
        found: dict[str, str] = {}
        if place := given.get("location"):
            words = {"Latitude": "latitude", "Longitude": "longitude", "Label": "name", "Address": "address"}
            found |= {field: str(place[key]) for field, key in words.items() if place.get(key) not in (None, "")}
            found["MessageType"] = "location"
        if shown.reply_to:
            answered = self._records.find(shown.reply_to)
            found["OriginalRepliedMessageSid"] = shown.reply_to
            found["OriginalRepliedMessageSender"] = answered.from_ if answered else ""
        return found | {str(name): str(value) for name, value in (given.get("fields") or {}).items()}

    async def _bring(self, record: Record, given: Given, more: Mapping[str, str]) -> None:
        """The webhook; and Twilio's own answer to STOP and START on numbers for SMS."""
        ours, number = record.to.removeprefix("whatsapp:"), self.number_behind(record.from_)
        url, method, service = self._company.webhook(ours, whatsapp=record.whatsapp)
        wish = "" if record.whatsapp else self._wish(record.body)
        fields = {**self._fields(record, given), **({"OptOutType": wish} if wish and service == SERVICE_SID else {}), **more}
        self._webhooks.spawn(self._webhooks.tell(url, fields, method))
        place = (service or ours, number)
        if wish in ("STOP", "START"):
            (self.opted_out.add if wish == "STOP" else self.opted_out.discard)(place)
            words = GOODBYE if wish == "STOP" else WELCOME
            await self.note(
                Shown(new_sid("SM"), str(given["customer"]), mine=False, text=words, app="sms", account=ours, extra={"by": "Twilio"})
            )

    def _wish(self, body: str) -> str:
        word = body.strip().upper()
        return "STOP" if word in STOP else "START" if word in START else "HELP" if word in HELP else ""

    def _fields(self, record: Record, given: Given) -> dict[str, str]:
        fields = {
            "MessageSid": record.sid,
            "SmsSid": record.sid,
            "SmsMessageSid": record.sid,
            "AccountSid": ACCOUNT_SID,
            "From": record.from_,
            "To": record.to,
            "Body": record.body,
            "NumMedia": str(len(record.files)),
            "NumSegments": str(record.segments),
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
            **({"MessagingServiceSid": record.service} if record.service else {}),
        }
        for n, one in enumerate(record.files):
            fields[f"MediaUrl{n}"] = f"{self.address}{ROOT}/Messages/{record.sid}/Media/{one.sid}"
            fields[f"MediaContentType{n}"] = one.type
        return fields | (self._of_whatsapp(given, record) if record.whatsapp else {"FromCountry": "ES", "ToCountry": "ES"})

    def _of_whatsapp(self, given: Given, record: Record) -> dict[str, str]:
        number, name = self.number(given), str(given.get("name") or given["customer"])
        known, user_id = {} if number in self._hidden else {"WaId": number.lstrip("+")}, self._user_ids.get(number, "")
        data = {"type": "whatsapp", "data": {"context": {"ProfileName": name, **known}}}
        return {
            "ProfileName": name,
            "MessageType": MESSAGE_TYPES[record.files[0].kind(whatsapp=True)] if record.files else "text",
            "ReferralNumMedia": "0",
            "ChannelMetadata": json.dumps(data),
            **known,
            **({"ExternalUserId": f"whatsapp:{user_id}"} if user_id else {}),
        }


def _file(given: Mapping[str, Any]) -> File:
    return File(new_sid("ME"), str(given.get("type") or "application/octet-stream"), b64decode(given["data"]), str(given.get("name") or ""))
