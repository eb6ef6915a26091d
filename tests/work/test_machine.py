"""Random play over the moves: the database's own account of who has what always adds up."""

import asyncio
from collections.abc import Awaitable
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.kernel.database import Database
from hub.work.model import StatusInput, TransferInput, WrapUpInput
from tests.work.scene import Floor

AGENTS, CUSTOMERS = ("ana", "luis"), ("c1", "c2", "c3", "c4", "c5")
MOVES = (
    *("write", "offer", "accept", "decline", "expire", "assign", "give", "finish", "wrap_up", "release", "transfer", "leave"),
    *("status", "cut", "return"),
)
STEPS = st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(AGENTS), st.sampled_from(CUSTOMERS)), min_size=5, max_size=25)

NOTHING = str(uuid4())
ADDS_UP = """
SELECT p.units_used = COALESCE((SELECT sum(w.units) FROM work w WHERE w.agent_id = p.agent_id AND w.state IN ('assigned', 'wrapping')), 0)
   AND p.units_extra <= GREATEST(0, p.units_used + units_offered(p.agent_id) - p.units_max)
FROM presence p
"""
IN_ORDER = """
SELECT w.id FROM work w WHERE
    (w.state = 'offered') <> EXISTS (SELECT 1 FROM offer o WHERE o.work_id = w.id AND o.state = 'pending')
 OR (w.state IN ('assigned', 'wrapping'))
    <> EXISTS (SELECT 1 FROM assignment a WHERE a.work_id = w.id AND a.ended_at IS NULL AND a.agent_id = w.agent_id)
 OR (w.state IN ('completed', 'abandoned')) <> (w.ended_at IS NOT NULL)
 OR w.first_queued_at > w.queued_at
"""


class Play:
    """Makes moves on a floor without a router; what is refused is refused, the rows must agree all the same."""

    def __init__(self, floor: Floor, token: int) -> None:
        self.floor = floor
        self.token = token

    async def move(self, name: str, agent: str, customer: str) -> None:
        """One move; errors of ours are answers."""
        try:
            await getattr(self, f"_{name}")(agent, await self._work(customer), customer)
        except HubError:
            return

    async def check_rows(self) -> None:
        """Every agent's units are those of his or her work, and every item has exactly what its state says."""
        assert all(row[0] for row in await self.floor.database.rows(ADDS_UP))
        assert await self.floor.database.rows(IN_ORDER) == []

    async def _work(self, customer: str) -> str | None:
        sql = "SELECT w.id::text FROM work w JOIN customer c ON c.id = w.customer_id WHERE c.name = $1 ORDER BY w.id DESC LIMIT 1"
        found: str | None = await self.floor.database.value(sql, customer.title())
        return found

    async def _id(self, sql: str, work: str | None) -> str:
        """An id that hangs on the work; one that does not exist when there is none."""
        return str(await self.floor.database.value(sql, work) or uuid4())

    async def _offer_of(self, work: str | None) -> str:
        return await self._id("SELECT id::text FROM offer WHERE work_id = $1 ORDER BY id DESC LIMIT 1", work)

    async def _write(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.message(customer)

    async def _offer(self, agent: str, work: str | None, customer: str) -> None:
        asked: list[dict[str, object]] = [
            {"attempt": 1, "work": work, "agent": self.floor.agents[agent], "units": 33, "seconds": 30, "why": {}}
        ]
        if work:
            await self.floor.database.rows("SELECT * FROM make_offers($1, $2)", self.token, asked)

    async def _accept(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.accept(self.floor.who(agent), await self._offer_of(work))

    async def _decline(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.decline(self.floor.who(agent), await self._offer_of(work), "other")

    async def _expire(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.database.run("UPDATE offer SET expires_at = now() WHERE work_id = $1", work)
        await self.floor.database.value("SELECT expire_offer($1, $2)", self.token, await self._offer_of(work))

    async def _assign(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.assign(self.floor.who(agent), work or NOTHING, self.floor.agents[agent])

    async def _give(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.assign(self.floor.who("ana", "supervisor"), work or NOTHING, self.floor.agents[agent])

    async def _finish(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.finish(self.floor.who(agent), work or NOTHING)

    async def _wrap_up(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.wrap_up(self.floor.who(agent), work or NOTHING, WrapUpInput(code="resolved"))

    async def _release(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.release(self.floor.who(agent), work or NOTHING)

    async def _transfer(self, agent: str, work: str | None, customer: str) -> None:
        to = TransferInput(agent=UUID(self.floor.agents["luis"]), note="over to you")
        await self.floor.moves.transfer(self.floor.who(agent, "supervisor"), work or NOTHING, to)

    async def _leave(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.moves.abandon(await self._id("SELECT topic_id::text FROM work WHERE id = $1", work))

    async def _status(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.presence.set_status(self.floor.agents[agent], StatusInput(activity="available", after_work="break"))
        await self.floor.activity(agent, "available")

    async def _cut(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.presence.left(self.floor.agents[agent])

    async def _return(self, agent: str, work: str | None, customer: str) -> None:
        await self.floor.presence.connected(self.floor.agents[agent])


async def _open(database: Database) -> Play:
    floor = Floor(database)
    for agent in AGENTS:
        await floor.agent(agent, "service")
    return Play(floor, await database.value("SELECT take_lease('router', $1, '1 hour')", uuid4()))


async def _clear(play: Play) -> None:
    """Nothing waits and everybody is there and free again; cheaper than a fresh database for every game."""
    for table in ("offer", "assignment", "message", "commitment"):
        await play.floor.database.run(f"DELETE FROM {table}")
    await play.floor.database.run("DELETE FROM work")
    await play.floor.database.run("UPDATE presence SET units_used = 0, units_extra = 0, not_responding = false, after_work = NULL")
    for agent in AGENTS:
        await play.floor.presence.connected(play.floor.agents[agent])
        await play.floor.activity(agent, "available")


async def _game(play: Play, steps: list[tuple[str, str, str]]) -> None:
    await _clear(play)
    for step in steps:
        await play.move(*step)
        await play.check_rows()


async def test_units_and_states_add_up_after_any_moves(database: Database) -> None:
    play = await _open(database)
    loop = asyncio.get_running_loop()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def games(steps: list[tuple[str, str, str]]) -> None:
        asyncio.run_coroutine_threadsafe(_game(play, steps), loop).result(60)

    await asyncio.to_thread(games)
    await play.check_rows()


async def test_moves_at_the_same_time_add_up_too(database: Database) -> None:
    play = await _open(database)
    for customer in CUSTOMERS:
        await play.move("write", "ana", customer)
    for round_ in range(6):
        moves: list[Awaitable[None]] = [
            play.move(name, agent, customer)
            for name in ("offer", "accept", "give", "transfer", "cut", "return", "finish", "wrap_up", "write", "leave")[round_ % 3 :]
            for agent in AGENTS
            for customer in CUSTOMERS[:3]
        ]
        await asyncio.gather(*moves)
        await play.check_rows()
