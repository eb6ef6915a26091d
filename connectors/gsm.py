"""How an SMS is counted: GSM 03.38's seven-bit alphabet, or UTF-16 as soon as one character is not in it. Pure."""

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""One septet each."""
EXTENSION = frozenset("\f^{}\\[~]|€")
"""An escape and a septet: two."""
SINGLE = {"gsm7": 160, "ucs2": 70}
"""Units in an SMS that stands alone."""
JOINED = {"gsm7": 153, "ucs2": 67}
"""Units in each of several: the header that joins them takes the rest."""


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text travels as SMS: in which alphabet, in how many, and how many units are still free in the last one."""

    encoding: Literal["gsm7", "ucs2"]
    count: int
    left: int


def is_gsm(text: str) -> bool:
    """Whether all of it is in the seven-bit alphabet."""
    return all(sign in BASIC or sign in EXTENSION for sign in text)


def cost(sign: str) -> int:
    """Units of one character by itself: septets, else UTF-16 units. The sum over a text is never less than what the text takes."""
    return 1 if sign in BASIC else 2 if sign in EXTENSION else utf16(sign)


def utf16(sign: str) -> int:
    """UTF-16 units of one character."""
    return 2 if ord(sign) > 0xFFFF else 1


def units(text: str) -> int:
    """Units of the whole text: septets, or UTF-16 units when one character needs them."""
    return sum(map(cost if is_gsm(text) else utf16, text))


def segments(text: str) -> Segments:
    """What the provider will bill. An escape or a surrogate pair is never parted between two segments."""
    encoding: Literal["gsm7", "ucs2"] = "gsm7" if is_gsm(text) else "ucs2"
    measure = cost if encoding == "gsm7" else utf16
    total = sum(map(measure, text))
    if total <= SINGLE[encoding]:
        return Segments(encoding, 1 if text else 0, SINGLE[encoding] - total)
    count, used = 1, 0
    for sign in text:
        size = measure(sign)
        if used + size > JOINED[encoding]:
            count, used = count + 1, 0
        used += size
    return Segments(encoding, count, JOINED[encoding] - used)
