"""The routes of work: from an offer to a wrapped-up chat, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from hub.work.api import WorkApi
from tests.scenes_web import Client, serving
from tests.work.scene import PERMISSIONS, Floor


class Desk:
    """One colleague at the API."""

    def __init__(self, client: Client, agent: str, role: str = "agent") -> None:
        self._client = client
        self._headers = {"Agent": agent, "May": " ".join(sorted(PERMISSIONS[role]))}

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and answer."""
        async with self._client.request(method, f"/api/v1{path}", json=body, headers=self._headers) as response:
            return response.status, None if response.status == 204 else await response.json()


@pytest.fixture
async def client(floor: Floor) -> AsyncIterator[Client]:
    async with serving(WorkApi(floor.reading, floor.moves, floor.presence).routes()) as client:
        yield client


@pytest.fixture
async def ana(floor: Floor, client: Client) -> Desk:
    return Desk(client, await floor.agent("ana", "service"))


async def test_a_chat_is_offered_accepted_extended_and_wrapped_up(floor: Floor, ana: Desk) -> None:
    work = await floor.message("marta", text="hello?")
    offer = await floor.expect_offer(work, "ana")
    _, offers = await ana.ask("GET", "/offers")
    assert [(one["id"], one["work"], one["customer"]["name"], one["why"]["code"]) for one in offers["items"]] == [
        (offer, work, "Marta", "longest_idle")
    ]
    status, accepted = await ana.ask("POST", f"/offers/{offer}/accept")
    assert (status, accepted["work"]["state"], accepted["work"]["agent"]["name"], accepted["work"]["unread"]) == (200, "assigned", "Ana", 1)
    assert (await ana.ask("POST", f"/work/{work}/finish"))[1]["state"] == "wrapping"
    assert (await ana.ask("POST", f"/work/{work}/extend"))[0] == 200
    status, done = await ana.ask("POST", f"/work/{work}/wrap-up", {"code": "resolved", "note": "told her"})
    assert (status, done["state"], done["code"], done["note"]) == (200, "completed", "resolved", "told her")


async def test_an_offer_that_is_over_is_a_conflict(floor: Floor, ana: Desk) -> None:
    offer = await floor.expect_offer(await floor.message("marta"), "ana")
    assert (await ana.ask("POST", f"/offers/{offer}/decline", {"reason": "need_break"}))[0] == 204
    status, answer = await ana.ask("POST", f"/offers/{offer}/accept")
    assert (status, answer["error"]["code"]) == (409, "offer_ended")
    assert (await ana.ask("POST", f"/offers/{offer}/decline", {"reason": "other"}))[0] == 204, "to decline again changes nothing"


async def test_bad_input_names_the_field_and_what_is_allowed(floor: Floor, ana: Desk) -> None:
    await floor.message("marta")
    status, answer = await ana.ask("PUT", "/me/status", {"activity": "asleep"})
    assert (status, answer["error"]["fields"]) == (
        422,
        {"activity": "'asleep' is not allowed; allowed: available, break, training, meeting, offline"},
    )
    assert (await ana.ask("PUT", "/me/status", {"channels": {"pigeon": True}}))[0] == 422
    status, answer = await ana.ask("GET", "/work?state=lost")
    assert (status, "allowed: queued" in answer["error"]["message"]) == (422, True)
    for query in ("after=x", "queue=x", "limit=0"):
        assert (await ana.ask("GET", f"/work?{query}"))[0] == 422, query
    status, answer = await ana.ask("POST", f"/work/{uuid4()}/wrap-up", {"code": "nothing"})
    assert (status, "resolved" in answer["error"]["fields"]["code"]) == (422, True)


async def test_what_does_not_exist_is_not_found(ana: Desk) -> None:
    for method, path in (
        ("GET", f"/work/{uuid4()}"),
        ("POST", "/offers/x/accept"),
        ("POST", f"/offers/{uuid4()}/accept"),
        ("GET", f"/work/{uuid4()}/why"),
    ):
        assert (await ana.ask(method, path))[0] == 404, path


