"""Mails within a mail, as far as a person needs them at a glance; each stays a file as well."""

from connectors.email import headers as header
from connectors.email import mime
from connectors.email.body import read_body
from connectors.email.mime import Part

MAIL_LIMIT = 5
SIZE_LIMIT = 1_000_000
"""Bytes; what is bigger is only a file."""
TEXT_LIMIT = 20_000


def forwarded_in(mail: Part) -> list[dict[str, object]]:
    """`from`, `subject`, `at` (seconds since the epoch, by its sender's clock) and `text` of the mails in a mail; only what they say."""
    found = [one for one in mail.walk() if one.content_type == "message/rfc822" and len(one.body) <= SIZE_LIMIT]
    return [said for said in map(_said, found[:MAIL_LIMIT]) if said]


def _said(part: Part) -> dict[str, object]:
    try:
        mail = mime.read_mail(part.content())
    except mime.TooComplex:
        return {}
    sender = next(iter(header.mailboxes(mail.headers, "from")), ("", ""))
    said = {
        "from": f"{sender[0]} <{sender[1]}>" if all(sender) else "".join(sender),
        "subject": " ".join(header.first(mail.headers, "subject").split())[:500],
        "at": header.date_of(mail.headers),
        "text": read_body(mail).text.strip()[:TEXT_LIMIT],
    }
    return {key: value for key, value in said.items() if value}
