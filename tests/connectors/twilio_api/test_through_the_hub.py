"""SMS and WhatsApp by Twilio as people see them: set up in the console, written to from a phone, answered, found again after a break."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from sandbox.double import Shown
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER, WHATSAPP_NUMBER
from tests.attacks.house import House, lived_in
from tests.connectors.twilio_api.world import PNG, World, opened, photo
from tests.people.conftest import Browser
from tests.rig.waiting import eventually


@dataclass
class Scene:
    """A hub with both channels, the pretend Twilio, and a colleague who may do everything."""

    house: House
    world: World
    olga: Browser
    channels: dict[str, str]

    async def newest(self, customer: str) -> dict[str, Any]:
        return (await self.house.thread(customer, self.olga))[-1]

    async def answers(self, customer: str, channel: str, text: str, **more: Any) -> tuple[int, Any]:
        body = {"id": str(uuid4()), "kind": "reply", "channel": self.channels[channel], "text": text, **more}
        return await self.olga.ask("POST", f"/customers/{customer}/messages", body)

    async def shown(self, text: str) -> Shown:
        return await self.world.double.wait_for(lambda one: not one.mine and one.text == text)

    async def in_state(self, customer: str, text: str, state: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            thread = await self.house.thread(customer, self.olga)
            return next((one for one in thread if one["text"] == text and one["state"] == state), None)

        found = await eventually(look, what=f"{text!r} is {state}")
        assert found is not None
        return found


@pytest.fixture(scope="module")
async def scene(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    postgres.create_database("twilio")
    url = postgres.url("twilio")
    await migrate(url)
    async with opened() as world:
        place = urlsplit(world.base).netloc
        async with lived_in(url, tmp_path_factory.mktemp("twilio"), HILO_EGRESS_PRIVATE=place) as house:
            olga = await house.browser("olga")
            channels = {name: await set_up(olga, world, name, number) for name, number in NUMBERS.items()}
            yield Scene(house, world, olga, channels)


NUMBERS = {"sms": SMS_NUMBER, "whatsapp_twilio": WHATSAPP_NUMBER}


async def set_up(olga: Browser, world: World, connector: str, number: str) -> str:
    """As an admin does it: form, enable, install, check. Gives the channel's id."""
    settings = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "senders": number, "base_url": f"{world.base}/twilio"}
    status, made = await olga.ask("POST", "/channels", {"connector": connector, "name": connector, "settings": settings})
    assert status == 201, made
    id_ = str(made["channel"]["id"])
    for verb in ("enable", "install", "check"):
        status, answer = await olga.ask("POST", f"/channels/{id_}/{verb}")
        assert status == 200, answer
        assert all(step["ok"] for step in answer.get("steps", [])), answer
    return id_


async def test_a_message_is_answered_and_the_ticks_climb(scene: Scene) -> None:
    await scene.world.does("say", "+34611000001", text="¿Abrís el sábado?")
    customer = await scene.house.who_said("¿Abrís el sábado?")
    status, answer = await scene.answers(customer, "sms", "Sí, de 10 a 14 h")
    assert status == 201, answer
    shown = await scene.shown("Sí, de 10 a 14 h")
    assert (shown.customer, shown.extra["from"]) == ("+34611000001", SMS_NUMBER)
    await scene.in_state(customer, "Sí, de 10 a 14 h", "delivered")


async def test_sms_and_whatsapp_of_one_number_are_one_customer(scene: Scene) -> None:
    await scene.world.does("say", "+34611000002", text="Por SMS")
    customer = await scene.house.who_said("Por SMS")
    await scene.world.does("say", "+34611000002", app="whatsapp", text="Por WhatsApp", name="Tomás")
    assert await scene.house.who_said("Por WhatsApp") == customer
    status, answer = await scene.answers(customer, "whatsapp_twilio", "Por aquí mejor")
    assert status == 201, answer
    assert (await scene.shown("Por aquí mejor")).app == "whatsapp"
    await scene.in_state(customer, "Por aquí mejor", "delivered")
    await scene.world.does("read", "+34611000002", app="whatsapp")
    await scene.in_state(customer, "Por aquí mejor", "read")


