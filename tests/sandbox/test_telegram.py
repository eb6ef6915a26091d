"""The pretend Telegram against the types of the client library: every answer is read without a field too many or too few."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import CallbackQuery, File, Message, TelegramObject, Update, User, WebhookInfo

from sandbox.telegram import BOT_TOKEN
from tests.connectors.telegram.world import PNG, World, file, opened

BUTTONS = json.dumps({"inline_keyboard": [[{"text": "Sí", "callback_data": "yes"}]]})
LINK = "https://shop.example/a.pdf"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as one:
        yield one


async def call(world: World, method: str, files: dict[str, bytes] | None = None, **given: Any) -> Any:
    """Ask the double as any program would; the result, or the refusal."""
    form = aiohttp.FormData()
    for name, value in given.items():
        form.add_field(name, str(value))
    for name, data in (files or {}).items():
        form.add_field(name, data, filename=f"{name}.png", content_type="image/png")
    async with aiohttp.ClientSession() as session, session.post(f"{world.base}/telegram/bot{BOT_TOKEN}/{method}", data=form) as response:
        answer = await response.json()
        assert answer["ok"] is (response.status == 200)
        return answer["result"] if answer["ok"] else answer


def unknown(read: Any, where: str = "") -> list[str]:
    """The fields, anywhere inside, that the library has never heard of."""
    if isinstance(read, list | tuple):
        return [found for one in read for found in unknown(one, where)]
    if not isinstance(read, TelegramObject):
        return []
    here = [f"{where}.{name}" for name in read.api_kwargs]
    slots = {name for kind in type(read).__mro__ for name in getattr(kind, "__slots__", ()) if not name.startswith("_")}
    return here + [found for name in slots - {"api_kwargs"} for found in unknown(getattr(read, name, None), f"{where}.{name}")]


def reads(kind: type[TelegramObject], answer: Any) -> Any:
    """Read an answer as the library does; it must know every field and miss none."""
    read = kind.de_list(answer, None) if isinstance(answer, list) else kind.de_json(answer, None)
    assert unknown(read) == []
    return read


def test_a_field_that_telegram_does_not_have_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        reads(Message, {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private", "colour": "red"}})


@pytest.mark.parametrize(
    ("method", "given", "files"),
    [
        ("sendMessage", {"text": "Hola", "reply_markup": BUTTONS}, {}),
        ("sendPhoto", {"caption": "Mire"}, {"photo": PNG}),
        ("sendDocument", {}, {"document": b"%PDF"}),
        ("sendVoice", {}, {"voice": b"OggS"}),
        ("sendAudio", {}, {"audio": b"ID3"}),
        ("sendVideo", {}, {"video": b"ftyp"}),
        ("sendVideoNote", {}, {"video_note": b"ftyp"}),
        ("sendAnimation", {}, {"animation": b"GIF89a"}),
        ("sendSticker", {}, {"sticker": b"RIFF"}),
        ("sendLocation", {"latitude": 39.47, "longitude": -0.37}, {}),
    ],
)
async def test_a_message_of_the_bots_reads_as_one(world: World, method: str, given: dict[str, Any], files: dict[str, bytes]) -> None:
    lucia = await world.starts()
    sent = reads(Message, await call(world, method, files, chat_id=lucia, **given))
    assert (sent.chat.type, sent.from_user.is_bot, str(sent.chat.id)) == ("private", True, lucia)


async def test_an_album_a_quotation_and_an_edit_read_as_messages(world: World) -> None:
    lucia = await world.starts()
    media = json.dumps([{"type": "photo", "media": "attach://a", "caption": "Mire"}, {"type": "video", "media": "attach://b"}])
    album = reads(Message, await call(world, "sendMediaGroup", {"a": PNG, "b": b"ftyp"}, chat_id=lucia, media=media))
    assert len({one.media_group_id for one in album}) == 1
    reply = json.dumps({"message_id": album[0].message_id})
    answer = reads(Message, await call(world, "sendMessage", chat_id=lucia, text="Uno", reply_parameters=reply))
    assert answer.reply_to_message.message_id == album[0].message_id
    edited = reads(Message, await call(world, "editMessageText", chat_id=lucia, message_id=answer.message_id, text="Dos"))
    assert (edited.text, edited.edit_date is not None) == ("Dos", True)


async def test_the_bot_a_file_and_the_webhook_read_as_they_should(world: World) -> None:
    assert reads(User, await call(world, "getMe")).can_join_groups is False
    stored = world.double.files.keep("document", "a.pdf", "application/pdf", b"%PDF")
    assert reads(File, await call(world, "getFile", file_id=stored.id)).file_path == stored.path
    assert reads(WebhookInfo, await call(world, "getWebhookInfo")).url == ""
    await call(world, "setWebhook", url="https://hilo.example/hooks/1", allowed_updates='["message"]')
    assert reads(WebhookInfo, await call(world, "getWebhookInfo")).allowed_updates == ("message",)


async def test_everything_that_a_customer_can_do_reads_as_an_update(world: World) -> None:
    everything = '["message","edited_message","message_reaction","callback_query","my_chat_member"]'
    await call(world, "getUpdates", timeout=0, allowed_updates=everything)
    lucia = await world.starts()
    ours = await call(world, "sendMessage", chat_id=lucia, text="¿Sí?", reply_markup=BUTTONS)
    name = f"{lucia}:{ours['message_id']}"
    kinds = ["image", "voice", "audio", "video", "sticker", "file"]
    await world.does("say", text="Mire", media=[file(kind=one) for one in kinds], reply_to=name)
    for word in ("video_note", "animation"):
        await world.does("say", media=[{**file(), "as": word}])
    await world.does("say", location={"latitude": 39.47, "longitude": -0.37})
    await world.does("say", location={"latitude": 39.47, "longitude": -0.37, "name": "Mercado", "address": "Plaza 1"})
    await world.does("say", contact={"name": "Tomás Iborra", "phone": "+34600111222", "own": True})
    said = await world.does("say", text="/start rebajas")
    await world.does("edit", id=said["ids"][0], text="otra cosa")
    await world.does("react", id=name, emoji="❤")
    await world.does("react", id=name, emoji="")
    await world.does("press", id=name, button="yes")
    await world.does("block")
    await world.does("unblock")
    updates = reads(Update, await call(world, "getUpdates", timeout=0))
    assert len(updates) == 19
    assert isinstance(next(one for one in updates if one.callback_query).callback_query, CallbackQuery)


@pytest.mark.parametrize(
    ("method", "given", "code", "said"),
    [
        ("sendMessage", {"chat_id": 424242, "text": "Hola"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"text": ""}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"text": "x" * 4097}, 400, "Bad Request: message is too long"),
        ("sendDocument", {"document": "nothing"}, 400, "Bad Request: wrong file identifier/HTTP URL specified"),
        ("sendMediaGroup", {"media": "[]"}, 400, "Bad Request: wrong number of media: 2-10 are expected"),
        ("editMessageText", {"message_id": 9, "text": "x"}, 400, "Bad Request: message to edit not found"),
        ("deleteMessage", {"message_id": 9}, 400, "Bad Request: message to delete not found"),
        ("setMessageReaction", {"message_id": 101, "reaction": '[{"type":"emoji","emoji":"🧀"}]'}, 400, "Bad Request: REACTION_INVALID"),
        ("getFile", {"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        ("setWebhook", {"url": "http://hilo.example"}, 400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
        ("teleport", {}, 404, "Not Found"),
    ],
)
async def test_it_refuses_as_telegram_does(world: World, method: str, given: dict[str, Any], code: int, said: str) -> None:
    lucia = await world.starts()
    answer = await call(world, method, **{"chat_id": lucia, **given})
    assert (answer["error_code"], answer["description"]) == (code, said)


async def test_without_the_token_nothing_is_answered_and_no_file_given(world: World) -> None:
    stored = world.double.files.keep("document", "a.pdf", "application/pdf", b"%PDF")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{world.base}/telegram/bot1:wrong/getMe") as response:
            assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")
        async with session.get(f"{world.base}/telegram/file/bot1:wrong/{stored.path}") as response:
            assert response.status == 404


async def test_json_query_and_form_are_the_same_to_it(world: World) -> None:
    lucia = await world.starts()
    url = f"{world.base}/telegram/bot{BOT_TOKEN}/SENDMESSAGE"
    given = {"chat_id": lucia, "text": "Hola"}
    async with aiohttp.ClientSession() as session:
        for ways in ({"json": given}, {"params": given}, {"data": given}):
            async with session.post(url, **ways) as response:  # type: ignore[arg-type]
                assert response.status == 200
    assert [one.text for one in world.shown()] == ["Hola"] * 3


async def test_the_customers_verbs_answer_over_http_and_name_what_is_wrong(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        said = {
            "customer": "lucia",
            "text": "Hola",
            "media": [{"name": "a.png", "type": "image/png", "kind": "image", "data": b64encode(PNG).decode()}],
        }
        async with session.post(f"{world.base}/doubles/telegram/say", json=said) as response:
            assert len((await response.json())["ids"]) == 1
        for verb, given, status in (("say", {}, 400), ("edit", {"id": "1:1", "text": ""}, 404), ("delete", {"customer": "lucia"}, 404)):
            async with session.post(f"{world.base}/doubles/telegram/{verb}", json=given) as response:
                assert response.status == status
        async with session.get(f"{world.base}/doubles/telegram") as response:
            (shown,) = (await response.json())["shown"]
    assert (shown["text"], shown["mine"], shown["media"][0]["kind"]) == ("Hola", True, "image")


async def test_an_update_tells_what_was_said_then_also_when_it_was_changed_before_the_bot_asked(world: World) -> None:
    said = await world.does("say", text="La talla 37")
    await world.does("edit", id=said["ids"][0], text="La talla 38")
    first, second = await call(world, "getUpdates")
    assert (first["message"]["text"], second["edited_message"]["text"]) == ("La talla 37", "La talla 38")
