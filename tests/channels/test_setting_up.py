"""The gallery, the form, and what becomes of settings and secrets."""

from typing import Any
from uuid import uuid4

import pytest

from connectors.conformance.subject import in_folder
from connectors.settings import form
from hub.channels.gallery import connector_view
from tests.attacks.house import House
from tests.channels.conftest import make
from tests.connectors.conformance.world import PARROT
from tests.people.conftest import Browser


async def events_of(house: House, channel: str) -> list[dict[str, Any]]:
    """What the ledger says of a channel."""
    rows = await house.hub.storage.database.rows(
        "SELECT type, actor_kind, actor::text, data FROM event WHERE channel = $1 ORDER BY id", channel
    )
    return [dict(row) for row in rows]


async def test_the_gallery_shows_every_connector_with_its_form_in_both_languages(olga: Browser) -> None:
    _, gallery = await olga.ask("GET", "/connectors")
    shown = {one["id"]: one for one in gallery["items"]}
    assert {"email", "http", "webchat", "moody"} <= shown.keys()
    assert shown["moody"]["groups"] == {"account": {"es": "Cuenta", "en": "Account"}}
    fields = {field["name"]: field for field in shown["moody"]["form"]}
    assert list(fields) == ["token", "signing", "proxy_password", "number", "region", "site"]
    assert (fields["token"]["required"], fields["token"]["secret"], fields["signing"]["required"]) == (True, True, False)
    assert (fields["number"]["low"], fields["number"]["high"], fields["region"]["choices"]) == (1, 9, ["eu", "us"])


@pytest.mark.parametrize("connector", ["email", "webchat", "sms", "telegram", "whatsapp", "messenger", "instagram", "moody"])
async def test_each_form_has_words_in_both_languages_and_titles_for_its_groups(olga: Browser, connector: str) -> None:
    _, gallery = await olga.ask("GET", "/connectors")
    (shown,) = [one for one in gallery["items"] if one["id"] == connector]
    assert all(shown["summary"].values())
    assert all(field["label"]["es"] and field["label"]["en"] for field in shown["form"])
    assert {field["group"] for field in shown["form"]} - {""} <= shown["groups"].keys()


def test_the_group_that_every_connector_may_use_has_a_title_of_its_own() -> None:
    parrot = in_folder(PARROT).type
    view = connector_view(parrot.manifest, form(parrot.settings))
    assert {one.group for one in view.form} == {"", "advanced"}
    assert (view.groups["advanced"].es, view.groups["advanced"].en) == ("Avanzado", "Advanced")


async def test_a_guide_is_in_the_language_asked_for_and_brings_nothing_that_acts(olga: Browser) -> None:
    _, spanish = await olga.ask("GET", "/connectors/moody/guide?lang=es")
    _, english = await olga.ask("GET", "/connectors/moody/guide?lang=en")
    assert '<a href="https://moody.example/es" rel="noopener noreferrer">la página</a>' in spanish["html"]
    assert "Go to" not in spanish["html"]
    assert "Go to" in english["html"]
    assert not any(word in spanish["html"] for word in ("<script", "http://", "<img"))
    assert (await olga.ask("GET", "/connectors/nothing/guide"))[0] == 404


async def test_a_new_channel_is_off_and_tells_the_secrets_that_were_made_once(house: House, olga: Browser, made: dict[str, Any]) -> None:
    channel, signing = made["channel"], made["generated"]["signing"]
    assert (channel["enabled"], channel["webhook"], channel["waiting_first"]) == (False, f"{house.url}/hooks/{channel['key']}", False)
    assert made["generated"].keys() == {"signing"}
    assert channel["secrets"] == {"proxy_password": False, "signing": True, "token": True}
    _, again = await olga.ask("GET", f"/channels/{channel['id']}")
    _, listed = await olga.ask("GET", "/channels")
    row = await house.hub.storage.database.row("SELECT settings::text FROM channel WHERE id = $1", channel["id"])
    told = await events_of(house, channel["id"])
    for place in (again, listed, row, told):
        assert signing not in str(place)
    assert told == [{"type": "channel.created", "actor_kind": "human", "actor": house.ids["olga"], "data": {"connector": "moody"}}]


async def test_another_system_s_secret_is_made_by_the_hub_or_is_long_enough(olga: Browser) -> None:
    draft = {"connector": "http", "name": "Tienda", "settings": {}}
    status, answer = await olga.ask("POST", "/channels", draft)
    assert (status, answer["generated"].keys()) == (201, {"secret"})
    status, answer = await olga.ask(
        "POST", "/channels", {**draft, "settings": {"secret": "hilo", "second_secret": "s" * 15, "history": True}}
    )
    assert (status, answer["error"]["fields"].keys()) == (422, {"secret", "second_secret", "history"})
    assert answer["error"]["fields"]["secret"] == "al menos 16 letras y cifras al azar; vacío, lo crea Hilo"


