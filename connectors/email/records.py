"""TXT records from name servers: those that this machine uses, or the one that a channel names."""

import asyncio
from collections.abc import Iterable, Mapping

import dns.asyncresolver
import dns.exception
import dns.resolver

SECONDS = 2.0
"""For all names of a mail together."""
REMEMBERED = 2000
"""How many answers are kept, each as long as it says itself."""
RESERVED = frozenset({"test", "example", "invalid", "localhost", "local", "internal"})
"""Ends of names that nobody can register (RFC 2606, 6762): of these only a server of one's own is asked."""

Texts = Mapping[str, list[str] | None]
"""The texts of names; an empty list where there are none, None where no answer came."""


class NameServers:
    """Asks for TXT records. `server`: address and port of the one to ask; None for the machine's own."""

    def __init__(self, server: tuple[str, int] | None = None) -> None:
        self._server = server
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def texts(self, names: Iterable[str]) -> Texts:
        """The texts of all these names, asked for at once."""
        wanted = list(dict.fromkeys(names))
        return dict(zip(wanted, await asyncio.gather(*map(self._texts, wanted)), strict=True))

    async def _texts(self, name: str) -> list[str] | None:
        if not self._server and name.rstrip(".").rpartition(".")[2].lower() in RESERVED:
            return []
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._asked().resolve(name, "TXT", lifetime=SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError, TimeoutError):
            return None
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]

    def _asked(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._server)
            self._resolver.cache = dns.resolver.LRUCache(REMEMBERED)
            if self._server:
                self._resolver.nameservers, self._resolver.port = [self._server[0]], self._server[1]
        return self._resolver
