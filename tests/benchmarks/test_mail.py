"""The figures of mail come from mails that went all the way; the limit beside them takes the same mails."""

import pytest

from benchmarks import mail
from benchmarks.bare import prepare, started
from benchmarks.hub import company
from benchmarks.load import LoadError
from benchmarks.mail_load import ADDRESS, Mail, conversations, hand_over, mails
from connectors.contract import Delivery, Message
from connectors.email import payloads
from hub.kernel.embedded import EmbeddedPostgres

pytestmark = pytest.mark.timeout(180)


async def test_every_mail_is_seen_at_the_supervisors_socket() -> None:
    async with company() as made, mail.served(made) as (hub, port):
        assert await mail.rate(hub, port, 40) > 0


async def test_the_limit_takes_the_same_mails_and_a_refused_one_gives_no_figure(postgres: EmbeddedPostgres) -> None:
    await prepare(postgres)
    async with started(postgres.url("bare"), "benchmarks.bare_mail") as (sockets, port):
        assert await mail.bare_rate(sockets, port, 40) > 0
        async with conversations(port, 1) as (stream,):
            with pytest.raises(LoadError, match="501"):
                await hand_over(stream, Mail("nobody> <x", b""))


def test_mails_of_the_load_are_read_as_they_were_written() -> None:
    (one,) = mails(1, html=True)
    (event,) = payloads.events_of(Delivery("mail", "", one.data[:-3]), key=bytes(32), ours=ADDRESS)
    assert isinstance(event, Message)
    assert event.sender.name == "Rosa Martín"
    assert len(event.text) == 150


def test_every_recording_is_read_and_timed() -> None:
    found = mail.recordings()
    assert len(found) > 80
    assert len(mail.reading_times(found, len(found))) == len(found)
