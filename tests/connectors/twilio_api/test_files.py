"""Files are fetched with our credentials from Twilio alone, and without them from where it sends us on."""

import pytest

from connectors.contract import Media, Message
from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.twilio_api.channel import TwilioChannel
from connectors.twilio_api.files import is_twilio
from tests.connectors.twilio_api.world import World, photo


async def read(channel: TwilioChannel, media: Media) -> bytes:
    async with channel.fetch(media) as pieces:
        return b"".join([piece async for piece in pieces])


async def arrived(world: World) -> tuple[TwilioChannel, Media]:
    channel, hook = await world.sms()
    await world.does("say", media=[photo()])
    message = await hook.event(lambda one: isinstance(one, Message))
    assert isinstance(message, Message)
    return channel, message.attachments[0]


async def test_a_file_is_fetched_where_twilio_sends_us(world: World) -> None:
    channel, media = await arrived(world)
    assert (await read(channel, media)).startswith(b"\x89PNG")
    assert [one.status for one in world.asked("/Media/")] == [307]


async def test_a_deleted_file_is_gone(world: World) -> None:
    channel, media = await arrived(world)
    world.double.records.forget()
    with pytest.raises(Rejected) as raised:
        await read(channel, media)
    assert raised.value.code == "file_gone"


@pytest.mark.parametrize(("kind", "error"), [("500", Unavailable), ("401", AuthFailed)])
async def test_a_file_that_may_come_later_is_not_gone(world: World, kind: str, error: type[Exception]) -> None:
    channel, media = await arrived(world)
    world.fails(kind, "/Media/")
    with pytest.raises(error):
        await read(channel, media)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "file:///etc/passwd", "https://127.0.0.1:1/x", ""])
async def test_an_address_inside_our_network_is_never_called(world: World, url: str) -> None:
    channel, _ = await world.sms(hook=False)
    with pytest.raises(Rejected):
        await read(channel, Media("x", "image/png", url=url))


@pytest.mark.parametrize(
    ("url", "base", "ours"),
    [
        ("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", "", True),
        ("https://api.twilio.com.evil.example/Media/ME1", "", False),
        ("http://api.twilio.com/Media/ME1", "", False),
        ("https://api.twilio.com:8443/Media/ME1", "", False),
        ("https://user@evil.example/api.twilio.com", "", False),
        ("http://127.0.0.1:81/twilio/Media/ME1", "http://127.0.0.1:80/twilio", False),
    ],
)
def test_credentials_are_shown_to_twilio_alone(url: str, base: str, ours: bool) -> None:
    assert is_twilio(url, base) is ours
