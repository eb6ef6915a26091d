"""What an admin sets for a page on Messenger."""

from dataclasses import dataclass

from connectors.graph import settings as meta
from connectors.settings import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One Facebook page, and the Meta app that may answer for it."""

    page_id: str = setting(
        "Identificador de la página",
        "Page ID",
        group="account",
        help_es="En la página: Información → Transparencia. Solo cifras.",
        help_en="On the page: About → Page transparency. Digits only.",
        max_length=40,
        example="682498302938465",
    )
    app_id: str = meta.app_id()
    app_secret: str = meta.app_secret()
    access_token: str = meta.access_token(
        "De la página, con pages_messaging, pages_manage_metadata y pages_read_engagement. El de un usuario del sistema no caduca.",
        "The page's, with pages_messaging, pages_manage_metadata and pages_read_engagement. A system user's never expires.",
    )
    verify_token: str = meta.verify_token()
    graph_version: str = meta.graph_version()
    graph_url: str = meta.graph_url()
