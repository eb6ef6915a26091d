"""Random play of joins, undos and messages: families are always what the standing joins say, and no message is ever lost."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.customers.changing import Changer
from hub.errors import Conflict
from hub.kernel.database import Database
from tests.scenes import Company

PEOPLE = 4
person = st.integers(0, PEOPLE - 1)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("join"), person, person), st.tuples(st.just("part"), st.integers(0, 20)), st.tuples(st.just("write"), person)
    ),
    min_size=3,
    max_size=14,
)


class Families:
    """What should be: who was put under whom, and who wrote what."""

    def __init__(self, people: list[str]) -> None:
        self.people = people
        self.joins: dict[str, tuple[str, str]] = {}
        self.numbers: dict[str, list[int]] = {one: [] for one in people}

    def root(self, one: str) -> str:
        parents = dict(self.joins.values())
        while one in parents:
            one = parents[one]
        return one

    def thread(self, root: str) -> list[int]:
        return sorted(number for one in self.people if self.root(one) == root for number in self.numbers[one])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(played=moves)
async def test_families_are_what_the_standing_joins_say(
    played: list[tuple[Any, ...]], database: Database, company: Company, changer: Changer
) -> None:
    addresses = [f"{await database.value('SELECT uuidv7()')}@x.es" for _ in range(PEOPLE)]
    first = [await company.writes("email", address) for address in addresses]
    families = Families([message.customer for message in first])
    for message in first:
        families.numbers[message.customer].append(message.number)
    for move in played:
        await make(move, families, addresses, company, changer)
        await check_database(families, database)


async def make(move: tuple[Any, ...], families: Families, addresses: list[str], company: Company, changer: Changer) -> None:
    """One move, in the database and in what should be."""
    match move:
        case ("join", int(child), int(parent)):
            one, other = families.people[child], families.people[parent]
            try:
                made = await changer.join(company.ana, other, one)
            except Conflict:
                assert families.root(one) == families.root(other)
            else:
                families.joins[made] = (families.root(one), families.root(other))
        case ("part", int(which)) if families.joins:
            join = list(families.joins)[which % len(families.joins)]
            await changer.part(company.ana, join)
            del families.joins[join]
        case ("write", int(who)):
            message = await company.writes("email", addresses[who])
            assert message.customer == families.people[who]
            families.numbers[message.customer].append(message.number)


async def check_database(families: Families, database: Database) -> None:
    """Roots and threads are as they should be."""
    rows = await database.rows("SELECT id, root_id FROM customer WHERE id = ANY ($1::uuid[])", families.people)
    assert {str(row["id"]): str(row["root_id"]) for row in rows} == {one: families.root(one) for one in families.people}
    for root in {families.root(one) for one in families.people}:
        sql = "SELECT m.number FROM message m JOIN customer c ON c.id = m.customer_id WHERE c.root_id = $1 ORDER BY m.number"
        assert [row["number"] for row in await database.rows(sql, root)] == families.thread(root)
