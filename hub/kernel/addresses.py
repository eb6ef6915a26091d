"""Addresses in the one form in which they are compared: e-mail in lower case with an ASCII domain, phone numbers in E.164."""

import re

from connectors.phones import NoPhone, e164

TELLABLE = ("email", "phone")
"""Kinds of address that a person can tell; the others are bound to what a provider says."""
HOME_REGION = "ES"
"""Where a phone number without a country code is from."""
EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]\x00-\x1f]{1,64}@[^@\s]{3,253}")


class InvalidAddress(ValueError):
    """Not an address of its kind; the text says what is expected."""


def normalise(kind: str, value: str, region: str = HOME_REGION) -> str:
    """The form to store and compare. Raises InvalidAddress. Kinds that nobody types are left as they are."""
    value = value.strip()
    if kind == "email":
        return _email(value)
    if kind == "phone":
        return _phone(value, region)
    return value


def comparable(kind: str, value: str) -> str:
    """The form to compare by, for what somebody said of himself: nonsense stays as it is."""
    try:
        return normalise(kind, value)
    except InvalidAddress:
        return value


def _email(value: str) -> str:
    if not EMAIL.fullmatch(value):
        raise InvalidAddress("not an e-mail address; it looks like name@example.com")
    local, domain = value.rsplit("@", 1)
    try:
        ascii_domain = domain.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise InvalidAddress(f"{domain!r} is not the name of a mail domain") from None
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}", ascii_domain):
        raise InvalidAddress(f"{domain!r} is not the name of a mail domain")
    return f"{local.lower()}@{ascii_domain}"


def _phone(value: str, region: str) -> str:
    try:
        return e164(value, region)
    except NoPhone as error:
        raise InvalidAddress(str(error)) from None
