"""A mail to several: what became of it for each, what is tried again, and addresses that mail does not reach."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import Sent
from connectors.errors import Rejected, Unavailable
from hub.customers.records import Records
from tests.outbound.conftest import Post, Provider
from tests.scenes import MANIFESTS, Taken, manifest

EMAIL = replace(MANIFESTS["email"], slow=False, idempotent=True)
COPIES = {"cc": ["eva@x.es"], "bcc": ["boss@y.es"]}


async def written(post: Post) -> tuple[Taken, str]:
    """A mail to Ana, with copies."""
    ana = await post.company.writes("email", "ana@x.es")
    return ana, await post.write(ana, "Hola", channel=post.company.email, context=COPIES, request=COPIES)


async def row(post: Post, message: str) -> Any:
    found = await post.database.row("SELECT state, error FROM message WHERE id = $1", message)
    assert found is not None
    return found


async def due(post: Post, message: str) -> None:
    """The time for the next try has come."""
    await post.database.run("UPDATE outbox SET next_at = now() WHERE message_id = $1", message)


async def at_rest(post: Post, message: str) -> None:
    """Nothing of it is being sent, or due."""
    busy = "SELECT NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = $1 AND (state = 'sending' OR next_at <= now()))"

    async def so() -> bool:
        return bool(await post.database.value(busy, message))

    await post.until(so)


async def report(post: Post, message: str, state: str, reason: str, recipient: str) -> None:
    sql = "SELECT take_receipt($1, $2, '', $3, $4, 0, $5)"
    await post.database.value(sql, post.company.email, message, state, reason, recipient)


async def unreachable(post: Post, ana: Taken) -> list[str]:
    reach = await Records(post.database, manifest).reach(ana.root)
    return [one.unreachable.why for one in reach if one.unreachable]


async def test_only_whoever_was_put_off_is_tried_again(post: Post) -> None:
    provider = Provider()
    provider.script[0] = Sent("<m@x>", refused={"boss@y.es": "550 no"}, later={"eva@x.es": "451 later"})
    _, message = await written(post)
    async with post.serving(post.company.email, provider, EMAIL):
        await post.stands(message, "sent")
        error = (await row(post, message))["error"]
        assert (error["code"], error["refused"], error["later"]) == ("partly_refused", {"boss@y.es": "550 no"}, {"eva@x.es": "451 later"})
        await due(post, message)
        post.outbox.ring(await post.database.value("SELECT channel_id FROM message WHERE id = $1", message))
        first, second = await provider.calls(2)
        assert (first.only, second.only, first.cc, second.cc) == ((), ("eva@x.es",), ("eva@x.es",), ("eva@x.es",))
        await at_rest(post, message)
    state, error = await row(post, message)
    assert (state, error["later"], error["refused"]) == ("sent", {}, {"boss@y.es": "550 no"})


@pytest.mark.parametrize(("answer", "later", "refused"), [(Unavailable("451"), ["eva@x.es"], []), (Rejected("550"), [], ["eva@x.es"])])
async def test_the_mail_of_the_others_stays_sent_whatever_becomes_of_the_rest(
    post: Post, answer: Exception, later: list[str], refused: list[str]
) -> None:
    provider = Provider()
    provider.script = {0: Sent("<m@x>", later={"eva@x.es": "451 later"}), 1: answer}
    _, message = await written(post)
    async with post.serving(post.company.email, provider, EMAIL):
        await post.stands(message, "sent")
        await due(post, message)
        post.outbox.ring(await post.database.value("SELECT channel_id FROM message WHERE id = $1", message))
        await provider.calls(2)
        await at_rest(post, message)
    state, error = await row(post, message)
    assert (state, list(error["later"]), list(error["refused"])) == ("sent", later, refused)


async def test_a_report_on_the_addressee_is_the_mails_fate(post: Post) -> None:
    ana, message = await sent(post)
    await report(post, message, "failed", "no_mailbox: 550 5.1.1", "ana@x.es")
    state, error = await row(post, message)
    assert (state, error["code"], await unreachable(post, ana)) == ("failed", "no_mailbox", ["no_mailbox"])


async def test_an_address_that_writes_is_reached_again(post: Post) -> None:
    ana, message = await sent(post)
    await report(post, message, "failed", "no_mailbox: 550 5.1.1", "ana@x.es")
    await post.company.writes("email", "ana@x.es")
    assert await unreachable(post, ana) == []


@pytest.mark.parametrize("word", ["full_mailbox", "taken_for_spam", "gave_up", "bounced"])
async def test_what_is_not_the_addresss_own_fault_leaves_it_reachable(post: Post, word: str) -> None:
    ana, message = await sent(post)
    await report(post, message, "failed", f"{word}: no", "ana@x.es")
    assert ((await row(post, message))["error"]["code"], await unreachable(post, ana)) == (word, [])


async def test_a_report_on_a_copy_names_it_and_leaves_the_mail_sent(post: Post) -> None:
    _, message = await sent(post)
    await report(post, message, "failed", "full_mailbox: 552", "eva@x.es")
    await report(post, message, "failed", "no_mailbox: 550", "boss@y.es")
    await report(post, message, "delivered", "", "eva@x.es")
    state, error = await row(post, message)
    assert (state, error["code"], sorted(error["refused"])) == ("sent", "partly_refused", ["boss@y.es", "eva@x.es"])


async def test_a_delay_is_told_until_it_ends(post: Post) -> None:
    _, message = await sent(post)
    await report(post, message, "sent", "delayed: 421 busy", "ana@x.es")
    state, error = await row(post, message)
    assert (state, error["code"], error["detail"]) == ("sent", "delayed", "421 busy")
    await report(post, message, "sent", "delayed: 421 still busy", "ana@x.es")
    assert (await row(post, message))["error"]["since"] == error["since"]
    await report(post, message, "delivered", "", "ana@x.es")
    assert tuple(await row(post, message)) == ("delivered", None)


async def sent(post: Post) -> tuple[Taken, str]:
    """A mail that has left."""
    ana, message = await written(post)
    provider = Provider()
    async with asyncio.timeout(30), post.serving(post.company.email, provider, EMAIL):
        await post.stands(message, "sent")
    return ana, message
