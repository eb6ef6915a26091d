"""Mail goes out, and each way of failing is the error that says what to do. The other side is the sandbox's relay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from connectors.contract import Address
from connectors.email import ids, relay
from connectors.email.connector import Email
from connectors.errors import Ambiguous, AuthFailed, Rejected, Unavailable
from sandbox.mail import Fault, MailWorld
from tests.connectors.email.world import KEY, channel, outgoing
from tests.rig.ports import free_port


@pytest.fixture
async def world() -> AsyncIterator[MailWorld]:
    async with MailWorld() as one:
        yield one


def to(world: MailWorld, *, timeout: float = 10.0) -> Email:
    return channel(timeout=timeout, relay_port=world.port)


async def test_a_message_is_handed_to_the_relay(world: MailWorld) -> None:
    async with to(world) as mail:
        sent = await mail.send(outgoing(text="Está en camino", cc=("luis@shop.example",)))
    (letter,) = world.letters
    assert letter.recipients == ("ana@shop.example", "luis@shop.example")
    assert letter.message()["Message-ID"] == sent.external_id
    assert letter.message().get_content().strip() == "Está en camino"
    assert ids.bounced_message(KEY, letter.sender) == outgoing().id
    assert sent.refused == {}


async def test_another_attempt_has_the_same_message_id(world: MailWorld) -> None:
    world.faults.append(Fault("drop_after_dot"))
    with pytest.raises(Ambiguous):
        await to(world).send(outgoing())
    await to(world).send(outgoing(attempt=2))
    first, second = (letter.message()["Message-ID"] for letter in world.letters)
    assert first == second


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("450", Unavailable),
        ("451", Unavailable),
        ("552", Rejected),
        ("refuse", Rejected),
        ("drop_after_dot", Ambiguous),
        ("hang", Ambiguous),
    ],
)
async def test_the_class_of_the_error_says_what_to_do(world: MailWorld, kind: str, error: type[Exception]) -> None:
    world.faults.append(Fault(kind))
    with pytest.raises(error) as raised:
        await to(world, timeout=0.5).send(outgoing())
    assert raised.type is error


async def test_a_copy_that_is_refused_is_named(world: MailWorld) -> None:
    world.faults.extend([Fault("take"), Fault("refuse")])
    sent = await to(world).send(outgoing(cc=("luis@shop.example",)))
    assert list(sent.refused) == ["luis@shop.example"]
    assert sent.refused["luis@shop.example"].startswith("550 5.1.1")
    assert world.letters[0].recipients == ("ana@shop.example",)


async def test_a_copy_that_is_put_off_is_named_apart_and_tried_alone(world: MailWorld) -> None:
    world.faults.extend([Fault("take"), Fault("450"), Fault("refuse")])
    copies = {"cc": ("luis@shop.example",), "bcc": ("eva@shop.example",)}
    sent = await to(world).send(outgoing(**copies))
    assert (list(sent.later), list(sent.refused)) == (["luis@shop.example"], ["eva@shop.example"])
    again = await to(world).send(outgoing(**copies, only=("luis@shop.example",)))
    assert (again.refused, again.later) == ({}, {})
    assert [letter.recipients for letter in world.letters] == [("ana@shop.example",), ("luis@shop.example",)]
    assert len({letter.message()["Message-ID"] for letter in world.letters}) == 1


@pytest.mark.parametrize(("kind", "error", "code"), [("refuse", Rejected, "no_mailbox"), ("450", Unavailable, "busy")])
async def test_the_last_of_several_that_is_not_taken_is_an_error(world: MailWorld, kind: str, error: type[Rejected], code: str) -> None:
    world.faults.append(Fault(kind))
    with pytest.raises(error) as raised:
        await to(world).send(outgoing(cc=("luis@shop.example",), only=("luis@shop.example",)))
    assert raised.value.code == code
    assert world.letters == []


@pytest.mark.parametrize(("kind", "error"), [("refuse", Rejected), ("450", Unavailable)])
async def test_a_mail_that_its_addressee_does_not_get_is_not_sent(world: MailWorld, kind: str, error: type[Exception]) -> None:
    world.faults.append(Fault(kind))
    with pytest.raises(error) as raised:
        await to(world).send(outgoing(cc=("luis@shop.example",)))
    assert raised.type is error
    assert world.letters == []


async def test_nobody_at_the_port_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await channel(relay_port=free_port()).send(outgoing())


async def test_a_name_that_resolves_to_nothing_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await channel(relay_host="relay.invalid").send(outgoing())


@asynccontextmanager
async def server_that(says: bytes) -> AsyncIterator[int]:
    """A port where somebody says one thing and then stays silent until the other side leaves."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize("says", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"421 go away\r\n", b"554 no service\r\n", b"\x00\xff" * 500])
