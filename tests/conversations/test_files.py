"""Files and HTML: kept whole, given only through their message, harmless in a browser."""

import pytest

from hub.conversations.files import download_headers
from hub.conversations.html import framed
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import Company, Taken

PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


async def mail_with_html(company: Company, database: Database, blobs: Blobs, markup: str) -> Taken:
    page, pixel = await blobs.put(markup.encode()), await blobs.put(PIXEL)
    for one in (page, pixel):
        await database.run("SELECT name_blob($1, $2)", one.sha256, one.size)
    picture = {
        "id": "0199aa00-0000-7000-8000-000000000001",
        "name": "p.gif",
        "content_type": "image/gif",
        "size": pixel.size,
        "blob": pixel.sha256.hex(),
        "content_id": "a b@x",
    }
    return await company.writes("email", "ana@x.es", html=page.sha256.hex(), attachments=[picture])


async def test_an_upload_is_sent_with_a_message_and_fetched_whole(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    status, file = await desk.upload("../../etc/fac\u202etura.pdf", b"%PDF", "application/pdf")
    assert (status, file["name"], file["size"]) == (201, "factura.pdf", 4)
    _, message = await desk.reply(mail.customer, "", attachments=[file["id"]])
    assert [one["id"] for one in message["attachments"]] == [file["id"]]
    desk.headers["Agent"] = company.luis
    async with desk.client.get(f"/api/v1/attachments/{file['id']}", headers=desk.headers) as got:
        assert await got.read() == b"%PDF"
        assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''factura.pdf"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert got.headers["Cache-Control"] == "private, no-store"


async def test_files_and_html_are_given_only_to_those_who_may_see_the_customer(
    desk: Desk, database: Database, company: Company, blobs: Blobs
) -> None:
    mail = await mail_with_html(company, database, blobs, "<b>a</b>")
    file = await database.value("SELECT id FROM attachment")
    for may, status in (("conversation.read", 404), ("customer.read", 403), ("conversation.read customer.read", 200)):
        desk.headers["May"] = may
        async with desk.client.get(f"/api/v1/attachments/{file}", headers=desk.headers) as got:
            assert got.status == status
        assert (await desk.ask("GET", f"/messages/{mail.message}/html"))[0] == status


async def test_an_upload_is_nobody_elses_before_it_is_sent(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, file = await desk.upload("a.txt", b"secret")
    desk.headers["Agent"] = company.luis
    assert (await desk.ask("GET", f"/attachments/{file['id']}"))[0] == 404
    status, answer = await desk.reply(mail.customer, attachments=[file["id"]])
    assert (status, list(answer["error"]["fields"])) == (422, ["attachments"])


async def test_a_file_is_sent_once(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, file = await desk.upload("a.txt", b"once")
    assert (await desk.reply(mail.customer, attachments=[file["id"]]))[0] == 201
    assert (await desk.reply(mail.customer, attachments=[file["id"]]))[0] == 422
    _, other = await desk.upload("b.txt", b"twice")
    assert (await desk.reply(mail.customer, attachments=[other["id"], other["id"]]))[0] == 422
    assert (await desk.note(mail.customer, attachments=[file["id"]]))[0] == 422


async def test_too_many_and_too_large_files_are_refused(desk: Desk, company: Company) -> None:
    chat = await company.writes("visitor", "v1")
    files = [(await desk.upload(f"{n}.txt", bytes(400)))[1]["id"] for n in range(3)]
    status, answer = await desk.reply(chat.customer, channel=company.webchat, attachments=files)
    assert (status, answer["error"]["fields"]) == (422, {"attachments": "3 files, at most 2 on this channel"})
    _, big = await desk.upload("big.txt", bytes(1001))
    status, answer = await desk.reply(chat.customer, channel=company.webchat, attachments=[big["id"]])
    assert (status, answer["error"]["fields"]) == (422, {"attachments": "too large together, at most 1000 bytes on this channel"})


async def test_a_file_over_the_limit_or_without_bytes_is_refused(desk: Desk, database: Database) -> None:
    status, answer = await desk.upload("big.bin", bytes(25 * 1024 * 1024 + 1))
    assert (status, answer["error"]["code"]) == (413, "too_large")
    assert (await desk.upload("empty.txt", b""))[0] == 422
    assert await database.value("SELECT count(*) FROM attachment") == 0


async def test_the_html_of_a_mail_can_do_nothing_and_shows_its_own_pictures(
    desk: Desk, database: Database, company: Company, blobs: Blobs
) -> None:
    mail = await mail_with_html(company, database, blobs, '<img src="cid:a%20b@x"><img data-remote-src="https://x.es/t.gif">')
    async with desk.client.get(f"/api/v1/messages/{mail.message}/html", headers=desk.headers) as got:
        page = await got.text()
        policy = got.headers["Content-Security-Policy"]
    assert 'src="data:image/gif;base64,R0lGOD' in page
    assert ' src="https://x.es' not in page
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "https:" not in policy
    async with desk.client.get(f"/api/v1/messages/{mail.message}/html?images=1", headers=desk.headers) as got:
        assert ' src="https://x.es/t.gif"' in await got.text()
        assert "img-src data: https: http:" in got.headers["Content-Security-Policy"]


async def test_bytes_that_were_not_restored_are_said_to_be_lost(desk: Desk, database: Database, company: Company, blobs: Blobs) -> None:
    mail = await mail_with_html(company, database, blobs, "<b>a</b>")
    _, file = await desk.upload("a.txt", b"gone")
    for row in await database.rows("SELECT sha256 FROM blob"):
        blobs.path(row["sha256"]).unlink()
    for path in (f"/messages/{mail.message}/html", f"/attachments/{file['id']}"):
        status, answer = await desk.ask("GET", path)
        assert (status, answer["error"]["code"]) == (404, "file_lost")


async def test_a_message_without_html_has_none_to_show(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    assert (await desk.ask("GET", f"/messages/{mail.message}/html"))[0] == 404


async def test_what_a_colleague_writes_as_html_is_cleaned(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    _, message = await desk.reply(mail.customer, "Hola", html='<b onclick="x()">Hola</b><script>alert(1)</script>')
    assert message["has_html"]
    _, page = await desk.ask("GET", f"/messages/{message['id']}/html")
    assert "<b>Hola</b>" in page
    assert "script" not in page.lower().replace("<style>", "")
    status, answer = await desk.reply(mail.customer, "Hola", html="<b>" * 2001)
    assert (status, answer["error"]["fields"]) == (422, {"html": "at most 2000 tags"})


@pytest.mark.parametrize(
    ("content_type", "inline", "disposition", "told"),
    [
        ("image/png", True, "inline", "image/png"),
        ("image/png", False, "attachment", "image/png"),
        ("image/svg+xml", True, "attachment", "application/octet-stream"),
        ("text/html", True, "attachment", "application/octet-stream"),
        ("application/pdf", True, "attachment", "application/pdf"),
    ],
)
def test_only_safe_pictures_are_shown_in_place(content_type: str, inline: bool, disposition: str, told: str) -> None:
    headers = download_headers("a\r\nb\u202e.png", content_type, inline)
    assert headers["Content-Disposition"] == f"{disposition}; filename*=UTF-8''ab.png"
    assert headers["Content-Type"] == told


def test_a_picture_that_is_not_there_stays_empty() -> None:
    assert '<img src="">' in framed('<img src="cid:gone">', False, {})
