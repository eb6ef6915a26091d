"""Side conversations: asked, answered, ended, taken back; and what of them the matter shows."""

from typing import Any
from uuid import uuid4

from hub.kernel.database import Database
from tests.asides.conftest import SUPPLIER, Matter
from tests.scenes import Company

TOPIC = "SELECT state, turn FROM topic WHERE id = $1"


async def test_a_supplier_is_asked_by_a_mail_of_its_own_and_the_matter_stays_as_it_was(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    aside = page["aside"]
    assert (aside["topic"], aside["root"], aside["state"], aside["subject"]) == (
        matter.rosa.topic,
        matter.rosa.customer,
        "waiting",
        "Recambio",
    )
    assert (aside["address"]["value"], aside["last"]["text"], aside["heard"]) == (SUPPLIER, "¿Hay recambio?", 0)
    assert [(one["direction"], one["state"]) for one in page["messages"]] == [("out", "queued")]
    assert [one["text"] for one in (await matter.page(matter.rosa.customer))["messages"]] == ["¿Y mi lámpara?"]
    assert await database.value("SELECT count(*) FROM work") == 1, "nobody has work in a side conversation"
    assert dict(await database.row(TOPIC, matter.rosa.topic) or {}) == {"state": "open", "turn": "agent"}


async def test_the_same_question_twice_is_one(matter: Matter) -> None:
    body = {"id": str(uuid4()), "text": "¿Hay?", "subject": "Recambio", "address": SUPPLIER, "channel": matter.company.email}
    answers = [await matter.ask("POST", f"/topics/{matter.rosa.topic}/asides", body) for _ in range(2)]
    assert [status for status, _ in answers] == [201, 200]
    assert len((await matter.list())["items"]) == 1
    assert (await matter.ask("POST", f"/topics/{matter.rosa.topic}/asides", {**body, "text": "otra"}))[0] == 409


async def test_an_answer_joins_the_side_conversation_and_wakes_the_matter(matter: Matter, database: Database, company: Company) -> None:
    page = await matter.begin()
    await database.run("UPDATE topic SET turn = 'customer' WHERE id = $1", matter.rosa.topic)
    await matter.answers(page)
    page = await matter.page_of(page["aside"]["id"])
    assert [(one["direction"], one["text"]) for one in page["messages"]] == [("out", "¿Hay recambio?"), ("in", "Sí, dos")]
    assert (page["aside"]["state"], page["aside"]["last"]["text"]) == ("answered", "Sí, dos")
    assert dict(await database.row(TOPIC, matter.rosa.topic) or {}) == {"state": "open", "turn": "agent"}
    assert await database.value("SELECT count(*) FROM work") == 1
    (told,) = await company.events("aside.answered")
    assert (str(told["customer"]), str(told["topic"]), str(told["work"])) == (matter.rosa.customer, matter.rosa.topic, matter.rosa.work)


async def test_an_answer_opens_a_closed_matter_with_work_in_its_queue(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    await database.run("UPDATE work SET state = 'completed', ended_at = now() WHERE id = $1", matter.rosa.work)
    await database.run("UPDATE topic SET state = 'closed', closed_at = now() WHERE id = $1", matter.rosa.topic)
    await matter.answers(page)
    assert dict(await database.row(TOPIC, matter.rosa.topic) or {}) == {"state": "open", "turn": "agent"}
    open_work = "SELECT topic_id::text FROM work WHERE state = 'queued'"
    assert [row["topic_id"] for row in await database.rows(open_work)] == [matter.rosa.topic]


async def test_a_machine_s_answer_is_shown_and_wakes_nobody(matter: Matter, company: Company) -> None:
    page = await matter.begin()
    await matter.answers(page, "Estoy de vacaciones", automatic=True)
    page = await matter.page_of(page["aside"]["id"])
    assert (page["aside"]["state"], len(page["messages"])) == ("waiting", 2)
    assert await company.events("aside.answered") == []


async def test_an_answer_is_new_in_the_list_until_it_is_read(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    await matter.answers(page)
    listed = await matter.list()
    aside = listed["items"][0]
    assert listed["read"][aside["id"]] < aside["heard"]
    assert (await matter.ask("PUT", f"/asides/{aside['id']}/read", {"number": aside["heard"]}))[0] == 204
    assert (await matter.list())["read"][aside["id"]] == aside["heard"]
    assert (await matter.ask("PUT", f"/asides/{aside['id']}/read", {"number": 1}))[0] == 204
    assert (await matter.list())["read"][aside["id"]] == aside["heard"], "never backwards"


async def test_more_is_written_below_the_answer(matter: Matter) -> None:
    page = await matter.begin()
    answer = await matter.answers(page)
    assert answer is not None
    status, page = await matter.ask("POST", f"/asides/{page['aside']['id']}/messages", {"id": str(uuid4()), "text": "Mándalos"})
    assert status == 201, page
    assert (page["aside"]["state"], page["messages"][-1]["reply_to"]) == ("waiting", answer.message)
    assert page["messages"][-1]["address"]["value"] == SUPPLIER


async def test_what_else_the_supplier_writes_is_a_matter_of_its_own(matter: Matter) -> None:
    page = await matter.begin()
    answered = await matter.answers(page)
    other = await matter.company.writes("email", SUPPLIER, "Nuestro catálogo", subject="Catálogo")
    assert answered is not None
    assert other.topic != answered.topic
    assert len((await matter.page_of(page["aside"]["id"]))["messages"]) == 2


async def test_it_is_ended_and_taken_up_again_and_an_answer_takes_it_up_too(matter: Matter) -> None:
    page = await matter.begin()
    one = f"/asides/{page['aside']['id']}"
    assert (await matter.ask("PUT", one + "/done"))[1]["state"] == "done"
    assert (await matter.ask("PUT", one + "/done"))[1]["state"] == "done"
    assert (await matter.ask("DELETE", one + "/done"))[1]["state"] == "waiting"
    await matter.ask("PUT", one + "/done")
    await matter.answers(page)
    assert (await matter.page_of(page["aside"]["id"]))["aside"]["state"] == "answered"


async def test_it_is_taken_back_as_long_as_it_has_not_left(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    one = f"/asides/{page['aside']['id']}"
    status, aside = await matter.ask("DELETE", one)
    assert (status, aside["state"], aside["last"]["state"]) == (200, "canceled", "canceled")
    assert (await matter.list())["items"] == []
    assert await database.value("SELECT count(*) FROM outbox") == 0
    status, said = await matter.ask("POST", one + "/messages", {"id": str(uuid4()), "text": "?"})
    assert (status, said["error"]["code"]) == (409, "canceled")


async def test_it_is_not_taken_back_once_it_is_on_its_way(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    await database.run("UPDATE outbox SET state = 'sending'")
    status, said = await matter.ask("DELETE", f"/asides/{page['aside']['id']}")
    assert (status, said["error"]["code"]) == (409, "already_sent")


async def test_files_of_the_matter_go_along_and_keep_their_place_in_it(matter: Matter, database: Database) -> None:
    _, file = await matter.upload("foto.txt", b"rota")
    await matter.note(matter.rosa.customer, "mira", attachments=[file["id"]])
    body: dict[str, Any] = {"files": [file["id"]], "id": str(uuid4())}
    page = await matter.begin(**body)
    assert [one["name"] for one in page["messages"][0]["attachments"]] == ["foto.txt"]
    assert page["messages"][0]["attachments"][0]["id"] != file["id"]
    assert (await matter.try_to_begin(**body))[0] == 200
    assert await database.value("SELECT count(*) FROM attachment") == 2


async def test_files_of_others_do_not_go_along(matter: Matter, company: Company) -> None:
    other = await company.customer("Luis")
    _, file = await matter.upload("ajeno.txt", b"x")
    await matter.note(other, "ajeno", attachments=[file["id"]])
    status, said = await matter.try_to_begin(files=[file["id"]])
    assert (status, list(said["error"]["fields"])) == (422, ["files"])


async def test_colleagues_are_asked_among_ourselves(matter: Matter, company: Company) -> None:
    page = await matter.begin("¿Cuándo llega?", colleagues=[company.luis])
    aside = page["aside"]
    assert ([one["name"] for one in aside["colleagues"]], aside["address"], aside["channel"]) == (["Luis"], None, None)
    assert [(one["direction"], one["aside"], one["mentions"]) for one in page["messages"]] == [("note", True, [company.luis])]
    assert (await matter.ask("GET", "/mentions", headers={"Agent": company.luis}))[1]["items"][0]["text"] == "¿Cuándo llega?"
    words = {"id": str(uuid4()), "text": "El lunes"}
    status, page = await matter.ask("POST", f"/asides/{aside['id']}/messages", words, headers={"Agent": company.luis})
    assert (status, page["aside"]["state"], page["aside"]["heard"]) == (201, "answered", page["messages"][-1]["number"])
    assert page["messages"][-1]["mentions"] == [company.ana]


async def test_what_is_asked_of_nobody_of_both_or_of_the_customer_is_refused(matter: Matter, company: Company) -> None:
    for more, field in (
        ({"colleagues": [], "address": None}, "address"),
        ({"colleagues": [company.luis], "address": SUPPLIER}, "address"),
        ({"colleagues": [str(uuid4())]}, "colleagues"),
        ({"address": "rosa@x.es"}, "address"),
        ({"address": "nobody"}, "address"),
        ({"subject": " "}, "subject"),
        ({"text": " "}, "text"),
        ({"channel": company.webchat}, "subject"),
    ):
        body: dict[str, Any] = {"text": "x", "address": SUPPLIER, "channel": company.email, **more}
        status, said = await matter.try_to_begin(**body)
        assert (status, field in said["error"]["fields"]) == (422, True), (more, said)
    assert (await matter.list())["items"] == []


async def test_none_is_begun_about_a_side_conversation_or_about_nothing(matter: Matter) -> None:
    page = await matter.begin()
    body = {"id": str(uuid4()), "text": "x", "subject": "x", "address": "otro@x.es", "channel": matter.company.email}
    assert (await matter.ask("POST", f"/topics/{page['aside']['id']}/asides", body))[0] == 422
    assert (await matter.ask("POST", f"/topics/{uuid4()}/asides", body))[0] == 404
    for method, path in (("GET", ""), ("DELETE", ""), ("PUT", "/done"), ("DELETE", "/done")):
        assert (await matter.ask(method, f"/asides/{uuid4()}{path}"))[0] == 404
