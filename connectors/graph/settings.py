"""The fields that every channel of Meta's has in its form."""

from typing import Any

from connectors.settings import setting

VERSION = "v24.0"
GRAPH = "https://graph.facebook.com"


def app_id() -> Any:
    return setting(
        "Identificador de la app",
        "App ID",
        help_es="En developers.facebook.com, arriba en el panel de la app.",
        help_en="At developers.facebook.com, at the top of the app's dashboard.",
        max_length=40,
        example="1234567890123456",
    )


def app_secret() -> Any:
    return setting(
        "Clave secreta de la app",
        "App secret",
        secret=True,
        help_es="Configuración de la app → Básica. Con ella Meta firma lo que nos envía; sin ella no hay canal.",
        help_en="App settings → Basic. Meta signs with it what it sends us; without it there is no channel.",
        max_length=200,
    )


def access_token(help_es: str, help_en: str) -> Any:
    return setting("Token de acceso", "Access token", secret=True, help_es=help_es, help_en=help_en, max_length=1000)


def verify_token() -> Any:
    return setting(
        "Token de verificación",
        "Verify token",
        secret=True,
        generated=True,
        help_es="Meta lo repite al comprobar nuestra dirección. Vacío: se crea uno.",
        help_en="Meta repeats it when it checks our address. Empty: one is made.",
        max_length=200,
    )


def graph_version() -> Any:
    return setting("Versión de Graph API", "Graph API version", default=VERSION, group="advanced", max_length=10)


def graph_url(default: str = GRAPH) -> Any:
    return setting("Dirección de Graph API", "Graph API address", default=default, group="advanced", shape="url")
