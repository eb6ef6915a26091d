"""The Meta app behind a channel: what a token may do, and where the app's webhooks go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contract import Surroundings
from connectors.graph.client import Graph
from connectors.graph.reading import number, part, parts, text
from connectors.graph.steps import Wanting


@dataclass(frozen=True, slots=True)
class Token:
    """What Meta says of a token. `expires_at`: seconds since the epoch, None for never."""

    valid: bool
    app: str
    scopes: frozenset[str]
    expires_at: float | None


class App:
    """Calls in the app's own name (`<app id>|<app secret>`)."""

    def __init__(self, surroundings: Surroundings, *, url: str, version: str, app_id: str, app_secret: str, verify_token: str) -> None:
        self.id = app_id
        self._verify_token = verify_token
        self._webhook = surroundings.webhook
        self._neighbours = surroundings.neighbours
        self._graph = Graph(surroundings.egress, url=url, version=version, token=f"{app_id}|{app_secret}", app_secret=app_secret)

    async def look_at(self, token: str) -> Token:
        """What a token is. Raises as every call."""
        data = part((await self._graph.get("debug_token", input_token=token)).get("data"))
        scopes = data.get("scopes")
        expires = [moment for key in ("expires_at", "data_access_expires_at") if (moment := number(data.get(key)))]
        return Token(
            valid=data.get("is_valid") is True,
            app=str(data.get("app_id", "")),
            scopes=frozenset(str(one) for one in scopes) if isinstance(scopes, list) else frozenset(),
            expires_at=min(expires, default=None),
        )

    async def check_token(self, token: str, needs: Iterable[str]) -> str:
        """When it ends, in words. Raises Wanting when it is of no use."""
        found = await self.look_at(token)
        if not found.valid:
            raise Wanting("the token is not valid any more")
        if found.app != self.id:
            raise Wanting(f"the token belongs to the app {found.app}, not to {self.id}")
        if missing := [one for one in needs if one not in found.scopes]:
            raise Wanting(f"the token lacks {', '.join(missing)}")
        return "never expires" if found.expires_at is None else f"expires at {int(found.expires_at)} (seconds since 1970)"

    async def subscription(self, kind: str) -> dict[str, Any]:
        """The webhook subscription for an object (page, instagram, whatsapp_business_account); empty when there is none."""
        found = parts((await self._graph.get(f"{self.id}/subscriptions")).get("data"))
        return next((one for one in found if one.get("object") == kind), {})

    def leads_here(self, address: str) -> bool:
        """Whether what comes to an address is shown to this channel: it is its own, or that of one it shares with."""
        return bool(address) and (address == self._webhook or address in self._neighbours().addresses)

    async def check_webhook(self, kind: str) -> str:
        """Where webhooks go. Raises Wanting when it is not here, or without the messages."""
        found = await self.subscription(kind)
        address = text(found.get("callback_url"))
        if not address:
            raise Wanting("no address is set")
        if not self.leads_here(address) or found.get("active") is False:
            raise Wanting("the subscription is not active" if self.leads_here(address) else f"webhooks go to {address}")
        if "messages" not in fields_of(found):
            raise Wanting("the app is not told of messages")
        return address

    async def subscribe(self, kind: str, fields: Iterable[str]) -> str:
        """Send an object's webhooks here. An app has one address for each object: where another channel's is set already that hands on to
        this one, with all that is wanted, it stays."""
        wanted, found = list(fields), await self.subscription(kind)
        there = text(found.get("callback_url"))
        if there != self._webhook and self.leads_here(there) and found.get("active") is not False and not set(wanted) - fields_of(found):
            return there
        given = {"object": kind, "callback_url": self._webhook, "verify_token": self._verify_token, "fields": ",".join(wanted)}
        await self._graph.post(f"{self.id}/subscriptions", given)
        return self._webhook

    async def unsubscribe(self, kind: str) -> None:
        """Send them nowhere, if they came here."""
        if self.leads_here(text((await self.subscription(kind)).get("callback_url"))):
            await self._graph.delete(f"{self.id}/subscriptions", object=kind)


def fields_of(subscription: Mapping[str, Any]) -> set[str]:
    """What is told: Meta lists it by name and version."""
    given = subscription.get("fields")
    return {str(one.get("name") if isinstance(one, dict) else one) for one in given} if isinstance(given, list) else set()
