"""The outbox: one slow, one broken or one patient provider concerns its own channel and message only."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.contract import Sent
from connectors.errors import AuthFailed, RateLimited, Rejected
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.outbound import serving
from hub.outbound.bucket import Bucket
from tests.outbound.conftest import SMS, Post, Provider, post_of

EMAIL = replace(SMS, id="email", address="email", text_limit=0)


async def test_one_slow_message_holds_nobody_else_up(post: Post) -> None:
    provider = Provider()
    hang = provider.script[0] = asyncio.Event()
    slow = await post.write(await post.company.writes("visitor", "v0"), "slow")
    async with post.serving(post.company.webchat, provider, replace(SMS, concurrency=2)):
        await provider.calls(1)
        others = [await post.write(await post.company.writes("visitor", f"v{number}"), f"m{number}") for number in range(1, 6)]
        for message in others:
            await post.stands(message, "sent")
        assert await post.state(slow) == "sending"
        hang.set()
        await post.stands(slow, "sent")


async def test_a_provider_that_gives_one_id_to_two_messages_has_sent_both(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script = {0: Sent("same"), 1: Sent("same")}
    messages = [await post.write(rosa, text) for text in ("first", "second", "third")]
    async with post.serving(post.company.webchat, provider):
        for message in messages:
            await post.stands(message, "sent")
    assert provider.texts == ["first", "second", "third"]
    named = await post.database.rows("SELECT text FROM message WHERE external_id = 'same'")
    assert [row["text"] for row in named] == ["first"]


async def test_what_hangs_is_unknown_in_the_end_and_its_line_goes_on(database: Database, tmp_path: Path) -> None:
    post = await post_of(database, tmp_path, timeout_s=0.2)
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = asyncio.Event()
    first, second = await post.write(rosa, "first"), await post.write(rosa, "second")
    async with post.serving(post.company.webchat, provider):
        await post.stands(second, "sent")
    assert (await post.state(first), provider.texts) == ("unknown", ["first", "second"])
    await post.receipt(first, "delivered", name="x")
    assert await post.state(first) == "delivered"


async def test_a_receipt_between_the_wish_to_send_again_and_the_next_try_keeps_it_from_leaving_twice(
    database: Database, tmp_path: Path
) -> None:
    post = await post_of(database, tmp_path, timeout_s=0.2)
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = asyncio.Event()
    first = await post.write(rosa, "first")
    async with post.serving(post.company.webchat, provider):
        await post.stands(first, "unknown")
    await post.retry(first)
    await post.receipt(first, "delivered", name="x")
    second = await post.write(rosa, "second")
    async with post.serving(post.company.webchat, provider):
        await post.stands(second, "sent")
    assert (await post.state(first), provider.texts) == ("delivered", ["first", "second"])


async def test_a_channel_that_has_to_wait_holds_no_other_and_waits_on_after_a_restart(post: Post) -> None:
    rosa, mail = await post.company.writes("visitor", "rosa"), await post.company.writes("email", "ana@x.es")
    chat, post_office = Provider(), Provider()
    chat.script[0] = RateLimited("patience", retry_after=1000)
    held = await post.write(rosa, "held")
    async with post.serving(post.company.webchat, chat), post.serving(post.company.email, post_office, EMAIL):
        await chat.calls(1)
        await post.stands(held, "queued")
        later = await post.write(await post.company.writes("visitor", "eva"), "later")
        letter = await post.write(mail, "letter", channel=post.company.email)
        await post.stands(letter, "sent")
    post.restart()
    async with post.serving(post.company.webchat, chat), post.serving(post.company.email, post_office, EMAIL):
        letter = await post.write(mail, "again", channel=post.company.email)
        await post.stands(letter, "sent")
    assert (chat.texts, await post.state(later)) == (["held"], "queued")
    assert await post.database.value("SELECT attempts FROM outbox WHERE message_id = $1", held) == 0, "patience is no failed try"


async def test_a_channel_that_has_to_wait_is_forgiven_when_it_is_opened_anew(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = RateLimited("patience", retry_after=1000)
    message = await post.write(rosa, "held")
    async with post.serving(post.company.webchat, provider):
        await provider.calls(1)
        await post.stands(message, "queued")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
    assert provider.texts == ["held", "held"]


async def test_a_wait_that_is_over_sends_everything(post: Post) -> None:
    provider = Provider()
    provider.script[0] = RateLimited("patience", retry_after=0.2)
    messages = [await post.write(await post.company.writes("visitor", f"v{number}"), f"m{number}") for number in range(3)]
    async with post.serving(post.company.webchat, provider, replace(SMS, concurrency=1)):
        for message in messages:
            await post.stands(message, "sent")
    assert provider.texts == ["m0", "m0", "m1", "m2"]


async def test_refused_credentials_stop_the_channel_until_it_is_opened_anew(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = AuthFailed("token revoked")
    message = await post.write(rosa, "hola")

    async def is_down() -> bool:
        state = await post.database.row("SELECT state, detail FROM channel_state WHERE channel_id = $1", post.company.webchat)
        return state is not None and tuple(state) == ("down", "token revoked")

    async with post.serving(post.company.webchat, provider):
        await post.until(is_down)
        await post.stands(message, "queued")
    assert provider.texts == ["hola"]
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
    assert await post.database.value("SELECT wait_until FROM channel_state WHERE channel_id = $1", post.company.webchat) is None


async def test_a_failed_message_that_is_sent_again_is_known_by_its_new_name(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    message = await post.write(rosa, "hola")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
        await post.receipt(None, "failed", name="p0")
        await post.retry(message)
        await post.stands(message, "sent")
    await post.receipt(None, "read", name="p1")
    assert await post.state(message) == "read"


async def test_a_receipt_that_comes_before_the_answer_is_applied(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    hang = provider.script[0] = asyncio.Event()
    message = await post.write(rosa, "hola")
    async with post.serving(post.company.webchat, provider):
        await provider.calls(1)
        await post.receipt(None, "delivered", name="p0")
        hang.set()
        await post.stands(message, "delivered")
    assert await post.database.value("SELECT count(*) FROM parked_receipt") == 0


async def test_who_said_stop_meanwhile_gets_nothing_that_waits(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    message = await post.write(rosa, "hola")
    stop = """INSERT INTO consent (identity_id, channel_id, given, reason)
              SELECT identity_id, channel_id, false, 'stop_word' FROM message WHERE id = $1"""
    await post.database.run(stop, rosa.message)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "failed")
    assert provider.got == []
    assert await post.database.value("SELECT error->>'code' FROM message WHERE id = $1", message) == "consent_withdrawn"


@pytest.mark.parametrize("wrote", [False, True])
async def test_a_consent_taken_back_meanwhile_stops_what_waits_unless_the_customer_wrote(post: Post, wrote: bool) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    message = await post.write(rosa, "hola")
    back = """INSERT INTO consent (identity_id, channel_id, given, reason, agent_id)
              SELECT identity_id, channel_id, false, 'taken_back', $2 FROM message WHERE id = $1"""
    await post.database.run(back, rosa.message, post.company.ana)
    if not wrote:
        await post.database.run("UPDATE message SET direction = 'out', state = 'sent' WHERE id = $1", rosa.message)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent" if wrote else "failed")
    assert len(provider.got) == int(wrote)


async def test_files_leave_with_their_bytes_and_an_address(post: Post, tmp_path: Path) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    stored = await Blobs(tmp_path / "blobs").put(b"a picture")
    await post.database.value("SELECT name_blob($1, $2)", stored.sha256, stored.size)
    add = "INSERT INTO attachment (name, content_type, size, blob, uploader) VALUES ($1, 'image/png', 9, $2, 'ana') RETURNING id"
    files = [str(await post.database.value(add, f"{number}.png", stored.sha256)) for number in range(2)]
    message = await post.write(rosa, "mire", attachments=files, uploader="ana")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
    sent = [(one.text, [(file.name, file.data, file.kind) for file in one.attachments]) for one in provider.got]
    assert sent == [("mire", [("0.png", b"a picture", "image")]), ("", [("1.png", b"a picture", "image")])]
    assert all((file.url or "").startswith("https://hilo.example/media/") for one in provider.got for file in one.attachments)


async def test_a_file_that_is_lost_fails_its_message_and_says_so(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    await post.database.value("SELECT name_blob($1, 9)", b"x" * 32)
    add = "INSERT INTO attachment (name, content_type, size, blob, uploader) VALUES ('a', 'image/png', 9, $1, 'ana') RETURNING id"
    message = await post.write(rosa, "", attachments=[str(await post.database.value(add, b"x" * 32))], uploader="ana")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "failed")
    assert await post.database.value("SELECT error->>'code' FROM message WHERE id = $1", message) == "file_lost"


async def test_a_connector_is_told_what_it_needs(post: Post) -> None:
    provider = Provider()
    rosa = await post.company.writes("visitor", "rosa")
    await post.database.run(
        """UPDATE message SET address = address || '{"to": "+34910", "native": "549"}', at = now() - interval '25 hours'"""
    )
    window = ({"hours": 24, "allows": "free"}, {"hours": 168, "allows": "tagged"}, {"allows": "closed"})
    context = {"choices": [{"id": "y", "title": "Sí"}]}
    message = await post.write(rosa, "hola", context=context, reply_to=rosa.message)
    async with post.serving(post.company.webchat, provider, replace(SMS, buttons=1, quotes=True, window=window)):
        [got] = await provider.calls(1)
    assert (got.sender, got.to.native, got.tagged, got.answers) == ("+34910", "549", True, "x1")
    assert [one.title for one in got.choices] == ["Sí"]
    assert got.callback == f"https://hilo.example/hooks/webchat/status/{message}"


def test_a_bucket_fills_at_its_rate() -> None:
    now = [0.0]
    bucket = Bucket(2.0, lambda: now[0])
    assert bucket.room == 2
    bucket.take()
    bucket.take()
    assert (bucket.room, bucket.wait_s) == (0, 0.5)
    now[0] = 0.5
    assert bucket.room == 1
    now[0] = 100.0
    assert bucket.room == 2
    assert Bucket(0, lambda: 0.0).wait_s == 0


async def test_a_drained_outbox_brings_to_its_end_what_it_began_and_begins_nothing_else(post: Post) -> None:
    provider, answer = Provider(), asyncio.Event()
    provider.script[0] = answer
    rosa = await post.company.writes("visitor", "rosa")
    async with post.serving(post.company.webchat, provider):
        first = await post.write(rosa, "one")
        await provider.calls(1)
        second = await post.write(rosa, "two")
        marta = await post.write(await post.company.writes("visitor", "marta"), "three")
        await provider.calls(2)
        draining = asyncio.create_task(post.outbox.drain())
        await asyncio.sleep(0)
        late = await post.write(await post.company.writes("visitor", "pedro"), "four")
        assert not draining.done()
        answer.set()
        async with asyncio.timeout(10):
            await draining
    assert [await post.state(one) for one in (first, marta, second, late)] == ["sent", "sent", "queued", "queued"]
    assert provider.texts == ["one", "three"]


async def test_an_outbox_that_rests_is_drained_at_once(post: Post) -> None:
    async with post.serving(post.company.webchat, Provider()):
        async with asyncio.timeout(4):  # less than its slow look
            await post.outbox.drain()
        message = await post.write(await post.company.writes("visitor", "rosa"), "after")
        assert await post.state(message) == "queued"


async def test_two_transactions_that_met_do_not_stop_a_channel(post: Post) -> None:
    await post.database.run("CREATE SEQUENCE met")
    await post.database.run("""
        CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('met') = 1 THEN
                RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';
            END IF;
            RETURN OLD;
        END $$""")
    await post.database.run("CREATE TRIGGER meeting BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION meet()")
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    async with post.serving(post.company.webchat, provider):
        for text in ("one", "two"):
            await post.stands(await post.write(rosa, text), "sent")
    assert provider.texts == ["one", "two"]


async def test_what_is_in_nobodys_hands_is_found_while_the_channel_is_served(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SLOW_POLL_S", 0.1)
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    async with post.serving(post.company.webchat, provider):
        await post.stands(await post.write(rosa, "one"), "sent")
        waiting = await post.write(rosa, "two", send_at="2999-01-01T00:00:00Z")
        await post.database.run("UPDATE outbox SET state = 'sending', next_at = now()")
        await post.stands(waiting, "sent")
    assert provider.texts == ["one", "two"]


async def test_a_secret_that_the_provider_repeats_stands_in_no_error(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = Rejected("no such account: /accounts/very-secret/send", code="blocked")
    async with post.serving(post.company.webchat, provider, identity_secret="very-secret"):
        message = await post.write(rosa, "Hola")
        await post.stands(message, "failed")
    assert await post.database.value("SELECT error->>'detail' FROM message WHERE id = $1", message) == "no such account: /accounts/•••/send"
    assert "•••" in caplog.text
    assert "very-secret" not in caplog.text


async def test_copies_that_were_refused_are_still_told_once_the_others_arrived(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = Sent("p0", refused={"eva@x.example": "no such user"})
    message = await post.write(rosa, "hola")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
    await post.receipt(None, "delivered", name="p0")
    error = await post.database.value("SELECT error FROM message WHERE id = $1 AND state = 'delivered'", message)
    assert (error["code"], error["refused"]) == ("partly_refused", {"eva@x.example": "no such user"})
