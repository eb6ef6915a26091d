"""Signed JSON over HTTP, both ways. What is signed is `<timestamp>.<body>`, with HMAC-SHA256 and the channel's secret."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Self

import aiohttp

from connectors.contract import Delivery, Event, Outgoing, Reception, Sent, Step, Surroundings, WebhookRequest
from connectors.errors import Ambiguous, AuthFailed, RateLimited, Refused, Rejected, Unavailable
from connectors.http.payloads import read_delivery
from connectors.settings import setting

TOLERANCE_S = 300
SECONDS = re.compile(r"[0-9]{1,12}")
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)


@dataclass(frozen=True, slots=True)
class Settings:
    """One other system."""

    secret: str = setting(
        "Secreto", "Secret", secret=True, help_es="Firma cada entrega, en los dos sentidos.", help_en="Signs every delivery, both ways."
    )
    url: str = setting(
        "Dirección de salida",
        "Outgoing address",
        default="",
        help_es="Adónde se entregan las respuestas. Vacío: solo se recibe.",
        help_en="Where answers are delivered. Empty: it only receives.",
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header `X-Hilo-Signature` holds: `sha256=` and the HMAC in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Http:
    """One other system."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._client is not None:
            await self._client.close()

    def receive(self, request: WebhookRequest) -> Reception:
        """Verify signature and time; the whole body is one delivery, named by its content."""
        if request.method != "POST":
            raise Refused("only POST is taken", status=405)
        timestamp = request.headers.get("x-hilo-timestamp", "")
        given = request.headers.get("x-hilo-signature", "")
        if not SECONDS.fullmatch(timestamp):
            raise Refused("the timestamp is missing or not in seconds", status=403)
        expected = signature(self._settings.secret, timestamp, request.body)
        if not hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode()):
            raise Refused("the signature is missing or wrong", status=403)
        if abs(request.at - int(timestamp)) > TOLERANCE_S:
            raise Refused("the timestamp is too old or too new", status=403)
        name = _plain(request.headers.get("x-hilo-delivery", "")) or hashlib.sha256(request.body).hexdigest()
        return Reception(deliveries=(Delivery("events", name[:200], request.body),), body=b'{"ok":true}', content_type="application/json")

    def parse(self, delivery: Delivery) -> list[Event]:
        """A body's events."""
        return read_delivery(delivery)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Deliver one message; the other side knows it by its id, so the same again makes no second one."""
        if not self._settings.url:
            raise Rejected("this channel has no outgoing address", code="no_outgoing_address")
        body = json.dumps(_words(outgoing), ensure_ascii=False).encode()
        status, answer, headers = await self._post(body, outgoing.id)
        return _outcome(status, answer, headers, outgoing.id)

    async def _post(self, body: bytes, name: str) -> tuple[int, bytes, Mapping[str, str]]:
        assert self._client is not None
        timestamp = str(int(self._surroundings.now()))
        headers = {
            "Content-Type": "application/json",
            "X-Hilo-Delivery": name,
            "X-Hilo-Timestamp": timestamp,
            "X-Hilo-Signature": signature(self._settings.secret, timestamp, body),
        }
        try:
            async with self._client.post(self._settings.url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status, await response.content.read(65536), dict(response.headers)
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(f"cannot connect: {error}") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Ambiguous(f"no answer: {error!r}") from error

    async def check(self) -> list[Step]:
        """Connect to the outgoing address, without delivering anything."""
        if not self._settings.url:
            return [Step("outgoing_address", True, 0.0, "none: this channel only receives")]
        assert self._client is not None
        start = perf_counter()
        try:
            async with self._client.head(self._settings.url, allow_redirects=False) as response:
                return [Step("connect", response.status < 500, (perf_counter() - start) * 1000, f"answered {response.status}")]
        except (TimeoutError, aiohttp.ClientError) as error:
            return [Step("connect", False, (perf_counter() - start) * 1000, str(error))]


def _plain(header: str) -> str:
    """A header may hold bytes that are no text."""
    return header.encode(errors="replace").decode()


def _words(outgoing: Outgoing) -> dict[str, object]:
    return {
        "type": "message",
        "id": outgoing.id,
        "to": {"kind": outgoing.to.kind, "value": outgoing.to.value},
        "text": outgoing.text,
        "topic": outgoing.topic,
        "author": outgoing.author,
        "attempt": outgoing.attempt,
    }


def _outcome(status: int, answer: bytes, headers: Mapping[str, str], id_: str) -> Sent:
    if 200 <= status < 300:
        return Sent(external_id=id_)
    said = answer[:300].decode(errors="replace")
    if status == 429:
        after = headers.get("Retry-After", "")
        raise RateLimited("too many", retry_after=float(after) if after.isdigit() else 30.0)
    if status in (401, 403):
        raise AuthFailed(f"answered {status}: {said}")
    if status >= 500:
        raise Unavailable(f"answered {status}: {said}")
    raise Rejected(f"answered {status}: {said}")


def build(settings: Settings, surroundings: Surroundings) -> Http:
    """One channel."""
    return Http(settings, surroundings)
