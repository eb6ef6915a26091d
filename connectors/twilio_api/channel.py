"""What SMS and WhatsApp by Twilio have in common: all of it but who may be written to and how."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Self

from twilio.rest import Client

from connectors.contract import Batch, Delivery, Event, Health, Media, Outgoing, Reception, Sent, Step, Surroundings, WebhookRequest
from connectors.errors import AuthFailed, ConnectorError
from connectors.twilio_api import files, webhook
from connectors.twilio_api.account import open_account, sign_in
from connectors.twilio_api.history import History
from connectors.twilio_api.payloads import events_of
from connectors.twilio_api.places import Found, Place, leads_to, places
from connectors.twilio_api.sending import create, fields_of
from connectors.twilio_api.settings import Account, numbers
from connectors.twilio_api.signatures import Signatures
from connectors.twilio_api.steps import Wanting, step


class TwilioChannel:
    """One account and its numbers. Nothing is open between two calls."""

    prefix = ""
    """What stands before an address of this channel."""
    place: Callable[[Client, str], Place]
    """Where the webhook of a number is kept."""

    def __init__(self, settings: Account, surroundings: Surroundings, *, timeout_s: float = 15.0) -> None:
        self.settings = settings
        self.surroundings = surroundings
        self.client = open_account(settings, surroundings.egress, timeout_s=timeout_s)
        self.senders = numbers(settings)
        self._signatures = Signatures((settings.auth_token, settings.second_token), settings.webhook_secret)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    # ── In ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, request: WebhookRequest) -> Reception:
        """A message, or what became of one of ours; answered with empty TwiML. Raises Refused."""
        return webhook.receive(request, self._signatures)

    def parse(self, delivery: Delivery) -> list[Event]:
        """What it says. Raises MalformedPayload."""
        return events_of(delivery)

    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a file that came in."""
        return files.fetch(self.surroundings.egress, media, auth=sign_in(self.settings), base_url=self.settings.base_url)

    def sweep(self, since: float) -> AsyncIterator[Batch]:
        """What the webhooks may not have brought."""
        return self._history().since(since)

    async def trace(self, external_ids: Sequence[str]) -> Sequence[Delivery]:
        """What became of these of ours."""
        return await self._history().fates(external_ids)

    def _history(self) -> History:
        service = self.settings.messaging_service_sid
        return History(self.client, prefix=self.prefix, senders=self.senders, service=service, now=self.surroundings.now)

    # ── Out ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> Sent:
        """One message. Raises from the tree in `connectors.errors`."""
        return await create(
            self.client,
            fields_of(outgoing, prefix=self.prefix, senders=self.senders, service=self.settings.messaging_service_sid),
        )

    # ── How it is ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def check(self) -> list[Step]:
        """Credentials, numbers, webhooks. Reaches no customer."""
        steps = [await step("account", self._account)]
        if steps[0].ok:
            for place in self.places():
                steps += await self._check_place(place)
        return steps

    async def health(self) -> Health:
        """Whether the account is open, and what is left on it."""
        try:
            account = await self._account()
            balance = await self.client.balance.fetch_async()
        except AuthFailed as error:
            return Health("down", str(error))
        except (ConnectorError, Wanting) as error:
            return Health("degraded", str(error))
        return Health("up", account, quota=f"{balance.balance} {balance.currency}")

    async def install(self) -> list[Step]:
        """Have every number, or the service, call us."""
        return [await self._install(place) for place in self.places()]

    async def uninstall(self) -> None:
        """Take our address away where it is set; another's stays. Raises from the connectors' tree."""
        for place in self.places():
            try:
                found = await place.find()
            except Wanting:
                continue
            if leads_to(found, self.surroundings.webhook):
                await place.set(found, "")

    def places(self) -> list[Place]:
        """All that hold our webhook address."""
        return places(self.client, self.senders, self.settings.messaging_service_sid, type(self).place)

    async def _account(self) -> str:
        account = await self.client.api.v2010.accounts(self.settings.account_sid).fetch_async()
        if str(account.status) != "active":
            raise Wanting(f"the account is {account.status}")
        return f"{account.friendly_name} ({account.type})"

    async def _check_place(self, place: Place) -> list[Step]:
        found = list[Found]()

        async def exists() -> str:
            found.append(await place.find())
            return found[0].about

        async def calls_us() -> str:
            if not leads_to(found[0], self.surroundings.webhook):
                raise Wanting(f"it calls {found[0].webhook or 'nobody'}")
            return self.surroundings.webhook

        steps = [await step(place.label, exists)]
        return [*steps, await step(f"webhook {place.label}", calls_us)] if found and found[0].sid else steps

    async def _install(self, place: Place) -> Step:
        async def put() -> str:
            await place.set(await place.find(), self.surroundings.webhook)
            return self.surroundings.webhook

        return await step(f"webhook {place.label}", put)