async def test_what_is_wrong_is_said_of_every_field_in_the_admins_language(house: House, olga: Browser) -> None:
    wrong = {"number": 10, "region": "mars", "site": "ftp://x", "extra": 1}
    status, answer = await olga.ask("POST", "/channels", {"connector": "moody", "name": "x", "settings": wrong})
    assert (status, answer["error"]["code"]) == (422, "invalid_settings")
    said = answer["error"]["fields"]
    assert said.keys() == {"token", "number", "region", "site", "extra"}
    assert (said["token"], said["number"], said["region"]) == ("obligatorio", "como máximo 9", "debe ser uno de estos: eu, us")
    await house.hub.storage.database.run("UPDATE agent SET locale = 'en' WHERE id = $1", house.ids["olga"])
    try:
        _, answer = await (await house.browser("olga")).ask("POST", "/channels", {"connector": "moody", "name": "x", "settings": wrong})
    finally:
        await house.hub.storage.database.run("UPDATE agent SET locale = 'es' WHERE id = $1", house.ids["olga"])
    assert answer["error"]["fields"]["token"] == "required"


async def test_what_no_single_field_shows_is_said_too(olga: Browser) -> None:
    body = {"connector": "moody", "name": "x", "settings": {"token": "good", "region": "us", "number": 6}}
    assert (await olga.ask("POST", "/channels", body))[1]["error"]["fields"] == {"number": "en us solo hasta 5"}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"connector": "pigeon"}, "connector"), ({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"queue": "7"}, "queue"),
     ({"queue": str(uuid4())}, "queue"), ({"brand": str(uuid4())}, "brand")],
)  # fmt: skip
async def test_a_channel_needs_a_kind_a_name_and_a_queue_that_exist(olga: Browser, change: dict[str, str], field: str) -> None:
    status, answer = await olga.ask("POST", "/channels", {"connector": "moody", "name": "x", "settings": {"token": "good"}, **change})
    assert status == 422
    assert answer["error"]["fields"].keys() == {field}


async def test_a_change_keeps_what_it_does_not_name_and_null_takes_an_optional_one_back(house: House, olga: Browser) -> None:
    made = await make(olga, proxy_password="open sesame", number=3)
    path = f"/channels/{made['channel']['id']}"
    status, changed = await olga.ask(
        "PATCH", path, {"name": "Renamed", "settings": {"number": None, "proxy_password": None, "region": "us"}}
    )
    assert status == 200
    assert (changed["name"], changed["settings"]) == ("Renamed", {"region": "us"})
    assert changed["secrets"] == {"proxy_password": False, "signing": True, "token": True}
    kept = (await house.hub.channels.one(made["channel"]["id"])).settings
    assert (kept["token"], kept["signing"]) == ("good", made["generated"]["signing"])
    last = (await events_of(house, made["channel"]["id"]))[-1]
    assert last["data"] == {"fields": ["name", "settings.number", "settings.proxy_password", "settings.region"]}
    assert (await olga.ask("PATCH", path, {"settings": {"token": None}}))[1]["error"]["fields"] == {"token": "obligatorio"}


async def test_a_secret_of_the_hubs_making_is_made_anew_and_no_other(house: House, olga: Browser, made: dict[str, Any]) -> None:
    path = f"/channels/{made['channel']['id']}/rotate"
    status, rotated = await olga.ask("POST", path, {"secret": "signing"})
    assert status == 200
    assert rotated["generated"]["signing"] not in ("", made["generated"]["signing"])
    assert (await olga.ask("POST", path, {"secret": "token"}))[0] == 422
    assert (await olga.ask("POST", path, {"secret": "nothing"}))[0] == 422
    assert (await events_of(house, made["channel"]["id"]))[-1]["data"] == {"rotated": "signing"}


async def test_colleagues_who_do_not_administer_see_tiles_without_addresses(house: House, made: dict[str, Any]) -> None:
    ana = await house.browser("ana")
    _, listed = await ana.ask("GET", "/channels")
    assert listed["items"]
    assert {one["webhook"] for one in listed["items"]} == {None}
    assert made["channel"]["key"] not in str(listed)


async def test_an_archived_channel_is_off_the_lists_and_can_come_back(house: House, olga: Browser, made: dict[str, Any]) -> None:
    id_ = made["channel"]["id"]
    await olga.ask("POST", f"/channels/{id_}/enable")
    status, archived = await olga.ask("POST", f"/channels/{id_}/archive")
    assert (status, archived["archived"], archived["enabled"]) == (200, True, False)
    assert id_ not in str(await olga.ask("GET", "/channels"))
    assert id_ in str(await olga.ask("GET", "/channels?archived=true"))
    assert (await olga.ask("POST", f"/channels/{id_}/enable"))[0] == 409
    status, restored = await olga.ask("POST", f"/channels/{id_}/restore")
    assert (status, restored["archived"], restored["enabled"]) == (200, False, False)
    assert [one["data"] for one in await events_of(house, id_) if "archived" in one["data"]] == [{"archived": True}, {"archived": False}]
