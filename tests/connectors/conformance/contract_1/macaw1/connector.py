"""The Macaw channel: signed JSON comes in, calls over HTTP go out; with every verb of the contract."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Self

from connectors.answers import accepted, step, taken
from connectors.contract import (
    Action,
    Address,
    Batch,
    Delivery,
    Event,
    Health,
    Media,
    Message,
    Outgoing,
    Receipt,
    Reception,
    Sent,
    Signal,
    Step,
    Surroundings,
    Template,
    WebhookRequest,
)
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, MalformedPayload, Refused, Unavailable
from connectors.settings import setting

KEY = {"es": "Macaw acepta la clave", "en": "Macaw accepts the key"}
KEY_TODO = {"es": "Copie otra vez la clave de su cuenta.", "en": "Copy the key of your account again."}
HOOK = {"es": "Macaw nos llama", "en": "Macaw calls us"}
HOOK_TODO = {"es": "Compruebe la clave y pulse otra vez Instalar.", "en": "Check the key, and press Install again."}


@dataclass(frozen=True, slots=True)
class Settings:
    """One account at Macaw."""

    api_key: str = setting("Clave", "Key", secret=True)
    webhook_secret: str = setting("Secreto del webhook", "Webhook secret", secret=True)
    base_url: str = setting("Dirección de la API", "API address", default="https://api.macaw.example", shape="url", group="advanced")


class Macaw:
    """One account."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._headers = {"Authorization": f"Bearer {settings.api_key}"}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    def receive(self, request: WebhookRequest) -> Reception:
        expected = hmac.new(self._settings.webhook_secret.encode(), request.body, hashlib.sha256).hexdigest()
        given = request.headers.get("x-macaw-signature", "")
        if not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
            raise Refused("the signature is missing or wrong")
        try:
            items = [json.dumps(one, sort_keys=True).encode() for one in json.loads(request.body)["items"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            items = [request.body]
        return Reception(tuple(Delivery("item", hashlib.sha256(one).hexdigest(), one) for one in dict.fromkeys(items)))

    def parse(self, delivery: Delivery) -> list[Event]:
        try:
            return [_event(json.loads(delivery.body))]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedPayload(f"cannot be read: {error!r}") from error

    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self._surroundings.egress.download(media.url or "", headers=self._headers)

    async def send(self, outgoing: Outgoing) -> Sent:
        files = [one.url for one in outgoing.attachments]
        said = taken(await self._ask("POST", "/messages", to=outgoing.to.value, text=outgoing.text, files=files))
        if not said.get("id"):
            raise Ambiguous("Macaw gave no id")
        return Sent(str(said["id"]))

    async def act(self, action: Action) -> None:
        accepted(await self._ask("POST", f"/messages/{action.target}/{action.kind}", emoji=action.emoji, text=action.text))

    async def signal(self, signal: Signal) -> None:
        accepted(await self._ask("POST", f"/signs/{signal.kind}", to=signal.to.value, on=signal.on))

    async def sweep(self, since: float) -> AsyncIterator[Batch]:
        items = [json.dumps(one, sort_keys=True).encode() for one in await self._list(f"/items?since={since}")]
        yield Batch(tuple(Delivery("item", hashlib.sha256(one).hexdigest(), one) for one in items))

    async def templates(self) -> Sequence[Template]:
        return [Template(str(one), "es", str(one)) for one in await self._list("/templates")]

    async def check(self) -> list[Step]:
        return [await step("account", KEY, KEY_TODO, self._account)]

    async def health(self) -> Health:
        try:
            return Health("up", quota=await self._account())
        except AuthFailed as error:
            return Health("down", str(error))
        except ConnectorError as error:
            return Health("degraded", str(error))

    async def install(self) -> list[Step]:
        async def point() -> str:
            accepted(await self._ask("PUT", "/webhook", url=self._surroundings.webhook))
            return self._surroundings.webhook

        return [await step("webhook", HOOK, HOOK_TODO, point)]

    async def uninstall(self) -> None:
        accepted(await self._ask("DELETE", "/webhook"))

    async def _account(self) -> str:
        said = await self._read("/account")
        return f"{said.get('left')} messages left"

    async def _list(self, path: str) -> list[Any]:
        found = (await self._read(path)).get("items")
        if not isinstance(found, list):
            raise Unavailable("Macaw gave no list")
        return found

    async def _read(self, path: str) -> dict[str, Any]:
        answer = await self._ask("GET", path)
        accepted(answer)
        try:
            said = answer.json()
        except MalformedPayload as error:
            raise Unavailable(str(error)) from error
        return said if isinstance(said, dict) else {}

    async def _ask(self, method: str, path: str, **said: Any) -> Any:
        base = self._settings.base_url
        return await self._surroundings.egress.request(method, f"{base}{path}", headers=self._headers, json=said or None)


def _event(item: dict[str, Any]) -> Event:
    if item["type"] == "receipt" and item["state"] in ("delivered", "read", "failed"):
        return Receipt(item["state"], external_id=_word(item["message"]))
    sender = Address("macaw", _word(item["from"]))
    if item["type"] != "message":
        return Message(_word(item["id"]), sender, context={"unsupported": str(item["type"])})
    return Message(_word(item["id"]), sender, text=str(item["text"]), attachments=_files(item.get("file")))


def _files(address: Any) -> tuple[Media, ...]:
    if not address:
        return ()
    return (Media(_word(address).rpartition("/")[2], "image/jpeg", url=_word(address), kind="image"),)


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an id is missing")
    return value.strip()


def build(settings: Settings, surroundings: Surroundings) -> Macaw:
    return Macaw(settings, surroundings)
