"""A relay whose encryption fails gets nothing, and the mail waits; once it is well the mail leaves, once."""

import ssl
from pathlib import Path

import pytest

from tests.outbound.conftest import Post
from tests.outbound.mailing import mailing
from tests.rig.certificates import certificate
from tests.rig.rogue_smtp import Answer, Rudeness, rogue_relay

BROKEN: dict[str, list[Answer]] = {
    "refused": [b"454 4.7.0 TLS not available\r\n"],
    "refused for good": [b"502 5.5.1 not implemented\r\n"],
    "no handshake": [b"220 go on\r\n250 but not like this\r\n"],
    "hangs": [Rudeness.HANG],
    "hangs up": [Rudeness.DROP],
}


def served_with(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    return context


@pytest.mark.parametrize("how", BROKEN)
async def test_a_broken_handshake_is_tried_again(post: Post, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    async with (
        rogue_relay({"STARTTLS": BROKEN[how]}, certificate=served_with(files)) as relay,
        mailing(post, relay, relay.port, relay_tls="starttls", timeout=1.0) as mail,
    ):
        message = await mail.write()
        await mail.tried(message, 1)
        assert (await post.state(message), relay.letters) == ("queued", [])
        await mail.hurry()
        await post.stands(message, "sent")
        assert relay.reached == ["ana@shop.example"]


@pytest.mark.parametrize(("name", "days", "trusted"), [("other.example", 90, True), ("localhost", -1, True), ("localhost", 90, False)])
async def test_a_wrong_certificate_gets_nothing(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, name: str, days: int, trusted: bool
) -> None:
    files = certificate(tmp_path, name=name, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    async with (
        rogue_relay(certificate=served_with(files)) as relay,
        mailing(post, relay, relay.port, relay_host="localhost", relay_tls="starttls", timeout=2.0) as mail,
    ):
        message = await mail.write()
        await mail.tried(message, 1)
        assert (await post.state(message), relay.letters) == ("queued", [])
        assert (await mail.error(message))["code"] == "tls"


async def test_a_relay_that_stops_offering_encryption_gets_nothing(post: Post) -> None:
    async with rogue_relay() as relay, mailing(post, relay, relay.port, relay_tls="starttls", timeout=1.0) as mail:
        message = await mail.write()
        await mail.tried(message, 1)
        assert (await post.state(message), relay.letters) == ("queued", [])
