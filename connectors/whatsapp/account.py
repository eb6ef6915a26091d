"""What there is to know and to set at Meta about a number: token, number, account, webhooks, quality."""

from collections.abc import Iterator
from typing import Any

from connectors.contract import Health, Step
from connectors.errors import ConnectorError, Rejected
from connectors.graph import steps
from connectors.graph.app import fields_of
from connectors.graph.channel import MetaChannel
from connectors.graph.reading import part, parts, text
from connectors.graph.steps import Wanting, step
from connectors.whatsapp.settings import Settings

NEEDS = ("whatsapp_business_messaging", "whatsapp_business_management")
NUMBER = {"es": "El número existe y está conectado", "en": "The number exists and is connected"}
NUMBER_TODO = {
    "es": "Compruebe el identificador del número y regístrelo en WhatsApp → Configuración de la API.",
    "en": "Check the phone number ID, and register the number at WhatsApp → API setup.",
}
ACCOUNT = {"es": "El número pertenece a la cuenta indicada", "en": "The number belongs to the account given"}
ACCOUNT_TODO = {
    "es": "Copie el identificador de la cuenta de WhatsApp Business que está al lado del identificador del número.",
    "en": "Copy the WhatsApp Business account ID that stands beside the phone number ID.",
}
FIELDS = {"es": "Meta avisa a la app de los mensajes", "en": "Meta tells the app of messages"}
FIELDS_TODO = {
    "es": "En el panel de la app, WhatsApp → Configuración → Webhooks: suscríbase al campo «messages».",
    "en": "In the app's dashboard, WhatsApp → Configuration → Webhooks: subscribe to the field “messages”.",
}
OBJECT = "whatsapp_business_account"
TOLD = ("messages", "smb_message_echoes", "user_preferences", "user_id_update")
"""The fields that we read. The last two know no address of a number's own: they come to the app's, and are handed on from there.
Source: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override"""
LIMITS = ("whatsapp_business_manager_messaging_limit", "messaging_limit_tier")
"""The limit's name since 2025, and the one before."""


