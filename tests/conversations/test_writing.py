"""Replies and notes: written once, refused with a reason, taken back or sent again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.customers.changing import Changer
from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import Company


async def outbox(database: Database) -> list[dict[str, Any]]:
    return [dict(row) for row in await database.rows("SELECT * FROM outbox ORDER BY number")]


async def test_a_reply_goes_to_the_outbox_and_into_the_thread(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    status, message = await desk.reply(mail.customer, "Buenos días", subject="Re: Hola", cc=["Jefe@X.es"])
    assert status == 201
    assert message["address"] == {"kind": "email", "value": "ana@x.es", "name": ""}
    assert (message["direction"], message["state"], message["topic"], message["subject"]) == ("out", "queued", mail.topic, "Re: Hola")
    assert message["author"] == {"kind": "human", "id": company.ana, "name": "Ana"}
    assert message["context"] == {"cc": ["jefe@x.es"]}
    [row] = await outbox(database)
    assert (str(row["message_id"]), row["request"]) == (message["id"], {"cc": ["jefe@x.es"], "bcc": []})
    assert [one["id"] for one in (await desk.page(mail.customer))["messages"]] == [mail.message, message["id"]]


async def test_a_slow_channel_waits_a_little_so_that_one_can_undo(desk: Desk, database: Database, company: Company) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await desk.reply(mail.customer)
    await desk.reply(chat.customer, channel=company.webchat)
    waits = [row["next_at"] - datetime.now(UTC) for row in await outbox(database)]
    assert timedelta(seconds=1) < waits[0] <= timedelta(seconds=5)
    assert waits[1] <= timedelta()


async def test_the_same_id_and_body_again_is_the_same_message(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    id_ = str(uuid4())
    answers = await asyncio.gather(*(desk.reply(mail.customer, "Una vez", id=id_) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert {answer["id"] for _, answer in answers} == {id_}
    assert len(await outbox(database)) == 1


async def test_the_same_id_with_another_body_or_customer_is_refused(desk: Desk, company: Company) -> None:
    mail, other = await company.writes("email", "ana@x.es"), await company.writes("email", "eva@x.es")
    id_ = str(uuid4())
    assert (await desk.reply(mail.customer, "Uno", id=id_))[0] == 201
    for customer, text in ((mail.customer, "Dos"), (other.customer, "Uno")):
        status, answer = await desk.reply(customer, text, id=id_)
        assert (status, answer["error"]["code"]) == (409, "id_taken")


async def test_a_repeat_is_answered_even_after_the_channel_was_switched_off(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    id_ = str(uuid4())
    await desk.reply(mail.customer, id=id_)
    await database.run("UPDATE channel SET enabled = false")
    assert (await desk.reply(mail.customer, id=id_))[0] == 200


async def test_a_note_goes_to_nobody(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    status, note = await desk.note(mail.customer, "Cliente difícil", mentions=[company.luis])
    assert (status, note["direction"], note["state"], note["channel"]) == (201, "note", "saved", None)
    assert note["mentions"] == [company.luis]
    assert await outbox(database) == []


@pytest.mark.parametrize("more", [{"address": "ana@x.es"}, {"cc": ["b@x.es"]}, {"html": "<b>a</b>"}, {"text": "  "}, {"subject": "Hola"}])
async def test_a_note_with_an_address_or_without_words_is_refused(more: dict[str, Any], desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    status, answer = await desk.note(mail.customer, **more)
    assert (status, list(answer["error"]["fields"])) == (422, list(more))


CHAT_REFUSALS = [
    ({"text": "x" * 81}, "text", "at most 80"),
    ({"text": ""}, "text", "needs a text or a file"),
    ({"cc": ["b@x.es"]}, "cc", "no cc"),
    ({"html": "<b>a</b>"}, "html", "no html"),
    ({"subject": "Hola"}, "subject", "no subject"),
    ({"address": "v2"}, "address", "only who wrote to it: v1"),
    ({"address": {"kind": "email", "value": "a@x.es"}}, "address", "reaches a visitor"),
    ({"send_at": "2020-01-01T00:00:00Z"}, "send_at", "in the future"),
    ({"send_at": "2030-01-01T00:00:00"}, "send_at", "time zone"),
    ({"reply_to": "00000000-0000-0000-0000-000000000000"}, "reply_to", "no such message"),
    ({"mentions": ["00000000-0000-0000-0000-000000000000"]}, "mentions", "nobody here"),
    ({"attachments": ["00000000-0000-0000-0000-000000000000"]}, "attachments", "uploaded by you"),
    ({"channel": None}, "channel", "open are E-mail, Chat"),
    ({"channel": "00000000-0000-0000-0000-000000000000"}, "channel", "no such channel; open are"),
    ({"unknown": 1}, "body", "unknown field"),
    ({"text": "a\x00b"}, "text", "regex"),
]


@pytest.mark.parametrize(("more", "field", "allowed"), CHAT_REFUSALS)
async def test_what_a_channel_cannot_carry_is_refused_by_name(
    more: dict[str, Any], field: str, allowed: str, desk: Desk, database: Database, company: Company
) -> None:
    chat = await company.writes("visitor", "v1")
    status, answer = await desk.reply(chat.customer, **{"channel": company.webchat, **more})
    assert (status, list(answer["error"]["fields"])) == (422, [field]), answer
    assert allowed in answer["error"]["fields"][field]
    assert await outbox(database) == []


async def test_a_channel_that_is_switched_off_is_refused(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    await database.run("UPDATE channel SET enabled = false WHERE id = $1", company.email)
    status, answer = await desk.reply(mail.customer)
    assert (status, answer["error"]["fields"]) == (422, {"channel": "is switched off; open are Chat"})


async def test_a_visitor_is_answered_by_mail_at_the_address_he_claimed(desk: Desk, database: Database, company: Company) -> None:
    chat = await company.writes("visitor", "v1", claims={"email": "Ana@X.es"})
    status, answer = await desk.reply(chat.customer)
    assert (status, answer["error"]["fields"]) == (422, {"address": "this customer has no email on this channel; give one"})
    status, message = await desk.reply(chat.customer, address="ANA@x.es")
    assert (status, message["address"]["value"], message["topic"]) == (201, "ana@x.es", chat.topic)
    reply = await company.writes("email", "ana@x.es", answers=[message["id"]])
    assert (reply.root, reply.topic) == (chat.root, chat.topic)


async def test_nonsense_is_no_address(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    for address in ("nonsense", "a@b", "a@x.es\r\nBcc: b@x.es", "a@x.es,b@x.es"):
        status, answer = await desk.reply(mail.customer, address=address)
        assert (status, list(answer["error"]["fields"])) == (422, ["address"]), address
    status, answer = await desk.reply(mail.customer, cc=["b@x.es, c@x.es"])
    assert (status, list(answer["error"]["fields"])) == (422, ["cc"])


async def test_a_topic_of_somebody_else_cannot_be_written_to(desk: Desk, company: Company) -> None:
    mail, other = await company.writes("email", "ana@x.es"), await company.writes("email", "eva@x.es")
    status, answer = await desk.reply(mail.customer, topic=other.topic)
    assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_an_answer_to_a_message_goes_into_its_topic(desk: Desk, company: Company, changer: Changer) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await changer.join(company.ana, mail.customer, chat.customer)
    _, message = await desk.reply(mail.customer, reply_to=chat.message)
    assert (message["topic"], message["reply_to"]) == (chat.topic, chat.message)


async def test_a_reply_that_waits_can_be_taken_back_once(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, message = await desk.reply(mail.customer)
    status, canceled = await desk.ask("POST", f"/messages/{message['id']}/cancel")
    assert (status, canceled["state"]) == (200, "canceled")
    assert await outbox(database) == []
    status, answer = await desk.ask("POST", f"/messages/{message['id']}/cancel")
    assert (status, answer["error"]["code"]) == (409, "already_sent")


async def test_a_reply_that_is_on_its_way_cannot_be_taken_back(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, message = await desk.reply(mail.customer)
    await database.run("UPDATE outbox SET state = 'sending'")
    status, answer = await desk.ask("POST", f"/messages/{message['id']}/cancel")
    assert (status, answer["error"]["code"]) == (409, "already_sent")


@pytest.mark.parametrize("state", ["failed", "unknown"])
async def test_what_failed_is_sent_again_with_its_copies(state: str, desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, message = await desk.reply(mail.customer, cc=["b@x.es"])
    await database.run("UPDATE outbox SET state = 'sending', token = 1")
    await database.value("SELECT settle_message($1, 1, $2, NULL, $3)", message["id"], state, {"code": "gone", "detail": "550"})
    status, again = await desk.ask("POST", f"/messages/{message['id']}/retry")
    assert (status, again["state"], again["error"]) == (200, "queued", None)
    [row] = await outbox(database)
    assert row["request"] == {"cc": ["b@x.es"], "bcc": []}
    status, answer = await desk.ask("POST", f"/messages/{message['id']}/retry")
    assert (status, answer["error"]["code"]) == (409, "not_failed")


async def test_messages_of_others_and_of_nobody_cannot_be_moved(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    for verb in ("retry", "cancel"):
        assert (await desk.ask("POST", f"/messages/{uuid4()}/{verb}"))[0] == 404
        assert (await desk.ask("POST", f"/messages/{mail.message}/{verb}"))[0] == 409
    assert (await desk.reply(str(uuid4())))[0] == 404


async def test_without_the_permission_nothing_is_written_or_read(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    desk.headers["May"] = "customer.read"
    assert (await desk.reply(mail.customer))[0] == 403
    assert (await desk.ask("GET", f"/customers/{mail.customer}/conversation"))[0] == 403
    desk.headers["May"] = "conversation.read"
    assert (await desk.ask("GET", f"/customers/{mail.customer}/conversation"))[0] == 404
    del desk.headers["Agent"]
    assert (await desk.note(mail.customer))[0] == 401


async def test_a_canceled_or_settled_retry_tells_the_ledger(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, message = await desk.reply(mail.customer)
    await desk.ask("POST", f"/messages/{message['id']}/cancel")
    assert [event["data"]["state"] for event in await company.events("message.changed")] == ["canceled"]
