"""Which domain may be blocked as a whole. Pure."""

from collections.abc import Collection

from hub.errors import Invalid

PUBLIC = frozenset(
    {
        *("aol.com", "fastmail.com", "free.fr", "gmail.com", "gmx.com", "gmx.de", "gmx.es", "googlemail.com", "hotmail.com"),
        *("hotmail.es", "hotmail.fr", "icloud.com", "laposte.net", "libero.it", "live.com", "mac.com", "mail.com", "me.com"),
        *("movistar.es", "msn.com", "ono.com", "orange.es", "orange.fr", "outlook.com", "outlook.es", "pm.me", "proton.me"),
        *("protonmail.com", "telefonica.net", "terra.es", "tuta.com", "tutanota.com", "wanadoo.es", "wanadoo.fr", "web.de"),
        *("ya.com", "yahoo.com", "yahoo.es", "yahoo.fr", "yandex.com", "yandex.ru", "ymail.com", "zoho.com"),
    }
)
"""Providers where anybody can have an address."""


def address_of(value: str) -> tuple[str, str]:
    """(kind, value) of what somebody types: a mail address, or a domain with or without an @ before it. Raises Invalid."""
    local, at, domain = value.strip().lower().rpartition("@")
    try:
        domain = domain.strip(".").encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(labels) < 2 or not all(labels) or any(one in domain for one in "/%*\\ "):
        _refuse("write a mail address, like ana@example.com, or a domain, like example.com")
    return ("email", f"{local}@{domain}") if at and local else ("domain", domain)


def check_domain(domain: str, own: Collection[str]) -> None:
    """Raises Invalid for a domain that must not be blocked as a whole: of a public provider, a whole country's, or our own."""
    if domain in PUBLIC:
        _refuse(f"{domain} is a provider where anybody can have an address; block the address")
    if "." not in domain:
        _refuse(f"{domain} is no domain of a single sender")
    if any(one == domain or one.endswith("." + domain) for one in own):
        _refuse(f"{domain} is a domain of your own")


def _refuse(told: str) -> None:
    raise Invalid("invalid", f"value: {told}", fields={"value": told})
