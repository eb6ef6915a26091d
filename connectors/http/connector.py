"""Another system, by signed JSON over HTTP, both ways; the contract for connectors in other languages."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import msgspec

from connectors.answers import accepted, step
from connectors.contract import (
    Action,
    Answer,
    Delivery,
    Event,
    Media,
    Outgoing,
    Reception,
    Sent,
    Signal,
    Step,
    Surroundings,
    WebhookRequest,
)
from connectors.errors import Refused, Rejected
from connectors.http import leaving, payloads
from connectors.http.signing import signature, signatures, verify
from connectors.settings import setting

__all__ = ["Http", "Settings", "build", "signature"]

TIMEOUT_S = 15.0
ONLY_RECEIVES = {"es": "Este canal solo recibe", "en": "This channel only receives"}
PING = {"es": "El otro sistema contesta a un aviso firmado", "en": "The other system answers a signed ping"}
PING_TODO = {
    "es": 'Compruebe la dirección de salida y que ambos lados tengan el mismo secreto; debe contestar con 200 a {"type": "ping"}.',
    "en": 'Check the outgoing address, and that both sides have the same secret; it must answer {"type": "ping"} with 200.',
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One other system."""

    secret: str = setting(
        "Secreto",
        "Secret",
        secret=True,
        group="signing",
        help_es="Firma cada entrega, en los dos sentidos.",
        help_en="Signs every delivery, both ways.",
    )
    second_secret: str = setting(
        "Segundo secreto",
        "Second secret",
        default="",
        secret=True,
        group="signing",
        help_es="Mientras se cambia: vale también, y lo que sale lleva las dos firmas. Bórrelo al terminar.",
        help_en="While it is changed: holds as well, and what leaves carries both signatures. Remove it at the end.",
    )
    url: str = setting(
        "Dirección de salida",
        "Outgoing address",
        default="",
        group="out",
        shape="url",
        help_es="Adónde se entregan las respuestas. Vacío: solo se recibe.",
        help_en="Where answers are delivered. Empty: it only receives.",
        example="https://shop.example/hilo",
    )


class Http:
    """One other system. Nothing is open between two calls."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._url = settings.url.strip()
        self._secrets = [one for one in (settings.secret, settings.second_secret) if one]
        self._surroundings = surroundings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    def receive(self, request: WebhookRequest) -> Reception:
        """Verify signature and time, and take the events apart."""
        if request.method != "POST":
            raise Refused("only POST is taken", status=405)
        verify(request, self._secrets)
        name = request.headers.get("x-hilo-delivery", "").encode(errors="replace").decode()[:200]
        return Reception(payloads.split(request.body, name), body=b'{"ok":true}', content_type="application/json")

    def parse(self, delivery: Delivery) -> list[Event]:
        """An item's event. Raises MalformedPayload."""
        return payloads.read_delivery(delivery)

    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A file from the address that the other system named."""
        return self._surroundings.egress.download(media.url or "")

    async def send(self, outgoing: Outgoing) -> Sent:
        """Deliver one message; the other side knows it by id and part, so the same again makes no second one."""
        name = f"{outgoing.id}:{outgoing.part}" if outgoing.parts > 1 else outgoing.id
        return leaving.outcome(await self._post(leaving.message(outgoing), name), name)

    async def act(self, action: Action) -> None:
        """Pass on what an agent did to a message."""
        leaving.outcome(await self._post(leaving.action(action), action.id), action.id)

    async def signal(self, signal: Signal) -> None:
        """Pass on that an agent writes, or has read."""
        if self._url:
            accepted(await self._post(leaving.signal(signal), uuid4().hex))

    async def check(self) -> list[Step]:
        """A signed ping, which the other system answers and forgets."""
        if not self._url:
            return [Step("only_receives", True, 0.0, "", ONLY_RECEIVES)]

        async def ping() -> str:
            answer = await self._post(leaving.SentPing(), uuid4().hex)
            accepted(answer)
            return f"answered {answer.status}"

        return [await step("ping", PING, PING_TODO, ping)]

    async def _post(self, words: leaving.Leaving, name: str) -> Answer:
        if not self._url:
            raise Rejected("this channel has no outgoing address", code="no_outgoing_address")
        body, timestamp = msgspec.json.encode(words), str(int(self._surroundings.now()))
        headers = {
            "Content-Type": "application/json",
            "X-Hilo-Delivery": name,
            "X-Hilo-Timestamp": timestamp,
            "X-Hilo-Signature": signatures(self._secrets, timestamp, body),
        }
        return await self._surroundings.egress.request("POST", self._url, headers=headers, data=body, timeout_s=TIMEOUT_S)


def build(settings: Settings, surroundings: Surroundings) -> Http:
    """One channel."""
    return Http(settings, surroundings)
