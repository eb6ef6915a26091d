"""Twilio's form fields in the contract's words: messages with files, places and buttons, receipts, opt-outs. Pure."""

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

from connectors.contract import Address, Choice, Consent, Delivery, Event, Location, Media, Message, Receipt
from connectors.errors import MalformedPayload
from connectors.forms import answers
from connectors.phones import NoPhone, e164
from connectors.twilio_api.refusals import failure
from connectors.twilio_api.webhook import FIELDS_AT_MOST
from connectors.twilio_api.words import stop_or_start

CHANNEL = re.compile(r"([a-z]{2,20}):(.+)", re.DOTALL)
PHONE = re.compile(r"\+[0-9]{5,20}")
USER_ID = re.compile(r"[A-Z]{2}(\.[A-Z]{2,10})?\.[A-Za-z0-9]{1,128}")
"""WhatsApp's id of a person within a business, for those who hide their number: `ES.13491208655302741918`."""
FILES_AT_MOST = 20
STATES: Mapping[str, Literal["sent", "delivered", "read", "failed"]] = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
"""Whatever Twilio says of a message of ours means at least that it has it."""
OPTED_OUT = "21610"
REFERRAL = ("Body", "Headline", "SourceId", "SourceType", "SourceUrl", "MediaUrl", "MediaContentType", "CtwaClid")

KNOWN = mimetypes.MimeTypes()
"""Python's own table, not the machine's."""
ENDINGS = {
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "image/webp": ".webp",
    "video/3gpp": ".3gp",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}

Fields = Mapping[str, str]


def events_of(delivery: Delivery) -> list[Event]:
    """What a delivery says. Raises MalformedPayload."""
    if delivery.kind not in ("message", "status"):
        raise MalformedPayload("neither a message nor a status: this webhook is for messages")
    fields = _read(delivery.body)
    return _status(fields, delivery.headers) if delivery.kind == "status" else _message(fields)


def _read(body: bytes) -> Fields:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST))
    except ValueError as error:
        raise MalformedPayload(f"not a form: {error}") from error


def _message(fields: Fields) -> list[Event]:
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    if not sid:
        raise MalformedPayload("a message without MessageSid")
    sender, proves = person(fields.get("From", ""), fields.get("ExternalUserId", ""), fields.get("ProfileName", ""))
    wish = _wish(fields)
    message = Message(
        external_id=sid,
        sender=sender,
        text=_text(fields),
        attachments=_files(fields, whatsapp=fields.get("From", "").startswith("whatsapp:")),
        at=_moment(fields.get("DateSent", "")),
        to=bare(fields.get("To", "")),
        reply_to=tuple(filter(None, [fields.get("OriginalRepliedMessageSid", "")])),
        automatic=bool(wish) or sender.kind == "sender",
        proves=proves,
        location=_location(fields),
        choice=_choice(fields),
        context=_context(fields),
    )
    told = message if _says_something(message) else _unsupported(message, fields)
    if wish in ("stop", "start"):
        given = wish == "start"
        return [told, Consent(sender, given, "start_word" if given else "stop_word", message.text.strip()[:100], message.at)]
    return [told]


def person(written: str, user_id: str = "", name: str = "") -> tuple[Address, tuple[Address, ...]]:
    """The address that stands for somebody, and others that Twilio proves to be the same. Raises MalformedPayload when there is none.

    SMS and WhatsApp share the phone. Who hides it on WhatsApp is known by an id of Meta's instead; who shows both is known by that id,
    because it stays when the phone is hidden later.
    """
    address, hidden = bare(written), bare(user_id)
    if not address:
        raise MalformedPayload("nobody sent it: From is empty")
    if USER_ID.fullmatch(address):
        return Address("whatsapp", address, name), ()
    phone = _phone(address, name)
    if hidden and USER_ID.fullmatch(hidden):
        return Address("whatsapp", hidden, name, native=address), (phone,)
    return phone, ()


def bare(address: str) -> str:
    """An address without its channel: `whatsapp:+34600000000` is `+34600000000`."""
    found = CHANNEL.fullmatch(address.strip())
    return found[2] if found else address.strip()


def _phone(address: str, name: str) -> Address:
    """A number as it is compared. What is none (a bank's name, a short code) stands as it is, and cannot be a customer's phone."""
    if not PHONE.fullmatch(address):
        return Address("sender", address[:100], name or address[:100])
    try:
        value = e164(address)
    except NoPhone:
        value = address
    return Address("phone", value, name, native="" if value == address else address)


