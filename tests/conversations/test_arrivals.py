"""What the thread shows of what arrives beside text: places, cards, quotations, reactions, edits, deletions, files on their way."""

from typing import Any
from uuid import uuid4

from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import Company


async def _happens(company: Company, what: str, target: str, **more: Any) -> None:
    event = {"what": what, "channel": company.webchat, "kind": "visitor", "value": "v1", "name": "", "target": target, "at": None, **more}
    await company.database.run("SELECT take_event($1)", event)


async def _first(desk: Desk, customer: str) -> Any:
    return (await desk.page(customer))["messages"][0]


async def test_a_place_cards_and_a_pressed_button_are_shown(desk: Desk, company: Company) -> None:
    content = {
        "location": {"latitude": 40.4, "longitude": -3.7, "name": "Sol", "address": "Madrid"},
        "contacts": [{"name": "Luis", "phones": ["+34600000000"], "emails": []}],
        "choice": {"id": "yes", "title": "Yes"},
    }
    taken = await company.writes("visitor", "v1", "Yes", content=content)
    shown = await _first(desk, taken.root)
    assert {name: shown[name] for name in content} == content


async def test_a_quoted_message_is_shown_when_it_is_the_familys_own(desk: Desk, company: Company) -> None:
    first = await company.writes("visitor", "v1", "x" * 300, external_id="first")
    await company.writes("visitor", "v2", "a secret", external_id="theirs")
    taken = await company.writes("visitor", "v1", "that one", reply_to=["unknown", "first"])
    await company.writes("visitor", "v1", "and theirs", reply_to=["theirs"])
    shown = (await desk.page(taken.root))["messages"]
    assert [one["quoted"] for one in shown] == [None, {"id": first.message, "text": "x" * 200, "direction": "in"}, None]


async def test_reactions_say_who(desk: Desk, company: Company, database: Database) -> None:
    taken = await company.writes("visitor", "v1", "Hola", external_id="m1", name="Rosa")
    await _happens(company, "reaction", "m1", emoji="👍")
    sql = "INSERT INTO reaction (message_id, author_kind, author, emoji) VALUES ($1, 'human', $2, '❤️')"
    await database.run(sql, taken.message, company.ana)
    rosa = {"kind": "customer", "id": taken.customer, "name": "Rosa"}
    assert (await _first(desk, taken.root))["reactions"] == [
        {"emoji": "👍", "by": rosa},
        {"emoji": "❤️", "by": {"kind": "human", "id": company.ana, "name": "Ana"}},
    ]


async def test_an_edited_message_tells_what_it_said_before(desk: Desk, company: Company) -> None:
    taken = await company.writes("visitor", "v1", "Hola", external_id="m1")
    await _happens(company, "edit", "m1", text="Hola a todos")
    shown = await _first(desk, taken.root)
    assert shown["text"] == "Hola a todos"
    assert shown["edited_at"]
    _, versions = await desk.ask("GET", f"/messages/{taken.message}/versions")
    assert [one["text"] for one in versions["items"]] == ["Hola"]


async def test_a_message_that_was_taken_back_shows_nothing(desk: Desk, company: Company, database: Database) -> None:
    taken = await company.writes("visitor", "v1", "my card is 4111", external_id="m1", content={"choice": {"id": "a", "title": "b"}})
    file = await _file(database, taken.message, "failed")
    await _happens(company, "delete", "m1")
    shown = await _first(desk, taken.root)
    assert (shown["text"], shown["attachments"], shown["choice"]) == ("", [], None)
    assert shown["deleted_at"]
    _, versions = await desk.ask("GET", f"/messages/{taken.message}/versions")
    assert versions == {"items": []}
    assert (await desk.ask("GET", f"/attachments/{file}"))[0] == 404


async def test_a_file_that_is_still_with_the_provider_is_shown_as_such(desk: Desk, company: Company, database: Database) -> None:
    taken = await company.writes("visitor", "v1", "look")
    file = await _file(database, taken.message, "waiting")
    (shown,) = (await _first(desk, taken.root))["attachments"]
    assert (shown["id"], shown["kind"], shown["state"]) == (file, "voice", "waiting")
    status, answer = await desk.ask("GET", f"/attachments/{file}")
    assert (status, answer["error"]["code"]) == (409, "file_waiting")


async def test_a_file_that_failed_can_be_asked_for_again_and_only_that(desk: Desk, company: Company, database: Database) -> None:
    taken = await company.writes("visitor", "v1", "look")
    file = await _file(database, taken.message, "failed")
    status, message = await desk.ask("POST", f"/attachments/{file}/fetch")
    assert (status, message["attachments"][0]["state"]) == (200, "waiting")
    status, answer = await desk.ask("POST", f"/attachments/{file}/fetch")
    assert (status, answer["error"]["code"]) == (409, "file_waiting")
    assert (await desk.ask("POST", f"/attachments/{uuid4()}/fetch"))[0] == 404
    (event,) = await company.events("message.changed")
    assert (event["actor_kind"], event["data"]) == ("human", {"what": "file"})


async def _file(database: Database, message: str, state: str) -> str:
    sql = """INSERT INTO attachment (message_id, name, content_type, size, kind, state, source)
             VALUES ($1, 'note.ogg', 'audio/ogg', 10, 'voice', $2, '{"reference": "f1"}') RETURNING id"""
    return str(await database.value(sql, message, state))
