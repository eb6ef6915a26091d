"""A mention reaches the colleague: in a list, unread until the conversation was read."""

from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import Company


async def luis_of(database: Database) -> str:
    sql = "INSERT INTO agent (email, name, role) VALUES ('luis@x.es', 'Luis', 'agent') RETURNING id"
    return str(await database.value(sql))


async def test_a_colleague_finds_where_he_was_mentioned_until_he_has_read_it(desk: Desk, database: Database, company: Company) -> None:
    luis, mail = await luis_of(database), await company.writes("email", "ana@x.es")
    _, first = await desk.note(mail.customer, "@Luis, ¿lo miras?", mentions=[luis])
    _, second = await desk.note(mail.customer, "@Luis, ¿y?", mentions=[luis.upper(), company.ana])
    assert (await desk.ask("GET", "/mentions"))[1]["items"] == []  # oneself is not news
    desk.headers["Agent"] = luis
    _, found = await desk.ask("GET", "/mentions")
    assert [(one["message"], one["unread"], one["author"]["name"]) for one in found["items"]] == [
        (second["id"], True, "Ana"),
        (first["id"], True, "Ana"),
    ]
    await desk.ask("PUT", f"/customers/{mail.customer}/read", {"number": first["number"]})
    _, found = await desk.ask("GET", "/mentions")
    assert [one["unread"] for one in found["items"]] == [True, False]


async def test_a_note_written_twice_mentions_once(desk: Desk, database: Database, company: Company) -> None:
    luis, mail = await luis_of(database), await company.writes("email", "ana@x.es")
    note = {"id": "0193d5f2-7c11-7f00-8000-000000000001", "mentions": [luis]}
    await desk.note(mail.customer, "@Luis", **note)
    await desk.note(mail.customer, "@Luis", **note)
    assert await database.value("SELECT count(*) FROM mention") == 1
