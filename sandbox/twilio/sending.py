"""Pretend Twilio sends: what it refuses at once, and what becomes of what it takes."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import aiohttp

from sandbox.double import Shown
from sandbox.twilio.answers import Refusal
from sandbox.twilio.company import Company, Content, new_sid
from sandbox.twilio.phones import Phones
from sandbox.twilio.records import File, Record, Records, message_sid
from sandbox.twilio.webhooks import Webhooks

TEXT_LIMIT = 1600
DAY_S = 86_400.0
PHONE = re.compile(r"\+[1-9]\d{6,14}")
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")
FILE_LIMIT = 16 * 1024 * 1024


class Sending:
    """Takes messages of the company's and brings them to the phones."""

    def __init__(self, company: Company, records: Records, phones: Phones, webhooks: Webhooks) -> None:
        self._company = company
        self._records = records
        self._phones = phones
        self._webhooks = webhooks

    async def take(self, form: Mapping[str, str], links: Sequence[str]) -> Record:
        """`form`: the fields of the Messages resource. What can be said at once is refused at once."""
        to, whatsapp = self._to(form), form.get("To", "").startswith("whatsapp:")
        from_, service = self._from(form, whatsapp=whatsapp)
        content = self._content(form)
        body = _filled(content, form) if content else form.get("Body", "")
        if not body and not links:
            raise Refusal(400, 21602, "Message body is required.")
        if len(body) > TEXT_LIMIT:
            raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if any(urlsplit(one).scheme not in ("http", "https") for one in links):
            raise Refusal(400, 21620, "Invalid media URL(s)")
        ours = from_.removeprefix("whatsapp:")
        if not whatsapp and {(service or ours, to), (ours, to)} & self._phones.opted_out:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        sid = message_sid(with_files=bool(links))
        callback = form.get("StatusCallback", "")
        record = Record(sid, "outbound-api", from_, form["To"], body, "queued", service=service, callback=callback, queued=True)
        record.buttons = [{"id": id_, "title": title} for id_, title in content.actions] if content else []
        self._records.keep(record)
        self._webhooks.spawn(self._bring(record, links, template=content is not None and content.status == "approved"))
        return record

    def _to(self, form: Mapping[str, str]) -> str:
        if not form.get("To"):
            raise Refusal(400, 21604, "A 'To' phone number is required.")
        bare = form["To"].removeprefix("whatsapp:")
        if not PHONE.fullmatch(bare) and not (form["To"] != bare and USER_ID.fullmatch(bare)):
            raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {form['To'][:40]}")
        return self._phones.number_behind(bare)

    def _from(self, form: Mapping[str, str], *, whatsapp: bool) -> tuple[str, str]:
        """The sender as Twilio writes it, and the service."""
        service, given = form.get("MessagingServiceSid", ""), form.get("From", "")
        if service and self._company.service(service) is None:
            raise Refusal(400, 21704, "The Messaging Service contains no phone numbers.")
        if service and not given:
            pool = [one.number for one in self._company.numbers if one.service == service]
            return (f"whatsapp:{self._company.senders[0].number}" if whatsapp else pool[0]), service
        if not given:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        if whatsapp != given.startswith("whatsapp:"):
            raise Refusal(400, 21910, "'From' and 'To' addresses must be of the same channel.")
        bare = given.removeprefix("whatsapp:")
        if (self._company.sender(bare) if whatsapp else self._company.number(bare)) is None:
            code = 63007 if whatsapp else 21659
            raise Refusal(400, code, f"{bare} is not a Twilio phone number or channel of this account")
        return given, service

    def _content(self, form: Mapping[str, str]) -> Content | None:
        if not form.get("ContentSid"):
            return None
        content = self._company.content(form["ContentSid"])
        if content is None:
            raise Refusal(400, 21655, "The ContentSid is Invalid.")
        return content

    async def _bring(self, record: Record, links: Sequence[str], *, template: bool) -> None:
        """Handed on, sent, delivered; or failed, and why."""
        number = self._phones.number_behind(record.to)
        record.queued = False
        record.files = [file for file in [await _fetched(one) for one in links] if file is not None]
        if len(record.files) < len(links):
            await self._phones.status(record, "failed", 63019 if record.whatsapp else 30008, "Media failed to download")
        elif record.whatsapp and not template and time.time() - self._phones.wrote.get(number, 0.0) > DAY_S:
            words = "Failed to send freeform message because you are outside the allowed window. Please use a Template."
            await self._phones.status(record, "failed", 63016, words)
        elif number in self._phones.blocked:
            await self._phones.status(record, "undelivered", 63024 if record.whatsapp else 30004, "Message blocked")
        else:
            await self._phones.note(self._shown(record, number))
            await self._phones.status(record, "sent")
            await self._phones.status(record, "delivered")

    def _shown(self, record: Record, number: str) -> Shown:
        return Shown(
            record.sid,
            self._phones.customer(number),
            mine=False,
            text=record.body,
            app="whatsapp" if record.whatsapp else "sms",
            account=record.from_.removeprefix("whatsapp:"),
            media=[one.shown(whatsapp=record.whatsapp) for one in record.files],
            buttons=record.buttons,
            state="sent",
            extra={"from": record.from_.removeprefix("whatsapp:")},
        )


def _filled(content: Content, form: Mapping[str, str]) -> str:
    """A template with its variables."""
    try:
        values = json.loads(form.get("ContentVariables") or "{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise Refusal(400, 21656, "The ContentVariables Parameter is invalid.")
    said = content.body
    for name, value in {**content.variables, **values}.items():
        said = said.replace("{{" + str(name) + "}}", str(value))
    return said


async def _fetched(link: str) -> File | None:
    """The file behind a link, as Twilio fetches it: without credentials, once."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.get(link, headers={"User-Agent": "TwilioProxy/1.1"}) as response,
        ):
            if response.status != 200:
                return None
            data = await response.content.read(FILE_LIMIT)
            kind = response.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
            return File(new_sid("ME"), kind, data, urlsplit(link).path.rsplit("/", 1)[-1])
    except (TimeoutError, aiohttp.ClientError):
        return None
