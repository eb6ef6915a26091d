"""Which mails are signed or encrypted, and how. They are shown for what they are: nothing here verifies or decrypts."""

from connectors.email import mime
from connectors.email.mime import Part

KINDS = {
    "application/pkcs7-signature": "s/mime",
    "application/x-pkcs7-signature": "s/mime",
    "application/pgp-signature": "pgp",
    "application/pgp-encrypted": "pgp",
}
"""What the protocol of a protected multipart (RFC 1847) is called."""

WRAPPED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
INLINE = {"-----BEGIN PGP MESSAGE-----": "encrypted", "-----BEGIN PGP SIGNED MESSAGE-----": "signed"}


def protection_of(mail: Part, text: str) -> dict[str, object]:
    """`{"signed": kind}`, `{"encrypted": kind}`, both or neither; kind is `s/mime` or `pgp`. `text` is the mail's."""
    found: dict[str, object] = {}
    for part in mail.walk():
        if state := _state(part):
            found.setdefault(*state)
    for line, state_name in INLINE.items():
        if text.lstrip().startswith(line):
            found.setdefault(state_name, "pgp")
    return found


def _state(part: Part) -> tuple[str, str] | None:
    if part.content_type in ("multipart/signed", "multipart/encrypted"):
        kind = KINDS.get(mime.parameter(part.headers, "protocol").strip().lower(), "")
        kind = kind or next((KINDS[one.content_type] for one in part.parts if one.content_type in KINDS), "")
        return (part.content_type.partition("/")[2], kind) if kind else None
    if part.content_type not in WRAPPED:
        return None
    match mime.parameter(part.headers, "smime-type").strip().lower():
        case "signed-data":
            return "signed", "s/mime"
        case "certs-only" | "compressed-data":
            return None
    return "encrypted", "s/mime"
