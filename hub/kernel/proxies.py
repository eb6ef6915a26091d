"""Where a request really comes from: forwarding headers are believed only from the proxies named in the settings."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web


class Proxies:
    """The proxies that are believed."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [ip_network(one, strict=False) for one in trusted]

    def address(self, request: web.Request) -> str:
        """The nearest address that is not one of our proxies; "" when there is none (a socket file)."""
        hops = [request.remote or "", *reversed(_forwarded(request, "X-Forwarded-For"))]
        return next((hop for hop in hops if not self._trusts(hop)), hops[-1])

    def scheme(self, request: web.Request) -> str:
        """`https` when the browser speaks it, also when a proxy of ours takes it off."""
        told = _forwarded(request, "X-Forwarded-Proto")
        return told[-1] if told and self._trusts(request.remote or "") else request.scheme

    def _trusts(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._networks if network.version == parsed.version)


def subscriber(address: str) -> str:
    """What counts as one sender: an IPv6 subscriber has a whole /64."""
    parsed = _parsed(address)
    if parsed is None:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


@lru_cache(maxsize=1000)  # a provider calls from few addresses, and each request asks
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


def _forwarded(request: web.Request, name: str) -> list[str]:
    return [part.strip() for value in request.headers.getall(name, []) for part in value.split(",") if part.strip()]
