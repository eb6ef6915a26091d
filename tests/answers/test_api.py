"""What an administrator sets, sees beforehand and tries out; and what a supervisor does about alarms."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from hub.answers.alarms import Alarms
from hub.answers.api import AnswersApi
from hub.answers.keeping import AnswerBook
from hub.channels.model import Channel, OpenChannel
from hub.kernel.database import Database
from tests.outbound.conftest import Provider
from tests.scenes import MANIFESTS, Company, found_company
from tests.scenes_web import serving

Ask = Callable[..., Awaitable[tuple[int, Any]]]
SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("Europe/Madrid")).timestamp()
DAY = [{"opens": "09:00", "closes": "18:00"}]
HOURS = {"zone": "Europe/Madrid", "week": [DAY, DAY, DAY, DAY, DAY, [], []], "days": []}
GIVEN: dict[str, Any] = {"acknowledges": True, "tells_closed": True, "kinds": ["mail"], "hours": HOURS, "texts": []}


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


@pytest.fixture
async def channels(company: Company) -> dict[UUID, OpenChannel]:
    ids = (UUID(company.queue), UUID(company.queue))
    mailbox = Channel(UUID(company.email), "email", "mail", "Correo", "h", *ids, True, {})
    return {mailbox.id: OpenChannel(mailbox, MANIFESTS["email"], Provider(), None)}


@pytest.fixture
async def ask(database: Database, company: Company, channels: dict[UUID, OpenChannel]) -> AsyncIterator[Ask]:
    book = AnswerBook(database, lambda: channels, lambda: None, lambda: SATURDAY)
    async with serving(AnswersApi(book, Alarms(database, lambda: None)).routes()) as client:

        async def one(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            headers = {"Agent": company.ana, "May": "settings.manage supervise"}
            async with client.request(method, "/api/v1" + path, json=body, headers=headers) as got:
                return got.status, await got.json()

        yield one


async def test_a_queue_begins_silent_with_the_usual_texts_ready(ask: Ask, company: Company) -> None:
    status, page = await ask("GET", "/answers")
    assert status == 200
    [item] = page["items"]
    assert (item["acknowledges"], item["tells_closed"], item["kinds"], item["open"]) == (False, False, ["mail"], True)
    assert [one["language"] for one in item["texts"]] == ["es", "en"]
    assert "Europe/Madrid" in page["zones"]


async def test_what_was_set_is_kept_and_says_when_it_opens(ask: Ask, company: Company) -> None:
    texts = [{"language": "ca", "acknowledged": "Rebut: {{code}}", "closed": "Tancat"}]
    status, kept = await ask("PUT", f"/queues/{company.queue}/answers", GIVEN | {"texts": texts})
    assert status == 200
    assert (kept["open"], kept["changes_at"]) == (False, "2026-11-23T09:00:00+01:00")
    assert kept["texts"][-1] == texts[0]
    assert (await ask("GET", "/answers"))[1]["items"] == [kept]
    [event] = await company.events("queue.changed")
    assert event["actor"] == UUID(company.ana)


async def test_the_preview_shows_what_customers_would_read(ask: Ask, company: Company) -> None:
    status, shown = await ask("POST", f"/queues/{company.queue}/answers/preview", GIVEN)
    assert status == 200
    texts = {one["language"]: one for one in shown["texts"]}
    assert "Volvemos a atenderle: lunes, 9:00." in texts["es"]["closed"]
    assert "Hello Lucía," in texts["en"]["acknowledged"]
    assert shown["fallback"] == "es"
    assert not (await ask("GET", "/answers"))[1]["items"][0]["acknowledges"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours": None}, "hours"),
        ({"hours": HOURS | {"zone": "Mars/Olympus"}}, "hours.zone"),
        ({"hours": HOURS | {"week": [[{"opens": "18:00", "closes": "09:00"}], *HOURS["week"][1:]]}}, "monday"),
        ({"texts": [{"language": "es", "acknowledged": "{{password}}", "closed": ""}]}, "texts.0.acknowledged"),
        ({"texts": [{"language": "es", "acknowledged": "", "closed": ""}] * 2}, "texts.1.language"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(ask: Ask, company: Company, change: dict[str, Any], field: str) -> None:
    status, answer = await ask("PUT", f"/queues/{company.queue}/answers", GIVEN | change)
    assert (status, list(answer["error"]["fields"])) == (422, [field])
    assert not (await ask("GET", "/answers"))[1]["items"][0]["acknowledges"]


async def test_a_colleague_tries_a_text_out(ask: Ask, company: Company, channels: dict[UUID, OpenChannel]) -> None:
    await ask("PUT", f"/queues/{company.queue}/answers", GIVEN)
    status, tried = await ask("POST", f"/queues/{company.queue}/answers/trial", {"what": "closed", "language": "en"})
    assert (status, tried) == (200, {"to": "ana@demo.example", "channel": "Correo"})
    connector = channels[UUID(company.email)].connector
    assert isinstance(connector, Provider)
    [sent] = connector.got
    assert sent.automatic
    assert "We are back: Monday, 9:00" in sent.text


async def test_a_trial_needs_an_open_mailbox_a_text_and_an_address_that_is_not_ours(
    ask: Ask, company: Company, channels: dict[UUID, OpenChannel]
) -> None:
    path = f"/queues/{company.queue}/answers/trial"
    assert (await ask("POST", path, {"what": "closed", "language": "xx"}))[0] == 422
    await company.database.run("UPDATE channel SET settings = $1 WHERE connector = 'email'", {"address": "ana@demo.example"})
    assert (await ask("POST", path, {"what": "closed", "language": "en"}))[1]["error"]["code"] == "own_address"
    await company.database.run("UPDATE channel SET settings = $1", {})
    channels.clear()
    assert (await ask("POST", path, {"what": "closed", "language": "en"}))[1]["error"]["code"] == "no_mailbox"


async def test_what_is_not_there_is_not_found(ask: Ask) -> None:
    assert (await ask("PUT", f"/queues/{uuid4()}/answers", GIVEN))[0] == 404
    assert (await ask("PUT", f"/alarms/{uuid4()}", {"settled": True}))[0] == 404
    assert await ask("GET", "/alarms") == (200, {"items": []})
