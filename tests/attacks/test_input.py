"""Bad input at every route: wrong types, endless, deep, not even text. The answer is a clear refusal, never a fault of ours."""

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest
from yarl import URL

from tests.attacks.house import House
from tests.people.conftest import PASSWORD, Browser

SOON = "2030-01-01T09:00:00Z"
ANSWERS = {
    "acknowledges": True, "tells_closed": True, "kinds": ["mail"], "texts": [{"language": "es", "acknowledged": "x", "closed": "x"}],
    "hours": {"zone": "UTC", "week": [[{"opens": "09:00", "closes": "10:00"}]] * 7, "days": [
        {"date": "2026-12-25", "name": "x", "yearly": True, "stretches": [{"opens": "09:00", "closes": "10:00"}]}]},
}  # fmt: skip
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/session"): {"email": "nobody@demo.example", "password": PASSWORD},
    ("POST", "/agents"): {"email": "new@demo.example", "name": "New", "password": "short", "role": "agent", "locale": "es"},
    ("PATCH", "/agents/{id}"): {"email": "victim@demo.example", "name": "V", "role": "agent", "locale": "en", "enabled": True},
    ("PUT", "/me/preferences"): {"theme": "dark", "deep": {"x": 1}},
    ("PUT", "/me/password"): {"old": PASSWORD, "new": "short"},
    ("POST", "/tokens"): {"name": "x"},
    ("PATCH", "/customers/{id}"): {"name": "Rosa", "locale": "es", "fields": {"nothing": 1}},
    ("POST", "/customers/{id}/identities"): {"kind": "phone", "value": "+34600111222"},
    ("PUT", "/customers/{id}/identities/{identity}/consents/{channel}"): {"how": "by_phone"},
    ("POST", "/customers/{id}/invitations"): {"channel": str(uuid4())},
    ("POST", "/customers/{id}/joins"): {"customer": str(uuid4())},
    ("POST", "/customers/{id}/distinct"): {"customer": str(uuid4())},
    ("PUT", "/commitments/{id}"): {"done": True},
    ("POST", "/customers/{id}/visits"): {"id": str(uuid4()), "kind": "visit", "text": "x", "attachments": [str(uuid4())], "mine": True},
    ("POST", "/visits"): {"id": str(uuid4()), "kind": "fax", "text": "x", "name": "Rosa", "phone": "+34600111222", "at": None},
    ("PUT", "/customers/{id}/read"): {"number": 1},
    ("PUT", "/customers/{id}/draft"): {"kind": "note", "text": "x", "channel": None, "topic": None, "subject": None, "html": "x"},
    ("POST", "/customers/{id}/messages"): {
        "id": str(uuid4()), "kind": "note", "text": "x", "channel": None, "address": None, "topic": None, "subject": None, "cc": [],
        "bcc": [], "html": None, "attachments": [], "reply_to": None, "send_at": None, "mentions": [],
        "choices": [], "template": {"name": "x", "language": "es", "variables": {"1": "x"}}, "signed": True, "quote": None,
        "forward": {"message": str(uuid4()), "files": True, "html": True}, "opens": False, "zone": "Europe/Madrid",
    },
    ("POST", "/conversations"): {
        "id": str(uuid4()), "kind": "reply", "text": "x", "channel": None, "address": "rosa@demo.example", "name": "Rosa", "subject": "x",
        "cc": [], "bcc": [], "html": "<b>x</b>", "attachments": [], "send_at": None, "signed": True, "zone": "UTC",
    },
    ("PUT", "/messages/{id}/send-at"): {"send_at": SOON},
    ("PUT", "/brands/{id}/signature"): {"html": "<b>{{agent.name}}</b>"},
    ("PUT", "/me/signatures/{id}"): {"html": "x"},
    ("PUT", "/me/title"): {"title": "x"},
    ("PUT", "/queues/{id}/answers"): ANSWERS,
    ("POST", "/queues/{id}/answers/preview"): ANSWERS,
    ("POST", "/queues/{id}/answers/trial"): {"what": "closed", "language": "es"},
    ("PUT", "/alarms/{id}"): {"settled": True},
    ("PATCH", "/messages/{id}"): {"text": "x"},
    ("PUT", "/messages/{id}/reaction"): {"emoji": "👍"},
    ("POST", "/messages/{id}/split"): {"subject": "x", "queue": str(uuid4())},
    ("POST", "/topics/{id}/asides"): {
        "id": str(uuid4()), "text": "x", "subject": "x", "address": "supplier@example.org", "channel": str(uuid4()), "attachments": [],
        "files": [], "signed": True, "colleagues": [],
    },
    ("POST", "/asides/{id}/messages"): {"id": str(uuid4()), "text": "x", "attachments": [], "files": [], "signed": True},
    ("PUT", "/asides/{id}/read"): {"number": 1},
    ("POST", "/messages/{id}/move"): {"topic": str(uuid4()), "customer": str(uuid4()), "onward": True, "subject": "x"},
    ("POST", "/topics/{id}/block"): {"what": "domain", "reason": "x", "days": 1},
    ("POST", "/blocks"): {"value": "a@casino.example", "reason": "x", "days": 30},
    ("PUT", "/sender-quotas"): {"items": [{"kind": "mail", "most": 60, "minutes": 10}]},
    ("PUT", "/me/status"): {"activity": "break", "channels": {"chat": True}, "after_work": None},
    ("POST", "/offers/{id}/decline"): {"reason": "other"},
    ("POST", "/work/{id}/wrap-up"): {"code": "resolved", "note": "x", "commitment": {"text": "x", "due_at": SOON}},
    ("POST", "/work/{id}/assign"): {"agent": str(uuid4())},
    ("POST", "/channels"): {"connector": "http", "name": "x", "settings": {"secret": "s" * 20}, "queue": None, "brand": None},
    ("POST", "/channels/check"): {"connector": "http", "settings": {"secret": "s" * 20}, "channel": None},
    ("PATCH", "/channels/{id}"): {"name": "x", "queue": str(uuid4()), "settings": {"url": ""}},
    ("POST", "/channels/{id}/rotate"): {"secret": "secret"},
    ("PUT", "/queue-rules"): {
        "items": [{"id": None, "queue": str(uuid4()), "channel": None, "address": "*@x.es", "language": "es", "words": ["x"]}]
    },
    ("POST", "/queue-rules/try"): {"channel": str(uuid4()), "address": "x", "text": "x", "language": "es"},
    ("POST", "/work/{id}/transfer"): {"queue": str(uuid4()), "agent": None, "note": "x"},
}  # fmt: skip
"""A body for every route that reads one: each field is replaced by everything hostile in turn."""

HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 2**64, 10**30, -(10**30), 1.5, 1e308, "", " ", "\x00", "a\x00b", "\u202e\u200b\ufeff", "\U0010ffff",
    "' OR 1=1 --", "%s%n{0}", "x" * 5000, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", SOON, "reply", str(uuid4()), [], [None],
    ["\x00"], [[]] * 20, {}, {"": ""}, {"\x00": "\x00"}, {"kind": "\x00", "value": "\x00"},
)  # fmt: skip
BROKEN = (
    b"", b"null", b"[]", b'"x"', b"1", b"{", b"\xff\xfe\x00", b'{"\xff": 1}', b'{"name": "\\ud800"}', b'{"\\u0000": 1}', b"1" * 5000,
    b"1e9999", b"[" * 200_000, b'{"a":' * 100_000,
    b'{"text":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"a": 1, "a": 2}', b"\xef\xbb\xbf{}", b"NaN",
)  # fmt: skip
WORDS = ("", "\x00", "-1", "0", "201", "9" * 30, "x" * 3000, "'", "%", "\\", "é\u202e", "null", "true", "1,2", str(uuid4()))


@dataclass
class Target:
    """Real things to aim at, so that what passes the first check meets the next."""

    ids: dict[str, str]

    def path(self, path: str, hostile: str | None = None) -> str:
        """A route's path with the id of a real thing, or with something hostile."""
        own = next((value for prefix, value in self.ids.items() if path.startswith(prefix)), str(uuid4()))
        return (
            path.replace("{id}", own if hostile is None else hostile)
            .replace("{tag}", hostile or "x")
            .replace("{identity}", hostile or own)
            .replace("{channel}", hostile or own)
        )


