"""TXT records, asked of a name server of our own on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from connectors.email.records import text_records


class NameServer(asyncio.DatagramProtocol):
    """Knows one long text and one name without texts, refuses one, and knows no other."""

    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name
        match name.to_text():
            case "known.example.":
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"v=DMARC1; " "p=reject"', '"otra ñ"'))
            case "broken.example.":
                answer.set_rcode(dns.rcode.SERVFAIL)
            case "empty.example.":
                pass
            case _:
                answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server() -> AsyncIterator[dns.resolver.Resolver]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], transport.get_extra_info("sockname")[1]
    try:
        yield resolver
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("known.example", ["v=DMARC1; p=reject", "otra ñ"]),
        ("empty.example", []),
        ("nobody.example", []),
        ("broken.example", None),
        (f"{'a' * 64}.example", None),
        ("a..example", None),
    ],
)
async def test_texts_none_and_no_answer_are_told_apart(name: str, texts: list[str] | None) -> None:
    async with name_server() as resolver:
        found = await asyncio.to_thread(text_records, name, resolver)
        assert (found and sorted(found)) == (texts and sorted(texts))  # a name server tells them in any order
