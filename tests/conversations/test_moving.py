"""Messages put where they belong: split from a matter, moved to another or to another customer, and back."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from hub.conversations.live import projections
from hub.conversations.reading import Conversations
from hub.customers.changing import Changer
from hub.kernel.database import Database
from hub.kernel.ledger import Ledger
from hub.timeline.reading import Timeline
from tests.conversations.conftest import Desk
from tests.scenes import Company, Taken

NOWHERE = str(uuid4())


@dataclass
class Matters:
    """Rosa's thread of five mails in one matter, and what stands where."""

    desk: Desk
    database: Database
    mails: list[Taken]

    @property
    def customer(self) -> str:
        return self.mails[0].customer

    @property
    def topic(self) -> str:
        return self.mails[0].topic

    async def topics(self) -> list[str]:
        """The topic of each mail, in order."""
        ids = [mail.message for mail in self.mails]
        rows = await self.database.rows("SELECT topic_id::text FROM message WHERE id = ANY ($1::uuid[]) ORDER BY number", ids)
        return [row["topic_id"] for row in rows]

    async def standing(self, topic: str) -> dict[str, Any]:
        """A topic with its open work."""
        sql = """SELECT t.state, t.turn, t.last_number, t.subject, t.customer_id::text AS customer, w.id::text AS work,
                        w.state AS work_state
                 FROM topic t LEFT JOIN work w ON w.topic_id = t.id AND w.ended_at IS NULL WHERE t.id = $1"""
        row = await self.database.row(sql, topic)
        assert row is not None
        return dict(row)


@pytest.fixture
async def rosa(desk: Desk, company: Company, database: Database) -> Matters:
    mails = [await company.writes("email", "rosa@x.es", f"mail {n}", name="Rosa Gil", subject=f"Asunto {n}") for n in range(5)]
    return Matters(desk, database, mails)


async def split(rosa: Matters, mail: int, **more: Any) -> Any:
    status, moved = await rosa.desk.ask("POST", f"/messages/{rosa.mails[mail].message}/split", more)
    assert status == 201, moved
    return moved


async def move(desk: Desk, message: str, **place: Any) -> Any:
    status, moved = await desk.ask("POST", f"/messages/{message}/move", place)
    assert status == 201, moved
    return moved


async def test_a_split_makes_a_matter_of_a_message_and_what_follows_with_work_of_its_own(rosa: Matters) -> None:
    moved = await split(rosa, 3)
    new = moved["topic"]["id"]
    assert await rosa.topics() == [rosa.topic] * 3 + [new] * 2
    assert moved["topic"]["subject"] == "Asunto 3"
    assert moved["customer"] == rosa.customer
    told = await rosa.standing(new)
    assert (told["state"], told["turn"], told["last_number"], told["work_state"]) == ("open", "agent", rosa.mails[4].number, "queued")
    assert (await rosa.standing(rosa.topic))["last_number"] == rosa.mails[2].number


async def test_a_split_may_name_its_subject_and_queue(rosa: Matters, database: Database) -> None:
    returns = str(await database.value("INSERT INTO queue (name) VALUES ('Returns') RETURNING id"))
    moved = await split(rosa, 2, subject="La devolución", queue=returns)
    assert moved["topic"]["subject"] == "La devolución"
    work = (await rosa.standing(moved["topic"]["id"]))["work"]
    assert str(await database.value("SELECT queue_id FROM work WHERE id = $1", work)) == returns


async def test_undoing_a_split_leaves_nothing_of_it(rosa: Matters) -> None:
    before = await rosa.standing(rosa.topic)
    moved = await split(rosa, 3)
    status, back = await rosa.desk.ask("DELETE", f"/moves/{moved['move']}")
    assert (status, back["topic"]["id"]) == (200, rosa.topic)
    assert await rosa.topics() == [rosa.topic] * 5
    assert await rosa.standing(rosa.topic) == before
    told = await rosa.standing(moved["topic"]["id"])
    assert (told["state"], told["work"]) == ("closed", None)
    assert (await rosa.desk.ask("DELETE", f"/moves/{moved['move']}"))[1]["error"]["code"] == "undone"


async def test_what_came_after_a_split_stays_where_it_came(rosa: Matters, company: Company) -> None:
    moved = await split(rosa, 3)
    later = await company.writes("email", "rosa@x.es", "later")
    assert later.topic == moved["topic"]["id"]
    await rosa.desk.ask("DELETE", f"/moves/{moved['move']}")
    assert (await rosa.standing(later.topic))["state"] == "open"
    assert await rosa.topics() == [rosa.topic] * 5


async def test_a_whole_matter_cannot_be_split_from_itself(rosa: Matters) -> None:
    status, said = await rosa.desk.ask("POST", f"/messages/{rosa.mails[0].message}/split", {})
    assert (status, said["error"]["code"]) == (409, "all_of_it")


