"""Of whom another system may speak, and that its customer numbers are nobody else's."""

from dataclasses import replace

import pytest

from connectors.contract import Address, Event, Message, Outgoing, Receipt, Surroundings
from connectors.errors import MalformedPayload, Rejected
from connectors.http.connector import Http, Settings, build
from connectors.settings import InvalidSettings
from tests.connectors.http.world import SECRET, message, opened, request

STRANGER = {"kinds": "", "company_accounts": False}
"""A system that is trusted with nothing."""


def system(channel: str, **given: object) -> Http:
    return Http(Settings(secret=SECRET, **given), Surroundings(channel, "https://hilo.example", bytes(32)))  # type: ignore[arg-type]


def told(http: Http, *events: object) -> list[Event]:
    return [event for one in http.receive(request(*events)).deliveries for event in http.parse(one)]


def test_customer_4711_of_two_systems_is_two_people() -> None:
    one, other = (told(system(name), message())[0] for name in ("aaaaaaaa-1", "bbbbbbbb-2"))
    assert isinstance(one, Message)
    assert isinstance(other, Message)
    assert one.sender != other.sender
    assert (one.sender.value, one.sender.native) == ("aaaaaaaa:4711", "4711")


def test_customer_4711_of_the_company_is_one_person_on_every_channel() -> None:
    senders = {
        event.sender for name in ("a", "b") for event in told(system(name, company_accounts=True), message()) if isinstance(event, Message)
    }
    assert [(one.kind, one.value) for one in senders] == [("account", "4711")]


@pytest.mark.parametrize(
    "event",
    [
        {**message(), "from": {"kind": "phone", "value": "+34611222333"}},
        {**message(), "proves": [{"kind": "email", "value": "boss@shop.example"}]},
        {**message(), "former": [{"kind": "phone", "value": "+34611222333"}]},
        {"type": "receipt", "state": "read", "peer": {"kind": "telegram", "value": "7"}, "until": 1.0},
        {"type": "echo", "id": "1", "to": {"kind": "visitor", "value": "7"}},
    ],
)
def test_of_whom_it_may_not_speak_is_set_aside(event: dict[str, object]) -> None:
    with pytest.raises(MalformedPayload, match="allowed are account"):
        told(system("a"), event)


def test_of_whom_it_may_speak_is_known_as_on_every_channel() -> None:
    phone = {**message(), "from": {"kind": "phone", "value": "+34 611 222 333"}}
    (one,) = told(system("a", kinds="account phone"), phone)
    assert isinstance(one, Message)
    assert one.sender.value == "+34611222333"


def test_a_receipt_for_a_customer_is_for_this_systems_own() -> None:
    (one,) = told(system("aaaaaaaa-1"), {"type": "receipt", "state": "read", "peer": {"value": "7"}, "until": 1.0})
    assert isinstance(one, Receipt)
    assert one.peer is not None
    assert one.peer.value == "aaaaaaaa:7"


@pytest.mark.parametrize("native", ["", "4711"])
async def test_the_system_is_told_its_own_number(native: str) -> None:
    async with opened(**STRANGER) as (shop, http):
        (event,) = told(http, message())
        assert isinstance(event, Message)
        await http.send(Outgoing("1", replace(event.sender, native=native), "Hola"))
        assert shop.said()["to"]["value"] == "4711"
        await http.send(Outgoing("2", Address("account", "4712"), "Hola"))
        assert shop.said()["to"]["value"] == "4712"


def test_what_is_no_kind_is_refused_in_the_form() -> None:
    with pytest.raises(InvalidSettings, match="kinds"):
        build(Settings(secret=SECRET, kinds="account, Phone"), Surroundings("a", "", bytes(32)))


async def test_nothing_that_a_server_says_of_itself_stands_in_an_error() -> None:
    async with opened() as (shop, http):
        shop.status, shop.answer = 404, {"key": "AWS_SECRET=topsecret"}
        with pytest.raises(Rejected) as raised:
            await http.send(Outgoing("1", Address("account", "4711"), "Hola"))
        (step,) = await http.check()
    assert (str(raised.value), step.detail) == ("answered 404", "answered 404")
