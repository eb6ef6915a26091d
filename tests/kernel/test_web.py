"""Errors leave as data that says what it was: only the database's own absence is called so."""

import errno

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.web import errors_as_data
from tests.rig.ports import free_port


async def _answer(error: Exception | None) -> tuple[int, str]:
    """Status and code when a handler raises an error, or asks a database that is not there."""
    async with Database(DatabaseSettings(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")) as away:

        async def handle(_request: web.Request) -> web.Response:
            if error is not None:
                raise error
            async with away.transaction():
                return web.Response()

        app = web.Application(middlewares=[errors_as_data])
        app.router.add_get("/", handle)
        async with TestServer(app) as site, aiohttp.ClientSession() as client, client.get(site.make_url("/")) as answer:
            return answer.status, (await answer.json())["error"]["code"]


async def test_a_database_that_is_away_is_named() -> None:
    assert await _answer(None) == (503, "database_away")


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "a file"), TimeoutError(), ConnectionResetError()])
async def test_what_fails_elsewhere_is_not_called_the_database(error: Exception) -> None:
    assert await _answer(error) == (500, "internal")


async def test_a_full_disk_is_named() -> None:
    assert await _answer(OSError(errno.ENOSPC, "No space left on device")) == (503, "disk_full")
