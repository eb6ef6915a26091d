"""Random play of splits, moves, undos, joins and new mails: every message stands in one thread, and undoing all gives everything back."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.conversations.model import NewPlace, NewTopic
from hub.conversations.moving import Moving
from hub.customers.changing import Changer
from hub.errors import Conflict, Invalid
from hub.kernel.database import Database
from tests.scenes import Company

PEOPLE = 3
person, which = st.integers(0, PEOPLE - 1), st.integers(0, 30)
played = st.lists(
    st.one_of(
        st.tuples(st.just("write"), person),
        st.tuples(st.just("split"), which),
        st.tuples(st.just("to customer"), which, person, st.booleans()),
        st.tuples(st.just("to topic"), which, which, st.booleans()),
        st.tuples(st.just("undo")),
        st.tuples(st.just("join"), person, person),
        st.tuples(st.just("part")),
    ),
    min_size=4,
    max_size=16,
)


class Play:
    """The moves and joins that stand, and where each message was to begin with."""

    def __init__(self, database: Database, company: Company) -> None:
        self.database, self.company = database, company
        self.moving, self.changer = Moving(database, lambda: None), Changer(database, lambda: None)
        self.addresses: list[str] = []
        self.people: list[str] = []
        self.homes: dict[str, str] = {}
        self.moves: list[str] = []
        self.joins: list[str] = []

    async def write(self, who: int) -> None:
        taken = await self.company.writes("email", self.addresses[who])
        self.homes[taken.message] = taken.customer
        if who == len(self.people):
            self.people.append(taken.customer)

    async def make(self, step: tuple[Any, ...]) -> None:
        """One step; what the hub refuses is no step."""
        messages = list(self.homes)
        try:
            match step:
                case ("write", int(who)):
                    await self.write(who)
                case ("split", int(at)):
                    message = messages[at % len(messages)]
                    moved = await self.moving.split(self.company.ana, message, await self._customer(message), NewTopic())
                    self.moves.append(moved.move)
                case ("to customer", int(at), int(who), bool(onward)):
                    place = NewPlace(customer=self.people[who], onward=onward)
                    self.moves.append((await self.moving.move(self.company.ana, messages[at % len(messages)], place)).move)
                case ("to topic", int(at), int(other), bool(onward)):
                    topic = str(await self.database.value("SELECT topic_id FROM message WHERE id = $1", messages[other % len(messages)]))
                    place = NewPlace(topic=topic, onward=onward)
                    self.moves.append((await self.moving.move(self.company.ana, messages[at % len(messages)], place)).move)
                case ("undo",) if self.moves:
                    await self.moving.undo(self.company.ana, self.moves.pop())
                case ("join", int(one), int(other)):
                    self.joins.append(await self.changer.join(self.company.ana, self.people[one], self.people[other]))
                case ("part",) if self.joins:
                    await self.changer.part(self.company.ana, self.joins.pop())
        except (Conflict, Invalid):
            return

    async def _customer(self, message: str) -> str:
        return str(await self.database.value("SELECT customer_id FROM message WHERE id = $1", message))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=played)
async def test_whatever_is_moved_stands_in_one_place_and_comes_back(
    steps: list[tuple[Any, ...]], database: Database, company: Company
) -> None:
    play = Play(database, company)
    play.addresses = [f"{await database.value('SELECT uuidv7()')}@x.es" for _ in range(PEOPLE)]
    for who in range(PEOPLE):
        await play.write(who)
    for step in steps:
        await play.make(step)
        await check(play)
    while play.moves:
        await play.moving.undo(company.ana, play.moves.pop())
    await check(play)
    rows = await database.rows("SELECT id::text, customer_id::text, home_id FROM message WHERE id = ANY ($1::uuid[])", list(play.homes))
    assert {row["id"]: (row["customer_id"], row["home_id"]) for row in rows} == {id_: (home, None) for id_, home in play.homes.items()}


async def check(play: Play) -> None:
    """Topics are what their messages make them; an open one has work, one without messages is closed; addresses stay where they were."""
    sql = """SELECT t.state, t.last_number, count(m.id) AS messages, COALESCE(max(m.number), 0) AS last,
                    (SELECT count(*) FROM work w WHERE w.topic_id = t.id AND w.state = 'queued') AS work
             FROM topic t LEFT JOIN message m ON m.topic_id = t.id GROUP BY t.id"""
    for row in await play.database.rows(sql):
        assert row["last_number"] == row["last"]
        assert row["work"] == (1 if row["state"] == "open" else 0)
        assert row["messages"] or row["state"] == "closed"
    strays = """SELECT count(*) FROM message m JOIN identity i ON i.id = m.identity_id
                WHERE COALESCE(m.home_id, m.customer_id) <> i.customer_id OR m.home_id = m.customer_id"""
    assert await play.database.value(strays) == 0
