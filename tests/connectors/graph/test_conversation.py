"""Recorded webhooks of Messenger and Instagram, read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Address, Choice, Delete, Delivery, Echo, Edit, Event, Location, Media, Message, Profile, Reaction, Receipt
from connectors.errors import MalformedPayload
from connectors.graph.conversation import read, split
from sandbox.meta import company
from tests.connectors.graph.junk import junk, place
from tests.connectors.instagram.world import RECORDED as INSTAGRAM
from tests.connectors.messenger.world import OURS
from tests.connectors.messenger.world import RECORDED as MESSENGER

OBJECTS = {"messenger": ("page", company.PAGE_ID), "instagram": ("instagram", company.INSTAGRAM_ID)}
FOLDERS = {"messenger": MESSENGER, "instagram": INSTAGRAM}
TITLES = {"messenger": "Messenger", "instagram": "Instagram"}
BOTH = pytest.mark.parametrize("app", ["messenger", "instagram"])
PERSON = "7001112223334445"
AT = 1_780_000_000.0


def deliveries(app: str, name: str) -> tuple[Delivery, ...]:
    return split((FOLDERS[app] / f"{name}.json").read_bytes(), *OBJECTS[app])


def events(app: str, name: str) -> list[Event]:
    return [event for one in deliveries(app, name) for event in read(one, app, company.APP_ID, TITLES[app])]


def message(app: str, name: str) -> Message:
    (event,) = events(app, name)
    assert isinstance(event, Message)
    return event


@BOTH
def test_a_text_has_its_writer_and_its_moment(app: str) -> None:
    assert message(app, "text") == Message("m_text", Address(app, PERSON), "¿Abren hoy?", at=AT)


@BOTH
def test_answers_name_what_they_answer_and_buttons_what_was_pressed(app: str) -> None:
    assert message(app, "reply").reply_to == ("m_ours",)
    assert message(app, "quick_reply").choice == Choice("pm", "Tarde")
    pressed = message(app, "postback")
    assert (pressed.text, pressed.choice) == ("Empezar", Choice("GET_STARTED", "Empezar"))
    assert pressed.context["referral"] == {"ref": "escaparate", "source": "SHORTLINK", "type": "OPEN_THREAD"}


@BOTH
def test_a_reaction_is_put_and_taken_away(app: str) -> None:
    for name, sign in (("reaction", "❤️"), ("reaction_removed", "")):
        (event,) = events(app, name)
        assert isinstance(event, Reaction)
        assert (event.target, event.emoji) == ("m_ours", sign)


@BOTH
def test_echoes_tell_ours_from_others(app: str) -> None:
    to = Address(app, PERSON)
    assert events(app, "echo_of_ours") == [Echo("m_echo", to, "Hasta las ocho", at=AT, message=OURS)]
    assert events(app, "echo_of_the_inbox") == [Echo("m_echo", to, "Soy Pepe", at=AT, author=TITLES[app])]


def test_pictures_are_fetched_and_a_sticker_told_twice_is_one() -> None:
    one, two = message("messenger", "images").attachments
    assert one == Media("one.jpg", "image/jpeg", url="https://scontent.xx.fbcdn.net/v/t1/one.jpg?_nc=1", kind="image")
    assert two.name == "two.jpg"
    assert [media.kind for media in message("messenger", "sticker_told_twice").attachments] == ["sticker"]


def test_what_is_shared_is_a_link_below_the_words_once() -> None:
    assert message("messenger", "shared_link").text == "Mire https://shop.example/cuenco"
    post = message("messenger", "shared_post")
    assert (post.text, post.context["shared"]) == (
        "https://facebook.example/p/1",
        {"kind": "post", "title": "Novedades", "url": "https://facebook.example/p/1"},
    )
    assert message("messenger", "place").location == Location(40.4, -3.7)
    assert message("instagram", "reel").attachments[0].kind == "video"


def test_stories_that_were_answered_or_mention_us() -> None:
    story = message("instagram", "story_reply")
    assert (story.text, story.context["story"]) == (
        "¡Qué bonito!",
        {"id": "17850000000000001", "url": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=5"},
    )
    assert [one.url for one in story.attachments] == ["https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=5"]
    mention = message("instagram", "story_mention")
    assert (len(mention.attachments), mention.context["shared"]) == (
        1,
        {"kind": "story_mention", "title": "", "url": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=4"},
    )


def test_edits_and_deletions_name_their_message() -> None:
    assert events("messenger", "edit") == [Edit("edit:m_text:1", Address("messenger", PERSON), "m_text", "¿Abren mañana?", AT)]
    assert events("instagram", "deleted") == [Delete("delete:m_text", Address("instagram", PERSON), "m_text", AT)]


def test_reading_is_a_moment_on_messenger_and_on_instagram_a_message_with_all_before_it() -> None:
    person = Address("messenger", PERSON)
    assert events("messenger", "read") == [Receipt("read", peer=person, until=AT + 0.5, at=AT)]
    on_instagram = Receipt("read", peer=Address("instagram", PERSON), until=AT, at=AT)
    assert events("instagram", "read") == [Receipt("read", external_id="m_ours", at=AT), on_instagram]
    assert events("messenger", "delivery") == [
        Receipt("delivered", external_id="m_ours", at=AT),
        Receipt("delivered", peer=person, until=AT + 0.4, at=AT),
    ]


def test_who_came_by_a_link_is_a_hint_and_an_advertisement_stands_beside_its_message() -> None:
    assert events("messenger", "referral") == [
        Profile(Address("messenger", PERSON), claims={"referral_source": "SHORTLINK", "referral_ref": "cartel"})
    ]
    referral = message("messenger", "advertisement").context["referral"]
    assert isinstance(referral, dict)
    assert referral["ad_id"] == "6045246247433"


@pytest.mark.parametrize(
    ("app", "name", "word"),
    [
        ("messenger", "new_kind", "hologram"),
        ("messenger", "call_permission_reply", "call_permission_reply"),
        ("messenger", "fallback_without_payload", "fallback"),
        ("instagram", "unsupported", "message"),
    ],
)
def test_what_is_not_known_is_a_message_that_says_so(app: str, name: str, word: str) -> None:
    assert message(app, name).context == {"unsupported": word}


def test_a_wish_about_marketing_is_for_the_record_and_feedback_a_sign_on_our_message() -> None:
    person = Address("messenger", PERSON)
    assert events("messenger", "optin_stopped") == [Profile(person, claims={"optin": "STOP NOTIFICATIONS"})]
    (sign,) = events("messenger", "feedback")
    assert isinstance(sign, Reaction)
    assert (sign.target, sign.emoji, sign.sender) == ("m_ours", "👍", person)


def test_products_that_are_handed_on_are_lines() -> None:
    assert message("messenger", "shared_products").text == "¿Tienen estos?\nCuenco de barro · 18,50 €\nJarra"


def test_an_edit_that_does_not_say_the_new_text_takes_nothing_away() -> None:
    assert events("instagram", "edit_without_text") == []


def test_other_apps_doings_are_no_message_but_what_they_were_told_is() -> None:
    assert events("messenger", "thread_taken") == []
    assert message("messenger", "standby").text == "¿Sigue ahí?"
    assert message("instagram", "as_a_change").text == "Kaixo"


def test_the_same_webhook_twice_is_the_same_delivery_and_two_reactions_are_two() -> None:
    assert deliveries("messenger", "reaction") == deliveries("messenger", "reaction")
    first, second = deliveries("messenger", "reaction"), deliveries("messenger", "reaction_removed")
    assert first[0].external_id != second[0].external_id


RECORDINGS = sorted((app, path.stem) for app, folder in FOLDERS.items() for path in folder.glob("*.json"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RECORDINGS), st.randoms(use_true_random=False), junk)
def test_whatever_stands_in_a_field_it_is_read_or_set_aside(recording: tuple[str, str], random: Any, value: Any) -> None:
    app, name = recording
    content = json.loads((FOLDERS[app] / f"{name}.json").read_text())
    place(content, random, value)
    for one in split(json.dumps(content).encode(), *OBJECTS[app]):
        try:
            found = read(one, app, company.APP_ID, TITLES[app])
        except MalformedPayload:
            continue
        assert all(event is not None for event in found)
