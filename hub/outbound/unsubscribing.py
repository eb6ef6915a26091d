"""The page on which somebody says that he or she wants no more mails that nobody had asked for; a mail program does it in one click."""

from collections.abc import Callable
from html import escape

from aiohttp import web

from hub.errors import NotFound
from hub.kernel.database import Database, Record, queries
from hub.outbound.links import MediaLinks

QUERIES = queries(__package__)

WORDS = {
    "es": {
        "title": "Correo de {brand}",
        "ask": "¿No quiere recibir más correos de {brand} en {address}?",
        "do": "No quiero más correos",
        "done": "Hecho. No le escribiremos más a {address} sin que usted nos escriba antes.",
    },
    "en": {
        "title": "Mail from {brand}",
        "ask": "No more mails from {brand} to {address}?",
        "do": "I want no more mails",
        "done": "Done. We write no more to {address} unless you write to us first.",
    },
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1rem;color:#1d2521;background:#fff}"
    "button{font:inherit;padding:.6rem 1rem;border:0;border-radius:6px;background:#2f5142;color:#fff;cursor:pointer}"
    "@media(prefers-color-scheme:dark){body{color:#e8ece9;background:#161b18}}"
)


class UnsubscribeDoor:
    """The route; it asks for no sign-in: whoever has the mail has the address of the page."""

    def __init__(self, database: Database, links: MediaLinks, committed: Callable[[], None]) -> None:
        self._database = database
        self._links = links
        self._committed = committed

    def add(self, app: web.Application) -> None:
        """Register it. To look changes nothing: programs that check links look as well."""
        app.router.add_get("/unsubscribe/{token}", self.show)
        app.router.add_post("/unsubscribe/{token}", self.take)

    async def show(self, request: web.Request) -> web.Response:
        """Ask."""
        row = await self._message(request)
        return _page(row, "ask", button=True)

    async def take(self, request: web.Request) -> web.Response:
        """Write it down; again it says the same."""
        row = await self._message(request)
        await self._database.run(QUERIES.unsubscribe, row["id"])
        self._committed()
        return _page(row, "done", button=False)

    async def _message(self, request: web.Request) -> Record:
        message = self._links.message_of(request.match_info["token"])
        row = await self._database.row(QUERIES.unasked, message) if message else None
        if row is None:
            raise NotFound("not_found", "there is no such page")
        return row


def _page(row: Record, what: str, *, button: bool) -> web.Response:
    language = row["locale"] if row["locale"] in WORDS else "en"
    words = {name: text.format(brand=escape(row["brand"]), address=escape(row["address"])) for name, text in WORDS[language].items()}
    form = f'<form method="post"><button>{words["do"]}</button></form>' if button else ""
    text = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{words['title']}</title><style>{STYLE}</style></head><body><main><h1>{words['title']}</h1><p>{words[what]}</p>{form}</main>"
        "</body></html>"
    )
    return web.Response(text=text, content_type="text/html", headers=HEADERS)
