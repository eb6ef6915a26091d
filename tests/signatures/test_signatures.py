"""Signatures behind HTTP: a brand's, a colleague's own, and who may change which."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from hub.kernel.database import Database
from hub.signatures.api import SignaturesApi
from hub.signatures.signatures import Signatures
from tests.scenes import Company, found_company
from tests.scenes_web import serving

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


@pytest.fixture
async def ask(database: Database, company: Company) -> AsyncIterator[Ask]:
    async with serving(SignaturesApi(Signatures(database, lambda: None)).routes()) as client:

        async def one(method: str, path: str, body: Any = None, agent: str = company.ana) -> tuple[int, Any]:
            headers = {"Agent": agent, "May": "settings.manage"}
            async with client.request(method, "/api/v1" + path, json=body, headers=headers) as got:
                return got.status, await got.json()

        yield one


@pytest.fixture
async def brand(company: Company) -> str:
    return str(await company.database.value("SELECT id FROM brand"))


async def test_a_colleagues_own_signature_takes_the_place_of_the_brands(ask: Ask, brand: str, company: Company) -> None:
    await ask("PUT", f"/brands/{brand}/signature", {"html": "<div>{{agent.name}}</div><div>{{brand.name}}</div>"})
    await ask("PUT", "/me/title", {"title": "Taller"})
    status, answer = await ask("PUT", f"/me/signatures/{brand}", {"html": "<b>{{agent.name}}</b>, {{agent.role}}"})
    [item] = answer["items"]
    assert (status, item["text"], item["own"], answer["title"]) == (200, "Ana, Taller", "<b>{{agent.name}}</b>, {{agent.role}}", "Taller")
    assert (await ask("GET", "/signatures", agent=company.luis))[1]["items"][0]["text"] == "Luis\nCasa Roja"
    _, without = await ask("PUT", f"/me/signatures/{brand}", {"html": "<div><br></div>"})
    assert (without["items"][0]["own"], without["items"][0]["text"]) == ("", "Ana\nCasa Roja")


async def test_each_brand_says_which_channels_are_its_own(ask: Ask, company: Company, database: Database) -> None:
    await database.run('UPDATE channel SET settings = \'{"address": "Support@Demo.example"}\' WHERE id = $1', company.email)
    _, answer = await ask("GET", "/signatures")
    assert answer["items"][0]["channels"] == [company.email, company.webchat]
    assert answer["addresses"] == ["support@demo.example"]


async def test_a_signature_is_harmless_and_its_variables_are_known(ask: Ask, brand: str) -> None:
    _, answer = await ask("PUT", f"/brands/{brand}/signature", {"html": "<div onclick=x()>Ana<script>x()</script></div>"})
    assert answer["items"][0]["html"] == "<div>Ana</div>"
    status, answer = await ask("PUT", f"/brands/{brand}/signature", {"html": "{{agent.phone}}"})
    assert (status, answer["error"]["fields"]) == (
        422,
        {"html": "nobody fills in agent.phone; there are agent.name, agent.role, brand.name"},
    )


async def test_a_brand_that_is_not_there_has_no_signature(ask: Ask) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert (await ask("PUT", f"/brands/{nowhere}/signature", {"html": "x"}))[0] == 404
    assert (await ask("PUT", f"/me/signatures/{nowhere}", {"html": "x"}))[0] == 404


async def test_every_change_is_told(ask: Ask, brand: str, company: Company) -> None:
    await ask("PUT", f"/brands/{brand}/signature", {"html": "x"})
    await ask("PUT", f"/me/signatures/{brand}", {"html": "y"})
    await ask("PUT", "/me/title", {"title": "Taller"})
    await ask("PUT", "/me/title", {"title": "Taller"})
    assert [one["data"] for one in await company.events("brand.changed")] == [{"brand": brand, "fields": ["signature"]}]
    assert [one["data"]["fields"] for one in await company.events("agent.changed")] == [["signature"], ["title"]]
