"""Files: whose they are, what they are called, and that no browser ever opens them as a page of ours."""

from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

import aiohttp
import pytest

from hub.visitors.tokens import FileLinks
from tests.attacks.house import Bubble, House
from tests.people.conftest import Browser

NAMES = (
    "../../etc/passwd", "..\\..\\boot.ini", "a\x00.png", "a\r\nX-Evil: 1.txt", 'a"; filename="b.exe', "gepj.\u202etxt.exe",
    "a\u200b.png", ".htaccess",
    "x" * 900 + ".png", "", "   ", "<img src=x onerror=alert(1)>.png", "CON", "a/b", "é\ufeff.pdf", "；.png",
)  # fmt: skip
TYPES = {
    "text/html": b"<script>window.__pwned = 1</script>",
    "image/svg+xml": b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.__pwned=1'/>",
    "application/xhtml+xml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>1</script></html>",
    "text/xml": b"<?xml-stylesheet href='x'?>",
    "application/javascript": b"window.__pwned=1",
    "text/plain": b"<script>1</script>",
    "image/png": b"\x89PNG\r\n\x1a\n<script>window.__pwned=1</script>",
    "application/pdf": b"%PDF-1.7 <script>1</script>",
    "multipart/x-mixed-replace": b"x",
    "text/html\r\nX-Evil: 1": b"x",
    "": b"x",
}


async def _up(browser: Browser, name: str = "a.txt", kind: str = "text/plain", data: bytes = b"words") -> tuple[int, Any]:
    headers = {"Content-Type": kind} if "\r" not in kind else {}
    headers |= {"X-CSRF-Token": browser.csrf} if browser.csrf else {}
    async with browser.client.post(f"{browser.url}/api/v1/attachments?name={quote(name)}", data=data, headers=headers) as answer:
        return answer.status, await answer.json()


async def _talk(house: House) -> tuple[Bubble, str]:
    visitor = await house.visitor()
    await visitor.say("Hello")
    return visitor, await house.customer_of(visitor.id)


def _note(*files: str) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "note", "text": "see this", "attachments": list(files)}


async def test_a_file_that_was_not_used_yet_is_its_owners_alone(house: House) -> None:
    ana, luis, olga = [await house.browser(name) for name in ("ana", "luis", "olga")]
    _, customer = await _talk(house)
    _, file = await _up(ana)
    for other in (luis, olga):
        assert (await other.ask("GET", f"/attachments/{file['id']}"))[0] == 404
        status, _ = await other.ask("POST", f"/customers/{customer}/messages", _note(file["id"]))
        assert status in (404, 422)
    assert (await ana.ask("POST", f"/customers/{customer}/messages", _note(file["id"])))[0] == 201
    status, _ = await ana.ask("POST", f"/customers/{customer}/messages", _note(file["id"]))
    assert status in (404, 409, 422)


async def test_a_visitors_file_is_no_other_visitors(house: House) -> None:
    rosa, marta = await house.visitor(), await house.visitor()
    file = await _visitor_up(house, rosa)
    await marta.say("mine now", attachments=[file])
    await rosa.say("my file", attachments=[file])
    assert file not in str((await house.visitor(marta.hello["token"])).hello)
    link = (await house.visitor(rosa.hello["token"])).hello["messages"][0]["attachments"][0]["url"]
    assert await _get(house, link) == 200
    path, _, query = link.partition("?")
    words = dict(part.split("=", 1) for part in query.split("&"))
    later = {**words, "u": str(int(words["u"]) + 3600)}
    for forged in (
        {**words, "v": marta.id},
        later,
        {**words, "t": ""},
        {**words, "t": words["t"][1:] + words["t"][:1]},
        {**words, "u": "x"},
        {},
    ):
        assert await _get(house, f"{path}?{'&'.join(f'{name}={value}' for name, value in forged.items())}") == 403
    assert await _get(house, link.replace(file, str(uuid4()))) == 403


async def test_an_address_of_a_file_runs_out(house: House) -> None:
    rosa = await house.visitor()
    file = await _visitor_up(house, rosa)
    await rosa.say("my file", attachments=[file])
    links = FileLinks(house.hub.secrets.subkey("visitor files"))
    assert await _get(house, links.address(rosa.id, file, 0)) == 403


async def test_a_file_between_colleagues_does_not_reach_the_visitor(house: House) -> None:
    ana = await house.browser("ana")
    visitor, customer = await _talk(house)
    _, file = await _up(ana, name="between-us.txt")
    await ana.ask("POST", f"/customers/{customer}/messages", _note(file["id"]))
    links = FileLinks(house.hub.secrets.subkey("visitor files"))
    assert await _get(house, links.address(visitor.id, file["id"], 4e9)) == 404
    assert "between-us" not in str((await house.visitor(visitor.hello["token"])).hello)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:12]))
async def test_no_name_leaves_the_folder_or_hides_what_the_file_is(house: House, name: str) -> None:
    ana = await house.browser("ana")
    status, file = await _up(ana, name)
    assert status == 201
    kept = file["name"]
    assert kept
    assert kept.isprintable()
    assert len(kept) <= 200
    assert not set(kept) & set('\\/:*?"<>|')
    assert not kept.startswith(".")
    async with ana.client.get(f"{house.url}/api/v1/attachments/{file['id']}") as answer:
        assert "X-Evil" not in answer.headers
        assert unquote(answer.headers["Content-Disposition"].partition("''")[2]) == kept


@pytest.mark.parametrize("inline", ["", "?inline=1"])
@pytest.mark.parametrize("kind", TYPES)
async def test_no_file_is_ever_a_page(house: House, kind: str, inline: str) -> None:
    ana = await house.browser("ana")
    status, file = await _up(ana, "x.html", kind, TYPES[kind])
    assert status == 201
    async with ana.client.get(f"{house.url}/api/v1/attachments/{file['id']}{inline}") as answer:
        shown = answer.headers["Content-Disposition"].startswith("inline")
        assert shown == (kind == "image/png" and bool(inline))
        assert answer.headers["Content-Type"].split(";")[0] in ("application/octet-stream", "image/png", "text/plain", "application/pdf")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_other_sites_send_no_files(house: House, origin: str) -> None:
    rosa = await house.visitor()
    headers = {"Authorization": f"Visitor {rosa.hello['token']}", "Origin": origin}
    async with aiohttp.ClientSession() as client:
        for method in ("POST", "OPTIONS"):
            async with client.request(method, f"{house.url}/widget/files?name=x", data=b"x", headers=headers) as answer:
                assert answer.status == 403
                assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("token", ["", "x", "Visitor", "Bearer x"])
async def test_strangers_send_no_files(house: House, token: str) -> None:
    headers, url = {"Authorization": token}, f"{house.url}/widget/files?name=x"
    async with aiohttp.ClientSession() as client, client.post(url, data=b"x", headers=headers) as answer:
        assert answer.status == 401


async def _visitor_up(house: House, visitor: Bubble) -> str:
    headers = {"Authorization": f"Visitor {visitor.hello['token']}", "Content-Type": "text/html"}
    url = f"{house.url}/widget/files?name=a.html"
    async with aiohttp.ClientSession() as client, client.post(url, data=b"<script>1</script>", headers=headers) as answer:
        assert answer.status == 201
        return str((await answer.json())["id"])


async def _get(house: House, path: str) -> int:
    async with aiohttp.ClientSession() as client, client.get(house.url + path) as answer:
        return answer.status
