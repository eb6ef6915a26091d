"""Names of files from outside, made harmless before anybody looks at them. Pure."""

import re
import unicodedata

LONGEST = 200
UNSAFE = re.compile(r'[\\/:*?"<>|]')


def safe_name(name: str) -> str:
    """NFKC, no control or format characters (bidi tricks, zero width), no path, no leading dots; never empty."""
    name = unicodedata.normalize("NFKC", name)
    name = "".join(one for one in name if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    name = UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip().lstrip(".").strip()
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) <= 20 else name[:LONGEST]
    return name or "file"
