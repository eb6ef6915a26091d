"""Whoever got a mail that nobody had asked for says that it shall be the last."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.customers.records import Records
from hub.kernel.database import Database
from hub.kernel.web import errors_as_data
from hub.outbound.links import MediaLinks
from hub.outbound.unsubscribing import UnsubscribeDoor
from tests.scenes import Company, found_company, manifest
from tests.scenes_web import Client

LINKS = MediaLinks(b"k" * 32, lambda: "https://hilo.example", "https://hilo.example/")


@dataclass
class Letter:
    """A mail to Eva that she had not asked for, and the page behind it."""

    company: Company
    client: Client
    message: str

    @property
    def page(self) -> str:
        return LINKS.unsubscribe(self.message).removeprefix("https://hilo.example")

    async def consent(self) -> list[tuple[bool, str]]:
        return [(row["given"], row["reason"]) for row in await self.company.database.rows("SELECT given, reason FROM consent")]


@pytest.fixture
async def letter(database: Database) -> AsyncIterator[Letter]:
    company = await found_company(database)
    request = {
        "id": str(uuid4()), "channel": company.email, "direction": "out", "author_kind": "human", "author": company.ana, "subject": "x",
        "address": {"kind": "email", "value": "eva@y.es", "name": ""}, "text": "x", "attachments": [], "uploader": "", "request": {},
        "context": {"unasked": True}, "body_hash": "00", "undo_s": 0, "opens": True,
    }  # fmt: skip
    message = await database.value("SELECT message FROM write_message($1)", request)
    app = web.Application(middlewares=[errors_as_data])
    UnsubscribeDoor(database, LINKS, lambda: None).add(app)
    async with TestClient(TestServer(app)) as client:
        yield Letter(company, client, str(message))


async def test_to_look_at_the_page_changes_nothing(letter: Letter) -> None:
    async with letter.client.get(letter.page) as answer:
        text = await answer.text()
    assert (answer.status, "eva@y.es" in text, "Casa Roja" in text) == (200, True, True)
    assert await letter.consent() == []


async def test_one_click_is_enough_and_twice_is_the_same(letter: Letter) -> None:
    for _ in range(2):
        async with letter.client.post(letter.page, data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 200
    assert await letter.consent() == [(False, "unsubscribed")]
    assert [one["data"]["reason"] for one in await letter.company.events("consent.withdrawn")] == ["unsubscribed"]


async def test_whoever_writes_afterwards_is_answered(letter: Letter) -> None:
    async with letter.client.post(letter.page) as answer:
        assert answer.status == 200
    root = str(await letter.company.database.value("SELECT customer_id FROM message WHERE id = $1", letter.message))
    records = Records(letter.company.database, manifest)
    [way] = [one for one in await records.reach(root) if one.channel.id == letter.company.email]
    assert way.consent is not None
    await letter.company.writes("email", "eva@y.es")
    [way] = [one for one in await records.reach(root) if one.channel.id == letter.company.email]
    assert way.consent is None


async def test_a_forged_page_and_that_of_an_answer_are_not_there(letter: Letter) -> None:
    answered = await letter.company.writes("email", "ana@x.es")
    other = LINKS.unsubscribe(answered.message).removeprefix("https://hilo.example")
    for page in (
        "/unsubscribe/x",
        letter.page[:-9] + ("A" if letter.page[-9] != "A" else "B") + letter.page[-8:],
        other,
        "/unsubscribe/" + "A" * 43,
    ):
        async with letter.client.post(page) as answer:
            assert answer.status == 404, page
    assert await letter.consent() == []


def test_there_is_no_page_where_the_world_does_not_reach_us() -> None:
    assert MediaLinks(b"k" * 32, lambda: "http://127.0.0.1:1").unsubscribe("00000000-0000-4000-8000-000000000000") == ""
