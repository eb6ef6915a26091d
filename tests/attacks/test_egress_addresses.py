"""Where the egress client refuses to go: private networks under any name or writing, and servers that the operator has not named."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohappyeyeballs
import pytest

from connectors.contract import Installs, Surroundings
from connectors.egress import WebEgress, is_public
from connectors.errors import Rejected, Unavailable
from connectors.registry import load
from connectors.settings import read_settings
from tests.rig.providers import settings_of

PUBLIC = "93.184.215.14"
KEY = bytes(32)


class Neighbour:
    """A server inside our network; notes whoever connects."""

    def __init__(self) -> None:
        self.visits = 0
        self.port = 0

    async def greet(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()


@pytest.fixture
async def neighbour() -> AsyncIterator[Neighbour]:
    found = Neighbour()
    async with await asyncio.start_server(found.greet, "127.0.0.1", 0) as server:
        found.port = server.sockets[0].getsockname()[1]
        yield found


@asynccontextmanager
async def refused() -> AsyncIterator[None]:
    """What is inside must be refused as forbidden."""
    with pytest.raises(Rejected) as caught:
        yield
    assert caught.value.code == "forbidden_address"


LOOPBACK = [
    "127.0.0.1", "localhost", "127.1", "127.0.0.1.", "0177.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "0", "0.0.0.0", "１２７.0.0.1",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]",
    "[::127.0.0.1]",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[2001:db8::1]",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK + PRIVATE)
async def test_no_writing_of_a_private_address_is_called(neighbour: Neighbour, host: str) -> None:
    async with WebEgress() as egress, refused():
        await egress.request("GET", f"https://{host}:{neighbour.port}/", timeout_s=5)
    async with WebEgress() as egress, refused(), egress.download(f"https://{host}:{neighbour.port}/", timeout_s=5):
        pass
    assert neighbour.visits == 0


OTHERS = ("http://93.184.215.14/", "ftp://example.com/", "file:///etc/passwd", "//example.com/", "", "https://", "x")


@pytest.mark.parametrize("url", OTHERS)
async def test_nothing_but_https_is_called(url: str) -> None:
    async with WebEgress() as egress:
        with pytest.raises(Rejected) as caught:
            await egress.request("GET", url)
    assert caught.value.code == "forbidden_address"


@pytest.mark.parametrize("url", ["https://user@93.184.215.14/", "https://user:word@93.184.215.14/", "https://:word@93.184.215.14/"])
async def test_an_address_with_credentials_is_not_called_and_its_word_not_repeated(url: str) -> None:
    async with WebEgress() as egress:
        with pytest.raises(Rejected) as caught:
            await egress.request("GET", url)
    assert caught.value.code == "forbidden_address"
    assert "word@" not in str(caught.value)


async def test_a_named_server_is_reached_on_its_own_port_only(neighbour: Neighbour) -> None:
    async with WebEgress([f"127.0.0.1:{neighbour.port + 1}", f"localhost:{neighbour.port + 1}"]) as egress:
        for host in ("127.0.0.1", "localhost"):
            async with refused():
                await egress.request("GET", f"https://{host}:{neighbour.port}/")
    assert neighbour.visits == 0


def test_public_addresses_are_public() -> None:
    known = (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14", "1.1.1.1")
    assert [one for one in known if not is_public(one)] == []


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Names:
    """What names lead to: each lookup gives the next answer, as a rebinding attacker's server does. And where connections go."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.lookups = 0
        self.connected: list[str] = []

    def look_up(self, host: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        assert host == "rebind.example"
        self.lookups += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in self._answers.pop(0)]

    async def connect(self, *, addr_infos: list[Any], **_: Any) -> socket.socket:
        self.connected += [one[4][0] for one in addr_infos]
        raise OSError("nobody answers")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """First a public address, then our own."""
    found = Names([PUBLIC], ["127.0.0.1"], [PUBLIC, "127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", found.look_up)
    monkeypatch.setattr(aiohappyeyeballs, "start_connection", found.connect)
    return found


async def test_a_name_is_looked_up_once_and_the_address_that_was_judged_is_called(names: Names) -> None:
    async with WebEgress() as egress:
        with pytest.raises(Unavailable):
            await egress.request("GET", "https://rebind.example/")
        assert (names.lookups, names.connected) == (1, [PUBLIC])
        async with refused():  # the next request looks again, and is judged again
            await egress.request("GET", "https://rebind.example/")
        async with refused():  # one private address among public ones is enough
            await egress.request("GET", "https://rebind.example/")
    assert (names.lookups, names.connected) == (3, [PUBLIC])


# ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CALLING = ("sms", "whatsapp by twilio", "telegram", "whatsapp", "messenger", "instagram")


@pytest.mark.parametrize("name", CALLING)
async def test_an_address_in_a_form_leads_to_no_neighbour(neighbour: Neighbour, name: str) -> None:
    """Whoever may fill in a channel's form cannot make the hub call its own network with Check or Install."""
    connector, given = settings_of(f"http://127.0.0.1:{neighbour.port}")[name]
    kind = load(connector)
    async with WebEgress() as egress:
        around = Surroundings("1", "https://hub.example", KEY, webhook="https://hub.example/hooks/1", egress=egress)
        channel = kind.build(read_settings(kind.settings, dict(given)), around)
        assert isinstance(channel, Installs)
        steps = [*await channel.check(), *await channel.install()]
        assert [step for step in steps if step.ok] == []
    assert neighbour.visits == 0
