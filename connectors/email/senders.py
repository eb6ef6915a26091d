"""Whose words a mail brings: its sender's, or those of a customer who wrote by way of a form, a list or a colleague of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Self

from connectors.email import headers as header
from connectors.email import ids
from connectors.email.forwarded import passed_on
from connectors.email.mime import Part
from connectors.email.replies import visible_text

CLAIMED = "claimed_email"
"""The kind of an address that only somebody's word stands for. It is an identity of its own, never that of whoever has the address."""

PUBLIC = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|mac|proton|protonmail|pm|gmx|web|aol|mail|zoho|yandex|libero|free|laposte"
    r"|orange|wanadoo|telefonica|movistar|terra|ya|ono|tutanota|tuta|fastmail)\.[a-z.]{2,6}"
)
"""Providers where anybody can have an address: theirs is nobody's own domain."""
VIA = re.compile(r"['\"]?(?P<name>.+?)['\"]?\s(?:via|vía|por|mediante|par|über|tramite)\s.+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Company:
    """What a mail channel knows of its own company: its address, the company's domains, and what its web forms send from."""

    address: str
    domains: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()

    @classmethod
    def of(cls, address: str, domains: str = "", forms: str = "") -> Self:
        """From settings, words between spaces. Without domains it is the address's own, unless that is a public provider's."""
        own = ids.normal_address(address).rpartition("@")[2]
        said = [ids.normal_address(f"x@{one.lstrip('@')}").rpartition("@")[2] for one in domains.split()]
        known = said or ([] if PUBLIC.fullmatch(own) else [own])
        return cls(ids.normal_address(address), frozenset(known), frozenset(ids.normal_address(one) for one in forms.split()))

    def owns(self, address: str) -> bool:
        """Whether it is an address of the company's."""
        normal = ids.normal_address(address)
        return normal in self.forms or normal.rpartition("@")[2] in self.domains


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote, as far as a mail can tell; `claimed`: only somebody else's word stands for it. What is None is as the mail has it."""

    name: str
    address: str
    claimed: bool = False
    own_list: bool = False
    """It came by a list of the company's own: no machine's mail for that."""
    text: str | None = None
    subject: str | None = None
    context: Mapping[str, object] = field(default_factory=dict)


def author_of(mail: Part, sender: tuple[str, str], company: Company, subject: str, text: str) -> Author:
    """Whose words these are. `sender` is the mail's (name, address), `subject` and `text` are the mail's whole ones."""
    name, address = sender
    if company.owns(address):
        form_first = ids.normal_address(address) in company.forms
        ways = (_by_list, _by_form, _by_colleague) if form_first else (_by_list, _by_colleague, _by_form)
        for way in ways:
            if found := way(mail, sender, company, subject, text):
                return found
    return Author(name, address, context=_passed_by(mail.headers, address))


def _by_list(mail: Part, sender: tuple[str, str], company: Company, subject: str, text: str) -> Author | None:
    """A list of ours (Google Groups) that put its own address where the customer's stood."""
    headers = mail.headers
    if not ("list-id" in headers or "x-original-sender" in headers or "x-original-from" in headers):
        return None
    found = _outside(headers, company, "x-original-from", "x-original-sender", "reply-to")
    if found is None:
        return None
    via = VIA.fullmatch(sender[0])
    return Author(found[0] or (via["name"] if via else ""), found[1], own_list=True, context={"list": sender[1]})


def _by_form(mail: Part, sender: tuple[str, str], company: Company, subject: str, text: str) -> Author | None:
    """A form on the company's own site: whoever filled it in stands in Reply-To."""
    found = _outside(mail.headers, company, "reply-to")
    return Author(*found, context={"form": sender[1]}) if found else None


def _by_colleague(mail: Part, sender: tuple[str, str], company: Company, subject: str, text: str) -> Author | None:
    """A customer's mail that a colleague forwards. That it is the customer's, only the colleague's word says."""
    found = passed_on(mail, subject, text)
    if found is None or company.owns(found.address):
        return None
    context = {"forwarded_by": _person(sender), "forward_note": visible_text(found.note) if found.note else ""}
    said = {key: value for key, value in context.items() if value}
    return Author(found.name, found.address, claimed=True, text=found.text or None, subject=found.subject or None, context=said)


def _passed_by(headers: Message, sender: str) -> dict[str, object]:
    """By what way a mail came that is its sender's all the same: resent unchanged by somebody, by somebody else's list."""
    resent = next(
        (one for one in header.mailboxes(headers, "resent-from") if ids.normal_address(one[1]) != ids.normal_address(sender)), None
    )
    found = {"resent_by": _person(resent) if resent else "", "list": " ".join(header.first(headers, "list-id").split()).strip("<>")[:300]}
    return {key: value for key, value in found.items() if value}


def _outside(headers: Message, company: Company, *names: str) -> tuple[str, str] | None:
    """The first mailbox in these headers that is not the company's."""
    boxes = (one for name in names for one in header.mailboxes(headers, name))
    return next((one for one in boxes if not company.owns(one[1])), None)


def _person(mailbox: tuple[str, str]) -> str:
    name, address = mailbox
    return f"{name} <{address}>" if name else address
