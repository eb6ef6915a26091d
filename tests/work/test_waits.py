"""Expected wait: the formula, and where its numbers come from."""

from dataclasses import replace

import pytest

from hub.work.waits import Pace, expected_wait
from tests.work.scene import Floor

PACE = Pace(answered=20, abandoned=5, speed_s=60.0, handle_s=300.0, slots=3)
OVER = """
UPDATE work SET state = 'completed', agent_id = $2, first_queued_at = now() - interval '200 seconds', ended_at = now() WHERE id = $1
"""
STRETCH = "INSERT INTO assignment (work_id, agent_id, started_at, ended_at) VALUES ($1, $2, now() - interval '100 seconds', now())"
AGED = "UPDATE work SET (first_queued_at, queued_at) = (now() - interval '300 s', now() - interval '300 s') WHERE id = $1"


@pytest.mark.parametrize(
    ("position", "pace", "seconds"),
    [
        (1, PACE, round((300 * 0.8 / 3 + 60) / 2)),
        (4, PACE, round((4 * 300 * 0.8 / 3 + 60) / 2)),
        (4, replace(PACE, answered=9), None),
        (4, replace(PACE, slots=0), None),
        (4, replace(PACE, handle_s=None), 60),
    ],
)
def test_the_wait_follows_place_handle_time_and_slots_or_is_unknown(position: int, pace: Pace, seconds: int | None) -> None:
    assert expected_wait(position, pace) == seconds


async def test_the_numbers_are_those_of_the_last_half_hour(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    works = [await quiet.message(f"c{n}") for n in range(12)]
    for work in works[:10]:
        await quiet.database.run(OVER, work, ana)
        await quiet.database.run(STRETCH, work, ana)
    waits = await quiet.reading.waits(works)
    assert {work: waits[work].position for work in works[10:]} == {works[10]: 1, works[11]: 2}
    # Two places, 100 s each, three slots, nobody gave up; answered after 100 s.
    assert waits[works[11]].expected_s == round((2 * 100 / 3 + 100) / 2)
    await quiet.database.run("UPDATE assignment SET started_at = started_at - interval '1 hour'")
    assert (await quiet.reading.waits(works))[works[11]].expected_s is None


@pytest.mark.parametrize(
    ("ordering", "first"), [("priority", "urgent"), ("fifo", "old"), ("lifo", "new"), ("score", "old"), ("due", "old")]
)
async def test_places_follow_the_order_of_the_queue(quiet: Floor, ordering: str, first: str) -> None:
    await quiet.queue("service")
    await quiet.database.run("UPDATE queue SET ordering = $1", ordering)
    works = {name: await quiet.message(name) for name in ("old", "urgent", "new")}
    await quiet.database.run(AGED, works["old"])
    await quiet.database.run("UPDATE work SET priority = 4 WHERE id = $1", works["urgent"])
    waits = await quiet.reading.waits(list(works.values()))
    assert sorted(wait.position for wait in waits.values()) == [1, 2, 3]
    assert waits[works[first]].position == 1
