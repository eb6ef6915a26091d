"""What another system receives: signed, with ids that stay the same, and what its answers mean."""

import pytest

from connectors.contract import Action, Address, Choice, Media, Outgoing, Sent, Signal
from connectors.errors import AuthFailed, RateLimited, Rejected, Unavailable, WindowClosed
from connectors.http.signing import signature
from tests.connectors.http.world import BEFORE, NOW, SECRET, channel, opened

OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
ROSA = Address("account", "4711", "Rosa Gil")


def outgoing(**given: object) -> Outgoing:
    return Outgoing(**{"id": OURS, "to": ROSA, "text": "Mañana", **given})  # type: ignore[arg-type]


async def test_a_message_is_signed_with_each_secret_and_keeps_its_id() -> None:
    async with opened(second_secret=BEFORE) as (shop, http):
        await http.send(outgoing())
        await http.send(outgoing(attempt=2))
    (headers, body), (again, _) = shop.got
    stamp = str(int(NOW))
    assert headers["X-Hilo-Timestamp"] == stamp
    assert headers["X-Hilo-Signature"].split(",") == [signature(SECRET, stamp, body), signature(BEFORE, stamp, body)]
    assert headers["X-Hilo-Delivery"] == again["X-Hilo-Delivery"] == OURS


async def test_a_message_carries_all_that_it_has() -> None:
    link = Media("bill.pdf", "application/pdf", b"%PDF-", "https://hilo.example/files/1", kind="file")
    inline = Media("dot.png", "image/png", b"PNG", kind="image")
    async with opened() as (shop, http):
        await http.send(outgoing(part=1, parts=2, attachments=(link, inline), choices=(Choice("yes", "Sí"),), answers="1001"))
        said = shop.said()
    assert (said["type"], said["id"], said["part"], said["answers"]) == ("message", OURS, 1, "1001")
    assert said["to"] == {"kind": "account", "value": "4711", "name": "Rosa Gil"}
    assert said["choices"] == [{"id": "yes", "title": "Sí"}]
    assert [(one.get("url", ""), one.get("data", "")) for one in said["attachments"]] == [
        ("https://hilo.example/files/1", ""),
        ("", "UE5H"),
    ]
    assert shop.got[0][0]["X-Hilo-Delivery"] == f"{OURS}:1"


async def test_the_second_part_is_no_repetition_of_the_first_and_each_is_the_same_again() -> None:
    async with opened() as (shop, http):
        for part, attempt in ((0, 1), (0, 2), (1, 1)):
            await http.send(outgoing(part=part, parts=2, attempt=attempt))
    names = [headers["X-Hilo-Delivery"] for headers, _ in shop.got]
    assert names == [f"{OURS}:0", f"{OURS}:0", f"{OURS}:1"]
    assert [(said["id"], said["part"], said["parts"]) for said in map(shop.said, range(3))] == [(OURS, 0, 2), (OURS, 0, 2), (OURS, 1, 2)]


@pytest.mark.parametrize(("answer", "sent"), [({}, Sent(OURS)), ({"id": "shop-9", "state": "delivered"}, Sent("shop-9", "delivered"))])
async def test_the_answer_may_carry_an_id_and_a_state(answer: dict[str, str], sent: Sent) -> None:
    async with opened() as (shop, http):
        shop.answer = answer
        assert await http.send(outgoing()) == sent


@pytest.mark.parametrize(
    ("status", "answer", "error", "says"),
    [
        (401, {}, AuthFailed, "401"),
        (429, {}, RateLimited, "429"),
        (503, {}, Unavailable, "503"),
        (302, {}, Rejected, "302"),
        (422, {"message": "the account is closed"}, Rejected, "^the account is closed$"),
        (409, {"code": "window_closed"}, WindowClosed, "template"),
    ],
)
async def test_what_an_answer_means(status: int, answer: dict[str, str], error: type[Exception], says: str) -> None:
    async with opened() as (shop, http):
        shop.status, shop.answer = status, answer
        with pytest.raises(error, match=says):
            await http.send(outgoing())


async def test_the_shop_says_how_long_to_wait() -> None:
    async with opened() as (shop, http):
        shop.status, shop.headers = 429, {"Retry-After": "12"}
        with pytest.raises(RateLimited) as caught:
            await http.send(outgoing())
    assert caught.value.retry_after == 12


async def test_actions_and_signals_are_passed_on() -> None:
    async with opened() as (shop, http):
        await http.act(Action("a1", "react", ROSA, "1001", emoji="👍"))
        await http.signal(Signal("typing", ROSA))
    assert [shop.said(place)["type"] for place in (0, 1)] == ["action", "signal"]
    assert (shop.said(0)["action"], shop.said(0)["target"], shop.said(0)["emoji"]) == ("react", "1001", "👍")
    assert (shop.said(1)["signal"], shop.said(1)["on"]) == ("typing", True)


async def test_the_check_is_a_signed_ping() -> None:
    async with opened() as (shop, http):
        (step,) = await http.check()
        assert (step.name, step.ok, shop.said()) == ("ping", True, {"type": "ping"})
        shop.status = 403
        (step,) = await http.check()
        assert not step.ok
        assert "secret" in step.todo["en"]


async def test_a_file_is_fetched_from_the_address_that_was_named() -> None:
    async with opened() as (shop, http), http.fetch(Media("bill.pdf", "application/pdf", url=f"{shop.address}/bill.pdf")) as pieces:
        assert b"".join([one async for one in pieces]) == b"%PDF-"


async def test_a_private_address_is_not_called_unless_the_operator_named_it() -> None:
    async with opened(url="http://127.0.0.1:9/hilo") as (_, http):
        with pytest.raises(Rejected) as caught:
            await http.send(outgoing())
    assert caught.value.code == "forbidden_address"


async def test_without_an_outgoing_address_it_only_receives() -> None:
    alone = channel(url="")
    with pytest.raises(Rejected) as caught:
        await alone.send(outgoing())
    assert caught.value.code == "no_outgoing_address"
    (step,) = await alone.check()
    assert step.ok
