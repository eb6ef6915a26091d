"""The Parrot channel: signed JSON comes in, one call over HTTP goes out."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Self

from connectors.answers import accepted, step, taken
from connectors.contract import Address, Delivery, Event, Message, Outgoing, Receipt, Reception, Sent, Step, Surroundings, WebhookRequest
from connectors.errors import Ambiguous, MalformedPayload, Refused
from connectors.settings import setting

LABEL = {"es": "Parrot acepta la clave", "en": "Parrot accepts the key"}
TODO = {"es": "Copie otra vez la clave de su cuenta de Parrot.", "en": "Copy the key of your Parrot account again."}


@dataclass(frozen=True, slots=True)
class Settings:
    """One account at Parrot."""

    api_key: str = setting("Clave", "Key", secret=True, help_es="En su cuenta: API.", help_en="In your account: API.")
    webhook_secret: str = setting("Secreto del webhook", "Webhook secret", secret=True)
    base_url: str = setting("Dirección de la API", "API address", default="https://api.parrot.example", shape="url", group="advanced")


class Parrot:
    """One account."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._egress = surroundings.egress
        self._headers = {"Authorization": f"Bearer {settings.api_key}"}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    def receive(self, request: WebhookRequest) -> Reception:
        """Verify, and take the batch apart: one delivery for each item."""
        expected = hmac.new(self._settings.webhook_secret.encode(), request.body, hashlib.sha256).hexdigest()
        given = request.headers.get("x-parrot-signature", "")
        if not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
            raise Refused("the signature is missing or wrong")
        try:
            items = [json.dumps(one, sort_keys=True).encode() for one in json.loads(request.body)["items"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            items = [request.body]
        return Reception(tuple(Delivery("item", hashlib.sha256(one).hexdigest(), one) for one in dict.fromkeys(items)))

    def parse(self, delivery: Delivery) -> list[Event]:
        """What an item says. Raises MalformedPayload."""
        try:
            return [_event(json.loads(delivery.body))]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedPayload(f"cannot be read: {error!r}") from error

    async def send(self, outgoing: Outgoing) -> Sent:
        """One message."""
        body = {"to": outgoing.to.value, "text": outgoing.text}
        said = taken(await self._egress.request("POST", f"{self._settings.base_url}/messages", headers=self._headers, json=body))
        if not said.get("id"):
            raise Ambiguous("Parrot gave no id")
        return Sent(str(said["id"]))

    async def check(self) -> list[Step]:
        """Ask for the account; nobody is written to."""

        async def account() -> str:
            answer = await self._egress.request("GET", f"{self._settings.base_url}/account", headers=self._headers)
            accepted(answer)
            return answer.body[:100].decode(errors="replace")

        return [await step("account", LABEL, TODO, account)]


def _event(item: dict[str, Any]) -> Event:
    if item["type"] == "receipt" and item["state"] in ("delivered", "failed"):
        return Receipt(item["state"], external_id=_word(item["message"]))
    sender = Address("parrot", _word(item["from"]), str(item.get("name", "")))
    if item["type"] != "message":
        return Message(_word(item["id"]), sender, context={"unsupported": str(item["type"])})
    return Message(_word(item["id"]), sender, text=str(item["text"]))


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an id is missing")
    return value.strip()


def build(settings: Settings, surroundings: Surroundings) -> Parrot:
    """One channel."""
    return Parrot(settings, surroundings)
