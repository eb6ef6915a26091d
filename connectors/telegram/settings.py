"""What an admin sets for a bot."""

import re
from dataclasses import dataclass

from connectors.settings import InvalidSettings, setting

TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{30,100}")
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
API = "https://api.telegram.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One bot."""

    token: str = setting(
        "Token del bot",
        "Bot token",
        secret=True,
        help_es="El que da @BotFather con /newbot o /token, como 123456789:AAE…",
        help_en="The one that @BotFather gives with /newbot or /token, like 123456789:AAE…",
        max_length=130,
    )
    mode: str = setting(
        "Recepción",
        "Receiving",
        default="poll",
        choices=("poll", "webhook"),
        help_es="poll: Hilo pregunta; funciona en cualquier red. webhook: Telegram llama a Hilo, que necesita una dirección https pública.",
        help_en="poll: Hilo asks; works in any network. webhook: Telegram calls Hilo, which needs a public https address.",
    )
    webhook_secret: str = setting(
        "Secreto del webhook",
        "Webhook secret",
        default="",
        secret=True,
        generated=True,
        shown_if=("mode", "webhook"),
        help_es="Acompaña cada llamada de Telegram. Si lo cambia, vuelva a instalar el webhook.",
        help_en="Comes with every call of Telegram's. After a change, install the webhook again.",
        max_length=256,
    )
    base_url: str = setting(
        "Dirección de la API",
        "Address of the API",
        default=API,
        group="advanced",
        shape="url",
        help_es="Solo cambia con un servidor propio de la Bot API.",
        help_en="Differs only with a Bot API server of your own.",
    )


def check_settings(settings: Settings) -> None:
    """Raise InvalidSettings for what no single field shows."""
    problems = {name: problem for name, problem in _problems(settings).items() if problem}
    if problems:
        raise InvalidSettings(problems)


def _problems(settings: Settings) -> dict[str, str]:
    secret = settings.mode != "webhook" or SECRET.fullmatch(settings.webhook_secret)
    return {
        "token": "" if TOKEN.fullmatch(settings.token) else "must look like 123456789:AAE…, as @BotFather gives it",
        "webhook_secret": "" if secret else "a webhook needs one: 16 to 256 of A-Z a-z 0-9 _ -",
        "base_url": "" if re.match(r"https?://[^/]", settings.base_url) else "must be an address like https://api.telegram.org",
    }
