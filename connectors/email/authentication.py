"""Whether a mail comes from the domain that it names: SPF, DKIM and DMARC, as a trusted server of ours found or as seen by ourselves.

To be asked where the mail arrives (`judging`), off the event loop, for keys in DNS change: the result travels in the delivery's headers and
`payloads` reads it from there. Pure: what DNS says is given by the caller, who asks for `wanted_names` before.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from connectors.email import headers as header
from connectors.email import ids, mime

if TYPE_CHECKING:
    from email.message import Message

Result = Literal["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"]
LookUp = Callable[[str], list[str] | None]
"""The texts of a name's TXT records; an empty list when there are none, None when the answer did not come (then nothing is decided)."""

FIELDS = ("spf", "dkim", "dmarc", "aligned")
SIGNATURE_LIMIT = 5
LARGE = 4_000_000
"""Bytes from which on only one signature is verified: each reads the whole mail."""
RESULTS = frozenset({"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"})
KNOWN = {"hardfail": "fail", "policy": "neutral", "bestguesspass": "none"}
STATED = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
QUOTATION = re.compile(r'"[^"]*"')
TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Authentication:
    """The three results, and whether one that passed is of the sender's own domain (which is what DMARC asks for)."""

    spf: Result = "none"
    dkim: Result = "none"
    dmarc: Result = "none"
    aligned: bool = False

    def as_word(self) -> str:
        """One line for a delivery's headers."""
        return f"spf={self.spf} dkim={self.dkim} dmarc={self.dmarc} aligned={'yes' if self.aligned else 'no'}"

    @classmethod
    def from_word(cls, word: str) -> Self | None:
        """What `as_word` wrote; None for anything else."""
        said = dict(pair.partition("=")[::2] for pair in word.split())
        if tuple(said) != FIELDS or not RESULTS.issuperset((said["spf"], said["dkim"], said["dmarc"])):
            return None
        return cls(_result(said["spf"]), _result(said["dkim"]), _result(said["dmarc"]), said["aligned"] == "yes")

    def as_context(self) -> dict[str, object]:
        """As a message's context shows it."""
        return {"spf": self.spf, "dkim": self.dkim, "dmarc": self.dmarc, "aligned": self.aligned}


def authenticate(raw: bytes, trusted: str, mail_from: str, look_up: LookUp, headers: "Message | None" = None) -> Authentication:
    """What the server named `trusted` (an authserv-id, empty for none) found, and else what the signatures show.

    `mail_from` is the envelope's sender; `headers` spares reading them again. Never raises on bad input.
    """
    headers = headers or headers_of(raw)
    return (stated(headers, trusted) if trusted else None) or verified(raw, headers, mail_from, look_up)


def wanted_names(raw: bytes, trusted: str, headers: "Message | None" = None) -> tuple[str, ...]:
    """The names whose TXT records `authenticate` will ask for; none where the trusted server has spoken."""
    headers = headers or headers_of(raw)
    if trusted and stated(headers, trusted):
        return ()
    author = _author_domain(headers)
    policies = [f"_dmarc.{one}" for one in dict.fromkeys((author, organisation(author))) if author]
    return tuple(dict.fromkeys((*(_key_name(one) for one in _signatures(raw, headers)), *policies)))


def stated(headers: "Message", trusted: str) -> Authentication | None:
    """What the topmost Authentication-Results (RFC 8601) of that server says; None when there is none of it.

    Only the topmost: those below may have come with the mail, and a server that knows the rule removes its namesakes.
    """
    for value in headers.get_all("authentication-results", []):
        server, _, rest = _without_comments(str(value)).partition(";")
        if server.split()[:1] and server.split()[0].strip('"').lower() == trusted.strip().lower():
            return _as_stated(rest)
    return None


def verified(raw: bytes, headers: "Message", mail_from: str, look_up: LookUp) -> Authentication:
    """What the mail's own DKIM signatures show, held against the sender's DMARC record.

    SPF is for the server at the border to judge, which sees who connects. So a mail fails for certain only where SPF could not
    speak for it either, because its envelope is of another domain; else, unsigned, it is `neutral`: not proved, not refuted.
    """
    domains, dkim = _signing_domains(raw, headers, look_up)
    author = _author_domain(headers)
    if not author:
        return Authentication(dkim=dkim)
    policy = _policy(author, look_up)
    if policy is None:
        return Authentication(dkim=dkim, dmarc="temperror")
    aligned = any(_is_aligned(one, author, strict=policy.get("adkim", "r").lower() == "s") for one in domains)
    spf_may_speak = _is_aligned(_domain(mail_from), author, strict=policy.get("aspf", "r").lower() == "s")
    return Authentication(dkim=dkim, dmarc=_judged(policy, dkim, aligned=aligned, spf_may_speak=spf_may_speak), aligned=aligned)


