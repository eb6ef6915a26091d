"""What an agent does to messages reaches the customer's phone, through a whole hub: a sign, an edit, a message taken back, typing."""

from pathlib import Path
from typing import Any

from tests.rig.postgres import RigPostgres
from tests.rig.test_telegram import Shop, opened
from tests.rig.waiting import eventually


async def _messages(shop: Shop) -> list[dict[str, Any]]:
    customer = (await shop.ana.insist("GET", "/customers"))["items"][0]["id"]
    found: list[dict[str, Any]] = (await shop.ana.insist("GET", f"/customers/{customer}/conversation"))["messages"]
    return found


async def test_a_sign_an_edit_and_a_deletion_reach_the_phone_and_stand_in_the_thread(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.hub.start()
        await shop.world.does("say", text="Hola")
        await shop.texts(1)
        ours = await shop.writes("Buenos dias")
        [theirs, _] = await eventually(lambda: _both(shop), what="both are there")

        await shop.ana.ask("PUT", f"/messages/{theirs['id']}/reaction", {"emoji": "❤"})
        await shop.ana.ask("PATCH", f"/messages/{ours}", {"text": "Buenos días"})

        async def changed() -> bool:
            signed, edited = await _messages(shop)
            return [one["emoji"] for one in signed["reactions"]] == ["❤"] and edited["text"] == "Buenos días" and bool(edited["edited_at"])

        await eventually(changed, what="the sign and the edit are in the thread")
        assert [(one.text, one.edited) for one in shop.world.shown()] == [("Buenos días", True)]
        assert [dict(one.reactions) for one in shop.world.double.shown if one.mine] == [{"company": "❤"}]

        await shop.ana.ask("DELETE", f"/messages/{ours}")

        async def gone() -> bool:
            return bool((await _messages(shop))[1]["deleted_at"])

        await eventually(gone, what="it is taken back in the thread")
        assert [one.deleted for one in shop.world.shown()] == [True]


async def _both(shop: Shop) -> list[dict[str, Any]]:
    found = await _messages(shop)
    return found if len(found) == 2 and found[1]["state"] == "sent" else []


async def test_that_an_agent_writes_shows_on_the_phone(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as shop:
        await shop.hub.start()
        await shop.world.does("say", text="Hola")
        await shop.texts(1)
        customer = (await shop.ana.ask("GET", "/customers"))["items"][0]["id"]
        await shop.ana.sit_down(customer)
        await shop.ana.types()

        async def told() -> bool:
            return len(shop.world.asked("sendChatAction")) == 1

        await eventually(told, what="the phone is told that somebody writes")
        await shop.ana.types()
        assert len(shop.world.asked("sendChatAction")) == 1, "not again within four seconds"