def _text(fields: Fields) -> str:
    """What was written, or stood on the button; a WhatsApp flow that was filled in is its answers."""
    said = fields.get("Body") or fields.get("ButtonText") or fields.get("ListTitle") or ""
    form = [] if _choice(fields) else answers(fields.get("InteractiveData", ""))
    return "\n".join([*([said] if said else []), *form])


def _wish(fields: Fields) -> str:
    """stop, start, help (Twilio answers it itself) or nothing. Twilio's word goes before ours; a button is an answer, whatever it says."""
    said = fields.get("OptOutType", "").strip().lower()
    if said in ("stop", "start", "help"):
        return said
    return "" if _choice(fields) else stop_or_start(fields.get("Body", ""), sms=not CHANNEL.fullmatch(fields.get("From", "")))


def _files(fields: Fields, *, whatsapp: bool) -> tuple[Media, ...]:
    many = fields.get("NumMedia", "0")
    count = min(int(many), FILES_AT_MOST) if many.isascii() and many.isdigit() and len(many) < 6 else 0
    found = ((fields.get(f"MediaUrl{n}", ""), fields.get(f"MediaContentType{n}", ""), n) for n in range(count))
    return tuple(_file(url, type_, n, whatsapp=whatsapp) for url, type_, n in found if url)


def _file(url: str, content_type: str, n: int, *, whatsapp: bool) -> Media:
    plain = content_type.partition(";")[0].strip().lower() or "application/octet-stream"
    kind = _kind(plain, whatsapp=whatsapp)
    ending = ENDINGS.get(plain) or KNOWN.guess_extension(plain) or ""
    return Media(f"{kind}-{n + 1}{ending}", plain, url=url, reference=url.rsplit("/", 1)[-1], kind=kind)


def _kind(content_type: str, *, whatsapp: bool) -> Literal["file", "image", "audio", "voice", "video", "sticker"]:
    """On WhatsApp a voice note comes as Ogg, a sticker as WebP; Twilio does not say it otherwise."""
    if whatsapp and content_type in ("audio/ogg", "image/webp"):
        return "voice" if content_type == "audio/ogg" else "sticker"
    broad = content_type.partition("/")[0]
    return broad if broad in ("image", "audio", "video") else "file"  # type: ignore[return-value]


def _location(fields: Fields) -> Location | None:
    try:
        latitude, longitude = float(fields.get("Latitude", "")), float(fields.get("Longitude", ""))
    except ValueError:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Location(latitude, longitude, fields.get("Label", ""), fields.get("Address", ""))


def _choice(fields: Fields) -> Choice | None:
    title = fields.get("ButtonText") or fields.get("ListTitle") or fields.get("Body", "")
    id_ = fields.get("ButtonPayload") or fields.get("ListId") or (title if fields.get("ButtonText") else "")
    return Choice(id_, title) if id_ else None


def _context(fields: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if referral := {name: fields[f"Referral{name}"] for name in REFERRAL if fields.get(f"Referral{name}")}:
        found["referral"] = referral
    if fields.get("Forwarded") == "true" or fields.get("FrequentlyForwarded") == "true":
        found["forwarded"] = True
    return found


def _says_something(message: Message) -> bool:
    return bool(message.text or message.attachments or message.location or message.choice)


def _unsupported(message: Message, fields: Fields) -> Message:
    return replace(message, context={**message.context, "unsupported": fields.get("MessageType", "")[:40] or "empty"})


def _status(fields: Fields, ours: Mapping[str, str]) -> list[Event]:
    said = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    state = STATES.get(said)
    if state is None:
        raise MalformedPayload(f"unknown status {said[:40]!r}; known are {', '.join(STATES)}")
    code = fields.get("ErrorCode", "")
    receipt = Receipt(
        state=state,
        external_id=fields.get("MessageSid") or fields.get("SmsSid") or "",
        message=ours.get("message", ""),
        reason=_reason(said, code, fields) if state == "failed" else "",
        part=int(ours.get("part", "0")),
    )
    if state == "failed" and code == OPTED_OUT and fields.get("To"):
        return [receipt, Consent(person(fields["To"])[0], given=False, reason="provider")]
    return [receipt]


def _reason(said: str, code: str, fields: Fields) -> str:
    if said == "canceled" and not code:
        return "canceled: Twilio was told not to send it"
    return failure(code, fields.get("ErrorMessage") or fields.get("ChannelStatusMessage") or "")


def _moment(written: str) -> float | None:
    """A time of the history's; webhooks bring none."""
    try:
        return parsedate_to_datetime(written).timestamp() if written else None
    except (ValueError, TypeError, OverflowError):
        return None
