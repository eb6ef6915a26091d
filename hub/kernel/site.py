"""Serves the built console and the chat bubble: hashed files for ever, the page itself never from a cache, strict headers on all."""

from pathlib import Path

from aiohttp import web

from hub.errors import NotFound

DIST = Path(__file__).resolve().parents[2] / "agent_ui" / "dist"
FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=300"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOT_PAGES = ("/api/", "/socket.io", "/hooks/", "/widget/", "/assets/")


class Site:
    """The files under `dist`; every other address that is no API's is the single page."""

    def __init__(self, dist: Path = DIST) -> None:
        self._dist = dist.resolve()

    def add(self, app: web.Application) -> None:
        """Register the routes; last, since they take what is left."""
        app.router.add_get("/{path:.*}", self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file, or the page."""
        path = request.match_info["path"]
        if file := self._file(path):
            return web.FileResponse(file, headers=_headers(path))
        if request.path.startswith(NOT_PAGES):
            raise NotFound("not_found", f"there is nothing at {request.path}")
        page = self._dist / "index.html"
        if not page.is_file():
            raise NotFound("not_built", "the console has not been built: run `make setup`")
        return web.FileResponse(page, headers={"Cache-Control": "no-cache", "Content-Security-Policy": POLICY, "X-Frame-Options": "DENY"})

    def _file(self, path: str) -> Path | None:
        """The file of an address, never one outside the folder; a name that no file can have names none."""
        try:
            file = (self._dist / path).resolve()
            return file if path and file.is_relative_to(self._dist) and file.is_file() else None
        except (OSError, ValueError):
            return None


def _headers(path: str) -> dict[str, str]:
    if path.startswith("widget"):
        return {"Cache-Control": SHORT, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    if path.startswith("assets/"):
        return {"Cache-Control": FOREVER}
    headers = {"Cache-Control": "no-cache"}
    return {**headers, "Content-Security-Policy": POLICY, "X-Frame-Options": "DENY"} if path.endswith(".html") else headers


async def safe_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Headers that every answer carries."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