async def test_a_server_that_does_not_greet_is_unavailable(says: bytes) -> None:
    async with server_that(says) as port:
        with pytest.raises(Unavailable):
            await channel(timeout=0.5, relay_port=port).send(outgoing())


async def test_letters_beyond_ascii_travel_where_the_relay_can(world: MailWorld) -> None:
    await to(world).send(outgoing(to=Address("email", "josé@shop.example", "José")))
    assert world.letters[0].recipients == ("josé@shop.example",)
    assert "José <josé@shop.example>".encode() in world.letters[0].raw


@asynccontextmanager
async def relay_with_password(*, accepts: bool, offers: bool = True) -> AsyncIterator[int]:
    class Answers:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802
            return "250 taken"

    def session() -> SMTP:
        return SMTP(
            Answers(),
            hostname="relay.example",
            loop=asyncio.get_running_loop(),
            auth_require_tls=False,
            auth_exclude_mechanism=None if offers else ["LOGIN", "PLAIN"],
            authenticator=lambda *_: AuthResult(success=accepts, handled=False),
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def with_password(port: int) -> Email:
    return channel(relay_port=port, relay_user="ana", relay_password="secret")


async def test_a_password_signs_in() -> None:
    async with relay_with_password(accepts=True) as port:
        assert (await with_password(port).send(outgoing())).refused == {}


@pytest.mark.parametrize("offers", [True, False])
async def test_a_wrong_password_and_no_sign_in_at_all_stop_the_channel(*, offers: bool) -> None:
    async with relay_with_password(accepts=False, offers=offers) as port:
        with pytest.raises(AuthFailed):
            await with_password(port).send(outgoing())


async def test_the_check_goes_step_by_step_and_sends_nothing(world: MailWorld) -> None:
    mail = channel(relay_port=world.port, listen_port=free_port())
    steps = await mail.check()
    assert [(one.name, one.ok) for one in steps] == [
        (name, True) for name in ("resolve", "connect", "greet", "sender", "withdraw", "listen")
    ]
    assert world.letters == []


async def test_the_check_ends_where_it_fails() -> None:
    async with relay_with_password(accepts=False) as port:
        steps = await with_password(port).check()
    assert [(one.name, one.ok) for one in steps] == [("resolve", True), ("connect", True), ("greet", True), ("sign_in", False)]
    assert "535" in steps[-1].detail


async def test_a_step_that_gets_no_answer_ends_by_itself_and_the_way_in_is_tried_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "STEP_S", 0.2)
    async with server_that(b"") as port:
        steps = await channel(timeout=30, relay_port=port, listen_port=free_port()).check()
    assert [(one.name, one.ok) for one in steps] == [("resolve", True), ("connect", False), ("listen", True)]
    assert steps[1].detail == "did not answer in 0.2 s"


async def test_the_check_says_that_the_port_for_mail_is_taken(world: MailWorld) -> None:
    steps = await channel(relay_port=world.port, listen_port=world.port).check()
    assert not steps[-1].ok
    assert str(world.port) in steps[-1].detail


async def test_a_relay_without_encryption_is_not_used_unencrypted(world: MailWorld) -> None:
    with pytest.raises(Unavailable):
        await channel(relay_port=world.port, relay_tls="starttls").send(outgoing())
    steps = await channel(relay_port=world.port, relay_tls="starttls").check()
    assert [one.name for one in steps if not one.ok] == ["encrypt"]
    assert world.letters == []