async def test_ones_status_is_set_and_told(floor: Floor, ana: Desk) -> None:
    await floor.channel("service", "chat")
    _, status = await ana.ask("PUT", "/me/status", {"channels": {"chat": False}, "activity": "available"})
    assert status["channels"] == [{"kind": "chat", "on": False, "items": 0, "max": 3}]
    assert (status["units"], status["routing_status"]) == ({"used": 0, "max": 100}, "idle")
    assert await ana.ask("GET", "/me/status") == (200, status)


async def test_lists_come_in_pages_and_by_what_is_asked(floor: Floor, ana: Desk) -> None:
    await floor.activity("ana", "break")
    works = [await floor.message(f"c{n}") for n in range(5)]
    _, page = await ana.ask("GET", "/work?limit=3")
    _, rest = await ana.ask("GET", f"/work?limit=3&after={page['next']}")
    assert [one["id"] for one in page["items"] + rest["items"]] == works
    assert rest["next"] is None
    assert (await ana.ask("GET", "/work?mine=1"))[1]["items"] == []
    await floor.moves.assign(floor.who("ana"), works[1], floor.agents["ana"])
    assert [one["id"] for one in (await ana.ask("GET", "/work?mine=1"))[1]["items"]] == [works[1]]
    await ana.ask("POST", f"/work/{works[1]}/wrap-up", {"code": "spam"})
    assert [one["id"] for one in (await ana.ask("GET", "/work?state=completed,abandoned"))[1]["items"]] == [works[1]]
    other = await floor.queue("sales")
    assert (await ana.ask("GET", f"/work?queue={other}"))[1]["items"] == []


async def test_why_work_waits_is_told_with_its_place(floor: Floor, ana: Desk) -> None:
    await floor.activity("ana", "meeting")
    await floor.message("first")
    work = await floor.message("marta")
    await floor.expect_account(work, "activity")
    _, why = await ana.ask("GET", f"/work/{work}/why")
    assert why["reasons"] == [{"code": "activity", "agent": {"id": floor.agents["ana"], "name": "Ana"}, "name": "meeting"}]
    assert (why["position"], why["expected_wait_s"]) == (2, None)


async def test_only_who_may_assigns_work_to_others(floor: Floor, ana: Desk, client: Client) -> None:
    luis = await floor.agent("luis", "service")
    await floor.activity("ana", "break")
    await floor.activity("luis", "break")
    work = await floor.message("marta")
    status, answer = await ana.ask("POST", f"/work/{work}/assign", {"agent": luis})
    assert (status, answer["error"]["code"]) == (403, "not_allowed")
    sofia = Desk(client, await floor.agent("sofia", role="supervisor"), "supervisor")
    status, answer = await sofia.ask("POST", f"/work/{work}/assign", {"agent": luis})
    assert (status, answer["agent"]["name"], answer["why"]["code"], answer["why"]["agent"]["name"]) == (200, "Luis", "assigned_by", "Sofia")
    assert (await ana.ask("POST", f"/work/{work}/release"))[0] == 409
    assert (await sofia.ask("POST", f"/work/{work}/transfer", {"agent": floor.agents["ana"], "note": "yours"}))[1]["state"] == "queued"


async def test_menus_are_in_both_languages(ana: Desk) -> None:
    _, activities = await ana.ask("GET", "/activities")
    assert activities["items"][0] == {"id": "available", "label": {"es": "Disponible", "en": "Available"}, "routable": True}
    _, codes = await ana.ask("GET", "/wrap-up-codes")
    assert codes["items"][0] == {"id": "resolved", "label": {"es": "Resuelto", "en": "Resolved"}}


async def test_queues_are_listed_with_their_load(floor: Floor, ana: Desk) -> None:
    await floor.activity("ana", "break")
    await floor.message("marta")
    _, queues = await ana.ask("GET", "/queues")
    (queue,) = queues["items"]
    assert (queue["name"], queue["waiting"], queue["members"], queue["available"]) == ("service", 1, 1, 0)
