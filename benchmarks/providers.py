"""Webhooks as Twilio, Telegram and Meta send them: one text message each, signed, and what the channel that takes them is told."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import time
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.load import Delivery, request, text

SECRET = "a-secret-that-both-ends-know"
ACCOUNT, NUMBER = "AC" + "1" * 32, "+34910000001"
PHONE_NUMBER_ID, BUSINESS = "1400000000000001", "1300000000000001"
NOWHERE = "http://127.0.0.1:9"
"""Where the hub would call the provider: it is not asked to in what is measured."""
SENDERS = 200
"""Customers who write in turn."""

Signed = tuple[Mapping[str, str], bytes]
"""Headers and body."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A connector, its settings, and how one of its webhooks is made: (address, key, number of the sender) -> headers and body."""

    connector: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    made: Callable[[str, str, int], Signed]

    def deliveries(self, url: str, count: int) -> list[Delivery]:
        """So many webhooks, of some hundred customers in turn."""
        keys = [uuid4().hex for _ in range(count)]
        return [Delivery(key, request(url, *self.made(url, key, number % SENDERS))) for number, key in enumerate(keys)]


def twilio_signature(url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and all fields in order."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(SECRET.encode(), said.encode(), hashlib.sha1).digest()).decode()


def meta_signature(body: bytes) -> str:
    """X-Hub-Signature-256: HMAC-SHA256 over the raw body."""
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def _sms(url: str, key: str, sender: int) -> Signed:
    sid = f"SM{key}"
    fields = {
        "ToCountry": "ES",
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": f"+34600{sender:06}",
        "FromCountry": "ES",
        "To": NUMBER,
        "Body": text(key),
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": twilio_signature(url, fields)}
    return headers, urlencode(fields).encode()


def _telegram(_: str, key: str, sender: int) -> Signed:
    id_ = 5_000_000_000 + sender
    person = {"id": id_, "first_name": "Lucía", "last_name": "Ferrer", "username": f"lucia{sender}"}
    message = {
        "message_id": int(key[:8], 16),
        "from": {**person, "is_bot": False, "language_code": "es"},
        "chat": {**person, "type": "private"},
        "date": int(time()),
        "text": text(key),
    }
    body = json.dumps({"update_id": int(key[:7], 16), "message": message}).encode()
    return {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}, body


def _whatsapp(_: str, key: str, sender: int) -> Signed:
    phone, user_id = f"34600{sender:06}", f"ES.{sender:020}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "34910000001", "phone_number_id": PHONE_NUMBER_ID},
        "contacts": [{"profile": {"name": "Lucía Ferrer"}, "wa_id": phone, "user_id": user_id}],
        "messages": [
            {
                "from": phone,
                "from_user_id": user_id,
                "id": f"wamid.{key}",
                "timestamp": str(int(time())),
                "type": "text",
                "text": {"body": text(key)},
            }
        ],
    }
    entry = {"id": BUSINESS, "changes": [{"value": value, "field": "messages"}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": meta_signature(body)}, body


PROVIDERS: Mapping[str, Provider] = {
    "sms": Provider("sms", {"account_sid": ACCOUNT, "senders": NUMBER, "base_url": NOWHERE}, {"auth_token": SECRET}, _sms),
    "telegram": Provider(
        "telegram", {"mode": "webhook", "base_url": NOWHERE}, {"token": f"1234567890:{'A' * 35}", "webhook_secret": SECRET}, _telegram
    ),
    "whatsapp": Provider(
        "whatsapp",
        {"phone_number_id": PHONE_NUMBER_ID, "account_id": BUSINESS, "app_id": "1500000000000001", "graph_url": NOWHERE},
        {"app_secret": SECRET, "access_token": SECRET, "verify_token": SECRET},
        _whatsapp,
    ),
}
