"""The company's accounts at the pretend providers: those of the demo's channels, and a free one of each kind for whoever adds a channel."""

from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from sandbox.meta import company as meta
from sandbox.telegram import BOT_TOKEN, SECOND_TOKEN
from sandbox.telegram.shapes import BOTS
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, FREE_NUMBER, SMS_NUMBER

SHOP, WORKSHOP = "Barro y Lino", "Barro y Lino · Taller"


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `id`: what the phone writes to in that app. `settings`: what an admin copies into the channel's form; none where the
    demo has a channel for it. `place`: the setting that says where the provider is, and `path` its path there."""

    app: str
    id: str
    name: str
    settings: dict[str, str] = field(default_factory=dict)
    place: str = ""
    path: str = ""

    def described(self, origin: str) -> dict[str, Any]:
        """For pages; `origin`: where this world is."""
        fields = {**self.settings, self.place: f"{origin}/{self.path}"} if self.settings else {}
        return {**{name: value for name, value in asdict(self).items() if name in ("app", "id", "name")}, "settings": fields}


ACCOUNTS = (
    Account("sms", SMS_NUMBER, SHOP),
    Account(
        "sms",
        FREE_NUMBER,
        WORKSHOP,
        {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "senders": FREE_NUMBER},
        "base_url",
        "twilio",
    ),
    Account("telegram", BOTS[BOT_TOKEN]["username"], SHOP),
    Account("telegram", BOTS[SECOND_TOKEN]["username"], WORKSHOP, {"token": SECOND_TOKEN}, "base_url", "telegram"),
    Account("whatsapp", meta.PHONE_NUMBER_ID, SHOP),
    Account(
        "whatsapp",
        meta.FREE_NUMBER_ID,
        WORKSHOP,
        {
            "phone_number_id": meta.FREE_NUMBER_ID,
            "account_id": meta.ACCOUNT_ID,
            "app_id": meta.APP_ID,
            "app_secret": meta.APP_SECRET,
            "access_token": meta.WHATSAPP_TOKEN,
        },
        "graph_url",
        "meta",
    ),
    Account("messenger", "", SHOP),
    Account("instagram", "", SHOP),
)


async def accounts(request: web.Request) -> web.Response:
    """GET /world/accounts → {"items": [{"app", "id", "name", "settings": {field of the form: value}}]}."""
    return web.json_response({"items": [one.described(str(request.url.origin())) for one in ACCOUNTS]})
