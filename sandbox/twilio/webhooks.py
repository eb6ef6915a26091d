"""Pretend Twilio's webhooks: signed with the auth token, tried again as the address asks, given up after fifteen seconds in all.

The rules stand behind the `#` of an address: rc (retries, 0 to 5), rp (on what: ct, rt, 4xx, 5xx, all), ct and rt (time-outs in ms),
tt (for all attempts together). Without them there is one retry, and only when no connection came about.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlencode

import aiohttp

from sandbox.double import WEBHOOKS, Fault
from sandbox.trips import Diary, Purpose, Told
from sandbox.twilio.company import AUTH_TOKEN


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: where to, with what, and the hub's answer (0: none)."""

    url: str
    fields: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Rules:
    """How an address wants to be tried, in seconds."""

    retries: int
    on: frozenset[str]
    connect_s: float
    read_s: float
    total_s: float

    def again(self, status: int, failure: str) -> bool:
        """Whether one more attempt is due after such an answer."""
        kind = failure or f"{status // 100}xx"
        return kind in self.on or ("all" in self.on and kind in ("ct", "rt", "4xx", "5xx"))


def rules_of(fragment: str) -> Rules:
    """The rules of an address."""
    given = dict(parse_qsl(fragment))

    def milliseconds(name: str, default: int, most: int) -> float:
        word = given.get(name, "")
        return min(max(int(word) if word.isdigit() else default, 100), most) / 1000

    count = given.get("rc", "1")
    return Rules(
        min(int(count) if count.isdigit() else 1, 5),
        frozenset(given.get("rp", "ct").split(",")),
        milliseconds("ct", 5000, 10_000),
        milliseconds("rt", 15_000, 15_000),
        milliseconds("tt", 15_000, 15_000),
    )


def app_of(fields: Mapping[str, str]) -> str:
    """Whose webhook it is."""
    return "whatsapp" if fields.get("From", "").startswith("whatsapp:") else "sms"


def signature(url: str, fields: Mapping[str, str], token: str = AUTH_TOKEN) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and all fields in order."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


class Webhooks:
    """All calls to the hub. `fault` gives the one to commit now."""

    def __init__(self, fault: Callable[..., Fault | None], diary: Diary) -> None:
        self.tried: list[Tried] = []
        self._fault = fault
        self._diary = diary
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._held: list[tuple[str, dict[str, str], str]] = []

    async def close(self) -> None:
        """Stop what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        self.tried.clear()
        self._held.clear()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Have something done beside the rest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def tell(self, url: str, fields: dict[str, str], method: str = "POST") -> None:
        """Bring it, with the fault that is due."""
        if not url:
            return
        fault = self._fault(*WEBHOOKS, path=urldefrag(url).url, purpose=Purpose(app_of(fields)))
        kind = fault.kind if fault else ""
        if kind == "lost":
            self._diary.lost(self._entry(url, fields))
            return
        if kind == "shuffled":
            self._held.append((url, fields, method))
            return
        if fault and kind == "late":
            await asyncio.sleep(fault.ms / 1000)
        for _ in range(2 if kind == "twice" else 1):
            await self._bring(url, fields, method, signed=kind != "unsigned")
        while self._held:
            await self._bring(*self._held.pop(0))

    async def _bring(self, url: str, fields: dict[str, str], method: str, *, signed: bool = True) -> None:
        address, fragment = urldefrag(url)
        rules, began, told = rules_of(fragment), time.monotonic(), self._entry(address, fields)
        for _ in range(rules.retries + 1):
            tried = time.monotonic()
            left = rules.total_s - (tried - began)
            if left <= 0:
                return
            status, failure = await self._ask(address, fields, method, rules, left, signed=signed)
            self._diary.answered(told, status, tried)
            self.tried.append(Tried(address, fields, status))
            if not rules.again(status, failure):
                return

    def _entry(self, url: str, fields: Mapping[str, str]) -> Told:
        what = fields.get("MessageStatus") or "message"
        return self._diary.begin(app_of(fields), what, urldefrag(url).url, json.dumps(dict(fields), ensure_ascii=False))

    async def _ask(self, url: str, fields: dict[str, str], method: str, rules: Rules, left: float, *, signed: bool) -> tuple[int, str]:
        """The answer's status, or what failed: ct (no connection), rt (no answer)."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        asked = f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}" if method == "GET" else url
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest(),
        }
        if signed:
            headers["X-Twilio-Signature"] = signature(asked, fields if method == "POST" else {})
        timeout = aiohttp.ClientTimeout(total=left, connect=rules.connect_s, sock_read=rules.read_s)
        body = urlencode(fields).encode() if method == "POST" else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        with contextlib.suppress(aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            try:
                async with self._session.request(
                    method, asked, data=body, headers=headers, timeout=timeout, allow_redirects=False
                ) as response:
                    await response.read()
                    return response.status, ""
            except (TimeoutError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError) as error:
                if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
                    raise
                return 0, "rt"
        return 0, "ct"
