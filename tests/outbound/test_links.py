"""Public addresses of files: signed, they run out, and lead to files that went to customers only."""

import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.kernel.web import errors_as_data
from hub.outbound.links import LINK_S, MediaDoor, MediaLinks
from tests.scenes import Company, found_company

FILE = str(uuid4())


def links_of(key: bytes = b"k" * 32) -> MediaLinks:
    return MediaLinks(key, lambda: "https://hilo.example")


def token_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_an_address_leads_to_its_file_until_it_runs_out() -> None:
    address = links_of().address(FILE, 1000.0)
    assert address.startswith("https://hilo.example/media/")
    assert links_of().read(token_of(address), 1000.0 + LINK_S) == FILE
    assert links_of().read(token_of(address), 1001.0 + LINK_S) is None


def test_a_token_that_was_changed_guessed_or_signed_elsewhere_leads_nowhere() -> None:
    token = token_of(links_of().address(FILE, 1000.0))
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(raw)):
        changed = bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]])
        assert links_of().read(base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), 1000.0) is None
    assert links_of(b"x" * 32).read(token, 1000.0) is None
    for nonsense in ("", "x", token[:-2], token + "AA", "é" * 20, "%00", "=" * 50, FILE):
        assert links_of().read(nonsense, 1000.0) is None


class Shop:
    """Files of messages, behind the public door."""

    def __init__(self, company: Company, blobs: Blobs, client: "TestClient[web.Request, web.Application]") -> None:
        self.company = company
        self.blobs = blobs
        self.client = client

    async def file(self, message: str, content_type: str = "application/pdf", name: str = "factura ñ 1.pdf") -> str:
        """A file of a message; where it can be fetched."""
        stored = await self.blobs.put(b"0123456789")
        await self.company.database.value("SELECT name_blob($1, $2)", stored.sha256, stored.size)
        sql = "INSERT INTO attachment (message_id, name, content_type, size, blob) VALUES ($1, $2, $3, 10, $4) RETURNING id"
        made = await self.company.database.value(sql, message, name, content_type, stored.sha256)
        return "/media/" + token_of(links_of().address(str(made), time.time()))


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    blobs = Blobs(tmp_path / "blobs")
    app = web.Application(middlewares=[errors_as_data])
    MediaDoor(database, blobs, links_of()).add(app)
    async with TestClient(TestServer(app)) as client:
        yield Shop(await found_company(database), blobs, client)


async def message_of(company: Company, direction: str) -> str:
    taken = await company.writes("visitor", "rosa")
    if direction != "in":
        state = "saved" if direction == "note" else "sent"
        await company.database.run("UPDATE message SET direction = $2, state = $3 WHERE id = $1", taken.message, direction, state)
    return taken.message


async def test_a_file_of_a_reply_is_a_download_that_no_browser_runs(shop: Shop) -> None:
    address = await shop.file(await message_of(shop.company, "out"))
    async with shop.client.get(address) as answer:
        assert (answer.status, await answer.read(), answer.content_type) == (200, b"0123456789", "application/pdf")
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''factura%20%C3%B1%201.pdf"
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "private, no-store")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    async with shop.client.get(address, headers={"Range": "bytes=2-4"}) as answer:
        assert (answer.status, await answer.read(), answer.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    async with shop.client.head(address) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, "10")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "x"])
async def test_what_a_browser_might_run_goes_out_as_bytes(shop: Shop, content_type: str) -> None:
    async with shop.client.get(await shop.file(await message_of(shop.company, "out"), content_type)) as answer:
        assert (answer.status, answer.content_type) == (200, "application/octet-stream")


@pytest.mark.parametrize("direction", ["in", "note"])
async def test_files_of_notes_and_of_customers_are_not_there(shop: Shop, direction: str) -> None:
    async with shop.client.get(await shop.file(await message_of(shop.company, direction))) as answer:
        refused = answer.status, (await answer.json())["error"]["message"]
    async with shop.client.get("/media/nothing") as nothing:
        assert (404, (await nothing.json())["error"]["message"]) == refused


async def test_a_reply_that_was_taken_back_takes_its_files_along(shop: Shop) -> None:
    message = await message_of(shop.company, "out")
    address = await shop.file(message)
    await shop.company.database.run("UPDATE message SET deleted_at = now() WHERE id = $1", message)
    async with shop.client.get(address) as answer:
        assert answer.status == 404
