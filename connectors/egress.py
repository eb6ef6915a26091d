"""The only way out to the web: https to public addresses, resolved once, no redirects, no cookies, sizes and times capped.

An address that is private (or plain http) is reached only when the operator of the hub has named its `host:port` in the hub's own
settings: whoever may fill in a form, or write a message with an address in it, cannot make the hub call its own network.
"""

import ipaddress
import json as json_words
import re
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from connectors.errors import Ambiguous, MalformedPayload, Rejected, Unavailable

ANSWER_LIMIT = 4 * 1024 * 1024
FILE_LIMIT = 64 * 1024 * 1024
CHUNK = 64 * 1024
CONNECTIONS, CONNECTIONS_PER_HOST = 1000, 250
NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
"""IPv6 networks whose last 32 bits are an IPv4 address: translated (RFC 6052) and compatible (RFC 4291, out of use)."""
LOCAL_TRANSLATION = ipaddress.ip_network("64:ff9b:1::/48")
"""Translated inside somebody's own network (RFC 8215): where it leads is not seen from the address."""
SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing: asking again does no harm, so a lost answer is no doubt."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises MalformedPayload."""
        try:
            return json_words.loads(self.body)
        except ValueError as error:
            raise MalformedPayload(f"the answer is no JSON: {self.body[:200]!r}") from error


class Egress(Protocol):
    """Asks servers of the web. Every status is an answer; only what gave none is an error."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        timeout_s: float = 15.0,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """One request. `data`: bytes, a mapping (a form) or aiohttp's FormData.

        Raises Unavailable when it never left (or changes nothing), Ambiguous when it left and no answer came or one over the limit,
        Rejected (`forbidden_address`) when the address is not allowed, Rejected (`too_large`) when what changes nothing is answered with
        more than the limit.
        """
        ...

    def download(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 60.0, limit: int = FILE_LIMIT
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A file, piece by piece. Raises Rejected when it is gone (404, 410), too large or at a forbidden address, else Unavailable."""
        ...


class Forbidden(OSError):
    """An address that must not be called."""


class _Resolver(AbstractResolver):
    """Names become addresses once, and only public ones; the connection goes to the very address that was judged."""

    def __init__(self, named: frozenset[str]) -> None:
        self._named = named
        self._inner = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """The addresses of a name. Raises Forbidden when one of them is private, or when it is no name."""
        try:
            found = await self._inner.resolve(host, port, family)
        except UnicodeError as error:
            raise Forbidden(f"{host[:50]!r} is no name") from error
        if f"{host}:{port}" not in self._named:
            for one in found:
                if not is_public(one["host"]):
                    raise Forbidden(f"{host} leads to {one['host']}, which is no public address")
        return found

    async def close(self) -> None:
        """Nothing is open."""


class WebEgress:
    """The egress client. `named`: `host:port` of servers that may be private or speak plain http."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._named = frozenset(named)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Each long poll holds a connection for as long as it waits, so these limits are wide; what is sent is counted by the outbox.
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._named), use_dns_cache=False, limit=CONNECTIONS, limit_per_host=CONNECTIONS_PER_HOST
        )
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        timeout_s: float = 15.0,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """As in the Protocol."""
        given = {"headers": headers, "params": params, "json": json, "data": data}
        async with self._asked(method, url, timeout_s, given) as response:
            try:
                body = b"".join([piece async for piece in _capped(response, limit)])
            except Rejected as error:
                if method in SAFE:
                    raise
                raise Ambiguous(f"done, but the answer is {error}") from error
            return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body)

    @asynccontextmanager
    async def download(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 60.0, limit: int = FILE_LIMIT
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """As in the Protocol."""
        async with self._asked("GET", url, timeout_s, {"headers": headers}) as response:
            if response.status in (404, 410):
                raise Rejected(f"the file is gone: {response.status}", code="file_gone")
            if response.status != 200:
                raise Unavailable(f"the file was answered with {response.status}")
            yield _capped(response, limit)

    @asynccontextmanager
    async def _asked(self, method: str, url: str, timeout_s: float, given: Mapping[str, Any]) -> AsyncIterator[aiohttp.ClientResponse]:
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(5.0, timeout_s))
        try:
            async with self._session.request(method, self._allowed(url), allow_redirects=False, timeout=timeout, **given) as response:
                yield response
        except Forbidden as error:
            raise Rejected(str(error), code="forbidden_address") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Forbidden):
                raise Rejected(str(error.os_error), code="forbidden_address") from error
            raise Unavailable(f"cannot connect: {error}") from error
        except aiohttp.InvalidURL as error:
            raise Rejected("not an address that can be called", code="forbidden_address") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            if method in SAFE:
                raise Unavailable(f"no answer: {type(error).__name__}") from error  # its words may hold the address, and a secret in it
            raise Ambiguous(f"no answer: {type(error).__name__}") from error

    def _allowed(self, url: str) -> URL:
        """The address, if it may be called at all. Raises Rejected."""
        try:
            parsed = URL(url)
        except ValueError as error:
            raise Rejected(f"not an address: {url[:200]!r}", code="forbidden_address") from error
        host = parsed.host or ""
        if f"{host}:{parsed.port}" in self._named and parsed.scheme in ("http", "https"):
            return parsed
        if parsed.scheme != "https":
            raise Rejected(f"only https is called, not {parsed.scheme or url[:50]!r}", code="forbidden_address")
        if not host or _has_credentials(parsed) or (_is_number(host) and not is_public(host)):
            raise Rejected(f"{host or url[:50]!r} is no public address", code="forbidden_address")
        return parsed


def is_public(address: str) -> bool:
    """Whether an address belongs to the whole world: not private, loopback, link-local, mapped, translated or reserved."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in one for one in TRANSLATED):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip in LOCAL_TRANSLATION or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def closed_egress() -> Egress:
    """Leads nowhere: for a connector that only reads."""
    return WebEgress()


def _has_credentials(url: URL) -> bool:
    return url.user is not None or url.password is not None


def _is_number(host: str) -> bool:
    """Whether it is an address and no name, or what the system would read as one: 127.1, 2130706433, 0x7f000001, 0177.0.0.1."""
    return ":" in host or bool(NUMBER.fullmatch(host))


async def _capped(response: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    """The body as it is after decompression, up to the limit. Raises Rejected above it."""
    size = 0
    async for piece in response.content.iter_chunked(CHUNK):
        size += len(piece)
        if size > limit:
            raise Rejected(f"larger than {limit} bytes", code="too_large")
        yield piece
