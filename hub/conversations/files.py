"""Files that colleagues send up and fetch: authorised through their message at every request, harmless in a browser."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from hub.conversations.checks import FILE_LIMIT
from hub.conversations.html import PICTURES_AT_MOST, SAFE_PICTURES, data_uris
from hub.conversations.model import Attachment
from hub.conversations.reading import QUERIES, Customers
from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.kernel.blobs import BlobTooLarge, Stored
from hub.kernel.database import Database, Record
from hub.kernel.names import safe_name
from hub.kernel.web import Principal

MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
PLAYABLE = re.compile(r"(audio|video)/[a-z0-9.+-]+|application/pdf|text/plain")
"""Types that are told to the browser beside safe pictures; all others go out as bytes."""


class TooLarge(HubError):
    """More bytes than a file may have."""

    status = 413


Examine = Callable[[Path], Awaitable[str | None]]
"""What a scanner finds in a file: a name, nothing (empty), or nothing known (None). Raises Unavailable while files are held."""


class BlobStore(Protocol):
    """Keeps bytes and gives them back."""

    async def put(self, source: AsyncIterator[bytes], limit: int | None = None) -> Stored: ...

    async def read(self, sha256: bytes) -> bytes: ...

    def path(self, sha256: bytes) -> Path: ...


class Files:
    """Uploads, downloads, and the pictures inside a message's HTML."""

    def __init__(self, database: Database, blobs: BlobStore, customers: Customers, examine: Examine | None = None) -> None:
        self._examine = examine
        self._database = database
        self._blobs = blobs
        self._customers = customers

    async def upload(self, principal: Principal, name: str, content_type: str, source: AsyncIterator[bytes]) -> Attachment:
        """Keep a file that the caller's next message may name. Raises TooLarge, Invalid."""
        name = safe_name(name)
        content_type = content_type.lower() if MEDIA_TYPE.fullmatch(content_type.lower()) else "application/octet-stream"
        try:
            stored = await self._blobs.put(source, FILE_LIMIT)
        except BlobTooLarge as error:
            raise TooLarge(
                "too_large", f"{name} has more than {error.limit} bytes", fields={"size": f"at most {error.limit} bytes"}
            ) from error
        if stored.size == 0:
            raise Invalid("empty", f"{name} is empty", fields={"body": "a file has at least one byte"})
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.name_blob, stored.sha256, stored.size)
            uploader = f"agent:{principal.agent}"
            made = await connection.fetchval(QUERIES.add_attachment, name, content_type, stored.size, stored.sha256, uploader)
        return Attachment(id=str(made), name=name, content_type=content_type, size=stored.size)

    async def download(self, principal: Principal, attachment: str, inline: bool) -> web.StreamResponse:
        """The file, through the message it belongs to, or to the one who uploaded it. Raises NotFound, Conflict, Unavailable."""
        row = await self._database.row(QUERIES.attachment, attachment)
        if row is None or (row["customer_id"] is None and row["uploader"] != f"agent:{principal.agent}"):
            raise NotFound("not_found", f"there is no file {attachment}")
        if row["customer_id"] is not None:
            await self._customers.customer_for(principal, str(row["customer_id"]))
        if row["blob"] is None:
            raise Conflict(f"file_{row['state']}", f"the provider has not given {row['name']} to us yet")
        path = self._blobs.path(row["blob"])
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("file_lost", f"the bytes of {row['name']} are not in the store")
        await self._refuse_harm(attachment, row, path)
        return web.FileResponse(path, headers=download_headers(row["name"], row["content_type"], inline))

    async def _refuse_harm(self, attachment: str, row: Record, path: Path) -> None:
        """A customer's file is examined before the first one who wants it gets it. Raises Conflict, Unavailable."""
        found = ""
        if self._examine and row["direction"] == "in" and row["examined_at"] is None:
            said = await self._examine(path)
            found = said or ""
            if said is not None:
                await self._database.run(QUERIES.note_examined, attachment, bool(found))
        if found or row["problem"] == "infected":
            raise Conflict("file_infected", f"{row['name']} does harm{f' ({found})' if found else ''}; nobody may download it")

    async def fetch_again(self, principal: Principal, attachment: str) -> str:
        """Ask the provider once more for a file that failed; returns its message. Raises NotFound, Conflict."""
        row = await self._database.row(QUERIES.attachment, attachment)
        if row is None or row["customer_id"] is None:
            raise NotFound("not_found", f"there is no file {attachment}")
        await self._customers.customer_for(principal, str(row["customer_id"]))
        if not await self._database.value(QUERIES.fetch_again, attachment, principal.agent):
            raise Conflict(f"file_{row['state']}", f"{row['name']} is {row['state']}; only what failed can be fetched again")
        return str(row["message_id"])

    async def pictures(self, message: str) -> dict[str, str]:
        """The safe pictures that a message's HTML shows, as data URIs by content id."""
        found, room = [], PICTURES_AT_MOST
        for row in await self._database.rows(QUERIES.inline_pictures, message):
            if row["content_type"] in SAFE_PICTURES and row["size"] <= room:
                room -= row["size"]
                found.append((row["content_id"], row["content_type"], await self._blobs.read(row["blob"])))
        return await asyncio.to_thread(data_uris, found)


def download_headers(name: str, content_type: str, inline: bool) -> dict[str, str]:
    """A download that no browser opens as a page; safe pictures may be shown in place."""
    shown = inline and content_type in SAFE_PICTURES
    told = content_type in SAFE_PICTURES or PLAYABLE.fullmatch(content_type)
    return {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(safe_name(name), safe='')}",
        "Content-Type": content_type if told else "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
