"""What agents write, as it stands on the customer's phone; and what goes wrong on the way."""

import asyncio
import traceback
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.contract import (
    Acts,
    Choice,
    Connector,
    Fetches,
    Installs,
    Listens,
    Media,
    Receives,
    Reports,
    Signals,
    Surroundings,
)
from connectors.egress import WebEgress
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable
from connectors.settings import InvalidSettings, form, secret_names
from connectors.telegram.connector import Settings, Telegram
from connectors.telegram.transport import Transport
from sandbox.telegram import BOT_TOKEN
from tests.connectors.telegram.world import PHOTO, PNG, World, fetched, first, outgoing

PDF = Media("factura.pdf", "application/pdf", b"%PDF-1.7 ...")
MP4 = Media("golpe.mp4", "video/mp4", b"....ftypisom", kind="video")


async def test_a_text_arrives_whole_with_accents_and_emoji(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    text = "¡Hola, Lucía! 👩‍💻 <b>no</b> _es_ *markdown*"
    sent = await bot.send(outgoing(lucia, text))
    (shown,) = world.shown()
    assert (shown.text, shown.id, shown.state) == (text, sent.external_id, "sent")


@pytest.mark.parametrize(
    ("media", "method", "kind"),
    [
        (PHOTO, "sendPhoto", "image"),
        (PDF, "sendDocument", "file"),
        (MP4, "sendVideo", "video"),
        (Media("nota.ogg", "audio/ogg; codecs=opus", b"OggS", kind="voice"), "sendVoice", "voice"),
        (Media("espera.mp3", "audio/mpeg", b"ID3", kind="audio"), "sendAudio", "audio"),
        (Media("gato.gif", "image/gif", b"GIF89a", kind="image"), "sendAnimation", "video"),
        (Media("plano.svg", "image/svg+xml", b"<svg/>", kind="image"), "sendDocument", "file"),
        (Media("nota.wav", "audio/wav", b"RIFF", kind="voice"), "sendDocument", "file"),
    ],
)
async def test_a_file_goes_as_what_it_is_with_its_text_below(world: World, media: Media, method: str, kind: str) -> None:
    bot, lucia = await world.bot(), await world.starts()
    await bot.send(outgoing(lucia, "Mire", attachments=(media,)))
    (shown,) = world.shown()
    assert [one["kind"] for one in shown.media] == [kind]
    assert (b64decode(shown.media[0]["data"]), shown.media[0]["name"], shown.text) == (media.data, media.name, "Mire")
    assert len(world.asked(method)) == 1


async def test_a_large_file_arrives_byte_for_byte(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    data = bytes(range(256)) * 12_000
    await bot.send(outgoing(lucia, "", attachments=(Media("datos.bin", "application/octet-stream", data),)))
    assert b64decode(world.shown()[0].media[0]["data"]) == data


async def test_photos_and_videos_go_as_one_album_that_is_known_by_each_of_its_pictures(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    sent = await bot.send(outgoing(lucia, "Mire", attachments=(PHOTO, MP4, PHOTO)))
    shown = world.shown()
    assert [one.text for one in shown] == ["Mire", "", ""]
    assert len({one.extra["media_group_id"] for one in shown}) == 1
    assert sent.also == tuple(one.id for one in shown)
    assert len(world.asked("sendMediaGroup")) == 1


async def test_an_album_of_unlike_files_goes_as_documents(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    await bot.send(outgoing(lucia, "Mire", attachments=(PHOTO, PDF)))
    assert [one.media[0]["kind"] for one in world.shown()] == ["file", "file"]


async def test_what_telegram_does_not_take_as_a_photo_goes_as_a_document(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    await bot.send(outgoing(lucia, "Mire", attachments=(Media("rota.png", "image/png", b"no picture", kind="image"),)))
    assert [one.media[0]["kind"] for one in world.shown()] == ["file"]


async def test_a_photo_over_ten_megabytes_goes_as_a_document(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    await bot.send(outgoing(lucia, "", attachments=(Media("plano.png", "image/png", PNG + bytes(10_000_000), kind="image"),)))
    assert (len(world.asked("sendDocument")), len(world.asked("sendPhoto"))) == (1, 0)


async def test_a_file_by_link_is_fetched_by_telegram(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    stored = world.double.files.keep("document", "factura.pdf", "application/pdf", b"%PDF")
    link = f"{world.base}/telegram/file/bot{BOT_TOKEN}/{stored.path}"
    await bot.send(outgoing(lucia, "", attachments=(Media("factura.pdf", "application/pdf", url=link),)))
    assert b64decode(world.shown()[0].media[0]["data"]) == b"%PDF"


@pytest.mark.parametrize("url", [None, "", "/etc/passwd", "file:///etc/passwd"])
async def test_a_file_without_bytes_or_a_link_is_gone(world: World, url: str | None) -> None:
    bot, lucia = await world.bot(), await world.starts()
    with pytest.raises(Rejected) as raised:
        await bot.send(outgoing(lucia, "", attachments=(Media("passwd", "text/plain", url=url),)))
    assert raised.value.code == "file_gone"


async def test_an_answer_quotes_what_it_answers_and_goes_without_when_that_is_gone(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    (theirs,) = (await world.does("say", text="¿Cuándo?"))["ids"]
    await bot.send(outgoing(lucia, "Mañana", answers=theirs))
    await bot.send(outgoing(lucia, "Hoy", answers=f"{lucia}:99999"))
    await bot.send(outgoing(lucia, "Ayer", answers="<a-mail@shop.example>"))
    assert [one.reply_to for one in world.shown()] == [theirs, "", ""]


async def test_buttons_come_back_with_what_stands_on_them(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    sent = await bot.send(outgoing(lucia, "¿Algo más?", choices=(Choice("yes", "Sí"), Choice("no", "No"))))
    assert world.shown()[0].buttons == [{"id": "yes", "title": "Sí"}, {"id": "no", "title": "No"}]
    _, cursor, _ = await first(bot)
    await world.does("press", id=sent.external_id, button="no")
    (event,), _, _ = await first(bot, cursor)
    assert (event.choice, event.reply_to) == (Choice("no", "No"), (sent.external_id,))  # type: ignore[union-attr]


@pytest.mark.parametrize(("given", "code"), [({"choices": (Choice("x" * 65, "X"),)}, "buttons_refused"), ({"text": " "}, "empty")])
async def test_what_telegram_never_takes_is_rejected_with_a_word(world: World, given: dict[str, Any], code: str) -> None:
    bot, lucia = await world.bot(), await world.starts()
    with pytest.raises(Rejected) as raised:
        await bot.send(outgoing(lucia, **given))
    assert raised.value.code == code


async def test_text_is_counted_as_telegram_counts(world: World) -> None:
    manifest = registry.manifest("telegram")
    bot, lucia = await world.bot(), await world.starts()
    await bot.send(outgoing(lucia, "😀" * (manifest.text_limit // 2)))
    await bot.send(outgoing(lucia, "x" * manifest.caption, attachments=(PHOTO,)))
    for text, files in (("😀" * (manifest.text_limit // 2) + "x", ()), ("x" * (manifest.caption + 1), (PHOTO,))):
        with pytest.raises(Rejected) as raised:
            await bot.send(outgoing(lucia, text, attachments=files))
        assert raised.value.code == "too_long"


async def test_who_blocked_the_bot_or_never_opened_it_cannot_be_reached(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    await world.does("block")
    for to, code in ((lucia, "blocked"), ("424242", "not_started"), ("lucia@shop.example", "unknown_address")):
        with pytest.raises(Rejected) as raised:
            await bot.send(outgoing(to))
        assert raised.value.code == code
    await world.does("unblock")
    await bot.send(outgoing(lucia))
    assert len(world.shown()) == 1


# ── Faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        ("500", Ambiguous, 0),  # nobody can tell it from the next one
        ("500_after", Ambiguous, 1),
        ("401", AuthFailed, 0),
        ("refuse", Rejected, 0),
        ("429", RateLimited, 0),
        ("cut_before", Ambiguous, 0),  # nobody can tell it from the next one
        ("cut", Ambiguous, 1),
        ("hang", Ambiguous, 1),
        ("garbage", Ambiguous, 1),
    ],
)
async def test_each_way_to_fail_says_what_to_do(world: World, fault: str, error: type[ConnectorError], done: int) -> None:
    bot, lucia = await world.bot(timeout_s=0.4), await world.starts()
    world.fails(fault, "sendMessage", ms=7000)
    with pytest.raises(error) as raised:
        await bot.send(outgoing(lucia))
    assert type(raised.value) is error
    assert len(world.shown()) == done
    assert BOT_TOKEN not in f"{raised.value!r} {raised.value.__cause__!r}"
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == 7.0


async def test_a_private_server_is_forbidden_unless_it_is_named_and_one_that_is_not_there_is_unavailable(world: World) -> None:
    bot, lucia = await world.bot(base_url="https://127.0.0.1:1/telegram"), await world.starts()
    with pytest.raises(Rejected) as raised:
        await bot.send(outgoing(lucia))
    assert raised.value.code == "forbidden_address"
    named = WebEgress(named=["127.0.0.1:1"])
    async with named:
        settings = Settings(token=BOT_TOKEN, base_url="http://127.0.0.1:1")
        away = Telegram(settings, Surroundings("t", "", b"", egress=named), Transport(named))
        with pytest.raises(Unavailable):
            await away.send(outgoing(lucia))


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b""])
async def test_whatever_a_server_says_the_token_is_in_no_log(world: World, said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, WebEgress(named=[f"127.0.0.1:{port}"]) as named:
        settings = Settings(token=BOT_TOKEN, base_url=f"http://127.0.0.1:{port}")
        bot = Telegram(settings, Surroundings("t", "", b"", egress=named), Transport(named))
        with pytest.raises(Ambiguous) as sending:
            await bot.send(outgoing("1"))
        with pytest.raises(Unavailable) as fetching:
            await fetched(bot, Media("x", "x/x", reference="x"))
        (step,) = await bot.check()
    for one in (sending.value, fetching.value):
        assert BOT_TOKEN not in "".join(traceback.format_exception(one))
    assert BOT_TOKEN not in step.detail


async def test_a_slow_answer_is_an_answer(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    world.fails("slow", "sendMessage", ms=50)
    assert (await bot.send(outgoing(lucia))).external_id == world.shown()[0].id


async def test_being_stopped_in_the_middle_leaves_nothing_running(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    world.fails("slow", "sendMessage", ms=200)
    sending = asyncio.create_task(bot.send(outgoing(lucia)))
    await world.double.wait_for(lambda shown: not shown.mine)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


# ── What it says of itself ───────────────────────────────────────────────────────────────────────────────────────────


async def test_it_can_all_that_the_contract_offers_for_it(world: World) -> None:
    found = registry.load("telegram")
    bot = await world.bot()
    for able in (Connector, Listens, Receives, Fetches, Acts, Signals, Installs, Reports):
        assert isinstance(bot, able), able
    assert found.settings is Settings


def test_its_secrets_are_the_token_and_the_webhooks_secret() -> None:
    assert secret_names(Settings) == {"token", "webhook_secret"}
    for one in form(Settings):
        assert all(one.label[language] for language in ("es", "en"))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"token": "AAE"}, "token"), ({"token": f"{BOT_TOKEN} "}, "token"), ({"base_url": "telegram"}, "base_url")],
)
async def test_settings_that_cannot_work_name_the_field(world: World, wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidSettings) as raised:
        await world.bot(**wrong)
    assert list(raised.value.problems) == [name]


def test_the_readme_tells_an_admin_in_both_languages() -> None:
    text = (Path(registry.__file__).parent / "telegram" / "README.md").read_text(encoding="utf-8")
    assert "## Español" in text
    assert "## English" in text
