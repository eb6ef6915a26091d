"""What sockets hear: the same shapes as a fetch, to those whom it concerns, one query for a batch."""

from uuid import uuid4

import msgspec

import hub.conversations.live
import hub.customers.live
import hub.timeline.live
from hub.conversations.reading import Conversations
from hub.customers.changing import Changer
from hub.kernel.database import Database
from hub.kernel.ledger import EventRow, Ledger
from hub.kernel.push import SUPERVISORS, Projection, Push
from hub.timeline.reading import Timeline
from tests.conversations.conftest import Desk
from tests.scenes import Company


async def happened(database: Database, company: Company) -> list[EventRow]:
    await company.publish()
    return await Ledger(database).read(0)


async def pushed(projection: Projection, events: list[EventRow], *types: str) -> list[Push]:
    return list(await projection([event for event in events if event.type in types]))


async def test_a_message_is_pushed_as_it_is_fetched(desk: Desk, database: Database, company: Company, conversations: Conversations) -> None:
    mail = await company.writes("email", "ana@x.es", name="Ana Ruiz")
    await desk.note(mail.customer, mentions=[company.luis])
    projection = hub.conversations.live.projections(conversations)["message.created"]
    pushes = await pushed(projection, await happened(database, company), "message.created")
    fetched = (await desk.page(mail.customer))["messages"]
    told = [msgspec.to_builtins(push.data) for push in pushes]
    assert told == [{**message, "root": mail.customer, "customer_name": "Ana Ruiz"} for message in fetched]
    everybody = {f"customer:{mail.customer}", f"queue:{company.queue}", SUPERVISORS}
    assert pushes[0].rooms == everybody
    assert pushes[1].rooms == everybody | {f"agent:{company.ana}", f"agent:{company.luis}"}


async def test_what_becomes_of_a_message_is_pushed_with_the_whole_of_it(
    desk: Desk, database: Database, company: Company, conversations: Conversations
) -> None:
    chat = await company.writes("visitor", "v1", external_id="m1")
    about = {"channel": company.webchat, "kind": "visitor", "value": "v1", "name": "", "at": None}
    for event in ({"what": "reaction", "emoji": "👍"}, {"what": "edit", "text": "Hola a todos"}):
        await database.run("SELECT take_event($1)", {**about, **event, "target": "m1"})
    projection = hub.conversations.live.projections(conversations)["message.changed"]
    pushes = await pushed(projection, await happened(database, company), "message.changed")
    (fetched,) = (await desk.page(chat.customer))["messages"]
    assert fetched["reactions"][0]["emoji"] == "👍"
    assert [msgspec.to_builtins(push.data) for push in pushes] == [{**fetched, "root": chat.customer, "customer_name": "v1"}] * 2


async def test_an_answer_written_elsewhere_is_told_with_its_author(
    database: Database, company: Company, conversations: Conversations
) -> None:
    chat = await company.writes("visitor", "v1")
    sender = {"channel": company.webchat, "kind": "visitor", "value": "v1", "name": ""}
    said = {"id": str(uuid4()), "external_id": "p1", "text": "We are open", "author": "Shop phone", "attachments": []}
    echo = {"what": "echo", "at": None, "message": None, **sender, **said}
    await database.run("SELECT take_event($1)", echo)
    projection = hub.conversations.live.projections(conversations)["message.created"]
    push = (await pushed(projection, await happened(database, company), "message.created"))[-1]
    told = msgspec.to_builtins(push.data)
    assert (told["direction"], told["state"], told["author"]) == ("out", "sent", {"kind": "human", "id": None, "name": "Shop phone"})
    assert push.rooms == {f"customer:{chat.customer}", f"queue:{company.queue}", SUPERVISORS}


async def test_a_withdrawn_consent_is_told_to_whoever_has_the_customer_open(database: Database, company: Company) -> None:
    chat = await company.writes("visitor", "v1", "STOP")
    consent = {"what": "consent", "channel": company.webchat, "kind": "visitor", "value": "v1", "name": "", "at": None, "given": False,
               "reason": "stop_word", "text": "STOP"}  # fmt: skip
    await database.run("SELECT take_event($1)", consent)
    projections = hub.customers.live.projections(database)
    [push] = await pushed(projections["consent.withdrawn"], await happened(database, company), "consent.withdrawn")
    assert (push.type, push.data) == ("customer.changed", {"id": chat.customer})
    assert push.rooms == {f"customer:{chat.customer}"}


async def test_whoever_is_at_work_on_a_topic_hears_its_messages(database: Database, company: Company, conversations: Conversations) -> None:
    await company.writes("email", "ana@x.es")
    await database.run("UPDATE work SET state = 'assigned', agent_id = $1", company.luis)
    projection = hub.conversations.live.projections(conversations)["message.created"]
    [push] = await pushed(projection, await happened(database, company), "message.created")
    assert f"agent:{company.luis}" in push.rooms


async def test_what_stands_in_the_thread_is_pushed_as_it_is_fetched(
    desk: Desk, database: Database, company: Company, changer: Changer
) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await changer.join(company.ana, mail.customer, chat.customer)
    projections = hub.timeline.live.projections(Timeline(database))
    pushes = await pushed(projections["topic.opened"], await happened(database, company), *projections)
    told = [msgspec.to_builtins(push.data) for push in pushes]
    assert told == [{**event, "root": mail.customer} for event in (await desk.page(mail.customer))["events"]]
    assert {push.rooms for push in pushes} == {frozenset({f"customer:{mail.customer}"})}


async def test_a_join_is_told_to_those_who_have_either_open(database: Database, company: Company, changer: Changer) -> None:
    one, other = await company.customer("Ana"), await company.customer("Anita")
    join = await changer.join(company.ana, one, other)
    await changer.part(company.ana, join)
    projections = hub.customers.live.projections(database)
    pushes = await pushed(projections["customer.joined"], await happened(database, company), "customer.joined", "customer.parted")
    assert [push.type for push in pushes] == ["customer.joined", "customer.parted"]
    for push in pushes:
        assert push.data == {"join": join, "root": one, "customer": other}
        assert push.rooms == {f"customer:{one}", f"customer:{other}"}


async def test_a_changed_record_and_topic_are_told(desk: Desk, database: Database, company: Company, changer: Changer) -> None:
    mail = await company.writes("email", "ana@x.es")
    await changer.add_tag(company.ana, mail.customer, "vip")
    events = await happened(database, company)
    projections = hub.customers.live.projections(database)
    [tagged] = await pushed(projections["customer.tagged"], events, "customer.tagged")
    assert (tagged.type, tagged.data) == ("customer.changed", {"id": mail.customer})
    assert tagged.rooms == {f"customer:{mail.customer}"}
    [opened] = await pushed(projections["topic.opened"], events, "topic.opened")
    assert (opened.type, opened.data["id"], opened.data["root"], opened.data["state"]) == (
        "topic.changed",
        mail.topic,
        mail.customer,
        "open",
    )
