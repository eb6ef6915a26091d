"""Names of files as they may be shown and offered: one line, no path, nothing invisible."""

import mimetypes
import unicodedata

NAME_LIMIT = 150
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ENDINGS = {
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
    "text/calendar": ".ics",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "image/jpeg": ".jpg",
    "image/heic": ".heic",
    "image/webp": ".webp",
    "audio/amr": ".amr",
    "audio/ogg": ".ogg",
    "video/quicktime": ".mov",
}
"""Where the tables of the system know nothing, or something else on every system."""
FORBIDDEN = '<>:"|?*'


def file_name(claimed: str, content_type: str) -> str:
    """A harmless name: NFKC first, since that makes slashes out of look-alikes; one made from the type where nothing is left."""
    text = unicodedata.normalize("NFKC", claimed)
    text = "".join(one for one in text if unicodedata.category(one) not in INVISIBLE)
    text = text.replace("\\", "/").rpartition("/")[2]
    text = " ".join("".join("_" if one in FORBIDDEN else one for one in text).split()).strip(". ")
    return _shortened(text) if text else f"{_noun(content_type)}{_ending(content_type)}"


def _shortened(name: str) -> str:
    if len(name) <= NAME_LIMIT:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: NAME_LIMIT - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else name[:NAME_LIMIT]


def _noun(content_type: str) -> str:
    if content_type == "text/calendar":
        return "invitation"
    if content_type.endswith("-signature"):
        return "signature"
    return {"image": "image", "message": "message", "audio": "audio", "video": "video"}.get(content_type.partition("/")[0], "file")


def _ending(content_type: str) -> str:
    return ENDINGS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"
