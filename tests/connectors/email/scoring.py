"""How well mails are read, in the shape that scoring programs ask for."""

from connectors.email import markup, payloads, replies

NOTHING_TO_READ = "no visible content"
"""How the recorded results write a mail without any text (only files, or encrypted); ours is the empty text."""


def parse(raw: bytes) -> dict[str, object]:
    """What was read of a mail: sender, subject, the whole body, and the files."""
    read = payloads.read(raw)
    name, address = read.senders[0] if read.senders else read.claimed or ("", "")
    return {
        "from_email": address,
        "from_name": name,
        "subject": read.subject,
        "body": read.html or read.text or NOTHING_TO_READ,
        "attachments": [one.data for one in read.attachments],
    }


def visible_text(body: str, kind: str) -> str:
    """The new words of a reply; `kind` is text or html."""
    return replies.visible_text(markup.text_of(markup.sanitise(body)) if kind == "html" else body)
