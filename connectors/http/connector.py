"""Another system, by signed JSON over HTTP, both ways; the contract for connectors in other languages."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
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
from connectors.http.leaving import without_body
from connectors.http.people import ACCOUNT, People
from connectors.http.signing import signature, signatures, verify
from connectors.settings import InvalidSettings, setting

__all__ = ["Http", "Settings", "build", "signature"]

TIMEOUT_S = 15.0
SHELF = 8
"""Letters of a channel's id that tell its customer numbers from another's."""
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
        leads=False,  # no secret goes there: only signatures
    )
    kinds: str = setting(
        "Clases de dirección",
        "Kinds of address",
        default=ACCOUNT,
        group="people",
        help_es="De qué personas puede hablar, separadas por espacios: account es su propio número de cliente; añada phone o email solo si "
        "sabe con certeza de quién son.",
        help_en="Of whom it may speak, separated by spaces: account is its own customer number; add phone or email only if it knows beyond "
        "doubt whose they are.",
        example="account phone email",
        max_length=200,
    )
    company_accounts: bool = setting(
        "Sus números de cliente son los de la empresa",
        "Its customer numbers are the company's",
        default=False,
        group="people",
        help_es="Activado: el cliente 4711 es el mismo que en el chat web y en los demás canales con esta opción. Si no, es otra persona.",
        help_en="On: customer 4711 is the same as in web chat, and in other channels with this switch. Off: somebody else.",
    )


class Http:
    """One other system. Nothing is open between two calls."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._url = settings.url.strip()
        self._secrets = [one for one in (settings.secret, settings.second_secret) if one]
        self._surroundings = surroundings
        self._people = People(kinds_of(settings), "" if settings.company_accounts else surroundings.channel[:SHELF])

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
        return [self._people.told(one) for one in payloads.read_delivery(delivery)]

    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A file from the address that the other system named."""
        return self._surroundings.egress.download(media.url or "")

    async def send(self, outgoing: Outgoing) -> Sent:
        """Deliver one message; the other side knows it by id and part, so the same again makes no second one."""
        name = f"{outgoing.id}:{outgoing.part}" if outgoing.parts > 1 else outgoing.id
        return leaving.outcome(await self._post(leaving.message(replace(outgoing, to=self._people.theirs(outgoing.to))), name), name)

    async def act(self, action: Action) -> None:
        """Pass on what an agent did to a message."""
        leaving.outcome(await self._post(leaving.action(replace(action, to=self._people.theirs(action.to))), action.id), action.id)

    async def signal(self, signal: Signal) -> None:
        """Pass on that an agent writes, or has read."""
        if self._url:
            words = leaving.signal(replace(signal, to=self._people.theirs(signal.to)))
            accepted(without_body(await self._post(words, uuid4().hex)))

    async def check(self) -> list[Step]:
        """A signed ping, which the other system answers and forgets."""
        if not self._url:
            return [Step("only_receives", True, 0.0, "", ONLY_RECEIVES)]

        async def ping() -> str:
            answer = await self._post(leaving.SentPing(), uuid4().hex)
            accepted(without_body(answer))
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


KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS_WANTED = {
    "es": "deben ser palabras como account, phone o email, separadas por espacios",
    "en": "must be words such as account, phone or email, separated by spaces",
}


def kinds_of(settings: Settings) -> frozenset[str]:
    """The kinds of address that it may name. Raises InvalidSettings."""
    kinds = settings.kinds.split() or [ACCOUNT]
    if not all(map(KIND.fullmatch, kinds)):
        raise InvalidSettings({"kinds": KINDS_WANTED})
    return frozenset(kinds)


def build(settings: Settings, surroundings: Surroundings) -> Http:
    """One channel. Raises InvalidSettings for what no single field shows."""
    return Http(settings, surroundings)
