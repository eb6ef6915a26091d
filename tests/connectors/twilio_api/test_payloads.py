"""What a request says, however odd it is: an event, or that it cannot be read; never anything else."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Address, Consent, Delivery, Message, Receipt
from connectors.errors import MalformedPayload
from connectors.twilio_api.payloads import STATES, events_of, person
from connectors.twilio_api.words import START, STOP, STOP_BY_SMS, stop_or_start
from tests.connectors.twilio_api.world import said

NAMES = ("MessageSid", "From", "To", "Body", "NumMedia", "MediaUrl0", "MediaContentType0", "Latitude", "Longitude", "ButtonPayload")
MORE = ("ExternalUserId", "OptOutType", "ProfileName", "DateSent", "MessageStatus", "ErrorCode", "ChannelMetadata")
FORMS = st.dictionaries(
    st.sampled_from(NAMES + MORE),
    st.one_of(st.text("aZ9+:.-_ ñ🙂\x00\n&=%", max_size=40), st.sampled_from(["nan", "1e999", "-1", "²", "null"])),
)


@given(FORMS, st.sampled_from(["message", "status", "unreadable", "?"]))
def test_whatever_stands_in_the_fields_gives_events_or_is_malformed(form: dict[str, str], kind: str) -> None:
    try:
        events = events_of(Delivery(kind, "1", urlencode(form).encode()))
    except MalformedPayload:
        return
    assert all(isinstance(one, Message | Receipt | Consent) for one in events)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_form_are_malformed_or_empty(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        events_of(Delivery("message", "1", b"\xff" + body))


@pytest.mark.parametrize("word", sorted(STOP))
def test_every_stop_word_is_heard_in_any_dress(word: str) -> None:
    dressed = (word, word.upper(), f" {word}. ", f"¡{word}!")
    assert {stop_or_start(one, sms=sms) for one in dressed for sms in (True, False)} == {"stop"}


@pytest.mark.parametrize("word", sorted(STOP_BY_SMS))
def test_some_words_stop_sms_alone_as_twilio_has_it(word: str) -> None:
    assert (stop_or_start(word, sms=True), stop_or_start(word, sms=False)) == ("stop", "")


def test_a_button_is_an_answer_whatever_it_says() -> None:
    (message,) = said(From="whatsapp:+34611222333", Body="Baja", ButtonText="Baja", ButtonPayload="plan_down")
    assert isinstance(message, Message)
    assert not message.automatic


def test_a_flow_that_was_filled_in_is_its_answers() -> None:
    form = '{"flow_token": "t", "size": "M", "when": ["lunes", "martes"]}'
    (message,) = said(From="whatsapp:+34611222333", Body="", MessageType="interactive", InteractiveData=form)
    assert isinstance(message, Message)
    assert (message.text, message.context) == ("size: M\nwhen: lunes, martes", {})
    (pressed,) = said(
        From="whatsapp:+34611222333", Body="", ListId="c3", ListTitle="Devolución", InteractiveData='{"list_reply": {"id": "c3"}}'
    )
    assert isinstance(pressed, Message)
    assert pressed.text == "Devolución"


@pytest.mark.parametrize("word", sorted(START))
def test_every_start_word_is_heard(word: str) -> None:
    assert stop_or_start(word.title(), sms=False) == "start"


@pytest.mark.parametrize("text", ["No quiero darme de baja", "stop it, please", "¿Dónde doy de alta el móvil?", "", "yes", "🛑" * 40])
def test_a_sentence_is_no_stop_word(text: str) -> None:
    assert stop_or_start(text, sms=True) == ""


def test_accents_do_not_hide_a_word() -> None:
    assert stop_or_start("No más mensajes", sms=False) == "stop"


def test_twilios_word_goes_before_ours() -> None:
    message, consent = said(Body="adiós", OptOutType="STOP")
    assert isinstance(message, Message)
    assert isinstance(consent, Consent)
    assert message.automatic
    assert not consent.given


def test_two_formats_of_one_number_are_one_person() -> None:
    ours, whatsapps = person("+5511987654321"), person("whatsapp:+551187654321")
    assert ours[0].value == whatsapps[0].value == "+5511987654321"
    assert whatsapps[0].native == "+551187654321"


def test_whoever_shows_an_id_and_a_number_is_proved_to_be_both() -> None:
    sender, proves = person("whatsapp:+34611222333", "whatsapp:ES.1234", "Lucía")
    assert (sender.kind, sender.value, sender.native) == ("whatsapp", "ES.1234", "+34611222333")
    assert proves == (Address("phone", "+34611222333", "Lucía"),)


def test_a_message_from_nobody_is_malformed() -> None:
    with pytest.raises(MalformedPayload, match="From is empty"):
        said(From="")


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_of_twilios_is_known(state: str) -> None:
    (receipt,) = events_of(Delivery("status", "1", urlencode({"MessageSid": "SM1", "MessageStatus": state}).encode()))
    assert isinstance(receipt, Receipt)
    assert receipt.state in ("sent", "delivered", "read", "failed")


def test_an_unknown_state_is_set_aside_by_name() -> None:
    with pytest.raises(MalformedPayload, match="'teleported'"):
        events_of(Delivery("status", "1", b"MessageSid=SM1&MessageStatus=teleported"))


def test_a_hundred_thousand_files_are_twenty() -> None:
    (message,) = said(NumMedia="99999", **{f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(50)})
    assert isinstance(message, Message)
    assert len(message.attachments) == 20
