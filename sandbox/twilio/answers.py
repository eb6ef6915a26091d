"""How pretend Twilio answers: its errors, its pages, its resources as its API describes them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.twilio.company import ACCOUNT_SID, Content, Number, Sender, Service
from sandbox.twilio.records import ROOT

WHEN = "Mon, 05 Jan 2026 09:00:00 +0000"
ISO = "2026-01-05T09:00:00Z"


class Refusal(Exception):
    """What Twilio will not do."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def refused(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """The body of every error."""
    said = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return web.json_response(said, status=status, headers=headers)


def page(request: web.Request, name: str, found: Sequence[Any], shown: Any) -> web.Response:
    """A page of the older API, which names the next one by its path."""
    size, number = page_of(request)
    start = number * size
    rest = {key: value for key, value in request.query.items() if key not in ("Page", "PageSize", "PageToken")}

    def path(at: int) -> str:
        return request.path.removeprefix("/twilio") + "?" + urlencode({**rest, "PageSize": size, "Page": at})

    chosen = found[start : start + size]
    return web.json_response(
        {
            name: [shown(one) for one in chosen],
            "page": number,
            "page_size": size,
            "start": start,
            "end": max(start, start + len(chosen) - 1),
            "uri": path(number),
            "first_page_uri": path(0),
            "previous_page_uri": path(number - 1) if number else None,
            "next_page_uri": path(number + 1) if start + size < len(found) else None,
        }
    )


def meta_page(request: web.Request, name: str, found: Sequence[Any], shown: Any) -> web.Response:
    """A page of the newer APIs, which names the next one by its whole address."""
    size, number = page_of(request)
    start = number * size
    rest = {key: value for key, value in request.query.items() if key not in ("Page", "PageSize", "PageToken")}

    def address(at: int) -> str:
        return str(request.url.with_query({**rest, "PageSize": str(size), "Page": str(at)}))

    meta = {
        "page": number,
        "page_size": size,
        "first_page_url": address(0),
        "previous_page_url": address(number - 1) if number else None,
        "url": address(number),
        "next_page_url": address(number + 1) if start + size < len(found) else None,
        "key": name,
    }
    return web.json_response({name: [shown(one) for one in found[start : start + size]], "meta": meta})


def page_of(request: web.Request) -> tuple[int, int]:
    """(size, number) of the page that is asked for."""
    size, number = request.query.get("PageSize", "50"), request.query.get("Page", "0")
    return min(max(int(size) if size.isdigit() else 50, 1), 1000), int(number) if number.isdigit() else 0


def account() -> dict[str, Any]:
    return {
        "sid": ACCOUNT_SID,
        "owner_account_sid": ACCOUNT_SID,
        "friendly_name": "Tienda Hilo",
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "date_created": WHEN,
        "date_updated": WHEN,
        "uri": f"{ROOT}.json",
        "subresource_uris": {"messages": f"{ROOT}/Messages.json"},
    }


def number(one: Number) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": ACCOUNT_SID,
        "friendly_name": one.number,
        "phone_number": one.number,
        "address_requirements": "none",
        "api_version": "2010-04-01",
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": WHEN,
        "date_updated": WHEN,
        "origin": "twilio",
        "sms_url": one.webhook or None,
        "sms_method": one.method,
        "sms_application_sid": one.application or None,
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
        "status_callback": None,
        "status_callback_method": "POST",
        "status": "in-use",
        "uri": f"{ROOT}/IncomingPhoneNumbers/{one.sid}.json",
        "subresource_uris": {},
    }


def service(one: Service) -> dict[str, Any]:
    url = f"https://messaging.twilio.com/v1/Services/{one.sid}"
    return {
        "sid": one.sid,
        "account_sid": ACCOUNT_SID,
        "friendly_name": one.name,
        "date_created": ISO,
        "date_updated": ISO,
        "inbound_request_url": one.webhook or None,
        "inbound_method": one.method,
        "fallback_url": None,
        "fallback_method": None,
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": False,
        "scan_message_content": "inherit",
        "fallback_to_long_code": False,
        "area_code_geomatch": False,
        "synchronous_validation": False,
        "validity_period": 14400,
        "url": url,
        "links": {"phone_numbers": f"{url}/PhoneNumbers"},
        "usecase": "customer_care",
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": one.left_to_numbers,
    }


def sender(one: Sender) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "status": "ONLINE",
        "sender_id": f"whatsapp:{one.number}",
        "friendly_name": None,
        "configuration": {"waba_id": "102290129340398", "verification_method": "sms", "verification_code": None},
        "webhook": {
            "callback_url": None,
            "callback_method": "POST",
            "fallback_url": None,
            "fallback_method": "POST",
            "status_callback_url": None,
            "status_callback_method": "POST",
            **one.webhook,
        },
        "profile": {"name": one.name, "about": None, "vertical": "Retail"},
        "properties": {"quality_rating": "HIGH", "messaging_limit": "10K Customers/24hr"},
        "offline_reasons": None,
        "compliance": None,
        "url": f"https://messaging.twilio.com/v2/Channels/Senders/{one.sid}",
    }


def content(one: Content) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": ACCOUNT_SID,
        "friendly_name": one.name,
        "language": one.language,
        "variables": one.variables,
        "types": {
            one.kind: {
                "body": one.body,
                **({"actions": [{"id": id_, "title": title} for id_, title in one.actions]} if one.actions else {}),
            }
        },
        "date_created": ISO,
        "date_updated": ISO,
        "approval_requests": {
            "name": one.name,
            "category": one.category,
            "content_type": one.kind,
            "status": one.status,
            "rejection_reason": "INVALID_FORMAT" if one.status == "rejected" else "",
            "allow_category_change": True,
        },
    }
