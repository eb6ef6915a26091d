"""Files of visitors: sent up with the visitor's token, fetched back with a signature in the address that soon runs out."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from aiohttp import web

from hub.errors import Forbidden, Invalid, Unauthorized
from hub.inbound.group import StoredBlob
from hub.kernel.names import safe_name
from hub.visitors.desk import VisitorDesk
from hub.visitors.limits import VisitorLimits
from hub.visitors.tokens import FileLinks, VisitorTokens

LIMIT = 25 * 1024 * 1024
UPLOAD_S = 300.0


class Files(Protocol):
    """Keeps and gives back bytes."""

    async def put(self, source: AsyncIterator[bytes], limit: int | None = None) -> StoredBlob: ...

    def path(self, sha256: bytes) -> Path: ...


class VisitorFiles:
    """Two routes beside the sockets; other sites' pages may call them, with a token and never with cookies."""

    def __init__(
        self,
        desk: VisitorDesk,
        tokens: VisitorTokens,
        limits: VisitorLimits,
        files: Files,
        links: FileLinks,
        origin_allowed: Callable[[str | None], bool],
    ) -> None:
        self._desk = desk
        self._tokens = tokens
        self._limits = limits
        self._files = files
        self._links = links
        self._origin_allowed = origin_allowed

    def add(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_route("POST", "/widget/files", self.upload)
        app.router.add_route("OPTIONS", "/widget/files", self.preflight)
        app.router.add_route("GET", "/widget/files/{id}", self.download)

    async def preflight(self, request: web.Request) -> web.Response:
        """Which origins may send files."""
        return web.Response(status=204, headers=self._cors(request))

    async def upload(self, request: web.Request) -> web.Response:
        """Keep a file; the visitor's next message may name it."""
        headers = self._cors(request)
        visitor = self._tokens.read(request.headers.get("Authorization", "").removeprefix("Visitor "))
        if visitor is None:
            raise Unauthorized("not_a_visitor", "the header Authorization must be: Visitor <token>")
        size = LIMIT if request.content_length is None else request.content_length
        if size > LIMIT:
            raise web.HTTPRequestEntityTooLarge(max_size=LIMIT, actual_size=size)
        async with self._limits.room(visitor, self._limits.address(request), size):
            kept = await self._keep(visitor, request)
        return web.json_response(kept, status=201, headers=headers)

    async def _keep(self, visitor: str, request: web.Request) -> dict[str, Any]:
        """The bytes on the disk, then the row that names them. Whoever sends too slowly gives the room back."""
        name = safe_name(request.query.get("name", ""))
        kind = request.content_type if "/" in request.content_type else "application/octet-stream"
        try:
            async with asyncio.timeout(UPLOAD_S):
                stored = await self._files.put(request.content.iter_chunked(65536), LIMIT)
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        if stored.size == 0:
            raise Invalid("empty", "the file is empty")
        id_ = await self._desk.upload(visitor, name, kind, stored.sha256, stored.size)
        return {"id": id_, "name": name, "content_type": kind, "size": stored.size}

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file of the visitor's own conversation, always as a download."""
        visitor, until, given = (request.query.get(name, "") for name in ("v", "u", "t"))
        id_ = request.match_info["id"]
        if not self._links.holds(visitor, id_, until, given, time.time()):
            raise Forbidden("link_over", "this address is wrong or has run out; open the chat again")
        row = await self._desk.file(visitor, id_)
        name = quote(row["name"], safe="")
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
            "Content-Type": "application/octet-stream",
        }
        return web.FileResponse(self._files.path(row["blob"]), headers=headers)

    def _cors(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin")
        if not self._origin_allowed(origin):
            raise Forbidden("origin", "this site may not send files here")
        allowed = {"Access-Control-Allow-Headers": "Authorization, Content-Type", "Access-Control-Allow-Methods": "POST", "Vary": "Origin"}
        return {**allowed, "Access-Control-Allow-Origin": origin} if origin else {}
