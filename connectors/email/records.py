"""TXT records from the name servers that this machine uses. Blocks: for a thread, never for the event loop."""

import dns.exception
import dns.resolver

LIFETIME = 4.0
"""Seconds for one name, all its servers together."""


def text_records(name: str, resolver: dns.resolver.Resolver | None = None) -> list[str] | None:
    """The texts of a name; empty when there are none, None when no answer came. The machine's own resolver unless another is given."""
    try:
        answer = (resolver or dns.resolver.get_default_resolver()).resolve(name, "TXT", lifetime=LIFETIME)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]
