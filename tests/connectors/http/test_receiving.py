"""What another system sends: who may, what is one delivery, and what stands in it."""

import pytest

from connectors.contract import Delivery, Echo, Message, Receipt
from connectors.errors import MalformedPayload, Refused
from connectors.http.signing import signature
from tests.connectors.http.world import BEFORE, NOW, ROSA, SECRET, channel, message, request


def ids(*events: object, **more: object) -> list[str]:
    return [one.external_id for one in channel().receive(request(*events, **more)).deliveries]  # type: ignore[arg-type]


def test_both_secrets_hold_while_one_is_changed_and_only_one_afterwards() -> None:
    changing, changed = channel(second_secret=BEFORE), channel()
    assert len(changing.receive(request(message(), secret=BEFORE)).deliveries) == 1
    assert len(changing.receive(request(message(), secret=SECRET)).deliveries) == 1
    with pytest.raises(Refused):
        changed.receive(request(message(), secret=BEFORE))


def test_one_of_several_signatures_is_enough_but_not_the_fifth() -> None:
    one = request(message())
    good = one.headers["x-hilo-signature"]
    for place, taken in ((3, True), (4, False)):
        listed = ["sha256=00"] * place + [good]
        given = {**one.headers, "x-hilo-signature": ", ".join(listed)}
        forged = type(one)("POST", one.url, given, {}, one.body, NOW)
        if taken:
            assert channel().receive(forged).deliveries
        else:
            with pytest.raises(Refused):
                channel().receive(forged)


@pytest.mark.parametrize("late", [301, -301])
def test_an_old_or_a_future_delivery_is_not_repeated(late: float) -> None:
    with pytest.raises(Refused, match="too old or too new"):
        channel().receive(request(message(), late=late))


def test_without_a_secret_nobody_can_sign() -> None:
    one = request(message())
    unsigned = {**one.headers, "x-hilo-signature": signature("", one.headers["x-hilo-timestamp"], one.body)}
    with pytest.raises(Refused):
        channel(second_secret="").receive(type(one)("POST", one.url, unsigned, {}, one.body, NOW))


def test_each_event_is_a_delivery_and_the_same_one_again_is_the_same() -> None:
    first = ids(message("1"), message("2"))
    assert len(set(first)) == 2
    assert ids(message("2"), message("1"), at=NOW + 60) == [first[1], first[0]]
    assert ids(message("1"), message("1")) == first[:1]


def test_a_message_that_was_mended_is_another_delivery() -> None:
    assert ids({**message("1"), "from": None}) != ids(message("1"))


def test_events_without_an_id_are_told_apart_by_the_senders_delivery() -> None:
    typing = {"type": "typing", "from": ROSA}
    assert ids(typing, name="a") == ids(typing, name="a")
    assert ids(typing, name="a") != ids(typing, name="b")


def test_a_delivery_that_was_overheard_is_the_same_one_whatever_its_headers_say() -> None:
    consent = {"type": "consent", "from": ROSA, "given": True}
    assert ids(consent, name="a", **{"x-hilo-delivery": "b", "content-type": "text/plain"}) == ids(consent, name="a")


def test_a_poisoned_event_is_set_aside_alone() -> None:
    taken = channel().receive(request(message("1"), {**message("2"), "attachments": [{"name": "no data"}]}, 7, message("3")))
    outcomes = []
    for one in taken.deliveries:
        try:
            outcomes.append([type(event) for event in channel().parse(one)])
        except MalformedPayload:
            outcomes.append([])
    assert outcomes == [[Message], [], [], [Message]]


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({**message(), "text": 7}, r"Expected `str`, got `int` - at `\$\.text`"),
        ({**message(), "from": {"value": " "}}, r"\$\.from\.value"),
        ({**message(), "from": {"kind": "Phone", "value": "1"}}, r"\$\.from\.kind"),
        ({"type": "receipt", "state": "eaten", "id": "1"}, r"eaten"),
        ({"type": "receipt", "state": "read"}, "names message, id, or peer"),
        ({**message(), "at": 1e300}, r"\$\.at"),
    ],
)
def test_what_cannot_be_read_is_named(event: dict[str, object], says: str) -> None:
    (one,) = channel().receive(request(event)).deliveries
    with pytest.raises(MalformedPayload, match=says):
        channel().parse(one)


def test_phones_and_mails_are_written_as_every_channel_writes_them() -> None:
    (one,) = channel().receive(request({**message(), "from": {"kind": "phone", "value": "+34 611 22 23 33"}})).deliveries
    (said,) = channel().parse(one)
    assert isinstance(said, Message)
    assert (said.sender.value, said.sender.native) == ("+34611222333", "+34 611 22 23 33")
    with pytest.raises(MalformedPayload, match="phone"):
        channel().parse(Delivery("event", "x", b'{"type":"message","id":"1","from":{"kind":"phone","value":"unknown"}}'))


def test_a_receipt_may_name_our_part() -> None:
    (one,) = channel().receive(request({"type": "receipt", "message": "m", "part": 2, "state": "delivered"})).deliveries
    assert channel().parse(one) == [Receipt("delivered", message="m", part=2)]


def test_an_echo_may_name_our_part() -> None:
    event = {"type": "echo", "id": "shop-902", "to": ROSA, "message": "m", "part": 2, "text": "Mañana"}
    (one,) = channel().receive(request(event)).deliveries
    (said,) = channel().parse(one)
    assert isinstance(said, Echo)
    assert (said.external_id, said.message, said.part) == ("shop-902", "m", 2)


def test_a_number_that_was_given_back_is_named_as_every_channel_names_it() -> None:
    event = {**message(), "former": [{"kind": "phone", "value": "+34 611 22 23 33"}, {"value": "4700"}]}
    (one,) = channel().receive(request(event)).deliveries
    (said,) = channel().parse(one)
    assert isinstance(said, Message)
    assert [(who.kind, who.value) for who in said.former] == [("phone", "+34611222333"), ("account", "4700")]


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin1"])
def test_what_is_signed_is_read_as_json_whatever_it_is_called(type_: str) -> None:
    assert ids(message("1"), **{"content-type": type_}) == ids(message("1"))
