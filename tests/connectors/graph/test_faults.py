"""Meta misbehaves, and each of its three channels says by the class of its error what happens next."""

import pytest

from connectors.contract import Media, Outgoing
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable
from connectors.graph import client
from sandbox.double import Fault
from tests.connectors.graph.world import World, surroundings
from tests.connectors.instagram import world as instagram
from tests.connectors.messenger import world as messenger
from tests.connectors.whatsapp import world as whatsapp

WORLDS = {"whatsapp": whatsapp, "messenger": messenger, "instagram": instagram}
PEOPLE = {"whatsapp": whatsapp.ANA, "messenger": messenger.EVA, "instagram": instagram.IKER}


@pytest.fixture(params=list(WORLDS))
async def here(request: pytest.FixtureRequest) -> whatsapp.Worlds:
    async with WORLDS[request.param].world() as one:
        await one.does("say", PEOPLE[one.app], text="Hola")
        await one.settled()
        yield one


def answer(here: World, **given: object) -> Outgoing:
    made: Outgoing = WORLDS[here.app].outgoing(**given)
    return made


async def sending(here: World, fault: str, *, path: str = "/messages", **given: object) -> ConnectorError:
    """What sending raises under a fault."""
    here.meta.faults.append(Fault(fault, ms=7000, path=path))
    with pytest.raises(ConnectorError) as raised:
        await here.channel.send(answer(here, **given))
    return raised.value


async def test_too_many_calls_are_waited_for_as_long_as_meta_says(here: World) -> None:
    error = await sending(here, "429")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7


@pytest.mark.parametrize(("fault", "arrived"), [("cut", 1), ("garbage", 1), ("500_after", 1), ("500", 0), ("cut_before", 0)])
async def test_a_lost_answer_leaves_a_doubt_whatever_happened(here: World, fault: str, arrived: int) -> None:
    """From outside nobody can tell whether the line was cut, or the server broke, before or after."""
    error = await sending(here, fault)
    assert (type(error), len(here.phone(PEOPLE[here.app]))) == (Ambiguous, arrived)


async def test_silence_leaves_a_doubt(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SEND_S", 0.3)
    monkeypatch.setattr("sandbox.double.HANG_S", 1.0)
    assert isinstance(await sending(here, "hang"), Ambiguous)


async def test_a_token_that_ended_stops_the_channel(here: World) -> None:
    error = await sending(here, "401")
    assert (type(error), error.code) == (AuthFailed, "token")


async def test_a_refusal_is_final_and_has_its_word(here: World) -> None:
    error = await sending(here, "refuse")
    assert (type(error), error.code) == (Rejected, "blocked")
    assert "(551/1545041)" in str(error)


@pytest.mark.parametrize("fault", ["500", "500_after", "cut", "garbage"])
async def test_a_file_that_did_not_get_through_was_seen_by_nobody(here: World, fault: str) -> None:
    path = "/media" if here.app == "whatsapp" else "/message_attachments"
    picture = Media("a.jpg", "image/jpeg", b"\xff\xd8")
    assert type(await sending(here, fault, path=path, text="", attachments=(picture,))) is Unavailable
    assert here.phone(PEOPLE[here.app]) == []


async def test_a_slow_answer_is_an_answer(here: World) -> None:
    here.meta.faults.append(Fault("slow", ms=50, path="/messages"))
    await here.channel.send(answer(here))
    assert len(here.phone(PEOPLE[here.app])) == 1


async def test_an_address_that_the_operator_did_not_name_is_never_called(here: World) -> None:
    channel = WORLDS[here.app].channel("http://127.0.0.1:9", surroundings(here.webhook, here.egress))
    with pytest.raises(Rejected) as refused:
        await channel.send(answer(here))
    assert refused.value.code == "forbidden_address"
