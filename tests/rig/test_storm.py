"""Webhooks of all channels at once, in a storm and without a database: all are answered, nothing is lost or twice, each in order."""

from pathlib import Path

from benchmarks.figure import percentile
from sandbox.meta.hooks import PATIENCE_S as PATIENCE_OF_META_S
from tests.rig.counts import LONG, rounds
from tests.rig.postgres import RigPostgres
from tests.rig.providers import Providers, opened
from tests.rig.storm import Storm, answer_p99
from tests.rig.waiting import eventually
from tests.rig.world import kept_messages, missing, problems

RATE = 300.0
PATIENCE_S = 1.0
"""Of a hundred webhooks ninety-nine are answered within this."""


async def settled(storm: Storm) -> None:
    """Wait until everything is in the threads; then nothing may be wrong."""
    assert storm.reckon() == []

    async def all_there() -> bool:
        return not missing(storm.world, await kept_messages(storm.place.database_url))

    await eventually(all_there, what="everything acknowledged is in the threads", seconds=60)
    assert problems(storm.world, await kept_messages(storm.place.database_url)) == []


async def test_a_storm_over_all_channels_is_answered_in_time_and_kept_once_in_order(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as place:
        storm = Storm(place)
        count = await storm.blow(rounds(100, int(RATE)), rounds(4, 60))
        seen, p99 = percentile(storm.times, 0.99), await answer_p99(place.hub.address)
        print(f"{count} webhooks, {storm.world.said} messages; answered within {p99} s (99 of 100), http's sender saw {seen:.3f} s")
        await settled(storm)
        assert not LONG or max(seen, p99) <= PATIENCE_S  # a short run says little: most of it is customers who write for the first time


SPEED = 900.0
"""Meta's hour lasts four seconds."""
CALM, FEW = 40.0, 6
"""Webhooks a second, and who writes them: each about once a second."""


def answered_with_patience(place: Providers) -> None:
    """Nobody was ever refused, and Meta has not taken its subscriptions away."""
    assert {one.status for one in place.meta.hooks.tried} == {200}
    assert {one.status for one in place.twilio.webhooks.tried} == {200}
    assert [one for one in place.meta.asked if one.method == "UNSUBSCRIBED"] == []


async def test_an_hour_without_a_database_is_answered_out_of_the_spool_on_every_channel(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, speed=SPEED) as place:
        storm = Storm(place)
        place.proxy.go_away()
        await storm.blow(CALM, rounds(1, 4) * 1.5 * PATIENCE_OF_META_S / SPEED, senders=FEW)
        answered_with_patience(place)
        assert (await place.hub.ready())["into"] == "spool"
        place.proxy.come_back()
        await settled(storm)
        assert place.meta.phones.subscribed, "Meta still tells us"


async def test_a_database_that_is_away_at_the_start_is_no_reason_to_refuse_a_provider(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, speed=SPEED) as place:
        storm = Storm(place)
        await storm.blow(CALM, 2, senders=FEW)
        await place.hub.stop()
        place.proxy.go_away()
        await place.hub.start()  # its channels are known from their sealed copy
        assert (await place.hub.ready())["into"] == "spool"
        await storm.blow(CALM, rounds(1, 4) * 1.5 * PATIENCE_OF_META_S / SPEED, senders=FEW)
        await place.hub.kill()  # what is in the spool outlives this, too
        await place.hub.start()
        await storm.blow(CALM, 2, senders=FEW)
        answered_with_patience(place)
        place.proxy.come_back()
        await settled(storm)
