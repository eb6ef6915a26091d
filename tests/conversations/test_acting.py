"""Reactions, edits and deletions by colleagues: what the channel can, said clearly when it cannot."""

from dataclasses import replace
from typing import Any

import pytest

from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import MANIFESTS, Company

ABLE = replace(MANIFESTS["webchat"], reactions=True, edits=True, deletions=True, emojis=("❤", "👍"))


async def actions(database: Database) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in await database.rows("SELECT kind, emoji, text FROM message_action ORDER BY id")]


async def test_what_a_colleague_does_is_written_down_once(
    desk: Desk, database: Database, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MANIFESTS, "webchat", ABLE)
    chat = await company.writes("visitor", "v1")
    _, reply = await desk.reply(chat.customer, channel=company.webchat)
    for _ in range(2):
        assert (await desk.ask("PUT", f"/messages/{chat.message}/reaction", {"emoji": "❤"}))[0] == 200
        assert (await desk.ask("PATCH", f"/messages/{reply['id']}", {"text": "Buenas"}))[0] == 200
    assert await actions(database) == [("react", "❤", ""), ("edit", "", "Buenas")]
    assert (await desk.ask("DELETE", f"/messages/{reply['id']}"))[0] == 200
    assert (await desk.ask("DELETE", f"/messages/{chat.message}/reaction"))[0] == 200
    assert await actions(database) == [("delete", "", "")], "what had not left is overtaken"
    assert [event["data"]["what"] for event in await company.events("message.acted")][:2] == ["react", "edit"]


@pytest.mark.parametrize(("able", "method", "path", "body", "code"), [
    (False, "PUT", "{theirs}/reaction", {"emoji": "❤"}, "not_supported"),
    (False, "PATCH", "{ours}", {"text": "x"}, "not_supported"),
    (False, "DELETE", "{ours}", None, "not_supported"),
    (True, "PUT", "{theirs}/reaction", {"emoji": "x"}, "invalid"),
    (True, "PUT", "{theirs}/reaction", {"emoji": ""}, "invalid"),
    (True, "PATCH", "{theirs}", {"text": "x"}, "not_ours"),
    (True, "DELETE", "{theirs}", None, "not_ours"),
    (True, "PATCH", "{ours}", {"text": " "}, "invalid"),
    (True, "PATCH", "{ours}", {"text": "x" * 81}, "invalid"),
    (True, "PUT", "{note}/reaction", {"emoji": "❤"}, "not_supported"),
    (True, "PATCH", "00000000-0000-4000-8000-000000000000", {"text": "x"}, "not_found"),
])  # fmt: skip
async def test_what_cannot_be_done_is_refused_with_a_reason(
    able: bool,
    method: str,
    path: str,
    body: Any,
    code: str,
    desk: Desk,
    database: Database,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(MANIFESTS, "webchat", ABLE if able else MANIFESTS["webchat"])
    chat = await company.writes("visitor", "v1")
    _, reply = await desk.reply(chat.customer, channel=company.webchat)
    _, note = await desk.note(chat.customer)
    place = path.format(theirs=chat.message, ours=reply["id"], note=note["id"])
    status, answer = await desk.ask(method, f"/messages/{place}", body)
    assert (status >= 400, answer["error"]["code"]) == (True, code), answer
    assert await actions(database) == []
