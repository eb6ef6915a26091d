"""Another system, by signed JSON over HTTP, both ways; the contract for connectors in other languages."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Self
from uuid import uuid4

import msgspec

from connectors.answers import accepted, step
from connectors.contract import (
    Action,
    Answer,
    Batch,
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
from connectors.http.history import History
from connectors.http.leaving import without_body
from connectors.http.people import People
from connectors.http.settings import Settings, check_settings, kinds_of
from connectors.http.signing import signature, signatures, verify

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
HISTORY = {"es": "El otro sistema dice qué fue de los mensajes", "en": "The other system tells what became of messages"}
HISTORY_TODO = {
    "es": 'Debe contestar {"events": []} a {"type": "trace", "ids": []}; si no tiene historial, desactívelo en los ajustes.',
    "en": 'It must answer {"type": "trace", "ids": []} with {"events": []}; if it has no history, switch that off in the settings.',
}


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
        return Reception(payloads.split(request.body), body=b'{"ok":true}', content_type="application/json")

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
            accepted(without_body(await self._ask(words)))

    async def check(self) -> list[Step]:
        """A signed ping, which the other system answers and forgets."""
        if not self._url:
            return [Step("only_receives", True, 0.0, "", ONLY_RECEIVES)]

        async def ping() -> str:
            answer = await self._ask(leaving.SentPing())
            accepted(without_body(answer))
            return f"answered {answer.status}"

        return [await step("ping", PING, PING_TODO, ping)]

    async def _ask(self, words: leaving.Leaving) -> Answer:
        """Something that leaves nothing behind, and so is never the same again."""
        return await self._post(words, uuid4().hex)

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


class HttpWithHistory(Http):
    """One other system that can be asked what was missed."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        super().__init__(settings, surroundings)
        self._history = History(self._ask)

    def sweep(self, since: float) -> AsyncIterator[Batch]:
        """What it told us since then, or tried to."""
        return self._history.since(since)

    async def trace(self, external_ids: Sequence[str]) -> Sequence[Delivery]:
        """What became of these of ours."""
        return await self._history.fates(external_ids)

    async def check(self) -> list[Step]:
        """The ping, and a question about no message at all."""

        async def asked() -> str:
            return f"{len(await self._history.fates(()))} events"

        steps = await super().check()
        return [*steps, await step("history", HISTORY, HISTORY_TODO, asked)] if steps[0].ok else steps


def build(settings: Settings, surroundings: Surroundings) -> Http:
    """One channel. Raises InvalidSettings for what no single field shows."""
    check_settings(settings)
    return HttpWithHistory(settings, surroundings) if settings.history else Http(settings, surroundings)
