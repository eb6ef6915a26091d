"""The relay is only spoken to behind a certificate that is trusted, where encryption is asked for."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import Unavailable
from tests.connectors.email.world import channel, outgoing


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


class Taken:
    """What the relay took."""

    def __init__(self) -> None:
        self.encrypted: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 taken"


@asynccontextmanager
async def relay(certificate: Path, encryption: str) -> AsyncIterator[tuple[int, Taken]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    taken = Taken()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(taken, hostname="relay.example", loop=loop, tls_context=context if encryption == "starttls" else None)

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if encryption == "tls" else None)
    try:
        yield server.sockets[0].getsockname()[1], taken
    finally:
        server.close()


@pytest.mark.parametrize("encryption", ["tls", "starttls"])
async def test_a_trusted_relay_gets_the_mail_encrypted(certificate: Path, encryption: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with relay(certificate, encryption) as (port, taken):
        mail = channel(relay_port=port, relay_tls=encryption)
        await mail.send(outgoing())
        assert taken.encrypted == [True]
        assert all(step.ok for step in await mail.check())


@pytest.mark.parametrize(("encryption", "step"), [("tls", "connect"), ("starttls", "encrypt")])
async def test_a_relay_that_nobody_vouches_for_gets_nothing(certificate: Path, encryption: str, step: str) -> None:
    async with relay(certificate, encryption) as (port, taken):
        mail = channel(relay_port=port, relay_tls=encryption)
        with pytest.raises(Unavailable, match=r"(?i)certificate"):
            await mail.send(outgoing())
        assert [one.name for one in await mail.check() if not one.ok] == [step]
        assert taken.encrypted == []
