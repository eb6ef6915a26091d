"""A name server on loopback, with a table of one's own: keys and policies of invented domains."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import dkim
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class Zone(asyncio.DatagramProtocol):
    """TXT records by name; an empty list is a name without texts, None one for which the server fails. Other names do not exist."""

    texts: dict[str, list[str] | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: bool = False
    port: int = 0
    _transport: asyncio.DatagramTransport | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text().rstrip(".")
        self.asked.append(name)
        if self.silent or self._transport is None:
            return
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        texts = self.texts.get(name, [])
        if texts is None:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.texts:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif texts:
            answer.answer.append(dns.rrset.from_text(question.question[0].name, 60, "IN", "TXT", *map(_quoted, texts)))
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def zone(texts: dict[str, list[str] | None]) -> AsyncIterator[Zone]:
    """The server, as long as it is needed."""
    server = Zone(texts)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()


@cache
def keys() -> tuple[bytes, str]:
    """A private key (PEM), and the record in DNS that goes with it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(raw: bytes, domain: str) -> bytes:
    """The same mail with that domain's signature."""
    return bytes(dkim.sign(raw, b"s1", domain.encode(), keys()[0], include_headers=[b"from", b"to", b"subject"])) + raw


def careful(domain: str) -> dict[str, list[str] | None]:
    """The records of a domain that signs all its mails, and asks for others to be refused."""
    return {f"s1._domainkey.{domain}": [keys()[1]], f"_dmarc.{domain}": ["v=DMARC1; p=reject"]}


def _quoted(text: str) -> str:
    """As a zone file has it: no piece longer than 255 octets."""
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
