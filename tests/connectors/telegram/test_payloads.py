"""Recorded updates, and what they say."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Address, Choice, Consent, Contact, Delivery, Edit, Location, Message, Reaction
from connectors.errors import MalformedPayload
from connectors.telegram import invitation, payloads
from tests.connectors.telegram.world import KEY, names, parsed, recorded

LUCIA = Address("telegram", "5210443377", "Lucía Ferrer")
CHAT = "5210443377"


def message(name: str) -> Message:
    """The one message in a recorded update."""
    (event,) = parsed(recorded(name))
    assert isinstance(event, Message)
    return event


def test_a_text_has_its_sender_its_time_and_an_id_of_its_chat() -> None:
    said = message("text")
    assert (said.sender, said.external_id, said.at) == (LUCIA, f"{CHAT}:341", 1763633767.0)
    assert (said.text, said.language) == ("Hola, mi pedido 4711 no ha llegado 😕", "es")
    assert said.claims == {"username": "@luciaferrer"}


def test_a_hidden_link_stands_behind_its_words_also_after_emoji() -> None:
    assert message("text_with_links").text == "Lo pedí en vuestra tienda 🛒 aquí (https://shop.example/orders/4711), en shop.example"


def test_of_a_photo_the_largest_size_is_fetched() -> None:
    said = message("photo")
    (photo,) = said.attachments
    assert (photo.kind, photo.content_type, photo.reference, photo.size) == ("image", "image/jpeg", "BAACAgQAAxkBAAIBx", 163422)
    assert said.text == "Así llegó la caja"


def test_the_pictures_of_an_album_name_the_same_album() -> None:
    albums = [message(name).album for name in ("album_first", "album_second", "album_video")]
    assert set(albums) == {f"{CHAT}:13371337133713370"}
    assert [message(name).text for name in ("album_first", "album_second")] == ["Tres fotos", ""]


@pytest.mark.parametrize(
    ("name", "kind", "content_type", "file"),
    [
        ("voice", "voice", "audio/ogg", "voice-347.ogg"),
        ("audio", "audio", "audio/mpeg", "espera.mp3"),
        ("video", "video", "video/mp4", "golpe.mp4"),
        ("video_note", "video", "video/mp4", "video-350.mp4"),
        ("animation", "video", "video/mp4", "gato.mp4"),
        ("sticker", "sticker", "image/webp", "sticker-352.webp"),
        ("sticker_animated", "sticker", "application/x-tgsticker", "sticker-353.tgs"),
        ("sticker_video", "sticker", "video/webm", "sticker-354.webm"),
        ("document", "file", "application/pdf", "factura 4711.pdf"),
    ],
)
def test_a_file_is_what_telegram_sent_it_as(name: str, kind: str, content_type: str, file: str) -> None:
    (media,) = message(name).attachments
    assert (media.kind, media.content_type, media.name) == (kind, content_type, file)
    assert media.reference
    assert media.size


def test_a_live_photo_is_a_photo_and_its_video() -> None:
    assert [one.kind for one in message("live_photo").attachments] == ["image", "video"]


def test_a_sticker_tells_its_emoji() -> None:
    assert message("sticker").context == {"emoji": "👍"}


def test_a_place_has_coordinates_and_a_venue_a_name() -> None:
    assert message("location").location == Location(39.469907, -0.376288)
    assert message("venue").location == Location(39.4745, -0.3774, "Mercado Central", "Plaça del Mercat, València")
    assert message("live_location").context == {"live_location": 900}


def test_a_card_is_shown_and_says_nothing_of_its_sender() -> None:
    said = message("contact")
    assert said.contacts == (Contact("Tomás Iborra", ("+34600111222",), ("tomas.iborra@correo.example",)),)
    assert "phone" not in said.claims


def test_ones_own_card_is_a_claim_and_no_proof() -> None:
    said = message("contact_own")
    assert said.claims["phone"] == "34600333444"
    assert said.proves == ()


def test_a_reply_names_what_it_answers_and_what_it_quotes() -> None:
    said = message("reply")
    assert (said.reply_to, said.context) == ((f"{CHAT}:300",), {"quote": "número de pedido"})


def test_a_forwarded_message_says_who_wrote_it() -> None:
    assert message("forwarded").context == {"forwarded": {"from": "Mensajería Ejemplo", "at": 1763600000}}
    assert message("forwarded_channel").context["forwarded"] == {"from": "Canal Ejemplo", "at": 1763600000}


def test_start_tells_the_campaign_of_the_link() -> None:
    assert message("start").context == {}
    said = message("start_campaign")
    assert (said.text, said.context, said.proves) == ("/start", {"campaign": "rebajas-invierno"}, ())


@pytest.mark.parametrize(
    ("name", "word", "text"),
    [("poll", "poll", "¿Cuándo me lo traen?"), ("dice", "dice", "🎲 4"), ("story", "story", ""), ("from_the_future", "hologram", "")],
)
def test_a_kind_that_is_not_read_is_named(name: str, word: str, text: str) -> None:
    said = message(name)
    assert (said.context["unsupported"], said.text) == (word, text)


def test_an_edit_names_the_message_and_every_edit_is_another() -> None:
    (edit,) = parsed(recorded("edited"))
    assert isinstance(edit, Edit)
    assert (edit.target, edit.text, edit.at) == (f"{CHAT}:341", "Hola, mi pedido 4712 no ha llegado", 1763633800.0)
    later = json.loads(recorded("edited"))
    later["update_id"] += 1
    (second,) = parsed(later)
    assert isinstance(second, Edit)
    assert second.external_id != edit.external_id


@pytest.mark.parametrize(
    "name", ["edited_without_a_change", "live_location_moved", "pinned", "group_message", "group_left", "channel_post"]
)
def test_what_nobody_said_to_us_says_nothing(name: str) -> None:
    assert parsed(recorded(name)) == []


@pytest.mark.parametrize(("name", "emoji"), [("reaction", "❤"), ("reaction_changed", "⭐"), ("reaction_gone", "")])
def test_the_newest_sign_is_the_reaction(name: str, emoji: str) -> None:
    (reaction,) = parsed(recorded(name))
    assert isinstance(reaction, Reaction)
    assert (reaction.target, reaction.emoji, reaction.sender) == (f"{CHAT}:300", emoji, LUCIA)


def test_a_pressed_button_says_what_stood_on_it() -> None:
    said = message("button")
    assert (said.text, said.choice, said.reply_to) == ("No", Choice("no", "No"), (f"{CHAT}:300",))
    assert payloads.press_of(recorded("button")) == "4382bfdwdsb323b2d9"
    assert message("button_of_an_old_message").choice == Choice("no", "no")


def test_blocking_the_bot_takes_consent_away_and_unblocking_gives_it_back() -> None:
    assert parsed(recorded("blocked")) == [Consent(LUCIA, given=False, reason="blocked", at=1763640000.0)]
    assert parsed(recorded("unblocked")) == [Consent(LUCIA, given=True, reason="unblocked", at=1763640000.0)]


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────


def started(payload: str, at: int = 1763633767) -> Message:
    update = json.loads(recorded("start"))
    update["message"] |= {"text": f"/start {payload}", "date": at}
    (event,) = parsed(update)
    assert isinstance(event, Message)
    return event


@pytest.mark.parametrize(
    "address",
    [Address("phone", "+34600111222"), Address("account", "lucia"), Address("visitor", "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c")],
)
def test_our_own_link_proves_who_follows_it(address: Address) -> None:
    token = invitation.token(KEY, address, 1763633800)
    assert len(token) <= 64
    said = started(token)
    assert (said.proves, said.text, said.context) == ((address,), "/start", {})


def test_a_link_that_is_too_old_foreign_or_changed_proves_nothing() -> None:
    address = Address("account", "lucia")
    token = invitation.token(KEY, address, 1763633800)
    other = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]
    late = started(token, at=1763633801)
    foreign = started(invitation.token(bytes(32), address, 1763633800))
    assert [one.proves for one in (late, foreign, started(other))] == [(), (), ()]


def test_an_address_that_does_not_fit_into_a_link_is_refused() -> None:
    with pytest.raises(invitation.TooLong):
        invitation.token(KEY, Address("email", "a" * 30 + "@shop.example"), 0)


# ── Deliveries ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", names())
def test_the_same_update_is_the_same_delivery_however_it_is_written(name: str) -> None:
    spaced, tight = recorded(name), json.dumps(json.loads(recorded(name)), separators=(",", ":"), sort_keys=True).encode()
    assert payloads.delivery_of(spaced).external_id == payloads.delivery_of(tight).external_id
    assert parsed(spaced) == parsed(tight)


def test_a_number_that_telegram_uses_again_is_another_delivery() -> None:
    first, second = json.loads(recorded("text")), json.loads(recorded("photo"))
    second["update_id"] = first["update_id"]
    ids = {payloads.delivery_of(json.dumps(one).encode()).external_id for one in (first, second)}
    assert len(ids) == 2


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b'{"update_id": "x"}', b'{"update_id": 1e999}'])
def test_what_is_no_update_is_kept_and_set_aside(body: bytes) -> None:
    delivery = payloads.delivery_of(body)
    assert (delivery.kind, delivery.body) == ("unreadable", body)
    with pytest.raises(MalformedPayload):
        payloads.events_of(delivery, key=KEY)


def test_an_update_of_a_kind_that_nobody_knows_is_set_aside() -> None:
    with pytest.raises(MalformedPayload, match="teleport"):
        parsed({"update_id": 5, "teleport": {}})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def spoilt(value: Any, choose: Callable[[Any], Any]) -> Any:
    """A recorded value with one of its parts, anywhere, in another form."""
    if isinstance(value, dict) and value and choose(st.integers(0, 3)):
        name = choose(st.sampled_from(sorted(value)))
        return {**value, name: spoilt(value[name], choose)}
    if isinstance(value, list) and value and choose(st.booleans()):
        return [*value[1:], spoilt(value[0], choose)]
    return choose(ANYTHING)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_spoilt_update_is_read_or_set_aside_and_never_breaks_anything(data: st.DataObject) -> None:
    update = spoilt(json.loads(recorded(data.draw(st.sampled_from(names())))), data.draw)
    delivery = payloads.delivery_of(json.dumps(update).encode())
    try:
        first = payloads.events_of(delivery, key=KEY)
    except MalformedPayload:
        return
    assert payloads.events_of(delivery, key=KEY) == first


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_at_all_are_a_delivery(body: bytes) -> None:
    delivery = payloads.delivery_of(body)
    assert isinstance(delivery, Delivery)
    with pytest.raises(MalformedPayload):
        payloads.events_of(delivery, key=KEY)


def test_no_text_holds_what_the_database_cannot_keep() -> None:
    update = json.loads(recorded("text"))
    update["message"]["text"] = "a\x00b"
    (said,) = parsed(update)
    assert isinstance(said, Message)
    assert said.text == "a\ufffdb"
