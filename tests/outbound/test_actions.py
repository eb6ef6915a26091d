"""What colleagues do to messages reaches the provider once its message was sent, and stands in the thread when the provider took it."""

import asyncio
from typing import Any

from connectors.contract import Action
from connectors.errors import Ambiguous, Rejected, Unavailable
from tests.outbound.conftest import Post, Provider


class Acting(Provider):
    """A provider that can change what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Action] = []
        self.answers: list[Exception | None] = []

    async def act(self, action: Action) -> None:
        self.done.append(action)
        if self.answers and (error := self.answers.pop(0)):
            raise error


async def act(post: Post, message: str, kind: str, *, emoji: str = "", text: str = "", by: str = "") -> bool:
    sql = "SELECT act_on_message($1, $2, $3, $4, $5)"
    changed: bool = await post.database.value(sql, message, by or post.company.ana, kind, emoji, text)
    post.outbox.ring(await post.database.value("SELECT channel_id FROM message WHERE id = $1", message))
    return changed


async def ended(post: Post, number: int = 1) -> None:
    async def so() -> bool:
        return bool(await post.database.value("SELECT count(*) FROM message_action WHERE state IN ('done', 'failed')") >= number)

    await post.until(so)


async def of(post: Post, message: str) -> dict[str, Any]:
    row = await post.database.row("SELECT text, edited_at, deleted_at, error, state FROM message WHERE id = $1", message)
    assert row is not None
    return dict(row)


async def test_a_sign_is_put_on_changed_and_taken_away(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    async with post.serving(post.company.webchat, provider):
        for number, (emoji, by) in enumerate([("❤", ""), ("👍", post.company.luis), ("", "")], 1):
            assert await act(post, rosa.message, "react", emoji=emoji, by=by)
            await ended(post, number)
            rows = await post.database.rows("SELECT emoji FROM reaction WHERE message_id = $1", rosa.message)
            assert [row["emoji"] for row in rows] == ([emoji] if emoji else []), "to the customer we are one"
    assert [(one.kind, one.target, one.emoji) for one in provider.done] == [
        ("react", "x1", "❤"),
        ("react", "x1", "👍"),
        ("react", "x1", ""),
    ]


async def test_the_same_sign_again_changes_nothing(post: Post) -> None:
    rosa = await post.company.writes("visitor", "rosa")
    assert not await act(post, rosa.message, "react")
    assert await act(post, rosa.message, "react", emoji="❤")
    async with post.serving(post.company.webchat, Acting()):
        await ended(post)
    assert not await act(post, rosa.message, "react", emoji="❤")


async def test_an_edit_waits_until_its_message_was_sent_and_the_last_one_holds(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    hang = provider.script[0] = asyncio.Event()
    message = await post.write(rosa, "hola")
    async with post.serving(post.company.webchat, provider):
        await provider.calls(1)
        await act(post, message, "edit", text="first")
        await act(post, message, "edit", text="second")
        assert provider.done == []
        hang.set()
        await ended(post)
    assert [(one.target, one.text) for one in provider.done] == [("p0", "second")]
    found = await of(post, message)
    assert (found["text"], found["edited_at"] is not None, found["state"]) == ("second", True, "sent")
    assert await post.database.value("SELECT text FROM message_version WHERE message_id = $1", message) == "hola"


async def test_a_message_in_parts_is_taken_back_part_by_part(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    message = await post.write(rosa, "uno dos tres")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
        await act(post, message, "delete")
        await ended(post)
    assert [one.target for one in provider.done] == ["p0", "p1"]
    found = await of(post, message)
    assert (found["text"], found["deleted_at"] is not None) == ("", True)


async def test_a_provider_that_is_away_is_asked_again_and_one_that_refuses_is_quoted(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    provider.answers = [Unavailable("away"), Rejected("too old", code="too_old")]
    async with post.serving(post.company.webchat, provider):
        await act(post, rosa.message, "react", emoji="❤")
        await ended(post)
    assert len(provider.done) == 2
    assert (await of(post, rosa.message))["error"] == {"code": "too_old", "detail": "too old", "action": "react"}
    assert await post.database.value("SELECT count(*) FROM reaction") == 0


async def test_what_was_never_sent_cannot_be_edited(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    provider.script[0] = Rejected("no")
    message = await post.write(rosa, "hola")
    await act(post, message, "edit", text="other")
    async with post.serving(post.company.webchat, provider):
        await ended(post)
    assert (provider.done, (await of(post, message))["text"]) == ([], "hola")


async def test_what_was_begun_by_a_node_that_died_is_done_again(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    await act(post, rosa.message, "react", emoji="❤")
    await post.database.run("UPDATE message_action SET state = 'sending', token = 99")
    async with post.serving(post.company.webchat, provider):
        await ended(post)
    assert [one.emoji for one in provider.done] == ["❤"]


async def test_what_is_wanted_of_a_message_is_done_once_an_echo_showed_that_it_was_sent(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Acting()
    provider.script[0] = Ambiguous("cut")
    message = await post.write(rosa, "hola")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "unknown")
        await post.echo("e1", message=message)
        assert await act(post, message, "react", emoji="x")
        await ended(post)
    assert [one.target for one in provider.done] == ["e1"]