async def test_a_picture_comes_into_the_thread(scene: Scene) -> None:
    await scene.world.does("say", "+34611000003", app="whatsapp", text="Llegó roto", media=[photo()])
    customer = await scene.house.who_said("Llegó roto")

    async def look() -> dict[str, Any] | None:
        (file,) = (await scene.newest(customer))["attachments"]
        return file if file["state"] == "here" else None

    file = await eventually(look, what="the picture is here")
    assert file is not None
    assert (file["name"], file["size"]) == ("image-1.png", len(PNG))


async def test_an_answer_whose_fate_was_unknown_is_known_when_the_callback_comes(scene: Scene) -> None:
    await scene.world.does("say", "+34611000004", text="¿Sigue ahí?")
    customer = await scene.house.who_said("¿Sigue ahí?")
    scene.world.fails("cut")
    await scene.answers(customer, "sms", "Aquí sigo")
    await scene.in_state(customer, "Aquí sigo", "delivered")
    assert len([one for one in scene.world.shown() if one.text == "Aquí sigo"]) == 1


async def test_after_stop_no_answer_leaves_until_start(scene: Scene) -> None:
    await scene.world.does("say", "+34611000005", text="Hola a todos")
    customer = await scene.house.who_said("Hola a todos")
    await scene.world.does("stop", "+34611000005", text="Baja")
    await scene.house.who_said("Baja")

    async def refused() -> bool:
        status, answer = await scene.answers(customer, "sms", "¿Seguro?")
        return status == 409 and bool(answer["error"]["code"] == "consent_withdrawn")

    await eventually(refused, what="an answer is refused")
    await scene.world.does("say", "+34611000005", text="Alta")
    await scene.house.who_said("Alta")
    assert (await scene.answers(customer, "sms", "Bienvenida de nuevo"))[0] == 201
    await scene.shown("Bienvenida de nuevo")


async def test_why_an_answer_did_not_arrive_is_a_word_that_the_console_knows(scene: Scene) -> None:
    await scene.world.does("say", "+34611000007", text="Ya no quiero nada")
    customer = await scene.house.who_said("Ya no quiero nada")
    await scene.world.does("block", "+34611000007")
    await scene.answers(customer, "sms", "¿Por qué?")
    failed = await scene.in_state(customer, "¿Por qué?", "failed")
    assert failed["error"] == {"code": "blocked", "detail": "30004 Message blocked"}


async def test_after_a_day_only_a_template_leaves_on_whatsapp(scene: Scene) -> None:
    await scene.world.does("say", "+34611000006", app="whatsapp", text="Mañana hablamos")
    customer = await scene.house.who_said("Mañana hablamos")
    a_day_ago = "UPDATE message SET at = at - interval '25 hours', provider_at = provider_at - interval '25 hours' WHERE text = $1"
    await scene.house.hub.storage.database.run(a_day_ago, "Mañana hablamos")
    status, answer = await scene.answers(customer, "whatsapp_twilio", "Buenos días")
    assert status == 409, answer
    use = {"name": "pedido_enviado", "language": "es", "variables": {"1": "Lucía", "2": "C-9"}}
    status, answer = await scene.answers(customer, "whatsapp_twilio", "", template=use)
    assert status == 201, answer
    await scene.shown("Hola Lucía, su pedido C-9 ha salido.")


async def test_we_write_first_by_sms_only_to_whoever_agreed(scene: Scene) -> None:
    customer = await scene.house.hub.storage.database.value(
        "INSERT INTO customer (id, root_id, name) SELECT id, id, 'Nadie' FROM (SELECT uuidv7() AS id) made RETURNING id::text"
    )
    _, record = await scene.olga.ask("POST", f"/customers/{customer}/identities", {"kind": "phone", "value": "+34611000042"})
    status, answer = await scene.answers(customer, "sms", "Su pedido está listo")
    assert (status, answer["error"]["code"]) == (409, "consent_needed")
    consent = f"/customers/{customer}/identities/{record['identities'][0]['id']}/consents/{scene.channels['sms']}"
    assert (await scene.olga.ask("PUT", consent, {"how": "in_person"}))[0] == 200
    status, answer = await scene.answers(customer, "sms", "Su pedido está listo")
    assert status == 201, answer
    assert (await scene.shown("Su pedido está listo")).customer == "+34611000042"