async def test_a_message_goes_to_another_matter_of_the_same_customer(rosa: Matters) -> None:
    new = (await split(rosa, 3))["topic"]["id"]
    await move(rosa.desk, rosa.mails[1].message, topic=new)
    assert await rosa.topics() == [rosa.topic, new, rosa.topic, new, new]
    numbers = [one["number"] for one in (await rosa.desk.page(rosa.customer, topic=new))["messages"]]
    assert numbers == sorted(numbers)


async def test_a_matter_that_is_emptied_is_closed_and_its_work_ends_or_goes_along(rosa: Matters, database: Database) -> None:
    new = (await split(rosa, 3))["topic"]["id"]
    both = [(await rosa.standing(topic))["work"] for topic in (rosa.topic, new)]
    moved = await move(rosa.desk, rosa.mails[3].message, topic=rosa.topic, onward=True)
    assert await rosa.topics() == [rosa.topic] * 5
    assert (await rosa.standing(new))["state"] == "closed"
    assert await database.value("SELECT state FROM work WHERE id = $1", both[1]) == "canceled"
    assert (await rosa.standing(rosa.topic))["work"] == both[0]
    await rosa.desk.ask("DELETE", f"/moves/{moved['move']}")
    told = await rosa.standing(new)
    assert (told["state"], told["work_state"]) == ("open", "queued")


async def test_work_in_a_colleagues_hands_goes_along_with_a_misfiled_mail(rosa: Matters, database: Database, company: Company) -> None:
    mail = await company.writes("email", "shared@x.es", "I am Pia")
    pia = await company.customer("Pia Sol")
    await database.run("UPDATE work SET state = 'assigned', agent_id = $2 WHERE id = $1", mail.work, company.ana)
    moved = await move(rosa.desk, mail.message, customer=pia)
    assert moved["customer"] == pia
    told = await rosa.standing(moved["topic"]["id"])
    assert (told["work"], told["work_state"], told["customer"]) == (mail.work, "assigned", pia)
    assert (await rosa.standing(mail.topic))["state"] == "closed"


async def test_a_misfiled_message_is_in_the_other_thread_alone_and_comes_back(rosa: Matters, company: Company) -> None:
    pia = await company.writes("email", "pia@x.es", "hello")
    moved = await move(rosa.desk, rosa.mails[4].message, topic=pia.topic)
    assert await texts(rosa.desk, pia.customer) == ["mail 4", "hello"]
    assert await texts(rosa.desk, rosa.customer) == ["mail 0", "mail 1", "mail 2", "mail 3"]
    assert (await rosa.desk.ask("DELETE", f"/moves/{moved['move']}"))[0] == 200
    assert await texts(rosa.desk, pia.customer) == ["hello"]
    assert await texts(rosa.desk, rosa.customer) == [f"mail {n}" for n in range(5)]


async def test_a_closed_matter_is_taken_up_again_by_what_is_moved_to_it_until_that_is_undone(rosa: Matters, database: Database) -> None:
    new = (await split(rosa, 3))["topic"]["id"]
    await database.run("UPDATE work SET state = 'completed', ended_at = now() WHERE topic_id = $1", new)
    await database.run("UPDATE topic SET state = 'closed', closed_at = now() WHERE id = $1", new)
    moved = await move(rosa.desk, rosa.mails[2].message, topic=new)
    assert (await rosa.standing(new))["work_state"] == "queued"
    await rosa.desk.ask("DELETE", f"/moves/{moved['move']}")
    told = await rosa.standing(new)
    assert (told["state"], told["work"]) == ("closed", None)


async def test_a_move_of_what_was_moved_on_is_undone_last(rosa: Matters, company: Company) -> None:
    pia, leo = await company.writes("email", "pia@x.es"), await company.writes("email", "leo@x.es")
    first = await move(rosa.desk, rosa.mails[4].message, topic=pia.topic)
    second = await move(rosa.desk, rosa.mails[4].message, topic=leo.topic)
    status, said = await rosa.desk.ask("DELETE", f"/moves/{first['move']}")
    assert (status, said["error"]["code"]) == (409, "moved_since")
    for one in (second, first):
        assert (await rosa.desk.ask("DELETE", f"/moves/{one['move']}"))[0] == 200
    assert await rosa.topics() == [rosa.topic] * 5


async def test_an_answer_to_a_moved_letter_joins_nobody(rosa: Matters, company: Company, database: Database) -> None:
    """The letter went to Rosa; that a colleague filed it with Pia is no evidence that Rosa is Pia."""
    pia = await company.writes("email", "pia@x.es")
    _, letter = await rosa.desk.reply(rosa.customer, "Hola, Rosa", address="rosa@x.es")
    await move(rosa.desk, letter["id"], topic=pia.topic)
    answer = await company.writes("email", "rosa@x.es", "thanks", answers=[letter["id"]])
    assert (answer.root, answer.topic) == (rosa.customer, rosa.topic)
    assert await database.value("SELECT count(*) FROM customer_join") == 0


