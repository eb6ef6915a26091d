"""What an admin sets for a WhatsApp number."""

from dataclasses import dataclass

from connectors.graph import settings as meta
from connectors.settings import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One number of one WhatsApp Business account, and the Meta app that may use it."""

    phone_number_id: str = setting(
        "Identificador del número",
        "Phone number ID",
        group="account",
        help_es="WhatsApp → Configuración de la API. No es el número de teléfono.",
        help_en="WhatsApp → API setup. It is not the phone number.",
        max_length=40,
        example="106540352242922",
    )
    account_id: str = setting(
        "Identificador de la cuenta de WhatsApp Business",
        "WhatsApp Business account ID",
        group="account",
        help_es="Está al lado del identificador del número; de ella salen las plantillas.",
        help_en="It stands beside the phone number ID; the templates come from it.",
        max_length=40,
        example="102290129340398",
    )
    app_id: str = meta.app_id()
    app_secret: str = meta.app_secret()
    access_token: str = meta.access_token(
        "De un usuario del sistema, sin caducidad, con whatsapp_business_messaging y whatsapp_business_management.",
        "A system user's, without expiry, with whatsapp_business_messaging and whatsapp_business_management.",
    )
    verify_token: str = meta.verify_token()
    list_label: str = setting(
        "Texto del botón que abre una lista",
        "Text of the button that opens a list",
        default="Opciones",
        group="advanced",
        help_es="Aparece cuando un mensaje tiene más de tres opciones.",
        help_en="It appears when a message has more than three choices.",
        max_length=20,
    )
    graph_version: str = meta.graph_version()
    graph_url: str = meta.graph_url()
