"""The limit of `webhooks_*`: an aiohttp handler that checks the provider's signature and inserts one row durably under a unique key."""

import hmac
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
import msgspec
import uvloop
from aiohttp import web

from benchmarks.bare import CONNECTIONS, INSERT, stay
from benchmarks.providers import SECRET, meta_signature, twilio_signature

Read = tuple[str, str, str]
"""The signature that a request should have, the message's id, its text."""


def read_sms(request: web.Request, body: bytes) -> Read:
    """A form of Twilio's."""
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    address = f"http://{request.host}{request.path}"
    return twilio_signature(address, fields), fields["MessageSid"], fields["Body"]


def read_telegram(_: web.Request, body: bytes) -> Read:
    """An update of Telegram's."""
    update: dict[str, Any] = msgspec.json.decode(body)
    return SECRET, str(update["update_id"]), update["message"]["text"]


def read_whatsapp(_: web.Request, body: bytes) -> Read:
    """A batch of Meta's with one message."""
    batch: dict[str, Any] = msgspec.json.decode(body)
    message = batch["entry"][0]["changes"][0]["value"]["messages"][0]
    return meta_signature(body), message["id"], message["text"]["body"]


KINDS: dict[str, tuple[str, Callable[[web.Request, bytes], Read]]] = {
    "sms": ("X-Twilio-Signature", read_sms),
    "telegram": ("X-Telegram-Bot-Api-Secret-Token", read_telegram),
    "whatsapp": ("X-Hub-Signature-256", read_whatsapp),
}


class Hook:
    """One provider's handler: check, insert, answer."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", header: str, read: Callable[[web.Request, bytes], Read]) -> None:
        self._pool, self._header, self._read = pool, header, read

    async def take(self, request: web.Request) -> web.Response:
        """One webhook."""
        wanted, id_, text = self._read(request, await request.read())
        if not hmac.compare_digest(wanted, request.headers.get(self._header, "")):
            return web.Response(status=401)
        await self._pool.fetchval(INSERT, id_, text)
        return web.Response()


async def serve(database: str) -> None:
    """Serve all three until standard input ends."""
    async with asyncpg.create_pool(database, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        application = web.Application()
        for name, (header, read) in KINDS.items():
            application.router.add_post(f"/hooks/{name}", Hook(pool, header, read).take)
        await stay(application)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
