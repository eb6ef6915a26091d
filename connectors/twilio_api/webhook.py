"""A request of Twilio's to our webhook, taken apart: a message that came in, or what became of one of ours. No input or output."""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from multidict import MultiDict

from connectors.contract import Delivery, Reception, WebhookRequest
from connectors.errors import Refused
from connectors.twilio_api.signatures import Signatures

EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
FORM = "application/x-www-form-urlencoded"
FIELDS_AT_MOST = 1000
STATUS_PATH = re.compile(r"/status/([0-9a-fA-F-]{36})")
"""The tail of the address that we give as StatusCallback: our own id, for when the answer to the sending was lost."""
INCOMING = frozenset({"received", "receiving"})


def receive(request: WebhookRequest, signatures: Signatures) -> Reception:
    """Verify and name. What is Twilio's and cannot be read is kept all the same. Raises Refused."""
    if request.method != "POST":
        raise Refused("only POST is taken: set the webhook to HTTP POST at Twilio", status=405)
    fields = read_form(request)
    signatures.verify(request, request.body.decode(errors="replace") if fields is None else fields)
    return Reception((_delivery(request, fields),), body=EMPTY_TWIML, content_type="text/xml")


def read_form(request: WebhookRequest) -> MultiDict[str] | None:
    """The fields, blank ones too, as they were signed; None for a body that is no form. Raises Refused for too many."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        return MultiDict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST))
    except ValueError as error:
        raise Refused(f"not a form: {error}", status=400) from error


def _delivery(request: WebhookRequest, fields: MultiDict[str] | None) -> Delivery:
    sid = _sid(fields or {})
    if fields is None or not sid:
        return Delivery("unreadable", hashlib.sha256(request.body).hexdigest(), request.body)
    state = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    ours = STATUS_PATH.fullmatch(request.path)
    if ours or (state and state.lower() not in INCOMING):
        return Delivery("status", status_id(sid, state, fields.get("ErrorCode", "")), request.body, _ours(ours, request.query))
    return Delivery("message", sid, request.body)


def status_id(sid: str, state: str, error: str = "") -> str:
    """The name of a status: the same one told twice, or found in the history, is one."""
    return ":".join(filter(None, [sid, state.lower(), error]))[:200]


def _ours(found: re.Match[str] | None, query: Mapping[str, str]) -> dict[str, str]:
    part = query.get("part", "")
    return {"message": found[1].lower(), "part": part if part.isascii() and part.isdigit() else "0"} if found else {}


def _sid(fields: Mapping[str, str]) -> str:
    return (fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid") or "").strip()[:100]
