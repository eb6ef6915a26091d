"""A provider that takes the connection and says nothing: the step that asked it fails by itself, and the check goes on."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.egress import WebEgress
from connectors.errors import Unavailable
from hub.channels import checking
from hub.channels.patience import Patience
from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from sandbox.double import Fault
from sandbox.meta import Meta, company
from tests.attacks.house import House, lived_in

WHATSAPP = {
    "phone_number_id": company.PHONE_NUMBER_ID,
    "account_id": company.ACCOUNT_ID,
    "app_id": company.APP_ID,
    "app_secret": company.APP_SECRET,
    "access_token": company.WHATSAPP_TOKEN,
}
STEPS = ["token", "number", "account", "subscribed", "fields", "webhook"]


@pytest.fixture(scope="module")
async def graph() -> AsyncIterator[tuple[Meta, str]]:
    """The pretend Meta, and where it is."""
    double, app = Meta(), web.Application()
    app.add_routes(double.routes())
    async with TestServer(app) as server:
        yield double, f"127.0.0.1:{server.port}"
        await double.closed()


@pytest.fixture(scope="module")
async def near(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, graph: tuple[Meta, str]) -> AsyncIterator[House]:
    """A hub that may call it."""
    postgres.create_database("silence")
    url = postgres.url("silence")
    await migrate(url)
    async with lived_in(url, tmp_path_factory.mktemp("silence"), HILO_EGRESS_PRIVATE=graph[1]) as opened:
        yield opened


async def check(near: House, graph: tuple[Meta, str], *faults: Fault) -> list[dict[str, Any]]:
    """The steps of a draft, while the provider goes wrong."""
    graph[0].faults[:] = faults
    olga = await near.browser("olga")
    draft = {"connector": "whatsapp", "settings": {**WHATSAPP, "verify_token": "v" * 20, "graph_url": f"http://{graph[1]}/meta"}}
    status, answer = await olga.ask("POST", "/channels/check", draft)
    graph[0].faults.clear()
    assert status == 200, json.dumps(answer)
    steps: list[dict[str, Any]] = answer["steps"]
    return steps


async def test_one_step_without_an_answer_fails_and_the_others_go_on(
    near: House, graph: tuple[Meta, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "STEP_S", 0.3)
    steps = await check(near, graph, Fault("hang", 1, 0, "phone_numbers"))
    assert [one["name"] for one in steps] == STEPS
    silent = steps[STEPS.index("account")]
    assert (silent["ok"], silent["tried"], silent["detail"]) == (False, True, "did not answer in 0.3 s")
    assert [one["ok"] for one in steps[:2]] == [True, True]
    assert all(one["tried"] for one in steps)


async def test_who_is_silent_all_the_time_is_not_asked_for_ever(
    near: House, graph: tuple[Meta, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "STEP_S", 0.3)
    steps = await check(near, graph, Fault("hang", 99, 0, "/"))
    assert [one["name"] for one in steps] == STEPS
    assert [one["tried"] for one in steps] == [True, True, False, False, False, False]
    assert {one["detail"] for one in steps if one["tried"]} == {"did not answer in 0.3 s"}
    assert steps[-1]["todo"]["es"] == "No se ha probado: el proveedor no contestó a lo anterior."


async def test_patience_counts_only_silence(graph: tuple[Meta, str]) -> None:
    async with WebEgress(named=[graph[1], "127.0.0.1:1"]) as egress:
        patience = Patience(egress, 5)
        for _ in range(4):
            with pytest.raises(Unavailable) as refused:
                await patience.request("GET", "https://127.0.0.1:1/")
            assert refused.value.code not in ("silent", "not_tried")
        assert (await patience.request("GET", f"http://{graph[1]}/meta/nothing")).status >= 400
