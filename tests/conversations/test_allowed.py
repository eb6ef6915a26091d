"""What a reply may be by the channel's rules: its window, the customer's consent, templates, buttons, parts."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from connectors.manifest import Manifest
from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import MANIFESTS, Company

WHATSAPP = ({"hours": 24, "allows": "free"}, {"allows": "template"})
MESSENGER = ({"hours": 24, "allows": "free"}, {"hours": 168, "allows": "tagged"}, {"allows": "closed"})


class Rules:
    """Changes what the chat of the scene can do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def are(self, **more: Any) -> Manifest:
        changed = replace(MANIFESTS["webchat"], **more)
        self._monkeypatch.setitem(MANIFESTS, "webchat", changed)
        return changed


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Rules:
    return Rules(monkeypatch)


async def hours_ago(database: Database, message: str, hours: int) -> None:
    await database.run("UPDATE message SET at = at - make_interval(hours => $2) WHERE id = $1", message, hours)


async def add_template(database: Database, channel: str, **more: Any) -> None:
    found = {"name": "pedido", "language": "es", "text": "Hola {{1}}, su pedido {{2}} está listo.", "variables": ["1", "2"],
             "category": "utility", "state": "approved", "examples": {}, **more}  # fmt: skip
    await database.value("SELECT take_templates($1, $2)", channel, [found])


@pytest.mark.parametrize(("window", "hours", "code"), [
    (WHATSAPP, 23, None), (WHATSAPP, 25, "window_closed"), (MESSENGER, 25, None), (MESSENGER, 169, "window_closed"),
])  # fmt: skip
async def test_a_free_answer_is_taken_as_long_as_the_window_is_open(
    window: Any, hours: int, code: str | None, desk: Desk, database: Database, company: Company, rules: Rules
) -> None:
    rules.are(window=window)
    chat = await company.writes("visitor", "v1")
    await hours_ago(database, chat.message, hours)
    status, answer = await desk.reply(chat.customer, channel=company.webchat)
    assert (status, (answer["error"] or {}).get("code")) == (409 if code else 201, code)
    if code and window is WHATSAPP:
        assert "a template may be sent" in answer["error"]["message"]
        assert answer["error"]["fields"] == {"allows": "template"}


async def test_a_template_is_filled_in_and_stands_in_the_thread(desk: Desk, database: Database, company: Company, rules: Rules) -> None:
    rules.are(window=WHATSAPP, templates=True)
    chat = await company.writes("visitor", "v1")
    await hours_ago(database, chat.message, 100)
    await add_template(database, company.webchat)
    given = {"name": "pedido", "language": "es", "variables": {"1": "Rosa", "2": "A-17"}}
    status, message = await desk.reply(chat.customer, "", channel=company.webchat, template=given)
    assert (status, message["text"], message["context"]["template"]) == (201, "Hola Rosa, su pedido A-17 está listo.", given)


@pytest.mark.parametrize(("given", "more", "field"), [
    ({"name": "nothing"}, {}, "template"),
    ({"variables": {"1": "Rosa"}}, {}, "template.variables.2"),
    ({"variables": {"1": "Rosa", "2": "x", "3": "y"}}, {}, "template.variables.3"),
    ({"variables": {"1": "two\nlines", "2": "x"}}, {}, "template.variables.1"),
    ({}, {"text": "and more"}, "text"),
])  # fmt: skip
async def test_a_template_that_is_not_filled_in_right_is_refused_by_name(
    given: Any, more: Any, field: str, desk: Desk, database: Database, company: Company, rules: Rules
) -> None:
    rules.are(templates=True)
    chat = await company.writes("visitor", "v1")
    await add_template(database, company.webchat)
    template = {"name": "pedido", "language": "es", "variables": {"1": "Rosa", "2": "A-17"}, **given}
    status, answer = await desk.reply(chat.customer, more.get("text", ""), channel=company.webchat, template=template)
    assert (status, list(answer["error"]["fields"])) == (422, [field]), answer


async def test_a_template_that_is_not_approved_or_that_the_channel_does_not_know_is_refused(
    desk: Desk, database: Database, company: Company, rules: Rules
) -> None:
    chat = await company.writes("visitor", "v1")
    await add_template(database, company.webchat, state="paused")
    template = {"name": "pedido", "language": "es", "variables": {"1": "Rosa", "2": "A-17"}}
    _, answer = await desk.reply(chat.customer, "", channel=company.webchat, template=template)
    assert "webchat has no templates" in answer["error"]["fields"]["template"]
    rules.are(templates=True)
    _, answer = await desk.reply(chat.customer, "", channel=company.webchat, template=template)
    assert "is paused" in answer["error"]["fields"]["template"]