async def test_joining_moving_parting_and_undoing_lose_nothing(rosa: Matters, company: Company) -> None:
    pia = await company.writes("email", "pia@x.es", "hello")
    changer = Changer(rosa.database, lambda: None)
    join = await changer.join(company.ana, rosa.customer, pia.customer)
    moved = await move(rosa.desk, pia.message, topic=rosa.topic)
    await changer.part(company.ana, join)
    assert await texts(rosa.desk, pia.customer) == ["hello"]
    assert "hello" not in await texts(rosa.desk, rosa.customer)
    assert (await rosa.desk.ask("DELETE", f"/moves/{moved['move']}"))[0] == 200
    await changer.join(company.ana, rosa.customer, pia.customer)
    assert await texts(rosa.desk, rosa.customer) == [*(f"mail {n}" for n in range(5)), "hello"]
    assert (await rosa.standing(pia.topic))["state"] == "open"


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"topic": NOWHERE, "customer": NOWHERE}, 422, "invalid"),
        ({"topic": NOWHERE}, 422, "invalid"),
        ({"customer": NOWHERE}, 404, "not_found"),
        ({"topic": "its own"}, 422, "same_place"),
        ({"customer": "rosa", "queue": NOWHERE}, 422, "no_queue"),
    ],
)
async def test_what_is_no_place_is_refused_by_name(rosa: Matters, place: dict[str, str], status: int, code: str) -> None:
    place = {key: {"its own": rosa.topic, "rosa": rosa.customer}.get(value, value) for key, value in place.items()}
    got, said = await rosa.desk.ask("POST", f"/messages/{rosa.mails[1].message}/move", place)
    assert (got, said["error"]["code"]) == (status, code)


async def test_unknown_messages_and_moves_are_not_found(desk: Desk) -> None:
    assert (await desk.ask("POST", f"/messages/{NOWHERE}/split", {}))[0] == 404
    assert (await desk.ask("POST", f"/messages/{NOWHERE}/move", {"customer": NOWHERE}))[0] == 404
    assert (await desk.ask("DELETE", f"/moves/{NOWHERE}"))[0] == 404


async def test_sockets_hear_of_it_in_both_threads(rosa: Matters, company: Company, conversations: Conversations) -> None:
    pia = await company.writes("email", "pia@x.es", "hello")
    await move(rosa.desk, rosa.mails[3].message, topic=pia.topic, onward=True)
    await company.publish()
    events = [event for event in await Ledger(rosa.database).read(0) if event.type == "message.moved"]
    pushes = list(await projections(conversations)["message.moved"](events))
    here = [push.data for push in pushes if push.type == "message.changed" and f"customer:{pia.customer}" in push.rooms]
    assert [one.id for one in here] == [mail.message for mail in rosa.mails[3:]]
    assert [one.topic for one in here] == [pia.topic] * 2
    (gone,) = [push for push in pushes if push.type == "message.gone"]
    assert gone.rooms == {f"customer:{rosa.customer}"}
    assert gone.data == {"root": rosa.customer, "messages": [mail.message for mail in rosa.mails[3:]]}


async def test_nothing_is_gone_from_two_who_were_joined_since(rosa: Matters, company: Company, conversations: Conversations) -> None:
    pia = await company.writes("email", "pia@x.es", "hello")
    await move(rosa.desk, rosa.mails[3].message, topic=pia.topic)
    await Changer(rosa.database, lambda: None).join(company.ana, pia.customer, rosa.customer)
    await company.publish()
    events = [event for event in await Ledger(rosa.database).read(0) if event.type == "message.moved"]
    (gone,) = [push for push in await projections(conversations)["message.moved"](events) if push.type == "message.gone"]
    assert gone.data == {"root": pia.customer, "messages": []}


async def test_the_thread_tells_who_moved_what_and_nothing_of_it_to_whom_it_left(rosa: Matters, company: Company) -> None:
    pia = await company.writes("email", "pia@x.es", "hello")
    moved = await move(rosa.desk, rosa.mails[4].message, topic=pia.topic)
    await company.publish()
    timeline = Timeline(rosa.database)
    (left,) = [event for event in await timeline.newest([rosa.customer], None, 50) if event.type == "message.moved"]
    assert (left.data["away"], left.data["count"], left.data["customer"]["id"], left.actor.id) == (True, 1, pia.customer, company.ana)
    (reached,) = [event for event in await timeline.newest([pia.customer], None, 50) if event.type == "message.moved"]
    assert (reached.data["move"], reached.data["undone"], reached.data["topic"]["id"]) == (moved["move"], False, pia.topic)
    assert "mail 4" not in str(await timeline.newest([rosa.customer], None, 50))


async def texts(desk: Desk, customer: str) -> list[str]:
    return [one["text"] for one in (await desk.page(customer))["messages"]]
