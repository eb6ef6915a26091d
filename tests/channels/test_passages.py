"""What came in and went out on a channel, as a list."""

from typing import Any

from hub.kernel.database import Database
from tests.attacks.house import House
from tests.channels.conftest import make
from tests.channels.moody.connector import PROVIDER
from tests.channels.test_switching import enabled, knock
from tests.people.conftest import Browser


async def test_it_is_newest_first_and_in_pages_and_names_what_was_set_aside(house: House, olga: Browser, made: dict[str, Any]) -> None:
    webhook, id_ = (await enabled(olga, made))["channel"]["webhook"], made["channel"]["id"]
    for text in ("one", "two", "three"):
        assert await knock(webhook, made["generated"]["signing"], text) == 200
    await _set_aside(house.hub.storage.database, id_)
    _, page = await olga.ask("GET", f"/channels/{id_}/events?limit=3")
    _, rest = await olga.ask("GET", f"/channels/{id_}/events?limit=3&after={page['next']}".replace("+", "%2B"))
    assert [(one["kind"], one["state"], one["problem"]) for one in page["items"][:1]] == [("weird", "quarantined", "cannot be read")]
    _, aside = await olga.ask("GET", f"/quarantine?channel={id_}")
    assert [one["id"] for one in aside["items"]] == [page["items"][0]["delivery"]]
    items = [*page["items"], *rest["items"]]
    assert (len(page["items"]), len(items), rest["next"]) == (3, 4, None)
    assert [one["at"] for one in items] == sorted((one["at"] for one in items), reverse=True)
    assert (await olga.ask("GET", f"/channels/{id_}/events?after=x"))[0] == 422


async def test_another_channels_messages_are_not_in_it(olga: Browser) -> None:
    one, other = await make(olga), await make(olga)
    webhook = (await enabled(olga, one))["channel"]["webhook"]
    assert PROVIDER.mood == "well"
    assert await knock(webhook, one["generated"]["signing"]) == 200
    assert (await olga.ask("GET", f"/channels/{other['channel']['id']}/events"))[1] == {"items": [], "next": None}


async def _set_aside(database: Database, channel: str) -> None:
    sql = "INSERT INTO delivery (channel_id, kind, external_id, body, state, problem) VALUES ($1, 'weird', 'w', 'x', 'quarantined', $2)"
    await database.run(sql, channel, "cannot be read")
