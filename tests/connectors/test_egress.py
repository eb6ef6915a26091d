"""The way out leads to public addresses only, however they are written."""

import asyncio

import pytest

from connectors.egress import WebEgress, is_public
from connectors.errors import Ambiguous, Rejected, Unavailable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::127.0.0.1", "::10.1.2.3", "::a9fe:a9fe",
        "64:ff9b::7f00:1", "64:ff9b::10.1.2.3", "64:ff9b:1::7f00:1", "64:ff9b:1::1.1.1.1",
        "2002:7f00:1::", "2002:a00:1::1", "no address",
    ],
)  # fmt: skip
def test_an_address_of_somebodys_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"])
def test_an_address_of_the_whole_world_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0177.0.0.1", "0x7f000001", "0X7F.1", "0x7f.0.0.1", "0", "127.0.0.1.", "1.1",
        "localhost", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[64:ff9b:1::7f00:1]", "１２７.0.0.1", "127。0。0。1",
    ],
)  # fmt: skip
async def test_no_way_to_write_an_address_leads_home(host: str) -> None:
    knocks = asyncio.Event()

    async def knocked(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocks.set()
        writer.close()

    async with await asyncio.start_server(knocked, "127.0.0.1", 0) as server, WebEgress() as egress:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Rejected) as raised:
            await egress.request("GET", f"https://{host}:{port}/x")
    assert (raised.value.code, knocks.is_set()) == ("forbidden_address", False)


@pytest.mark.parametrize(
    "url", ["", "https://", "https://:443/x", "https:///x", "no address", "https://user:word@shop.example/", "http://shop.example/",
            "https://shop..example/", "https://[::1", "https://shop.example:99999/", "https://-/", "https://" + "a" * 70 + ".example/"],
)  # fmt: skip
async def test_what_is_no_address_to_call_is_refused_or_not_found(url: str) -> None:
    async with WebEgress() as egress:
        with pytest.raises((Rejected, Unavailable)) as raised:
            await egress.request("POST", url, data=b"x")
    assert not isinstance(raised.value, Ambiguous)


async def test_a_server_that_the_operator_named_is_called_however_it_is_written() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        here = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with WebEgress(named=[here]) as egress:
            assert (await egress.request("GET", f"http://{here}/x")).body == b"ok"
