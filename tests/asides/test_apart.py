"""What keeps the two apart: the customer sees nothing of what is asked, whoever is asked sees nothing of the customer."""

from hub.conversations.reading import QUERIES as CONVERSATIONS
from hub.kernel.database import Database
from hub.outbound.sending import QUERIES as OUTBOUND
from tests.asides.conftest import SUPPLIER, Matter
from tests.scenes import Company

ROOTS = "SELECT c.root_id::text FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.value = $1"


async def test_the_mail_names_nothing_of_the_customer_s_thread(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    (row,) = await database.rows(OUTBOUND.load, [page["messages"][0]["id"]])
    assert (row["before"], row["answers"], row["topic_subject"]) == ([], None, "Recambio")
    code = await database.value("SELECT code FROM topic WHERE id = $1", matter.rosa.topic)
    assert row["code"] != code
    assert not row["unwanted"]


async def test_somebody_else_s_answer_to_it_joins_neither(matter: Matter) -> None:
    page = await matter.begin()
    stranger = await matter.answers(page, "Soy del taller", sender="otro@proveedor.es")
    assert stranger is not None
    assert stranger.topic not in (matter.rosa.topic, page["aside"]["id"])
    assert stranger.root != matter.rosa.root
    assert len((await matter.page_of(page["aside"]["id"]))["messages"]) == 1


async def test_the_customer_s_own_mails_never_join_it(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    again = await matter.company.writes("email", "rosa@x.es", "Re: Recambio", subject="Re: Recambio", answers=[page["messages"][0]["id"]])
    assert again.topic == matter.rosa.topic
    assert await database.value(ROOTS, SUPPLIER) != matter.rosa.root


async def test_what_a_colleague_writes_to_the_customer_or_the_supplier_stays_out_of_it(matter: Matter, company: Company) -> None:
    page = await matter.begin()
    await matter.begin(colleagues=[company.luis])
    status, reply = await matter.reply(matter.rosa.customer, "Estamos en ello")
    assert (status, reply["topic"]) == (201, matter.rosa.topic)
    status, note = await matter.note(matter.rosa.customer, "vip")
    assert (status, note["topic"]) == (201, matter.rosa.topic)
    status, other = await matter.reply(page["aside"]["other"], "Otra cosa", subject="Factura")
    assert (status, other["topic"] == page["aside"]["id"]) == (201, False)


async def test_history_of_it_is_not_quoted_to_the_customer(matter: Matter) -> None:
    page = await matter.begin()
    await matter.answers(page)
    words = (await matter.page_of(page["aside"]["id"]))["messages"]
    for message in words:
        status, said = await matter.reply(matter.rosa.customer, "Ver abajo", quote=message["id"])
        assert (status, list(said["error"]["fields"])) == (422, ["quote"])
        status, said = await matter.reply(matter.rosa.customer, "Ver", forward={"message": message["id"]}, address="rosa@x.es")
        assert (status, list(said["error"]["fields"])) == (422, ["forward"])


async def test_the_thread_of_the_customer_holds_no_word_of_it(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    await matter.answers(page)
    shown = (await matter.page(matter.rosa.customer))["messages"]
    assert [one["text"] for one in shown] == ["¿Y mi lámpara?"]
    found = await database.rows(CONVERSATIONS.page, [matter.rosa.customer], 2**62, 100)
    assert len(found) == 1


async def test_no_evidence_joins_the_two_by_itself(matter: Matter, database: Database) -> None:
    page = await matter.begin()
    joined = await database.value("SELECT join_customers($1, $2, 'reply', 'system', NULL)", page["aside"]["other"], matter.rosa.customer)
    assert joined is None
    assert await database.value(ROOTS, SUPPLIER) != matter.rosa.root


async def test_whoever_may_not_read_conversations_reads_none(matter: Matter) -> None:
    page = await matter.begin()
    nothing = {"May": "customer.read"}
    for path in (f"/asides/{page['aside']['id']}", f"/customers/{matter.rosa.customer}/asides"):
        assert (await matter.ask("GET", path, headers=nothing))[0] == 403
    reader = {"May": "conversation.read customer.read"}
    assert (await matter.ask("DELETE", f"/asides/{page['aside']['id']}", headers=reader))[0] == 403
    assert (await matter.ask("GET", f"/asides/{page['aside']['id']}", headers=reader))[0] == 200
