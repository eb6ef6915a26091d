"""What the Check button tries, how the webhook is set, and how the channel is: questions to Telegram that reach no customer."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot, User, WebhookInfo

from connectors.contract import Health, Step
from connectors.errors import ConnectorError
from connectors.telegram.failures import asking
from connectors.telegram.polling import KEPT_S, Pulse

PORTS = (443, 80, 88, 8443)
"""Where Telegram calls a webhook."""
LATE_S = 180.0
RECENT_S = 900.0
MANY = 100

LABELS = {
    "token": {"es": "Telegram conoce el bot", "en": "Telegram knows the bot"},
    "receiving": {"es": "Los mensajes llegan hasta aquí", "en": "Messages reach us"},
    "address": {"es": "Telegram puede llamar a esta dirección", "en": "Telegram can call this address"},
    "webhook": {"es": "Telegram sabe a dónde llamar", "en": "Telegram knows where to call"},
    "private": {"es": "Solo chats privados", "en": "Private chats only"},
}
TODO = {
    "token": {
        "es": "Copie el token entero desde @BotFather (/mybots → su bot → API Token). Si lo revocó, ponga el nuevo.",
        "en": "Copy the whole token from @BotFather (/mybots → your bot → API Token). If you revoked it, enter the new one.",
    },
    "foreign": {
        "es": "Otro sistema recibe los mensajes de este bot. Desconéctelo allí, o pulse Instalar para traerlos a Hilo.",
        "en": "Another system receives this bot's messages. Disconnect it there, or press Install to bring them to Hilo.",
    },
    "missing": {
        "es": "Pulse Instalar: así Telegram sabe a qué dirección llamar.",
        "en": "Press Install: that tells Telegram which address to call.",
    },
    "failing": {
        "es": "Telegram llama y no lo consigue. Revise el certificado y el cortafuegos de la dirección pública.",
        "en": "Telegram calls and does not get through. Look at the certificate and the firewall of the public address.",
    },
    "address": {
        "es": "Hace falta https con un certificado válido, en el puerto 443, 80, 88 u 8443. Sin eso, elija poll.",
        "en": "It takes https with a valid certificate, on port 443, 80, 88 or 8443. Without that, choose poll.",
    },
    "private": {
        "es": "Hilo no lee los grupos. En @BotFather: /setjoingroups → Disable, para que nadie añada el bot a uno.",
        "en": "Hilo does not read groups. At @BotFather: /setjoingroups → Disable, so that nobody adds the bot to one.",
    },
    "again": {"es": "Inténtelo de nuevo dentro de un momento.", "en": "Try again in a moment."},
}


async def check(bot: Bot, *, webhook: str) -> list[Step]:
    """The steps of *Check*. `webhook`: our address where Telegram shall call, empty for polling."""
    began = time.perf_counter()
    try:
        with asking():
            me = await bot.get_me()
    except ConnectorError as error:
        return [step("token", began, ok=False, detail=str(error), todo="token" if error.code == "token" else "again")]
    steps = [step("token", began, ok=True, detail=f"{me.first_name} (@{me.username})")]
    if webhook:
        steps.append(_address(webhook))
    return [*steps, await _receiving(bot, webhook), _private(me)]


async def asked(name: str, call: Callable[[], Awaitable[Any]]) -> Step:
    """A step that is one call."""
    began = time.perf_counter()
    try:
        with asking():
            await call()
    except ConnectorError as error:
        return step(name, began, ok=False, detail=str(error), todo="token" if error.code == "token" else "address")
    return step(name, began, ok=True)


def step(name: str, began: float, *, ok: bool, detail: str = "", todo: str = "") -> Step:
    """A step that began at that `perf_counter`; `todo`: a word of TODO."""
    return Step(name, ok, (time.perf_counter() - began) * 1000, detail[:300], LABELS[name], TODO.get(todo, {}))


def _address(webhook: str) -> Step:
    began, parts = time.perf_counter(), urlsplit(webhook)
    ok = parts.scheme == "https" and (parts.port or 443) in PORTS
    return step("address", began, ok=ok, detail=f"{parts.scheme}://{parts.netloc}", todo="" if ok else "address")


async def _receiving(bot: Bot, webhook: str) -> Step:
    began = time.perf_counter()
    try:
        with asking():
            info = await bot.get_webhook_info()
    except ConnectorError as error:
        return step("receiving", began, ok=False, detail=str(error), todo="again")
    problem, todo = _webhook_problem(info, webhook)
    waiting = f"{info.pending_update_count} waiting"
    return step("receiving", began, ok=not problem, detail=problem or waiting, todo=todo)


def _webhook_problem(info: WebhookInfo, webhook: str) -> tuple[str, str]:
    """What is wrong with where Telegram sends its updates, and the word of what to do. Of a foreign address only the host is shown."""
    if info.url and info.url != webhook:
        return f"a webhook leads to {urlsplit(info.url).netloc}", "foreign"
    if webhook and not info.url:
        return "no webhook is set", "missing"
    if info.last_error_message and info.last_error_date and time.time() - info.last_error_date.timestamp() < RECENT_S:
        return info.last_error_message, "failing"
    return "", ""


def _private(me: User) -> Step:
    """Groups that the bot is in are not read; that is no fault, but better not promised to anybody."""
    detail = "the bot can be added to groups, which are not read" if me.can_join_groups else ""
    return step("private", time.perf_counter(), ok=True, detail=detail, todo="private" if me.can_join_groups else "")


def poll_health(pulse: Pulse, now: float) -> Health:
    """How the asking goes: down when nothing has been heard for long, degraded after a silence in which messages were lost."""
    if pulse.failing_since:
        state = "down" if now - pulse.failing_since > LATE_S else "degraded"
        return Health(state, pulse.problem)  # type: ignore[arg-type]
    if pulse.missed_until and now - pulse.missed_until < 2 * KEPT_S:
        since, until = (time.strftime("%Y-%m-%d %H:%M", time.gmtime(one)) for one in (pulse.missed_from, pulse.missed_until))
        return Health("degraded", f"Telegram keeps messages for 24 hours: what was written from {since} to {until} UTC is lost")
    return Health("up")


async def webhook_health(bot: Bot, webhook: str) -> Health:
    """What Telegram says of its calls to us."""
    try:
        with asking():
            info = await bot.get_webhook_info()
    except ConnectorError as error:
        return Health("down", str(error))
    problem, _ = _webhook_problem(info, webhook)
    if problem:
        return Health("down" if info.url != webhook else "degraded", problem)
    waiting = info.pending_update_count
    return Health("degraded", f"{waiting} updates wait at Telegram's") if waiting > MANY else Health("up")
