"""Templates are as the provider has them, and filled in without a gap."""

from uuid import UUID, uuid4

import pytest

from connectors.contract import Template
from connectors.errors import Unavailable as ProviderAway
from hub.channels.model import Channel, OpenChannel
from hub.errors import Conflict, Invalid, NotFound, Unavailable
from hub.kernel.database import Database
from hub.templates.filling import filled, places
from hub.templates.templates import Templates
from tests.outbound.conftest import SMS, Provider
from tests.scenes import Company, found_company


class Approving(Provider):
    """A provider that keeps templates."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Template] = []
        self.away = False

    async def templates(self) -> list[Template]:
        if self.away:
            raise ProviderAway("502")
        return self.kept


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


def opened(company: Company, connector: Provider) -> OpenChannel:
    ids = (UUID(company.queue), UUID(company.queue))
    return OpenChannel(Channel(UUID(company.webchat), "sms", "message", "SMS", "h", *ids, True, {}), SMS, connector, None)


async def test_fetching_adds_changes_and_removes(company: Company) -> None:
    provider, told = Approving(), list[int]()
    channel = opened(company, provider)
    templates = Templates(company.database, lambda: {channel.channel.id: channel}, lambda: told.append(1))
    provider.kept = [Template("a", "es", "Hola {{1}}"), Template("b", "es", "Adiós", state="pending")]
    found = await templates.sync(company.webchat)
    assert [(one.name, one.variables, one.state) for one in found.items] == [("a", ["1"], "approved"), ("b", [], "pending")]
    await templates.sync(company.webchat)
    assert len(told) == 1, "nothing changed"
    provider.kept = [Template("a", "es", "Buenas {{1}}")]
    assert [one.text for one in (await templates.sync(company.webchat)).items] == ["Buenas {{1}}"]
    assert [event["data"] for event in await company.events("channel.templates")] == [{"changed": 2}, {"changed": 2}]


async def test_a_provider_that_does_not_answer_leaves_the_templates_as_they_were(company: Company) -> None:
    provider = Approving()
    channel = opened(company, provider)
    templates = Templates(company.database, lambda: {channel.channel.id: channel}, lambda: None)
    provider.kept = [Template("a", "es", "Hola")]
    await templates.sync(company.webchat)
    provider.away = True
    with pytest.raises(Unavailable, match="502"):
        await templates.sync(company.webchat)
    kept = await templates.of_channel(company.webchat)
    assert ([one.name for one in kept.items], kept.problem) == (["a"], "502")


async def test_only_an_open_channel_with_templates_is_asked(company: Company) -> None:
    plain = opened(company, Provider())
    with pytest.raises(Conflict, match="not open"):
        await Templates(company.database, dict, lambda: None).sync(company.webchat)
    with pytest.raises(Conflict, match="no templates"):
        await Templates(company.database, lambda: {plain.channel.id: plain}, lambda: None).sync(company.webchat)
    with pytest.raises(NotFound):
        await Templates(company.database, dict, lambda: None).of_channel(str(uuid4()))


def test_variables_are_found_and_filled_in_once() -> None:
    assert places("{{name}}, {{ 2 }} and {{name}}") == ("name", "2")
    assert filled("{{name}}, {{ 2 }}, {{name}}", (), {"name": "{{2}}", "2": "x"}) == "{{2}}, x, {{2}}"
    with pytest.raises(Invalid, match="is empty"):
        filled("{{1}}", (), {"1": " "})
