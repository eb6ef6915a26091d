"""Phone numbers in the one form in which they are compared: E.164, also for those whose country changed its mind.

Brazil's mobiles got a ninth digit, Mexico's lost a 1 after the country code, Argentina's have a 9 when they are called from abroad;
providers write them either way. Both ways must find one customer.
"""

import re
from functools import lru_cache

import phonenumbers


class NoPhone(ValueError):
    """Not a phone number; the text says what is expected."""


OLD_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\+55([1-9]{2})([6-9]\d{7})"), r"+55\g<1>9\2"),
    (re.compile(r"\+521(\d{10})"), r"+52\1"),
    (re.compile(r"\+54(?!9)([1-9]\d{9})"), r"+549\1"),
)
"""How a number was written -> how it is written now. Brazilian land lines begin with 2 to 5 and stay as they are."""


@lru_cache(maxsize=10_000)  # the same customers write again, and reading a number is slow
def e164(value: str, region: str = "ES") -> str:
    """The form to store and compare; `region` is where a number without a country is from. Raises NoPhone."""
    try:
        number = phonenumbers.parse(value.strip(), region)
    except phonenumbers.NumberParseException:
        raise NoPhone("not a phone number; it looks like +34 600 000 000") from None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for form, now in OLD_FORMS:
        if form.fullmatch(written):
            return form.sub(now, written)
    if not phonenumbers.is_possible_number(number):
        raise NoPhone("a phone number of an impossible length; it looks like +34 600 000 000")
    return written
