"""The pretend world over a restart: phones, ticks, files, numbers and webhooks are as they were; what cannot be read begins empty."""

import hmac
import json
import logging
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox.app import build
from sandbox.mail import MailWorld
from sandbox.memory import LONG
from sandbox.meta.company import APP_SECRET, PAGE_TOKEN
from sandbox.people import CUSTOMERS
from sandbox.post import Post
from sandbox.telegram.shapes import BOT_TOKEN, person
from sandbox.travels import Travels
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN
from sandbox.world import Place
from tests.rig.waiting import eventually

LUCIA = CUSTOMERS[0]
CHAT = person("lucia").id
PICTURE = b"\xff\xd8\xff" + b"picture" * LONG
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """The pretend world, asked over HTTP."""

    client: TestClient[Any, Any]

    async def act(self, double: str, verb: str, **given: Any) -> Answer:
        async with self.client.post(f"/doubles/{double}/{verb}", json=given) as answer:
            assert answer.status == 200, await answer.text()
            found: Answer = await answer.json()
            return found

    async def shown(self, double: str) -> list[Answer]:
        async with self.client.get(f"/doubles/{double}") as answer:
            found: list[Answer] = (await answer.json())["shown"]
            return found

    async def bot(self, method: str, **given: Any) -> Any:
        async with self.client.post(f"/telegram/bot{BOT_TOKEN}/{method}", json=given) as answer:
            said = await answer.json()
            assert said["ok"], said
            return said["result"]


@asynccontextmanager
async def world(folder: Path, post: Post | None = None) -> AsyncIterator[World]:
    """One run of it."""
    place = Place(hub="http://127.0.0.1:9", support="support@demo.example", channel="key", secret="secret")
    post = post or Post(Travels(), hub_host="127.0.0.1", hub_port=9)
    async with TestClient(TestServer(build(place, post, folder))) as client:
        yield World(client)


def picture() -> Answer:
    return {"name": "duna.jpg", "type": "image/jpeg", "kind": "image", "data": b64encode(PICTURE).decode()}


async def test_after_a_restart_the_phones_show_the_same_messages_with_files_reactions_and_ticks(tmp_path: Path) -> None:
    me = {"app": "whatsapp", "customer": LUCIA.phone}
    async with world(tmp_path) as one:
        await one.act("twilio", "say", app="sms", customer=LUCIA.phone, text="¿Abrís hoy?")
        await one.act("telegram", "say", customer="lucia", text="Mira", media=[picture()])
        answer = (await one.act("meta", "echo", **me, text="Hasta las ocho"))["id"]
        await one.act("meta", "read", **me)
        await one.act("meta", "react", **me, message=answer, emoji="👍")
        before = [await one.shown(name) for name in ("twilio", "telegram", "meta")]
    async with world(tmp_path) as one:
        assert [await one.shown(name) for name in ("twilio", "telegram", "meta")] == before
    assert (before[2][0]["state"], before[2][0]["reactions"]) == ("read", {"customer": "👍"})


