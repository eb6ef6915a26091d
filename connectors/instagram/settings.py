"""What an admin sets for an Instagram account."""

from dataclasses import dataclass

from connectors.graph import settings as meta
from connectors.settings import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One professional account with the Facebook page it is linked to, and the Meta app that may answer for them."""

    account_id: str = setting(
        "Identificador de la cuenta de Instagram",
        "Instagram account ID",
        group="account",
        help_es="El de la cuenta profesional (empieza por 17841), no el nombre de usuario.",
        help_en="The professional account's (it begins with 17841), not the user name.",
        max_length=40,
        example="17841400000000001",
    )
    app_id: str = meta.app_id()
    app_secret: str = meta.app_secret()
    access_token: str = meta.access_token(
        "De la página vinculada, con instagram_manage_messages, instagram_basic y pages_manage_metadata.",
        "The linked page's, with instagram_manage_messages, instagram_basic and pages_manage_metadata.",
    )
    verify_token: str = meta.verify_token()
    graph_version: str = meta.graph_version()
    graph_url: str = meta.graph_url()
