"""What there is to know and to set at Meta about a page or an account: token, identity, subscription, webhook."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Health, Step, Surroundings
from connectors.errors import Rejected
from connectors.graph import steps
from connectors.graph.channel import MetaChannel, Secured
from connectors.graph.reading import part, parts, text
from connectors.graph.steps import Wanting, step

IDENTITY = {"es": "El token es de esta cuenta", "en": "The token is this account's"}
IDENTITY_TODO = {
    "es": "Compruebe el identificador, y cree el token para esa página y no para otra ni para una persona.",
    "en": "Check the ID, and make the token for that page, not for another one or for a person.",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Where Messenger and Instagram differ."""

    object: str
    """Of the app's webhooks: page or instagram."""
    address: str
    """The kind of address of its people."""
    title: str
    needs: tuple[str, ...]
    """The permissions that its token must have."""
    fields: tuple[str, ...]
    """What the app's webhooks shall tell."""
    page_fields: tuple[str, ...]
    """What the page shall tell the app."""
    by_link: bool
    """Whether files go best as a link that Meta fetches."""
    upload: Mapping[str, str]
    """What goes along when a file is handed over."""
    reactions: Mapping[str, str]
    """Sign -> Meta's word for it; empty: any sign, as it is."""


class Page(MetaChannel):
    """One page, or the account that is linked to it, within an app."""

    def __init__(self, kind: Kind, account: str, settings: Secured, surroundings: Surroundings) -> None:
        super().__init__(settings, surroundings)
        self._kind = kind
        self._account = account

    async def check(self) -> list[Step]:
        """Each step by itself, so that one look shows all that is missing."""
        return [
            await step("token", steps.TOKEN, steps.TOKEN_TODO, self._token),
            await step("account", IDENTITY, IDENTITY_TODO, self._identity),
            await step("subscribed", steps.SUBSCRIBED, steps.SUBSCRIBED_TODO, self._subscribed),
            await step("webhook", steps.WEBHOOK, steps.WEBHOOK_TODO, self._called),
        ]

    async def install(self) -> list[Step]:
        """Meta calls our address before it answers: the channel must be open."""
        return [
            await step("webhook", steps.WEBHOOK, steps.WEBHOOK_TODO, self._point_here),
            await step("subscribed", steps.SUBSCRIBED, IDENTITY_TODO, self._subscribe),
        ]

    async def uninstall(self) -> None:
        """Send the app's webhooks nowhere. The page stays subscribed: Messenger and Instagram share it, and without an address nobody is
        called. Raises Rejected while another channel needs the address."""
        if others := self._surroundings.neighbours().names:
            raise Rejected(f"Meta calls {', '.join(others)} at the same address: switch this channel off instead, or the others first")
        await self._app.unsubscribe(self._kind.object)

    async def health(self) -> Health:
        """Whether token and subscription still hold: Meta takes the latter away after an hour of failures. Raises as every call."""
        token = await self._app.look_at(self._settings.access_token)
        if not token.valid:
            return Health("down", "the access token is not valid any more", token.expires_at)
        try:
            await self._subscribed()
            await self._called()
        except Wanting as error:
            return Health("down", f"nothing comes in: {error}", token.expires_at, self._graph.usage)
        return Health("up", "", token.expires_at, self._graph.usage)

    async def _token(self) -> str:
        return await self._app.check_token(self._settings.access_token, self._kind.needs)

    async def _identity(self) -> str:
        instagram = self._kind.object == "instagram"
        told = await self._graph.get("me", fields="id,name,instagram_business_account{id,username}" if instagram else "id,name")
        found = part(told.get("instagram_business_account")) if instagram else told
        if str(found.get("id", "")) != self._account:
            raise Wanting(f"the token is for {found.get('id') or 'no such account'} of {told.get('name', '?')}")
        return text(found.get("username")) or text(told.get("name"))

    async def _subscribed(self) -> str:
        there = await self._there()
        if missing := [one for one in self._kind.page_fields if one not in there]:
            raise Wanting(f"the page does not tell the app of {', '.join(missing)}")
        return f"app {self._app.id}"

    async def _there(self) -> list[str]:
        """What the page tells the app already."""
        found = parts((await self._graph.get("me/subscribed_apps")).get("data"))
        ours = next((one for one in found if str(one.get("id")) == self._app.id), {})
        fields = ours.get("subscribed_fields")
        return [str(one) for one in fields] if isinstance(fields, list) else []

    async def _called(self) -> str:
        return await self._app.check_webhook(self._kind.object)

    async def _point_here(self) -> str:
        return await self._app.subscribe(self._kind.object, self._kind.fields)

    async def _subscribe(self) -> str:
        """Messenger and Instagram share the page, and each asking replaces the one before: what is there stays."""
        wanted = dict.fromkeys([*await self._there(), *self._kind.page_fields])
        await self._graph.post("me/subscribed_apps", {"subscribed_fields": ",".join(wanted)})
        return f"app {self._app.id}"
