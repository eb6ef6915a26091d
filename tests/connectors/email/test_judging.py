"""Mails are judged where they arrive, over SMTP and with name servers that answer, lie still or say nothing."""

import asyncio

import aiosmtplib
import pytest

from connectors.email.authentication import Authentication
from connectors.email.judging import Judge
from connectors.email.records import NameServers
from tests.connectors.email.test_listener import hub
from tests.connectors.email.zone import Zone, careful, signed, zone
from tests.rig.ports import free_port

MAIL = b"From: ana@tienda.example\r\nTo: support@demo.example\r\nSubject: Pedido\r\nMessage-ID: <1@tienda.example>\r\n\r\nHola\r\n"


async def arrived(raw: bytes, server: Zone, mail_from: str = "ana@tienda.example", **settings: str) -> dict[str, str]:
    """The headers of the delivery that a mail becomes, handed over by SMTP."""
    port = free_port()
    async with hub(port, name_server=server.address, **settings) as listening:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
            await client.sendmail(mail_from, ["support@demo.example"], raw)
        return dict(listening.stored[0].headers)


@pytest.mark.parametrize(
    ("signer", "mail_from", "dmarc"),
    [
        ("tienda.example", "ana@tienda.example", "pass"),
        ("evil.example", "eve@evil.example", "fail"),
        ("", "eve@evil.example", "fail"),
        ("", "ana@tienda.example", "neutral"),
    ],
)
async def test_a_mail_is_judged_by_the_keys_in_dns(signer: str, mail_from: str, dmarc: str) -> None:
    raw = signed(MAIL, signer) if signer else MAIL
    async with zone({**careful("tienda.example"), **careful("evil.example")}) as server:
        found = Authentication.from_word((await arrived(raw, server, mail_from))["authentication"])
        assert found is not None
        assert found.dmarc == dmarc


async def test_a_silent_name_server_holds_nobody_up_and_decides_nothing() -> None:
    async with zone(careful("tienda.example")) as server:
        server.silent = True
        async with asyncio.timeout(10):
            found = Authentication.from_word((await arrived(signed(MAIL, "tienda.example"), server))["authentication"])
        assert found is not None
        assert found.dmarc == "temperror"


async def test_the_trusted_servers_word_is_enough_and_nobody_else_is_asked() -> None:
    async with zone({}) as server:
        raw = b"Authentication-Results: mx.demo.example; spf=pass; dmarc=fail\r\n" + MAIL
        told = await arrived(raw, server, authserv_id="mx.demo.example")
        assert told["authentication"] == "spf=pass dkim=none dmarc=fail aligned=no"
        assert server.asked == []


async def test_who_is_no_server_of_ours_cannot_speak_in_its_name() -> None:
    async with zone(careful("tienda.example")) as server:
        raw = b"Authentication-Results: mx.demo.example; dmarc=pass\r\n" + MAIL
        told = await arrived(raw, server, "eve@evil.example", authserv_id="mx.demo.example", relays="192.0.2.25")
        assert told["authentication"] == "spf=none dkim=none dmarc=fail aligned=no"


async def test_with_look_ups_off_only_the_trusted_server_judges() -> None:
    raw = b"Authentication-Results: mx.demo.example; dmarc=pass\r\n" + MAIL
    assert await Judge("mx.demo.example").word(raw, "ana@tienda.example") == "spf=none dkim=none dmarc=pass aligned=yes"
    assert await Judge().word(raw, "ana@tienda.example") == ""


async def test_of_a_fetched_mail_only_the_own_servers_word_counts() -> None:
    async with zone(careful("tienda.example")) as server:
        judge = Judge("mx.demo.example", NameServers(("127.0.0.1", server.port)))
        assert await judge.word(MAIL, None) == ""
        assert (
            await judge.word(b"Authentication-Results: mx.demo.example; dmarc=fail\r\n" + MAIL, None)
            == "spf=none dkim=none dmarc=fail aligned=no"
        )
        assert server.asked == []
