"""A storm of webhooks over all channels at once: all are answered in time, nothing is lost, nothing is twice, each sender is in order."""

from pathlib import Path

from benchmarks.figure import percentile
from tests.rig.counts import LONG, rounds
from tests.rig.postgres import RigPostgres
from tests.rig.providers import opened
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
