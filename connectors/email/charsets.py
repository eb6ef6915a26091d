"""Bytes to text whatever the mail claims: the declared charset, then UTF-8, then Western European. Never raises."""

import codecs
import re

ALIASES = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "windows-874": "cp874",
    "x-windows-949": "cp949",
}
NOT_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf_7"})
"""Codecs of Python that no mail means, some of them slow on purpose-made input; and UTF-7, which the WHATWG Encoding Standard forbids: in
it plain letters spell links and tags that no filter on the way has seen. Its text is shown as it stands."""

CLAIMS_NOTHING = frozenset({"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "unknown", "default", "8bit", "none"})
MISTAKEN = {"iso-2022-jp": "cp932", "gb2312": "big5"}
"""What programs write that declare a charset of the same country."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def decode(data: bytes, declared: str = "") -> str:
    """The text of these bytes."""
    for name in (_python_name(declared), "utf-8", MISTAKEN.get(declared.strip().lower(), "")):
        if name:
            try:
                return storable(data.decode(name))
            except (UnicodeError, LookupError, ValueError):
                continue
    return storable(data.decode(_wide_or_western(data), "replace"))


def decode_undeclared(data: bytes, likely: str = "") -> str:
    """The text of bytes that come without a charset: UTF-8 if they can be, else the charset that is used around them."""
    try:
        return storable(data.decode("utf-8"))
    except UnicodeError:
        return decode(data, likely)


def storable(text: str) -> str:
    """Text that a database takes: no NUL; a byte smuggled in as a surrogate becomes the character it probably was."""
    if not UNSTORABLE.search(text):
        return text
    text = text.replace("\x00", "")
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return re.sub("[\ud800-\udfff]", _western, text)


def _western(found: re.Match[str]) -> str:
    code = ord(found[0])
    return bytes([code - 0xDC00]).decode("cp1252", "replace") if 0xDC80 <= code <= 0xDCFF else "\ufffd"


def _python_name(declared: str) -> str:
    name = declared.strip().strip("\"'").lower()
    name = ALIASES.get(name, name)
    if name in CLAIMS_NOTHING:
        return ""
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if known.name.replace("-", "_") in NOT_CHARSETS else known.name


def _wide_or_western(data: bytes) -> str:
    return "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1252"
