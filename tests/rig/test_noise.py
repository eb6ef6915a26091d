"""One noisy channel: the others are answered beside the flood, not after it."""

import asyncio
import itertools
from pathlib import Path
from time import perf_counter

from benchmarks.figure import percentile
from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.providers import Providers, opened
from tests.rig.storm import Storm
from tests.rig.test_storm import settled
from tests.rig.webhooks import body_of, message

AT_ONCE, BATCH = 64, 20
"""Together more than one channel may have on its way in at once."""
PACE_S = 0.05
SHARE = 0.5
"""A quiet channel waits at most so much of what the noisy one waits."""


class Noise:
    """A flood of batches on the http channel, as fast as it is taken."""

    def __init__(self, place: Providers) -> None:
        self._place = place
        self._number = itertools.count()
        self.times: list[float] = []
        """Seconds until a batch was taken."""
        self.refused = 0
        """How often the channel was asked to come back."""
        self.loud = asyncio.Event()

    async def make(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._flood())

    async def _flood(self) -> None:
        while True:
            numbers = [next(self._number) for _ in range(BATCH)]
            body = body_of([message(f"noise {number % 500}", f"noise says {number}") for number in numbers])
            began = perf_counter()
            while await self._place.http.post(body) != 200:
                self.refused += 1
            self.times.append(perf_counter() - began)
            if len(self.times) > AT_ONCE:
                self.loud.set()


async def quiet_times(storm: Storm, count: int, first: int) -> list[float]:
    """How long a text message waits for its answer, one after the other at a calm pace."""
    times = []
    for number in range(first, first + count):
        began = perf_counter()
        await storm.say("sms", number)
        await storm.place.twilio.webhooks.settled()
        times.append(perf_counter() - began)
        await asyncio.sleep(PACE_S)
    return times


async def test_a_flood_on_one_channel_does_not_hold_up_another(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as place:
        storm, noise, count = Storm(place), Noise(place), rounds(20, 400)
        await quiet_times(storm, 5, 0)
        calm = percentile(await quiet_times(storm, count, 5), 0.99)
        flood = asyncio.create_task(noise.make())
        await noise.loud.wait()
        beside = percentile(await quiet_times(storm, count, 5 + count), 0.99)
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
        loud = percentile(noise.times, 0.99)
        print(f"p99 of the quiet channel {calm:.3f} s, beside the flood {beside:.3f} s")
        print(f"p99 of the noisy channel {loud:.3f} s, sent back {noise.refused} times")
        assert beside <= SHARE * loud
        await settled(storm)