async def test_after_a_restart_the_bot_answers_an_older_message_fetches_its_file_and_numbers_go_on(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.act("telegram", "say", customer="lucia", text="Mira", media=[picture()])
        (update,) = await one.bot("getUpdates")
        asked = update["message"]
    async with world(tmp_path) as one:
        (again,) = await one.bot("getUpdates")
        assert again == update  # nobody has confirmed it
        said = await one.bot("sendMessage", chat_id=CHAT, text="Sí", reply_parameters={"message_id": asked["message_id"]})
        await one.bot("setMessageReaction", chat_id=CHAT, message_id=asked["message_id"], reaction=[{"type": "emoji", "emoji": "🔥"}])
        path = (await one.bot("getFile", file_id=asked["photo"][-1]["file_id"]))["file_path"]
        async with one.client.get(f"/telegram/file/bot{BOT_TOKEN}/{path}") as answer:
            assert await answer.read() == PICTURE
    assert said["message_id"] == asked["message_id"] + 1


async def test_webhooks_stay_set(tmp_path: Path) -> None:
    twilio = f"/twilio/2010-04-01/Accounts/{ACCOUNT_SID}/IncomingPhoneNumbers"
    headers = {"Authorization": "Basic " + b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()}
    page = {"Authorization": f"Bearer {PAGE_TOKEN}"}
    apps = f"/meta/v24.0/me/subscribed_apps?appsecret_proof={hmac.new(APP_SECRET.encode(), PAGE_TOKEN.encode(), sha256).hexdigest()}"
    async with world(tmp_path) as one:
        await one.bot("setWebhook", url="https://hub.example/hooks/t", secret_token="s")
        async with one.client.post(f"{twilio}/PN{'a1' * 16}.json", headers=headers, data={"SmsUrl": "https://hub.example/hooks/s"}):
            pass
        async with one.client.post(apps, headers=page, json={"subscribed_fields": "messages"}) as answer:
            assert answer.status == 200
    async with world(tmp_path) as one:
        assert (await one.bot("getWebhookInfo"))["url"] == "https://hub.example/hooks/t"
        async with one.client.get(f"{twilio}.json", headers=headers) as answer:
            assert (await answer.json())["incoming_phone_numbers"][0]["sms_url"] == "https://hub.example/hooks/s"
        async with one.client.get(apps, headers=page) as answer:
            assert (await answer.json())["data"][0]["subscribed_fields"] == ["messages"]


async def test_the_mailbox_is_as_it_was(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = LUCIA.email, "support@demo.example", "Un cuenco"
    mail.set_content("Falta uno.")
    async with MailWorld() as company:
        post = Post(Travels(), hub_host=company.host, hub_port=company.port)
        async with world(tmp_path, post):
            assert (await post.write(mail, sender=LUCIA.email, recipients=["support@demo.example"]))[0] == 250
    async with world(tmp_path) as one, one.client.get("/world/mails", params={"address": LUCIA.email}) as answer:
        (kept,) = (await answer.json())["items"]
    assert (kept["subject"], kept["mine"]) == ("Un cuenco", True)


async def test_a_change_is_written_while_the_world_runs_and_pictures_are_files(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        await one.act("meta", "say", app="whatsapp", customer=LUCIA.phone, media=[picture()])
        ledger = tmp_path / "meta.json"

        async def is_written() -> bool:
            return ledger.exists() and bool(json.loads(ledger.read_bytes())["shown"])

        await eventually(is_written, what="the message is in the folder")
        assert len(ledger.read_bytes()) < 2 * LONG < len(PICTURE)
        kept = {one.read_bytes() for one in (tmp_path / "meta-files").iterdir()}
        assert PICTURE in kept
        assert PICTURE in {b64decode(one) for one in kept - {PICTURE}}
        async with one.client.delete("/doubles/meta"):
            pass
    assert list((tmp_path / "meta-files").iterdir()) == []


@pytest.mark.parametrize("spoilt", [b"", b'{"shown": [{"id"', b"\x00\xff", b'{"shown": 7}', b"[]"])
async def test_a_ledger_that_cannot_be_read_is_one_warning_and_that_app_begins_empty(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoilt: bytes
) -> None:
    async with world(tmp_path) as one:
        await one.act("telegram", "say", customer="lucia", text="Hola")
        await one.act("meta", "say", app="whatsapp", customer=LUCIA.phone, text="Hola")
    (tmp_path / "telegram.json").write_bytes(spoilt)
    with caplog.at_level(logging.WARNING, logger="sandbox"):
        async with world(tmp_path) as one:
            assert await one.shown("telegram") == []
            assert len(await one.shown("meta")) == 1
            await one.act("telegram", "say", customer="lucia", text="Otra vez")
    (warning,) = caplog.messages
    assert "telegram" in warning
    assert (tmp_path / "telegram.broken").read_bytes() == spoilt
    async with world(tmp_path) as one:
        assert [found["text"] for found in await one.shown("telegram")] == ["Otra vez"]


async def test_a_ledger_whose_picture_is_gone_begins_empty(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with world(tmp_path) as one:
        await one.act("telegram", "say", customer="lucia", media=[picture()])
    for file in (tmp_path / "telegram-files").iterdir():
        file.unlink()
    with caplog.at_level(logging.WARNING, logger="sandbox"):
        async with world(tmp_path) as one:
            assert await one.shown("telegram") == []
    assert "one of its files is gone" in caplog.text


async def test_what_only_looks_like_the_name_of_a_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a secret of this machine")
    odd = {"$text": str(tmp_path / "key")}
    async with world(tmp_path) as one:
        await one.act("telegram", "say", customer="lucia", text="Hola", fields={"odd": odd})
    async with world(tmp_path) as one:
        (update,) = await one.bot("getUpdates")
    assert update["message"]["odd"] == odd


async def test_a_folder_that_cannot_be_written_is_said_and_the_world_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "telegram-files").write_text("in the way")
    with caplog.at_level(logging.WARNING, logger="sandbox"):
        async with world(tmp_path) as one:
            await one.act("telegram", "say", customer="lucia", text="Hola")
            assert len(await one.shown("telegram")) == 1
    assert "cannot remember telegram" in caplog.text
