"""Who hears what comes to a webhook address that a provider calls for several channels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hub.channels.model import Channel
from hub.channels.sharing import hearing, neighbours, together


def page(name: str, *, connector: str = "messenger", app: str = "1200", enabled: bool = True) -> Channel:
    settings = {"app_id": app, "page_id": name}
    return Channel(uuid4(), connector, "message", name, f"hook-{name}", uuid4(), uuid4(), enabled, settings)


ONE, TWO, OFF = page("one"), page("two"), page("off", enabled=False)
INSTAGRAM, ELSEWHERE = page("ig", connector="instagram"), page("elsewhere", app="1300")
ALL = [ELSEWHERE, TWO, INSTAGRAM, ONE, OFF]


@pytest.mark.parametrize(
    ("other", "shared"),
    [(TWO, True), (OFF, True), (INSTAGRAM, False), (ELSEWHERE, False), (page("bare", app=""), False), (page("x", connector="gone"), False)],
)
def test_channels_of_one_kind_and_one_app_are_called_at_one_address(other: Channel, shared: bool) -> None:
    assert together(ONE, other) is together(other, ONE) is shared


def test_channels_that_name_no_app_or_are_of_a_kind_that_shares_nothing_stand_alone() -> None:
    assert not together(page("a", app=""), page("b", app=""))
    assert not together(page("a", connector="telegram"), page("b", connector="telegram"))


def test_an_address_is_its_own_channel_s_first_and_then_the_others() -> None:
    assert [one.name for one in hearing("hook-one", ALL)] == ["one", "two", "off"]
    assert [one.name for one in hearing("hook-off", ALL)] == ["off", "two", "one"]
    assert hearing("hook-nobody", ALL) == []


def test_a_connector_is_told_all_addresses_that_lead_to_it_and_who_needs_them() -> None:
    soon, gone = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(hours=1)
    known = [ELSEWHERE, replace(TWO, old_hook="before", old_hook_until=soon), replace(OFF, old_hook="long-ago", old_hook_until=gone)]
    found = neighbours(ONE, known, lambda hook: f"https://hub/{hook}")
    assert found.addresses == {"https://hub/hook-one", "https://hub/hook-two", "https://hub/before", "https://hub/hook-off"}
    assert found.names == ("two",)
