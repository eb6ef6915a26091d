"""Whether a message is answered by itself, and with what. Pure; what needs counting is counted where the answer is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.answers.model import What

OLD_S = 24 * 3600.0
"""What is older than this came late (a mailbox that was away, a first import): an acknowledgement would only puzzle."""
DOUBTS = ("automatic", "own_address", "several_senders", "no_from", "failed_authentication", "list", "forwarded_by", "resent_by", "junk")
"""What a message's context says of machines, lists, and senders that may not be who they say."""
SHARED_DOMAINS = re.compile(
    r"(gmail|googlemail|outlook|hotmail|live|msn|yahoo|icloud|me|proton|protonmail|gmx|web|aol|telefonica|movistar|ono|orange|terra)\.[a-z.]{2,6}"
)
"""Where anybody has an address: many answers an hour to such a domain go to many people."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of a customer, as far as it matters here. `first`: it opened its topic; `waits`: there is work, in hand or in a queue."""

    kind: str
    address_kind: str
    address: str
    context: Mapping[str, Any]
    age_s: float
    first: bool
    waits: bool
    own: bool
    alarmed: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """What a queue answers by itself."""

    acknowledges: bool
    tells_closed: bool
    kinds: frozenset[str]


def what_to_say(asked: Asked, manner: Manner, *, is_open: bool) -> What | None:
    """Which answer a message gets, None for none: outside opening hours that is said, else a new matter is acknowledged."""
    if asked.kind not in manner.kinds or why_silent(asked):
        return None
    if manner.tells_closed and not is_open:
        return "closed"
    return "acknowledged" if manner.acknowledges and asked.first else None


def why_silent(asked: Asked) -> str:
    """Why a message is not answered by itself whatever the settings, one word; empty when it may be."""
    shown = asked.context.get("authentication", {})
    reasons = {
        "ours": asked.own,
        "claimed": asked.address_kind.startswith("claimed_"),
        **{doubt: asked.context.get(doubt) for doubt in DOUBTS},
        "failed_spf": shown.get("spf") == "fail" and shown.get("dmarc") != "pass",
        "alarm": asked.alarmed,
        "nobody": not asked.waits,
        "old": asked.age_s > OLD_S,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def sender_of(address_kind: str, address: str) -> str:
    """One name for one mailbox, however it is written: without what stands behind a plus, and at Gmail without dots."""
    if address_kind != "email":
        return f"{address_kind} {address}"
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"email {local}@{domain}"


def domain_of(address_kind: str, address: str) -> str:
    """The domain that one company has; empty where there is none, or where anybody can have an address."""
    domain = address.lower().rpartition("@")[2] if address_kind == "email" else ""
    return "" if SHARED_DOMAINS.fullmatch(domain) else domain
