"""What a colleague writes down: it stands in the customer's thread, once, and somebody looks after it."""

from typing import Any
from uuid import UUID, uuid4

from tests.attacks.house import House
from tests.people.conftest import Browser
from tests.visits.conftest import open_counter


def visit(**given: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "visit", "text": "Asks for a vase.", **given}


async def colleague(house: House) -> tuple[str, Browser]:
    name = await house.new_colleague()
    return name, await house.program(name)


async def recorded(house: House, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A visit of somebody new: what was asked and what was answered."""
    _, ana = await colleague(house)
    said = visit(name="Rosa Gil", **given)
    status, answer = await ana.ask("POST", "/visits", said)
    assert status == 201, answer
    return said, answer


async def test_somebody_new_has_a_thread_and_work_waits_in_the_queue(house: House) -> None:
    _, ana = await colleague(house)
    said, answer = await recorded(house, phone="+34611222333", email="rosa@shop.example", at="2026-03-04T10:00:00Z")
    (message,) = await house.thread(answer["customer"], ana)
    assert (message["text"], message["direction"]) == (said["text"], "in")
    status, customer = await ana.ask("GET", f"/customers/{answer['customer']}")
    assert (status, customer["name"]) == (200, "Rosa Gil")
    assert {(one["kind"], one["value"]) for one in customer["claims"]} >= {("phone", "+34611222333"), ("email", "rosa@shop.example")}
    status, work = await ana.ask("GET", f"/work/{answer['work']}")
    assert (status, work["state"]) == (200, "queued")


async def test_who_wrote_it_down_and_what_it_was_is_kept(house: House) -> None:
    name, ana = await colleague(house)
    _, answer = await ana.ask("POST", "/visits", visit(name="Rosa", kind="letter"))
    context = await house.hub.storage.database.value("SELECT context FROM message WHERE id = $1", answer["message"])
    assert context["counter"] == {"kind": "letter", "by": {"id": house.ids[name], "name": name.title()}}


async def test_a_customer_who_comes_in_keeps_the_one_thread(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("Hello from the chat")
    customer = await house.customer_of(visitor.id)
    _, ana = await colleague(house)
    for text in ("Came in.", "Came again."):
        status, answer = await ana.ask("POST", f"/customers/{customer}/visits", visit(text=text))
        assert (status, answer["customer"]) == (201, customer)
    assert [one["text"] for one in await house.thread(customer, ana)] == ["Hello from the chat", "Came in.", "Came again."]


async def test_the_same_visit_again_is_the_same(house: House) -> None:
    said, answer = await recorded(house)
    _, luis = await colleague(house)
    status, again = await luis.ask("POST", "/visits", said)
    assert (status, again["message"], again["work"]) == (200, answer["message"], answer["work"])
    assert len(await house.thread(answer["customer"], luis)) == 1


async def test_whoever_takes_it_on_has_the_work(house: House) -> None:
    name = await house.new_colleague("supervisor")
    async with house.at_work(name) as desk:
        answer = await desk.ask("POST", "/visits", visit(name="Rosa", mine=True))
        assert (answer["mine"], answer["why"]) == (True, "")
        work = await desk.ask("GET", f"/work/{answer['work']}")
        assert (work["state"], work["agent"]["id"]) == ("assigned", house.ids[name])


async def test_whoever_is_away_leaves_it_in_the_queue_and_hears_why(house: House) -> None:
    _, answer = await recorded(house, mine=True)
    assert (answer["mine"], answer["why"]) == (False, "agent_away")
    assert answer["work"]


async def test_a_scan_belongs_to_the_visit_and_only_its_sender_may_use_it(house: House) -> None:
    _, ana = await colleague(house)
    _, luis = await colleague(house)
    file = await upload(ana)
    said = visit(name="Rosa", kind="letter", text="", attachments=[file])
    status, refused = await luis.ask("POST", "/visits", said)
    assert (status, "attachments" in refused["error"]["fields"]) == (422, True)
    status, answer = await ana.ask("POST", "/visits", said)
    assert status == 201
    (message,) = await house.thread(answer["customer"], ana)
    assert [(one["id"], one["name"]) for one in message["attachments"]] == [(file, "letter.pdf")]
    assert (await ana.ask("POST", "/visits", said))[0] == 200
    status, _ = await ana.ask("POST", "/visits", visit(name="Rosa", attachments=[file]))
    assert status == 422


async def upload(sender: Browser) -> str:
    """A scan that was sent up."""
    url = f"{sender.url}/api/v1/attachments?name=letter.pdf"
    async with sender.client.post(url, data=b"%PDF-1.4", headers={"Content-Type": "application/pdf"}) as answer:
        assert answer.status == 201
        return str((await answer.json())["id"])


async def test_an_empty_visit_is_refused_by_name(house: House) -> None:
    _, ana = await colleague(house)
    status, answer = await ana.ask("POST", "/visits", visit(name="Rosa", text=" "))
    assert (status, list(answer["error"]["fields"])) == (422, ["text"])


async def test_nobody_is_answered_over_the_counter(house: House) -> None:
    _, answer = await recorded(house)
    _, ana = await colleague(house)
    _, customer = await ana.ask("GET", f"/customers/{answer['customer']}")
    assert "counter" not in [way["channel"]["connector"] for way in customer["reach"]]


async def test_one_of_several_counters_is_named(house: House) -> None:
    _, ana = await colleague(house)
    second = await open_counter(house, "Workshop")
    status, answer = await ana.ask("POST", "/visits", visit(name="Rosa"))
    assert (status, "Workshop" in answer["error"]["fields"]["channel"]) == (422, True)
    assert (await ana.ask("POST", "/visits", visit(name="Rosa", channel=second)))[0] == 201
    await house.hub.channels.enable(UUID(second), False)