async def test_who_said_stop_is_written_to_no_more_until_he_says_start(desk: Desk, database: Database, company: Company) -> None:
    chat = await company.writes("visitor", "v1")
    identity = await database.value("SELECT id FROM identity WHERE value = 'v1'")
    sql = "INSERT INTO consent (identity_id, channel_id, given, reason) VALUES ($1, $2, false, 'stop_word')"
    await database.run(sql, identity, company.webchat)
    status, answer = await desk.reply(chat.customer, channel=company.webchat)
    assert (status, answer["error"]["code"]) == (409, "consent_withdrawn")
    assert "stop_word" in answer["error"]["message"]
    await database.run("UPDATE consent SET given = true, reason = 'start_word'")
    assert (await desk.reply(chat.customer, channel=company.webchat))[0] == 201


async def test_a_long_text_may_go_in_as_many_parts_as_the_channel_allows(desk: Desk, company: Company, rules: Rules) -> None:
    rules.are(parts=3)
    chat = await company.writes("visitor", "v1")
    assert (await desk.reply(chat.customer, "a" * 240, channel=company.webchat))[0] == 201
    status, answer = await desk.reply(chat.customer, "a" * 241, channel=company.webchat)
    assert (status, answer["error"]["fields"]) == (422, {"text": "241 characters, at most 80 on this channel, in up to 3 parts"})
    status, _ = await desk.reply(chat.customer, ("word " * 12 + "a" * 30 + " ") * 3, channel=company.webchat)
    assert status == 422, "cut at words it takes more parts than its length says"


async def test_buttons_stand_with_the_message(desk: Desk, company: Company) -> None:
    chat = await company.writes("visitor", "v1")
    choices = [{"id": "y", "title": "Sí"}, {"id": "n", "title": "No"}]
    status, message = await desk.reply(chat.customer, channel=company.webchat, choices=choices)
    assert (status, message["context"]["choices"]) == (201, choices)
    status, answer = await desk.note(chat.customer, choices=choices)
    assert (status, list(answer["error"]["fields"])) == (422, ["choices"])
    _, page = await desk.upload("a.txt", b"x")
    status, answer = await desk.reply(chat.customer, " ", channel=company.webchat, choices=choices, attachments=[page["id"]])
    assert (status, answer["error"]["fields"]) == (422, {"choices": "buttons stand below a text: add one"})


async def test_a_file_that_goes_as_a_link_does_not_count_against_the_channels_bytes(desk: Desk, company: Company, rules: Rules) -> None:
    rules.are(media_types=("image/*",), attachment_bytes=10)
    chat = await company.writes("visitor", "v1")
    _, page = await desk.upload("a.txt", b"x" * 100)
    assert (await desk.reply(chat.customer, channel=company.webchat, attachments=[page["id"]]))[0] == 201
    _, picture = await desk.upload("a.png", b"x" * 100, "image/png")
    status, answer = await desk.reply(chat.customer, channel=company.webchat, attachments=[picture["id"]], id=str(uuid4()))
    assert (status, list(answer["error"]["fields"])) == (422, ["attachments"])


async def test_nobody_is_written_to_first_where_the_channel_wants_consent(
    desk: Desk, database: Database, company: Company, rules: Rules
) -> None:
    rules.are(consent="opt_in", starts=True)
    customer = await company.customer("Rosa")
    status, answer = await desk.reply(customer, channel=company.webchat, address={"kind": "visitor", "value": "v1"})
    assert (status, answer["error"]["code"], answer["error"]["fields"]) == (409, "consent_needed", {"consent": "opt_in"})
    identity = await database.value("INSERT INTO identity (customer_id, kind, value) VALUES ($1, 'visitor', 'v1') RETURNING id", customer)
    assert (await desk.reply(customer, channel=company.webchat))[1]["error"]["code"] == "consent_needed"
    assert await database.value("SELECT record_consent($1, $2, 'in_person', $3)", identity, company.webchat, company.ana) == "kept"
    assert (await desk.reply(customer, channel=company.webchat))[0] == 201


async def test_who_wrote_first_is_answered_without_consent(desk: Desk, company: Company, rules: Rules) -> None:
    rules.are(consent="opt_in", starts=True)
    chat = await company.writes("visitor", "v1")
    assert (await desk.reply(chat.customer, channel=company.webchat))[0] == 201
