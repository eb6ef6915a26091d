"""Who somebody on WhatsApp is: the id that Meta gives a person within this business, the phone where it is told, or both; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contract import Address
from connectors.errors import MalformedPayload
from connectors.graph.reading import part, text
from connectors.phones import NoPhone, e164

USER_ID = re.compile(r"[A-Z]{2}(\.[A-Z]{2,10})?\.[A-Za-z0-9]{1,128}")
"""A business-scoped user id: country, perhaps ENT for one that several portfolios share, and a word: `ES.13491208655302741918`."""
DIGITS = re.compile(r"\+?[0-9]{5,20}")


def person(phone: str, user_id: str, name: str = "") -> tuple[Address, tuple[Address, ...]]:
    """The address that stands for somebody, and others that Meta proves to be the same. Raises MalformedPayload when there is none.

    The user id stays the same as long as the number does, with or without a user name; the phone may be missing.
    """
    if USER_ID.fullmatch(phone):
        phone, user_id = "", user_id or phone
    number = _phone(phone, name) if phone else None
    if user_id:
        if not USER_ID.fullmatch(user_id):
            raise MalformedPayload(f"not a user id: {user_id[:60]!r}")
        return Address("whatsapp", user_id, name), (number,) if number else ()
    if number is None:
        raise MalformedPayload("neither a phone number nor a user id")
    return number, ()


def sender(message: Mapping[str, Any], contact: Mapping[str, Any]) -> tuple[Address, tuple[Address, ...]]:
    """Who wrote a message: what the message says, completed by the contact that came with it."""
    profile = part(contact.get("profile"))
    name = text(profile.get("name"), 300) or text(profile.get("username"), 300)
    phone = text(message.get("from"), 200) or text(contact.get("wa_id"), 200)
    return person(phone, text(message.get("from_user_id"), 200) or text(contact.get("user_id"), 200), name)


def matching(message: Mapping[str, Any], contacts: Sequence[Any]) -> dict[str, Any]:
    """The contact that belongs to a message or a status of a batch."""
    known = [one for one in contacts if isinstance(one, dict)]
    for ours, theirs in (("from_user_id", "user_id"), ("recipient_user_id", "user_id"), ("from", "wa_id"), ("recipient_id", "wa_id")):
        for one in known:
            if message.get(ours) and one.get(theirs) == message[ours]:
                return one
    return known[0] if len(known) == 1 else {}


def _phone(written: str, name: str) -> Address:
    digits = written.strip()
    if not DIGITS.fullmatch(digits):
        raise MalformedPayload(f"not a phone number: {digits[:60]!r}")
    try:
        value = e164("+" + digits.lstrip("+"))
    except NoPhone:
        # Meta's word stands: it is somebody's number, though no plan of numbers knows it.
        value = "+" + digits.lstrip("+")
    found = Address("phone", value, name)
    return found if value.lstrip("+") == digits else replace(found, native=digits)