@pytest.fixture
async def target(house: House) -> Target:
    """A customer with a message and work, and a colleague."""
    visitor = await house.visitor()
    await visitor.say("Hello")
    customer = await house.customer_of(visitor.id)
    row = await house.hub.storage.database.row(
        "SELECT m.id AS message, w.id AS work FROM message m JOIN work w ON w.topic_id = m.topic_id WHERE m.customer_id = $1", customer
    )
    assert row is not None
    victim = house.ids[await house.new_colleague()]
    shelf = await house.hub.channels.add("http", "Aimed at", {"secret": "s" * 20}, enabled=False)
    return Target(
        {
            "/channels/": str(shelf.id),
            "/customers/": customer,
            "/messages/": str(row["message"]),
            "/work/": str(row["work"]),
            "/agents/": victim,
        }
    )


def test_every_route_that_reads_a_body_is_tried(house: House) -> None:
    assert {(route.method, route.path) for route in house.hub.routes if route.body is not None} == set(BODIES)


def _spoiled(body: dict[str, Any]) -> Iterator[bytes]:
    for field in body:
        for value in HOSTILE:
            yield msgspec.json.encode({**body, field: value})
    yield msgspec.json.encode({**body, "not a field": 1})


@pytest.mark.parametrize("method_and_path", BODIES, ids=" ".join)
async def test_a_hostile_body_is_refused_or_harmless(house: House, target: Target, method_and_path: tuple[str, str]) -> None:
    method, path = method_and_path
    program = await house.program(await house.new_colleague("admin"))
    faults = [
        (body[:100], status)
        for body in (*BROKEN, *_spoiled(BODIES[method_and_path]))
        if (status := await _send(program, method, target.path(path), body)) >= 500
    ]
    assert faults == []


async def test_a_hostile_address_is_refused_or_harmless(house: House, target: Target) -> None:
    program = await house.program(await house.new_colleague("admin"))
    faults = [
        (route.method, route.path, word)
        for route in house.hub.routes
        if "{" in route.path
        for word in (*WORDS[1:], "..", "a/b")
        if await _send(program, route.method, target.path(route.path, _quoted(word)), b"{}") >= 500
    ]
    assert faults == []


async def test_a_hostile_query_is_refused_or_harmless(house: House, target: Target) -> None:
    program = await house.program(await house.new_colleague("admin"))
    faults = [
        (route.path, field, word)
        for route in house.hub.routes
        if route.query is not None and route.method == "GET"
        for field in (*route.query.__struct_fields__, "not a field")
        for word in (*WORDS, "%FF%FE")
        if await _send(program, "GET", f"{target.path(route.path)}?{_quoted(field)}={word if word[:1] == '%' else _quoted(word)}", b"")
        >= 500
    ]
    assert faults == []


