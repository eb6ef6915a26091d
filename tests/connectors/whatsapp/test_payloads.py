"""Recorded webhooks of WhatsApp, read: each kind of message, each fate, each way in which people are named."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import (
    Address,
    Choice,
    Contact,
    Delete,
    Delivery,
    Echo,
    Edit,
    Event,
    Location,
    Media,
    Message,
    Profile,
    Reaction,
    Receipt,
)
from connectors.errors import MalformedPayload
from connectors.whatsapp.payloads import READERS, read, split
from sandbox.meta import company
from tests.connectors.graph.junk import junk, place
from tests.connectors.whatsapp.world import OURS, RECORDED

LUCIA = Address("whatsapp", "ES.13491208655302741918", "Lucía Ferrer")
HER_PHONE = Address("phone", "+34600111222", "Lucía Ferrer")
AT = 1_780_000_000.0


def deliveries(name: str) -> tuple[Delivery, ...]:
    return split((RECORDED / f"{name}.json").read_bytes(), company.PHONE_NUMBER_ID)


def events(name: str) -> list[Event]:
    return [event for one in deliveries(name) for event in read(one)]


def message(name: str) -> Message:
    (event,) = events(name)
    assert isinstance(event, Message)
    return event


def test_a_text_has_its_writer_its_moment_and_both_identities() -> None:
    assert message("text") == Message(
        "wamid.HBgLMzQ2MDAxMTEyMjIVAgASGBQzQUFE", LUCIA, "Buenas, ¿mi pedido 1042?", at=AT, proves=(HER_PHONE,)
    )


@pytest.mark.parametrize(
    ("name", "text", "media"),
    [
        ("image", "Llegó así", Media("image.jpg", "image/jpeg", reference="2754859441498128", kind="image")),
        ("voice", "", Media("voice.oga", "audio/ogg", reference="1908647269898587", kind="voice")),
        ("audio", "", Media("audio.mp3", "audio/mpeg", reference="1908647269898588", kind="audio")),
        ("video", "", Media("video.mp4", "video/mp4", reference="1166846181421424", kind="video")),
        ("document", "La factura", Media("factura-1042.pdf", "application/pdf", reference="1798164234012331")),
        ("sticker", "", Media("sticker.webp", "image/webp", reference="798882015472548", kind="sticker")),
    ],
)
def test_a_file_is_named_and_still_to_be_fetched(name: str, text: str, media: Media) -> None:
    found = message(name)
    (file,) = found.attachments
    assert (found.text, file.content_type, file.reference, file.kind) == (text, media.content_type, media.reference, media.kind)
    assert file.name.partition(".")[0] == media.name.partition(".")[0]


def test_places_cards_and_baskets() -> None:
    assert message("location").location == Location(40.416775, -3.70379, "Puerta del Sol", "Madrid")
    assert message("contacts").contacts == (Contact("Tomás Iborra", ("+34 600 333 444",), ("tomas.iborra@correo.example",)),)
    assert message("order").text == "Para el viernes\n2 × cuenco-22: 18.5 EUR"


@pytest.mark.parametrize(
    ("name", "choice", "text"),
    [
        ("button_reply", Choice("yes", "Sí, por favor"), "Sí, por favor"),
        ("list_reply", Choice("c3", "Devolución"), "Devolución"),
        ("template_button", Choice("TRACK", "Ver pedido"), "Ver pedido"),
    ],
)
def test_what_was_pressed_says_which_message_it_stood_below(name: str, choice: Choice, text: str) -> None:
    found = message(name)
    assert (found.choice, found.text, found.reply_to) == (choice, text, ("wamid.ours1",))


def test_where_a_message_came_from_is_told() -> None:
    assert message("video").context == {"forwarded": True}
    assert message("product_question").context == {"product": {"catalog_id": "194836987003835", "product_retailer_id": "cuenco-22"}}
    referral = message("advertisement").context["referral"]
    assert isinstance(referral, dict)
    assert (referral["source_type"], referral["headline"]) == ("ad", "Cuencos de barro")


def test_a_form_s_answers_are_read_in_the_thread() -> None:
    assert (message("form_reply").text, message("form_reply").context) == ("Sent\nsize: M", {"form": '{"size":"M"}'})
    assert message("address_reply").text == "Calle Mayor 1\nvalues.name: Lucía Ferrer\nvalues.city: Madrid\nvalues.tags: casa, tarde"


def test_who_was_asked_for_the_number_gives_a_hint_and_no_proof() -> None:
    found = message("own_number")
    assert (found.claims, found.contacts[0].phones) == ({"phone": "+34 600 111 222"}, ("+34 600 111 222",))


def test_a_chat_that_was_only_opened_is_no_message_and_a_group_is_named() -> None:
    assert events("request_welcome") == [Profile(LUCIA, name="Lucía Ferrer")]
    assert message("group_message").context == {"group": "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"}


def test_a_note_of_whatsapp_s_own_is_shown_and_not_answered() -> None:
    found = message("identity_changed")
    assert (found.text, found.automatic) == ("The security code of Lucía Ferrer changed", True)
    assert found.context == {"unsupported": "customer_identity_changed"}


def test_an_echo_of_what_is_no_text_says_what_it_is() -> None:
    texts = [event.text for name in ("echo_place", "echo_poll") for event in events(name) if isinstance(event, Echo)]
    assert texts == ["Taller Calle Mayor 1 (40.4, -3.7)", "[poll_creation]"]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("unsupported", "poll_creation"),
        ("unknown", "Message type is currently not supported."),
        ("call_permission", "call_permission_reply: accept"),
        ("new_kind", "hologram"),
    ],
)
def test_what_is_not_known_is_a_message_that_says_so(name: str, word: str) -> None:
    assert message(name).context == {"unsupported": word}


def test_reactions_edits_and_deletions_name_their_message() -> None:
    id_ = "wamid.HBgLMzQ2MDAxMTEyMjIVAgASGBQzQUFE"
    assert events("reaction") == [Reaction(id_, LUCIA, "wamid.ours1", "👍", AT)]
    assert events("reaction_removed") == [Reaction(id_, LUCIA, "wamid.ours1", "", AT)]
    assert events("edit") == [Edit(id_, LUCIA, "wamid.first", "Ahora sí", AT)]
    assert events("revoke") == [Delete(id_, LUCIA, "wamid.first", AT)]


def test_a_person_is_known_by_the_id_by_the_phone_or_by_both() -> None:
    hidden = message("username_without_phone")
    assert (hidden.sender, hidden.proves, hidden.claims) == (Address("whatsapp", LUCIA.value, "Lucía"), (), {"username": "lucia.ferrer"})
    assert (message("before_user_ids").sender, message("before_user_ids").proves) == (HER_PHONE, ())


@pytest.mark.parametrize(
    ("name", "value", "native"),
    [
        ("brazil_without_the_ninth_digit", "+5511987654321", "551187654321"),
        ("mexico_with_the_old_one", "+525512345678", "5215512345678"),
    ],
)
def test_one_number_is_one_person_and_is_answered_as_meta_writes_it(name: str, value: str, native: str) -> None:
    assert message(name).sender == Address("phone", value, "", native)


def test_a_new_number_or_id_is_the_same_person_and_two_ways_of_telling_make_one_message() -> None:
    moved = message("changed_number")
    assert (moved.sender.value, [one.value for one in moved.proves], moved.automatic) == ("+34600111222", ["+34600999888"], True)
    assert [one.value for one in moved.former] == ["+34600111222"], "the next owner of the number is somebody else"
    assert message("changed_user_id") == message("user_id_update")
    assert [one.value for one in message("user_id_update").proves] == ["ES.2"]


def test_who_wants_no_advertising_can_still_be_answered() -> None:
    assert events("stops_advertising") == [Profile(LUCIA, name="Lucía Ferrer", claims={"marketing_messages": "stop"})]


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("sent", "sent", ""),
        ("delivered", "delivered", ""),
        ("read", "read", ""),
        ("played", "read", ""),
        ("failed_window", "failed", "window_closed"),
        ("failed_undeliverable", "failed", "undeliverable"),
        ("failed_experiment", "failed", "experiment"),
    ],
)
def test_the_fate_of_a_message_carries_our_id_and_a_stable_word(name: str, state: str, reason: str) -> None:
    (receipt,) = events(name)
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.external_id, receipt.message, receipt.part, receipt.at) == (state, "wamid.ours1", OURS, 1, AT)
    assert receipt.reason.partition(":")[0] == reason


def test_each_fate_is_a_delivery_of_its_own_and_the_same_twice_is_the_same() -> None:
    names = [one.external_id for name in ("sent", "delivered", "read") for one in deliveries(name)]
    assert names == ["wamid.ours1:sent", "wamid.ours1:delivered", "wamid.ours1:read"]
    assert deliveries("text") == deliveries("text")


def test_what_is_written_in_the_app_is_an_echo_and_can_be_taken_back() -> None:
    to = Address("phone", "+34600111222")
    assert events("echo") == [Echo("wamid.echo1", to, "Le llamo en cinco minutos", at=AT, author="WhatsApp Business")]
    assert events("echo_revoked") == [Delete("wamid.echo2", to, "wamid.echo1", AT)]


def test_a_batch_keeps_ours_leaves_others_and_sets_the_poison_aside_alone() -> None:
    found = deliveries("batch_of_two_numbers")
    assert [one.kind for one in found] == ["message", "message", "unreadable", "message", "status"]
    assert sorted(_readable(found)) == ["Message", "Message", "Receipt"]


def test_an_error_of_the_account_s_is_no_message() -> None:
    assert deliveries("account_error") == ()


def _readable(found: tuple[Delivery, ...]) -> Iterator[str]:
    for one in found:
        try:
            yield from (type(event).__name__ for event in read(one))
        except MalformedPayload:
            continue


RECORDINGS = sorted(path.stem for path in RECORDED.glob("*.json"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RECORDINGS), st.randoms(use_true_random=False), junk)
def test_whatever_stands_in_a_field_it_is_read_or_set_aside(name: str, random: Any, value: Any) -> None:
    content = json.loads((RECORDED / f"{name}.json").read_text())
    place(content, random, value)
    for one in split(json.dumps(content).encode(), company.PHONE_NUMBER_ID):
        try:
            found = read(one)
        except MalformedPayload:
            continue
        assert all(event is not None for event in found)


def test_every_kind_of_delivery_has_a_reader() -> None:
    assert {one.kind for name in RECORDINGS for one in deliveries(name)} - {"unreadable"} == set(READERS)