def _judged(policy: Mapping[str, str], dkim: Result, *, aligned: bool, spf_may_speak: bool) -> Result:
    if not policy:
        return "none"
    if aligned:
        return "pass"
    if dkim == "temperror":
        return "temperror"
    return "neutral" if spf_may_speak else "fail"


def _as_stated(rest: str) -> Authentication:
    """Of several results of one method the best counts: one good signature is enough."""
    found: dict[str, list[Result]] = {}
    for method, word in STATED.findall(QUOTATION.sub("", rest)):
        found.setdefault(method.lower(), []).append(_result(word))
    best = {method: "pass" if "pass" in results else results[0] for method, results in found.items()}
    return Authentication(
        spf=best.get("spf", "none"), dkim=best.get("dkim", "none"), dmarc=best.get("dmarc", "none"), aligned=best.get("dmarc") == "pass"
    )


def _result(word: str) -> Result:
    word = KNOWN.get(word.lower(), word.lower())
    return cast("Result", word) if word in RESULTS else "none"


def _without_comments(value: str) -> str:
    """Comments say nothing that counts, and may say anything."""
    value = " ".join(value.split())[:20_000]
    for _ in range(10):
        value, count = COMMENT.subn(" ", value)
        if not count:
            break
    return value


def _signing_domains(raw: bytes, headers: "Message", look_up: LookUp) -> tuple[list[str], Result]:
    """The domains whose signature holds, and the result of all signatures together."""
    signatures = _signatures(raw, headers)
    results = [(_tags(one).get("d", "").lower(), _signature(raw, at, look_up)) for at, one in enumerate(signatures)]
    good = [domain for domain, result in results if result == "pass"]
    return good, "pass" if good else results[0][1] if results else "none"


def _signatures(raw: bytes, headers: "Message") -> list[str]:
    return [str(one) for one in headers.get_all("dkim-signature", [])][: 1 if len(raw) > LARGE else SIGNATURE_LIMIT]


def _key_name(signature: str) -> str:
    tags = _tags(signature)
    return f"{tags.get('s', '')}._domainkey.{tags.get('d', '')}"


def _signature(raw: bytes, at: int, look_up: LookUp) -> Result:
    import dkim  # few mails need it where a trusted server has looked already

    def key(name: str | bytes, **_: Any) -> bytes | None:
        texts = look_up((name.decode("ascii", "replace") if isinstance(name, bytes) else name).rstrip("."))
        if texts is None:
            raise TimeoutError(name)
        return next((one.encode() for one in texts if "p=" in one), None)

    try:
        return "pass" if dkim.DKIM(raw).verify(idx=at, dnsfunc=key) else "fail"
    except TimeoutError:
        return "temperror"
    except dkim.ValidationError:
        return "fail"
    except Exception:  # the library raises whatever its input makes it
        return "permerror"


def _policy(author: str, look_up: LookUp) -> dict[str, str] | None:
    """The DMARC record of a domain or of the one it belongs to; empty when there is none, None when the answer did not come."""
    whole = organisation(author)
    for name in dict.fromkeys((author, whole)):
        texts = look_up(f"_dmarc.{name}")
        if texts is None:
            return None
        records = [_tags(one) for one in texts if one.strip().lower().startswith("v=dmarc1")]
        if len(records) == 1:
            below = name != author and "sp" in records[0]
            return {**records[0], "p": records[0]["sp"]} if below else records[0]
    return {}


def _is_aligned(signer: str, author: str, *, strict: bool) -> bool:
    return signer == author if strict else organisation(signer) == organisation(author)


def organisation(domain: str) -> str:
    """The domain that somebody registered: `shop.co.uk` of `mail.shop.co.uk` (Public Suffix List)."""
    return _suffixes().privatesuffix(domain.strip(".").lower()) or domain.strip(".").lower()


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # reads its table when it is made

    return PublicSuffixList()


def _author_domain(headers: "Message") -> str:
    """The domain of From; empty when there is not exactly one."""
    found = {_domain(address) for _, address in header.mailboxes(headers, "from")}
    return next(iter(found)) if len(found) == 1 else ""


def _domain(address: str) -> str:
    return ids.normal_address(address).rpartition("@")[2]


def _tags(record: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record, without the white space of folding."""
    pairs = (TAG.match(one) for one in record[:10_000].split(";"))
    return {one[1].lower(): "".join(one[2].split()) for one in pairs if one}


def headers_of(raw: bytes) -> "Message":
    """The headers of a raw mail, as far as anybody looks at them."""
    block, _ = mime.split_header(raw[: 2 * mime.HEADER_LIMIT])
    return mime.read_headers(block[: mime.HEADER_LIMIT])
