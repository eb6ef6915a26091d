"""The Meta app behind a channel: what a token may do, and where the app's webhooks go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import Egress
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

    def __init__(self, egress: Egress, *, url: str, version: str, app_id: str, app_secret: str) -> None:
        self.id = app_id
        self._graph = Graph(egress, url=url, version=version, token=f"{app_id}|{app_secret}", app_secret=app_secret)

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
        """The webhook subscription for an object (page, instagram); empty when there is none."""
        found = parts((await self._graph.get(f"{self.id}/subscriptions")).get("data"))
        return next((one for one in found if one.get("object") == kind), {})

    async def check_webhook(self, kind: str, webhook: str) -> str:
        """Where webhooks go. Raises Wanting when it is not here."""
        found = await self.subscription(kind)
        address = text(found.get("callback_url"))
        if not address:
            raise Wanting("no address is set")
        if address != webhook or found.get("active") is False:
            raise Wanting(f"webhooks go to {address}" if address != webhook else "the subscription is not active")
        return address

    async def subscribe(self, kind: str, *, webhook: str, verify_token: str, fields: Iterable[str]) -> str:
        """Send an object's webhooks here. Raises Wanting rather than take them from another channel of the same hub."""
        there = text((await self.subscription(kind)).get("callback_url"))
        if there != webhook and _neighbours(there, webhook):
            raise Wanting(f"the app already serves another channel at {there}: give each page an app of its own")
        given = {"object": kind, "callback_url": webhook, "verify_token": verify_token, "fields": ",".join(fields)}
        await self._graph.post(f"{self.id}/subscriptions", given)
        return webhook

    async def unsubscribe(self, kind: str, webhook: str) -> None:
        """Send them nowhere, if they came here."""
        if (await self.subscription(kind)).get("callback_url") == webhook:
            await self._graph.delete(f"{self.id}/subscriptions", object=kind)


def _neighbours(one: str, other: str) -> bool:
    return bool(one) and urlsplit(one).netloc == urlsplit(other).netloc
