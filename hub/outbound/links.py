"""Public addresses of files that go to customers: signed, they run out, and lead to nothing else.

A token is the file's id, the second in which it ends, and an HMAC-SHA256 of both, in base64url. Nothing is listed, nothing can be
guessed.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from hub.errors import NotFound
from hub.kernel.database import Database, queries
from hub.kernel.names import safe_name

QUERIES = queries(__package__)
LINK_S = 7 * 86400
"""For how long a customer can open a file that went as a link."""
MAC = 16
TOLD = re.compile(
    r"(image/(png|jpeg|gif|webp|avif|bmp)|audio/[a-z0-9.+-]+|video/[a-z0-9.+-]+|text/(plain|csv|vcard|calendar)|application/pdf)"
)
"""Types that providers ask for and no browser runs; all others go out as bytes."""


class MediaLinks:
    """Makes and reads the addresses. `public_url`: where the world reaches the hub, now; `reachable`: the same, empty where nobody has said
    it.
    """

    def __init__(self, key: bytes, public_url: Callable[[], str], reachable: str = "") -> None:
        self._key = key
        self._public_url = public_url
        self._reachable = reachable.rstrip("/")

    def address(self, file: str, now: float) -> str:
        """Where a file can be fetched for a week."""
        payload = UUID(file).bytes + (int(now) + LINK_S).to_bytes(5, "big")
        token = base64.urlsafe_b64encode(payload + self._mac(payload)).rstrip(b"=").decode()
        return f"{self._public_url()}/media/{token}"

    def unsubscribe(self, message: str) -> str:
        """Where whoever got a message can say that he or she wants no more; empty where the world does not reach us."""
        payload = UUID(message).bytes
        token = base64.urlsafe_b64encode(payload + self._mac(b"unsubscribe" + payload)).rstrip(b"=").decode()
        return f"{self._reachable}/unsubscribe/{token}" if self._reachable else ""

    def message_of(self, token: str) -> str | None:
        """The message of such an address; None when it is not ours."""
        given = _bytes(token)
        payload, mac = given[:-MAC], given[-MAC:]
        if len(payload) != 16 or not hmac.compare_digest(mac, self._mac(b"unsubscribe" + payload)):
            return None
        return str(UUID(bytes=payload))

    def read(self, token: str, now: float) -> str | None:
        """The file of a token; None when it is not ours or has run out."""
        given = _bytes(token)
        payload, mac = given[:-MAC], given[-MAC:]
        if len(payload) != 21 or not hmac.compare_digest(mac, self._mac(payload)) or int.from_bytes(payload[16:], "big") < now:
            return None
        return str(UUID(bytes=payload[:16]))

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._key, payload, hashlib.sha256).digest()[:MAC]


def _bytes(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


class Files(Protocol):
    """Knows where bytes are."""

    def path(self, sha256: bytes) -> Path: ...


class MediaDoor:
    """The route under which the files are fetched; it asks for no sign-in."""

    def __init__(self, database: Database, files: Files, links: MediaLinks) -> None:
        self._database = database
        self._files = files
        self._links = links

    def add(self, app: web.Application) -> None:
        """Register the route."""
        app.router.add_get("/media/{token}", self.download)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The file, always as a download; parts of it by Range. One answer for all that is not there, whatever the reason."""
        id_ = self._links.read(request.match_info["token"], time.time())
        row = await self._database.row(QUERIES.public_file, id_) if id_ else None
        path = self._files.path(row["blob"]) if row else None
        if row is None or path is None or not await asyncio.to_thread(path.is_file):
            raise NotFound("link_over", "there is no such file, or its address has run out")
        return web.FileResponse(path, headers=_headers(row["name"], row["content_type"]))


def _headers(name: str, content_type: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(safe_name(name), safe='')}",
        "Content-Type": content_type if TOLD.fullmatch(content_type) else "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
