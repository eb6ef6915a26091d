"""What pretend Meta knows of the company: one app, two WhatsApp numbers, two pages, one Instagram account, and their credentials."""

from collections.abc import Mapping
from dataclasses import dataclass

APP_ID = "1200000000000001"
APP_SECRET = "pretend-app-secret"  # noqa: S105  # the pretend world has no secrets
APP_TOKEN = f"{APP_ID}|{APP_SECRET}"
ACCOUNT_ID = "1300000000000001"
"""The WhatsApp Business account."""
PHONE_NUMBER_ID = "1400000000000001"
FREE_NUMBER_ID = "1400000000000002"
"""A number that is there for whoever adds a channel."""
NUMBERS: Mapping[str, str] = {PHONE_NUMBER_ID: "34910000001", FREE_NUMBER_ID: "34910000002"}
"""Id -> the number on WhatsApp, in digits."""
PAGE_ID = "1500000000000001"
SECOND_PAGE_ID = "1500000000000002"
INSTAGRAM_ID = "17841400000000001"
NAME = "Barro y Lino"
WHATSAPP_TOKEN = "pretend-whatsapp-token"  # noqa: S105
PAGE_TOKEN = "pretend-page-token"  # noqa: S105
SECOND_PAGE_TOKEN = "pretend-second-page-token"  # noqa: S105
INSTAGRAM_TOKEN = "pretend-instagram-token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Access:
    """What a token is for."""

    app: str
    """whatsapp, messenger, second_page or instagram."""
    scopes: tuple[str, ...]


TOKENS: Mapping[str, Access] = {
    WHATSAPP_TOKEN: Access("whatsapp", ("whatsapp_business_messaging", "whatsapp_business_management")),
    PAGE_TOKEN: Access("messenger", ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")),
    SECOND_PAGE_TOKEN: Access("second_page", ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")),
    INSTAGRAM_TOKEN: Access("instagram", ("instagram_manage_messages", "instagram_basic", "pages_manage_metadata")),
}

TEMPLATES: tuple[Mapping[str, object], ...] = (
    {
        "name": "order_update",
        "language": "es",
        "status": "APPROVED",
        "category": "UTILITY",
        "id": "901",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["1042"]}},
            {
                "type": "BODY",
                "text": "Hola {{1}}, su pedido está {{2}}. ¿Necesita algo más?",
                "example": {"body_text": [["Lucía", "en camino"]]},
            },
            {"type": "FOOTER", "text": NAME},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver pedido", "url": "https://shop.example/orders/{{1}}"}]},
        ],
    },
    {
        "name": "we_are_back",
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "id": "902",
        "parameter_format": "NAMED",
        "components": [
            {
                "type": "BODY",
                "text": "Hello {{first_name}}, we have news about your request.",
                "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Grace"}]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Tell me"}, {"type": "QUICK_REPLY", "text": "Not now"}]},
        ],
    },
    {
        "name": "spring_sale",
        "language": "es",
        "status": "PENDING",
        "category": "MARKETING",
        "id": "903",
        "components": [{"type": "BODY", "text": "¡Primavera!"}],
    },
    {
        "name": "old_sale",
        "language": "es",
        "status": "PENDING_DELETION",
        "category": "MARKETING",
        "id": "904",
        "components": [{"type": "BODY", "text": "Rebajas"}],
    },
)