@pytest.mark.parametrize(
    "path", ["/%00", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/" + "a" * 5000, "/%ff", "//evil.example/", "/a%0d%0aX: y"]
)
async def test_the_pages_give_nothing_but_pages(house: House, path: str) -> None:
    browser = await house.browser()
    async with browser.client.get(URL(house.url + path, encoded=True), allow_redirects=False) as answer:
        assert answer.status in (200, 400, 404)
        assert "root:" not in await answer.text()


WISH = b"PUT /api/v1/me/preferences HTTP/1.1\r\nCookie: hilo_session=%(cookie)b\r\n"
RAW = {
    "a word that is no text": WISH + b"X-CSRF-Token: \xff\xfe\r\n",
    "an origin that is no text": WISH + b"X-CSRF-Token: %(csrf)b\r\nOrigin: http://\xff\r\n",
    "a cookie that is no text": b"GET /api/v1/session HTTP/1.1\r\nCookie: hilo_session=\xff\r\n",
    "a token that is no text": b"GET /api/v1/session HTTP/1.1\r\nAuthorization: Bearer hilo_\xff\r\n",
    "a visitor's token that is no text": b"POST /widget/files?name=x HTTP/1.1\r\nAuthorization: Visitor x.\xff\r\n",
    "a signature that is no text": b"POST /hooks/%(hook)b HTTP/1.1\r\nX-Hilo-Timestamp: 1\r\nX-Hilo-Signature: \xff\r\n",
    "a time that is no text": b"POST /hooks/%(hook)b HTTP/1.1\r\nX-Hilo-Timestamp: \xff\r\nX-Hilo-Signature: x\r\n",
    "a type that is no text": b"POST /api/v1/session HTTP/1.1\r\nContent-Type: \xff/\xff; charset=\xff\r\n",
    "a charset that does not exist": b"POST /api/v1/session HTTP/1.1\r\nContent-Type: application/json; charset=nothing\r\n",
    "a browser that is no text": b"POST /api/v1/session HTTP/1.1\r\nUser-Agent: \xff\r\n",
    "bytes that are packed and are not": b"POST /api/v1/session HTTP/1.1\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n",
    "a host that is none": b"GET /api/v1/session HTTP/1.1\r\nHost: [\r\n",
}


@pytest.mark.parametrize("name", RAW)
async def test_headers_that_are_no_text_are_refused(house: House, name: str) -> None:
    ana = await house.browser("ana")
    words = {b"cookie": (ana.cookie or "").encode(), b"csrf": (ana.csrf or "").encode(), b"hook": house.company.hook.encode()}
    head = RAW[name] % words
    host = b"" if b"Host:" in head else f"Host: {house.url.removeprefix('http://')}\r\n".encode()
    status = await _speak(house, head + host + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
    assert 400 <= status < 500


async def test_a_body_in_pieces_is_read_whole_and_its_limit_holds(house: House) -> None:
    program = await house.program(await house.new_colleague())

    async def in_pieces(pieces: list[bytes]) -> Any:
        for piece in pieces:
            await asyncio.sleep(0)
            yield piece

    url = f"{house.url}/api/v1/me/preferences"
    async with program.client.put(url, data=in_pieces([b'{"a":', b' "' + b"x" * 9000 + b'"', b"}"])) as answer:
        assert answer.status == 200, await answer.text()
    async with program.client.put(url, data=in_pieces([b'{"a": "', *[b"x" * 100_000] * 11, b'"}'])) as answer:
        assert answer.status == 413


async def test_a_body_that_unpacks_to_more_than_the_limit_is_refused(house: House) -> None:
    program = await house.program(await house.new_colleague())
    bomb = gzip.compress(b'{"a": "' + b"x" * 8_000_000 + b'"}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    async with program.client.put(f"{house.url}/api/v1/me/preferences", data=bomb, headers=headers) as answer:
        assert answer.status == 413


async def _send(program: Browser, method: str, path: str, body: bytes) -> int:
    url = URL(f"{program.url}/api/v1{path}", encoded=True)
    async with program.client.request(method, url, data=body, headers={"Content-Type": "application/json"}) as answer:
        return answer.status


def _quoted(word: str) -> str:
    return quote(word, safe="")


async def _speak(house: House, said: bytes) -> int:
    """Say something to the port as it is; the status of the answer."""
    port = int(house.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(line.split()[1])
