"""Names of files as they may be shown and offered: one line, no path, nothing invisible."""

import mimetypes
import unicodedata

NAME_LIMIT = 150
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
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
    return {"image": "image", "message": "message", "audio": "audio", "video": "video"}.get(content_type.partition("/")[0], "file")


def _ending(content_type: str) -> str:
    return ".eml" if content_type == "message/rfc822" else mimetypes.guess_extension(content_type) or ".bin"
