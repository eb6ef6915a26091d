"""Signatures: kept, and filled in for the colleague who writes."""

from collections.abc import Callable
from typing import Any

import nh3

from connectors.plain import text_of
from hub.errors import Invalid, NotFound
from hub.kernel.database import Database, Record, queries
from hub.kernel.shapes import Named
from hub.signatures.filling import KNOWN, filled, strange
from hub.signatures.model import SignatureList, SignatureView

QUERIES = queries(__package__)
SCHEMES = frozenset({"http", "https", "mailto", "tel"})


class Signatures:
    """The verbs. An empty signature is none."""

    def __init__(self, database: Database, committed: Callable[[], None]) -> None:
        self._database = database
        self._committed = committed

    async def filled(self, agent: str, channel: str) -> str:
        """The HTML that stands below a colleague's mails on a channel; empty for none."""
        row = await self._database.row(QUERIES.of_channel, agent, channel)
        return filled(row["html"], _values(row)) if row and row["html"] else ""

    async def page(self, agent: str) -> SignatureList:
        """The signatures of all brands, as this colleague has them."""
        rows = await self._database.rows(QUERIES.all, agent)
        addresses = [row["address"] for row in await self._database.rows(QUERIES.addresses)]
        title = rows[0]["title"] if rows else ""
        return SignatureList(items=[_view(row) for row in rows], title=title, addresses=addresses)

    async def put_brand(self, agent: str, brand: str, html: str) -> None:
        """The brand's. Raises Invalid, NotFound."""
        await self._put(agent, brand, None, html, (QUERIES.tell_brand, agent, brand))

    async def put_own(self, agent: str, brand: str, html: str) -> None:
        """The colleague's own. Raises Invalid, NotFound."""
        await self._put(agent, brand, agent, html, (QUERIES.tell_agent, agent, "signature"))

    async def set_title(self, agent: str, title: str) -> None:
        """What the colleague is, as customers read it."""
        async with self._database.transaction() as connection:
            if await connection.fetchval(QUERIES.set_title, agent, " ".join(title.split())):
                await connection.execute(QUERIES.tell_agent, agent, "title")
        self._committed()

    async def _put(self, agent: str, brand: str, owner: str | None, html: str, told: tuple[Any, ...]) -> None:
        clean = nh3.clean(html, url_schemes=set(SCHEMES), link_rel="noopener noreferrer")
        if names := strange(clean):
            wrong = f"nobody fills in {', '.join(names)}; there are {', '.join(KNOWN)}"
            raise Invalid("invalid", f"html: {wrong}", fields={"html": wrong})
        if await self._database.row(QUERIES.brand, brand) is None:
            raise NotFound("not_found", f"there is no brand {brand}")
        async with self._database.transaction() as connection:
            kept = bool(text_of(clean).strip() or "<img" in clean)
            await connection.execute(*((QUERIES.put, brand, owner, clean) if kept else (QUERIES.remove, brand, owner)))
            await connection.execute(*told)
        self._committed()


def _values(row: Record) -> dict[str, str]:
    return {"agent.name": row["agent_name"], "agent.role": row["title"], "brand.name": row["name"]}


def _view(row: Record) -> SignatureView:
    shown = filled(row["own"] or row["html"], _values(row))
    brand = Named(id=str(row["id"]), name=row["name"])
    channels = [str(one) for one in row["channels"]]
    return SignatureView(brand=brand, channels=channels, html=row["html"], own=row["own"], text=text_of(shown), shown=shown)
