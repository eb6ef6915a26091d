"""That an agent writes or has read reaches the channel once, and never holds anything up."""

from dataclasses import replace
from uuid import UUID

import pytest

from connectors.contract import Signal
from connectors.errors import Unavailable
from hub.channels.model import Channel, OpenChannel
from hub.kernel.database import Database
from hub.outbound.signals import AgentSignals
from tests.outbound.conftest import SMS, Provider
from tests.scenes import Company, found_company


class Signalling(Provider):
    """A provider that takes signals."""

    def __init__(self) -> None:
        super().__init__()
        self.signals: list[Signal] = []
        self.away = False

    async def signal(self, signal: Signal) -> None:
        self.signals.append(signal)
        if self.away:
            raise Unavailable("502")


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


def signals_of(company: Company, provider: Provider, now: list[float]) -> AgentSignals:
    place = UUID(company.webchat)
    channel = OpenChannel(
        Channel(place, "sms", "message", "SMS", "h", place, place, True, {}), replace(SMS, typing=True), provider, receives=None
    )
    return AgentSignals(company.database, lambda: {place: channel}, lambda: now[0])


async def test_typing_is_told_at_most_every_four_seconds(company: Company) -> None:
    rosa, provider, now = await company.writes("visitor", "rosa"), Signalling(), [100.0]
    signals = signals_of(company, provider, now)
    for moment in (100.0, 103.9, 104.0, 105.0):
        now[0] = moment
        signals.typing(rosa.root, True)
        await signals.quiet()
    signals.typing(rosa.root, False)
    assert [(one.kind, one.to.value, one.target) for one in provider.signals] == [("typing", "rosa", "x1")] * 2


async def test_each_message_is_read_once_and_only_up_to_where_the_agent_is(company: Company) -> None:
    first, provider = await company.writes("visitor", "rosa"), Signalling()
    second = await company.writes("visitor", "rosa")
    signals = signals_of(company, provider, [0.0])
    for number in (first.number, first.number, second.number, first.number):
        signals.read(first.root, number)
        await signals.quiet()
    assert [(one.kind, one.target) for one in provider.signals] == [("read", "x1"), ("read", "x2")]


async def test_a_provider_that_is_away_or_knows_no_signals_disturbs_nobody(company: Company) -> None:
    rosa, provider = await company.writes("visitor", "rosa"), Signalling()
    provider.away = True
    signals = signals_of(company, provider, [0.0])
    signals.read(rosa.root, rosa.number)
    await signals.quiet()
    assert len(provider.signals) == 1
    plain = signals_of(company, Provider(), [0.0])
    plain.read(rosa.root, rosa.number)
    plain.typing(rosa.root, True)
    await plain.quiet()
    assert len(provider.signals) == 1
