"""The connector for IRC: installed beside Hilo, found by its entry point, tried by the kit, and talking through a real server."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connectors.conformance.subject import in_folder
from connectors.contract import Address, Connector, Listens, Outgoing, Surroundings
from connectors.errors import AuthFailed, Rejected
from hub.kernel.database import Database
from tests.connectors.conformance.world import broken, verdicts
from tests.examples.irc import Customer, server
from tests.rig.colleague import Colleague
from tests.rig.company import found
from tests.rig.process import HubProcess
from tests.rig.waiting import eventually
from tests.rig.world import World
from tests.source import ROOT
from tests.test_write_a_connector import hilo, installed

PACKAGE = ROOT / "examples" / "hilo-irc"
OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"


@asynccontextmanager
async def channel(port: int, **given: object) -> AsyncIterator[Connector]:
    """Our nick at the real server."""
    type_ = in_folder(PACKAGE / "hilo_irc").type
    settings = type_.settings(**{"server": "127.0.0.1", "port": port, "tls": False, "nick": "shop", "password": "a-password", **given})
    async with type_.build(settings, Surroundings("irc-1", "https://hilo.example", bytes(32), now=lambda: 1_772_600_000.0)) as connector:
        yield connector


def outgoing(nick: str, text: str) -> Outgoing:
    return Outgoing(OURS, Address("irc", nick), text)


async def test_it_keeps_every_rule_of_the_kit() -> None:
    assert broken(await verdicts(in_folder(PACKAGE / "hilo_irc"))) == {}


async def test_a_customer_and_the_shop_talk_in_private(tmp_path: Path) -> None:
    async with server(tmp_path) as port, channel(port) as irc, Customer(port, "Rosa") as rosa:
        assert isinstance(irc, Listens)
        listening = irc.listen(None)
        first = asyncio.ensure_future(anext(listening))
        await irc.send(outgoing("rosa", "¿Sí?\n\nDígame"))
        assert (await rosa.hears("PRIVMSG")).endswith("PRIVMSG Rosa :¿Sí?")
        assert (await rosa.hears("PRIVMSG")).endswith("PRIVMSG Rosa :Dígame")
        rosa.say("shop", "¿Abren hoy?")
        (delivery,) = (await asyncio.wait_for(first, 10)).deliveries
        (message,) = irc.parse(delivery)
        assert (message.sender.value, message.text) == ("rosa", "¿Abren hoy?")  # type: ignore[union-attr]
        await listening.aclose()  # type: ignore[attr-defined]


async def test_nobody_of_that_nick_is_a_refusal_and_the_next_message_goes_out(tmp_path: Path) -> None:
    async with server(tmp_path) as port, channel(port) as irc, Customer(port, "rosa") as rosa:
        with pytest.raises(Rejected) as caught:
            await irc.send(outgoing("nobody", "Hola"))
        assert caught.value.code == "unreachable"
        await irc.send(outgoing("rosa", "Hola"))
        assert (await rosa.hears("PRIVMSG")).endswith(":Hola")


async def test_a_wrong_password_stops_the_channel(tmp_path: Path) -> None:
    async with server(tmp_path) as port, channel(port, password="wrong") as irc:
        with pytest.raises(AuthFailed):
            await irc.send(outgoing("rosa", "Hola"))
        (step,) = await irc.check()
        assert not step.ok


async def test_it_is_found_by_its_entry_point_and_carries_a_conversation(database_url: str, database: Database, tmp_path: Path) -> None:
    site = await asyncio.to_thread(_site, tmp_path)
    company = await found(database_url, tmp_path / "data")
    environment = {
        "PYTHONPATH": f"{site}:{ROOT}",
        "HILO_DATA": str(tmp_path / "data"),
        "HILO_DATABASE_URL": database_url,
        "IRC": "a-password",
    }
    assert "BROKEN" not in await _typed(tmp_path, "connector test irc", environment)
    async with server(tmp_path) as port:
        add = f"channel add irc IRC server=127.0.0.1 port={port} tls=false nick=shop password=env:IRC"
        id_ = (await _typed(tmp_path, add, environment)).split()[0]
        async with HubProcess(tmp_path, database_url, environment=environment) as hub, Customer(port, "Rosa") as rosa:
            await _joined(rosa)
            rosa.say("shop", "¿Abren hoy?")
            row = await eventually(lambda: database.row("SELECT text, customer_id FROM message"), what="the message is in the thread")
            assert row is not None
            assert row["text"] == "¿Abren hoy?"
            async with Colleague(hub.address, company.tokens["ana"]) as ana:
                await ana.answer(World(), str(row["customer_id"]), id_, "Hasta las ocho")
                assert (await rosa.hears("PRIVMSG")).endswith(":Hasta las ocho")


def _site(folder: Path) -> Path:
    source = folder / "hilo-irc"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    return installed(source, folder / "site")


async def _typed(folder: Path, line: str, environment: Mapping[str, str]) -> str:
    return await asyncio.to_thread(hilo, folder, line, environment)


async def _joined(customer: Customer) -> None:
    """The shop's nick is there."""
    while True:
        customer.ask("ISON shop")
        if (await customer.hears(" 303 ")).endswith("shop"):
            return
        await asyncio.sleep(0.1)
