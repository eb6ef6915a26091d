"""What the conformance kit needs to play Twilio."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from connectors.conformance.pretend import Asked
from connectors.contract import Answer, WebhookRequest

ACCOUNT_SID = "ACffffffffffffffffffffffffffffffff"
JSON = {"content-type": "application/json"}
ERRORS: Mapping[str, tuple[int, int, str]] = {"limited": (429, 20429, "Too Many Requests"), "unauthorised": (401, 20003, "Authenticate")}


def settings(url: str, sender: str) -> dict[str, Any]:
    """What an admin fills in."""
    return {"account_sid": ACCOUNT_SID, "auth_token": "0123456789abcdef0123456789abcdef", "senders": sender, "base_url": url}


def signed(request: WebhookRequest, settings: Any) -> WebhookRequest:
    """A form is signed field by field; of anything else, the hash stands in the address."""
    validator = RequestValidator(settings.auth_token)
    if request.headers.get("content-type") == "application/x-www-form-urlencoded":
        fields = MultiDict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
        signature = validator.compute_signature(request.url, fields)
        return replace(request, headers={**request.headers, "x-twilio-signature": signature})
    query = {**request.query, "bodySHA256": hashlib.sha256(request.body).hexdigest()}
    url = f"{request.url.partition('?')[0]}?{urlencode(query)}"
    signature = validator.compute_signature(url, {})
    return replace(request, url=url, query=query, headers={**request.headers, "x-twilio-signature": signature})


def answer(asked: Asked) -> Answer:
    """A message that is queued, an account in good order, one number."""
    if asked.method == "POST":
        said: dict[str, Any] = {"sid": "SM" + "9" * 32, "status": "queued", "error_code": None}
        return Answer(201, JSON, json.dumps(said).encode())
    if "IncomingPhoneNumbers" in asked.path:
        said = {"incoming_phone_numbers": [], "page": 0, "page_size": 50, "uri": "", "next_page_uri": None}
    elif "Channels/Senders" in asked.path:
        said = {"senders": [], "meta": {"key": "senders", "page": 0, "page_size": 50, "url": "", "next_page_url": None}}
    else:
        said = {"sid": ACCOUNT_SID, "friendly_name": "A shop", "status": "active", "type": "Full"}
    return Answer(200, JSON, json.dumps(said).encode())


def fault(kind: str) -> Answer | None:
    """Twilio's own words."""
    if kind not in ERRORS:
        return None
    status, code, message = ERRORS[kind]
    return Answer(status, JSON, json.dumps({"code": code, "message": message, "status": status}).encode())