class Account(MetaChannel):
    """One number within its account and its app."""

    _settings: Settings

    async def check(self) -> list[Step]:
        """Each step by itself, so that one look shows all that is missing."""
        return [
            await step("token", steps.TOKEN, steps.TOKEN_TODO, self._token),
            await step("number", NUMBER, NUMBER_TODO, self._number),
            await step("account", ACCOUNT, ACCOUNT_TODO, self._belongs),
            await step("subscribed", steps.SUBSCRIBED, steps.SUBSCRIBED_TODO, self._subscribed),
            await step("fields", FIELDS, FIELDS_TODO, self._told),
            await step("webhook", steps.WEBHOOK, steps.WEBHOOK_TODO, self._called),
        ]

    async def install(self) -> list[Step]:
        """Meta calls our address before it answers: the channel must be open."""
        return [
            await step("subscribed", steps.SUBSCRIBED, steps.TOKEN_TODO, self._subscribe),
            await step("fields", FIELDS, FIELDS_TODO, self._tell),
            await step("webhook", steps.WEBHOOK, steps.WEBHOOK_TODO, self._point_here),
        ]

    async def uninstall(self) -> None:
        """Send this number's webhooks to the app's own address again; and that nowhere, if it is ours and no other number is switched on.

        While another is, what comes to the app's address is still handed on to this channel: switching it off is what ends that.
        """
        await self._graph.post(self._settings.phone_number_id, {"webhook_configuration": {"override_callback_uri": ""}})
        if not self._surroundings.neighbours().names:
            await self._app.unsubscribe(OBJECT)

    async def health(self) -> Health:
        """Limits, the token's end, and what is amiss with quality or status, as Meta tells them. Raises as every call."""
        told = await self._ask("verified_name,display_phone_number,quality_rating,status,throughput")
        token = await self._app.look_at(self._settings.access_token)
        quality, status = text(told.get("quality_rating"), 40), text(told.get("status"), 40)
        well = token.valid and status in ("", "CONNECTED")
        state = "down" if not token.valid else "up" if well and quality != "RED" else "degraded"
        detail = ", ".join(amiss(quality=quality, status=status)) if token.valid else "the access token is not valid any more"
        quota = ", ".join(filter(None, (await self._limit(), self._graph.usage)))
        return Health(state, detail, token.expires_at, quota)  # type: ignore[arg-type]  # one of the three

    # ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _token(self) -> str:
        return await self._app.check_token(self._settings.access_token, NEEDS)

    async def _number(self) -> str:
        told = await self._ask("verified_name,display_phone_number,status")
        if text(told.get("status"), 40) not in ("", "CONNECTED"):
            raise Wanting(f"{told.get('display_phone_number')} is {told.get('status')}")
        return f"{told.get('verified_name', '')} {told.get('display_phone_number', '')}".strip()

    async def _belongs(self) -> str:
        found = parts((await self._graph.get(f"{self._settings.account_id}/phone_numbers", limit="100")).get("data"))
        if self._settings.phone_number_id not in [str(one.get("id")) for one in found]:
            raise Wanting("the account has other numbers: " + ", ".join(str(one.get("id")) for one in found[:10]))
        return f"one of {len(found)}"

    async def _subscribed(self) -> str:
        found = parts((await self._graph.get(f"{self._settings.account_id}/subscribed_apps")).get("data"))
        apps = [str(part(one.get("whatsapp_business_api_data")).get("id")) for one in found]
        if self._app.id not in apps:
            raise Wanting("the app is not subscribed to this account")
        return f"app {self._app.id}"

    async def _called(self) -> str:
        told = part((await self._ask("webhook_configuration")).get("webhook_configuration"))
        address = next((text(told[key]) for key in ("phone_number", "whatsapp_business_account", "application") if told.get(key)), "")
        if not self._app.leads_here(address):
            raise Wanting(f"webhooks go to {address}" if address else "no address is set")
        return address

    async def _subscribe(self) -> str:
        await self._graph.post(f"{self._settings.account_id}/subscribed_apps", {})
        return f"app {self._app.id}"

    async def _point_here(self) -> str:
        here = {"override_callback_uri": self._surroundings.webhook, "verify_token": self._settings.verify_token}
        await self._graph.post(self._settings.phone_number_id, {"webhook_configuration": here})
        return self._surroundings.webhook

    async def _told(self) -> str:
        """What the app as a whole is told: a number's own address takes nothing that the app is not subscribed to."""
        found = await self._app.subscription(OBJECT)
        address, told = text(found.get("callback_url")), fields_of(found)
        if "messages" not in told:
            raise Wanting(f"the app's webhook {address or '(none is set)'} is not told of messages")
        return ", ".join(one for one in TOLD if one in told)

    async def _tell(self) -> str:
        """Where the app has a webhook that is not ours, it stays: numbers have their own address."""
        address = text((await self._app.subscription(OBJECT)).get("callback_url"))
        if not address or self._app.leads_here(address):
            await self._app.subscribe(OBJECT, TOLD)
        return await self._told()

    async def _limit(self) -> str:
        """How many people may be written to first in a day; best effort, for Meta renamed it."""
        for name in LIMITS:
            try:
                return text((await self._ask(name)).get(name), 60)
            except Rejected:
                continue
            except ConnectorError:
                break
        return ""

    async def _ask(self, fields: str) -> dict[str, Any]:
        return await self._graph.get(self._settings.phone_number_id, fields=fields)


def amiss(**told: str) -> Iterator[str]:
    """What is not as it should be, in Meta's words; that all is well the tile says in the reader's own."""
    for name, value in told.items():
        if value not in ("", "GREEN", "CONNECTED", "UNKNOWN"):
            yield f"{name} {value.lower()}"
