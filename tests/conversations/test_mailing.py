"""Mails as agents write them: in form, signed, quoting, passed on, to somebody new, at a set time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.signatures.signatures import Signatures
from tests.conversations.conftest import Desk
from tests.scenes import Company

PICTURE = b"\x89PNG\r\n\x1a\n"


async def travels(database: Database, blobs: Blobs, message: str) -> tuple[str, str]:
    """The text and the HTML that are sent."""
    row = await database.row("SELECT text, context, html FROM message WHERE id = $1", message)
    assert row is not None
    return row["context"].get("full_text") or row["text"], (await blobs.read(row["html"])).decode() if row["html"] else ""


async def brand_of(database: Database) -> str:
    return str(await database.value("SELECT id FROM brand"))


async def begin(desk: Desk, **more: Any) -> tuple[int, Any]:
    body = {"id": str(uuid4()), "channel": desk.company.email, "address": "new@y.es", "text": "Hola", "subject": "Su pedido", **more}
    return await desk.ask("POST", "/conversations", body)


# ── Form ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_text_in_form_has_a_plain_alternative(desk: Desk, database: Database, blobs: Blobs, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    html = '<div>Hola <b>Ana</b></div><ul><li>uno</li></ul><script>x()</script><a href="javascript:x()">y</a>'
    status, message = await desk.reply(mail.customer, "", html=html)
    assert (status, message["text"], message["has_html"]) == (201, "Hola Ana\n\n- uno\n\ny", True)
    _, sent = await travels(database, blobs, message["id"])
    assert "<b>Ana</b>" in sent
    assert "script" not in sent


async def test_a_picture_in_the_text_travels_beside_it(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, file = await desk.upload("a.png", PICTURE, "image/png")
    status, message = await desk.reply(mail.customer, "", html=f'<p>Mire <img src="cid:{file["id"]}"></p>', attachments=[file["id"]])
    assert (status, message["attachments"][0]["inline"]) == (201, True)
    assert await database.value("SELECT content_id FROM attachment WHERE id = $1", file["id"]) == file["id"]
    _, page = await desk.ask("GET", f"/messages/{message['id']}/html")
    assert "data:image/png;base64," in page


async def test_a_picture_that_is_not_attached_is_refused(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    status, answer = await desk.reply(mail.customer, "x", html=f'<img src="cid:{uuid4()}">')
    assert (status, list(answer["error"]["fields"])) == (422, ["html"])


async def test_what_was_taken_back_can_be_sent_with_its_files_again(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, file = await desk.upload("a.txt", b"x")
    _, message = await desk.reply(mail.customer, attachments=[file["id"]])
    await desk.ask("POST", f"/messages/{message['id']}/cancel")
    status, again = await desk.reply(mail.customer, attachments=[file["id"]])
    assert (status, [one["id"] for one in again["attachments"]]) == (201, [file["id"]])


# ── Signatures ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mail_is_signed_when_wanted(desk: Desk, database: Database, blobs: Blobs, company: Company) -> None:
    mail, signatures = await company.writes("email", "ana@x.es"), Signatures(database, lambda: None)
    await signatures.put_brand(
        company.ana, await brand_of(database), "<div>{{agent.name}}</div><div>{{agent.role}}</div><div>{{brand.name}}</div>"
    )
    _, signed = await desk.reply(mail.customer, "Sí", signed=True)
    _, plain = await desk.reply(mail.customer, "Sí")
    assert await travels(database, blobs, signed["id"]) == ("Sí\n\n-- \nAna\nCasa Roja", "")
    assert signed["text"] == "Sí"
    assert await travels(database, blobs, plain["id"]) == ("Sí", "")


# ── Quotation ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_history_is_quoted_to_whoever_wrote_it(desk: Desk, database: Database, blobs: Blobs, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es", "¿Llega?", context={"to": ["support@demo.example"], "cc": ["eva@x.es"]})
    status, message = await desk.reply(mail.customer, "", html="<p>Sí</p>", quote=mail.message, cc=["eva@x.es"], zone="Europe/Madrid")
    assert status == 201, message
    text, html = await travels(database, blobs, message["id"])
    assert text.startswith("Sí\n\nEl ")
    assert text.endswith("ana@x.es escribió:\n> ¿Llega?")
    assert '<blockquote type="cite"' in html
    assert message["text"] == "Sí"


async def test_history_is_quoted_to_nobody_who_is_not_proved(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es", claims={"email": "other@x.es"}, context={"cc": ["eva@x.es"]})
    for more in ({"address": "other@x.es"}, {"cc": ["stranger@x.es"]}, {"bcc": ["stranger@x.es"]}):
        status, answer = await desk.reply(mail.customer, quote=mail.message, **more)
        assert (status, list(answer["error"]["fields"])) == (422, ["quote"]), more
    doubtful = await company.writes("email", "ana@x.es", context={"cc": ["eva@x.es"], "failed_authentication": True})
    assert (await desk.reply(mail.customer, quote=doubtful.message, cc=["eva@x.es"]))[0] == 422


async def test_only_a_message_of_the_conversation_is_quoted_or_passed_on(desk: Desk, company: Company) -> None:
    mail, other = await company.writes("email", "ana@x.es"), await company.writes("email", "eva@x.es")
    _, note = await desk.note(mail.customer, "secreto")
    for message in (other.message, note["id"]):
        for more in ({"quote": message}, {"forward": {"message": message}, "address": "x@y.es"}):
            status, answer = await desk.reply(mail.customer, **more)
            assert (status, list(answer["error"]["fields"])) == (422, [next(iter(more))]), more


# ── Passing on ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_is_passed_on_with_its_files(desk: Desk, database: Database, blobs: Blobs, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es", "Está roto", subject="Pedido 7")
    _, file = await desk.upload("foto.png", PICTURE, "image/png")
    await database.run("UPDATE attachment SET message_id = $1 WHERE id = $2", mail.message, file["id"])
    status, message = await desk.reply(mail.customer, "¿Lo cubre?", address="fabrica@z.es", forward={"message": mail.message})
    assert (status, message["subject"], message["topic"], message["address"]["value"]) == (201, "Fwd: Pedido 7", mail.topic, "fabrica@z.es")
    assert [one["name"] for one in message["attachments"]] == ["foto.png"]
    text, _ = await travels(database, blobs, message["id"])
    assert text.startswith("¿Lo cubre?\n\n---------- Mensaje reenviado")
    assert text.endswith("Está roto")
    _, without = await desk.reply(mail.customer, "", address="fabrica@z.es", forward={"message": mail.message, "files": False})
    assert without["attachments"] == []


async def test_passing_on_is_no_answer_to_the_customer(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    await desk.reply(mail.customer, "¿?", address="fabrica@z.es", forward={"message": mail.message})
    assert await database.value("SELECT turn FROM topic WHERE id = $1", mail.topic) == "agent"
    _, customer = await desk.reply(mail.customer, "Enseguida")
    assert customer["address"]["value"] == "ana@x.es"


async def test_whoever_gets_it_passed_on_never_joins_the_conversation(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, message = await desk.reply(mail.customer, "¿?", address="fabrica@z.es", forward={"message": mail.message})
    answer = await company.writes("email", "fabrica@z.es", answers=[message["id"]])
    assert answer.root != mail.root
    assert answer.topic != mail.topic


async def test_passing_on_needs_somebody_to_get_it(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    status, answer = await desk.reply(mail.customer, forward={"message": mail.message})
    assert (status, list(answer["error"]["fields"])) == (422, ["address"])


# ── Somebody new ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mail_to_somebody_new_makes_the_customer(desk: Desk, database: Database, company: Company) -> None:
    status, message = await begin(desk, name="Eva Ruiz", signed=True)
    assert status == 201, message
    _, customer = await desk.ask("GET", f"/customers/{message['customer']}/conversation")
    assert customer["customer"]["name"] == "Eva Ruiz"
    row = await database.row("SELECT subject, turn FROM topic WHERE id = $1", message["topic"])
    assert row is not None
    assert tuple(row) == ("Su pedido", "customer")
    assert message["context"] == {"unasked": True}
    answer = await company.writes("email", "new@y.es", answers=[message["id"]])
    assert (answer.customer, answer.topic) == (message["customer"], message["topic"])


async def test_the_same_mail_to_somebody_new_again_is_the_same(desk: Desk, database: Database) -> None:
    id_ = str(uuid4())
    (first, one), (again, same) = await begin(desk, id=id_), await begin(desk, id=id_)
    assert (first, again, one["id"]) == (201, 200, same["id"])
    assert await database.value("SELECT count(*) FROM customer") == 1


async def test_a_mail_about_something_new_goes_to_whoever_is_known(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es", subject="Viejo")
    status, message = await begin(desk, address="Ana@X.es")
    assert (status, message["customer"]) == (201, mail.customer)
    assert message["topic"] != mail.topic
    assert message["context"] == {}
    _, second = await desk.reply(mail.customer, "Y otra cosa", subject="Otra", opens=True)
    assert second["topic"] not in (mail.topic, message["topic"])


async def test_whoever_said_stop_gets_no_mail_about_something_new(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    identity = await database.value("SELECT identity_id FROM message WHERE id = $1", mail.message)
    sql = "INSERT INTO consent (identity_id, channel_id, given, reason) VALUES ($1, $2, false, 'asked')"
    await database.run(sql, identity, company.email)
    status, answer = await begin(desk, address="ana@x.es")
    assert (status, answer["error"]["code"]) == (409, "consent_withdrawn")


async def test_a_mail_to_nonsense_makes_nobody(desk: Desk, database: Database) -> None:
    for more, field in (
        ({"address": "nonsense"}, "address"),
        ({"address": None}, "address"),
        ({"text": " "}, "text"),
        ({"topic": str(uuid4())}, "opens"),
    ):
        status, answer = await begin(desk, **more)
        assert (status, list(answer["error"]["fields"])) == (422, [field])
    assert await database.value("SELECT count(*) FROM customer") == 0


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mail_waits_for_its_time_and_can_be_given_another(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    monday, tuesday = (datetime.now(UTC).replace(microsecond=0) + timedelta(days=days) for days in (3, 4))
    _, message = await desk.reply(mail.customer, send_at=monday.isoformat())
    assert [one["id"] for one in (await desk.page(mail.customer))["scheduled"]] == [message["id"]]
    status, moved = await desk.ask("PUT", f"/messages/{message['id']}/send-at", {"send_at": tuesday.isoformat()})
    assert (status, datetime.fromisoformat(moved["send_at"])) == (200, tuesday)
    assert await database.value("SELECT next_at FROM outbox WHERE message_id = $1", message["id"]) == tuesday
    assert (await desk.ask("PUT", f"/messages/{message['id']}/send-at", {"send_at": "2020-01-01T00:00:00Z"}))[0] == 422
    await desk.ask("PUT", f"/messages/{message['id']}/send-at", {"send_at": None})
    assert await database.value("SELECT next_at <= now() FROM outbox WHERE message_id = $1", message["id"])


async def test_what_has_left_or_never_waited_gets_no_other_time(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, at_once = await desk.reply(mail.customer)
    _, later = await desk.reply(mail.customer, send_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    await database.run("UPDATE outbox SET state = 'sending' WHERE message_id = $1", later["id"])
    await database.run("UPDATE message SET state = 'sending' WHERE id = $1", later["id"])
    for message in (at_once, later):
        status, answer = await desk.ask("PUT", f"/messages/{message['id']}/send-at", {"send_at": None})
        assert (status, answer["error"]["code"]) == (409, "already_sent")
    assert (await desk.page(mail.customer))["scheduled"] == []
