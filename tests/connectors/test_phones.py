"""Numbers whose country changed its mind: however a provider writes one, it is one customer, who is answered as that provider writes it."""

import pytest

from connectors.contract import Address
from connectors.phones import NoPhone, e164
from connectors.twilio_api.payloads import person as by_twilio
from connectors.twilio_api.sending import native as to_twilio
from connectors.whatsapp.people import person as by_meta
from connectors.whatsapp.sending import recipient as to_meta

NUMBERS = [
    ("+5511987654321", "551187654321"),  # Brazil, before the ninth digit: WhatsApp still names old accounts so
    ("+5511987654321", "5511987654321"),
    ("+5561998765432", "556198765432"),
    ("+551133334444", "551133334444"),  # a land line of Brazil has no ninth digit
    ("+525512345678", "5215512345678"),  # Mexico, with the 1 that mobiles had until 2019
    ("+525512345678", "525512345678"),
    ("+5491123456789", "5491123456789"),  # Argentina, as it is called from abroad
    ("+5491123456789", "541123456789"),
    ("+34600111222", "34600111222"),
    ("+12025550123", "12025550123"),
]


@pytest.mark.parametrize(("value", "written"), NUMBERS)
def test_a_number_of_whatsapp_s_is_one_person_and_goes_back_as_it_came(value: str, written: str) -> None:
    found, _ = by_meta(written, "")
    assert (found.kind, found.value) == ("phone", value)
    assert to_meta(found) == {"to": written}


@pytest.mark.parametrize(("value", "written"), NUMBERS)
@pytest.mark.parametrize("prefix", ["", "whatsapp:"])
def test_a_number_of_twilio_s_is_the_same_person_and_goes_back_as_it_came(prefix: str, value: str, written: str) -> None:
    found, _ = by_twilio(f"{prefix}+{written}")
    assert (found.kind, found.value) == ("phone", value)
    assert to_twilio(found) == f"+{written}"


@pytest.mark.parametrize(("value", "written"), NUMBERS)
def test_what_a_colleague_types_is_the_same_person(value: str, written: str) -> None:
    assert e164(f"+{written[:2]} {written[2:5]}-{written[5:]}") == value


def test_a_first_message_of_ours_goes_to_the_number_as_it_is_written_now() -> None:
    assert to_meta(Address("phone", "+5511987654321")) == {"to": "5511987654321"}
    assert to_twilio(Address("phone", "+5491123456789")) == "+5491123456789"


@pytest.mark.parametrize("written", ["", "hola", "+5", "+34 6", "+999123456789012345"])
def test_what_is_no_number_says_how_one_looks(written: str) -> None:
    with pytest.raises(NoPhone, match="looks like"):
        e164(written)
